#include "common/registry_view/partner_of.h"

#include <gmock/gmock.h>

#include <utility>
#include <vector>

#include "tests/testing/fake_replica.h"

namespace comity::registry_view {
namespace {

constexpr char kProsecutor[] = "spiffe://agency.example/agency/liaison-prosecutor/fr/lp-1";
constexpr absl::CivilDay kFirst(2026, 3, 1);
constexpr absl::CivilDay kLast(2026, 5, 31);

legal::Secondment By(const std::string& partner, absl::CivilDay from, PartialDate to) {
  return {.name = absl::StrCat(partner, "/secondments/s1"),
          .kind = legal::SecondmentKind::kLiaisonProsecutor,
          .from = PartialDate(from),
          .to = to,
          .identity = kProsecutor};
}

// Whom somebody stands for, where `fr` is the unit of France.
std::string Behind(const std::string& spiffe_id, std::vector<legal::Secondment> secondments,
                   absl::CivilDay day) {
  const testing::FixedSnapshot registry(
      {.secondments = {{kProsecutor, std::move(secondments)}},
       .units = {{"fr", "partners/france"}, {"ge", "partners/georgia"}}});
  const auto who = identity::Principal::Parse(spiffe_id);
  EXPECT_TRUE(who.ok()) << who.status();
  return PartnerOf(*who, registry, day);
}

TEST(PartnerOfTest, AContactStandsForItsOwnPartner) {
  EXPECT_EQ(Behind("spiffe://georgia.example/partner/georgia/contact/tbilisi-1", {}, kFirst),
            "partners/georgia");
}

TEST(PartnerOfTest, SomebodyOfTheAgencyStandsForThePartnerOfHisUnit) {
  EXPECT_EQ(Behind("spiffe://agency.example/agency/national-member/fr/nm-1", {}, kFirst),
            "partners/france");
  EXPECT_EQ(Behind("spiffe://agency.example/agency/desk-officer/-/desk-1", {}, kFirst), "");
}

TEST(PartnerOfTest, AProcessStandsForNobody) {
  EXPECT_EQ(Behind("spiffe://agency.example/application/case-portal", {}, kFirst), "");
  EXPECT_EQ(Behind("spiffe://agency.example/service/document-exchange", {}, kFirst), "");
}

TEST(PartnerOfTest, AProsecutorStandsForTheStateThatSecondsHimWhateverHisUnit) {
  EXPECT_EQ(Behind(kProsecutor, {By("partners/georgia", kFirst, PartialDate(kLast))}, kFirst),
            "partners/georgia");
  EXPECT_EQ(Behind(kProsecutor, {}, kFirst), "") << "nobody seconds him";
}

TEST(PartnerOfTest, WhoSecondedAProsecutorLastStaysHisState) {
  const std::vector<legal::Secondment> both = {By("partners/albania", kLast + 10, PartialDate()),
                                               By("partners/georgia", kFirst, PartialDate(kLast))};
  const auto on = [&](absl::CivilDay day) { return Behind(kProsecutor, both, day); };
  EXPECT_EQ(on(kFirst - 1), "") << "nobody had yet";
  EXPECT_EQ(on(kLast), "partners/georgia");
  EXPECT_EQ(on(kLast + 9), "partners/georgia") << "what he sent stays theirs";
  EXPECT_EQ(on(kLast + 10), "partners/albania");
}

TEST(AuthorityOfTest, AProsecutorIsOfTheAuthorityThatHisSecondmentOfTheDayNames) {
  legal::Secondment first = By("partners/georgia", kFirst, PartialDate(kLast));
  first.authority = "partners/georgia/authorities/prosecution";
  legal::Secondment second = By("partners/albania", kLast + 1, PartialDate());
  const testing::FixedSnapshot registry({.secondments = {{kProsecutor, {first, second}}}});
  const auto on = [&](const char* spiffe_id, absl::CivilDay day) {
    return AuthorityOf(*identity::Principal::Parse(spiffe_id), registry, day);
  };
  EXPECT_EQ(on(kProsecutor, kFirst - 1), "");
  EXPECT_EQ(on(kProsecutor, kLast), first.authority);
  EXPECT_EQ(on(kProsecutor, kLast + 1), "") << "the next names none";
  EXPECT_EQ(on("spiffe://agency.example/agency/national-member/fr/nm-1", kFirst), "");
}

}  // namespace
}  // namespace comity::registry_view
