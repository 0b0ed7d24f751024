#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/identity/principal.h"
#include "common/identity/trust_bundle.h"

namespace comity::identity {

// TLS and signing are two certificates with the same name; neither does for the other.
enum class Purpose {
  kTls,      // EKU clientAuth and serverAuth, keyUsage digitalSignature. Clients and servers alike.
  kSigning,  // EKU emailProtection, keyUsage digitalSignature and nonRepudiation.
};

// A certificate whose chain was verified.
struct VerifiedCertificate {
  Principal principal;
  crypto::Digest leaf_sha256{};  // Of the leaf's DER.
  absl::Time not_before;  // From when to when the whole chain is good on the certificates and
  absl::Time not_after;   // CRLs known now: the narrowest of leaf, CAs, CRLs with grace.
};

// Says who a certificate belongs to, or why nobody. The chain must end in the bundle of the trust
// domain that the leaf itself names, and that domain must be allowed to use the name: no CA can
// vouch for names of another domain. Thread-safe.
//
// Refusals are UNAUTHENTICATED with one of these reasons, in the order they are looked for:
//   CERTIFICATE_UNREADABLE: no X.509 certificate, or over 64 KiB, or more than 8 CAs beside it;
//   CERTIFICATE_IS_CA: a CA's certificate names no caller;
//   CERTIFICATE_NO_SPIFFE_ID: no URI among its names, or one that is not a name of this suite;
//   CERTIFICATE_SEVERAL_URI_SANS: more than one;
//   TRUST_DOMAIN_UNKNOWN: no bundle for the domain;
//   PATH_NOT_ALLOWED_FOR_DOMAIN: such as an agency's name in a partner's domain;
//   KEY_USAGE_WRONG: a signing certificate used for TLS or the reverse;
//   CERTIFICATE_NOT_YET_VALID, CERTIFICATE_EXPIRED: the leaf's; a CA's is CHAIN_INVALID;
//   CHAIN_INVALID: does not lead to a root of the domain, weak keys, bad signatures;
//   CERTIFICATE_REVOKED: the leaf or a CA;
//   CRL_STALE: the domain has CRLs but none for this CA, or too old beyond grace.
// Sentences name domain, reason and remedy, never the caller.
class ChainVerifier {
 public:
  struct Options {
    absl::Duration crl_grace = absl::Hours(24);  // How long a CRL serves after its nextUpdate.
    std::size_t cache_size = 4096;               // Accepted chains kept; refused ones have as many.
    absl::Duration refusal_life = absl::Seconds(5);  // How long a refusal is remembered.
  };

  explicit ChainVerifier(std::shared_ptr<const TrustBundles> bundles);
  ChainVerifier(std::shared_ptr<const TrustBundles> bundles, Options options);
  ~ChainVerifier();
  ChainVerifier(const ChainVerifier&) = delete;
  ChainVerifier& operator=(const ChainVerifier&) = delete;

  // `leaf` is one certificate, PEM or DER; `chain` what the peer presented beside it, PEM or DER
  // one after the other, in any order, possibly empty and possibly with the leaf.
  //
  // `at` is the instant to judge: now for TLS; for a signature the proven time at which it existed,
  // also years ago. A revocation counts against a signature only if it took effect (revocationDate,
  // or the earlier invalidityDate) at or before `at`; against TLS always. A CRL issued after `at`
  // is as good as one of the day, so CRLs must keep their entries after expiry.
  //
  // Cached by SHA-256 of leaf and chain, purpose and generation, for as long as `at` lies in the
  // validity found; a cached answer takes about a microsecond.
  absl::StatusOr<std::shared_ptr<const VerifiedCertificate>> Verify(absl::string_view leaf,
                                                                    absl::string_view chain,
                                                                    Purpose purpose,
                                                                    absl::Time at) const;

  // Replaces the bundles and raises the generation. Verifications under way finish on the old ones
  // and are not cached.
  void SetBundles(std::shared_ptr<const TrustBundles> bundles);
  std::shared_ptr<const TrustBundles> bundles() const;

  // Forgets every cached answer: for changes outside the bundles, such as the state of contacts.
  void RaiseGeneration();
  // Rises with every change that may alter an answer. A caller that keeps an answer beside a
  // connection keeps this with it and asks again when it has risen. Lock-free.
  std::uint64_t generation() const;

  struct CacheCounts {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::size_t entries = 0;  // Accepted and refused, now.
  };
  CacheCounts cache_counts() const;

 private:
  class Cache;

  const Options options_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace comity::identity
