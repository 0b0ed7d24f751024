#include "services/partner-registry/domain/problems.h"

#include <utility>

#include "common/time/day.h"
#include "services/partner-registry/domain/fields.h"

namespace comity::partner_registry {

MaybeProblem BadText(absl::string_view field, absl::string_view value, text::Form form) {
  std::string fault = text::FaultOf(value, form);
  if (fault.empty()) return std::nullopt;
  return Problem{std::string(field), std::move(fault)};
}

MaybeProblem BadDay(absl::string_view field, const std::string& day) {
  if (PartialDate::Parse(day).ok()) return std::nullopt;
  return Problem{std::string(field),
                 "it is no day: write 2019-11-01, 2016-10 or 2017, or leave it empty"};
}

bool SurelyBefore(const std::string& later, const std::string& earlier) {
  const PartialDate a = DayRecorded(later);
  const PartialDate b = DayRecorded(earlier);
  return a.known() && b.known() && a.latest() < b.earliest();
}

}  // namespace comity::partner_registry
