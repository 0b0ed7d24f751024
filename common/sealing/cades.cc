#include "common/sealing/cades.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <ctime>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::sealing {
namespace {

constexpr int kMostCertificates = 8;

struct Free {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(CMS_ContentInfo* cms) const { CMS_ContentInfo_free(cms); }
  void operator()(ASN1_TIME* time) const { ASN1_TIME_free(time); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  void operator()(ESS_SIGNING_CERT_V2* named) const { ESS_SIGNING_CERT_V2_free(named); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(STACK_OF(X509) * certificates) const {
    sk_X509_pop_free(certificates, X509_free);
  }
};
// A stack that does not own its certificates.
struct FreeStack {
  void operator()(STACK_OF(X509) * certificates) const { sk_X509_free(certificates); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Cms = std::unique_ptr<CMS_ContentInfo, Free>;
using Certificates = std::unique_ptr<STACK_OF(X509), Free>;
using Stack = std::unique_ptr<STACK_OF(X509), FreeStack>;

// The library's queue of errors belongs to the thread: what we asked for must not show up in
// somebody else's call.
class ErrorScope {
 public:
  ErrorScope() { ERR_clear_error(); }
  ~ErrorScope() { ERR_clear_error(); }
  ErrorScope(const ErrorScope&) = delete;
  ErrorScope& operator=(const ErrorScope&) = delete;
};

absl::Status BadSigner(absl::string_view description) {
  return InvalidField("SIGNER_INVALID", "signing certificate", description);
}

absl::Status BadSignature(absl::string_view description) {
  return InvalidField("SIGNATURE_INVALID", "signature", description);
}

absl::Status CannotSign() {
  return MakeError(absl::StatusCode::kInternal, "the signature could not be made",
                   {.reason = "SIGNING_FAILED"});
}

absl::Status CannotDigest() {
  return MakeError(absl::StatusCode::kInternal, "the signed bytes could not be digested",
                   {.reason = "DIGEST_FAILED"});
}

Bio Reader(absl::string_view bytes) {
  return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

std::string Der(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  std::string der;
  if (size > 0) der.assign(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

// The one URI SAN, or "".
std::string UriOf(X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, Free> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (names == nullptr) return "";
  std::string uri;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* const text = name->d.uniformResourceIdentifier;
    if (!uri.empty()) return "";
    uri.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
               static_cast<std::size_t>(ASN1_STRING_length(text)));
    if (uri.find('\0') != uri.npos) return "";
  }
  return uri;
}

bool IsP256(EVP_PKEY* key) {
  char group[32] = {};
  std::size_t size = 0;
  return key != nullptr && EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, group, sizeof(group), &size) == 1 &&
         std::strcmp(group, SN_X9_62_prime256v1) == 0;
}

// RFC 2634, 2.9, in DER: what is said of the content, and its type.
std::string ContentHints(absl::string_view description) {
  const ASN1_OBJECT* const type = OBJ_nid2obj(NID_pkcs7_data);
  const int said = static_cast<int>(description.size());
  const int both = ASN1_object_size(0, said, V_ASN1_UTF8STRING) + i2d_ASN1_OBJECT(type, nullptr);
  std::string der(static_cast<std::size_t>(ASN1_object_size(1, both, V_ASN1_SEQUENCE)), '\0');
  auto* at = reinterpret_cast<unsigned char*>(der.data());
  ASN1_put_object(&at, 1, both, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
  ASN1_put_object(&at, 0, said, V_ASN1_UTF8STRING, V_ASN1_UNIVERSAL);
  at = std::copy(description.begin(), description.end(), at);
  i2d_ASN1_OBJECT(type, &at);
  return der;
}

// Feeds everything of `source` to `bio`; how often it gives is up to it.
absl::Status Pump(Source source, BIO* bio) {
  for (;;) {
    COMITY_ASSIGN_OR_RETURN(absl::string_view part, source());
    if (part.empty()) return absl::OkStatus();
    while (!part.empty()) {
      const std::size_t size = std::min<std::size_t>(part.size(), 1 << 20);
      if (BIO_write(bio, part.data(), static_cast<int>(size)) != static_cast<int>(size)) {
        return CannotDigest();
      }
      part.remove_prefix(size);
    }
  }
}

// The signed attributes, each exactly once, which the signer must not have left out.
bool HasAttribute(CMS_SignerInfo* signer, int nid) {
  const int at = CMS_signed_get_attr_by_NID(signer, nid, -1);
  return at >= 0 && CMS_signed_get_attr_by_NID(signer, nid, at) < 0 &&
         X509_ATTRIBUTE_count(CMS_signed_get_attr(signer, at)) == 1;
}

absl::StatusOr<absl::Time> SigningTime(CMS_SignerInfo* signer) {
  if (!HasAttribute(signer, NID_pkcs9_signingTime)) return BadSignature("has no signing time");
  X509_ATTRIBUTE* const attribute =
      CMS_signed_get_attr(signer, CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1));
  const ASN1_TYPE* const value = X509_ATTRIBUTE_get0_type(attribute, 0);
  if (value == nullptr ||
      (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME)) {
    return BadSignature("has a signing time that is no time");
  }
  std::tm parts = {};
  if (ASN1_TIME_to_tm(value->value.asn1_string, &parts) != 1) {
    return BadSignature("has a signing time that is no time");
  }
  return absl::FromTM(parts, absl::UTCTimeZone());
}

absl::StatusOr<Cms> ParseSignature(absl::string_view signature) {
  if (signature.empty() || signature.size() > kLargestSignature) {
    return BadSignature("is empty or larger than 16 KiB");
  }
  const auto* position = reinterpret_cast<const unsigned char*>(signature.data());
  Cms cms(d2i_CMS_ContentInfo(nullptr, &position, static_cast<long>(signature.size())));
  if (cms == nullptr ||
      position != reinterpret_cast<const unsigned char*>(signature.data()) + signature.size()) {
    return BadSignature("is not one DER structure of CMS");
  }
  // The library reads looser forms too. One signature must have one spelling: its digest is
  // evidence.
  unsigned char* again = nullptr;
  const int size = i2d_CMS_ContentInfo(cms.get(), &again);
  const bool same = size >= 0 && static_cast<std::size_t>(size) == signature.size() &&
                    std::memcmp(again, signature.data(), signature.size()) == 0;
  OPENSSL_free(again);
  if (!same) return BadSignature("is CMS, but not in DER");
  if (OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) {
    return BadSignature("is not CMS SignedData");
  }
  if (CMS_is_detached(cms.get()) != 1 ||
      OBJ_obj2nid(CMS_get0_eContentType(cms.get())) != NID_pkcs7_data) {
    return BadSignature("is not detached from plain data");
  }
  return cms;
}

absl::StatusOr<CMS_SignerInfo*> OnlySigner(CMS_ContentInfo* cms) {
  STACK_OF(CMS_SignerInfo)* const signers = CMS_get0_SignerInfos(cms);
  if (sk_CMS_SignerInfo_num(signers) != 1) return BadSignature("has not exactly one signer");
  CMS_SignerInfo* const signer = sk_CMS_SignerInfo_value(signers, 0);
  X509_ALGOR* digest = nullptr;
  X509_ALGOR* algorithm = nullptr;
  CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, &algorithm);
  const int digest_nid = OBJ_obj2nid(digest->algorithm);
  const int algorithm_nid = OBJ_obj2nid(algorithm->algorithm);
  int signed_digest = NID_undef;
  int key_kind = NID_undef;
  // Some write the bare key kind; then the digest algorithm is the one of the signature too.
  if (algorithm_nid != NID_X9_62_id_ecPublicKey &&
      (OBJ_find_sigid_algs(algorithm_nid, &signed_digest, &key_kind) != 1 ||
       signed_digest != digest_nid || key_kind != NID_X9_62_id_ecPublicKey)) {
    return BadSignature("is not made with ECDSA and one digest throughout");
  }
  if (digest_nid != NID_sha256 && digest_nid != NID_sha384 && digest_nid != NID_sha512) {
    return BadSignature("uses another digest than SHA-256, SHA-384 or SHA-512");
  }
  for (const int nid :
       {NID_pkcs9_contentType, NID_pkcs9_messageDigest, NID_id_smime_aa_signingCertificateV2}) {
    if (!HasAttribute(signer, nid)) {
      return BadSignature(absl::StrCat("lacks the signed attribute ", OBJ_nid2sn(nid),
                                       ", or has it more than once"));
    }
  }
  return signer;
}

// RFC 5035: the signed attributes name the certificate by its digest, so that no other one with the
// same key, issuer and serial can be put in its place.
absl::Status CheckNamesCertificate(CMS_SignerInfo* signer, STACK_OF(X509) * certificates,
                                   X509* own) {
  const auto* const value = static_cast<const ASN1_STRING*>(CMS_signed_get0_data_by_OBJ(
      signer, OBJ_nid2obj(NID_id_smime_aa_signingCertificateV2), -3, V_ASN1_SEQUENCE));
  if (value == nullptr) return BadSignature("has a signing-certificate attribute of another form");
  const unsigned char* position = ASN1_STRING_get0_data(value);
  const std::unique_ptr<ESS_SIGNING_CERT_V2, Free> named(
      d2i_ESS_SIGNING_CERT_V2(nullptr, &position, ASN1_STRING_length(value)));
  // The order the check wants: the signer's first.
  const Stack chain(sk_X509_new_null());
  bool good = named != nullptr && chain != nullptr && sk_X509_push(chain.get(), own) > 0;
  for (int i = 0; good && i < sk_X509_num(certificates); ++i) {
    X509* const certificate = sk_X509_value(certificates, i);
    good = certificate == own || sk_X509_push(chain.get(), certificate) > 0;
  }
  if (!good || OSSL_ESS_check_signing_certs(nullptr, named.get(), chain.get(), 1) != 1) {
    return BadSignature("names another certificate in its attributes than the one it carries");
  }
  return absl::OkStatus();
}

// Digests the content and compares with what was signed.
absl::Status CheckContent(CMS_SignerInfo* signer, Source source) {
  const auto* const type = static_cast<const ASN1_OBJECT*>(
      CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT));
  const auto* const expected = static_cast<const ASN1_STRING*>(CMS_signed_get0_data_by_OBJ(
      signer, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING));
  if (type == nullptr || OBJ_obj2nid(type) != NID_pkcs7_data || expected == nullptr) {
    return BadSignature("has a content-type or message-digest attribute of another form");
  }
  X509_ALGOR* algorithm = nullptr;
  CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &algorithm, nullptr);
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  if (context == nullptr ||
      EVP_DigestInit_ex(context.get(), EVP_get_digestbyobj(algorithm->algorithm), nullptr) != 1) {
    return CannotDigest();
  }
  for (;;) {
    COMITY_ASSIGN_OR_RETURN(const absl::string_view part, source());
    if (part.empty()) break;
    if (EVP_DigestUpdate(context.get(), part.data(), part.size()) != 1) return CannotDigest();
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context.get(), digest, &size) != 1) return CannotDigest();
  if (ASN1_STRING_length(expected) != static_cast<int>(size) ||
      std::memcmp(ASN1_STRING_get0_data(expected), digest, size) != 0) {
    return BadSignature("is over other bytes than these");
  }
  return absl::OkStatus();
}

}  // namespace

