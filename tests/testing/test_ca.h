#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/identity/chain_verifier.h"
#include "common/identity/trust_bundle.h"
#include "tests/testing/temp_directory.h"

namespace comity::testing {

// A certificate and its key, as files would hold them.
struct IssuedCertificate {
  std::string leaf_pem;   // The leaf alone.
  std::string chain_pem;  // The intermediates alone; "" if the root signed.
  std::string key_pem;

  // The content of a tls.pem: leaf, then intermediates.
  std::string certificate_pem() const { return leaf_pem + chain_pem; }
};

// What to put into a certificate; the faults are set here too.
struct CertificateRequest {
  std::vector<std::string> uris;  // One SPIFFE id; none or several for faulty ones.
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
  identity::Purpose purpose = identity::Purpose::kTls;
  absl::Time not_before = absl::Now() - absl::Hours(1);
  absl::Time not_after = absl::Now() + absl::Hours(24);
  bool ca = false;                 // A CA's leaf.
  std::string key_usage;           // OpenSSL's words; "" as the purpose wants, "none" for none.
  std::string extended_key_usage;  // Likewise.
};

// The certification authority of one trust domain, in memory, P-256. Failures of OpenSSL end the
// process: a test cannot go on without. Not thread-safe.
class TestCa {
 public:
  struct Options {
    bool intermediate = true;  // Whether an intermediate signs, or the root itself.
    absl::Time not_before = absl::Now() - absl::Hours(24 * 365 * 20);
    absl::Time not_after = absl::Now() + absl::Hours(24 * 365 * 20);
  };

  explicit TestCa(absl::string_view trust_domain);
  TestCa(absl::string_view trust_domain, Options options);
  ~TestCa();
  TestCa(TestCa&&) noexcept;
  TestCa& operator=(TestCa&&) noexcept;

  const std::string& trust_domain() const;

  // Good for a day from an hour ago. `spiffe_id` may be of any domain. TLS certificates get the DNS
  // name localhost and the address 127.0.0.1, as a service needs.
  IssuedCertificate IssueTls(absl::string_view spiffe_id);
  IssuedCertificate IssueSigning(absl::string_view spiffe_id);
  IssuedCertificate Issue(const CertificateRequest& request);

  // Puts a certificate, or the intermediate itself, on the CRLs made from now on. `invalidity`, if
  // given, is the earlier time at which the key was lost.
  void Revoke(const IssuedCertificate& certificate, absl::Time at = absl::Now(),
              absl::Time invalidity = absl::InfiniteFuture());
  void RevokeIntermediate(absl::Time at = absl::Now());

  // One CRL of each CA, PEM.
  std::vector<std::string> CrlsPem(absl::Time this_update = absl::Now() - absl::Minutes(1),
                                   absl::Time next_update = absl::Now() + absl::Hours(24)) const;

  const std::string& root_pem() const;
  // "" if the root signs.
  const std::string& intermediate_pem() const;

  // The domain's bundle, for `paths` as in bundle.toml.
  identity::BundleFiles Bundle(const std::vector<std::string>& paths) const;
  identity::BundleFiles BundleWithCrls(const std::vector<std::string>& paths,
                                       std::vector<std::string> crls_pem) const;

 private:
  struct Keys;
  std::unique_ptr<Keys> keys_;
};

// Parses bundles made by TestCa; ends the process if they do not fit together.
std::shared_ptr<const identity::TrustBundles> MakeBundles(
    const std::vector<identity::BundleFiles>& bundles);

// Writes `content` to `path` by rename, so that a reader sees the old or the new file.
void WriteFile(absl::string_view path, absl::string_view content);

// Writes `folder`/<trust domain>/ as TrustBundles::Load reads it, replacing what is there.
void WriteBundle(absl::string_view folder, const identity::BundleFiles& bundle);

// Writes `folder`/tls.pem and tls.key, and sign.pem and sign.key if `signing` is given.
void WriteIdentity(absl::string_view folder, const IssuedCertificate& tls,
                   const IssuedCertificate* signing = nullptr);

// Two domains ready for use, under `folder`: the agency's `agency.example` (all paths, partners
// without a domain of their own included) and `georgia.example` (only partner/georgia), each with
// CRLs, and their bundles in `bundles`.
class TestPki {
 public:
  TestPki();

  TestCa& agency() { return agency_; }
  TestCa& georgia() { return georgia_; }
  std::string bundles_folder() const { return folder_ / "bundles"; }
  std::string path(absl::string_view name) const { return folder_ / std::string(name); }
  std::shared_ptr<const identity::TrustBundles> bundles() const;

  // Issues TLS and signing certificates from the CA of the id's domain and writes them, with a link
  // to the bundles, to the folder returned: <folder>/ids/<name>/.
  std::string IssueFolder(absl::string_view name, absl::string_view spiffe_id);

  // Writes both bundles anew, with CRLs of now: after a Revoke.
  void WriteBundles();

 private:
  TempDirectory folder_;
  TestCa agency_{"agency.example"};
  TestCa georgia_{"georgia.example"};
};

}  // namespace comity::testing
