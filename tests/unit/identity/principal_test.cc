#include "common/identity/principal.h"

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/testing/status_matchers.h"

namespace comity::identity {
namespace {

using comity::testing::FailsWith;
using comity::testing::IsOk;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST(PrincipalTest, AnAgencysNameHasRoleUnitAndPerson) {
  const auto principal =
      Principal::Parse("spiffe://agency.example/agency/desk-officer/fr/officer.1");

  ASSERT_THAT(principal, IsOk());
  EXPECT_EQ(principal->kind, PrincipalKind::kAgency);
  EXPECT_TRUE(principal->IsAgency(Role::kDeskOfficer));
  EXPECT_EQ(principal->unit, "fr");
  EXPECT_EQ(principal->id, "officer.1");
  EXPECT_EQ(principal->trust_domain, "agency.example");
  EXPECT_EQ(principal->spiffe_id, "spiffe://agency.example/agency/desk-officer/fr/officer.1");
}

TEST(PrincipalTest, AUnitMayBeADash) {
  const auto principal = Principal::Parse("spiffe://agency.example/agency/auditor/-/a1");

  ASSERT_THAT(principal, IsOk());
  EXPECT_EQ(principal->unit, "-");
}

TEST(PrincipalTest, AnEuDelegationsUnitIsThePartnerToWhichItIsAccredited) {
  const auto principal = Principal::Parse("spiffe://agency.example/agency/eu-delegation/panama/d1");

  ASSERT_THAT(principal, IsOk());
  EXPECT_TRUE(principal->IsAgency(Role::kEuDelegation));
  EXPECT_EQ(principal->unit, "panama");
  EXPECT_EQ(principal->partner, "") << "it is not the partner's";
}

TEST(PrincipalTest, TheCommissionTheEeasAndEuDelegationsAreAlignedAndNobodyElseIs) {
  std::string aligned;
  for (int i = static_cast<int>(Role::kDeskOfficer); i <= static_cast<int>(Role::kProbe); ++i) {
    const absl::string_view role = RoleName(static_cast<Role>(i));
    const auto who = Principal::Parse(absl::StrCat("spiffe://a.example/agency/", role, "/-/p1"));
    ASSERT_THAT(who, IsOk());
    if (who->IsAligned()) absl::StrAppend(&aligned, role, " ");
  }
  EXPECT_EQ(aligned, "commission eeas eu-delegation ");
  EXPECT_FALSE(Principal::Parse("spiffe://a.example/partner/eeas/contact/c1")->IsAligned());
  EXPECT_FALSE(Principal::Parse("spiffe://a.example/service/eeas")->IsAligned());
}

TEST(PrincipalTest, AContactsNameHasItsPartner) {
  const auto principal = Principal::Parse("spiffe://georgia.example/partner/georgia/contact/c1");

  ASSERT_THAT(principal, IsOk());
  EXPECT_EQ(principal->kind, PrincipalKind::kPartner);
  EXPECT_EQ(principal->role, Role::kNone);
  EXPECT_EQ(principal->partner, "georgia");
  EXPECT_EQ(principal->id, "c1");
}

TEST(PrincipalTest, ApplicationsAndServicesHaveANameOnly) {
  EXPECT_EQ(Principal::Parse("spiffe://a.example/application/cms")->kind,
            PrincipalKind::kApplication);
  EXPECT_TRUE(Principal::Parse("spiffe://a.example/service/partner-registry")
                  ->IsService("partner-registry"));
}

TEST(PrincipalTest, EveryRoleIsReadBackFromItsName) {
  for (int i = static_cast<int>(Role::kDeskOfficer); i <= static_cast<int>(Role::kProbe); ++i) {
    const auto role = static_cast<Role>(i);
    EXPECT_FALSE(RoleName(role).empty());
    const auto parsed = ParseRole(RoleName(role));
    ASSERT_THAT(parsed, IsOk());
    EXPECT_EQ(*parsed, role);
  }
  EXPECT_THAT(ParseRole("king"), FailsWith(kInvalid, "ROLE_UNKNOWN"));
  EXPECT_THAT(std::string(ParseRole("king").status().message()),
              ::testing::EndsWith("eeas, eu-delegation, probe."));
  EXPECT_THAT(ParseRole(""), FailsWith(kInvalid, "ROLE_UNKNOWN"));
}

class BadSpiffeIdTest : public ::testing::TestWithParam<const char*> {};

TEST_P(BadSpiffeIdTest, IsRefused) {
  EXPECT_THAT(Principal::Parse(GetParam()), FailsWith(kInvalid, "SPIFFE_ID_INVALID"));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, BadSpiffeIdTest,
    ::testing::Values("", "spiffe://", "spiffe:///service/x", "spiffe://a.example",
                      "spiffe://a.example/", "http://a.example/service/x",
                      "SPIFFE://a.example/service/x", "spiffe://A.example/service/x",
                      "spiffe://a.example/service/X", "spiffe://a.example:443/service/x",
                      "spiffe://u@a.example/service/x", "spiffe://a.example/service/x?y",
                      "spiffe://a.example/service/x#y", "spiffe://a.example/service/%78",
                      "spiffe://a.example/service/x/", "spiffe://a.example//service/x",
                      "spiffe://a.example/service/..", "spiffe://a.example/./x",
                      "spiffe://a.example/service/x y", "spiffe://a.example/service/\xc3\xa9",
                      " spiffe://a.example/service/x", "spiffe://a.example/service/x\n"));

class UnknownPathTest : public ::testing::TestWithParam<const char*> {};

TEST_P(UnknownPathTest, IsRefused) {
  EXPECT_THAT(Principal::Parse(GetParam()), FailsWith(kInvalid, "SPIFFE_PATH_UNKNOWN"));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, UnknownPathTest,
    ::testing::Values("spiffe://a.example/agency", "spiffe://a.example/agency/king/fr/p1",
                      "spiffe://a.example/agency/dpo/p1", "spiffe://a.example/agency/dpo/fr/p1/x",
                      "spiffe://a.example/partner/georgia",
                      "spiffe://a.example/partner/georgia/contact",
                      "spiffe://a.example/partner/georgia/service/c1",
                      "spiffe://a.example/partner/georgia/contact/c1/x",
                      "spiffe://a.example/service", "spiffe://a.example/service/x/y",
                      "spiffe://a.example/application", "spiffe://a.example/other/x"));

TEST(SpiffeIdTest, LongerThanTheStandardAllowsIsRefused) {
  const std::string longest =
      absl::StrCat("spiffe://a.example/service/", std::string(2048 - 27, 'x'));
  ASSERT_EQ(longest.size(), 2048u);

  EXPECT_THAT(SpiffeId::Parse(longest), IsOk());
  EXPECT_THAT(SpiffeId::Parse(longest + "x"), FailsWith(kInvalid, "SPIFFE_ID_INVALID"));
}

TEST(SpiffeIdTest, ANulByteIsRefused) {
  EXPECT_THAT(SpiffeId::Parse(absl::string_view("spiffe://a.example/service/x\0y", 30)),
              FailsWith(kInvalid, "SPIFFE_ID_INVALID"));
}

TEST(SpiffeIdTest, NoSentenceRepeatsTheText) {
  const auto refused = SpiffeId::Parse("spiffe://a.example/agency/dpo/fr/Secret-Person");

  EXPECT_EQ(std::string(refused.status().message()).find("Secret"), std::string::npos);
}

}  // namespace
}  // namespace comity::identity
