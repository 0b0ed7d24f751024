#include "common/registry_replica/follower.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/random.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::registry_replica {
namespace {

namespace v1 = ::comity::partner_registry::v1;

// A registry that says nothing for so long, though it is asked every `renewal`, is not there.
constexpr absl::Duration kSilence = absl::Seconds(10);
constexpr std::size_t kReplicaIdBytes = 16;

std::string FileIn(const std::string& folder) {
  return folder.empty() ? "" : absl::StrCat(folder, "/registry-replica");
}

// A replica keeps nothing that the transfer check does not need.
void Scrub(v1::Change& change) {
  for (v1::Fact& fact : *change.mutable_facts()) {
    if (fact.has_milestone()) fact.clear_fact();
    if (!fact.has_decision()) continue;
    fact.mutable_decision()->clear_evidence();
    fact.mutable_decision()->clear_grounds();
    fact.mutable_decision()->clear_recorded_by();
  }
}

absl::Status Unknown() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "The registry was not reached since this service started for the first time; "
                   "try again when it is there.",
                   {.reason = "REGISTRY_UNKNOWN", .retry_after = absl::Seconds(1)});
}

}  // namespace

RegistryReplica::Follower::Follower(ReplicaOptions options)
    : options_(std::move(options)),
      replica_id_(absl::BytesToHexString(crypto::RandomBytes(kReplicaIdBytes))),
      stub_(v1::PartnerRegistryService::NewStub(options_.channel)),
      file_(FileIn(options_.folder)),
      state_(std::make_unique<ReplicaState>()) {}

void RegistryReplica::Follower::Start() {
  started_ = options_.clock->SinceBoot();
  const bool never_kept = file_.NeverKept();
  absl::StatusOr<v1::Change> kept = file_.Load();
  absl::Status usable = kept.status();
  if (usable.ok() && kept->has_revision()) {
    usable = state_->Apply(*kept);
    // Nothing decided before this start is handed over without being decided again.
    if (usable.ok()) Publish(/*barrier=*/true);
  }
  if (!usable.ok()) {
    Warn("The replica that was kept cannot be used; a new one is loaded.", usable);
    state_ = std::make_unique<ReplicaState>();
  }
  if (never_kept && !options_.seed.folder.empty()) {
    if (const absl::Status seeded = StartFromSeed(); !seeded.ok()) {
      Warn("The seed is refused; the replica starts with nothing.", seeded);
      readings_->seed_refused = true;
      state_ = std::make_unique<ReplicaState>();
    }
  }
  if (options_.metrics != nullptr) AddMetrics();
  thread_ = std::thread([this] { Run(); });
}

absl::Status RegistryReplica::Follower::StartFromSeed() {
  COMITY_ASSIGN_OR_RETURN(v1::Change seed, ReadSeed(options_.seed, options_.clock->Now()));
  Scrub(seed);
  COMITY_RETURN_IF_ERROR(state_->Apply(seed));
  Folder folder;
  folder.Add(seed);
  // Not from memory alone: the next start would go back to the seed from what came after it.
  COMITY_RETURN_IF_ERROR(file_.Replace(folder.Take()));
  Publish(/*barrier=*/true);
  if (options_.logger != nullptr) {
    options_.logger->Info("The replica starts from the seed.",
                          {{"revision", absl::StrCat(state_->revision().number)}});
  }
  return absl::OkStatus();
}

void RegistryReplica::Follower::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
    if (context_ != nullptr) context_->TryCancel();
  }
  if (thread_.joinable()) thread_.join();
}

void RegistryReplica::Follower::Run() {
  absl::BitGen random;
  absl::Duration backoff = options_.first_backoff;
  while (true) {
    const absl::Duration begun = options_.clock->SinceBoot();
    const absl::Status ended = FollowOnce();
    readings_->connected = false;
    arriving_ = nullptr;
    arriving_facts_ = nullptr;
    revisions_.Forget();
    // A change that cannot be applied leaves a state that is neither before nor after it.
    if (absl::IsInternal(ended) && ReasonOf(ended) == "REGISTRY_CHANGE_INVALID") Drop();
    if (options_.clock->SinceBoot() - begun > kSilence) backoff = options_.first_backoff;
    ++readings_->reconnections;
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    Warn("The stream from the registry ended; connecting again.", ended);
    const auto stopping = [this] {
      mutex_.AssertHeld();
      return stopping_;
    };
    if (changed_.AwaitFor(&mutex_, backoff * absl::Uniform(random, 0.5, 1.5), stopping)) return;
    backoff = std::min(backoff * 2, options_.longest_backoff);
  }
}

