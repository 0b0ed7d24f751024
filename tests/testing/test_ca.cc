#include "tests/testing/test_ca.h"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/identity/principal.h"
#include "common/identity/x509.h"

namespace comity::testing {
namespace {

using identity::BioPtr;
using identity::Freed;
using identity::KeyPtr;
using identity::X509CrlPtr;
using identity::X509Ptr;

using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using TimePtr = std::unique_ptr<ASN1_TIME, Freed<ASN1_TIME_free>>;
using NumberPtr = std::unique_ptr<ASN1_INTEGER, Freed<ASN1_INTEGER_free>>;
using RevokedPtr = std::unique_ptr<X509_REVOKED, Freed<X509_REVOKED_free>>;

void Require(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "TestCa: %s failed\n", what);
  std::abort();
}

TimePtr At(absl::Time time) {
  TimePtr result(ASN1_TIME_set(nullptr, absl::ToTimeT(time)));
  Require(result != nullptr, "ASN1_TIME_set");
  return result;
}

KeyPtr NewKey() {
  KeyPtr key(EVP_EC_gen("P-256"));
  Require(key != nullptr, "EVP_EC_gen");
  return key;
}

std::string KeyPem(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  Require(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "PEM_write_bio_PKCS8PrivateKey");
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

void Extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  Require(extension != nullptr, value.c_str());
  Require(X509_add_ext(certificate, extension.get(), -1) == 1, "X509_add_ext");
}

// A certificate of a fresh serial, without extensions and signature.
X509Ptr Blank(const std::string& common_name, EVP_PKEY* key, X509* issuer, absl::Time from,
              absl::Time until) {
  X509Ptr certificate(X509_new());
  Require(X509_set_version(certificate.get(), X509_VERSION_3) == 1, "X509_set_version");
  std::uint64_t serial = 0;
  Require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "RAND_bytes");
  Require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1) == 1,
          "ASN1_INTEGER_set_uint64");
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  Require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(common_name.c_str()),
                                     -1, -1, 0) == 1,
          "X509_NAME_add_entry_by_txt");
  Require(X509_set_issuer_name(certificate.get(),
                               issuer == nullptr ? name : X509_get_subject_name(issuer)) == 1,
          "X509_set_issuer_name");
  Require(X509_set1_notBefore(certificate.get(), At(from).get()) == 1 &&
              X509_set1_notAfter(certificate.get(), At(until).get()) == 1,
          "X509_set1_notBefore");
  Require(X509_set_pubkey(certificate.get(), key) == 1, "X509_set_pubkey");
  return certificate;
}

struct Ca {
  struct Entry {
    NumberPtr serial;
    absl::Time at;
    absl::Time invalidity;
  };

  KeyPtr key;
  X509Ptr certificate;
  std::vector<Entry> revoked;

  X509Ptr Sign(X509Ptr leaf) const {
    Require(X509_sign(leaf.get(), key.get(), EVP_sha256()) > 0, "X509_sign");
    return leaf;
  }

  void Revoke(X509* victim, absl::Time at, absl::Time invalidity) {
    revoked.push_back(
        {NumberPtr(ASN1_INTEGER_dup(X509_get0_serialNumber(victim))), at, invalidity});
  }

