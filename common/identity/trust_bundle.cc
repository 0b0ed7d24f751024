#include "common/identity/trust_bundle.h"

#include <openssl/err.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/identity/bundle_folder.h"
#include "common/identity/trust.h"
#include "common/identity/x509.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "toml++/toml.h"

namespace comity::identity {
namespace {

constexpr std::size_t kMaxCas = 64;
constexpr absl::string_view kAnyPartner = "partner/*";

absl::Status Invalid(absl::string_view place, absl::string_view file, absl::string_view what) {
  return MakeError(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat(place, file.empty() ? "" : "/", file, " cannot be used: ", what, "."),
      {.reason = "BUNDLE_INVALID"});
}

struct Description {
  std::string trust_domain;
  std::vector<std::string> paths;
};

// A path that bundle.toml may list. Checked with the parser of names, so that both agree.
bool IsPath(absl::string_view path) {
  if (path == "agency" || path == "application" || path == "service" || path == kAnyPartner) {
    return true;
  }
  return absl::ConsumePrefix(&path, "partner/") && !absl::StrContains(path, '/') &&
         SpiffeId::Parse(absl::StrCat("spiffe://d/", path)).ok();
}

absl::StatusOr<Description> ParseDescription(absl::string_view text, absl::string_view place) {
  const absl::string_view file = "bundle.toml";
  toml::table table;
  try {
    table = toml::parse(std::string_view(text.data(), text.size()));
  } catch (const toml::parse_error& error) {
    const auto line = error.source().begin.line;
    return Invalid(place, file, absl::StrCat("line ", line, " is not TOML"));
  } catch (const std::exception&) {
    return Invalid(place, file, "it is not TOML");
  }
  for (const auto& [key, value] : table) {
    if (key != "format" && key != "trust_domain" && key != "paths") {
      return Invalid(place, file,
                     absl::StrCat("the key '", absl::string_view(key.data(), key.length()),
                                  "' is unknown (known: format, trust_domain, paths)"));
    }
  }
  if (table["format"].value<std::int64_t>() != 1) {
    return Invalid(place, file, "format must be 1");
  }
  Description description;
  description.trust_domain = table["trust_domain"].value_or(std::string());
  const auto id = SpiffeId::Parse(absl::StrCat("spiffe://", description.trust_domain, "/x"));
  if (!id.ok() || id->trust_domain() != description.trust_domain) {
    return Invalid(place, file, "trust_domain must be a lower-case name such as agency.example");
  }
  const toml::array* paths = table["paths"].as_array();
  if (paths == nullptr || paths->empty()) {
    return Invalid(place, file, "paths must be a list such as [\"partner/georgia\"]");
  }
  for (const toml::node& node : *paths) {
    const auto path = node.value<std::string>();
    if (!path.has_value() || !IsPath(*path)) {
      return Invalid(place, file,
                     "a path must be agency, application, service, partner/<id> or partner/*");
    }
    description.paths.push_back(*path);
  }
  return description;
}

absl::Status CheckCa(X509* certificate, absl::string_view place, absl::string_view file) {
  if (X509_check_ca(certificate) != 1) {
    return Invalid(place, file,
                   "it holds a certificate that is not a CA's (basicConstraints CA:TRUE)");
  }
  return absl::OkStatus();
}

absl::StatusOr<StorePtr> MakeStore(const std::vector<X509Ptr>& roots) {
  StorePtr store(X509_STORE_new());
  if (store == nullptr) return absl::ResourceExhaustedError("out of memory");
  for (const X509Ptr& root : roots) {
    if (X509_STORE_add_cert(store.get(), root.get()) != 1) {
      ERR_clear_error();
      return absl::ResourceExhaustedError("out of memory");
    }
  }
  return store;
}

// Whether the CRL is by this CA: same name, and its key signed.
bool SignedBy(X509_CRL* crl, X509* ca) {
  const bool is = X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(ca)) == 0 &&
                  X509_CRL_verify(crl, X509_get0_pubkey(ca)) == 1;
  ERR_clear_error();
  return is;
}

absl::Status AddCrl(X509CrlPtr crl, std::vector<TrustBundle::Trust::Ca>& cas,
                    absl::string_view place) {
  const absl::string_view file = "*.crl.pem";
  // Deltas, indirect CRLs and CRLs of only some certificates mark themselves by critical
  // extensions.
  if (X509_CRL_get_ext_by_critical(crl.get(), 1, -1) >= 0) {
    return Invalid(place, file, "a CRL is partial, indirect or a delta; give the complete CRL");
  }
  if (X509_CRL_get0_nextUpdate(crl.get()) == nullptr) {
    return Invalid(place, file, "a CRL has no nextUpdate, so nobody could tell when it is stale");
  }
  for (TrustBundle::Trust::Ca& ca : cas) {
    if (!SignedBy(crl.get(), ca.certificate.get())) continue;
    if (ca.crl == nullptr || ToTime(X509_CRL_get0_lastUpdate(crl.get())) >=
                                 ToTime(X509_CRL_get0_lastUpdate(ca.crl.get()))) {
      ca.crl = std::move(crl);
    }
    return absl::OkStatus();
  }
  return Invalid(
      place, file,
      "a CRL is signed by none of the CAs in roots.pem and intermediates.pem; add its CA "
      "or remove it");
}

}  // namespace

