#include "services/engagement-scheduling/storage/journal_schedule_store.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/journal/entry.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/engagement-scheduling/domain/people.h"
#include "services/engagement-scheduling/records/schedule_proto.h"

namespace comity::engagement_scheduling {
namespace {

constexpr char kEngagement[] = "engagement";
constexpr char kCalendar[] = "calendar";          // Sealed.
constexpr char kResourceCalendar[] = "resource";  // Not sealed.

absl::Status Unreadable() {
  return MakeError(absl::StatusCode::kDataLoss,
                   "A record of the schedule cannot be read: restore the store from a backup.",
                   {.reason = "RECORD_UNREADABLE"});
}

// Where a change is kept. The id also names it as the resource of its mutation.
struct Key {
  std::string kind;
  std::string id;
};

Key KeyOf(const Change& change) {
  if (const auto* engagement = std::get_if<Engagement>(&change)) {
    return {kEngagement, engagement->name};
  }
  const std::string& owner = std::get<Calendar>(change).owner;
  if (IsResourceName(owner)) return {kResourceCalendar, owner};
  const crypto::Digest digest = crypto::Sha256(owner);
  return {kCalendar, absl::StrCat("calendars/", crypto::Hex(crypto::View(digest)))};
}

std::string KindOf(const std::string& resource) {
  if (absl::StartsWith(resource, "engagements/")) return kEngagement;
  return absl::StartsWith(resource, "calendars/") ? kCalendar : kResourceCalendar;
}

// The change as it will be recorded.
Change Stamp(Change change, const journal::Turn& turn) {
  if (auto* engagement = std::get_if<Engagement>(&change)) {
    engagement->revision = turn.revision();
    engagement->update_time = turn.now();
    if (engagement->create_time == absl::InfinitePast()) engagement->create_time = turn.now();
  }
  return change;
}

journal::EntryBody EntryOf(const journal::Attempt& attempt, const std::string& resource,
                           const Plan& plan, const journal::Turn& turn) {
  return {.time = turn.now(),
          .kind = journal::kMutationEntry,
          .caller = attempt.caller,
          .method = attempt.method,
          .request_id = attempt.request_id,
          .revision = turn.revision(),
          .resource = resource,
          .outcome = "DONE",
          .count = static_cast<std::int64_t>(plan.changes.size()),
          .via = attempt.via,
          .detail = plan.detail};
}

}  // namespace

absl::StatusOr<std::optional<Change>> JournalScheduleStore::Read(journal::Journal& journal,
                                                                 const journal::Version& version) {
  if (!version.body.has_value()) return Unreadable();
  std::string bytes = *version.body;
  if (version.kind != kResourceCalendar) {
    COMITY_ASSIGN_OR_RETURN(std::optional<std::string> opened, journal.Unseal(bytes, version.id));
    if (!opened.has_value()) return std::optional<Change>();
    bytes = *std::move(opened);
  }
  if (version.kind != kEngagement) {
    v1::Calendar record;
    if (!record.ParseFromString(bytes)) return Unreadable();
    return Change(CalendarFromProto(record));
  }
  COMITY_ASSIGN_OR_RETURN(Engagement engagement, EngagementFromRecord(bytes));
  engagement.revision = version.revision;
  return Change(std::move(engagement));
}

absl::StatusOr<std::vector<Change>> JournalScheduleStore::ReadChanges(
    const journal::CommittedMutation& mutation) {
  std::vector<Change> changes;
  for (const journal::Version& version : mutation.versions) {
    COMITY_ASSIGN_OR_RETURN(std::optional<Change> change, Read(*journal_, version));
    if (change.has_value()) changes.push_back(*std::move(change));
  }
  return changes;
}

absl::Status JournalScheduleStore::Put(const Change& change, const std::string& store_id,
                                       journal::Turn& turn) {
  const Key key = KeyOf(change);
  const auto* engagement = std::get_if<Engagement>(&change);
  std::string bytes = engagement != nullptr
                          ? RecordOf(*engagement, store_id)
                          : ToProto(std::get<Calendar>(change)).SerializeAsString();
  if (key.kind != kResourceCalendar) {
    COMITY_ASSIGN_OR_RETURN(bytes, turn.Seal(bytes, key.id));
  }
  return turn.Put(key.kind, key.id, bytes);
}

absl::StatusOr<std::unique_ptr<JournalScheduleStore>> JournalScheduleStore::Open(
    journal::Journal* journal) {
  const journal::Head head = journal->head();
  Schedule loaded;
  for (const char* const kind : {kEngagement, kCalendar, kResourceCalendar}) {
    COMITY_ASSIGN_OR_RETURN(const std::vector<journal::Version> versions,
                            journal->LatestVersions(kind));
    for (const journal::Version& version : versions) {
      COMITY_ASSIGN_OR_RETURN(const std::optional<Change> change, Read(*journal, version));
      if (change.has_value()) loaded.Apply(*change);
    }
  }
  // Not make_unique: the constructor is private.
  std::unique_ptr<JournalScheduleStore> store(
      new JournalScheduleStore(journal, std::move(loaded), head));
  journal->Attach(&store->state_);
  return store;
}

void JournalScheduleStore::Submit(journal::Attempt attempt, Planner planner, Done done) {
  struct Mutation {
    journal::Attempt about;
    Planner planner;
    std::optional<Change> made;
  };
  const auto mutation = std::make_shared<Mutation>(Mutation{attempt, std::move(planner), {}});
  journal_->Submit(
      std::move(attempt),
      [this, mutation](journal::Turn& turn) {
        return Carry(mutation->about, mutation->planner, turn, mutation->made);
      },
      [mutation, done = std::move(done)](absl::StatusOr<journal::Committed> committed) {
        if (!committed.ok()) return done(committed.status());
        done(Written{.committed = *std::move(committed), .made = std::move(mutation->made)});
      });
}

absl::Status JournalScheduleStore::Carry(const journal::Attempt& attempt, const Planner& planner,
                                         journal::Turn& turn, std::optional<Change>& made) {
  COMITY_ASSIGN_OR_RETURN(Plan plan, planner(state_.working(), turn.now()));
  if (plan.changes.empty()) {
    made = std::move(plan.standing);
    turn.ChangeNothing();
    return absl::OkStatus();
  }
  const std::string resource = KeyOf(plan.changes.front()).id;
  turn.SetResource(resource);
  for (Change& change : plan.changes) {
    change = Stamp(std::move(change), turn);
    COMITY_RETURN_IF_ERROR(Put(change, store_id_, turn));
  }
  COMITY_RETURN_IF_ERROR(turn.AddLeaf(EntryOf(attempt, resource, plan, turn)).status());
  made = plan.changes.front();
  for (Change& change : plan.changes) state_.Stage(std::move(change));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<JournalScheduleStore::Written>> JournalScheduleStore::FindAnswer(
    const journal::Attempt& attempt) {
  COMITY_ASSIGN_OR_RETURN(std::optional<journal::Committed> committed,
                          journal_->FindAnswer(attempt));
  if (!committed.has_value()) return std::optional<Written>();
  return Recall(Written{.committed = *std::move(committed)});
}

absl::StatusOr<JournalScheduleStore::Written> JournalScheduleStore::Recall(Written written) {
  if (!written.committed.replayed) return written;
  const std::string& resource = written.committed.resource;
  COMITY_ASSIGN_OR_RETURN(
      const std::optional<journal::Version> then,
      journal_->VersionAt(KindOf(resource), resource, written.committed.revision));
  if (!then.has_value()) return Unreadable();
  COMITY_ASSIGN_OR_RETURN(written.made, Read(*journal_, *then));
  return written;
}

}  // namespace comity::engagement_scheduling
