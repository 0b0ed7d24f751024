#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"

namespace comity::sealing {

inline constexpr std::size_t kLargestDelegation = std::size_t{4} * 1024;
// No delegation is for longer than a long working day.
inline constexpr absl::Duration kLongestDelegation = absl::Hours(12);

// What a person of the agency signs so that an application may call for it:
// `comity.delegation.v1`. Who steals it can do nothing with it: it counts only on connections of
// the carrier's certificate.
struct Delegation {
  std::string person;                           // SPIFFE id, and of the signer.
  std::string carrier;                          // SPIFFE id of who calls for the person.
  crypto::Digest carrier_certificate_sha256{};  // Of the DER of the carrier's TLS certificate.
  std::vector<std::string> services;  // Where it counts: "partner-registry"; 1 to 8, sorted.
  absl::Time not_before;
  absl::Time not_after;

  friend bool operator==(const Delegation&, const Delegation&) = default;
};

// The bytes to sign. INVALID_ARGUMENT `DELEGATION_INVALID` with the member's path.
absl::StatusOr<std::string> BuildDelegation(const Delegation& delegation);

// Only what BuildDelegation makes, byte for byte. INVALID_ARGUMENT `DELEGATION_INVALID`.
absl::StatusOr<Delegation> ParseDelegation(absl::string_view bytes);

// A delegation with its detached CAdES signature, as it travels in the metadata of a call:
// base64(statement) "." base64(signature).
struct SignedDelegation {
  std::string statement;
  std::string signature;
};
std::string FormatToken(const SignedDelegation& delegation);
// INVALID_ARGUMENT `DELEGATION_INVALID`.
absl::StatusOr<SignedDelegation> ParseToken(absl::string_view token);

}  // namespace comity::sealing
