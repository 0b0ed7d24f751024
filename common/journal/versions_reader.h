#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/digest.h"
#include "common/journal/types.h"
#include "common/storage/connection.h"

namespace comity::journal {

// The versions that the database has of one revision.
struct VersionsFound {
  std::int64_t count = 0;
  crypto::Digest digest{};  // As VersionsHash.
};

// Reads the versions of revisions that rise, a page at a time, whatever a mutation put; what lies
// between them is passed over. Not thread-safe.
class VersionsReader {
 public:
  // Of a revision that was passed already it reads anew. Errors of `sql` are passed on.
  absl::StatusOr<VersionsFound> Find(storage::Connection& sql, std::int64_t revision);

 private:
  std::vector<Version> page_;
  std::size_t next_ = 0;  // In `page_`.
  bool more_ = true;      // Rows may follow the page.
  std::int64_t reached_ = 0;
};

}  // namespace comity::journal
