#include "tests/testing/faults/control.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <new>

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

}  // namespace

Control& ThisProcess() {
  static Control* const page = MapPage();
  return *page;
}

std::int64_t StrideOr(std::int64_t otherwise) {
  const char* const every = std::getenv("COMITY_EVERY");
  if (every == nullptr) return otherwise;
  const std::int64_t stride = std::strtoll(every, nullptr, 10);
  // Going on with another stride than was asked for would prove less.
  if (stride < 1) std::abort();
  return stride;
}

}  // namespace comity::testing::faults