absl::Status RegistryReplica::Follower::FollowOnce() {
  grpc::ClientContext context;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return absl::CancelledError("stopping");
    context_ = &context;
    sent_.clear();
    heard_ = options_.clock->SinceBoot();
    confirmable_.reset();
    if (state_->revision().number > 0) confirmable_ = state_->revision();
  }
  ReplicateStream stream(*stub_, &context);
  if (state_->revision().number == 0) {
    arriving_ = std::make_unique<ReplicaState>();
    arriving_facts_ = std::make_unique<Folder>();
  }
  std::atomic<bool> reading = true;
  absl::Status handled;
  // The first message asks for a snapshot if nothing can be confirmed.
  Request first;
  first.set_replica_id(replica_id_);
  bool open = true;
  if (arriving_ != nullptr) {
    open = stream.Write(first);
  } else {
    open = Confirm(stream);
  }
  if (open) {
    std::thread renewing([&] { RenewWhile(stream, context, reading); });
    Response response;
    while (handled.ok() && stream.Read(&response)) {
      handled = Handle(std::move(response), stream);
      response = Response();
    }
    {
      absl::MutexLock lock(&mutex_);
      reading = false;
      changed_.SignalAll();
    }
    renewing.join();
  }
  if (!handled.ok()) context.TryCancel();
  const absl::Status ended = rpc::ToAbslStatus(stream.Finish());
  {
    absl::MutexLock lock(&mutex_);
    context_ = nullptr;
  }
  return handled.ok() ? ended : handled;
}

void RegistryReplica::Follower::RenewWhile(ReplicateStream& stream, grpc::ClientContext& context,
                                           const std::atomic<bool>& reading) {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      const auto over = [this, &reading] {
        mutex_.AssertHeld();
        return stopping_ || !reading;
      };
      if (changed_.AwaitFor(&mutex_, options_.renewal, over)) return;
      if (options_.clock->SinceBoot() - heard_ > kSilence) {
        context.TryCancel();
        return;
      }
      if (!confirmable_) continue;
    }
    if (!Confirm(stream)) return;
  }
}

bool RegistryReplica::Follower::Confirm(ReplicateStream& stream) {
  absl::MutexLock writing(&write_mutex_);
  Request request;
  request.set_replica_id(replica_id_);
  {
    absl::MutexLock lock(&mutex_);
    if (!confirmable_) return true;
    request.mutable_confirmed()->set_store_id(confirmable_->store_id);
    request.mutable_confirmed()->set_number(confirmable_->number);
    request.set_renewal(++renewal_);
    // The lease counts from before the message leaves.
    sent_[renewal_] = options_.clock->SinceBoot();
  }
  return stream.Write(request);
}

