#include "services/partner-registry/transport/feed.h"

#include <algorithm>
#include <utility>

#include "common/service/calls.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/records/fact_proto.h"

namespace comity::partner_registry {
namespace {

// About this many facts are read from the journal at once: with texts as long as they may be, some
// MiB. A revision is read whole.
constexpr std::size_t kFactsARead = 200;

bool IsReplicaId(absl::string_view text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

absl::Status Resync() {
  return MakeError(absl::StatusCode::kOutOfRange,
                   "The revision is not one of this store's past: drop what you have and watch "
                   "without a revision for a snapshot.",
                   {.reason = "RESYNC"});
}

// What a partner asks for is no fact until it is approved.
bool IsRequest(const Fact& fact) { return std::holds_alternative<ChangeRequest>(fact); }

// Makes it what it was before it was retracted; false: it was not.
bool Unretract(Fact& fact) {
  return std::visit(
      [](auto& value) {
        if constexpr (requires { value.retraction; }) {
          return std::exchange(value.retraction, std::nullopt).has_value();
        }
        return false;
      },
      fact);
}

}  // namespace

v1::Fact ForTheWire(const Viewer& viewer, Fact fact, absl::string_view store_id) {
  Redact(viewer, fact);
  v1::Fact made = ToProto(fact, store_id);
  if (made.has_partner()) HidePersons(*made.mutable_partner());
  if (made.has_instrument()) HidePersons(*made.mutable_instrument());
  if (made.has_authority()) HidePersons(*made.mutable_authority());
  if (made.has_decision()) made.mutable_decision()->clear_grounds();
  return made;
}

void FeedCursor::StartWithSnapshot() {
  shown_.clear();
  left_ = ChangesLeft();
  sent_ = 0;
  // All of it takes long to be made messages of: the state is let go.
  SnapshotLeft& snapshot = snapshot_.emplace();
  snapshot.today = DayInBrussels(clock_->Now());
  const RegistryStore::State::Guard now = store_->View();
  snapshot.facts = now->SharedFacts();
  snapshot.revision = now->revision();
  snapshot.commit_time = now.commit_time();
}

v1::Change FeedCursor::FrameOf(std::int64_t revision, absl::Time commit_time) const {
  v1::Change frame;
  service::SetRevision(store_->store_id(), revision, frame.mutable_revision());
  SetTime(commit_time, frame.mutable_commit_time());
  return frame;
}

FeedCursor::Part FeedCursor::NextOfSnapshot() {
  SnapshotLeft& snapshot = *snapshot_;
  Part part;
  v1::Change change = FrameOf(snapshot.revision, snapshot.commit_time);
  std::size_t bytes = 0;
  while (snapshot.at < snapshot.facts.size() && bytes < kBytesAPart) {
    // Whoever is slow is owed the rest, and no longer what he was sent.
    Fact fact = CopyOf(std::exchange(snapshot.facts[snapshot.at++], FactPointer()));
    if (!MaySee(viewer_, fact, snapshot.today)) continue;
    Remember(fact);
    v1::Fact& sent = *change.add_facts();
    sent = ForTheWire(viewer_, std::move(fact), store_->store_id());
    snapshot.footnotes.GoWith(sent);
    bytes += sent.ByteSizeLong();
  }
  if (change.facts_size() > 0) part.changes.push_back(std::move(change));
  if (snapshot.at == snapshot.facts.size()) {
    part.bookmark = sent_ = snapshot.revision;
    snapshot_.reset();
  }
  return part;
}

void FeedCursor::Remember(const Fact& fact) {
  const auto* const instrument = std::get_if<Instrument>(&fact);
  if (instrument == nullptr || viewer_.all || instrument->partner == viewer_.partner) return;
  shown_.insert(NameOf(*instrument));
}

std::size_t FeedCursor::Add(Fact fact, absl::CivilDay today, v1::Change& to) {
  if (IsRequest(fact)) return 0;
  const std::string name = NameOf(fact);
  const bool gone = viewer_.insight != Insight::kInternal && Unretract(fact);
  const bool seen = MaySee(viewer_, fact, today);
  if (gone || !seen) {
    const bool was_shown = shown_.erase(name) > 0;
    if (!seen && !was_shown) return 0;
    to.add_removed(name);
    return name.size();
  }
  Remember(fact);
  v1::Fact& sent = *to.add_facts();
  sent = ForTheWire(viewer_, std::move(fact), store_->store_id());
  SetFootnote(*store_->View(), sent);
  return sent.ByteSizeLong();
}

FeedCursor::Part FeedCursor::NextOfChanges() {
  const absl::CivilDay today = DayInBrussels(clock_->Now());
  Part part;
  std::size_t of_whole_ones = 0;
  while (left_.at < left_.changes.size() && of_whole_ones < kBytesAPart) {
    const CommittedChange& committed = left_.changes[left_.at];
    const std::vector<SharedFact>& facts = committed.change.facts;
    v1::Change made = FrameOf(committed.change.revision, committed.commit_time);
    made.set_barrier(committed.barrier);
    std::size_t bytes = 0;
    while (left_.fact < facts.size() && bytes < kBytesAPart) {
      bytes += Add(facts[left_.fact++].Copy(), today, made);
    }
    const bool whole = left_.fact == facts.size();
    // Nobody but who sees all partners can have seen one that nothing hung on.
    if (whole && viewer_.all) {
      made.mutable_removed()->Add(committed.change.removed.begin(), committed.change.removed.end());
    }
    // Who may not see what changed does not learn that something did, but for the bookmark.
    if (viewer_.all || made.facts_size() > 0 || made.removed_size() > 0) {
      part.changes.push_back(std::move(made));
    }
    if (!whole) {
      part.bookmark.reset();  // It stands behind all that came with it.
      return part;
    }
    part.bookmark = sent_ = committed.change.revision;
    of_whole_ones += bytes;
    ++left_.at;
    left_.fact = 0;
  }
  return part;
}

absl::StatusOr<std::optional<FeedCursor::Part>> FeedCursor::Next() {
  if (snapshot_.has_value()) return NextOfSnapshot();
  if (left_.at == left_.changes.size()) {
    left_ = ChangesLeft();
    if (store_->View().revision() <= sent_) return std::nullopt;
    COMITY_ASSIGN_OR_RETURN(left_.changes, store_->ChangesAfter(sent_, kFactsARead));
    if (left_.changes.empty()) return std::nullopt;
  }
  return NextOfChanges();
}

absl::Status Feed::Watch(const v1::WatchRequest& request,
                         std::shared_ptr<rpc::Outflow<v1::WatchResponse>> stream) const {
  auto cursor = std::make_shared<FeedCursor>(
      store_, clock_, Viewer::Of(stream->call().principal(), *store_->View()));
  if (request.has_after()) {
    const comity::ledger::v1::Revision& after = request.after();
    if (after.store_id() != store_->store_id() || after.number() < 0 ||
        after.number() > store_->View().revision()) {
      return Resync();
    }
    cursor->StartAfter(after.number());
  } else {
    cursor->StartWithSnapshot();
  }
  const std::string store_id = store_->store_id();
  stream->SetPump([cursor, store_id](rpc::Outflow<v1::WatchResponse>& out) -> absl::Status {
    while (out.HasRoom()) {
      COMITY_ASSIGN_OR_RETURN(std::optional<FeedCursor::Part> part, cursor->Next());
      if (!part.has_value()) break;
      v1::WatchResponse response;
      for (v1::Change& change : part->changes) *response.add_changes() = std::move(change);
      if (part->bookmark.has_value()) {
        service::SetRevision(store_id, *part->bookmark, response.mutable_bookmark());
      }
      out.TryPush(std::move(response));
    }
    return absl::OkStatus();
  });
  // The subscription must not keep the stream alive, nor the stream itself.
  const std::weak_ptr<rpc::Outflow<v1::WatchResponse>> weak = stream;
  std::shared_ptr<void> subscription = store_->Subscribe([weak] {
    if (const auto alive = weak.lock()) alive->Wake();
  });
  stream->OnEnd([subscription = std::move(subscription)]() mutable { subscription.reset(); });
  stream->Wake();  // For what was committed before the subscription.
  return absl::OkStatus();
}

namespace {

using ReplicaSession = rpc::Session<v1::ReplicateRequest, v1::ReplicateResponse>;
using ReplicaOutflow = rpc::Outflow<v1::ReplicateResponse>;

// One replica's stream.
class ReplicaFeed {
 public:
  // `store` is not owned.
  ReplicaFeed(RegistryStore* store, const Clock* clock, absl::Duration lease)
      : store_(store), lease_(lease), cursor_(store, clock, ReplicaViewer()) {}

