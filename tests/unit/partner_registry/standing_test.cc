#include "services/partner-registry/domain/standing.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "common/legal/effect.h"
#include "common/time/day.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class StandingTest : public ::testing::Test {
 protected:
  Standing On(const char* partner, const char* day) const {
    return StandingOn(registry_, *registry_.FindPartner(partner), ParseDay(day).value());
  }

  static const AxisStanding& Of(const Standing& standing, Axis axis) {
    return standing.axes[static_cast<std::size_t>(axis) - 1];
  }

  const Registry registry_ = LoadedRegistry();
};

TEST_F(StandingTest, AlbaniasAgreementIsSignedOnTheEveAndAppliesOnTheDay) {
  EXPECT_EQ(Of(On("albania", "2019-10-31"), Axis::kTreaty).step, "SIGNED");
  const Standing standing = On("albania", "2019-11-01");
  const AxisStanding& treaty = Of(standing, Axis::kTreaty);
  EXPECT_EQ(treaty.step, "APPLIES");
  EXPECT_EQ(treaty.day, "2019-11-01");
  EXPECT_EQ(treaty.certainty, Certainty::kFound);
  EXPECT_THAT(treaty.evidence, HasSubstr("partners/albania/instruments/cooperation-agreement"));
}

TEST_F(StandingTest, WhatWasPublicOnADayIsAllThatCountsThen) {
  const Partner& kingdom = *registry_.FindPartner("united-kingdom");
  const absl::CivilDay day(2025, 12, 28);
  const auto decisions = [](const Standing& standing) {
    return std::count_if(standing.instruments.begin(), standing.instruments.end(),
                         [](const Instrument* instrument) {
                           return instrument->kind == InstrumentKind::kAdequacyDecisionLed;
                         });
  };
  const Standing now = StandingOn(registry_, kingdom, day);
  const Standing then = StandingOn(registry_, kingdom, day, absl::CivilDay(2025, 12, 1));
  // The extension was decided on in December.
  EXPECT_EQ(decisions(then), decisions(now) - 1);

  const Partner& armenia = *registry_.FindPartner("armenia");
  const absl::CivilDay later(2024, 9, 23);
  EXPECT_EQ(Of(StandingOn(registry_, armenia, later), Axis::kTreaty).step, "RATIFIED_BY_PARTNER");
  const Standing eve = StandingOn(registry_, armenia, later, absl::CivilDay(2024, 4, 4));
  EXPECT_EQ(Of(eve, Axis::kTreaty).step, "SIGNING_PROPOSAL");
  EXPECT_THAT(eve.instruments, SizeIs(0));
}

TEST_F(StandingTest, WhatWasPublicIsTakenAsRecordedUnlessNobodyKnows) {
  Instrument agreement =
      *registry_.FindInstrument("partners/georgia/instruments/cooperation-agreement");
  const auto shown = [&](absl::CivilDay public_on) {
    const Registry registry = After(registry_, {agreement});
    const absl::CivilDay day(2026, 11, 23);
    return StandingOn(registry, *registry.FindPartner("georgia"), day, public_on)
               .instruments.size() == 1;
  };
  ASSERT_EQ(agreement.signed_on, "2019-03-29");
  EXPECT_FALSE(shown(absl::CivilDay(2019, 3, 28)));
  EXPECT_TRUE(shown(absl::CivilDay(2019, 3, 29)));
  agreement.certainty["signed"] = Certainty::kUnconfirmed;
  EXPECT_TRUE(shown(absl::CivilDay(2019, 3, 29))) << "who looks back explores";
  agreement.certainty["signed"] = Certainty::kYear;
  EXPECT_FALSE(shown(absl::CivilDay(2019, 12, 30)));
  EXPECT_TRUE(shown(absl::CivilDay(2019, 12, 31)));
  agreement.certainty["signed"] = Certainty::kUnknown;
  EXPECT_FALSE(shown(absl::CivilDay(2026, 11, 23)));
}

