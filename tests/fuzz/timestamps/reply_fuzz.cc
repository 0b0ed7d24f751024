// Where something else is written into an authority's true answer (two bytes, big-endian), and
// what. Beyond its end: the input is the answer itself, as one that begins like DER is.
#include <openssl/ts.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "common/identity/x509.h"
#include "common/timestamps/timestamp.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"

namespace {

using comity::identity::BioPtr;
using comity::identity::Freed;
using comity::timestamps::Authorities;
using comity::timestamps::TimestampRequest;
using ContextPtr = std::unique_ptr<TS_RESP_CTX, Freed<TS_RESP_CTX_free>>;
using ResponsePtr = std::unique_ptr<TS_RESP, Freed<TS_RESP_free>>;
using PolicyPtr = std::unique_ptr<ASN1_OBJECT, Freed<ASN1_OBJECT_free>>;

ASN1_INTEGER* Serial(TS_RESP_CTX*, void*) {
  ASN1_INTEGER* const serial = ASN1_INTEGER_new();
  ASN1_INTEGER_set(serial, 7);
  return serial;
}

// A request and what an authority that is believed answered to it, both made a moment ago.
class Exchange {
 public:
  Exchange() : request_(TimestampRequest::Over("checkpoint")), trusted_(Trust(ca_)) {
    const auto issued = ca_.Issue(
        {.key_usage = "critical,digitalSignature", .extended_key_usage = "critical,timeStamping"});
    const auto certificates = comity::identity::ParseCertificates(issued.leaf_pem, 1);
    const auto key = comity::identity::ParsePrivateKey(issued.key_pem);
    const PolicyPtr policy(OBJ_txt2obj("1.2.3.4", 1));
    const ContextPtr context(TS_RESP_CTX_new());
    TS_RESP_CTX_set_serial_cb(context.get(), Serial, nullptr);
    if (TS_RESP_CTX_set_signer_cert(context.get(), certificates->front().get()) != 1 ||
        TS_RESP_CTX_set_signer_key(context.get(), key->get()) != 1 ||
        TS_RESP_CTX_set_signer_digest(context.get(), EVP_sha256()) != 1 ||
        TS_RESP_CTX_set_def_policy(context.get(), policy.get()) != 1 ||
        TS_RESP_CTX_add_md(context.get(), EVP_sha256()) != 1) {
      std::abort();
    }
    const BioPtr asked(
        BIO_new_mem_buf(request_.der().data(), static_cast<int>(request_.der().size())));
    const ResponsePtr response(TS_RESP_create_response(context.get(), asked.get()));
    unsigned char* der = nullptr;
    const int size = i2d_TS_RESP(response.get(), &der);
    if (size <= 0) std::abort();
    answer_.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    const auto time = Check(answer_);
    if (!time.ok()) std::abort();
    time_ = *time;
  }

  const std::string& answer() const { return answer_; }
  absl::Time time() const { return time_; }
  absl::StatusOr<absl::Time> Check(absl::string_view answer) const {
    return request_.Check(answer, trusted_);
  }

 private:
  static Authorities Trust(const comity::testing::TestCa& ca) {
    const comity::testing::TempDirectory folder;
    comity::testing::WriteFile(folder / "roots.pem", ca.root_pem());
    return *Authorities::FromFile(folder / "roots.pem");
  }

  comity::testing::TestCa ca_{"authority.example", {.intermediate = false}};
  const TimestampRequest request_;
  const Authorities trusted_;
  std::string answer_;
  absl::Time time_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto* const exchange = new Exchange;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string& answer = exchange->answer();
  const std::size_t at =
      size < 2 ? answer.size() : static_cast<std::size_t>(data[0] << 8 | data[1]);
  if (at >= answer.size()) {
    // Nobody guesses the answer to a request that was made a moment ago.
    if (exchange->Check(input).ok()) std::abort();
    return 0;
  }
  std::string changed = answer;
  changed.replace(at, size - 2, input.data() + 2, size - 2);
  const auto time = exchange->Check(changed);
  // What is not signed may change: words about the status, attributes. The time is what it was.
  if (time.ok() && *time != exchange->time()) std::abort();
  return 0;
}
