#include "common/signer_files/signer_files.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/storage/files.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"

namespace comity::sealing {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::comity::testing::IsOkAndHolds;
using ::comity::testing::IssuedCertificate;

constexpr char kSelf[] = "spiffe://agency.example/service/document-exchange";

class SignerFilesTest : public ::testing::Test {
 protected:
  void Put(const std::string& certificate, const std::string& key) {
    ASSERT_THAT(storage::WriteFileAtomically(root_ / "sign.pem", certificate), IsOk());
    ASSERT_THAT(storage::WriteFileAtomically(root_ / "sign.key", key), IsOk());
  }
  absl::StatusOr<std::unique_ptr<SignerFiles>> Open() {
    return SignerFiles::Open(root_ / "sign.pem", root_ / "sign.key", kSelf);
  }
  // The certificate of what is signed now.
  static std::string CertificateOf(const SignerFiles& files) {
    const auto signature = files.Current()->Sign("{}", absl::Now());
    const auto verified = VerifySignature(
        "{}", *signature, [](const VerifiedSignature&) { return absl::OkStatus(); });
    EXPECT_THAT(verified, IsOk());
    return verified->certificate_der;
  }

  const testing::TempDirectory root_;
  testing::TestCa ca_{"agency.example"};
  const IssuedCertificate first_ = ca_.IssueSigning(kSelf);
  const IssuedCertificate second_ = ca_.IssueSigning(kSelf);
};

TEST_F(SignerFilesTest, OtherFilesSignFromTheNextLookOn) {
  Put(first_.certificate_pem(), first_.key_pem);
  const auto files = Open();
  ASSERT_THAT(files, IsOk());
  const std::string before = CertificateOf(**files);
  EXPECT_THAT((*files)->Reload(), IsOkAndHolds(false));

  Put(second_.certificate_pem(), second_.key_pem);

  EXPECT_EQ(CertificateOf(**files), before);
  EXPECT_THAT((*files)->Reload(), IsOkAndHolds(true));
  EXPECT_NE(CertificateOf(**files), before);
}

TEST_F(SignerFilesTest, WhatIsNoGoodIsSaidOnceAndTheLastGoodStays) {
  Put(first_.certificate_pem(), first_.key_pem);
  const auto files = Open();
  ASSERT_THAT(files, IsOk());
  const std::string before = CertificateOf(**files);
  // As between the replacing of the one and of the other.
  Put(second_.certificate_pem(), first_.key_pem);

  EXPECT_THAT((*files)->Reload(), FailsWith(StatusCode::kInvalidArgument, "SIGNER_INVALID"));
  EXPECT_THAT((*files)->Reload(), IsOkAndHolds(false));
  EXPECT_EQ(CertificateOf(**files), before);
  Put(second_.certificate_pem(), second_.key_pem);
  EXPECT_THAT((*files)->Reload(), IsOkAndHolds(true));
}

TEST_F(SignerFilesTest, SomebodyElsesCertificateDoesNotSign) {
  const IssuedCertificate other =
      ca_.IssueSigning("spiffe://agency.example/service/partner-registry");
  Put(other.certificate_pem(), other.key_pem);

  EXPECT_THAT(Open(), FailsWith(StatusCode::kFailedPrecondition, "SIGNER_IS_ANOTHER"));
}

}  // namespace
}  // namespace comity::sealing