TEST_F(StandingTest, AnAgreementShownInForceLaterWasNotKnownToBe) {
  const Partner& georgia = *registry_.FindPartner("georgia");
  const Instrument* agreement = nullptr;
  for (const Instrument* instrument : registry_.InstrumentsOf("georgia")) {
    if (instrument->kind == InstrumentKind::kCooperationAgreementPre2019) agreement = instrument;
  }
  ASSERT_TRUE(agreement != nullptr && agreement->in_force.empty());
  const absl::CivilDay shown = PartialDate::Parse(agreement->in_force_by)->latest();
  const auto on = [&](absl::CivilDay public_on) {
    return StandingOn(registry_, georgia, shown, public_on);
  };
  EXPECT_EQ(Of(on(shown), Axis::kTreaty).step, "IN_FORCE");
  EXPECT_EQ(Of(on(shown), Axis::kTreaty).certainty, Certainty::kUnknown) << "by then, not since";
  EXPECT_EQ(Of(on(shown), Axis::kLiaisonProsecutor).certainty, Certainty::kUnknown);
  EXPECT_EQ(Of(on(shown), Axis::kLiaisonProsecutor).step, "ENTITLED");
  EXPECT_EQ(Of(on(shown - 1), Axis::kTreaty).step, "SIGNED");
  EXPECT_EQ(Of(on(shown - 1), Axis::kLiaisonProsecutor).step, "NONE");
}

TEST_F(StandingTest, AlbaniaTodayHasAllAxesButTheArrangement) {
  const Standing standing = On("albania", "2026-11-23");

  EXPECT_EQ(standing.legal_class, LegalClass::kThirdCountry);
  EXPECT_EQ(Of(standing, Axis::kWorkingArrangement).step, "NONE");
  EXPECT_EQ(Of(standing, Axis::kContactPoint).step, "VERIFIED");
  EXPECT_EQ(Of(standing, Axis::kLiaisonProsecutor).step, "SECONDED");
  EXPECT_EQ(Of(standing, Axis::kLiaisonProsecutor).certainty, Certainty::kYear);
  EXPECT_EQ(Of(standing, Axis::kProjectMembership).step, "JOINED");
  for (const AxisStanding& axis : standing.axes) EXPECT_FALSE(axis.next_step.empty());
}

TEST_F(StandingTest, ArmeniaWalksFromMandateToRatificationAndGetsItsArrangementLater) {
  EXPECT_EQ(Of(On("armenia", "2021-02-28"), Axis::kTreaty).step, "NONE");
  EXPECT_EQ(Of(On("armenia", "2021-03-01"), Axis::kTreaty).step, "COUNCIL_MANDATE");
  EXPECT_EQ(Of(On("armenia", "2023-01-01"), Axis::kTreaty).step, "NEGOTIATIONS_FINALISED");
  EXPECT_EQ(Of(On("armenia", "2023-12-01"), Axis::kTreaty).step, "SIGNING_PROPOSAL");
  EXPECT_EQ(Of(On("armenia", "2024-04-05"), Axis::kTreaty).step, "SIGNED");
  const Standing before = On("armenia", "2024-09-22");
  EXPECT_EQ(Of(before, Axis::kTreaty).step, "RATIFIED_BY_PARTNER");
  EXPECT_EQ(Of(before, Axis::kWorkingArrangement).step, "NONE");
  EXPECT_EQ(Of(On("armenia", "2024-09-23"), Axis::kWorkingArrangement).step, "IN_EFFECT");
  const Standing today = On("armenia", "2026-11-23");
  EXPECT_THAT(Of(today, Axis::kTreaty).next_step, HasSubstr("European Parliament"));
  EXPECT_THAT(Of(today, Axis::kTreaty).history, SizeIs(5));
  EXPECT_EQ(Of(today, Axis::kTreaty).history.front().step, "COUNCIL_MANDATE");
  EXPECT_EQ(Of(today, Axis::kLiaisonProsecutor).certainty, Certainty::kUnconfirmed);
}

TEST_F(StandingTest, CroatiasAgreementEndsWithAccession) {
  EXPECT_EQ(On("croatia", "2013-06-30").legal_class, LegalClass::kThirdCountry);
  EXPECT_EQ(Of(On("croatia", "2013-06-30"), Axis::kTreaty).step, "IN_FORCE");
  EXPECT_EQ(On("croatia", "2013-07-01").legal_class, LegalClass::kMemberState);
  EXPECT_EQ(Of(On("croatia", "2013-07-01"), Axis::kTreaty).step, "ENDED");
}

