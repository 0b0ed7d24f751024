#include "common/client/strategy_gaps.h"

#include <gmock/gmock.h>

#include "tests/testing/status_matchers.h"

namespace comity::client {
namespace {

using comity::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

engagement_scheduling::v1::Engagement On(const char* time, const std::string& partner) {
  engagement_scheduling::v1::Engagement engagement;
  engagement.set_name("engagements/1");
  absl::Time start;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, time, &start, &error)) << error;
  engagement.mutable_interval()->mutable_start_time()->set_seconds(absl::ToUnixSeconds(start));
  if (!partner.empty()) engagement.add_partners(partner);
  return engagement;
}

partner_registry::v1::Strategy Listing(const char* partner) {
  partner_registry::v1::Strategy strategy;
  strategy.set_name("strategies/s2024");
  strategy.set_from("2024-01-01");
  strategy.set_to("2027-12-31");
  strategy.add_partners()->set_partner(partner);
  return strategy;
}

partner_registry::v1::Partner Was(partner_registry::v1::LegalClass before, const char* until,
                                  partner_registry::v1::LegalClass since) {
  partner_registry::v1::Partner partner;
  auto& first = *partner.add_legal_classes();
  first.set_legal_class(before);
  first.set_to(until);
  auto& second = *partner.add_legal_classes();
  second.set_legal_class(since);
  second.set_from(until);
  return partner;
}

const std::map<std::string, partner_registry::v1::Partner>& Known() {
  namespace v1 = partner_registry::v1;
  static const std::map<std::string, v1::Partner> known = {
      {"partners/georgia",
       Was(v1::LEGAL_CLASS_THIRD_COUNTRY, "1990", v1::LEGAL_CLASS_THIRD_COUNTRY)},
      {"partners/ally", Was(v1::LEGAL_CLASS_THIRD_COUNTRY, "2026", v1::LEGAL_CLASS_MEMBER_STATE)}};
  return known;
}

std::vector<std::string> Partners(const engagement_scheduling::v1::Engagement& engagement,
                                  const char* listed, const SecondedOn& seconded = {}) {
  std::vector<std::string> partners;
  for (const EngagementGap& gap : GapsOf({engagement}, {Listing(listed)}, Known(), seconded)) {
    EXPECT_EQ(gap.engagement.name(), "engagements/1");
    partners.push_back(gap.partner);
  }
  return partners;
}

TEST(StrategyGapsTest, AnEngagementWithAPartnerThatIsNotListedIsAGap) {
  const auto engagement = On("2026-12-01T10:00:00Z", "partners/georgia");
  EXPECT_THAT(Partners(engagement, "partners/panama"), ElementsAre("partners/georgia"));
  EXPECT_THAT(Partners(engagement, "partners/georgia"), IsEmpty());
}

TEST(StrategyGapsTest, WhoTakesPartCountsAsWellAsWhomItIsAbout) {
  auto engagement = On("2026-12-01T10:00:00Z", "");
  engagement.add_participants("spiffe://georgia.example/partner/georgia/contact/tbilisi-1");
  engagement.add_participants("spiffe://agency.example/agency/desk-officer/-/desk-1");
  EXPECT_THAT(Partners(engagement, "partners/panama"), ElementsAre("partners/georgia"));
}

TEST(StrategyGapsTest, ALiaisonProsecutorCountsForTheStateThatSecondsHimOnThatDay) {
  const std::string prosecutor = "spiffe://agency.example/agency/liaison-prosecutor/panama/lp-1";
  auto engagement = On("2026-12-01T10:00:00Z", "");
  engagement.add_participants(prosecutor);
  const absl::CivilDay day(2026, 12, 1);
  const SecondedOn seconded = {{{prosecutor, day}, "partners/georgia"}};
  EXPECT_THAT(Partners(engagement, "partners/panama", seconded), ElementsAre("partners/georgia"));
  EXPECT_THAT(Partners(engagement, "partners/georgia", seconded), IsEmpty());
  EXPECT_THAT(Partners(engagement, "partners/none", {{{prosecutor, day + 1}, "partners/georgia"}}),
              IsEmpty())
      << "nobody seconds him on that day";
}

TEST(StrategyGapsTest, OnlyWhomEjr52MeansNeedsToBeListedAndWhoeverIsNotKnown) {
  EXPECT_THAT(Partners(On("2025-12-01T10:00:00Z", "partners/ally"), "partners/panama"),
              ElementsAre("partners/ally"));
  EXPECT_THAT(Partners(On("2027-12-01T10:00:00Z", "partners/ally"), "partners/panama"), IsEmpty());
  EXPECT_THAT(Partners(On("2027-12-01T10:00:00Z", "partners/nobody"), "partners/panama"),
              ElementsAre("partners/nobody"));
}

TEST(StrategyGapsTest, TheStrategyIsThatOfTheDayOfTheEngagement) {
  // In Brussels it is 2028 already.
  const auto gaps = GapsOf({On("2027-12-31T23:30:00Z", "partners/georgia")},
                           {Listing("partners/georgia")}, Known(), {});
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_THAT(gaps[0].sentence, HasSubstr("No strategy covers 2028-01-01"));
}

TEST(StrategyGapsTest, WithoutSchedulingItIsAPartOfTheAnswer) {
  const GapsEverywhere all{.registry = partner_registry::v1::ListStrategyGapsResponse(),
                           .engagements = absl::UnavailableError("down"),
                           .looked_at = GapsEverywhere::Partners()};
  EXPECT_THAT(all.status(), FailsWith(absl::StatusCode::kUnavailable, "PARTIAL_ANSWER"));
}

TEST(GapsEverywhereTest, WhoHasNoGapIsInAccord) {
  GapsEverywhere all;
  all.looked_at = GapsEverywhere::Partners{{"partners/ally", {}},
                                           {"partners/georgia", {}},
                                           {"partners/panama", {}},
                                           {"partners/peru", {}}};
  partner_registry::v1::ListStrategyGapsResponse gaps;
  gaps.set_strategy("strategies/s2024");
  gaps.add_gaps()->set_partner("partners/georgia");
  all.registry = gaps;
  all.engagements = std::vector<EngagementGap>{{.partner = "partners/peru"}};
  EXPECT_THAT(all.InAccord(), ElementsAre("partners/ally", "partners/panama"));
  all.looked_at = absl::UnavailableError("down");
  EXPECT_THAT(all.InAccord(), IsEmpty());
}

}  // namespace
}  // namespace comity::client