absl::Status RegistryReplica::Follower::Handle(Response response, ReplicateStream& stream) {
  readings_->connected = true;
  {
    absl::MutexLock lock(&mutex_);
    heard_ = options_.clock->SinceBoot();
    if (response.reset()) confirmable_.reset();
  }
  if (response.reset()) {
    revisions_.Forget();
    arriving_ = std::make_unique<ReplicaState>();
    arriving_facts_ = std::make_unique<Folder>();
  }
  const bool loading = arriving_ != nullptr;
  if (!loading) {
    // Nothing is shown, kept or confirmed of a revision before all of it is there.
    std::optional<Response> whole = revisions_.Add(std::move(response));
    if (!whole.has_value()) return absl::OkStatus();
    response = *std::move(whole);
  }
  const legal::Revision before = state_->revision();
  const std::string checkpoint = response.checkpoint();
  bool barrier = false;
  for (const v1::Change& change : response.changes()) barrier |= change.barrier();
  COMITY_RETURN_IF_ERROR(ApplyChanges(response));

  if (!loading) {
    if (!checkpoint.empty()) state_->SetCheckpoint(checkpoint);
    if (state_->revision() != before || !checkpoint.empty()) Publish(barrier);
    // Only now: a lease that came with a withdrawal must not serve what was before it.
    TakeLease(response);
    // Whoever withdraws something waits for this confirmation.
    if (barrier && !Confirm(stream)) return absl::UnavailableError("the stream has ended");
    return absl::OkStatus();
  }
  if (!checkpoint.empty()) arriving_->SetCheckpoint(checkpoint);
  if (!response.has_bookmark()) return absl::OkStatus();
  if (const absl::Status kept = file_.Replace(arriving_facts_->Take()); !kept.ok()) {
    Warn("The replica cannot be kept; it stays in memory.", kept);
  }
  state_ = std::move(arriving_);
  arriving_facts_ = nullptr;
  Publish(/*barrier=*/true);
  return Confirm(stream) ? absl::OkStatus() : absl::UnavailableError("the stream has ended");
}

absl::Status RegistryReplica::Follower::ApplyChanges(Response& response) {
  ReplicaState& state = arriving_ != nullptr ? *arriving_ : *state_;
  for (v1::Change& change : *response.mutable_changes()) {
    Scrub(change);
    COMITY_RETURN_IF_ERROR(state.Apply(change));
    if (arriving_ != nullptr) {
      arriving_facts_->Add(change);
    } else if (const absl::Status kept = file_.Append(change); !kept.ok()) {
      Warn("The replica cannot be kept; it stays in memory.", kept);
    }
  }
  if (response.has_bookmark()) {
    COMITY_RETURN_IF_ERROR(state.AdvanceTo(response.bookmark()));
    v1::Change frame;
    *frame.mutable_revision() = response.bookmark();
    if (arriving_ != nullptr) arriving_facts_->Add(frame);
  }
  // What belongs to a store that is no more is never decided on, not even while loading.
  const std::string& ours = state_->revision().store_id;
  if (arriving_ != nullptr && !ours.empty() && !arriving_->revision().store_id.empty() &&
      arriving_->revision().store_id != ours) {
    Drop();
  }
  return absl::OkStatus();
}

void RegistryReplica::Follower::Publish(bool barrier) {
  const std::shared_ptr<const Snapshot> snapshot = state_->Publish();
  const auto show = [&] {
    absl::MutexLock lock(&mutex_);
    snapshot_ = snapshot;
    confirmable_ = snapshot->revision();
    changed_.SignalAll();
    if (barrier) barrier_ = snapshot->revision();
  };
  if (barrier) {
    release_lock_->Exclude(show);
    readings_->barrier = snapshot->revision().number;
  } else {
    show();
  }
  readings_->revision = snapshot->revision().number;
  if (options_.on_change) options_.on_change(*snapshot, barrier);
}

void RegistryReplica::Follower::Drop() {
  state_ = std::make_unique<ReplicaState>();
  file_.Forget();
  release_lock_->Exclude([this] {
    absl::MutexLock lock(&mutex_);
    barrier_ = legal::Revision();
    snapshot_ = nullptr;
    confirmable_.reset();
    lease_until_ = absl::ZeroDuration();
  });
  readings_->lease_until = 0;
  readings_->revision = 0;
}

void RegistryReplica::Follower::TakeLease(const Response& response) {
  if (response.renewed() == 0 || response.lease_ms() <= 0) return;
  absl::MutexLock lock(&mutex_);
  const auto sent = sent_.find(response.renewed());
  if (sent == sent_.end()) return;
  lease_until_ = std::max(lease_until_, sent->second + absl::Milliseconds(response.lease_ms()));
  had_lease_ = true;
  readings_->lease_until = absl::ToInt64Nanoseconds(lease_until_);
  changed_.SignalAll();
  sent_.erase(sent_.begin(), std::next(sent));
}

absl::StatusOr<std::shared_ptr<const Snapshot>> RegistryReplica::Follower::Latest() const {
  absl::MutexLock lock(&mutex_);
  if (snapshot_ == nullptr) return Unknown();
  return snapshot_;
}

