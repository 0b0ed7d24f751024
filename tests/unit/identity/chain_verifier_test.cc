#include "common/identity/chain_verifier.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/identity/x509.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_ca.h"

namespace comity::identity {
namespace {

using comity::testing::CertificateRequest;
using comity::testing::FailsWith;
using comity::testing::IsOk;
using comity::testing::IssuedCertificate;
using comity::testing::MakeBundles;
using comity::testing::TestCa;

constexpr auto kRefused = absl::StatusCode::kUnauthenticated;
constexpr char kOfficer[] = "spiffe://agency.example/agency/desk-officer/fr/p1";
constexpr char kContact[] = "spiffe://georgia.example/partner/georgia/contact/c1";

class ChainVerifierTest : public ::testing::Test {
 protected:
  ChainVerifierTest() : verifier_(Plain()) {}

  std::shared_ptr<const TrustBundles> Plain() {
    return MakeBundles({agency_.Bundle(kAgencyPaths), georgia_.Bundle({"partner/georgia"}),
                        moldova_.Bundle({"partner/moldova"})});
  }
  std::shared_ptr<const TrustBundles> WithCrls(std::vector<std::string> crls) {
    return MakeBundles({agency_.BundleWithCrls(kAgencyPaths, std::move(crls))});
  }

  auto Verify(const IssuedCertificate& certificate, Purpose purpose = Purpose::kTls) {
    return verifier_.Verify(certificate.leaf_pem, certificate.chain_pem, purpose, now_);
  }
  auto VerifyAt(const IssuedCertificate& certificate, Purpose purpose, absl::Time at) {
    return verifier_.Verify(certificate.leaf_pem, certificate.chain_pem, purpose, at);
  }

  const std::vector<std::string> kAgencyPaths = {"agency", "application", "service", "partner/*"};
  const absl::Time now_ = absl::Now();
  TestCa agency_{"agency.example"};
  TestCa georgia_{"georgia.example"};
  TestCa moldova_{"moldova.example"};
  ChainVerifier verifier_;
};

TEST_F(ChainVerifierTest, AGoodTlsCertificateNamesItsCaller) {
  const auto verified = Verify(agency_.IssueTls(kOfficer));

  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ((*verified)->principal.spiffe_id, kOfficer);
  EXPECT_TRUE((*verified)->principal.IsAgency(Role::kDeskOfficer));
  EXPECT_GT((*verified)->not_after, now_);
  EXPECT_LT((*verified)->not_after, now_ + absl::Hours(25));
  EXPECT_LT((*verified)->not_before, now_);
}

TEST_F(ChainVerifierTest, AGoodSigningCertificateNamesItsSigner) {
  EXPECT_THAT(Verify(georgia_.IssueSigning(kContact), Purpose::kSigning), IsOk());
}

TEST_F(ChainVerifierTest, DerIsReadAsWellAsPem) {
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);
  const auto leaf = ParseCertificates(issued.leaf_pem, 1);
  const auto chain = ParseCertificates(issued.chain_pem, 1);

  EXPECT_THAT(verifier_.Verify(ToDer(leaf->front().get()),
                               ToDer(chain->front().get()) + ToDer(leaf->front().get()),
                               Purpose::kTls, now_),
              IsOk());
}

TEST_F(ChainVerifierTest, TheIntermediateMayComeFromTheBundleAlone) {
  EXPECT_THAT(verifier_.Verify(agency_.IssueTls(kOfficer).leaf_pem, "", Purpose::kTls, now_),
              IsOk());
}

TEST_F(ChainVerifierTest, TheIntermediateMayComeFromTheCallerAlone) {
  BundleFiles files = agency_.Bundle(kAgencyPaths);
  files.intermediates_pem.clear();
  verifier_.SetBundles(MakeBundles({files}));
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);

  EXPECT_THAT(Verify(issued), IsOk());
  EXPECT_THAT(verifier_.Verify(issued.leaf_pem, "", Purpose::kTls, now_),
              FailsWith(kRefused, "CHAIN_INVALID"));
}

TEST_F(ChainVerifierTest, ARootMaySignByItself) {
  TestCa ca("agency.example", {.intermediate = false});
  verifier_.SetBundles(MakeBundles({ca.Bundle(kAgencyPaths)}));

  EXPECT_THAT(Verify(ca.IssueTls(kOfficer)), IsOk());
}

