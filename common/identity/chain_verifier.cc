#include "common/identity/chain_verifier.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/identity/chain_cache.h"
#include "common/identity/trust.h"
#include "common/identity/x509.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::identity {
namespace {

constexpr std::size_t kMaxPresented = std::size_t{64} << 10;
constexpr std::size_t kMaxPresentedCas = 8;
constexpr int kMaxDepth = 4;       // CAs between leaf and root.
constexpr int kSecurityLevel = 2;  // 112 bits: no SHA-1, no RSA below 2048.

absl::Status Refuse(absl::string_view reason, absl::string_view sentence) {
  return MakeError(absl::StatusCode::kUnauthenticated, sentence, {.reason = std::string(reason)});
}

absl::string_view PurposeName(Purpose purpose) {
  return purpose == Purpose::kTls ? "TLS" : "signing";
}

struct Leaf {
  X509Ptr certificate;
  Principal principal;
};

absl::StatusOr<Principal> NameOf(X509* leaf) {
  int critical = 0;
  const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(leaf, NID_subject_alt_name, &critical, nullptr)));
  ERR_clear_error();
  // -2: the extension occurs twice, so that different readers could see different names.
  if (critical == -2) {
    return Refuse(
        "CERTIFICATE_SEVERAL_URI_SANS",
        "The certificate has two subject alternative name extensions; have it issued anew "
        "with one SPIFFE id.");
  }
  absl::string_view uri;
  int uris = 0;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    ++uris;
    const ASN1_IA5STRING* text = name->d.uniformResourceIdentifier;
    uri = absl::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                            static_cast<std::size_t>(ASN1_STRING_length(text)));
  }
  if (uris == 0) {
    return Refuse("CERTIFICATE_NO_SPIFFE_ID",
                  "The certificate has no URI among its subject alternative names; have it issued "
                  "with the caller's SPIFFE id.");
  }
  if (uris > 1) {
    return Refuse(
        "CERTIFICATE_SEVERAL_URI_SANS",
        absl::StrCat("The certificate has ", uris,
                     " URIs among its subject alternative names; have it issued anew with "
                     "one SPIFFE id."));
  }
  auto principal = Principal::Parse(uri);
  if (!principal.ok()) {
    return Refuse("CERTIFICATE_NO_SPIFFE_ID",
                  absl::StrCat("The certificate's URI names no caller of this suite. ",
                               principal.status().message()));
  }
  return principal;
}

// X509_check_ca alone answers no for CA:TRUE without keyCertSign, and for the reverse.
bool LooksLikeCa(X509* certificate) {
  const std::uint32_t flags = X509_get_extension_flags(certificate);
  return X509_check_ca(certificate) != 0 || (flags & EXFLAG_CA) != 0 ||
         ((flags & EXFLAG_KUSAGE) != 0 &&
          (X509_get_key_usage(certificate) & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)) != 0);
}

absl::StatusOr<Leaf> ReadLeaf(absl::string_view text) {
  auto certificates = ParseCertificates(text, 1);
  if (!certificates.ok() || certificates->size() != 1) {
    return Refuse("CERTIFICATE_UNREADABLE",
                  absl::StrCat("The certificate ",
                               certificates.ok() ? "is empty" : certificates.status().message(),
                               "; present one X.509 certificate in PEM or DER."));
  }
  Leaf leaf{.certificate = std::move(certificates->front())};
  X509* const certificate = leaf.certificate.get();
  if (LooksLikeCa(certificate)) {
    return Refuse("CERTIFICATE_IS_CA",
                  "The certificate is a certification authority's, which names no caller; present "
                  "the leaf certificate issued to you.");
  }
  if ((X509_get_extension_flags(certificate) & EXFLAG_INVALID) != 0) {
    ERR_clear_error();
    return Refuse("CERTIFICATE_UNREADABLE",
                  "The certificate has an extension that does not parse; have it issued anew.");
  }
  COMITY_ASSIGN_OR_RETURN(leaf.principal, NameOf(certificate));
  return leaf;
}