absl::Status RegistryReplica::Follower::WaitFor(std::int64_t number,
                                                absl::Duration patience) const {
  absl::MutexLock lock(&mutex_);
  const auto caught_up = [this, number] {
    mutex_.AssertHeld();
    return snapshot_ != nullptr && snapshot_->revision().number >= number &&
           options_.clock->SinceBoot() < lease_until_;
  };
  if (changed_.AwaitFor(&mutex_, patience, caught_up)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kDeadlineExceeded,
                   "The registry was not reached in time; is it running, and is the address right?",
                   {.reason = "REGISTRY_NOT_CAUGHT_UP"});
}

absl::Duration RegistryReplica::Follower::LeaseLeft() const {
  absl::MutexLock lock(&mutex_);
  return lease_until_ - options_.clock->SinceBoot();
}

bool RegistryReplica::Follower::Settled() const {
  absl::MutexLock lock(&mutex_);
  return had_lease_ || options_.clock->SinceBoot() - started_ >= options_.first_lease;
}

legal::Revision RegistryReplica::Follower::LastBarrier() const {
  absl::MutexLock lock(&mutex_);
  return barrier_;
}

absl::StatusOr<ReleasePermit> RegistryReplica::Follower::PermitRelease(
    const legal::Revision& decided_at, bool operational) const {
  ReleasePermit permit = release_lock_->Share();
  absl::MutexLock lock(&mutex_);
  if (decided_at.store_id != barrier_.store_id || decided_at.number < barrier_.number) {
    return MakeError(absl::StatusCode::kAborted,
                     "Something was withdrawn or suspended in the registry since this was decided; "
                     "it is decided again.",
                     {.reason = "REGISTRY_CHANGED"});
  }
  if (operational && lease_until_ <= options_.clock->SinceBoot()) {
    return MakeError(
        absl::StatusCode::kUnavailable,
        "The registry was not heard from for longer than its lease, so that operational "
        "data are not released; try again when it is reached.",
        {.reason = "REGISTRY_LEASE_LAPSED", .retry_after = absl::Seconds(2)});
  }
  return permit;
}

void RegistryReplica::Follower::AddMetrics() {
  metrics::Metrics& metrics = *options_.metrics;
  const std::shared_ptr<const Readings> readings = readings_;
  const Clock* const clock = options_.clock;
  metrics.AddCallback("comity_registry_replica_revision", "The registry revision known here.", {},
                      [readings] { return static_cast<double>(readings->revision); });
  metrics.AddCallback("comity_registry_replica_barrier_revision",
                      "The registry revision of the last withdrawal or suspension applied here.",
                      {}, [readings] { return static_cast<double>(readings->barrier); });
  metrics.AddCallback("comity_registry_replica_connected",
                      "Whether the stream from the registry is open.", {},
                      [readings] { return readings->connected ? 1.0 : 0.0; });
  metrics.AddCallback("comity_registry_replica_reconnections_total",
                      "How often the stream from the registry ended.", {},
                      [readings] { return static_cast<double>(readings->reconnections); });
  metrics.AddCallback("comity_registry_replica_seed_refused",
                      "Whether the seed could not be started from, so that everything is loaded.",
                      {}, [readings] { return readings->seed_refused ? 1.0 : 0.0; });
  metrics.AddCallback("comity_registry_replica_lease_seconds",
                      "What is left of the lease; at 0 releases of operational data stop, and "
                      "nobody of a partner is let in.",
                      {}, [readings, clock] {
                        const absl::Duration left =
                            absl::Nanoseconds(readings->lease_until.load()) - clock->SinceBoot();
                        return std::max(0.0, absl::ToDoubleSeconds(left));
                      });
}

void RegistryReplica::Follower::Warn(absl::string_view message, const absl::Status& status) {
  if (options_.logger == nullptr) return;
  options_.logger->Warning(message, {{"reason", ReasonOf(status)},
                                     {"code", absl::StatusCodeToString(status.code())},
                                     {"error", status.message()}});
}

}  // namespace comity::registry_replica