TEST_F(ChainVerifierTest, ACertificateWithoutAUriIsRefused) {
  EXPECT_THAT(Verify(agency_.Issue({.dns_names = {"localhost"}})),
              FailsWith(kRefused, "CERTIFICATE_NO_SPIFFE_ID"));
  EXPECT_THAT(Verify(agency_.Issue({})), FailsWith(kRefused, "CERTIFICATE_NO_SPIFFE_ID"));
}

TEST_F(ChainVerifierTest, AUriThatIsNoNameOfOursIsRefused) {
  for (const char* uri : {"https://agency.example/agency/dpo/-/p1", "spiffe://agency.example/king",
                          "spiffe://AGENCY.example/service/x", "spiffe://agency.example"}) {
    EXPECT_THAT(Verify(agency_.Issue({.uris = {uri}})),
                FailsWith(kRefused, "CERTIFICATE_NO_SPIFFE_ID"))
        << uri;
  }
}

TEST_F(ChainVerifierTest, TwoUrisAreRefused) {
  EXPECT_THAT(Verify(agency_.Issue({.uris = {kOfficer, "spiffe://agency.example/service/x"}})),
              FailsWith(kRefused, "CERTIFICATE_SEVERAL_URI_SANS"));
  EXPECT_THAT(Verify(agency_.Issue({.uris = {kOfficer, kOfficer}})),
              FailsWith(kRefused, "CERTIFICATE_SEVERAL_URI_SANS"));
  EXPECT_THAT(Verify(agency_.Issue({.uris = {kOfficer, "https://example.org/"}})),
              FailsWith(kRefused, "CERTIFICATE_SEVERAL_URI_SANS"));
}

TEST_F(ChainVerifierTest, AnAuthoritysCertificateIsRefused) {
  EXPECT_THAT(Verify(agency_.Issue({.uris = {kOfficer}, .ca = true})),
              FailsWith(kRefused, "CERTIFICATE_IS_CA"));
  EXPECT_THAT(Verify(agency_.Issue(
                  {.uris = {kOfficer}, .key_usage = "critical,digitalSignature,keyCertSign"})),
              FailsWith(kRefused, "CERTIFICATE_IS_CA"));
  EXPECT_THAT(verifier_.Verify(agency_.root_pem(), "", Purpose::kTls, now_),
              FailsWith(kRefused, "CERTIFICATE_IS_CA"));
}

TEST_F(ChainVerifierTest, AnUnknownTrustDomainIsRefused) {
  EXPECT_THAT(Verify(agency_.IssueTls("spiffe://nowhere.example/service/x")),
              FailsWith(kRefused, "TRUST_DOMAIN_UNKNOWN"));
}

TEST_F(ChainVerifierTest, AnotherAuthorityOfTheSameNameIsRefused) {
  TestCa impostor("agency.example");  // Its CAs have the same subjects, too.

  EXPECT_THAT(Verify(impostor.IssueTls(kOfficer)), FailsWith(kRefused, "CHAIN_INVALID"));
}

TEST_F(ChainVerifierTest, ASelfSignedCallerIsRefusedEvenIfHeSendsHisOwnRoot) {
  TestCa impostor("agency.example");
  const IssuedCertificate issued = impostor.IssueTls(kOfficer);

  EXPECT_THAT(verifier_.Verify(issued.leaf_pem, issued.chain_pem + impostor.root_pem(),
                               Purpose::kTls, now_),
              FailsWith(kRefused, "CHAIN_INVALID"));
}

TEST_F(ChainVerifierTest, APartnersAuthorityVouchesForNobodyElse) {
  for (const char* id : {kOfficer, "spiffe://agency.example/service/partner-registry",
                         "spiffe://moldova.example/partner/moldova/contact/c1",
                         "spiffe://agency.example/partner/panama/contact/c1"}) {
    EXPECT_THAT(Verify(georgia_.IssueTls(id)), FailsWith(kRefused, "CHAIN_INVALID")) << id;
    EXPECT_THAT(Verify(georgia_.IssueSigning(id), Purpose::kSigning),
                FailsWith(kRefused, "CHAIN_INVALID"))
        << id;
  }
  for (const char* id : {"spiffe://georgia.example/agency/desk-officer/fr/p1",
                         "spiffe://georgia.example/service/partner-registry",
                         "spiffe://georgia.example/application/cms",
                         "spiffe://georgia.example/partner/moldova/contact/c1",
                         "spiffe://georgia.example/partner/panama/contact/c1"}) {
    EXPECT_THAT(Verify(georgia_.IssueTls(id)), FailsWith(kRefused, "PATH_NOT_ALLOWED_FOR_DOMAIN"))
        << id;
  }
}

