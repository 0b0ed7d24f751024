#include "common/timestamps/timestamp.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/ts.h>

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/crypto/random.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::timestamps {
namespace {

using identity::Freed;
using RequestPtr = std::unique_ptr<TS_REQ, Freed<TS_REQ_free>>;
using ResponsePtr = std::unique_ptr<TS_RESP, Freed<TS_RESP_free>>;
using VerifyPtr = std::unique_ptr<TS_VERIFY_CTX, Freed<TS_VERIFY_CTX_free>>;
using ImprintPtr = std::unique_ptr<TS_MSG_IMPRINT, Freed<TS_MSG_IMPRINT_free>>;
using AlgorithmPtr = std::unique_ptr<X509_ALGOR, Freed<X509_ALGOR_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using IntegerPtr = std::unique_ptr<ASN1_INTEGER, Freed<ASN1_INTEGER_free>>;

constexpr int kNonceBytes = 8;
constexpr std::size_t kMostRoots = 100;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// OpenSSL's reason, which names no content.
std::string LastError() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  std::string text = reason == nullptr ? "unknown" : reason;
  ERR_clear_error();
  return text;
}

absl::Status Invalid(absl::string_view reason, absl::string_view why) {
  return InvalidField(reason, "timestamp", why);
}

IntegerPtr RandomNonce() {
  const std::string bytes = crypto::RandomBytes(kNonceBytes);
  const NumberPtr number(BN_bin2bn(Bytes(bytes), kNonceBytes, nullptr));
  return IntegerPtr(BN_to_ASN1_INTEGER(number.get(), nullptr));
}

}  // namespace

absl::StatusOr<Authorities> Authorities::FromFile(const std::string& path) {
  COMITY_ASSIGN_OR_RETURN(const std::string pem, storage::ReadFile(path));
  const auto roots = identity::ParseCertificates(pem, kMostRoots);
  if (!roots.ok() || roots->empty()) {
    return InvalidField("TIMESTAMP_ROOTS_INVALID", path,
                        "must be the root certificates of time-stamping authorities, in PEM");
  }
  std::shared_ptr<X509_STORE> store(X509_STORE_new(), X509_STORE_free);
  for (const identity::X509Ptr& root : *roots) X509_STORE_add_cert(store.get(), root.get());
  return Authorities(std::move(store));
}

TimestampRequest TimestampRequest::Over(absl::string_view data) {
  const crypto::Digest digest = crypto::Sha256(data);
  const absl::string_view view = crypto::View(digest);
  const AlgorithmPtr algorithm(X509_ALGOR_new());
  X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr);
  const ImprintPtr imprint(TS_MSG_IMPRINT_new());
  TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get());
  // OpenSSL copies, but does not say const.
  std::string copy(view);
  TS_MSG_IMPRINT_set_msg(imprint.get(), reinterpret_cast<unsigned char*>(copy.data()),
                         static_cast<int>(copy.size()));
  const RequestPtr request(TS_REQ_new());
  TS_REQ_set_version(request.get(), 1);
  TS_REQ_set_msg_imprint(request.get(), imprint.get());
  TS_REQ_set_nonce(request.get(), RandomNonce().get());
  TS_REQ_set_cert_req(request.get(), 1);

  unsigned char* der = nullptr;
  const int size = i2d_TS_REQ(request.get(), &der);
  std::string encoded(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return TimestampRequest(std::move(encoded));
}

absl::StatusOr<absl::Time> TimestampRequest::Check(absl::string_view reply,
                                                   const Authorities& trusted) const {
  ERR_clear_error();
  const unsigned char* at = Bytes(reply);
  const ResponsePtr response(
      reply.size() > kMaxReplySize
          ? nullptr
          : d2i_TS_RESP(nullptr, &at,
                        static_cast<long>(reply.size())));  // NOLINT(google-runtime-int)
  if (response == nullptr || at != Bytes(reply) + reply.size()) {
    ERR_clear_error();
    return Invalid("TIMESTAMP_MALFORMED", "is no answer of a time-stamping authority");
  }
  const ASN1_INTEGER* const status =
      TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response.get()));
  if (const auto code = ASN1_INTEGER_get(status);
      code != TS_STATUS_GRANTED && code != TS_STATUS_GRANTED_WITH_MODS) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat("The time-stamping authority refused (status ", code, "); ask its operator."),
        {.reason = "TIMESTAMP_REFUSED"});
  }

  const unsigned char* own = Bytes(der_);
  const RequestPtr request(
      d2i_TS_REQ(nullptr, &own, static_cast<long>(der_.size())));  // NOLINT(google-runtime-int)
  const VerifyPtr context(TS_REQ_to_TS_VERIFY_CTX(request.get(), nullptr));
  TS_VERIFY_CTX_add_flags(context.get(), TS_VFY_SIGNATURE);
  X509_STORE_up_ref(trusted.store());  // The context frees it.
  TS_VERIFY_CTX_set_store(context.get(), trusted.store());
  if (TS_RESP_verify_response(context.get(), response.get()) != 1) {
    return Invalid(
        "TIMESTAMP_INVALID",
        absl::StrCat("is not over these bytes or not of a trusted authority (", LastError(), ")"));
  }
  return identity::ToTime(TS_TST_INFO_get_time(TS_RESP_get_tst_info(response.get())));
}

}  // namespace comity::timestamps
