#include "services/partner-registry/domain/leases.h"

#include <pthread.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/crypto/random.h"
#include "common/status/error.h"

namespace comity::partner_registry {
namespace {

constexpr char kRegistry[] = "-";
constexpr std::size_t kReplicaIdBytes = 16;
// How long a wait sleeps at most before it looks at the clock again: a test's clock is moved by
// hand.
constexpr absl::Duration kNap = absl::Milliseconds(20);
// When the database is asked again that did not answer.
constexpr absl::Duration kRetry = absl::Milliseconds(200);

absl::Status NotYetEverywhere(std::int64_t revision, absl::Duration outstanding) {
  return MakeError(absl::StatusCode::kDeadlineExceeded,
                   absl::StrCat("The change is committed and stands, but a replica may act on what "
                                "was before for another ",
                                absl::FormatDuration(absl::Ceil(outstanding, absl::Seconds(1))),
                                ": repeat the call with the same request_id to wait on."),
                   {.reason = "COMMITTED_NOT_YET_EVERYWHERE",
                    .metadata = {{"revision", absl::StrCat(revision)}}});
}

}  // namespace

Leases::Leases(LeaseRows* rows, const Clock* clock, Options options)
    : rows_(rows),
      clock_(clock),
      options_(options),
      own_{.caller = kRegistry, .replica = crypto::Hex(crypto::RandomBytes(kReplicaIdBytes))},
      table_(options.lease, own_) {}

void Leases::Start() {
  subscription_ = rows_->Subscribe([this] {
    const absl::MutexLock lock(&mutex_);
    heard_ = true;
    if (!waiters_.empty()) wake_.Signal();
  });
  // Here, so that it can answer when it begins to serve.
  Work first;
  if (Take(first)) Run(first);
  thread_ = std::thread([this] { Loop(); });
  pthread_setname_np(thread_.native_handle(), "leases");
}

void Leases::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    stopping_ = true;
    wake_.SignalAll();
    changed_.SignalAll();
  }
  if (!thread_.joinable()) return;
  thread_.join();
  subscription_.reset();
  {
    const absl::MutexLock lock(&mutex_);
    pending_.clear();
  }
  if (clock_->SinceBoot() >= absl::Nanoseconds(own_until_.exchange(0))) return;
  // Otherwise others would wait until it is over, which is all that is lost if this fails.
  (void)rows_->Store({{.holder = own_, .confirmed = kEverything}});
}

void Leases::Renew(LeaseRenewal renewal, Done done) {
  const absl::MutexLock lock(&mutex_);
  renewals_[std::move(renewal.holder)] = {renewal.confirmed, std::move(done)};
  wake_.Signal();
}

void Leases::NoteApplied(std::int64_t revision, std::int64_t barrier) {
  const absl::MutexLock lock(&mutex_);
  applied_ = std::max(applied_, revision);
  barrier_ = std::max(barrier_, barrier);
  TakeOwn();
  if (OwnDue()) wake_.Signal();
}

bool Leases::OwnDue() const {
  // A barrier that is not applied yet may be of a batch that is lost.
  return rows_->shared() && barrier_ > confirmed_ && barrier_ <= applied_;
}

void Leases::TakeOwn() {
  while (!pending_.empty() && pending_.front().first <= applied_) {
    own_until_ = absl::ToInt64Nanoseconds(pending_.front().second);
    pending_.pop_front();
  }
}

void Leases::Loop() {
  Work work;
  while (Take(work)) Run(work);
}

bool Leases::Take(Work& work) {
  const absl::MutexLock lock(&mutex_);
  work = Work();
  while (true) {
    if (stopping_) return false;
    // The machine's clock: a test's stands still.
    const absl::Duration rest = next_tick_ - SystemClock().SinceBoot();
    const bool tick = rest <= absl::ZeroDuration();
    work.own = OwnDue() || (tick && rows_->shared());
    // What this process stored is looked at again if somebody waits for it.
    work.look = tick || wanted_ > tried_ || (!waiters_.empty() && (heard_ || !renewals_.empty()));
    if (tick) next_tick_ = SystemClock().SinceBoot() + options_.renewal;
    if (work.own || work.look || !renewals_.empty()) break;
    wake_.WaitFor(&mutex_, rest);
  }
  heard_ = false;
  work.renewals.swap(renewals_);
  work.number = tried_ = wanted_;
  work.own_confirmed = applied_;
  if (work.own) confirmed_ = applied_;
  return true;
}

