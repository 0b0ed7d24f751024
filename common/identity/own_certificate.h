#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/chain_verifier.h"
#include "common/identity/trust_bundle.h"

namespace comity::identity {

// A certificate and key that were read from files and belong together.
struct OwnCertificate {
  VerifiedCertificate verified;
  std::string certificate_pem;  // The file: leaf first, then intermediates.
  std::string key_pem;          // Secret.
};

// Reads a process's own certificate and key and judges them as the other side will, since what TLS
// refuses the caller sees without a word. Every error is one sentence that names the file, the
// reason and the remedy. FAILED_PRECONDITION with the reasons of ChainVerifier, or
//   CERTIFICATE_MISSING, CERTIFICATE_UNREADABLE, KEY_MISSING, KEY_UNREADABLE, KEY_MISMATCH.
absl::StatusOr<OwnCertificate> CheckOwnCertificate(
    absl::string_view certificate_file, absl::string_view key_file,
    const std::shared_ptr<const TrustBundles>& bundles, absl::Time now,
    Purpose purpose = Purpose::kTls);

// Judges somebody's certificate (leaf first, then intermediates) as a peer of his would. Errors as
// above.
absl::StatusOr<VerifiedCertificate> CheckCertificate(
    absl::string_view certificate_file, const std::shared_ptr<const TrustBundles>& bundles,
    absl::Time now, Purpose purpose = Purpose::kTls);

// From when to when the certificate in a file (its leaf) is valid of itself; who vouches for it is
// not asked. FAILED_PRECONDITION CERTIFICATE_MISSING, CERTIFICATE_UNREADABLE.
struct Validity {
  absl::Time not_before;
  absl::Time not_after;
};
absl::StatusOr<Validity> ValidityOf(absl::string_view certificate_file);

}  // namespace comity::identity
