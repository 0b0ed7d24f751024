#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/transfer_proto/field_reader.h"
#include "common/transfer_proto/transfer_proto.h"

namespace comity::transfer_proto {
namespace {

bool IsId(absl::string_view id) {
  if (id.empty() || id.size() > 63 || id.back() == '-') return false;
  if (id.front() < 'a' || id.front() > 'z') return false;
  for (const char c : id) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    if (!allowed) return false;
  }
  return true;
}

bool IsPartner(absl::string_view name) {
  return absl::ConsumePrefix(&name, "partners/") && IsId(name);
}

bool IsBelowPartner(absl::string_view name, absl::string_view between) {
  const std::size_t at = name.find(between);
  return at != absl::string_view::npos && IsPartner(name.substr(0, at)) &&
         IsId(name.substr(at + between.size()));
}

absl::Status WrongForm(absl::string_view name, const FieldPath& field, absl::string_view form) {
  return Invalid("FIELD_INVALID", field,
                 absl::StrCat("\"", name.substr(0, 200), "\" is not of the form ", form));
}

}  // namespace

absl::Status CheckPartnerName(absl::string_view name, const FieldPath& field) {
  if (IsPartner(name)) return absl::OkStatus();
  return WrongForm(name, field, "partners/{partner}");
}

absl::Status CheckCounterpartName(absl::string_view name, const FieldPath& field) {
  if (IsPartner(name) || IsBelowPartner(name, "/authorities/")) return absl::OkStatus();
  return WrongForm(name, field, "partners/{partner} or partners/{partner}/authorities/{authority}");
}

absl::Status CheckInstrumentName(absl::string_view name, const FieldPath& field) {
  if (IsBelowPartner(name, "/instruments/")) return absl::OkStatus();
  return WrongForm(name, field, "partners/{partner}/instruments/{instrument}");
}

}  // namespace comity::transfer_proto
