#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace comity::identity {

// A SPIFFE id as this suite accepts it: `spiffe://<trust-domain>/<path>`, at most 2048 bytes, lower
// case throughout, no port, user, query, fragment or percent escape, no empty segment, "." or "..".
// Lower case in the path is stricter than the standard: two ids that a person cannot tell apart
// must not be two callers. A value; thread-safe as such.
class SpiffeId {
 public:
  // INVALID_ARGUMENT `SPIFFE_ID_INVALID`; the sentence does not repeat `text`.
  static absl::StatusOr<SpiffeId> Parse(absl::string_view text);

  const std::string& text() const { return text_; }
  absl::string_view trust_domain() const;
  // Without the leading slash, such as "partner/georgia/contact/c1".
  absl::string_view path() const;

  friend bool operator==(const SpiffeId&, const SpiffeId&) = default;

 private:
  SpiffeId(std::string text, std::size_t domain_end) : text_(std::move(text)), end_(domain_end) {}

  std::string text_;
  std::size_t end_;  // Where the trust domain ends.
};

// Whose name a SPIFFE id is.
enum class PrincipalKind { kAgency, kPartner, kApplication, kService };

// What a person or process of the agency is there for. kNone for the other kinds.
enum class Role {
  kNone,
  kDeskOfficer,
  kNationalMember,
  kLiaisonProsecutor,
  kCollege,
  kPresident,
  kRegistryOperator,
  kDpo,
  kAuditor,
  kOperator,
  kCommission,
  kEeas,
  kEuDelegation,
  kProbe,
};

// "desk-officer"; "" for kNone.
absl::string_view RoleName(Role role);

// Reverses RoleName. INVALID_ARGUMENT `ROLE_UNKNOWN`, also for "".
absl::StatusOr<Role> ParseRole(absl::string_view name);

// A caller or signer: a SPIFFE id whose path is one of
//   /agency/<role>/<unit>/<person>   /partner/<partner>/contact/<id>
//   /application/<name>              /service/<name>
// It says who somebody claims to be; only ChainVerifier makes the claim good. A value.
struct Principal {
  PrincipalKind kind = PrincipalKind::kAgency;
  Role role = Role::kNone;   // Only kAgency.
  std::string unit;          // Only kAgency: "fr", "georgia", or "-" for none. Of an EU delegation:
                             // the id of the partner to which it is accredited.
  std::string partner;       // Only kPartner: the partner's id.
  std::string id;            // Person, contact, or the name of the application or service.
  std::string trust_domain;  // Such as "agency.example".
  std::string spiffe_id;     // The whole text; equal for equal principals.

  // INVALID_ARGUMENT `SPIFFE_ID_INVALID` (see SpiffeId::Parse) or `SPIFFE_PATH_UNKNOWN`.
  static absl::StatusOr<Principal> Parse(absl::string_view spiffe_id);
  static absl::StatusOr<Principal> From(const SpiffeId& id);

  bool IsAgency(Role wanted) const { return kind == PrincipalKind::kAgency && role == wanted; }
  // The Commission, the EEAS or an EU delegation: told what has to be in accord with what they do,
  // and not the agency's staff.
  bool IsAligned() const {
    return IsAgency(Role::kCommission) || IsAgency(Role::kEeas) || IsAgency(Role::kEuDelegation);
  }
  bool IsService(absl::string_view name) const {
    return kind == PrincipalKind::kService && id == name;
  }

  friend bool operator==(const Principal&, const Principal&) = default;
};

}  // namespace comity::identity