  // What the replica says: the revision that it confirms, 0 if that is nothing which is known here
  // (yet), or why the stream ends.
  absl::StatusOr<std::int64_t> Hear(const v1::ReplicateRequest& request);

  // The replica's renewal is stored; when it was, the registry had `reached`.
  void Renewed(std::int64_t renewal, std::int64_t reached);

  // Sends what there is.
  absl::Status Pump(ReplicaOutflow& out);

 private:
  // Whether the replica may be sent anything yet.
  bool Begin() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  RegistryStore* const store_;
  const absl::Duration lease_;

  absl::Mutex mutex_;
  FeedCursor cursor_ ABSL_GUARDED_BY(mutex_);
  std::string replica_id_ ABSL_GUARDED_BY(mutex_);  // Empty until the first message.
  // What it had when it came; a snapshot is for who had nothing, or nothing of this past.
  std::optional<comity::ledger::v1::Revision> had_ ABSL_GUARDED_BY(mutex_);
  bool begun_ ABSL_GUARDED_BY(mutex_) = false;
  bool reset_ ABSL_GUARDED_BY(mutex_) = false;  // A snapshot follows, not yet announced.
  std::optional<std::int64_t> renewal_ ABSL_GUARDED_BY(mutex_);  // Stored, not yet answered.
  std::int64_t reached_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string checkpoint_ ABSL_GUARDED_BY(mutex_);  // The last one sent.
};

absl::StatusOr<std::int64_t> ReplicaFeed::Hear(const v1::ReplicateRequest& request) {
  if (!IsReplicaId(request.replica_id())) {
    return InvalidField("REPLICA_ID_INVALID", "replica_id",
                        "write 32 lower-case hexadecimal digits, the same in every message");
  }
  const absl::MutexLock lock(&mutex_);
  if (replica_id_.empty()) {
    replica_id_ = request.replica_id();
    if (request.has_confirmed()) had_ = request.confirmed();
  } else if (replica_id_ != request.replica_id()) {
    return InvalidField("REPLICA_ID_INVALID", "replica_id",
                        "it must be the same in every message of a stream");
  }
  // What was sent is read from the database and may be ahead of this process's memory; and a
  // revision of which a part alone was sent nobody has.
  const std::int64_t known = begun_ ? cursor_.sent() : store_->View().revision();
  const comity::ledger::v1::Revision& confirmed = request.confirmed();
  const bool ours = request.has_confirmed() && confirmed.store_id() == store_->store_id();
  return ours && confirmed.number() >= 0 && confirmed.number() <= known ? confirmed.number() : 0;
}

void ReplicaFeed::Renewed(std::int64_t renewal, std::int64_t reached) {
  const absl::MutexLock lock(&mutex_);
  renewal_ = renewal;
  reached_ = std::max(reached_, reached);
}

bool ReplicaFeed::Begin() {
  if (begun_) return true;
  if (replica_id_.empty()) return false;  // It has not yet said what it has.
  if (!had_.has_value() || had_->store_id() != store_->store_id() || had_->number() < 0) {
    reset_ = true;
  } else {
    // It may come from a process that knew more than this one does as yet: what it has confirmed
    // there must not be taken from it.
    const std::int64_t here = store_->View().revision();
    if (had_->number() > here && (!renewal_.has_value() || here < reached_)) return false;
    reset_ = had_->number() > here;
  }
  if (reset_) {
    cursor_.StartWithSnapshot();
  } else {
    cursor_.StartAfter(had_->number());
  }
  begun_ = true;
  return true;
}

absl::Status ReplicaFeed::Pump(ReplicaOutflow& out) {
  const absl::MutexLock lock(&mutex_);
  while (out.HasRoom()) {
    if (!Begin()) break;
    COMITY_ASSIGN_OR_RETURN(std::optional<FeedCursor::Part> part, cursor_.Next());
    v1::ReplicateResponse response;
    if (part.has_value()) {
      response.set_reset(std::exchange(reset_, false));
      for (v1::Change& change : part->changes) *response.add_changes() = std::move(change);
      if (part->bookmark.has_value()) {
        service::SetRevision(store_->store_id(), *part->bookmark, response.mutable_bookmark());
      }
    } else if (renewal_.has_value() && cursor_.sent() >= reached_) {
      // A lease is given only to who has everything that was committed when its row was stored: a
      // withdrawal may have been answered, here or at another process, while the row was not there
      // (leases.h).
      response.set_renewed(*renewal_);
      response.set_lease_ms(absl::ToInt64Milliseconds(lease_));
      renewal_.reset();
      const std::string checkpoint = store_->LatestCheckpoint();
      if (!checkpoint.empty() && checkpoint != checkpoint_) {
        checkpoint_ = checkpoint;
        response.set_checkpoint(checkpoint);
      }
    } else {
      break;
    }
    out.TryPush(std::move(response));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Feed::Replicate(std::shared_ptr<ReplicaSession> stream) const {
  if (stream->call().principal().kind != identity::PrincipalKind::kService) {
    return MakeError(absl::StatusCode::kPermissionDenied,
                     "Replicas are for services only: use Watch.", {.reason = "NOT_A_SERVICE"});
  }
  COMITY_RETURN_IF_ERROR(leases_->Usable());
  auto feed = std::make_shared<ReplicaFeed>(store_, clock_, leases_->lease());
  const std::string caller(stream->call().caller());
  const std::weak_ptr<ReplicaSession> weak = stream;
  const auto wake = [weak] {
    if (const auto alive = weak.lock()) alive->Wake();
  };

  stream->SetPump([feed](ReplicaOutflow& out) { return feed->Pump(out); });

  stream->OnMessage(
      [feed, weak, wake, caller, leases = leases_](v1::ReplicateRequest request) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(const std::int64_t confirmed, feed->Hear(request));
        // Who loads a snapshot asks for no lease yet, and may not release anything.
        if (request.renewal() == 0) {
          wake();
          return absl::OkStatus();
        }
        leases->Renew(
            {.holder = {.caller = caller, .replica = request.replica_id()}, .confirmed = confirmed},
            [feed, weak, wake, renewal = request.renewal()](absl::StatusOr<std::int64_t> reached) {
              if (reached.ok()) {
                feed->Renewed(renewal, *reached);
                wake();
              } else if (absl::IsFailedPrecondition(reached.status())) {
                if (const auto alive = weak.lock()) alive->Finish(reached.status());
              }
              // Otherwise the database does not answer: no lease, until the replica asks again.
            });
        return absl::OkStatus();
      });

  std::shared_ptr<void> subscription = store_->Subscribe(wake);
  stream->OnEnd([subscription = std::move(subscription)]() mutable { subscription.reset(); });
  return absl::OkStatus();
}

}  // namespace comity::partner_registry