  std::string CrlPem(absl::Time this_update, absl::Time next_update) const {
    const X509CrlPtr crl(X509_CRL_new());
    Require(
        X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2) == 1 &&
            X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(certificate.get())) == 1 &&
            X509_CRL_set1_lastUpdate(crl.get(), At(this_update).get()) == 1 &&
            X509_CRL_set1_nextUpdate(crl.get(), At(next_update).get()) == 1,
        "X509_CRL_set");
    for (const Entry& entry : revoked) {
      RevokedPtr line(X509_REVOKED_new());
      X509_REVOKED_set_serialNumber(line.get(), entry.serial.get());
      X509_REVOKED_set_revocationDate(line.get(), At(entry.at).get());
      if (entry.invalidity != absl::InfiniteFuture()) {
        ASN1_GENERALIZEDTIME* when =
            ASN1_GENERALIZEDTIME_set(nullptr, absl::ToTimeT(entry.invalidity));
        Require(X509_REVOKED_add1_ext_i2d(line.get(), NID_invalidity_date, when, 0, 0) == 1,
                "X509_REVOKED_add1_ext_i2d");
        ASN1_GENERALIZEDTIME_free(when);
      }
      Require(X509_CRL_add0_revoked(crl.get(), line.release()) == 1, "X509_CRL_add0_revoked");
    }
    X509_CRL_sort(crl.get());
    Require(X509_CRL_sign(crl.get(), key.get(), EVP_sha256()) > 0, "X509_CRL_sign");
    const BioPtr bio(BIO_new(BIO_s_mem()));
    Require(PEM_write_bio_X509_CRL(bio.get(), crl.get()) == 1, "PEM_write_bio_X509_CRL");
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
  }
};

Ca MakeCa(const std::string& name, const Ca* issuer, absl::Time from, absl::Time until) {
  Ca ca;
  ca.key = NewKey();
  X509* const issuer_certificate = issuer == nullptr ? nullptr : issuer->certificate.get();
  X509Ptr blank = Blank(name, ca.key.get(), issuer_certificate, from, until);
  X509* const authority = issuer_certificate == nullptr ? blank.get() : issuer_certificate;
  Extend(blank.get(), authority, NID_basic_constraints,
         issuer == nullptr ? "critical,CA:TRUE" : "critical,CA:TRUE,pathlen:0");
  Extend(blank.get(), authority, NID_key_usage, "critical,keyCertSign,cRLSign");
  Extend(blank.get(), authority, NID_subject_key_identifier, "hash");
  Extend(blank.get(), authority, NID_authority_key_identifier, "keyid");
  ca.certificate = issuer == nullptr ? ca.Sign(std::move(blank)) : issuer->Sign(std::move(blank));
  return ca;
}

X509Ptr ParseOne(const std::string& pem) {
  auto parsed = identity::ParseCertificates(pem, 1);
  Require(parsed.ok() && parsed->size() == 1, "ParseCertificates");
  return std::move(parsed->front());
}

}  // namespace

struct TestCa::Keys {
  std::string trust_domain;
  Ca root;
  std::unique_ptr<Ca> intermediate;
  std::string root_pem;
  std::string intermediate_pem;

  Ca& issuer() { return intermediate == nullptr ? root : *intermediate; }
};

TestCa::TestCa(absl::string_view trust_domain) : TestCa(trust_domain, Options()) {}

TestCa::TestCa(absl::string_view trust_domain, Options options) : keys_(std::make_unique<Keys>()) {
  keys_->trust_domain = std::string(trust_domain);
  keys_->root = MakeCa("Test Root CA", nullptr, options.not_before, options.not_after);
  keys_->root_pem = identity::ToPem(keys_->root.certificate.get());
  if (options.intermediate) {
    keys_->intermediate = std::make_unique<Ca>(
        MakeCa("Test Issuing CA", &keys_->root, options.not_before, options.not_after));
    keys_->intermediate_pem = identity::ToPem(keys_->intermediate->certificate.get());
  }
}

TestCa::~TestCa() = default;
TestCa::TestCa(TestCa&&) noexcept = default;
TestCa& TestCa::operator=(TestCa&&) noexcept = default;

const std::string& TestCa::trust_domain() const { return keys_->trust_domain; }
const std::string& TestCa::root_pem() const { return keys_->root_pem; }
const std::string& TestCa::intermediate_pem() const { return keys_->intermediate_pem; }

IssuedCertificate TestCa::IssueTls(absl::string_view spiffe_id) {
  return Issue({.uris = {std::string(spiffe_id)},
                .dns_names = {"localhost"},
                .ip_addresses = {"127.0.0.1"}});
}

