#pragma once

#include <unistd.h>

#include <cstdint>
#include <iostream>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace comity::cli {

// One line on standard error that is drawn over itself: a bar, the rate and the time left. Draws
// nothing where standard error is no terminal or `quiet` is set.
class Progress {
 public:
  // `unit` is "bytes", shown as MiB, or a word such as "rows".
  Progress(std::string title, std::string unit, bool quiet)
      : title_(std::move(title)),
        unit_(std::move(unit)),
        draw_(!quiet && isatty(STDERR_FILENO) == 1) {}

  ~Progress() {
    if (draw_ && drawn_) std::cerr << "\n";
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Update(std::int64_t done, std::int64_t total) {
    const absl::Time now = absl::Now();
    if (!draw_ || (drawn_ && done < total && now - last_ < absl::Milliseconds(100))) return;
    last_ = now;
    drawn_ = true;
    const double share = total > 0 ? double(done) / double(total) : 1.0;
    const double elapsed = absl::ToDoubleSeconds(now - start_);
    const double rate = elapsed > 0 ? double(done) / elapsed : 0;
    const auto filled = static_cast<std::size_t>(share * kBar);
    const std::string bar = std::string(filled, '#') + std::string(kBar - filled, '.');
    const bool bytes = unit_ == "bytes";
    const double scale = bytes ? 1 << 20 : 1;
    std::cerr << absl::StrFormat("\r%s [%s] %3.0f%% %.0f of %.0f %s, %.0f/s, %.0f s left ", title_,
                                 bar, share * 100, double(done) / scale, double(total) / scale,
                                 bytes ? "MiB" : unit_.c_str(), rate / scale,
                                 rate > 0 ? double(total - done) / rate : 0.0)
              << std::flush;
  }

 private:
  static constexpr std::size_t kBar = 30;

  const std::string title_;
  const std::string unit_;
  const bool draw_;
  bool drawn_ = false;
  const absl::Time start_ = absl::Now();
  absl::Time last_ = absl::InfinitePast();
};

}  // namespace comity::cli
