#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
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

bool IsPartner(const std::vector<absl::string_view>& parts) {
  return parts.size() == 2 && parts[0] == "partners" && IsId(parts[1]);
}

absl::Status WrongForm(absl::string_view name, absl::string_view field, absl::string_view form) {
  return InvalidField("FIELD_INVALID", field,
                      absl::StrCat("\"", name.substr(0, 200), "\" is not of the form ", form));
}

}  // namespace

absl::Status CheckPartnerName(absl::string_view name, absl::string_view field) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (IsPartner(parts)) return absl::OkStatus();
  return WrongForm(name, field, "partners/{partner}");
}

absl::Status CheckCounterpartName(absl::string_view name, absl::string_view field) {
  std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() == 4 && parts[2] == "authorities" && IsId(parts[3])) parts.resize(2);
  if (IsPartner(parts)) return absl::OkStatus();
  return WrongForm(name, field, "partners/{partner} or partners/{partner}/authorities/{authority}");
}

}  // namespace comity::transfer_proto
