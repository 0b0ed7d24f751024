#include "services/partner-registry/transport/feed.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "common/service/calls.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/records/fact_proto.h"

namespace comity::partner_registry {
namespace {

// About this many facts a message: some hundred KiB.
constexpr std::size_t kFactsAMessage = 500;

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  const std::int64_t micros = absl::ToUnixMicros(time);
  out->set_seconds(micros / 1'000'000);
  out->set_nanos(static_cast<std::int32_t>(micros % 1'000'000 * 1000));
}

v1::Fact ForTheWire(const Fact& fact, absl::string_view store_id) {
  v1::Fact made = ToProto(fact, store_id);
  if (made.has_decision()) made.mutable_decision()->clear_grounds();
  return made;
}

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

}  // namespace

void FeedCursor::StartWithSnapshot() {
  waiting_.clear();
  const RegistryStore::State::Guard now = store_->View();
  const absl::CivilDay today = DayInBrussels(clock_->Now());
  Part part;
  v1::Change* change = nullptr;
  const auto open = [&] {
    change = &part.changes.emplace_back();
    service::SetRevision(now->store_id(), now->revision(), change->mutable_revision());
    SetTime(now.commit_time(), change->mutable_commit_time());
  };
  for (const Fact& fact : now->AllFacts()) {
    if (!MaySee(viewer_, fact, today)) continue;
    if (change == nullptr) open();
    *change->add_facts() = ForTheWire(fact, now->store_id());
    if (static_cast<std::size_t>(change->facts_size()) == kFactsAMessage) {
      waiting_.push_back(std::move(part));
      part = Part();
      change = nullptr;
    }
  }
  part.bookmark = now->revision();
  waiting_.push_back(std::move(part));
  sent_ = now->revision();
}

absl::StatusOr<std::optional<FeedCursor::Part>> FeedCursor::Next() {
  if (waiting_.empty()) {
    if (store_->View().revision() <= sent_) return std::nullopt;
    COMITY_ASSIGN_OR_RETURN(const std::vector<CommittedChange> changes,
                            store_->ChangesAfter(sent_, kFactsAMessage));
    if (changes.empty()) return std::nullopt;
    const absl::CivilDay today = DayInBrussels(clock_->Now());
    Part part;
    for (const CommittedChange& committed : changes) {
      v1::Change made;
      service::SetRevision(store_->store_id(), committed.change.revision, made.mutable_revision());
      SetTime(committed.commit_time, made.mutable_commit_time());
      made.set_barrier(committed.barrier);
      for (const Fact& fact : committed.change.facts) {
        if (MaySee(viewer_, fact, today)) *made.add_facts() = ForTheWire(fact, store_->store_id());
      }
      // Who may not see what changed does not learn that something did, but for the bookmark.
      if (viewer_.all || made.facts_size() > 0) part.changes.push_back(std::move(made));
    }
    sent_ = changes.back().change.revision;
    part.bookmark = sent_;
    waiting_.push_back(std::move(part));
  }
  Part next = std::move(waiting_.front());
  waiting_.pop_front();
  return next;
}