TEST_F(ChainVerifierTest, TheAgencyDoesNotVouchForPartnersOfTheirOwnDomain) {
  EXPECT_THAT(Verify(agency_.IssueTls("spiffe://agency.example/partner/georgia/contact/c1")),
              FailsWith(kRefused, "PATH_NOT_ALLOWED_FOR_DOMAIN"));
  EXPECT_THAT(Verify(agency_.IssueTls(kContact)), FailsWith(kRefused, "CHAIN_INVALID"));
  EXPECT_THAT(Verify(agency_.IssueTls("spiffe://agency.example/partner/panama/contact/c1")),
              IsOk());
}

TEST_F(ChainVerifierTest, TlsAndSigningAreNotInterchangeable) {
  EXPECT_THAT(Verify(agency_.IssueSigning(kOfficer)), FailsWith(kRefused, "KEY_USAGE_WRONG"));
  EXPECT_THAT(Verify(agency_.IssueTls(kOfficer), Purpose::kSigning),
              FailsWith(kRefused, "KEY_USAGE_WRONG"));
}

TEST_F(ChainVerifierTest, MissingMixedOrWideUsagesAreRefused) {
  for (const CertificateRequest& request : std::vector<CertificateRequest>{
           {.uris = {kOfficer}, .key_usage = "none"},
           {.uris = {kOfficer}, .extended_key_usage = "none"},
           {.uris = {kOfficer}, .key_usage = "critical,keyAgreement"},
           {.uris = {kOfficer}, .extended_key_usage = "clientAuth"},
           {.uris = {kOfficer}, .extended_key_usage = "serverAuth"},
           {.uris = {kOfficer}, .extended_key_usage = "clientAuth,serverAuth,emailProtection"},
           {.uris = {kOfficer}, .extended_key_usage = "clientAuth,serverAuth,anyExtendedKeyUsage"},
           {.uris = {kOfficer}, .extended_key_usage = "anyExtendedKeyUsage"}}) {
    EXPECT_THAT(Verify(agency_.Issue(request)), FailsWith(kRefused, "KEY_USAGE_WRONG"))
        << request.key_usage << " / " << request.extended_key_usage;
  }
  for (CertificateRequest request :
       std::vector<CertificateRequest>{{.key_usage = "critical,digitalSignature"},
                                       {.key_usage = "critical,nonRepudiation"},
                                       {.key_usage = "none"},
                                       {.extended_key_usage = "emailProtection,clientAuth"},
                                       {.extended_key_usage = "none"}}) {
    request.uris = {kOfficer};
    request.purpose = Purpose::kSigning;
    EXPECT_THAT(Verify(agency_.Issue(request), Purpose::kSigning),
                FailsWith(kRefused, "KEY_USAGE_WRONG"))
        << request.key_usage << " / " << request.extended_key_usage;
  }
}

TEST_F(ChainVerifierTest, ExpiredAndNotYetValidAreToldApart) {
  EXPECT_THAT(Verify(agency_.Issue({.uris = {kOfficer},
                                    .not_before = now_ - absl::Hours(2),
                                    .not_after = now_ - absl::Hours(1)})),
              FailsWith(kRefused, "CERTIFICATE_EXPIRED"));
  EXPECT_THAT(Verify(agency_.Issue({.uris = {kOfficer},
                                    .not_before = now_ + absl::Hours(1),
                                    .not_after = now_ + absl::Hours(2)})),
              FailsWith(kRefused, "CERTIFICATE_NOT_YET_VALID"));
}

TEST_F(ChainVerifierTest, AnExpiredAuthorityMakesTheChainInvalid) {
  TestCa old("agency.example",
             {.not_before = now_ - absl::Hours(48), .not_after = now_ - absl::Hours(24)});
  verifier_.SetBundles(MakeBundles({old.Bundle(kAgencyPaths)}));

  EXPECT_THAT(Verify(old.IssueTls(kOfficer)), FailsWith(kRefused, "CHAIN_INVALID"));
}

