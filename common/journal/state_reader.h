#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/journal/types.h"
#include "common/storage/database.h"

namespace comity::journal {

// Reads everything as it was at one revision, in the order of kinds and ids, a part at a time, so
// that what was read is made use of meanwhile and never held whole. Not thread-safe; threads may
// take turns.
class StateReader {
 public:
  static constexpr std::size_t kPart = 4096;

  StateReader(storage::Snapshot snapshot, std::int64_t revision)
      : snapshot_(std::move(snapshot)), revision_(revision) {}

  // What comes next, at most kPart; nothing: that was all. Of what was erased there is none. Errors
  // of the database.
  absl::StatusOr<std::vector<CommittedVersion>> Next();

 private:
  storage::Snapshot snapshot_;
  const std::int64_t revision_;
  // Of what was read last.
  std::string kind_;
  std::string id_;
  bool more_ = true;
};

}  // namespace comity::journal
