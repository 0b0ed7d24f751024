#include "common/journal/state_reader.h"

#include <algorithm>
#include <tuple>

#include "common/journal/rows.h"
#include "common/status/macros.h"

namespace comity::journal {
namespace {

bool Before(const CommittedVersion& a, const CommittedVersion& b) {
  return std::tie(a.version.kind, a.version.id) < std::tie(b.version.kind, b.version.id);
}

}  // namespace

absl::StatusOr<std::vector<CommittedVersion>> StateReader::Next() {
  while (more_) {
    COMITY_ASSIGN_OR_RETURN(std::vector<CommittedVersion> part,
                            rows::ReadStateAt(snapshot_.sql(), revision_, kind_, id_, kPart));
    more_ = part.size() == kPart;
    // In order they are anyway. To ask the database for it would have it copy them all once more.
    if (!std::is_sorted(part.begin(), part.end(), Before)) {
      std::sort(part.begin(), part.end(), Before);
    }
    if (more_) {
      kind_ = part.back().version.kind;
      id_ = part.back().version.id;
    }
    std::erase_if(part, [](const CommittedVersion& one) { return !one.version.body.has_value(); });
    if (!part.empty()) return part;
  }
  return std::vector<CommittedVersion>();
}

}  // namespace comity::journal