TEST_F(ChainVerifierTest, ASignatureIsJudgedForItsOwnTimeYearsLater) {
  const absl::Duration year = absl::Hours(24 * 365);
  const IssuedCertificate signing = agency_.Issue({.uris = {kOfficer},
                                                   .purpose = Purpose::kSigning,
                                                   .not_before = now_ - 8 * year,
                                                   .not_after = now_ - 5 * year});

  EXPECT_THAT(VerifyAt(signing, Purpose::kSigning, now_ - 6 * year), IsOk());
  EXPECT_THAT(VerifyAt(signing, Purpose::kSigning, now_),
              FailsWith(kRefused, "CERTIFICATE_EXPIRED"));
  EXPECT_THAT(VerifyAt(signing, Purpose::kSigning, now_ - 9 * year),
              FailsWith(kRefused, "CERTIFICATE_NOT_YET_VALID"));
}

TEST_F(ChainVerifierTest, ARevokedCertificateIsRefused) {
  const IssuedCertificate kept = agency_.IssueTls(kOfficer);
  const IssuedCertificate revoked = agency_.IssueTls(kOfficer);
  agency_.Revoke(revoked, now_);
  verifier_.SetBundles(WithCrls(agency_.CrlsPem()));

  EXPECT_THAT(Verify(revoked), FailsWith(kRefused, "CERTIFICATE_REVOKED"));
  EXPECT_THAT(Verify(kept), IsOk());
}

TEST_F(ChainVerifierTest, ARevokedIntermediateIsRefused) {
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);
  agency_.RevokeIntermediate(now_);
  verifier_.SetBundles(WithCrls(agency_.CrlsPem()));

  EXPECT_THAT(Verify(issued), FailsWith(kRefused, "CERTIFICATE_REVOKED"));
}

TEST_F(ChainVerifierTest, ARevocationCountsAgainstSignaturesFromItsTimeOn) {
  const CertificateRequest request = {
      .uris = {kOfficer}, .purpose = Purpose::kSigning, .not_before = now_ - absl::Hours(100)};
  const IssuedCertificate signing = agency_.Issue(request);
  const IssuedCertificate stolen = agency_.Issue(request);
  agency_.Revoke(signing, now_ - absl::Hours(10));
  agency_.Revoke(stolen, now_ - absl::Hours(10), now_ - absl::Hours(50));
  verifier_.SetBundles(WithCrls(agency_.CrlsPem()));

  EXPECT_THAT(VerifyAt(signing, Purpose::kSigning, now_ - absl::Hours(11)), IsOk());
  EXPECT_THAT(VerifyAt(signing, Purpose::kSigning, now_ - absl::Hours(9)),
              FailsWith(kRefused, "CERTIFICATE_REVOKED"));
  EXPECT_THAT(VerifyAt(stolen, Purpose::kSigning, now_ - absl::Hours(11)),
              FailsWith(kRefused, "CERTIFICATE_REVOKED"));
  EXPECT_THAT(VerifyAt(stolen, Purpose::kSigning, now_ - absl::Hours(51)), IsOk());
}

TEST_F(ChainVerifierTest, AStaleCrlIsRefusedOnlyAfterItsGrace) {
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);

  verifier_.SetBundles(WithCrls(agency_.CrlsPem(now_ - absl::Hours(30), now_ - absl::Hours(23))));
  EXPECT_THAT(Verify(issued), IsOk());

  verifier_.SetBundles(WithCrls(agency_.CrlsPem(now_ - absl::Hours(30), now_ - absl::Hours(25))));
  EXPECT_THAT(Verify(issued), FailsWith(kRefused, "CRL_STALE"));
}

TEST_F(ChainVerifierTest, ACrlOfOnlyOneAuthorityOfTheChainIsNotEnough) {
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);

  for (const std::string& only : agency_.CrlsPem()) {
    verifier_.SetBundles(WithCrls({only}));
    EXPECT_THAT(Verify(issued), FailsWith(kRefused, "CRL_STALE"));
  }
}

TEST_F(ChainVerifierTest, TheNewestCrlOfAnAuthorityCounts) {
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);
  std::vector<std::string> crls = agency_.CrlsPem(now_ - absl::Hours(2), now_ + absl::Hours(100));
  agency_.Revoke(issued, now_);
  const std::vector<std::string> newer = agency_.CrlsPem(now_ - absl::Hours(1));
  crls.insert(crls.begin(), newer.begin(), newer.end());
  verifier_.SetBundles(WithCrls(crls));

  EXPECT_THAT(Verify(issued), FailsWith(kRefused, "CERTIFICATE_REVOKED"));
}