void Signer::FreeKey::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }
void Signer::FreeCertificate::operator()(x509_st* certificate) const { X509_free(certificate); }

Signer::~Signer() = default;
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;

absl::StatusOr<Signer> Signer::FromPem(absl::string_view chain_pem, absl::string_view key_pem) {
  const ErrorScope errors;
  Signer signer;
  const Bio chain = Reader(chain_pem);
  while (X509* const next = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
    Certificate certificate(next);
    if (signer.certificate_ == nullptr) {
      signer.certificate_ = std::move(certificate);
    } else if (X509_self_signed(next, 0) != 1) {
      signer.intermediates_.push_back(std::move(certificate));
    }
  }
  if (signer.certificate_ == nullptr) return BadSigner("is not there: no PEM certificate was read");
  if (signer.intermediates_.size() >= kMostCertificates) return BadSigner("has too long a chain");
  const Bio key = Reader(key_pem);
  // An empty password, so that an encrypted key fails instead of asking the terminal.
  signer.key_.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, const_cast<char*>("")));
  if (signer.key_ == nullptr) return BadSigner("has no readable private key in PEM");
  if (!IsP256(signer.key_.get())) return BadSigner("has another key than P-256");
  if (X509_check_private_key(signer.certificate_.get(), signer.key_.get()) != 1) {
    return BadSigner("does not belong to the private key");
  }
  signer.spiffe_id_ = UriOf(signer.certificate_.get());
  if (signer.spiffe_id_.empty()) return BadSigner("has not exactly one URI name");
  return signer;
}

