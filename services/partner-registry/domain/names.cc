#include "services/partner-registry/domain/names.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/ids/uuid.h"
#include "common/status/error.h"

namespace comity::partner_registry {
namespace {

constexpr std::size_t kLongestId = 63;
constexpr std::size_t kDigestDigits = 8;

absl::Status Invalid(absl::string_view field, absl::string_view form) {
  return InvalidField("NAME_INVALID", field,
                      absl::StrCat("the name must have the form ", form,
                                   ", ids in lower-case letters, digits and hyphens"));
}

}  // namespace

bool IsId(absl::string_view text) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > kLongestId || !letter(text.front()) || text.back() == '-')
    return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter(c) || digit(c) || c == '-'; });
}

std::string ComposedId(absl::string_view id, absl::string_view suffix) {
  if (id.size() + suffix.size() <= kLongestId) return absl::StrCat(id, suffix);
  const std::string digest = crypto::Hex(crypto::View(crypto::Sha256(id))).substr(0, kDigestDigits);
  return absl::StrCat(id.substr(0, kLongestId - suffix.size() - kDigestDigits - 1), "-", digest,
                      suffix);
}

absl::StatusOr<std::string> ParsePartnerName(absl::string_view field, absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() != 2 || parts[0] != "partners" || !IsId(parts[1])) {
    return Invalid(field, "partners/{partner}");
  }
  return std::string(parts[1]);
}

absl::StatusOr<ChildName> ParseChildName(absl::string_view field, absl::string_view collection,
                                         absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() != 4 || parts[0] != "partners" || !IsId(parts[1]) || parts[2] != collection ||
      !IsId(parts[3])) {
    return Invalid(field, absl::StrCat("partners/{partner}/", collection, "/{id}"));
  }
  return ChildName{std::string(parts[1]), std::string(parts[3])};
}

absl::StatusOr<std::string> ParseReadinessName(absl::string_view field, absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() != 3 || parts[0] != "partners" || !IsId(parts[1]) || parts[2] != "readiness") {
    return Invalid(field, "partners/{partner}/readiness");
  }
  return std::string(parts[1]);
}

absl::StatusOr<std::string> ParseTopName(absl::string_view field, absl::string_view collection,
                                         absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() != 2 || parts[0] != collection || !IsId(parts[1])) {
    return Invalid(field, absl::StrCat(collection, "/{id}"));
  }
  return std::string(parts[1]);
}

absl::StatusOr<ChildName> ParseChangeRequestName(absl::string_view field, absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() != 4 || parts[0] != "partners" || !IsId(parts[1]) ||
      parts[2] != "changeRequests" || !IsUuid(parts[3])) {
    return Invalid(field, "partners/{partner}/changeRequests/{change_request}");
  }
  return ChildName{std::string(parts[1]), std::string(parts[3])};
}

absl::StatusOr<std::string> ParseDecisionName(absl::string_view field, absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() != 2 || parts[0] != "decisions" || !IsUuid(parts[1])) {
    return Invalid(field, "decisions/{decision}");
  }
  return std::string(parts[1]);
}

}  // namespace comity::partner_registry
