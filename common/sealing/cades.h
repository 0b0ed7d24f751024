#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

struct evp_pkey_st;
struct x509_st;

namespace comity::sealing {

// Detached CAdES-B signatures: CMS SignedData in DER, ECDSA P-256 with SHA-256, signed attributes
// content-type, message-digest, signing-time and signing-certificate-v2, content-hints if something
// is said of the content, the chain without the root. They show who signed which bytes; the signing
// time is the signer's own claim.

// Signatures above this size are refused unread, and not made: a chain of a few certificates, of
// which each takes a KiB or two, and the attributes need no more. Many are kept for good.
inline constexpr std::size_t kLargestSignature = std::size_t{16} * 1024;

// Gives the next part of the signed bytes, empty at their end.
using Source = absl::FunctionRef<absl::StatusOr<absl::string_view>()>;

// Signs with one key and certificate. Immutable, so usable by many threads. The key is wiped on
// destruction.
class Signer {
 public:
  // `chain_pem`: the signing certificate first, then its intermediates; a self-signed root among
  // them is left out. `key_pem`: its private key, P-256. INVALID_ARGUMENT `SIGNER_INVALID` if they
  // cannot be read, do not belong together, or the certificate has not exactly one URI SAN.
  static absl::StatusOr<Signer> FromPem(absl::string_view chain_pem, absl::string_view key_pem);

  ~Signer();
  Signer(Signer&&) noexcept;
  Signer& operator=(Signer&&) noexcept;

  // The SPIFFE id of the signing certificate.
  const std::string& spiffe_id() const { return spiffe_id_; }

  // Signs `data`, claiming `time` (whole seconds, UTC). `hint`, if there is one, is said of the
  // data in the signature itself (content-hints, RFC 2634) and signed with it. About 50 us.
  // INTERNAL `SIGNING_FAILED` if the library cannot; INVALID_ARGUMENT `SIGNER_INVALID` if it comes
  // to more than kLargestSignature.
  absl::StatusOr<std::string> Sign(absl::string_view data, absl::Time time,
                                   absl::string_view hint = "") const;

  // The same for data of any length, in constant memory; an error of `source` is returned.
  absl::StatusOr<std::string> SignStream(Source source, absl::Time time,
                                         absl::string_view hint = "") const;

 private:
  struct FreeKey {
    void operator()(evp_pkey_st* key) const;
  };
  struct FreeCertificate {
    void operator()(x509_st* certificate) const;
  };
  using Certificate = std::unique_ptr<x509_st, FreeCertificate>;

  Signer() = default;

  std::unique_ptr<evp_pkey_st, FreeKey> key_;
  Certificate certificate_;
  std::vector<Certificate> intermediates_;
  std::string spiffe_id_;
};

// What a signature that holds says.
struct VerifiedSignature {
  std::string spiffe_id;                       // The one URI SAN of the signing certificate.
  absl::Time signing_time;                     // As the signer claims.
  std::string certificate_der;                 // The signing certificate.
  std::vector<std::string> intermediates_der;  // What else the signature carries.
};

// Decides whether the signer counts; TrustedBy (signer_trust.h) is the usual one. Its error is
// returned as it is. Must not be empty: a signature that nobody judges says nothing.
using SignerCheck = std::function<absl::Status(const VerifiedSignature& signature)>;

// Verifies `signature` over `data`: exactly one signer, the attributes above, SHA-256 or stronger,
// ECDSA P-256, DER without anything after it, detached; then `check`. INVALID_ARGUMENT
// `SIGNATURE_INVALID` if anything is wrong with the signature itself.
absl::StatusOr<VerifiedSignature> VerifySignature(absl::string_view data,
                                                  absl::string_view signature,
                                                  const SignerCheck& check);

// The same for data of any length, in constant memory; an error of `source` is returned.
absl::StatusOr<VerifiedSignature> VerifySignatureStream(Source source, absl::string_view signature,
                                                        const SignerCheck& check);

// The usual condition besides the chain: the signer is `spiffe_id`. PERMISSION_DENIED
// `SIGNER_IS_ANOTHER` otherwise.
absl::Status RequireSigner(const VerifiedSignature& signature, absl::string_view spiffe_id);

}  // namespace comity::sealing