absl::Status CheckUsage(X509* leaf, Purpose purpose) {
  // Both functions answer "everything" if the extension is missing; here it must be present.
  const std::uint32_t flags = X509_get_extension_flags(leaf);
  const bool stated = (flags & EXFLAG_KUSAGE) != 0 && (flags & EXFLAG_XKUSAGE) != 0;
  const std::uint32_t usage = stated ? X509_get_key_usage(leaf) : 0;
  const std::uint32_t extended = stated ? X509_get_extended_key_usage(leaf) : 0;
  constexpr std::uint32_t kTlsBoth = XKU_SSL_CLIENT | XKU_SSL_SERVER;
  constexpr std::uint32_t kSignBoth = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;
  if (purpose == Purpose::kTls) {
    if ((usage & KU_DIGITAL_SIGNATURE) != 0 && (extended & kTlsBoth) == kTlsBoth &&
        (extended & (XKU_SMIME | XKU_ANYEKU)) == 0) {
      return absl::OkStatus();
    }
    return Refuse(
        "KEY_USAGE_WRONG",
        "The certificate is not one for TLS (keyUsage digitalSignature, extendedKeyUsage "
        "clientAuth and serverAuth, not emailProtection); use the TLS certificate of this "
        "name, not its signing certificate.");
  }
  if ((usage & kSignBoth) == kSignBoth && (extended & XKU_SMIME) != 0 &&
      (extended & (kTlsBoth | XKU_ANYEKU)) == 0) {
    return absl::OkStatus();
  }
  return Refuse("KEY_USAGE_WRONG",
                "The certificate is not one for signing (keyUsage digitalSignature and "
                "nonRepudiation, extendedKeyUsage emailProtection, not clientAuth or serverAuth); "
                "use the signing certificate of this name, not its TLS certificate.");
}

absl::Status CheckTime(X509* leaf, Purpose purpose, absl::Time at) {
  const absl::Time from = ToTime(X509_get0_notBefore(leaf));
  const absl::Time until = ToTime(X509_get0_notAfter(leaf));
  const auto format = [](absl::Time time) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
  };
  if (at < from) {
    return Refuse(
        "CERTIFICATE_NOT_YET_VALID",
        absl::StrCat("The ", PurposeName(purpose), " certificate is valid only from ", format(from),
                     " but was looked at for ", format(at), "; check the clock or wait."));
  }
  if (at > until) {
    return Refuse("CERTIFICATE_EXPIRED",
                  absl::StrCat("The ", PurposeName(purpose), " certificate expired at ",
                               format(until), "; have it renewed."));
  }
  return absl::OkStatus();
}

// Builds the chain to a root of the domain, leaf first. The certificates belong to `context`.
absl::StatusOr<STACK_OF(X509) *> BuildChain(X509_STORE_CTX* context,
                                            const TrustBundle::Trust& trust, X509* leaf,
                                            const std::vector<X509Ptr>& presented,
                                            STACK_OF(X509) * untrusted, Purpose purpose,
                                            absl::Time at) {
  bool filled = true;
  for (const X509Ptr& ca : presented) filled = filled && sk_X509_push(untrusted, ca.get()) > 0;
  for (std::size_t i = trust.root_count; i < trust.cas.size(); ++i) {
    filled = filled && sk_X509_push(untrusted, trust.cas[i].certificate.get()) > 0;
  }
  if (!filled || X509_STORE_CTX_init(context, trust.roots.get(), leaf, untrusted) != 1) {
    ERR_clear_error();
    return absl::ResourceExhaustedError("out of memory");
  }
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(parameters, absl::ToTimeT(at));
  X509_VERIFY_PARAM_set_depth(parameters, kMaxDepth);
  X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
  X509_VERIFY_PARAM_set_purpose(
      parameters, purpose == Purpose::kTls ? X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SMIME_SIGN);
  const bool good = X509_verify_cert(context) == 1;
  ERR_clear_error();
  if (good) return X509_STORE_CTX_get0_chain(context);
  const int error = X509_STORE_CTX_get_error(context);
  return Refuse(
      "CHAIN_INVALID",
      absl::StrCat(
          "The certificate does not lead to a root of its trust domain ", trust.trust_domain, ": ",
          X509_verify_cert_error_string(error), " at depth ",
          X509_STORE_CTX_get_error_depth(context),
          "; present the intermediates too, or have it issued by that domain's authority."));
}

