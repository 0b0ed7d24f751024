#include "common/legal/effect.h"

#include <ctime>

#include "absl/strings/str_cat.h"
#include "tests/unit/legal/real_facts.h"
#include "tests/unit/legal/verdict_matchers.h"

namespace comity::legal {
namespace {

using ::testing::ElementsAre;

Instrument Agreement(absl::string_view in_force) {
  Instrument instrument;
  instrument.name = "partners/x/instruments/y";
  instrument.kind = InstrumentKind::kCooperationAgreementPre2019;
  instrument.signed_on = Date("2010-01-01");
  instrument.in_force = Date(in_force);
  SetCertainty(instrument, "all", Certainty::kFound);
  return instrument;
}

Effect On(const Instrument& instrument, absl::string_view day, bool explore = false) {
  const Dossier dossier{.instruments = {instrument}};
  return EffectOf(instrument, dossier, {.day = Day(day), .explore = explore});
}

TEST(EffectTest, AMonthIsAnIntervalOfUncertainty) {
  const Instrument instrument = Agreement("2016-10");

  EXPECT_EQ(On(instrument, "2016-09-30").holds, Tri::kNo);
  EXPECT_EQ(On(instrument, "2016-10-15").holds, Tri::kUnknown);
  EXPECT_EQ(On(instrument, "2016-10-31").holds, Tri::kYes);
}

// Of each of many versions, none of which anybody confirmed, all later ones are asked.
TEST(EffectTest, LongChainsOfVersionsAreNotGoneThroughForEveryLink) {
  constexpr int kLinks = 1'000;
  Dossier dossier;
  for (int i = 0; i < kLinks; ++i) {
    Instrument link = Agreement("2010-06-01");
    link.name = absl::StrCat("partners/x/instruments/", 10'000 + i);
    if (i > 0) link.supersedes = absl::StrCat("partners/x/instruments/", 10'000 + i - 1);
    link.SetCertainty(Field::kSigned, Certainty::kUnconfirmed);
    link.SetCertainty(Field::kPublicSince, Certainty::kUnconfirmed);
    dossier.instruments.push_back(std::move(link));
  }
  dossier.versions = true;
  const Lens lens{.day = Day("2026-01-01"), .public_on = Day("2026-01-01")};
  const std::clock_t start = std::clock();

  for (const Instrument& link : dossier.instruments) {
    EXPECT_EQ(EffectOf(link, dossier, lens).holds, Tri::kUnknown);
  }

  EXPECT_LT(std::clock() - start, 10 * CLOCKS_PER_SEC);
  Instrument& last = dossier.instruments.back();
  last.SetCertainty(Field::kSigned, Certainty::kFound);
  last.SetCertainty(Field::kPublicSince, Certainty::kFound);
  EXPECT_EQ(EffectOf(dossier.instruments.front(), dossier, lens).holds, Tri::kNo);
  dossier.instruments.front().supersedes = last.name;
  EXPECT_EQ(EffectOf(last, dossier, lens).holds, Tri::kNo) << "a circle replaces itself";
}

TEST(EffectTest, AFullDateOfWhichOnlyTheYearIsSureIsThatYear) {
  Instrument instrument = Agreement("2016-10-03");
  instrument.SetCertainty(Field::kInForce, Certainty::kYear);

  EXPECT_EQ(On(instrument, "2016-12-30").holds, Tri::kUnknown);
  EXPECT_EQ(On(instrument, "2017-01-01").holds, Tri::kYes);
}

TEST(EffectTest, AnUnconfirmedFieldDecidesOnlyWhenExploring) {
  Instrument instrument = Agreement("2016-10-03");
  instrument.SetCertainty(Field::kInForce, Certainty::kUnconfirmed);

  const Effect operate = On(instrument, "2020-01-01");
  EXPECT_EQ(operate.holds, Tri::kUnknown);
  EXPECT_THAT(operate.unsure, ElementsAre(Field::kInForce));
  const Effect explore = On(instrument, "2020-01-01", true);
  EXPECT_EQ(explore.holds, Tri::kYes);
  EXPECT_THAT(explore.unconfirmed, ElementsAre(Field::kInForce));
}

TEST(EffectTest, ACooperationAgreementWasSurelyConcludedBefore12December2019) {
  Instrument instrument = Agreement("2024-06-01");
  EXPECT_EQ(On(instrument, "2026-01-01").holds, Tri::kYes);
  for (const char* const open : {"", "2019", "2019-12"}) {
    instrument.signed_on = Date(open);
    EXPECT_EQ(On(instrument, "2026-01-01").holds, Tri::kUnknown) << open;
    EXPECT_THAT(On(instrument, "2026-01-01").unsure, ElementsAre(Field::kSigned)) << open;
    EXPECT_EQ(On(instrument, "2024-01-01").holds, Tri::kNo) << "not in force, whenever concluded";
  }
  instrument.signed_on = Date("2019-12-11");
  EXPECT_EQ(On(instrument, "2026-01-01").holds, Tri::kYes);
  instrument.SetCertainty(Field::kSigned, Certainty::kUnconfirmed);
  EXPECT_THAT(On(instrument, "2026-01-01").unsure, ElementsAre(Field::kSigned));
  EXPECT_THAT(On(instrument, "2026-01-01", true).unconfirmed, ElementsAre(Field::kSigned));
  instrument.signed_on = Date("2019-12-12");
  instrument.SetCertainty(Field::kSigned, Certainty::kFound);
  EXPECT_EQ(On(instrument, "2026-01-01").holds, Tri::kNo);
}

TEST(EffectTest, AStatedDayOfApplicationIsNotReplacedByAnotherField) {
  Instrument instrument = Agreement("2026-01-01");
  instrument.kind = InstrumentKind::kAdequacyDecisionLed;
  instrument.signed_on = PartialDate();
  instrument.applied_from = Date("2026-07-01");
  EXPECT_EQ(On(instrument, "2026-03-01").holds, Tri::kNo);

  for (const Certainty open : {Certainty::kUnconfirmed, Certainty::kUnknown}) {
    instrument.SetCertainty(Field::kAppliedFrom, open);
    EXPECT_THAT(On(instrument, "2026-03-01").unsure, ElementsAre(Field::kAppliedFrom));
  }
  instrument.applied_from = PartialDate();
  EXPECT_THAT(On(instrument, "2026-03-01").unsure, ElementsAre(Field::kAppliedFrom))
      << "it is known that there is a day which nobody knows";
  instrument.SetCertainty(Field::kAppliedFrom, Certainty::kUnspecified);
  EXPECT_EQ(On(instrument, "2026-03-01").holds, Tri::kYes) << "in force, and no day is stated";
}

TEST(EffectTest, AnArrangementThatSaysFromWhenDoesNotStandFromItsSignature) {
  Instrument instrument = Agreement("2026-07-01");
  instrument.kind = InstrumentKind::kWorkingArrangement;
  EXPECT_EQ(On(instrument, "2026-03-01").holds, Tri::kNo);

  instrument.SetCertainty(Field::kInForce, Certainty::kUnconfirmed);
  EXPECT_THAT(On(instrument, "2026-03-01").unsure, ElementsAre(Field::kInForce));
}

TEST(EffectTest, ASourceSettlesNothingThatIsStatedAndWaitsForASecondPerson) {
  Instrument instrument = Agreement("2026-07-01");
  instrument.in_force_by = Date("2026-01-01");
  for (const Certainty waits :
       {Certainty::kUnconfirmed, Certainty::kUnspecified, Certainty::kUnknown}) {
    instrument.SetCertainty(Field::kInForce, waits);
    for (const char* const day : {"2026-07-01", "2025-07-01"}) {
      instrument.in_force = Date(day);
      EXPECT_THAT(On(instrument, "2026-03-01").unsure, ElementsAre(Field::kInForce)) << day;
    }
  }
  instrument.in_force = PartialDate();
  EXPECT_EQ(On(instrument, "2026-03-01").holds, Tri::kYes) << "nobody stated a day";

  instrument.in_force = Date("2026");
  instrument.SetCertainty(Field::kInForce, Certainty::kFound);
  EXPECT_EQ(On(instrument, "2026-03-01").holds, Tri::kYes) << "it is more exact than the year";
  EXPECT_THAT(On(instrument, "2025-12-31").holds, Tri::kNo);
}

TEST(EffectTest, AnAgreementUnderArticle218MustApply) {
  Instrument instrument = Agreement("2016-10-03");
  instrument.kind = InstrumentKind::kInternationalAgreement;
  EXPECT_THAT(On(instrument, "2020-01-01").unsure, ElementsAre(Field::kAppliedFrom));

  instrument.applied_from = Date("2018-01-01");
  EXPECT_EQ(On(instrument, "2017-12-31").holds, Tri::kNo);
  EXPECT_EQ(On(instrument, "2018-01-01").holds, Tri::kYes);
}

TEST(EffectTest, TheLastDayStillCountsAndNoticeIsNotTheEnd) {
  Instrument instrument = Agreement("2016-10-03");
  instrument.notified_end = Date("2020-01-01");
  instrument.ended = Date("2020-12-31");
  EXPECT_EQ(On(instrument, "2020-06-01").holds, Tri::kYes);
  EXPECT_EQ(On(instrument, "2020-12-31").holds, Tri::kYes);
  EXPECT_EQ(On(instrument, "2021-01-01").holds, Tri::kNo);

  instrument.ended = PartialDate();
  instrument.SetCertainty(Field::kEnded, Certainty::kUnspecified);
  EXPECT_EQ(On(instrument, "2019-12-31").holds, Tri::kYes);
  EXPECT_THAT(On(instrument, "2020-06-01").unsure, ElementsAre(Field::kEnded));
}

TEST(EffectTest, WhetherNoticeWasGivenIsOpenWhileNobodyKnowsThat) {
  Instrument instrument = Agreement("2016-10-03");
  instrument.SetCertainty(Field::kNotifiedEnd, Certainty::kUnknown);
  EXPECT_THAT(On(instrument, "2020-06-01").unsure, ElementsAre(Field::kNotifiedEnd));
  instrument.notified_end = Date("2020-01-01");
  instrument.SetCertainty(Field::kNotifiedEnd, Certainty::kUnconfirmed);
  EXPECT_THAT(On(instrument, "2020-06-01").unsure, ElementsAre(Field::kNotifiedEnd));
  instrument.notified_end = Date("2020-06");
  instrument.SetCertainty(Field::kNotifiedEnd, Certainty::kFound);
  EXPECT_THAT(On(instrument, "2020-06-15").unsure, ElementsAre(Field::kNotifiedEnd));
  EXPECT_THAT(On(instrument, "2020-07-01").unsure, ElementsAre(Field::kEnded));
}

TEST(EffectTest, SuspensionOfTheWholeEndsTheEffectAndOfAPartLeavesItOpen) {
  Instrument instrument = Agreement("2016-10-03");
  instrument.parts_suspended = "*";
  instrument.suspended_from = Date("2022-03-16");
  EXPECT_EQ(On(instrument, "2022-03-15").holds, Tri::kYes);
  EXPECT_EQ(On(instrument, "2022-03-16").holds, Tri::kNo);

  instrument.parts_suspended = "Article 7";
  EXPECT_THAT(On(instrument, "2022-03-16").unsure, ElementsAre(Field::kPartsSuspended));
}

TEST(EffectTest, AVersionThatIsNotPublicYetDoesNotGovern) {
  Instrument first = Agreement("2021-06-28");
  first.kind = InstrumentKind::kAdequacyDecisionLed;
  first.ended = Date("2025-06-27");
  first.public_since = Date("2021-06-28");
  Instrument second = first;
  second.name = "partners/x/instruments/z";
  second.supersedes = first.name;
  second.ended = Date("2023-01-01");
  second.public_since = Date("2022-12-01");
  const Dossier dossier{.instruments = {first, second}};
  Lens lens{.day = Day("2024-01-01"), .explore = true};

  EXPECT_EQ(EffectOf(first, dossier, lens).holds, Tri::kNo) << "shortened by the later version";
  lens.public_on = Day("2022-11-30");
  EXPECT_EQ(EffectOf(first, dossier, lens).holds, Tri::kYes);
  EXPECT_EQ(EffectOf(second, dossier, lens).holds, Tri::kNo);
}

// One person's entry without a day took the basis from everybody at once, and not even he could
// take it back.
TEST(EffectTest, AVersionThatNobodySurelyGaveADayReplacesOnlyPerhaps) {
  const Instrument first = Agreement("2016-10-03");
  Instrument second{.name = "partners/x/instruments/z",
                    .kind = InstrumentKind::kOtherAgreement,
                    .supersedes = first.name};
  const auto effect = [&](bool explore = false) {
    const Dossier dossier{.instruments = {first, second}};
    return EffectOf(first, dossier, {.day = Day("2026-01-01"), .explore = explore}).holds;
  };
  const auto open = [&] {
    const Dossier dossier{.instruments = {first, second}};
    return WhatIsOpen(EffectOf(first, dossier, {.day = Day("2026-01-01")}));
  };
  EXPECT_EQ(effect(), Tri::kUnknown);
  EXPECT_EQ(effect(true), Tri::kUnknown) << "nor for who explores";
  EXPECT_THAT(open(), ElementsAre("partners/x/instruments/z.in_force"));

  second.signed_on = Date("2025-01-01");
  second.SetCertainty(Field::kSigned, Certainty::kUnconfirmed);
  EXPECT_EQ(effect(), Tri::kUnknown);
  EXPECT_EQ(effect(true), Tri::kNo);
  EXPECT_THAT(open(), ElementsAre("partners/x/instruments/z.signed"));
  second.SetCertainty(Field::kSigned, Certainty::kYear);
  EXPECT_EQ(effect(), Tri::kNo);
  EXPECT_THAT(open(), ElementsAre());
}

TEST(EffectTest, AVersionThatReplacedOnePerhapsIsItselfReplacedForSure) {
  const Instrument first = Agreement("2016-10-03");
  const Instrument second{.name = "partners/x/instruments/y", .supersedes = first.name};
  Instrument third = first;
  third.name = "partners/x/instruments/z";
  third.supersedes = second.name;
  const Dossier dossier{.instruments = {first, second, third}};
  const Lens lens{.day = Day("2026-01-01")};

  EXPECT_EQ(EffectOf(first, dossier, lens).holds, Tri::kNo);
  EXPECT_EQ(EffectOf(third, dossier, lens).holds, Tri::kYes);
}

// Only whether it holds is compared: what has surely ended rests on its end alone, so its other
// fields are not read, nor listed as unconfirmed.
TEST(EffectTest, WhatTheBuilderKnowsOfAnEndDoesNotChangeWhetherItHolds) {
  for (const Certainty certainty : {Certainty::kFound, Certainty::kMonth, Certainty::kYear,
                                    Certainty::kUnconfirmed, Certainty::kUnknown}) {
    Instrument instrument = Agreement("2011-01-01");
    instrument.ended = Date("2020-03-10");
    instrument.SetCertainty(Field::kEnded, certainty);
    FactsBuilder builder;
    builder.Put(instrument);
    const Facts facts = builder.Build({"store", 1});
    const Dossier& dossier = *facts.Find("partners/x");

    for (const char* day : {"2020-03-10", "2020-03-11", "2020-04-01", "2020-12-31", "2021-01-01"}) {
      for (const bool explore : {false, true}) {
        EXPECT_EQ(
            EffectOf(dossier.instruments[0], dossier, {.day = Day(day), .explore = explore}).holds,
            On(instrument, day, explore).holds)
            << day << " explore " << explore << " certainty " << static_cast<int>(certainty);
      }
    }
  }
}

TEST(EffectTest, AnEndThatMayNotBeUsedIsNone) {
  Instrument instrument = Agreement("2011-01-01");
  instrument.ended = Date("2020-03-10");
  EXPECT_FALSE(EndedBy(instrument, {.day = Day("2020-03-10")}));
  EXPECT_TRUE(EndedBy(instrument, {.day = Day("2020-03-11")}));

  instrument.SetCertainty(Field::kEnded, Certainty::kUnconfirmed);
  EXPECT_FALSE(EndedBy(instrument, {.day = Day("2020-03-11")}));
  EXPECT_TRUE(EndedBy(instrument, {.day = Day("2020-03-11"), .explore = true}));
}

TEST(EffectTest, TwoClassesOnOneDayAreNone) {
  Partner partner;
  partner.classes = {{.legal_class = LegalClass::kThirdCountry, .certainty = Certainty::kFound},
                     {.legal_class = LegalClass::kMemberState, .certainty = Certainty::kFound}};

  EXPECT_EQ(ClassOf(partner, {.day = Day("2020-01-01")}).known, Tri::kUnknown);
}

}  // namespace
}  // namespace comity::legal
