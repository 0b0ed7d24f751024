#include "common/journal/versions_reader.h"

#include "common/journal/rows.h"
#include "common/journal/versions_hash.h"
#include "common/status/macros.h"

namespace comity::journal {
namespace {

constexpr std::size_t kPage = 256;

}  // namespace

absl::StatusOr<VersionsFound> VersionsReader::Find(storage::Connection& sql,
                                                   std::int64_t revision) {
  if (revision <= reached_) *this = VersionsReader();
  reached_ = revision;
  rows::Place last{.revision = revision - 1, .ordinal = rows::kMaxOrdinal};
  VersionsHash hash;
  VersionsFound found;
  while (true) {
    for (; next_ < page_.size() && page_[next_].revision <= revision; ++next_) {
      if (page_[next_].revision < revision) continue;
      hash.Add(page_[next_]);
      ++found.count;
      last.revision = revision;
      last.ordinal = page_[next_].ordinal;
    }
    if (next_ < page_.size() || !more_) break;
    COMITY_ASSIGN_OR_RETURN(page_, rows::ReadVersions(sql, last, kPage));
    next_ = 0;
    more_ = page_.size() == kPage;
  }
  found.digest = hash.digest();
  return found;
}

}  // namespace comity::journal
