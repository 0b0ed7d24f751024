#pragma once

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>

namespace comity::testing {

// Files may not grow beyond a size while this lives, as on a volume without room.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    if (handler_ == SIG_ERR || getrlimit(RLIMIT_FSIZE, &before_) != 0) std::abort();
    rlimit limited = before_;
    limited.rlim_cur = bytes;
    if (setrlimit(RLIMIT_FSIZE, &limited) != 0) std::abort();
  }
  ~FileSizeLimit() {
    if (setrlimit(RLIMIT_FSIZE, &before_) != 0) std::abort();
    if (std::signal(SIGXFSZ, handler_) == SIG_ERR) std::abort();
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*const handler_)(int);
};

}  // namespace comity::testing
