#include "tests/testing/faults/control.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <new>
#include <random>

namespace comity::testing::faults {
namespace {

Control* MapPage() {
  const char* const path = std::getenv("COMITY_FAULTS");
  int file = -1;
  if (path != nullptr) {
    file = open(path, O_RDWR | O_CLOEXEC);
    // Going on without the faults that were asked for would prove nothing.
    if (file < 0 || ftruncate(file, sizeof(Control)) != 0) std::abort();
  }
  void* const page = mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE,
                          MAP_SHARED | (file < 0 ? MAP_ANONYMOUS : 0), file, 0);
  if (page == MAP_FAILED) std::abort();
  if (file >= 0) {
    close(file);
    return static_cast<Control*>(page);
  }
  return new (page) Control{};
}

// The number that a variable of the environment has; 0: there is none.
std::int64_t NumberIn(const char* variable) {
  const char* const text = std::getenv(variable);
  if (text == nullptr) return 0;
  const std::int64_t number = std::strtoll(text, nullptr, 10);
  // Going on with another one than was asked for would prove less.
  if (number < 1) std::abort();
  return number;
}

}  // namespace

Control& ThisProcess() {
  static Control* const page = MapPage();
  return *page;
}

std::int64_t StrideOr(std::int64_t otherwise) {
  const std::int64_t every = NumberIn("COMITY_EVERY");
  return every == 0 ? otherwise : every;
}

std::int64_t FirstOf(std::int64_t stride) {
  static const std::int64_t drawn = 1 + std::int64_t{std::random_device{}() >> 1U};
  const std::int64_t wanted = NumberIn("COMITY_FIRST");
  const std::int64_t first = 1 + ((wanted == 0 ? drawn : wanted) - 1) % stride;
  std::printf("COMITY_FIRST=%lld: write points %lld, %lld, ...\n", static_cast<long long>(first),
              static_cast<long long>(first), static_cast<long long>(first + stride));
  (void)std::fflush(stdout);  // Once, not by every child that is forked.
  return first;
}

}  // namespace comity::testing::faults
