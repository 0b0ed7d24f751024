#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/identity/principal.h"

namespace comity::identity {

// The files of one trust domain, as text. In a bundles folder each domain is a sub-folder with
//   bundle.toml          format = 1, trust_domain = "agency.example", paths = [...]
//   roots.pem            self-signed CA certificates
//   intermediates.pem    optional: CA certificates, unless every caller sends its own
//   *.crl.pem            optional: the domain's own CRLs
//   tls.pem, anything    other files are ignored
// `paths` says which names the domain may vouch for: "agency", "application", "service",
// "partner/<id>" (only that partner's contacts), "partner/*" (every partner no other domain
// claims).
struct BundleFiles {
  std::string bundle_toml;
  std::string roots_pem;
  std::string intermediates_pem;
  std::vector<std::string> crls_pem;
};

// What one trust domain is believed by: certificates, CRLs and the paths it may use. Immutable,
// hence thread-safe.
//
// CRLs: once a domain has any, each CA of a chain needs one that is signed by it and complete (no
// critical extension, so no delta and no indirect CRL); a CRL whose CA is neither in roots.pem nor
// in intermediates.pem refuses the bundle.
class TrustBundle {
 public:
  // `place` names the files in error sentences, such as the sub-folder. INVALID_ARGUMENT
  // `BUNDLE_INVALID` for anything that does not parse or does not fit together.
  static absl::StatusOr<TrustBundle> Parse(const BundleFiles& files, absl::string_view place);

  ~TrustBundle();
  TrustBundle(TrustBundle&&) noexcept;
  TrustBundle& operator=(TrustBundle&&) noexcept;

  const std::string& trust_domain() const;
  const std::vector<std::string>& paths() const;
  bool has_crls() const;
  // The roots alone, PEM.
  const std::string& roots_pem() const;

  // The certificates and CRLs, for this folder's own sources.
  struct Trust;
  const Trust& trust() const { return *trust_; }

 private:
  explicit TrustBundle(std::unique_ptr<Trust> trust);

  std::unique_ptr<Trust> trust_;
};

// The trust bundles of all domains. Immutable, hence thread-safe.
class TrustBundles {
 public:
  // Nobody is trusted.
  TrustBundles() = default;

  // INVALID_ARGUMENT `BUNDLE_INVALID` if two bundles are of one domain or claim the same path.
  static absl::StatusOr<TrustBundles> Create(std::vector<TrustBundle> bundles);

  // Reads every sub-folder of `folder`; hidden ones are skipped. FAILED_PRECONDITION
  // `BUNDLE_MISSING` if a folder or file is not there or cannot be read, INVALID_ARGUMENT
  // `BUNDLE_INVALID` as above. All or nothing.
  static absl::StatusOr<TrustBundles> Load(absl::string_view folder);

  // Null for an unknown domain.
  const TrustBundle* Find(absl::string_view trust_domain) const;

  // Whether the bundle of `principal.trust_domain` may vouch for this principal at all.
  bool MayName(const Principal& principal) const;

  std::vector<std::string> trust_domains() const;

  // The roots of all domains, PEM: for the TLS layer, which decides nothing.
  std::string AllRootsPem() const;

 private:
  std::map<std::string, TrustBundle, std::less<>> bundles_;
  // Which domain vouches for a path; "partner/*" is the fallback for partners.
  std::map<std::string, std::string, std::less<>> domain_of_path_;
};

}  // namespace comity::identity
