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
  constexpr absl::string_view kBetween = "/authorities/";
  const std::size_t between = name.find(kBetween);
  const bool authority =
      between != absl::string_view::npos && IsId(name.substr(between + kBetween.size()));
  if (IsPartner(authority ? name.substr(0, between) : name)) return absl::OkStatus();
  return WrongForm(name, field, "partners/{partner} or partners/{partner}/authorities/{authority}");
}

}  // namespace comity::transfer_proto
