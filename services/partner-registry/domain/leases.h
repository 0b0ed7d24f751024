#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "common/time/steady_cond_var.h"
#include "services/partner-registry/domain/lease_rows.h"
#include "services/partner-registry/domain/lease_table.h"

namespace comity::partner_registry {

// Who may still act on which revision, so that a barrier knows when it holds everywhere: the
// replicas of the services and, over a shared database, the registry's own processes.
//
// A holder counts its lease from before it asked for it, on its own clock since boot; others count
// from when the row was stored, and add a second: a lease that has lapsed here has lapsed there.
//
// Why a barrier at one process holds at replicas of another. A barrier is committed at revision R;
// after that its process reads the rows. Take a lease, and when its row was stored:
//   - before that read: the read shows the row, and the barrier waits until R is confirmed or the
//     lease is over. A later renewal of it falls under the next line.
//   - after it: so after R was committed. Whoever stored it looks up the last revision afterwards,
//     which is R at least, and gives the lease only with everything up to there: with R.
// So one look suffices, and no barrier waits for longer than one lease and a second. Rows need not
// be written under the head's lock for that.
//
// All rows are read and written by one thread of its own. Thread-safe.
class Leases {
 public:
  struct Options {
    absl::Duration lease = absl::Seconds(10);  // 3 to 60 seconds.
    // How often rows are looked at and the process's own lease is renewed.
    absl::Duration renewal = absl::Seconds(2);
  };

  // `rows` and `clock` are not owned.
  Leases(LeaseRows* rows, const Clock* clock, Options options);
  ~Leases() { Stop(); }
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;

  // Looks at the rows and asks for the process's own lease, then goes on with both.
  void Start();

  // Stops, and gives the own lease back: nothing is answered from memory any more. Idempotent.
  void Stop();

  // What `Renew` says: the revision up to which a replica must have been sent everything before it
  // is told of its lease, or why there is none.
  using Done = std::function<void(absl::StatusOr<std::int64_t> revision)>;

  // Stores a renewal. `done` is called on a thread of this object and must only wake somebody; not
  // at all if the same holder renews again before, or this stops.
  void Renew(LeaseRenewal renewal, Done done);

  // Readers of this process see `revision`, and `barrier` is the last barrier up to there (0: none
  // since the start), which is confirmed at once.
  void NoteApplied(std::int64_t revision, std::int64_t barrier);

  // Waits until everybody has confirmed `revision`, which is committed and applied here, or its
  // lease has lapsed. DEADLINE_EXCEEDED `COMMITTED_NOT_YET_EVERYWHERE` if `patience` is over
  // first: what was committed stands.
  absl::Status AwaitEverywhere(std::int64_t revision, absl::Duration patience);

  // OK while this process may answer from memory what somebody acts on; to be asked before memory
  // is. UNAVAILABLE `REGISTRY_LEASE_LAPSED`: another process may have committed a withdrawal and
  // answered it. FAILED_PRECONDITION as LeaseRows::Usable.
  absl::Status MayAnswer() const;

  absl::Status Usable() const { return rows_->Usable(); }
  absl::Duration lease() const { return options_.lease; }

  // Others with a running lease.
  int live() const;
  // How many revisions the one that is furthest behind lacks of `revision`.
  std::int64_t behind(std::int64_t revision) const;
  // Barriers that wait.
  int waiting() const;

 private:
  // A barrier that waits.
  struct Waiter {
    std::int64_t revision = 0;
    std::int64_t look = 0;  // The one that it needs at least.
    // Until when it may take at most, known from that look on.
    absl::Duration horizon = absl::InfiniteDuration();
  };

  // What the thread does next.
  struct Work {
    std::map<LeaseHolder, std::pair<std::int64_t, Done>> renewals;
    bool own = false;
    std::int64_t own_confirmed = 0;
    bool look = false;
    std::int64_t number = 0;  // Of the last look that somebody asked for.
  };

  void Loop();
  // False: it stops.
  bool Take(Work& work);
  void Run(Work& work);
  // Whether what was asked for could be stored and read.
  bool Store(Work& work);
  bool Look(const Work& work);

  bool OwnDue() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeOwn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  LeaseRows* const rows_;
  const Clock* const clock_;
  const Options options_;
  const LeaseHolder own_;
  std::shared_ptr<void> subscription_;
  std::thread thread_;
  absl::Duration next_tick_ = absl::ZeroDuration();  // The thread's; on the machine's clock.
  // Nanoseconds since boot until when the process may answer.
  std::atomic<std::int64_t> own_until_ = 0;

  mutable absl::Mutex mutex_;
  SteadyCondVar wake_;     // The thread's.
  SteadyCondVar changed_;  // Of those who wait for a barrier.
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  LeaseTable table_ ABSL_GUARDED_BY(mutex_);
  std::map<LeaseHolder, std::pair<std::int64_t, Done>> renewals_ ABSL_GUARDED_BY(mutex_);
  std::set<Waiter*> waiters_ ABSL_GUARDED_BY(mutex_);
  bool heard_ ABSL_GUARDED_BY(mutex_) = false;        // Another process stored something.
  std::int64_t wanted_ ABSL_GUARDED_BY(mutex_) = 0;   // The last look that was asked for,
  std::int64_t tried_ ABSL_GUARDED_BY(mutex_) = 0;    // and that was begun.
  std::int64_t applied_ ABSL_GUARDED_BY(mutex_) = 0;  // See NoteApplied.
  std::int64_t barrier_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t confirmed_ ABSL_GUARDED_BY(mutex_) = 0;  // What the own row says, or shall say.
  // Own leases that were stored and need a revision first, and until when they run.
  std::deque<std::pair<std::int64_t, absl::Duration>> pending_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::partner_registry
