#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace comity::testing::faults {

// What happens at the chosen call.
enum class Action : std::int64_t {
  kNone = 0,
  kDieBefore = 1,   // The process is killed, the call not made.
  kDieHalfway = 2,  // Half of the bytes are written first; other calls are not made.
  kFail = 3,        // The call is not made and fails with `error`; what is sent is not counted.
};

// What becomes of changes that were not synced when the process is killed. Either way synced ones
// stay.
enum class Unsynced : std::int64_t {
  kKeep = 0,  // As when only the process dies.
  kLose = 1,  // All are undone: as when the power fails.
  kSome = 2,  // Each write, or a part of it, may have reached the medium or not, by `seed`.
};

constexpr std::size_t kTraceSize = std::size_t{16} * 1024;

// The page that a test and the process under test share. Everything may be changed at any time.
// Eight numbers of 64 bits come first, so that a script can write them too.
struct Control {
  std::atomic<std::int64_t> calls;        // Write points passed so far.
  std::atomic<std::int64_t> at;           // Act when `calls` becomes this; 0: never.
  std::atomic<std::int64_t> count;        // kFail: so many calls in a row.
  std::atomic<std::int64_t> action;       // Action.
  std::atomic<std::int64_t> error;        // errno for kFail.
  std::atomic<std::int64_t> unsynced;     // Unsynced.
  std::atomic<std::int64_t> seed;         // For Unsynced::kSome.
  std::atomic<std::int64_t> clock_nanos;  // Added to CLOCK_REALTIME.
  // One letter a write point, from the first: w(rite), t(runcate), s(ync), d(irectory sync),
  // c(reate), r(ename), u(nlink), m(kdir), x (rmdir), n (sent over the network).
  char trace[kTraceSize];
  std::atomic<std::int64_t> acted;  // Calls that were acted on.
  // The last of them, such as "pwrite data/journal.db-wal". To be read by people: another thread
  // may be writing it.
  char last[256];
};

// The page of this process: the file that COMITY_FAULTS names, else one that is shared with forked
// children.
Control& ThisProcess();

// A walk over all write points tries each n-th: COMITY_EVERY, else `otherwise`.
std::int64_t StrideOr(std::int64_t otherwise);

// The first of them, from 1 to `stride`: COMITY_FIRST, else drawn anew by every process, so that
// runs together try all. Printed.
std::int64_t FirstOf(std::int64_t stride);

// Counts changes of files below `root` from now on (also COMITY_FAULTS_ROOT); "" stops it. What was
// not synced before is forgotten.
void Watch(const std::string& root);

}  // namespace comity::testing::faults