TrustBundle::TrustBundle(std::unique_ptr<Trust> trust) : trust_(std::move(trust)) {}
TrustBundle::~TrustBundle() = default;
TrustBundle::TrustBundle(TrustBundle&&) noexcept = default;
TrustBundle& TrustBundle::operator=(TrustBundle&&) noexcept = default;

absl::StatusOr<TrustBundle> TrustBundle::Parse(const BundleFiles& files, absl::string_view place) {
  COMITY_ASSIGN_OR_RETURN(Description description, ParseDescription(files.bundle_toml, place));
  auto trust = std::make_unique<Trust>();
  trust->trust_domain = std::move(description.trust_domain);
  trust->paths = std::move(description.paths);

  auto roots = ParseCertificates(files.roots_pem, kMaxCas);
  if (!roots.ok())
    return Invalid(place, "roots.pem", absl::StrCat("it ", roots.status().message()));
  if (roots->empty()) return Invalid(place, "roots.pem", "it is empty");
  for (const X509Ptr& root : *roots) {
    COMITY_RETURN_IF_ERROR(CheckCa(root.get(), place, "roots.pem"));
    if (X509_self_signed(root.get(), 1) != 1) {
      ERR_clear_error();
      return Invalid(place, "roots.pem",
                     "it holds a certificate that is not self-signed; intermediates belong into "
                     "intermediates.pem");
    }
    trust->roots_pem += ToPem(root.get());
  }
  auto intermediates = ParseCertificates(files.intermediates_pem, kMaxCas);
  if (!intermediates.ok()) {
    return Invalid(place, "intermediates.pem",
                   absl::StrCat("it ", intermediates.status().message()));
  }
  for (const X509Ptr& ca : *intermediates) {
    COMITY_RETURN_IF_ERROR(CheckCa(ca.get(), place, "intermediates.pem"));
  }

  auto store = MakeStore(*roots);
  if (!store.ok()) return store.status();
  trust->roots = *std::move(store);
  trust->root_count = roots->size();
  for (std::vector<X509Ptr>* part : {&*roots, &*intermediates}) {
    for (X509Ptr& ca : *part) trust->cas.push_back({std::move(ca), nullptr});
  }
  for (const std::string& pem : files.crls_pem) {
    auto crls = ParseCrls(pem);
    if (!crls.ok()) {
      return Invalid(place, "*.crl.pem", absl::StrCat("a file ", crls.status().message()));
    }
    for (X509CrlPtr& crl : *crls) {
      COMITY_RETURN_IF_ERROR(AddCrl(std::move(crl), trust->cas, place));
    }
  }
  // An empty *.crl.pem counts: it was meant to be one, and must not switch the check off.
  trust->has_crls = !files.crls_pem.empty();
  return TrustBundle(std::move(trust));
}

const std::string& TrustBundle::trust_domain() const { return trust_->trust_domain; }
const std::vector<std::string>& TrustBundle::paths() const { return trust_->paths; }
bool TrustBundle::has_crls() const { return trust_->has_crls; }
const std::string& TrustBundle::roots_pem() const { return trust_->roots_pem; }

absl::StatusOr<TrustBundles> TrustBundles::Create(std::vector<TrustBundle> bundles) {
  TrustBundles result;
  for (TrustBundle& bundle : bundles) {
    const std::string domain = bundle.trust_domain();
    for (const std::string& path : bundle.paths()) {
      const auto [claimed, fresh] = result.domain_of_path_.emplace(path, domain);
      if (!fresh && claimed->second != domain) {
        return Invalid("The set of trust bundles", "",
                       absl::StrCat(claimed->second, " and ", domain, " both claim '", path,
                                    "'; a name can have one trust domain only"));
      }
    }
    if (!result.bundles_.emplace(domain, std::move(bundle)).second) {
      return Invalid("The set of trust bundles", "",
                     absl::StrCat("two of them are of the trust domain ", domain));
    }
  }
  return result;
}

absl::StatusOr<TrustBundles> TrustBundles::Load(absl::string_view folder) {
  COMITY_ASSIGN_OR_RETURN(const std::vector<BundleText> texts, ReadBundleFolder(folder));
  return ParseBundles(texts);
}

const TrustBundle* TrustBundles::Find(absl::string_view trust_domain) const {
  const auto found = bundles_.find(trust_domain);
  return found == bundles_.end() ? nullptr : &found->second;
}

bool TrustBundles::MayName(const Principal& principal) const {
  std::string path;
  switch (principal.kind) {
    case PrincipalKind::kAgency:
      path = "agency";
      break;
    case PrincipalKind::kApplication:
      path = "application";
      break;
    case PrincipalKind::kService:
      path = "service";
      break;
    case PrincipalKind::kPartner:
      path = absl::StrCat("partner/", principal.partner);
      break;
  }
  auto owner = domain_of_path_.find(path);
  if (owner == domain_of_path_.end() && principal.kind == PrincipalKind::kPartner) {
    owner = domain_of_path_.find(kAnyPartner);
  }
  return owner != domain_of_path_.end() && owner->second == principal.trust_domain;
}

std::vector<std::string> TrustBundles::trust_domains() const {
  std::vector<std::string> domains;
  for (const auto& [domain, bundle] : bundles_) domains.push_back(domain);
  return domains;
}

std::string TrustBundles::AllRootsPem() const {
  std::string pem;
  for (const auto& [domain, bundle] : bundles_) pem += bundle.roots_pem();
  return pem;
}

}  // namespace comity::identity
