#include "common/identity/principal.h"

#include <algorithm>
#include <array>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::identity {
namespace {

constexpr absl::string_view kScheme = "spiffe://";
constexpr std::size_t kMaxLength = 2048;       // SPIFFE-ID, 2.3.
constexpr std::size_t kMaxDomainLength = 255;  // SPIFFE-ID, 2.3.

struct NamedRole {
  Role role;
  absl::string_view name;
};

constexpr std::array<NamedRole, 13> kRoles = {{
    {Role::kDeskOfficer, "desk-officer"},
    {Role::kNationalMember, "national-member"},
    {Role::kLiaisonProsecutor, "liaison-prosecutor"},
    {Role::kCollege, "college"},
    {Role::kPresident, "president"},
    {Role::kRegistryOperator, "registry-operator"},
    {Role::kDpo, "dpo"},
    {Role::kAuditor, "auditor"},
    {Role::kOperator, "operator"},
    {Role::kCommission, "commission"},
    {Role::kEeas, "eeas"},
    {Role::kEuDelegation, "eu-delegation"},
    {Role::kProbe, "probe"},
}};

// The id itself may name a person, so no sentence repeats it.
absl::Status Invalid(absl::string_view what) {
  return MakeError(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat("The SPIFFE id ", what,
                   "; it must look like spiffe://agency.example/agency/desk-officer/fr/p1."),
      {.reason = "SPIFFE_ID_INVALID"});
}

absl::Status UnknownPath() {
  return MakeError(
      absl::StatusCode::kInvalidArgument,
      "The path of the SPIFFE id is none of /agency/<role>/<unit>/<person>, "
      "/partner/<partner>/contact/<id>, /application/<name>, /service/<name>; have the "
      "certificate issued with one of these.",
      {.reason = "SPIFFE_PATH_UNKNOWN"});
}

bool IsNameCharacter(char c) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_';
}

bool IsName(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsNameCharacter);
}

}  // namespace

absl::StatusOr<SpiffeId> SpiffeId::Parse(absl::string_view text) {
  if (text.size() > kMaxLength) return Invalid("is longer than 2048 bytes");
  if (!absl::StartsWith(text, kScheme)) return Invalid("does not start with spiffe://");
  const absl::string_view rest = text.substr(kScheme.size());
  const std::size_t slash = rest.find('/');
  if (slash == absl::string_view::npos) return Invalid("has no path");
  const absl::string_view domain = rest.substr(0, slash);
  if (domain.size() > kMaxDomainLength || !IsName(domain)) {
    return Invalid("has a trust domain with other than lower-case letters, digits, '-', '.', '_'");
  }
  for (absl::string_view segment : absl::StrSplit(rest.substr(slash + 1), '/')) {
    if (!IsName(segment) || segment == "." || segment == "..") {
      return Invalid(
          "has a path segment that is empty or has other than lower-case letters, digits, '-', "
          "'.', "
          "'_'");
    }
  }
  return SpiffeId(std::string(text), kScheme.size() + slash);
}

absl::string_view SpiffeId::trust_domain() const {
  return absl::string_view(text_).substr(kScheme.size(), end_ - kScheme.size());
}

absl::string_view SpiffeId::path() const { return absl::string_view(text_).substr(end_ + 1); }

absl::string_view RoleName(Role role) {
  for (const NamedRole& known : kRoles) {
    if (known.role == role) return known.name;
  }
  return "";
}

absl::StatusOr<Role> ParseRole(absl::string_view name) {
  for (const NamedRole& known : kRoles) {
    if (known.name == name) return known.role;
  }
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("The role is not one of ",
                                absl::StrJoin(kRoles, ", ",
                                              [](std::string* out, const NamedRole& known) {
                                                absl::StrAppend(out, known.name);
                                              }),
                                "."),
                   {.reason = "ROLE_UNKNOWN"});
}

absl::StatusOr<Principal> Principal::Parse(absl::string_view spiffe_id) {
  COMITY_ASSIGN_OR_RETURN(const SpiffeId id, SpiffeId::Parse(spiffe_id));
  return From(id);
}

absl::StatusOr<Principal> Principal::From(const SpiffeId& id) {
  const std::vector<absl::string_view> parts = absl::StrSplit(id.path(), '/');
  Principal principal;
  principal.trust_domain = std::string(id.trust_domain());
  principal.spiffe_id = id.text();
  principal.id = std::string(parts.back());
  if (parts.size() == 4 && parts[0] == "agency") {
    const auto role = ParseRole(parts[1]);
    if (!role.ok()) return UnknownPath();
    principal.kind = PrincipalKind::kAgency;
    principal.role = *role;
    principal.unit = std::string(parts[2]);
    return principal;
  }
  if (parts.size() == 4 && parts[0] == "partner" && parts[2] == "contact") {
    principal.kind = PrincipalKind::kPartner;
    principal.partner = std::string(parts[1]);
    return principal;
  }
  if (parts.size() == 2 && parts[0] == "application") {
    principal.kind = PrincipalKind::kApplication;
    return principal;
  }
  if (parts.size() == 2 && parts[0] == "service") {
    principal.kind = PrincipalKind::kService;
    return principal;
  }
  return UnknownPath();
}

}  // namespace comity::identity