absl::StatusOr<std::string> Signer::Sign(absl::string_view data, absl::Time time,
                                         absl::string_view hint) const {
  const auto once = [&data]() -> absl::StatusOr<absl::string_view> {
    return std::exchange(data, {});
  };
  return SignStream(once, time, hint);
}

absl::StatusOr<std::string> Signer::SignStream(Source source, absl::Time time,
                                               absl::string_view hint) const {
  const ErrorScope errors;
  constexpr unsigned int kFlags =
      CMS_DETACHED | CMS_BINARY | CMS_CADES | CMS_NOSMIMECAP | CMS_PARTIAL;
  const Cms cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, kFlags));
  if (cms == nullptr) return CannotSign();
  CMS_SignerInfo* const signer =
      CMS_add1_signer(cms.get(), certificate_.get(), key_.get(), EVP_sha256(), kFlags);
  if (signer == nullptr) return CannotSign();
  for (const Certificate& intermediate : intermediates_) {
    if (CMS_add1_cert(cms.get(), intermediate.get()) != 1) return CannotSign();
  }
  // RFC 5652, 11.3: UTCTime up to 2049, which X509_TIME's choice of form follows.
  const std::unique_ptr<ASN1_TIME, Free> signing_time(
      ASN1_TIME_set(nullptr, static_cast<std::time_t>(absl::ToUnixSeconds(time))));
  if (signing_time == nullptr ||
      CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, signing_time->type,
                                  signing_time.get(), -1) != 1) {
    return CannotSign();
  }
  if (!hint.empty()) {
    const std::string hints = ContentHints(hint);
    if (CMS_signed_add1_attr_by_NID(signer, NID_id_smime_aa_contentHint, V_ASN1_SEQUENCE,
                                    hints.data(), static_cast<int>(hints.size())) != 1) {
      return CannotSign();
    }
  }

  const Bio digesting(CMS_dataInit(cms.get(), nullptr));
  if (digesting == nullptr) return CannotSign();
  COMITY_RETURN_IF_ERROR(Pump(source, digesting.get()));
  BIO_flush(digesting.get());
  if (CMS_dataFinal(cms.get(), digesting.get()) != 1) return CannotSign();

  unsigned char* bytes = nullptr;
  const int size = i2d_CMS_ContentInfo(cms.get(), &bytes);
  if (size <= 0) return CannotSign();
  std::string signature(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  if (signature.size() > kLargestSignature) {
    return BadSigner(
        "its chain makes a signature of more than 16 KiB: have one of fewer or smaller "
        "certificates issued");
  }
  return signature;
}

