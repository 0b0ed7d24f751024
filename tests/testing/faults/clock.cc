// The system's clock, off by what the test says. Clocks that only count (monotonic, boottime) are
// left alone, as they are when an operator or NTP sets the time.
#include <dlfcn.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <ctime>

#include "tests/testing/faults/control.h"

namespace {

using comity::testing::faults::ThisProcess;

constexpr std::int64_t kSecond = 1'000'000'000;

template <typename Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::int64_t Nanos(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

timespec TimespecOf(std::int64_t nanos) {
  return {.tv_sec = nanos / kSecond, .tv_nsec = nanos % kSecond};
}

int RealClock(clockid_t clock, timespec* time) {
  static auto* const real = Real<int(clockid_t, timespec*)>("clock_gettime");
  return real(clock, time);
}

std::int64_t Now(clockid_t clock) {
  timespec time{};
  RealClock(clock, &time);
  return Nanos(time);
}

std::int64_t ShiftedNow() { return Now(CLOCK_REALTIME) + ThisProcess().clock_nanos; }

// Not a local static: threads that wait for one to be made wait by this very call.
auto RealSyscall() -> long (*)(long, ...) {
  static constinit std::atomic<long (*)(long, ...)> known = nullptr;
  long (*real)(long, ...) = known.load(std::memory_order_relaxed);
  if (real == nullptr) {
    real = Real<long(long, ...)>("syscall");
    known.store(real, std::memory_order_relaxed);
  }
  return real;
}

// Whether the clock may jump while somebody waits for it.
bool ClockMoves() {
  static const bool preloaded = std::getenv("COMITY_FAULTS") != nullptr;
  return preloaded || ThisProcess().clock_nanos != 0;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const int result = RealClock(clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    const std::int64_t shift = ThisProcess().clock_nanos;
    if (shift != 0) *time = TimespecOf(Nanos(*time) + shift);
  }
  return result;
}

int gettimeofday(timeval* __restrict time, void* __restrict /*zone*/) noexcept {
  const std::int64_t now = ShiftedNow();
  *time = {.tv_sec = now / kSecond, .tv_usec = now % kSecond / 1000};
  return 0;
}

time_t time(time_t* result) noexcept {
  const time_t now = ShiftedNow() / kSecond;
  if (result != nullptr) *result = now;
  return now;
}

// Abseil waits for moments of the system's clock by this. The kernel would wait for its own clock,
// which did not jump, so the wait is cut into slices that look at ours.
long syscall(long number, ...) noexcept {
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  long (*const real)(long, ...) = RealSyscall();
  const bool waits = number == SYS_futex && (a[1] & FUTEX_CLOCK_REALTIME) != 0 &&
                     (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET && a[3] != 0;
  if (!waits || !ClockMoves()) return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);

  constexpr std::int64_t kSlice = kSecond / 50;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): so the call passes its pointers.
  const std::int64_t due = Nanos(*reinterpret_cast<const timespec*>(a[3]));
  while (true) {
    const std::int64_t left = due - ShiftedNow();
    if (left <= 0) {
      errno = ETIMEDOUT;
      return -1;
    }
    const timespec until = TimespecOf(Now(CLOCK_MONOTONIC) + std::min(left, kSlice));
    const long result = real(number, a[0], a[1] & ~static_cast<long>(FUTEX_CLOCK_REALTIME), a[2],
                             &until, a[4], a[5]);
    if (result == 0 || errno != ETIMEDOUT) return result;
  }
}

}  // extern "C"