// The CRL of a CA in a chain, which may be another certificate of the same name and key.
X509_CRL* CrlOf(const TrustBundle::Trust& trust, X509* ca) {
  X509_CRL* newest = nullptr;
  for (const TrustBundle::Trust::Ca& known : trust.cas) {
    if (known.crl == nullptr ||
        X509_NAME_cmp(X509_get_subject_name(known.certificate.get()), X509_get_subject_name(ca)) !=
            0 ||
        EVP_PKEY_eq(X509_get0_pubkey(known.certificate.get()), X509_get0_pubkey(ca)) != 1) {
      continue;
    }
    if (newest == nullptr || ToTime(X509_CRL_get0_lastUpdate(known.crl.get())) >
                                 ToTime(X509_CRL_get0_lastUpdate(newest))) {
      newest = known.crl.get();
    }
  }
  return newest;
}

// From when the certificate counts as revoked by this CRL; nullopt if it is not listed.
std::optional<absl::Time> RevokedFrom(X509_CRL* crl, X509* certificate) {
  X509_REVOKED* entry = nullptr;
  // 2 is removeFromCRL, which only a delta has.
  if (X509_CRL_get0_by_serial(crl, &entry, X509_get0_serialNumber(certificate)) != 1) {
    return std::nullopt;
  }
  absl::Time from = ToTime(X509_REVOKED_get0_revocationDate(entry));
  int critical = 0;
  auto* invalidity = static_cast<ASN1_GENERALIZEDTIME*>(
      X509_REVOKED_get_ext_d2i(entry, NID_invalidity_date, &critical, nullptr));
  if (invalidity != nullptr) {
    from = std::min(from, ToTime(invalidity));
    ASN1_GENERALIZEDTIME_free(invalidity);
  }
  return from;
}

// Checks leaf and CAs against the domain's CRLs and narrows `not_after` to what they vouch for.
absl::Status CheckRevocation(const TrustBundle::Trust& trust, STACK_OF(X509) * chain,
                             Purpose purpose, absl::Time at, absl::Duration grace,
                             absl::Time& not_after) {
  for (int i = 0; i + 1 < sk_X509_num(chain); ++i) {
    const absl::string_view what =
        i == 0 ? "The certificate" : "A certification authority of the certificate";
    X509_CRL* const crl = CrlOf(trust, sk_X509_value(chain, i + 1));
    if (crl == nullptr) {
      return Refuse("CRL_STALE",
                    absl::StrCat("The trust domain ", trust.trust_domain,
                                 " has CRLs but none for the authority at depth ", i + 1,
                                 ", so nobody can tell whether a certificate was revoked; add its "
                                 "CRL to the bundle."));
    }
    if (const auto from = RevokedFrom(crl, sk_X509_value(chain, i)); from.has_value()) {
      if (purpose == Purpose::kTls || at >= *from) {
        return Refuse("CERTIFICATE_REVOKED",
                      absl::StrCat(what, " was revoked by its authority in the trust domain ",
                                   trust.trust_domain, "; have a new one issued."));
      }
      not_after = std::min(not_after, *from - absl::Seconds(1));
    }
    const absl::Time good_until = ToTime(X509_CRL_get0_nextUpdate(crl)) + grace;
    if (at > good_until) {
      return Refuse("CRL_STALE",
                    absl::StrCat("The CRL of the trust domain ", trust.trust_domain,
                                 " for the authority at depth ", i + 1,
                                 " is past its nextUpdate and the period of grace; install a fresh "
                                 "CRL in the bundle."));
    }
    not_after = std::min(not_after, good_until);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const VerifiedCertificate>> VerifyUncached(
    const TrustBundles& bundles, absl::Duration crl_grace, absl::string_view leaf_text,
    absl::string_view chain_text, Purpose purpose, absl::Time at) {
  if (leaf_text.size() + chain_text.size() > kMaxPresented) {
    return Refuse("CERTIFICATE_UNREADABLE",
                  "The certificates presented are larger than 64 KiB; present the leaf and its "
                  "intermediates only.");
  }
  COMITY_ASSIGN_OR_RETURN(const Leaf leaf, ReadLeaf(leaf_text));
  auto presented = ParseCertificates(chain_text, kMaxPresentedCas);
  if (!presented.ok()) {
    return Refuse(
        "CERTIFICATE_UNREADABLE",
        absl::StrCat("What was presented beside the certificate ", presented.status().message(),
                     "; present at most 8 intermediates in PEM or DER."));
  }

  const TrustBundle* const bundle = bundles.Find(leaf.principal.trust_domain);
  if (bundle == nullptr) {
    return Refuse("TRUST_DOMAIN_UNKNOWN",
                  absl::StrCat("The trust domain ", leaf.principal.trust_domain,
                               " is not known here; its bundle must be installed first."));
  }
  if (!bundles.MayName(leaf.principal)) {
    return Refuse(
        "PATH_NOT_ALLOWED_FOR_DOMAIN",
        absl::StrCat("The trust domain ", leaf.principal.trust_domain,
                     " may not vouch for a name of this kind; have the certificate issued "
                     "by the domain the name belongs to."));
  }
  X509* const certificate = leaf.certificate.get();
  COMITY_RETURN_IF_ERROR(CheckUsage(certificate, purpose));
  COMITY_RETURN_IF_ERROR(CheckTime(certificate, purpose, at));

  const TrustBundle::Trust& trust = bundle->trust();
  const StackPtr untrusted(sk_X509_new_null());
  const StoreContextPtr context(X509_STORE_CTX_new());
  if (untrusted == nullptr || context == nullptr) {
    return absl::ResourceExhaustedError("out of memory");
  }
  COMITY_ASSIGN_OR_RETURN(
      STACK_OF(X509)* const chain,
      BuildChain(context.get(), trust, certificate, *presented, untrusted.get(), purpose, at));

  auto verified = std::make_shared<VerifiedCertificate>();
  verified->principal = leaf.principal;
  verified->leaf_sha256 = crypto::Sha256(ToDer(certificate));
  verified->not_before = absl::InfinitePast();
  verified->not_after = absl::InfiniteFuture();
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    X509* const link = sk_X509_value(chain, i);
    verified->not_before = std::max(verified->not_before, ToTime(X509_get0_notBefore(link)));
    verified->not_after = std::min(verified->not_after, ToTime(X509_get0_notAfter(link)));
  }
  if (trust.has_crls) {
    COMITY_RETURN_IF_ERROR(
        CheckRevocation(trust, chain, purpose, at, crl_grace, verified->not_after));
  }
  return verified;
}

}  // namespace