TEST_F(ChainVerifierTest, ARepeatedQuestionIsAnsweredFromTheCache) {
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);

  ASSERT_THAT(Verify(issued), IsOk());
  ASSERT_THAT(Verify(issued), IsOk());

  EXPECT_EQ(verifier_.cache_counts().hits, 1u);
  EXPECT_EQ(verifier_.cache_counts().misses, 1u);
}

TEST_F(ChainVerifierTest, TheCacheKnowsPurposeAndChainApart) {
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);
  ASSERT_THAT(Verify(issued), IsOk());

  EXPECT_THAT(Verify(issued, Purpose::kSigning), FailsWith(kRefused, "KEY_USAGE_WRONG"));
  EXPECT_THAT(verifier_.Verify(issued.leaf_pem, "junk", Purpose::kTls, now_),
              FailsWith(kRefused, "CERTIFICATE_UNREADABLE"));
  EXPECT_EQ(verifier_.cache_counts().hits, 0u);
}

TEST_F(ChainVerifierTest, NoOtherBytesAreAnsweredAsTheRecentOnes) {
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);
  ASSERT_THAT(Verify(issued), IsOk());
  std::string leaf = issued.leaf_pem;
  std::string chain = issued.chain_pem;
  // In the first half: the end of the leaf, by which it is found, stays.
  for (std::string* const text : {&leaf, &chain}) {
    char& byte = (*text)[text->size() / 3];
    byte = byte == 'A' ? 'B' : 'A';
  }

  EXPECT_FALSE(verifier_.Verify(leaf, issued.chain_pem, Purpose::kTls, now_).ok());
  // The bundle has the intermediate, too; but it is looked at anew.
  verifier_.Verify(issued.leaf_pem, chain, Purpose::kTls, now_).status().IgnoreError();
  EXPECT_EQ(verifier_.cache_counts().hits, 0u);
  EXPECT_EQ(verifier_.cache_counts().misses, 3u);
}

TEST_F(ChainVerifierTest, ACachedAnswerDoesNotOutliveTheCertificate) {
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);
  ASSERT_THAT(Verify(issued), IsOk());

  EXPECT_THAT(VerifyAt(issued, Purpose::kTls, now_ + absl::Hours(25)),
              FailsWith(kRefused, "CERTIFICATE_EXPIRED"));
  EXPECT_THAT(Verify(issued), IsOk());
}

TEST_F(ChainVerifierTest, ACachedAnswerDoesNotOutliveTheCrl) {
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);
  verifier_.SetBundles(
      WithCrls(agency_.CrlsPem(now_ - absl::Hours(30), now_ - absl::Hours(24) + absl::Minutes(1))));
  ASSERT_THAT(Verify(issued), IsOk());

  EXPECT_THAT(VerifyAt(issued, Purpose::kTls, now_ + absl::Minutes(2)),
              FailsWith(kRefused, "CRL_STALE"));
}

TEST_F(ChainVerifierTest, ARefusalIsForgottenSoon) {
  const IssuedCertificate issued =
      agency_.Issue({.uris = {kOfficer}, .not_before = now_ + absl::Seconds(8)});
  ASSERT_THAT(Verify(issued), FailsWith(kRefused, "CERTIFICATE_NOT_YET_VALID"));

  EXPECT_THAT(VerifyAt(issued, Purpose::kTls, now_ + absl::Seconds(10)), IsOk());
}

TEST_F(ChainVerifierTest, NewBundlesRaiseTheGenerationAndForgetAnswers) {
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);
  ASSERT_THAT(Verify(issued), IsOk());
  const std::uint64_t before = verifier_.generation();

  verifier_.SetBundles(MakeBundles({georgia_.Bundle({"partner/georgia"})}));

  EXPECT_GT(verifier_.generation(), before);
  EXPECT_THAT(Verify(issued), FailsWith(kRefused, "TRUST_DOMAIN_UNKNOWN"));
}

TEST_F(ChainVerifierTest, RaisingTheGenerationForgetsAnswersAndKeepsBundles) {
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);
  ASSERT_THAT(Verify(issued), IsOk());
  const std::uint64_t before = verifier_.generation();

  verifier_.RaiseGeneration();

  EXPECT_EQ(verifier_.generation(), before + 1);
  EXPECT_EQ(verifier_.cache_counts().entries, 0u);
  EXPECT_THAT(Verify(issued), IsOk());
}

