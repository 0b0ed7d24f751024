#include "common/status/macros.h"
#include "common/transfer_proto/field_reader.h"
#include "common/transfer_proto/transfer_proto.h"

namespace comity::transfer_proto {

absl::StatusOr<legal::WhatIf> WhatIfFromProto(const std::string& instrument,
                                              v1::ListAffectedRequest::Supposition supposition,
                                              const std::string& day, absl::CivilDay today) {
  legal::WhatIf asked{.instrument = instrument, .day = today + 1};
  COMITY_RETURN_IF_ERROR(CheckInstrumentName(instrument, "instrument"));
  if (!v1::ListAffectedRequest::Supposition_IsValid(supposition) ||
      supposition == v1::ListAffectedRequest::SUPPOSITION_UNSPECIFIED) {
    return InvalidField("FIELD_REQUIRED", "supposition", "say LAPSES, SUSPENDED or EXTENDED");
  }
  asked.supposition = static_cast<legal::Supposition>(supposition);
  if (day.empty() && asked.supposition == legal::Supposition::kExtended) {
    return InvalidField("FIELD_REQUIRED", "day", "name the new last day");
  }
  if (!day.empty()) {
    COMITY_ASSIGN_OR_RETURN(asked.day, ParseDay(day));
  }
  return asked;
}

}  // namespace comity::transfer_proto