absl::Status Feed::Watch(const v1::WatchRequest& request,
                         std::shared_ptr<rpc::Outflow<v1::WatchResponse>> stream) const {
  auto cursor =
      std::make_shared<FeedCursor>(store_, clock_, Viewer::Of(stream->call().principal()));
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
      if (part->bookmark > 0 || part->changes.empty()) {
        service::SetRevision(store_id, part->bookmark, response.mutable_bookmark());
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

// One replica's stream.
struct ReplicaState {
  ReplicaState(RegistryStore* store, const Clock* clock)
      : cursor(store, clock, Viewer{.all = true}) {}

  absl::Mutex mutex;
  FeedCursor cursor ABSL_GUARDED_BY(mutex);
  std::string replica_id ABSL_GUARDED_BY(mutex);  // Empty until the first message.
  bool reset ABSL_GUARDED_BY(mutex) = false;      // A snapshot follows, not yet announced.
  std::optional<std::int64_t> renewal ABSL_GUARDED_BY(mutex);  // Stored, not yet answered.
  std::string checkpoint ABSL_GUARDED_BY(mutex);               // The last one sent.
};

}  // namespace

absl::Status Feed::Replicate(
    std::shared_ptr<rpc::Session<v1::ReplicateRequest, v1::ReplicateResponse>> stream) const {
  if (stream->call().principal().kind != identity::PrincipalKind::kService) {
    return MakeError(absl::StatusCode::kPermissionDenied,
                     "Replicas are for services only: use Watch.", {.reason = "NOT_A_SERVICE"});
  }
  auto state = std::make_shared<ReplicaState>(store_, clock_);
  const std::string caller(stream->call().caller());
  const std::weak_ptr<rpc::Session<v1::ReplicateRequest, v1::ReplicateResponse>> weak = stream;

  stream->SetPump([state, store = store_, lease = leases_->lease()](
                      rpc::Outflow<v1::ReplicateResponse>& out) -> absl::Status {
    const absl::MutexLock lock(&state->mutex);
    while (out.HasRoom()) {
      if (state->replica_id.empty()) break;  // It has not yet said what it has.
      COMITY_ASSIGN_OR_RETURN(std::optional<FeedCursor::Part> part, state->cursor.Next());
      if (!part.has_value() && !state->renewal.has_value()) break;
      v1::ReplicateResponse response;
      if (part.has_value()) {
        response.set_reset(std::exchange(state->reset, false));
        for (v1::Change& change : part->changes) *response.add_changes() = std::move(change);
        if (part->bookmark > 0 || part->changes.empty()) {
          service::SetRevision(store->store_id(), part->bookmark, response.mutable_bookmark());
        }
      }
      // A lease is given only to who has everything: a withdrawal in a part to come may have been
      // answered while this replica counted for nothing.
      if (!part.has_value()) {
        response.set_renewed(*state->renewal);
        response.set_lease_ms(absl::ToInt64Milliseconds(lease));
        state->renewal.reset();
        const std::string checkpoint = store->LatestCheckpoint();
        if (!checkpoint.empty() && checkpoint != state->checkpoint) {
          state->checkpoint = checkpoint;
          response.set_checkpoint(checkpoint);
        }
      }
      out.TryPush(std::move(response));
    }
    return absl::OkStatus();
  });

  stream->OnMessage([state, weak, caller, store = store_,
                     leases = leases_](v1::ReplicateRequest request) -> absl::Status {
    if (!IsReplicaId(request.replica_id())) {
      return InvalidField("REPLICA_ID_INVALID", "replica_id",
                          "write 32 lower-case hexadecimal digits, the same in every message");
    }
    const bool of_this_store = request.has_confirmed() &&
                               request.confirmed().store_id() == store->store_id() &&
                               request.confirmed().number() >= 0 &&
                               request.confirmed().number() <= store->View().revision();
    {
      const absl::MutexLock lock(&state->mutex);
      if (state->replica_id.empty()) {
        state->replica_id = request.replica_id();
        if (of_this_store) {
          state->cursor.StartAfter(request.confirmed().number());
        } else {
          state->cursor.StartWithSnapshot();
          state->reset = true;
        }
      } else if (state->replica_id != request.replica_id()) {
        return InvalidField("REPLICA_ID_INVALID", "replica_id",
                            "it must be the same in every message of a stream");
      }
    }
    // Who loads a snapshot asks for no lease yet, and may not release anything.
    if (request.renewal() == 0) {
      if (const auto alive = weak.lock()) alive->Wake();
      return absl::OkStatus();
    }
    // Stored before it is answered: from now on barriers wait for this replica.
    leases->Renew(caller, request.replica_id(), of_this_store ? request.confirmed().number() : 0);
    {
      const absl::MutexLock lock(&state->mutex);
      state->renewal = request.renewal();
    }
    if (const auto alive = weak.lock()) alive->Wake();
    return absl::OkStatus();
  });

  std::shared_ptr<void> subscription = store_->Subscribe([weak] {
    if (const auto alive = weak.lock()) alive->Wake();
  });
  stream->OnEnd([subscription = std::move(subscription)]() mutable { subscription.reset(); });
  return absl::OkStatus();
}

}  // namespace comity::partner_registry
