#include "services/partner-registry/domain/fields.h"

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner-registry/domain/names.h"

namespace comity::partner_registry {

PartialDate DayRecorded(absl::string_view text) {
  return PartialDate::Parse(text).value_or(PartialDate());
}

absl::Status Fields::Bad(absl::string_view field, absl::string_view what) const {
  return InvalidField(reason_, absl::StrCat(path_, path_.empty() ? "" : ".", field), what);
}

absl::Status Fields::Id(absl::string_view request_field, absl::string_view id) const {
  if (IsId(id)) return absl::OkStatus();
  return InvalidField(reason_, request_field,
                      "write lower-case letters, digits and hyphens, at most 63, beginning with a "
                      "letter and not ending with a hyphen");
}

absl::Status Fields::Text(absl::string_view field, absl::string_view value, text::Form form) const {
  const std::string fault = text::FaultOf(value, form);
  return fault.empty() ? absl::OkStatus() : Bad(field, fault);
}

absl::StatusOr<absl::CivilDay> Fields::Day(absl::string_view field, const std::string& day) const {
  const auto parsed = ParseDay(day);
  if (!parsed.ok()) return Bad(field, "write a day such as 2026-11-28");
  return *parsed;
}

absl::StatusOr<absl::CivilDay> Fields::PastDay(absl::string_view field, const std::string& day,
                                               absl::CivilDay today,
                                               absl::CivilDay earliest) const {
  COMITY_ASSIGN_OR_RETURN(const absl::CivilDay parsed, Day(field, day));
  COMITY_RETURN_IF_ERROR(MayBePast(field, day, today));
  if (parsed < earliest) {
    return Bad(field, absl::StrCat("it lies before ", FormatDay(earliest),
                                   ", the day of what came before it"));
  }
  return parsed;
}

absl::Status Fields::MayBePast(absl::string_view field, const std::string& day,
                               absl::CivilDay today) const {
  const auto date = PartialDate::Parse(day);
  if (!date.ok() || !date->known() || date->earliest() <= today) return absl::OkStatus();
  return Bad(field, "it is yet to come: record it once it has happened");
}

absl::Status Fields::PartialDay(absl::string_view field, const std::string& day) const {
  if (PartialDate::Parse(day).ok()) return absl::OkStatus();
  return Bad(field, "write 2026-11-28, or 2026-11 or 2026 if no more is known");
}

}  // namespace comity::partner_registry