IssuedCertificate TestCa::IssueSigning(absl::string_view spiffe_id) {
  return Issue({.uris = {std::string(spiffe_id)}, .purpose = identity::Purpose::kSigning});
}

IssuedCertificate TestCa::Issue(const CertificateRequest& request) {
  const Ca& issuer = keys_->issuer();
  X509* const authority = issuer.certificate.get();
  const KeyPtr key = NewKey();
  X509Ptr leaf = Blank("Test Leaf", key.get(), authority, request.not_before, request.not_after);
  const bool tls = request.purpose == identity::Purpose::kTls;
  Extend(leaf.get(), authority, NID_basic_constraints,
         request.ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (request.key_usage != "none") {
    Extend(leaf.get(), authority, NID_key_usage,
           !request.key_usage.empty() ? request.key_usage
           : tls                      ? "critical,digitalSignature"
                                      : "critical,digitalSignature,nonRepudiation");
  }
  if (request.extended_key_usage != "none") {
    Extend(leaf.get(), authority, NID_ext_key_usage,
           !request.extended_key_usage.empty() ? request.extended_key_usage
           : tls                               ? "clientAuth,serverAuth"
                                               : "emailProtection");
  }
  Extend(leaf.get(), authority, NID_subject_key_identifier, "hash");
  Extend(leaf.get(), authority, NID_authority_key_identifier, "keyid");
  std::vector<std::string> names;
  for (const std::string& uri : request.uris) names.push_back(absl::StrCat("URI:", uri));
  for (const std::string& dns : request.dns_names) names.push_back(absl::StrCat("DNS:", dns));
  for (const std::string& ip : request.ip_addresses) names.push_back(absl::StrCat("IP:", ip));
  if (!names.empty()) {
    Extend(leaf.get(), authority, NID_subject_alt_name, absl::StrJoin(names, ","));
  }
  leaf = issuer.Sign(std::move(leaf));
  return {.leaf_pem = identity::ToPem(leaf.get()),
          .chain_pem = keys_->intermediate_pem,
          .key_pem = KeyPem(key.get())};
}

void TestCa::Revoke(const IssuedCertificate& certificate, absl::Time at, absl::Time invalidity) {
  const X509Ptr leaf = ParseOne(certificate.leaf_pem);
  keys_->issuer().Revoke(leaf.get(), at, invalidity);
}

void TestCa::RevokeIntermediate(absl::Time at) {
  Require(keys_->intermediate != nullptr, "RevokeIntermediate without an intermediate");
  keys_->root.Revoke(keys_->intermediate->certificate.get(), at, absl::InfiniteFuture());
}

std::vector<std::string> TestCa::CrlsPem(absl::Time this_update, absl::Time next_update) const {
  std::vector<std::string> crls = {keys_->root.CrlPem(this_update, next_update)};
  if (keys_->intermediate != nullptr) {
    crls.push_back(keys_->intermediate->CrlPem(this_update, next_update));
  }
  return crls;
}

identity::BundleFiles TestCa::Bundle(const std::vector<std::string>& paths) const {
  return BundleWithCrls(paths, {});
}

identity::BundleFiles TestCa::BundleWithCrls(const std::vector<std::string>& paths,
                                             std::vector<std::string> crls_pem) const {
  return {.bundle_toml = absl::StrCat("format = 1\ntrust_domain = \"", keys_->trust_domain,
                                      "\"\npaths = [\"", absl::StrJoin(paths, "\", \""), "\"]\n"),
          .roots_pem = keys_->root_pem,
          .intermediates_pem = keys_->intermediate_pem,
          .crls_pem = std::move(crls_pem)};
}

std::shared_ptr<const identity::TrustBundles> MakeBundles(
    const std::vector<identity::BundleFiles>& bundles) {
  std::vector<identity::TrustBundle> parsed;
  for (const identity::BundleFiles& files : bundles) {
    auto bundle = identity::TrustBundle::Parse(files, "test");
    Require(bundle.ok(), bundle.status().ToString().c_str());
    parsed.push_back(*std::move(bundle));
  }
  auto set = identity::TrustBundles::Create(std::move(parsed));
  Require(set.ok(), set.status().ToString().c_str());
  return std::make_shared<identity::TrustBundles>(*std::move(set));
}

void WriteFile(absl::string_view path, absl::string_view content) {
  const std::string target(path);
  const std::string fresh = target + ".new";
  {
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    out << content;
    out.flush();
    Require(out.good(), fresh.c_str());
  }
  Require(chmod(fresh.c_str(), 0600) == 0 && std::rename(fresh.c_str(), target.c_str()) == 0,
          target.c_str());
}

void WriteBundle(absl::string_view folder, const identity::BundleFiles& bundle) {
  // bundle.toml is ours, so the domain stands between the first quotes.
  const std::vector<std::string> parts = absl::StrSplit(bundle.bundle_toml, '"');
  Require(parts.size() > 1, "bundle.toml");
  const std::string place = absl::StrCat(folder, "/", parts[1]);
  std::filesystem::create_directories(place);
  for (const auto& entry : std::filesystem::directory_iterator(place)) {
    const std::string name = entry.path().filename().string();
    const std::vector<std::string> stems = absl::StrSplit(name, ".crl.pem");
    std::size_t index = 0;
    if (stems.size() == 2 && absl::SimpleAtoi(stems[0], &index) &&
        index >= bundle.crls_pem.size()) {
      std::filesystem::remove(entry.path());
    }
  }
  WriteFile(place + "/roots.pem", bundle.roots_pem);
  WriteFile(place + "/intermediates.pem", bundle.intermediates_pem);
  for (std::size_t i = 0; i < bundle.crls_pem.size(); ++i) {
    WriteFile(absl::StrCat(place, "/", i, ".crl.pem"), bundle.crls_pem[i]);
  }
  WriteFile(place + "/bundle.toml", bundle.bundle_toml);
}

void WriteIdentity(absl::string_view folder, const IssuedCertificate& tls,
                   const IssuedCertificate* signing) {
  std::filesystem::create_directories(std::string(folder));
  WriteFile(absl::StrCat(folder, "/tls.key"), tls.key_pem);
  WriteFile(absl::StrCat(folder, "/tls.pem"), tls.certificate_pem());
  if (signing == nullptr) return;
  WriteFile(absl::StrCat(folder, "/sign.key"), signing->key_pem);
  WriteFile(absl::StrCat(folder, "/sign.pem"), signing->certificate_pem());
}

TestPki::TestPki() { WriteBundles(); }

void TestPki::WriteBundles() {
  WriteBundle(
      bundles_folder(),
      agency_.BundleWithCrls({"agency", "application", "service", "partner/*"}, agency_.CrlsPem()));
  WriteBundle(bundles_folder(), georgia_.BundleWithCrls({"partner/georgia"}, georgia_.CrlsPem()));
}

std::shared_ptr<const identity::TrustBundles> TestPki::bundles() const {
  auto loaded = identity::TrustBundles::Load(bundles_folder());
  Require(loaded.ok(), loaded.status().ToString().c_str());
  return std::make_shared<identity::TrustBundles>(*std::move(loaded));
}

std::string TestPki::IssueFolder(absl::string_view name, absl::string_view spiffe_id) {
  const auto principal = identity::Principal::Parse(spiffe_id);
  Require(principal.ok(), principal.status().ToString().c_str());
  TestCa& ca = principal->trust_domain == georgia_.trust_domain() ? georgia_ : agency_;
  const std::string folder = path(absl::StrCat("ids/", name));
  const IssuedCertificate signing = ca.IssueSigning(spiffe_id);
  WriteIdentity(folder, ca.IssueTls(spiffe_id), &signing);
  std::error_code exists;
  std::filesystem::create_directory_symlink(bundles_folder(), folder + "/bundles", exists);
  return folder;
}

}  // namespace comity::testing