TEST_F(ChainVerifierTest, TheCacheIsBoundedAndRefusalsDoNotPushOutCallers) {
  ChainVerifier verifier(Plain(), {.cache_size = 4});
  const IssuedCertificate good = agency_.IssueTls(kOfficer);
  ASSERT_THAT(verifier.Verify(good.leaf_pem, good.chain_pem, Purpose::kTls, now_), IsOk());

  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(verifier.Verify(absl::StrCat("junk ", i), "", Purpose::kTls, now_).ok());
  }

  EXPECT_LE(verifier.cache_counts().entries, 5u);
  const std::uint64_t misses = verifier.cache_counts().misses;
  ASSERT_THAT(verifier.Verify(good.leaf_pem, good.chain_pem, Purpose::kTls, now_), IsOk());
  EXPECT_EQ(verifier.cache_counts().misses, misses);
}

TEST_F(ChainVerifierTest, ItServesManyThreadsWhileBundlesChange) {
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);
  const auto bundles = Plain();
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int turn = 0; turn < 200; ++turn) EXPECT_THAT(Verify(issued), IsOk());
    });
  }
  for (int turn = 0; turn < 50; ++turn) verifier_.SetBundles(bundles);
  for (std::thread& caller : callers) caller.join();
}

TEST_F(ChainVerifierTest, TooMuchPresentedIsRefused) {
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);
  std::string nine;
  for (int i = 0; i < 9; ++i) nine += issued.chain_pem;

  EXPECT_THAT(verifier_.Verify(issued.leaf_pem, nine, Purpose::kTls, now_),
              FailsWith(kRefused, "CERTIFICATE_UNREADABLE"));
  EXPECT_THAT(verifier_.Verify(issued.leaf_pem, std::string(70000, '\n'), Purpose::kTls, now_),
              FailsWith(kRefused, "CERTIFICATE_UNREADABLE"));
  EXPECT_THAT(verifier_.Verify(issued.leaf_pem + issued.leaf_pem, "", Purpose::kTls, now_),
              FailsWith(kRefused, "CERTIFICATE_UNREADABLE"));
}

TEST_F(ChainVerifierTest, RandomAndDamagedBytesAreRefusedAndNothingElse) {
  std::mt19937 random(20261123);  // NOLINT(cert-msc51-cpp): the same bytes every time.
  const auto below = [&](std::size_t limit) { return random() % limit; };
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);
  const std::string der = ToDer(ParseCertificates(issued.leaf_pem, 1)->front().get());

  for (int turn = 0; turn < 4000; ++turn) {
    std::string bytes;
    if (turn % 4 == 0) {
      bytes.resize(below(600));
      for (char& c : bytes) c = static_cast<char>(random());
      if (bytes.size() > 2 && turn % 8 == 0) bytes.replace(0, 2, "\x30\x82");
    } else {
      bytes = turn % 2 == 0 ? issued.leaf_pem : der;
      for (std::size_t flips = 1 + below(3); flips > 0; --flips) {
        bytes[below(bytes.size())] = static_cast<char>(random());
      }
      if (turn % 5 == 0) bytes.resize(below(bytes.size()));
    }
    const auto verified = verifier_.Verify(bytes, turn % 3 == 0 ? bytes : "", Purpose::kTls, now_);
    if (verified.ok()) {
      // A flip may hit text around the PEM block or put the same byte back, never the content.
      EXPECT_EQ((*verified)->leaf_sha256, crypto::Sha256(der));
    } else {
      EXPECT_EQ(verified.status().code(), kRefused);
    }
  }
}

TEST_F(ChainVerifierTest, SaysHowLongItTakes) {
  verifier_.SetBundles(WithCrls(agency_.CrlsPem()));
  const IssuedCertificate issued = agency_.IssueTls(kOfficer);
  const auto time = [&](int turns, bool cached) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < turns; ++i) {
      if (!cached) verifier_.RaiseGeneration();
      EXPECT_TRUE(Verify(issued).ok());
    }
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    return took.count() / turns;
  };

  const double uncached = time(300, false);
  const double cached = time(20000, true);

  std::printf("verify: uncached %.0f us, cached %.2f us\n", uncached, cached);
  EXPECT_LT(cached, uncached);
}

}  // namespace
}  // namespace comity::identity