void Leases::Run(Work& work) {
  const bool stored = Store(work);
  if (work.look && Look(work) && stored) return;
  if (work.look || !stored) next_tick_ = std::min(next_tick_, SystemClock().SinceBoot() + kRetry);
}

bool Leases::Store(Work& work) {
  std::vector<LeaseRenewal> renewals;
  for (const auto& [holder, renewal] : work.renewals) {
    renewals.push_back({.holder = holder, .confirmed = renewal.first});
  }
  if (work.own) renewals.push_back({.holder = own_, .confirmed = work.own_confirmed});
  if (renewals.empty()) return true;
  const absl::Duration sent = clock_->SinceBoot();
  const absl::StatusOr<std::int64_t> reached = rows_->Store(renewals);
  for (const auto& [holder, renewal] : work.renewals) renewal.second(reached);
  if (reached.ok() && work.own) {
    const absl::MutexLock lock(&mutex_);
    pending_.emplace_back(*reached, sent + options_.lease);
    TakeOwn();
  }
  return reached.ok();
}

bool Leases::Look(const Work& work) {
  const absl::StatusOr<std::vector<LeaseRow>> rows = rows_->Read();
  if (!rows.ok()) return false;
  const absl::Duration ended = clock_->SinceBoot();
  std::vector<LeaseRow> lapsed;
  {
    const absl::MutexLock lock(&mutex_);
    table_.Merge(*rows, ended);
    lapsed = table_.Lapsed(ended);
    for (Waiter* const waiter : waiters_) {
      if (waiter->look > work.number) continue;
      waiter->horizon =
          std::min(waiter->horizon, ended + table_.Outstanding(waiter->revision, ended));
    }
    changed_.SignalAll();
  }
  // If it fails they are found again at the next look.
  if (!lapsed.empty()) (void)rows_->Forget(lapsed);
  return true;
}

absl::Status Leases::AwaitEverywhere(std::int64_t revision, absl::Duration patience) {
  const absl::Duration give_up = clock_->SinceBoot() + patience;
  const absl::MutexLock lock(&mutex_);
  Waiter waiter{.revision = revision, .look = ++wanted_};
  waiters_.insert(&waiter);
  wake_.Signal();
  absl::Status outcome;
  while (true) {
    const absl::Duration now = clock_->SinceBoot();
    if (waiter.horizon <= now) break;
    if (now >= give_up || stopping_) {
      // A look may be missing still; no lease runs longer than that.
      outcome = NotYetEverywhere(revision,
                                 std::min(waiter.horizon - now, options_.lease + absl::Seconds(1)));
      break;
    }
    changed_.WaitFor(&mutex_, std::min({kNap, waiter.horizon - now, give_up - now}));
  }
  waiters_.erase(&waiter);
  return outcome;
}

absl::Status Leases::MayAnswer() const {
  if (absl::Status usable = rows_->Usable(); !usable.ok()) return usable;
  // The store is this process's alone, and memory is ahead of every answer.
  if (!rows_->shared()) return absl::OkStatus();
  if (clock_->SinceBoot() < absl::Nanoseconds(own_until_.load())) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnavailable,
                   "This process of the registry has not reached its database for longer than its "
                   "lease, so that what it knows may have been withdrawn; try again, or ask "
                   "another.",
                   {.reason = "REGISTRY_LEASE_LAPSED", .retry_after = absl::Seconds(2)});
}

int Leases::live() const {
  const absl::MutexLock lock(&mutex_);
  return table_.live(clock_->SinceBoot());
}

std::int64_t Leases::behind(std::int64_t revision) const {
  const absl::MutexLock lock(&mutex_);
  return table_.behind(revision, clock_->SinceBoot());
}

int Leases::waiting() const {
  const absl::MutexLock lock(&mutex_);
  return static_cast<int>(waiters_.size());
}

}  // namespace comity::partner_registry