ChainVerifier::ChainVerifier(std::shared_ptr<const TrustBundles> bundles)
    : ChainVerifier(std::move(bundles), Options()) {}

ChainVerifier::ChainVerifier(std::shared_ptr<const TrustBundles> bundles, Options options)
    : options_(options), cache_(std::make_unique<Cache>(std::move(bundles), options.cache_size)) {}

ChainVerifier::~ChainVerifier() = default;

absl::StatusOr<std::shared_ptr<const VerifiedCertificate>> ChainVerifier::Verify(
    absl::string_view leaf, absl::string_view chain, Purpose purpose, absl::Time at) const {
  const Cache::Presented presented{leaf, chain, purpose};
  if (auto known = cache_->Find(presented, at); known.has_value()) return *std::move(known);
  // The length keeps leaf and chain apart.
  const std::array<char, 9> frame = [&] {
    std::array<char, 9> bytes{};
    bytes[0] = purpose == Purpose::kTls ? 't' : 's';
    std::uint64_t size = leaf.size();
    for (std::size_t i = 1; i < bytes.size(); ++i, size >>= 8) {
      bytes[i] = static_cast<char>(size & 0xff);
    }
    return bytes;
  }();
  const crypto::Digest key =
      crypto::Sha256({absl::string_view(frame.data(), frame.size()), leaf, chain});
  if (auto known = cache_->Find(key, at); known.has_value()) return *std::move(known);

  const Cache::State state = cache_->state();
  auto answer = VerifyUncached(*state.bundles, options_.crl_grace, leaf, chain, purpose, at);
  if (answer.ok()) {
    cache_->Keep(presented, key, answer, (*answer)->not_before, (*answer)->not_after,
                 state.generation);
  } else if (absl::IsUnauthenticated(answer.status())) {
    cache_->Keep(presented, key, answer, at, at + options_.refusal_life, state.generation);
  }
  return answer;
}

void ChainVerifier::SetBundles(std::shared_ptr<const TrustBundles> bundles) {
  cache_->Renew(std::move(bundles));
}

std::shared_ptr<const TrustBundles> ChainVerifier::bundles() const {
  return cache_->state().bundles;
}

void ChainVerifier::RaiseGeneration() { cache_->Renew(nullptr); }

std::uint64_t ChainVerifier::generation() const { return cache_->generation(); }

ChainVerifier::CacheCounts ChainVerifier::cache_counts() const { return cache_->counts(); }

}  // namespace comity::identity
