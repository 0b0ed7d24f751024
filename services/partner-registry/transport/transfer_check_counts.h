#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/legal/deciding_reason.h"

namespace comity::partner_registry {

// How many transfer checks were answered, by what decided them (legal::DecidingReasons).
// Thread-safe and without locks: the check takes microseconds.
class TransferCheckCounts {
 public:
  TransferCheckCounts() : counts_(legal::DecidingReasons().size()) {}

  void Count(const legal::Verdict& verdict) {
    counts_[legal::DecidingReasonOf(verdict)].fetch_add(1, std::memory_order_relaxed);
  }

  // `place` is one of legal::DecidingReasons.
  std::int64_t Of(std::size_t place) const {
    return counts_[place].load(std::memory_order_relaxed);
  }

 private:
  std::vector<std::atomic<std::int64_t>> counts_;
};

}  // namespace comity::partner_registry
