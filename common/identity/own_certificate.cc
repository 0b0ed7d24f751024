#include "common/identity/own_certificate.h"

#include <openssl/err.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/identity/files.h"
#include "common/identity/own_files.h"
#include "common/identity/x509.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::identity {
namespace {

constexpr std::size_t kMaxInFile = 9;  // The leaf and as many intermediates as a verifier takes.

absl::Status Fail(absl::string_view reason, absl::string_view file, absl::string_view sentence) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(file, " cannot be used: ", sentence),
                   {.reason = std::string(reason)});
}

absl::StatusOr<std::string> ReadPart(absl::string_view file, absl::string_view kind,
                                     absl::string_view remedy) {
  auto content = ReadWholeFile(std::string(file));
  if (content.ok()) return content;
  const absl::string_view what = absl::IsNotFound(content.status()) ? "_MISSING" : "_UNREADABLE";
  return Fail(absl::StrCat(kind, what), file,
              absl::StrCat("it ", content.status().message(), "; ", remedy));
}

// The certificates of a file, leaf first.
absl::StatusOr<std::vector<X509Ptr>> CertificatesIn(absl::string_view file, absl::string_view pem) {
  auto certificates = ParseCertificates(pem, kMaxInFile);
  if (certificates.ok() && !certificates->empty()) return certificates;
  return Fail("CERTIFICATE_UNREADABLE", file,
              absl::StrCat("it ", certificates.ok() ? "is empty" : certificates.status().message(),
                           "; it must hold a certificate in PEM, then its intermediates."));
}

absl::StatusOr<std::vector<X509Ptr>> ReadCertificates(absl::string_view file) {
  COMITY_ASSIGN_OR_RETURN(const std::string pem,
                          ReadPart(file, "CERTIFICATE", "name a certificate's file."));
  return CertificatesIn(file, pem);
}

absl::StatusOr<VerifiedCertificate> Judge(absl::string_view file,
                                          const std::vector<X509Ptr>& certificates,
                                          const std::shared_ptr<const TrustBundles>& bundles,
                                          absl::Time now, Purpose purpose) {
  std::string chain;
  for (std::size_t i = 1; i < certificates.size(); ++i) chain += ToPem(certificates[i].get());
  const ChainVerifier verifier(bundles);
  const auto verified = verifier.Verify(ToPem(certificates.front().get()), chain, purpose, now);
  if (!verified.ok()) {
    return Fail(ReasonOf(verified.status()), file, verified.status().message());
  }
  return **verified;
}

}  // namespace

absl::StatusOr<OwnText> ReadOwn(absl::string_view certificate_file, absl::string_view key_file) {
  OwnText text{.certificate_file = std::string(certificate_file),
               .key_file = std::string(key_file)};
  COMITY_ASSIGN_OR_RETURN(
      text.certificate_pem,
      ReadPart(certificate_file, "CERTIFICATE",
               "name the certificate issued to you (deploy/pki/issue makes one)."));
  COMITY_ASSIGN_OR_RETURN(
      text.key_pem, ReadPart(key_file, "KEY", "name the private key made with the certificate."));
  return text;
}

absl::StatusOr<OwnCertificate> CheckOwn(const OwnText& text,
                                        const std::shared_ptr<const TrustBundles>& bundles,
                                        absl::Time now, Purpose purpose) {
  COMITY_ASSIGN_OR_RETURN(const auto certificates,
                          CertificatesIn(text.certificate_file, text.certificate_pem));
  const auto key = ParsePrivateKey(text.key_pem);
  if (!key.ok()) {
    return Fail("KEY_UNREADABLE", text.key_file,
                absl::StrCat("it ", key.status().message(),
                             "; it must hold the certificate's private key in PEM."));
  }
  const bool matches = X509_check_private_key(certificates.front().get(), key->get()) == 1;
  ERR_clear_error();
  if (!matches) {
    return Fail(
        "KEY_MISMATCH", text.key_file,
        absl::StrCat("it is not the key of the first certificate in ", text.certificate_file,
                     "; name the two files that were issued together, leaf first."));
  }

  COMITY_ASSIGN_OR_RETURN(VerifiedCertificate verified,
                          Judge(text.certificate_file, certificates, bundles, now, purpose));
  return OwnCertificate{.verified = std::move(verified),
                        .certificate_pem = text.certificate_pem,
                        .key_pem = text.key_pem};
}

absl::StatusOr<VerifiedCertificate> CheckCertificate(
    absl::string_view certificate_file, const std::shared_ptr<const TrustBundles>& bundles,
    absl::Time now, Purpose purpose) {
  COMITY_ASSIGN_OR_RETURN(const auto certificates, ReadCertificates(certificate_file));
  return Judge(certificate_file, certificates, bundles, now, purpose);
}

absl::StatusOr<Validity> ValidityOf(absl::string_view certificate_file) {
  COMITY_ASSIGN_OR_RETURN(const auto certificates, ReadCertificates(certificate_file));
  const X509* const leaf = certificates.front().get();
  return Validity{.not_before = ToTime(X509_get0_notBefore(leaf)),
                  .not_after = ToTime(X509_get0_notAfter(leaf))};
}

absl::StatusOr<OwnCertificate> CheckOwnCertificate(
    absl::string_view certificate_file, absl::string_view key_file,
    const std::shared_ptr<const TrustBundles>& bundles, absl::Time now, Purpose purpose) {
  COMITY_ASSIGN_OR_RETURN(const OwnText text, ReadOwn(certificate_file, key_file));
  return CheckOwn(text, bundles, now, purpose);
}

}  // namespace comity::identity
