#include "services/partner-registry/storage/journal_registry_store.h"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/journal/entry.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/threads/beside.h"
#include "services/partner-registry/domain/change_requests.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/records/change_request_proto.h"
#include "services/partner-registry/records/fact_proto.h"

namespace comity::partner_registry {
namespace {

constexpr char kBarrier[] = "barrier";
constexpr char kBarrierId[] = "-";
constexpr char kRemoved[] = "removed";

// Of the start.
constexpr std::size_t kReaders = 4;

absl::Status Unreadable() {
  return MakeError(absl::StatusCode::kDataLoss,
                   "A record of the registry cannot be read: restore the store from a backup.",
                   {.reason = "RECORD_UNREADABLE"});
}

// Whether all but name and state are sealed, in the place of the function. Contacts that were
// recorded before they were sealed have more in clear.
bool IsSealed(const v1::Contact& contact) {
  return contact.state() != v1::Contact::STATE_ERASED && contact.spiffe_id().empty() &&
         contact.authority().empty() && !contact.function().empty();
}

// For whom recording `facts` needs keys.
std::vector<std::string> SubjectsOf(const std::vector<Fact>& facts) {
  std::vector<std::string> subjects;
  for (const Fact& fact : facts) {
    const auto* const contact = std::get_if<Contact>(&fact);
    if (contact != nullptr && contact->state != ContactState::kErased) {
      subjects.push_back(NameOf(fact));
    }
    const auto* const request = std::get_if<ChangeRequest>(&fact);
    if (request != nullptr && CarriesContact(*request)) subjects.push_back(ChangedBy(*request));
  }
  return subjects;
}

// A contact whose data are gone, as of `version`, which does not say so itself.
absl::StatusOr<Fact> Tombstone(const journal::Version& version, absl::Time time) {
  COMITY_ASSIGN_OR_RETURN(ChildName name, ParseChildName("name", "contacts", version.id));
  return Contact{.partner = std::move(name.partner),
                 .id = std::move(name.id),
                 .state = ContactState::kErased,
                 .recorded = {.revision = version.revision, .time = time}};
}

// The leaf of a mutation.
journal::EntryBody EntryOf(const journal::Attempt& attempt, const std::string& resource,
                           std::string detail, const journal::Turn& turn) {
  return {.time = turn.now(),
          .kind = journal::kMutationEntry,
          .caller = attempt.caller,
          .method = attempt.method,
          .request_id = attempt.request_id,
          .revision = turn.revision(),
          .resource = resource,
          .outcome = "DONE",
          .via = attempt.via,
          .detail = std::move(detail)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<JournalRegistryStore>> JournalRegistryStore::Open(
    journal::Journal* journal, std::string key_directory, logging::Logger* logger) {
  const journal::Head head = journal->head();
  COMITY_ASSIGN_OR_RETURN(auto keys, journal::SubjectKeys::Open(std::move(key_directory)));
  // Not make_unique: the constructor is private.
  std::unique_ptr<JournalRegistryStore> store(
      new JournalRegistryStore(journal, std::move(keys), logger, Registry(head.store_id), head));
  if (head.revision > 0) {
    COMITY_ASSIGN_OR_RETURN(const Change all, store->Load(head.revision, kReaders));
    Registry loaded(head.store_id);
    loaded.ApplyAtStart(all);
    store.reset(new JournalRegistryStore(journal, std::move(store->keys_), logger,
                                         std::move(loaded), head));
    COMITY_ASSIGN_OR_RETURN(const std::vector<journal::Version> removed,
                            journal->LatestVersions(kRemoved));
    for (const journal::Version& version : removed) store->Hide(version.id, version.revision);
    // Also if the process that erased a contact died before its key was gone.
    const State::Guard now = store->state_.View();
    for (const auto& [name, contact] : now->contacts()) {
      if (contact->state == ContactState::kErased) {
        COMITY_RETURN_IF_ERROR(store->Forget(*contact));
      }
    }
  }
  journal->Attach(&store->state_);
  return store;
}

absl::StatusOr<std::vector<Change>> JournalRegistryStore::ReadChanges(
    const journal::CommittedMutation& mutation) {
  Change change{.revision = mutation.revision};
  for (const journal::Version& version : mutation.versions) {
    if (version.kind == kBarrier) last_barrier_ = mutation.revision;
    if (version.kind == kRemoved) Hide(version.id, version.revision);
    COMITY_RETURN_IF_ERROR(Add(version, mutation.commit_time, change));
    // Whoever erased it sees to the key; two may.
    if (change.facts.empty()) continue;
    const auto* const contact =
        std::get_if<std::shared_ptr<const Contact>>(&change.facts.back().pointer());
    if (contact != nullptr && (*contact)->state == ContactState::kErased) {
      Forget(**contact).IgnoreError();
    }
  }
  return std::vector<Change>{std::move(change)};
}

absl::Status JournalRegistryStore::Add(const journal::Version& version, absl::Time time,
                                       Change& change) {
  if (version.kind == kBarrier || version.kind == kRemoved) return absl::OkStatus();
  if (Hidden(version.id, version.revision)) {
    if (version.kind != KindOf(Contact())) return absl::OkStatus();
    COMITY_ASSIGN_OR_RETURN(Fact tombstone, Tombstone(version, time));
    change.facts.push_back(std::move(tombstone));
    return absl::OkStatus();
  }
  if (!version.body.has_value()) {
    change.removed.push_back(version.id);
    return absl::OkStatus();
  }
  COMITY_ASSIGN_OR_RETURN(Fact fact, Read(version, time));
  change.facts.push_back(std::move(fact));
  return absl::OkStatus();
}

void JournalRegistryStore::Hide(const std::string& name, std::int64_t revision) {
  const absl::MutexLock lock(&mutex_);
  std::int64_t& until = hidden_until_[name];
  until = std::max(until, revision);
  ++hidings_;
  earlier_.clear();
}

bool JournalRegistryStore::Hidden(const std::string& name, std::int64_t revision) {
  const absl::ReaderMutexLock lock(&mutex_);
  const auto removed = hidden_until_.find(name);
  return removed != hidden_until_.end() && revision < removed->second;
}

absl::Status JournalRegistryStore::Forget(const Fact& fact) {
  const auto* const contact = std::get_if<Contact>(&fact);
  if (contact == nullptr || contact->state != ContactState::kErased) return absl::OkStatus();
  const std::string name = NameOf(fact);
  Hide(name, contact->recorded.revision);
  if (!contact->erase_time.has_value()) return absl::OkStatus();
  COMITY_ASSIGN_OR_RETURN(const bool now, keys_->Destroy(name));
  if (now && logger_ != nullptr) {
    logger_->Info("the key of an erased contact was destroyed: destroy it in backups of the keys",
                  {{"file", journal::SubjectKeys::FileOf(name)}});
  }
  return absl::OkStatus();
}

absl::StatusOr<Fact> JournalRegistryStore::ReadRequest(const journal::Version& version,
                                                       absl::Time time) {
  v1::ChangeRequest record;
  if (!version.body.has_value() || !record.ParseFromString(*version.body)) return Unreadable();
  if (const std::string cover = record.contact().function(); !cover.empty()) {
    record.mutable_contact()->clear_function();
    COMITY_ASSIGN_OR_RETURN(const std::string sealed, crypto::FromBase64(cover));
    std::optional<std::string> asked;
    // An erasure hides the contact before it comes to its key: what is read between is kept.
    if (!Hidden(record.contact().name(), version.revision)) {
      COMITY_ASSIGN_OR_RETURN(asked, keys_->Open(record.contact().name(), sealed));
    }
    if (asked.has_value() && !record.MergeFromString(*asked)) return Unreadable();
  }
  absl::StatusOr<ChangeRequest> request = ChangeRequestFromRecord(record);
  if (!request.ok()) return Unreadable();
  request->recorded = {.revision = version.revision, .time = time};
  return Fact(*std::move(request));
}

absl::StatusOr<std::string> JournalRegistryStore::RecordOf(const ChangeRequest& request) const {
  v1::ChangeRequest cover = ToProto(request, store_id_);
  if (!CarriesContact(request)) return cover.SerializeAsString();
  v1::ChangeRequest asked;
  asked.mutable_contact()->Swap(cover.mutable_contact());
  asked.set_reason(cover.reason());
  asked.set_answer(cover.answer());
  cover.clear_reason();
  cover.clear_answer();
  const std::string name = ChangedBy(request);
  COMITY_ASSIGN_OR_RETURN(const std::string sealed, keys_->Seal(name, asked.SerializeAsString()));
  cover.mutable_contact()->set_name(name);
  cover.mutable_contact()->set_function(crypto::Base64(sealed));
  return cover.SerializeAsString();
}

absl::StatusOr<Fact> JournalRegistryStore::Read(const journal::Version& version, absl::Time time) {
  static const absl::string_view request_kind = KindOf(ChangeRequest());
  if (version.kind == request_kind) return ReadRequest(version, time);
  alignas(std::max_align_t) std::array<char, 4096> room;
  google::protobuf::ArenaOptions options;
  options.initial_block = room.data();
  options.initial_block_size = room.size();
  google::protobuf::Arena arena(options);
  v1::Fact& record = *google::protobuf::Arena::CreateMessage<v1::Fact>(&arena);
  if (!version.body.has_value() || !record.ParseFromString(*version.body)) return Unreadable();
  if (record.has_contact() && IsSealed(record.contact())) {
    COMITY_ASSIGN_OR_RETURN(const std::string sealed,
                            crypto::FromBase64(record.contact().function()));
    COMITY_ASSIGN_OR_RETURN(const std::optional<std::string> contact,
                            keys_->Open(version.id, sealed));
    if (!contact.has_value()) return Tombstone(version, time);
    const v1::Contact::State cover = record.contact().state();
    if (!record.mutable_contact()->ParseFromString(*contact)) return Unreadable();
    // They are written alike; what differs was written by somebody who could not open the seal.
    if (record.contact().state() != cover) {
      record.mutable_contact()->set_state(v1::Contact::STATE_SUSPENDED);
    }
  }
  COMITY_ASSIGN_OR_RETURN(Fact fact, FactFromRecord(record));
  if (auto* decision = std::get_if<Decision>(&fact);
      decision != nullptr && !decision->grounds.empty()) {
    COMITY_ASSIGN_OR_RETURN(const std::string sealed, crypto::FromBase64(decision->grounds));
    COMITY_ASSIGN_OR_RETURN(const std::optional<std::string> grounds,
                            journal_->Unseal(sealed, NameOf(*decision)));
    decision->grounds = grounds.value_or("");
  }
  SetRecorded(fact, {.revision = version.revision, .time = time});
  return fact;
}

absl::StatusOr<Change> JournalRegistryStore::Load(std::int64_t revision, std::size_t threads) {
  // What each part says, in order, and the first failure.
  struct Reading {
    absl::Mutex turn;
    journal::StateReader reader ABSL_GUARDED_BY(turn);
    std::vector<std::vector<SharedFact>> parts ABSL_GUARDED_BY(turn);
    absl::Status failed ABSL_GUARDED_BY(turn);
  };
  COMITY_ASSIGN_OR_RETURN(journal::StateReader reader, journal_->StateAt(revision));
  Reading reading{.reader = std::move(reader)};
  // The threads take turns to read from the database; what was read each makes facts of meanwhile.
  const auto read = [&] {
    while (true) {
      std::size_t part = 0;
      absl::StatusOr<std::vector<journal::CommittedVersion>> versions;
      {
        const absl::MutexLock lock(&reading.turn);
        if (!reading.failed.ok()) return;
        versions = reading.reader.Next();
        reading.failed = versions.status();
        if (!versions.ok() || versions->empty()) return;
        part = reading.parts.size();
        reading.parts.emplace_back();
      }
      Change change;
      change.facts.reserve(versions->size());
      absl::Status added;
      for (const auto& [version, time] : *versions) {
        if (added.ok()) added = Add(version, time, change);
      }
      const absl::MutexLock lock(&reading.turn);
      if (!added.ok()) reading.failed = added;
      reading.parts[part] = std::move(change.facts);
    }
  };
  {
    std::vector<std::jthread> beside;
    while (beside.size() + 1 < threads) beside.push_back(Beside(read));
    read();
  }
  const absl::MutexLock lock(&reading.turn);
  COMITY_RETURN_IF_ERROR(reading.failed);
  Change all{.revision = revision};
  all.facts.reserve(reading.parts.size() * journal::StateReader::kPart);
  for (std::vector<SharedFact>& part : reading.parts) {
    std::move(part.begin(), part.end(), std::back_inserter(all.facts));
  }
  return all;
}

// The fact as it will be recorded, and the bytes to keep.
absl::StatusOr<Fact> JournalRegistryStore::Stamp(const Fact& fact, journal::Turn& turn,
                                                 std::string& record) const {
  Fact stamped = fact;
  SetRecorded(stamped, {.revision = turn.revision(), .time = turn.now()});
  if (const auto* const request = std::get_if<ChangeRequest>(&stamped)) {
    COMITY_ASSIGN_OR_RETURN(record, RecordOf(*request));
    return stamped;
  }
  if (auto* statement = std::get_if<KeyStatement>(&stamped)) {
    statement->leaf_index = turn.next_leaf_index();
  }
  v1::Fact kept = ToRecord(stamped, store_id_);
  if (kept.has_decision() && !kept.decision().grounds().empty()) {
    COMITY_ASSIGN_OR_RETURN(const std::string sealed,
                            turn.Seal(kept.decision().grounds(), NameOf(stamped)));
    kept.mutable_decision()->set_grounds(crypto::Base64(sealed));
  }
  if (kept.has_contact() && kept.contact().state() != v1::Contact::STATE_ERASED) {
    COMITY_ASSIGN_OR_RETURN(const std::string sealed,
                            keys_->Seal(kept.contact().name(), kept.contact().SerializeAsString()));
    v1::Contact cover;
    cover.set_name(kept.contact().name());
    cover.set_state(kept.contact().state());
    cover.set_function(crypto::Base64(sealed));
    *kept.mutable_contact() = std::move(cover);
  }
  record = kept.SerializeAsString();
  return stamped;
}

absl::StatusOr<JournalRegistryStore::Written> JournalRegistryStore::Write(journal::Attempt attempt,
                                                                          std::string detail,
                                                                          Planner planner) {
  std::string resource;
  std::optional<Fact> made;
  std::vector<std::string> removed;
  const journal::Attempt about = attempt;  // The body outlives the move below.
  absl::StatusOr<journal::Committed> committed =
      journal_->Mutate(std::move(attempt), [&](journal::Turn& turn) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(const Plan plan, planner(state_.working(), turn.now()));
        resource = plan.resource;
        turn.SetResource(plan.resource);
        if (plan.facts.empty() && plan.removed.empty()) {
          turn.ChangeNothing();
          return absl::OkStatus();
        }
        COMITY_RETURN_IF_ERROR(keys_->Prepare(SubjectsOf(plan.facts)));
        Change change{.revision = turn.revision()};
        journal::EntryBody entry =
            EntryOf(about, plan.resource, plan.detail.empty() ? detail : plan.detail, turn);
        for (const Fact& fact : plan.facts) {
          std::string record;
          COMITY_ASSIGN_OR_RETURN(Fact stamped, Stamp(fact, turn, record));
          COMITY_RETURN_IF_ERROR(turn.Put(KindOf(stamped), NameOf(stamped), record));
          if (const auto* statement = std::get_if<KeyStatement>(&stamped)) {
            entry.statement_sha256 = crypto::Sha256(statement->statement);
          }
          if (NameOf(stamped) == plan.resource) made = stamped;
          change.facts.push_back(std::move(stamped));
        }
        for (const std::string& name : plan.removed) {
          COMITY_RETURN_IF_ERROR(turn.Erase(KindOf(Partner()), name));
          COMITY_RETURN_IF_ERROR(turn.Put(kRemoved, name, ""));
        }
        change.removed = removed = plan.removed;
        entry.count = static_cast<std::int64_t>(change.facts.size() + change.removed.size());
        if (plan.barrier) {
          COMITY_RETURN_IF_ERROR(turn.Put(kBarrier, kBarrierId, ""));
          last_barrier_ = turn.revision();
        }
        COMITY_RETURN_IF_ERROR(turn.AddLeaf(entry).status());
        state_.Stage(std::move(change));
        return absl::OkStatus();
      });
  if (!committed.ok()) return committed.status();

  Written written{.committed = *std::move(committed)};
  for (const std::string& name : removed) Hide(name, written.committed.revision);
  if (!written.committed.replayed) {
    written.fact = written.committed.unchanged ? state_.View()->Find(resource) : std::move(made);
    if (written.fact.has_value()) COMITY_RETURN_IF_ERROR(Forget(*written.fact));
    return written;
  }
  COMITY_ASSIGN_OR_RETURN(written, Recall(std::move(written.committed)));
  // The first attempt may have failed behind its commit.
  if (written.fact.has_value()) COMITY_RETURN_IF_ERROR(Forget(*written.fact));
  return written;
}

absl::StatusOr<std::optional<JournalRegistryStore::Written>> JournalRegistryStore::FindAnswer(
    const journal::Attempt& attempt) {
  COMITY_ASSIGN_OR_RETURN(std::optional<journal::Committed> committed,
                          journal_->FindAnswer(attempt));
  // Another process may have answered it, which this one has not seen yet.
  if (!committed.has_value() || committed->revision > View()->revision()) {
    return std::optional<Written>();
  }
  return Recall(*std::move(committed));
}

absl::StatusOr<JournalRegistryStore::Written> JournalRegistryStore::Recall(
    journal::Committed committed) {
  {
    // What was not changed since is as it was answered: the state of then need not be loaded.
    const State::Guard now = state_.View();
    std::optional<Fact> fact = now->Find(committed.resource);
    if (fact.has_value() && now->revision() >= committed.revision &&
        RecordedOf(*fact).revision <= committed.revision) {
      return Written{.committed = std::move(committed), .fact = std::move(fact)};
    }
  }
  COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const Registry> then, At(committed.revision));
  std::optional<Fact> fact = then->Find(committed.resource);
  return Written{.committed = std::move(committed), .fact = std::move(fact)};
}

absl::StatusOr<std::shared_ptr<const Registry>> JournalRegistryStore::At(std::int64_t revision) {
  {
    const State::Guard now = state_.View();
    if (revision > now.revision() || revision < 0) {
      return MakeError(absl::StatusCode::kOutOfRange,
                       absl::StrCat("The registry has no revision ", revision,
                                    ": ask for one up to ", now.revision(), "."),
                       {.reason = "REVISION_UNKNOWN"});
    }
  }
  while (true) {
    std::int64_t hidings = 0;
    {
      const absl::MutexLock lock(&mutex_);
      for (auto at = earlier_.begin(); at != earlier_.end(); ++at) {
        if ((*at)->revision() == revision) {
          earlier_.splice(earlier_.begin(), earlier_, at);
          return earlier_.front();
        }
      }
      hidings = hidings_;
    }
    COMITY_ASSIGN_OR_RETURN(const Change all, Load(revision, 1));
    auto loaded = std::make_shared<Registry>(store_id_);
    loaded->Apply(all);
    const std::shared_ptr<const Registry> made = std::move(loaded);
    const absl::MutexLock lock(&mutex_);
    if (hidings != hidings_) continue;  // It may have what was hidden meanwhile.
    earlier_.push_front(made);
    if (earlier_.size() > kStatesKept) earlier_.pop_back();
    return made;
  }
}

absl::StatusOr<std::vector<CommittedChange>> JournalRegistryStore::ChangesAfter(std::int64_t after,
                                                                                std::size_t limit) {
  COMITY_ASSIGN_OR_RETURN(const std::vector<journal::CommittedMutation> mutations,
                          journal_->ReadMutations(after, limit));
  std::vector<CommittedChange> changes;
  for (const journal::CommittedMutation& mutation : mutations) {
    CommittedChange& committed = changes.emplace_back(CommittedChange{
        .change = {.revision = mutation.revision}, .commit_time = mutation.commit_time});
    for (const journal::Version& version : mutation.versions) {
      if (version.kind == kBarrier) committed.barrier = true;
      COMITY_RETURN_IF_ERROR(Add(version, mutation.commit_time, committed.change));
    }
  }
  return changes;
}

std::shared_ptr<void> JournalRegistryStore::Subscribe(std::function<void()> callback) {
  return journal_->Subscribe(
      [callback = std::move(callback)](const journal::CommitRange&) { callback(); });
}

std::string JournalRegistryStore::LatestCheckpoint() const {
  const auto checkpoint = journal_->LatestCheckpoint();
  return checkpoint.ok() ? checkpoint->note : "";
}

}  // namespace comity::partner_registry
