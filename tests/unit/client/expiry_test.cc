#include "common/client/expiry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/test_ca.h"

namespace comity::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kOfficer[] = "spiffe://agency.example/agency/desk-officer/fr/p1";

class ExpiryWarningsTest : public ::testing::Test {
 protected:
  // A folder whose TLS certificate has that much of its life behind it and before it.
  std::string With(absl::Duration behind, absl::Duration ahead) {
    const std::string folder = pki_.IssueFolder("officer", kOfficer);
    testing::WriteIdentity(
        folder, pki_.agency().Issue(
                    {.uris = {kOfficer}, .not_before = now_ - behind, .not_after = now_ + ahead}));
    return folder;
  }

  testing::TestPki pki_;
  const absl::Time now_ = absl::Now();
};

TEST_F(ExpiryWarningsTest, AFifthOfAShortLifeIsSoon) {
  EXPECT_THAT(ExpiryWarnings(With(absl::Hours(24 * 7), absl::Hours(24 * 3)), now_), IsEmpty());
  EXPECT_THAT(ExpiryWarnings(With(absl::Hours(24 * 9), absl::Hours(24)), now_),
              ElementsAre(AllOf(HasSubstr("/tls.pem ends on "), HasSubstr("have it renewed"))));
}

TEST_F(ExpiryWarningsTest, ThirtyDaysOfALongOneAre) {
  EXPECT_THAT(ExpiryWarnings(With(absl::Hours(24 * 700), absl::Hours(24 * 40)), now_), IsEmpty());
  EXPECT_THAT(ExpiryWarnings(With(absl::Hours(24 * 700), absl::Hours(24 * 20)), now_),
              ElementsAre(HasSubstr(" ends on ")));
}

TEST_F(ExpiryWarningsTest, WhatHasEndedIsSaidSo) {
  EXPECT_THAT(ExpiryWarnings(With(absl::Hours(48), -absl::Hours(24)), now_),
              ElementsAre(HasSubstr(" has ended on ")));
}

TEST_F(ExpiryWarningsTest, SigningHasACertificateOfItsOwn) {
  const std::string folder = pki_.IssueFolder("officer", kOfficer);
  EXPECT_THAT(ExpiryWarnings(folder, now_ + absl::Hours(23)),
              ElementsAre(HasSubstr("/tls.pem"),
                          AllOf(HasSubstr("/sign.pem"), HasSubstr("nothing you sign"))));
}

TEST_F(ExpiryWarningsTest, AFolderWithoutFilesIsForOthersToComplainOf) {
  EXPECT_THAT(ExpiryWarnings(pki_.path("nobody"), now_), IsEmpty());
}

}  // namespace
}  // namespace comity::client
