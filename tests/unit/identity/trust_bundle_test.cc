#include "common/identity/trust_bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_ca.h"

namespace comity::identity {
namespace {

using comity::testing::FailsWith;
using comity::testing::IsOk;
using comity::testing::TempDirectory;
using comity::testing::TestCa;
using comity::testing::TestPki;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class TrustBundleTest : public ::testing::Test {
 protected:
  BundleFiles Good() { return ca_.BundleWithCrls({"partner/georgia"}, ca_.CrlsPem()); }
  static absl::StatusOr<TrustBundle> Parse(const BundleFiles& files) {
    return TrustBundle::Parse(files, "bundles/georgia.example");
  }

  TestCa ca_{"georgia.example"};
};

TEST_F(TrustBundleTest, AGoodBundleIsTaken) {
  const auto bundle = Parse(Good());

  ASSERT_THAT(bundle, IsOk());
  EXPECT_EQ(bundle->trust_domain(), "georgia.example");
  EXPECT_THAT(bundle->paths(), ElementsAre("partner/georgia"));
  EXPECT_TRUE(bundle->has_crls());
  EXPECT_EQ(bundle->roots_pem(), ca_.root_pem());
}

TEST_F(TrustBundleTest, AnUnknownKeyIsRefusedByName) {
  BundleFiles files = Good();
  files.bundle_toml += "path = \"x\"\n";

  const auto bundle = Parse(files);

  EXPECT_THAT(bundle, FailsWith(kInvalid, "BUNDLE_INVALID"));
  EXPECT_THAT(std::string(bundle.status().message()), HasSubstr("'path'"));
  EXPECT_THAT(std::string(bundle.status().message()),
              HasSubstr("bundles/georgia.example/bundle.toml"));
}

TEST_F(TrustBundleTest, BadDescriptionsAreRefused) {
  for (const char* toml :
       {"", "format = 2\ntrust_domain = \"a.example\"\npaths = [\"agency\"]",
        "format = 1\npaths = [\"agency\"]", "format = 1\ntrust_domain = \"a.example\"",
        "format = 1\ntrust_domain = \"a.example\"\npaths = []",
        "format = 1\ntrust_domain = \"A.example\"\npaths = [\"agency\"]",
        "format = 1\ntrust_domain = \"a.example/x\"\npaths = [\"agency\"]",
        "format = 1\ntrust_domain = \"a.example\"\npaths = [\"agency/dpo\"]",
        "format = 1\ntrust_domain = \"a.example\"\npaths = [\"partner\"]",
        "format = 1\ntrust_domain = \"a.example\"\npaths = [\"partner/\"]",
        "format = 1\ntrust_domain = \"a.example\"\npaths = [\"partner/a/b\"]",
        "format = 1\ntrust_domain = \"a.example\"\npaths = [7]", "[[", "format = "}) {
    BundleFiles files = Good();
    files.bundle_toml = toml;
    EXPECT_THAT(Parse(files), FailsWith(kInvalid, "BUNDLE_INVALID")) << toml;
  }
}

TEST_F(TrustBundleTest, RootsMustBeSelfSignedAuthorities) {
  BundleFiles files = Good();
  for (const std::string& roots :
       {std::string(), std::string("nonsense"), ca_.intermediate_pem(),
        ca_.IssueTls("spiffe://georgia.example/partner/georgia/contact/c1").leaf_pem,
        ca_.root_pem() + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
    files.roots_pem = roots;
    EXPECT_THAT(Parse(files), FailsWith(kInvalid, "BUNDLE_INVALID")) << roots;
  }
}

TEST_F(TrustBundleTest, ALeafAmongTheIntermediatesIsRefused) {
  BundleFiles files = Good();
  files.intermediates_pem +=
      ca_.IssueTls("spiffe://georgia.example/partner/georgia/contact/c1").leaf_pem;

  EXPECT_THAT(Parse(files), FailsWith(kInvalid, "BUNDLE_INVALID"));
}

TEST_F(TrustBundleTest, ACrlOfAnotherAuthorityIsRefused) {
  TestCa other("georgia.example");
  BundleFiles files = Good();
  files.crls_pem.push_back(other.CrlsPem().front());

  EXPECT_THAT(Parse(files), FailsWith(kInvalid, "BUNDLE_INVALID"));
}

TEST_F(TrustBundleTest, AnEmptyCrlFileIsRefusedOrKeepsTheCheckOn) {
  BundleFiles files = Good();
  files.crls_pem = {"garbage"};
  EXPECT_THAT(Parse(files), FailsWith(kInvalid, "BUNDLE_INVALID"));

  files.crls_pem = {""};
  const auto bundle = Parse(files);
  EXPECT_TRUE(!bundle.ok() || bundle->has_crls());
}

TEST_F(TrustBundleTest, TwoDomainsCannotClaimOneName) {
  TestCa other("other.example");
  std::vector<TrustBundle> bundles;
  bundles.push_back(*Parse(Good()));
  bundles.push_back(*Parse(other.Bundle({"partner/georgia"})));

  EXPECT_THAT(TrustBundles::Create(std::move(bundles)), FailsWith(kInvalid, "BUNDLE_INVALID"));
}

TEST_F(TrustBundleTest, OneDomainCannotHaveTwoBundles) {
  std::vector<TrustBundle> bundles;
  bundles.push_back(*Parse(Good()));
  bundles.push_back(*Parse(Good()));

  EXPECT_THAT(TrustBundles::Create(std::move(bundles)), FailsWith(kInvalid, "BUNDLE_INVALID"));
}

TEST_F(TrustBundleTest, AnyPartnerExceptThoseOfTheirOwnDomain) {
  TestPki pki;
  const auto bundles = pki.bundles();
  const auto may = [&](const char* id) { return bundles->MayName(*Principal::Parse(id)); };

  EXPECT_TRUE(may("spiffe://agency.example/agency/dpo/-/p1"));
  EXPECT_TRUE(may("spiffe://agency.example/partner/panama/contact/c1"));
  EXPECT_TRUE(may("spiffe://georgia.example/partner/georgia/contact/c1"));
  EXPECT_FALSE(may("spiffe://agency.example/partner/georgia/contact/c1"));
  EXPECT_FALSE(may("spiffe://georgia.example/partner/panama/contact/c1"));
  EXPECT_FALSE(may("spiffe://georgia.example/agency/dpo/-/p1"));
  EXPECT_FALSE(may("spiffe://georgia.example/service/partner-registry"));
  EXPECT_FALSE(may("spiffe://georgia.example/application/cms"));
  EXPECT_FALSE(may("spiffe://unknown.example/partner/panama/contact/c1"));
}

TEST_F(TrustBundleTest, AFolderIsLoadedWhole) {
  TestPki pki;

  const auto bundles = TrustBundles::Load(pki.bundles_folder());

  ASSERT_THAT(bundles, IsOk());
  EXPECT_THAT(bundles->trust_domains(), ElementsAre("agency.example", "georgia.example"));
  EXPECT_EQ(bundles->AllRootsPem(), pki.agency().root_pem() + pki.georgia().root_pem());
}

TEST_F(TrustBundleTest, AMissingFolderOrFileIsNamed) {
  TestPki pki;
  std::filesystem::remove(pki.bundles_folder() + "/georgia.example/roots.pem");
  const auto refused = TrustBundles::Load(pki.bundles_folder());
  const TempDirectory empty;

  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kFailedPrecondition, "BUNDLE_MISSING"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("georgia.example/roots.pem"));
  EXPECT_THAT(TrustBundles::Load(empty.path()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "BUNDLE_MISSING"));
  EXPECT_THAT(TrustBundles::Load(empty / "nothing"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "BUNDLE_MISSING"));
}

}  // namespace
}  // namespace comity::identity