absl::StatusOr<VerifiedSignature> VerifySignature(absl::string_view data,
                                                  absl::string_view signature,
                                                  const SignerCheck& check) {
  const auto once = [&data]() -> absl::StatusOr<absl::string_view> {
    return std::exchange(data, {});
  };
  return VerifySignatureStream(once, signature, check);
}

absl::StatusOr<VerifiedSignature> VerifySignatureStream(Source source, absl::string_view signature,
                                                        const SignerCheck& check) {
  const ErrorScope errors;
  COMITY_ASSIGN_OR_RETURN(const Cms cms, ParseSignature(signature));
  COMITY_ASSIGN_OR_RETURN(CMS_SignerInfo* const signer, OnlySigner(cms.get()));
  VerifiedSignature verified;
  COMITY_ASSIGN_OR_RETURN(verified.signing_time, SigningTime(signer));

  // Whose key: the certificate that issuer and serial name, among those that came with it.
  const Certificates certificates(CMS_get1_certs(cms.get()));
  const int count = certificates == nullptr ? 0 : sk_X509_num(certificates.get());
  if (count < 1 || count > kMostCertificates) {
    return BadSignature("carries no certificate, or more than 8");
  }
  X509* own = nullptr;
  for (int i = 0; i < count; ++i) {
    X509* const certificate = sk_X509_value(certificates.get(), i);
    if (own == nullptr && CMS_SignerInfo_cert_cmp(signer, certificate) == 0) {
      own = certificate;
    } else {
      verified.intermediates_der.push_back(Der(certificate));
    }
  }
  if (own == nullptr) return BadSignature("does not carry the certificate of its signer");
  if (!IsP256(X509_get0_pubkey(own))) return BadSignature("is by another key than P-256");
  verified.certificate_der = Der(own);
  verified.spiffe_id = UriOf(own);
  if (verified.spiffe_id.empty()) {
    return BadSignature("is by a certificate that has not exactly one URI name");
  }

  // Whose it is comes first: nobody's signature makes us digest gigabytes.
  COMITY_RETURN_IF_ERROR(check(verified));

  CMS_SignerInfo_set1_signer_cert(signer, own);
  COMITY_RETURN_IF_ERROR(CheckNamesCertificate(signer, certificates.get(), own));
  if (CMS_SignerInfo_verify(signer) != 1) {
    return BadSignature("was not made by the key of its certificate, or was changed");
  }
  COMITY_RETURN_IF_ERROR(CheckContent(signer, source));
  return verified;
}

absl::Status RequireSigner(const VerifiedSignature& signature, absl::string_view spiffe_id) {
  if (signature.spiffe_id == spiffe_id) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied,
                   "the signature is by another than the one the document names",
                   {.reason = "SIGNER_IS_ANOTHER"});
}

}  // namespace comity::sealing
