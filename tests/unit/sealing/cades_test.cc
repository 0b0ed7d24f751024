#include "common/sealing/cades.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/identity/chain_verifier.h"
#include "common/sealing/signer_trust.h"
#include "common/time/day.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_ca.h"

namespace comity::sealing {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::comity::testing::IssuedCertificate;
using ::comity::testing::TestCa;

constexpr char kSender[] = "spiffe://agency.example/agency/national-member/fr/desk-1";
constexpr char kManifest[] = R"({"format":"comity.manifest.v1"})";

absl::Status Anybody(const VerifiedSignature&) { return absl::OkStatus(); }

class CadesTest : public ::testing::Test {
 protected:
  Signer MakeSigner(const IssuedCertificate& issued) {
    auto signer = Signer::FromPem(issued.certificate_pem(), issued.key_pem);
    EXPECT_THAT(signer, IsOk());
    return *std::move(signer);
  }

  TestCa ca_{"agency.example"};
  IssuedCertificate issued_ = ca_.IssueSigning(kSender);
  Signer signer_ = MakeSigner(issued_);
  // Signing times have whole seconds.
  absl::Time now_ = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
};

TEST_F(CadesTest, VerifiesWhatItSigned) {
  const identity::ChainVerifier verifier(testing::MakeBundles({ca_.Bundle({"agency"})}));

  const auto signature = signer_.Sign(kManifest, now_);
  ASSERT_THAT(signature, IsOk());
  const auto verified = VerifySignature(kManifest, *signature, TrustedBy(&verifier, now_));

  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(verified->spiffe_id, kSender);
  EXPECT_EQ(verified->signing_time, now_);
  EXPECT_EQ(verified->intermediates_der.size(), 1U);
  EXPECT_THAT(RequireSigner(*verified, kSender), IsOk());
  EXPECT_THAT(RequireSigner(*verified, "spiffe://agency.example/service/x"),
              FailsWith(absl::StatusCode::kPermissionDenied, "SIGNER_IS_ANOTHER"));
}

TEST_F(CadesTest, SaysAndSignsWhatIsHintedOfTheContent) {
  constexpr char kHint[] = "Sample data";
  std::string signature = *signer_.Sign(kManifest, now_, kHint);
  EXPECT_THAT(VerifySignature(kManifest, signature, Anybody), IsOk());
  const std::size_t at = signature.find(kHint);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(signer_.Sign(kManifest, now_)->find(kHint), std::string::npos);

  signature[at] = 'T';
  EXPECT_THAT(VerifySignature(kManifest, signature, Anybody),
              FailsWith(absl::StatusCode::kInvalidArgument, "SIGNATURE_INVALID"));
}

TEST_F(CadesTest, LeavesOutTheRoot) {
  const Signer signer =
      *Signer::FromPem(absl::StrCat(issued_.certificate_pem(), ca_.root_pem()), issued_.key_pem);

  EXPECT_EQ(VerifySignature("a", *signer.Sign("a", now_), Anybody)->intermediates_der.size(), 1U);
}

TEST_F(CadesTest, SignsAndVerifiesStreams) {
  const std::string data(3'000'000, 'x');
  const auto parts = [&](std::size_t size) {
    return [&data, size, at = std::size_t{0}]() mutable -> absl::StatusOr<absl::string_view> {
      const absl::string_view part =
          absl::string_view(data).substr(std::min(at, data.size()), size);
      at += part.size();
      return part;
    };
  };
  auto once = parts(10'000);
  const auto signature = signer_.SignStream([&] { return once(); }, now_);
  ASSERT_THAT(signature, IsOk());

  EXPECT_THAT(VerifySignature(data, *signature, Anybody), IsOk());
  auto again = parts(77'777);
  EXPECT_THAT(VerifySignatureStream([&] { return again(); }, *signature, Anybody), IsOk());
}

TEST_F(CadesTest, RefusesOtherBytes) {
  const std::string signature = *signer_.Sign(kManifest, now_);

  for (const std::string& other : {absl::StrCat(kManifest, " "), std::string()}) {
    EXPECT_THAT(VerifySignature(other, signature, Anybody),
                FailsWith(absl::StatusCode::kInvalidArgument, "SIGNATURE_INVALID"));
  }
}

TEST_F(CadesTest, RefusesASignatureChangedCutOrContinued) {
  const std::string signature = *signer_.Sign(kManifest, now_);
  const identity::ChainVerifier verifier(testing::MakeBundles({ca_.Bundle({"agency"})}));
  const SignerCheck trusted = TrustedBy(&verifier, now_);

  for (std::size_t i = 0; i < signature.size(); i += 3) {
    std::string changed = signature;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto verified = VerifySignature(kManifest, changed, trusted);
    // A few bits mean nothing (the unprotected list of digests); the signer must be the same then.
    EXPECT_TRUE(!verified.ok() || verified->spiffe_id == kSender) << i;
  }
  EXPECT_THAT(VerifySignature(kManifest, absl::StrCat(signature, "x"), trusted),
              FailsWith(absl::StatusCode::kInvalidArgument, "SIGNATURE_INVALID"));
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, signature.size() - 1}) {
    EXPECT_THAT(VerifySignature(kManifest, signature.substr(0, size), trusted),
                FailsWith(absl::StatusCode::kInvalidArgument, "SIGNATURE_INVALID"));
  }
}

TEST_F(CadesTest, ASignatureIsNoLargerThanWhatItNeeds) {
  EXPECT_LT(signer_.Sign(kManifest, now_)->size(), kLargestSignature / 4);
  const auto large = signer_.Sign(kManifest, now_, std::string(12'000, 'x'));
  ASSERT_THAT(large, IsOk());
  EXPECT_THAT(VerifySignature(kManifest, *large, Anybody), IsOk());
  EXPECT_THAT(signer_.Sign(kManifest, now_, std::string(kLargestSignature, 'x')),
              FailsWith(absl::StatusCode::kInvalidArgument, "SIGNER_INVALID"));
  const auto refused =
      VerifySignature(kManifest, std::string(std::size_t{57} * 1024, '0'), Anybody).status();
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "SIGNATURE_INVALID"));
  EXPECT_TRUE(absl::StrContains(refused.message(), "larger than 16 KiB")) << refused;
}

TEST_F(CadesTest, AsksWhetherTheSignerCounts) {
  const std::string signature = *signer_.Sign(kManifest, now_);
  TestCa other("agency.example");
  const identity::ChainVerifier stranger(testing::MakeBundles({other.Bundle({"agency"})}));
  const identity::ChainVerifier no_agency(testing::MakeBundles({ca_.Bundle({"service"})}));

  EXPECT_THAT(VerifySignature(kManifest, signature, TrustedBy(&stranger, now_)),
              FailsWith(absl::StatusCode::kUnauthenticated, "CHAIN_INVALID"));
  EXPECT_THAT(VerifySignature(kManifest, signature, TrustedBy(&no_agency, now_)),
              FailsWith(absl::StatusCode::kUnauthenticated, "PATH_NOT_ALLOWED_FOR_DOMAIN"));
}

TEST_F(CadesTest, DoesNotTakeATlsCertificateForASigningOne) {
  const Signer tls = MakeSigner(ca_.IssueTls(kSender));
  const identity::ChainVerifier verifier(testing::MakeBundles({ca_.Bundle({"agency"})}));

  EXPECT_THAT(VerifySignature(kManifest, *tls.Sign(kManifest, now_), TrustedBy(&verifier, now_)),
              FailsWith(absl::StatusCode::kUnauthenticated, "KEY_USAGE_WRONG"));
}

TEST_F(CadesTest, VerifiesAtTheTimeItIsAskedFor) {
  const identity::ChainVerifier verifier(testing::MakeBundles({ca_.Bundle({"agency"})}));
  const std::string signature = *signer_.Sign(kManifest, now_);

  EXPECT_THAT(
      VerifySignature(kManifest, signature, TrustedBy(&verifier, now_ + absl::Hours(24 * 365 * 9))),
      FailsWith(absl::StatusCode::kUnauthenticated, "CERTIFICATE_EXPIRED"));
}

TEST_F(CadesTest, CanSayATimeBeyondTheShortForm) {
  const absl::Time later = absl::FromCivil(absl::CivilDay(2051, 1, 1), absl::UTCTimeZone());

  EXPECT_EQ(VerifySignature("a", *signer_.Sign("a", later), Anybody)->signing_time, later);
}

TEST_F(CadesTest, RefusesKeysThatDoNotBelongOrCannotSign) {
  constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
  const IssuedCertificate other = ca_.IssueSigning(kSender);

  EXPECT_THAT(Signer::FromPem(issued_.certificate_pem(), other.key_pem),
              FailsWith(kInvalid, "SIGNER_INVALID"));
  EXPECT_THAT(Signer::FromPem("", issued_.key_pem), FailsWith(kInvalid, "SIGNER_INVALID"));
  EXPECT_THAT(Signer::FromPem(issued_.certificate_pem(), ""),
              FailsWith(kInvalid, "SIGNER_INVALID"));
  const IssuedCertificate nobody = ca_.Issue({.purpose = identity::Purpose::kSigning});
  EXPECT_THAT(Signer::FromPem(nobody.certificate_pem(), nobody.key_pem),
              FailsWith(kInvalid, "SIGNER_INVALID"));
}

}  // namespace
}  // namespace comity::sealing