TEST_F(StandingTest, GeorgiasAgreementIsInForceByTheDayASourceShowsIt) {
  EXPECT_EQ(Of(On("georgia", "2020-11-18"), Axis::kTreaty).step, "SIGNED");
  EXPECT_EQ(Of(On("georgia", "2020-11-19"), Axis::kTreaty).step, "IN_FORCE");
}

TEST_F(StandingTest, PanamaHasAnArrangementAndNoAgreement) {
  const Standing standing = On("panama", "2026-11-23");

  EXPECT_EQ(Of(standing, Axis::kTreaty).step, "NONE");
  EXPECT_EQ(Of(standing, Axis::kWorkingArrangement).step, "IN_EFFECT");
  EXPECT_THAT(Of(standing, Axis::kWorkingArrangement).next_step, HasSubstr("never as a basis"));
}

// The public list and the posting of a liaison magistrate go by common/legal.
TEST_F(StandingTest, AnArrangementIsInEffectWhenTheTransferCheckSaysSo) {
  const Instrument known =
      *registry_.FindInstrument("partners/panama/instruments/working-arrangement");
  const std::string kUnknownDay = "?";
  const std::vector<std::string> stated = {"", kUnknownDay, "2024-06-01", "2024-09-01"};
  for (const std::string& in_force : stated) {
    for (const std::string& applied : stated) {
      Instrument changed = known;
      const auto say = [&](const char* field, const std::string& what, std::string& day) {
        if (what.empty()) return;
        if (what != kUnknownDay) day = what;
        changed.certainty[field] = what == kUnknownDay ? Certainty::kUnknown : Certainty::kFound;
      };
      say("in_force", in_force, changed.in_force);
      say("applied_from", applied, changed.applied_from);
      const Registry registry = After(registry_, {changed});
      const legal::Dossier& dossier = *registry.facts().Find("partners/panama");
      ASSERT_EQ(dossier.instruments.size(), 1U);
      for (const char* const day : {"2024-01-11", "2024-01-12", "2024-06-01", "2024-09-01"}) {
        const absl::CivilDay asked = ParseDay(day).value();
        const auto holds = legal::EffectOf(dossier.instruments[0], dossier, {.day = asked}).holds;
        const Standing standing = StandingOn(registry, *registry.FindPartner("panama"), asked);
        EXPECT_EQ(Of(standing, Axis::kWorkingArrangement).step == "IN_EFFECT",
                  holds == legal::Tri::kYes)
            << day << ", in force " << in_force << ", applied " << applied;
      }
    }
  }
}

TEST_F(StandingTest, LiechtensteinIsEntitledAndHasNoLiaisonProsecutor) {
  EXPECT_EQ(Of(On("liechtenstein", "2026-11-23"), Axis::kLiaisonProsecutor).step, "ENTITLED");
}

TEST_F(StandingTest, AnUndatedStepDoesNotReachIntoThePast) {
  EXPECT_EQ(Of(On("georgia", "2010-01-01"), Axis::kLiaisonProsecutor).step, "NONE");
  EXPECT_THAT(Of(On("georgia", "2010-01-01"), Axis::kLiaisonProsecutor).history, SizeIs(2));
  EXPECT_EQ(Of(On("georgia", "2026-11-23"), Axis::kLiaisonProsecutor).step, "SECONDED");
}

TEST_F(StandingTest, AnExitThatWasAnnouncedShowsWithItsProject) {
  const Standing standing = On("united-states", "2026-11-23");

  EXPECT_EQ(Of(standing, Axis::kProjectMembership).step, "EXIT_ANNOUNCED");
  EXPECT_THAT(Of(standing, Axis::kProjectMembership).evidence, HasSubstr("partners/icpa"));
}

TEST_F(StandingTest, TheClassOfADayOnTheEdgeOfAnUncertainPeriodIsUnknown) {
  Partner partner = *registry_.FindPartner("georgia");
  partner.legal_classes = {{.legal_class = LegalClass::kThirdCountry, .from = "2017"}};

  EXPECT_EQ(ClassAsRecorded(partner, absl::CivilDay(2017, 6, 1)), LegalClass::kUnspecified);
  EXPECT_EQ(ClassAsRecorded(partner, absl::CivilDay(2017, 12, 31)), LegalClass::kThirdCountry);
}

}  // namespace
}  // namespace comity::partner_registry
