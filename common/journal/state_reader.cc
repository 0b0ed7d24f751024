#include "common/journal/state_reader.h"

#include "common/journal/rows.h"
#include "common/status/macros.h"

namespace comity::journal {

absl::StatusOr<std::vector<CommittedVersion>> StateReader::Next() {
  while (more_) {
    COMITY_ASSIGN_OR_RETURN(std::vector<CommittedVersion> part,
                            rows::ReadStateAt(snapshot_.sql(), revision_, kind_, id_, kPart));
    more_ = part.size() == kPart;
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
