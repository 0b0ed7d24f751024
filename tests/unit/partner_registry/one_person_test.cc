// What an attacker with one identity tried: no edit of his gives an effect, nor confirms his own
// word.
#include <gmock/gmock.h>

#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/partner_mutations.h"
#include "tests/unit/partner_registry/two_persons.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;

constexpr char kName[] = "partners/brazil/instruments/text";

class OnePersonTest : public TwoPersonsTest {
 protected:
  // As the initial load may have it.
  void Load(Instrument instrument) {
    instrument.partner = "brazil";
    instrument.id = "text";
    instrument.title = "A text";
    instrument.reference = "OJ L 1";
    RecordBy(kFirst, nullptr, instrument);
    registry_ = After(registry_, {instrument});
  }

  const Instrument& Text() const { return *registry_.FindInstrument(kName); }

  absl::StatusOr<Plan> Confirm(absl::string_view field, const char* who = kSecond) const {
    return ConfirmOf(kName, field, who);
  }

  legal::Tri Effect() const { return EffectOf(kName); }
};

Instrument Decision() {
  Instrument made;
  made.kind = InstrumentKind::kAdequacyDecisionLed;
  made.in_force = "2020-01-01";
  made.certainty["in_force"] = Certainty::kFound;
  return made;
}

TEST_F(OnePersonTest, AnEndIsNotLiftedBehindAFarNotice) {
  Instrument ended = Decision();
  ended.ended = "2026-06-30";
  ended.certainty["ended"] = Certainty::kFound;
  Load(ended);
  Instrument changed = Text();
  changed.ended.clear();
  changed.certainty.erase("ended");
  changed.notified_end = "2999-01-01";
  changed.certainty["notified_end"] = Certainty::kFound;
  EXPECT_THAT(Update(changed), kNeeded);

  // Nor by the day on which notice is given, of which notice leaves nothing sure.
  ended.ended.clear();
  ended.certainty.erase("ended");
  ended.notified_end = "2026-11-28";
  ended.certainty["notified_end"] = Certainty::kFound;
  Load(ended);
  EXPECT_EQ(Effect(), legal::Tri::kUnknown);
  changed = Text();
  changed.ended = "2026-11-28";
  changed.certainty["ended"] = Certainty::kFound;
  EXPECT_THAT(Update(changed), kNeeded);
  changed.certainty["ended"] = Certainty::kUnconfirmed;
  Do(Update(changed));
  EXPECT_THAT(Confirm("ended", kFirst), kNotYou);
  Do(Confirm("ended"));
  EXPECT_EQ(Effect(), legal::Tri::kYes);
}

TEST_F(OnePersonTest, ASuspensionOfWhichNobodyKnowsIsNotMadeAFarOne) {
  Instrument suspended = Decision();
  suspended.certainty["parts_suspended"] = Certainty::kUnknown;
  Load(suspended);
  Instrument changed = Text();
  changed.parts_suspended = "*";
  changed.suspended_from = "2999-01-01";
  changed.certainty["parts_suspended"] = Certainty::kFound;
  changed.certainty["suspended_from"] = Certainty::kFound;
  EXPECT_THAT(Update(changed), kNeeded);
}

TEST_F(OnePersonTest, ADayOfApplicationThatIsAheadIsNotLeftOut) {
  Instrument ahead = Decision();
  ahead.applied_from = "2030-01-01";
  ahead.certainty["applied_from"] = Certainty::kFound;
  Load(ahead);
  EXPECT_EQ(Effect(), legal::Tri::kNo);
  Instrument changed = Text();
  changed.applied_from.clear();
  changed.certainty.erase("applied_from");
  EXPECT_THAT(Update(changed), kNeeded);
  EXPECT_THAT(ImportOf(changed), kNeededOfRow);
  EXPECT_THAT(std::string(Update(changed).status().message()),
              HasSubstr("`--set certainty.applied_from=unconfirmed`"));
  changed.certainty["applied_from"] = Certainty::kUnconfirmed;
  Do(Update(changed));
  EXPECT_EQ(Effect(), legal::Tri::kUnknown);
  EXPECT_THAT(Confirm("applied_from", kFirst), kNotYou);
  Do(Confirm("applied_from"));
  EXPECT_EQ(Effect(), legal::Tri::kYes);
}

TEST_F(OnePersonTest, ADayOfApplicationOfWhichNobodyKnowsIsSaidToBeNoneByTwo) {
  Instrument unsure = Decision();
  unsure.certainty["applied_from"] = Certainty::kUnknown;
  Load(unsure);
  Instrument changed = Text();
  changed.certainty.erase("applied_from");
  EXPECT_THAT(Update(changed), kNeeded);
  EXPECT_THAT(Confirm("applied_from"), kNothing) << "nobody said so";
  changed.certainty["applied_from"] = Certainty::kUnconfirmed;
  Do(Update(changed));
  EXPECT_EQ(Effect(), legal::Tri::kUnknown);
  EXPECT_THAT(Confirm("applied_from", kFirst), kNotYou);
  Do(Confirm("applied_from"));
  EXPECT_EQ(Effect(), legal::Tri::kYes);
}

TEST_F(OnePersonTest, ADayThatWaitsIsNotLeftOutBesideASourceThatShowsItInForce) {
  Instrument waits;
  waits.kind = InstrumentKind::kCooperationAgreementPre2019;
  waits.signed_on = "2018-01-01";
  waits.in_force = "2019-01-01";
  waits.in_force_by = "2019-06-01";
  waits.certainty = {{"signed", Certainty::kFound},
                     {"in_force", Certainty::kUnconfirmed},
                     {"in_force_by", Certainty::kFound}};
  Load(waits);
  EXPECT_EQ(Effect(), legal::Tri::kUnknown);
  Instrument changed = Text();
  changed.in_force.clear();
  for (const Certainty certainty : {Certainty::kUnknown, Certainty::kUnspecified}) {
    changed.certainty["in_force"] = certainty;
    EXPECT_THAT(Update(changed), kNeeded);
    EXPECT_THAT(Update(changed, kSecond), kNeeded) << "whoever it is";
  }
  changed.certainty["in_force"] = Certainty::kUnknown;
  changed.certainty["in_force_by"] = Certainty::kUnconfirmed;
  Do(Update(changed));
  EXPECT_EQ(Effect(), legal::Tri::kUnknown);
  Do(Confirm("in_force_by"));
  EXPECT_EQ(Effect(), legal::Tri::kYes);
}

TEST_F(OnePersonTest, AValueStaysTheWordOfWhoStatedItThoughSomebodyDoubtsIt) {
  Instrument unsure = Decision();
  unsure.certainty["in_force"] = Certainty::kUnconfirmed;
  Load(unsure);
  Instrument doubted = Text();
  doubted.certainty["in_force"] = Certainty::kUnknown;
  Do(Update(doubted, kSecond));
  EXPECT_THAT(Confirm("in_force", kFirst), kNotYou);
  EXPECT_THAT(Confirm("in_force", kSecond), kNotYou) << "nor is who doubts it the second person";
  Do(Confirm("in_force", kThird));
  EXPECT_EQ(Effect(), legal::Tri::kYes);
}

TEST_F(OnePersonTest, ThatNothingEndsItIsSaidByOneAndConfirmedByAnother) {
  for (const char* field : {"ended", "notified_end", "suspended_from", "parts_suspended"}) {
    Instrument unsure = Decision();
    unsure.certainty[field] = Certainty::kUnknown;
    Load(unsure);
    EXPECT_EQ(Effect(), legal::Tri::kUnknown) << field;
    EXPECT_THAT(Confirm(field), kNothing) << "nobody said that there is none";
    Instrument none = Text();
    none.certainty[field] = Certainty::kUnconfirmed;
    Do(Update(none));
    EXPECT_EQ(Effect(), legal::Tri::kUnknown) << field;
    // A doubt in between makes it nobody's word.
    none.certainty[field] = Certainty::kUnknown;
    Do(Update(none, kSecond));
    EXPECT_THAT(Confirm(field, kFirst), kNothing);
    none.certainty[field] = Certainty::kUnconfirmed;
    Do(Update(none, kSecond));
    for (const char* who : {kFirst, kSecond}) {
      EXPECT_THAT(Confirm(field, who), kNotYou) << field << ": both said so";
    }
    Do(Confirm(field, kThird));
    EXPECT_EQ(Effect(), legal::Tri::kYes) << field;
  }
}

TEST_F(OnePersonTest, AWorkingArrangementIsForTwoAsWell) {
  Instrument made;
  made.partner = "brazil";
  made.id = "text";
  made.title = "A text";
  made.kind = InstrumentKind::kWorkingArrangement;
  made.signed_on = "2024-01-01";
  made.reference = "nothing at all";
  made.certainty["signed"] = Certainty::kFound;
  EXPECT_THAT(PlanCreateInstrument(registry_, kFirst, made), kNeeded);
  made.certainty["signed"] = Certainty::kUnconfirmed;
  EXPECT_THAT(PlanCreateInstrument(registry_, kFirst, made), IsOk());
}

TEST_F(OnePersonTest, AClassIsNotMadeSureByTheEndOfTheOneBefore) {
  Partner partner = *registry_.FindPartner("brazil");
  partner.legal_classes = {
      {.legal_class = LegalClass::kThirdCountry, .to = "2026-05-31", .certainty = Certainty::kYear},
      {.legal_class = LegalClass::kMemberState,
       .from = "2026-06-01",
       .certainty = Certainty::kFound}};
  registry_ = After(registry_, {partner});  // Older than the rule on whole years.
  for (const char* end : {"2025-12-31", "2026-05-31"}) {
    Partner changed = *registry_.FindPartner("brazil");
    changed.legal_classes[0].to = end;
    changed.legal_classes[0].certainty = Certainty::kFound;
    EXPECT_THAT(PlanUpdatePartner(registry_, kFirst, changed, "", kNow), kNeeded) << end;
  }
  Partner changed = *registry_.FindPartner("brazil");
  changed.legal_classes[0].to = "2026-04-30";
  EXPECT_THAT(PlanUpdatePartner(registry_, kFirst, changed, "", kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "PARTNER_INVALID"))
      << "a year of which nobody knows the day overlaps";
}

TEST_F(OnePersonTest, AClassStaysTheWordOfWhoClaimedItWhereverItsDaysAreMoved) {
  Partner partner = *registry_.FindPartner("brazil");
  partner.legal_classes = {{.legal_class = LegalClass::kMemberState,
                            .from = "2026-06-01",
                            .certainty = Certainty::kUnconfirmed}};
  RecordBy(kFirst, nullptr, partner);
  registry_ = After(registry_, {partner});
  Partner doubted = *registry_.FindPartner("brazil");
  doubted.legal_classes[0].from = "2026-05-01";
  doubted.legal_classes[0].certainty = Certainty::kUnknown;
  Do(PlanUpdatePartner(registry_, kSecond, doubted, "", kNow));
  for (const char* who : {kFirst, kSecond}) {
    EXPECT_THAT(PlanConfirmLegalClass(registry_, who, "brazil", "2026-05-01", "OJ",
                                      EtagOf(registry_.FindPartner("brazil")->recorded), kNow),
                kNotYou);
  }
}

TEST_F(OnePersonTest, WhatWasConfirmedIsComparedMemberByMember) {
  Authority authority;
  authority.partner = "brazil";
  authority.id = "joined";
  authority.display_name = "X; competent in criminal matters: yes; territory: ";
  authority.territory = "north";
  authority.sectors = {"police, customs"};
  authority.certainty = Certainty::kUnconfirmed;
  Do(PlanCreateAuthority(registry_, kFirst, authority, kNow));
  const std::string name = NameOf(authority);
  Do(PlanConfirmAuthority(registry_, kSecond, name, "OJ",
                          EtagOf(registry_.FindAuthority(name)->recorded), kNow));
  ASSERT_TRUE(registry_.FindAuthority(name)->confirmation.has_value());
  Authority split = *registry_.FindAuthority(name);
  split.sectors = {"police", "customs"};
  Do(PlanUpdateAuthority(registry_, kFirst, split, "", kNow));
  EXPECT_FALSE(registry_.FindAuthority(name)->confirmation.has_value());
}

TEST_F(OnePersonTest, WhoEntersAnInstrumentConfirmsNothingThatOthersStateOfIt) {
  for (const bool by_import : {false, true}) {
    Instrument bare;
    bare.partner = "brazil";
    bare.id = by_import ? "imported" : "created";
    bare.kind = InstrumentKind::kAdequacyDecisionLed;
    bare.title = "A text";
    bare.reference = "OJ L 1";
    const std::string name = NameOf(bare);
    if (by_import) {
      const auto plan = PlanImport(registry_, {{.fact = bare}}, kFirst, kNow);
      ASSERT_THAT(plan, IsOk());
      Do(Plan{.facts = plan->facts});
    } else {
      Do(PlanCreateInstrument(registry_, kFirst, bare));
    }
    Instrument dated = *registry_.FindInstrument(name);
    dated.in_force = "2020-01-01";
    dated.certainty["in_force"] = Certainty::kUnconfirmed;
    Do(Update(dated, kSecond));
    const auto confirm = [&](const char* who) { return ConfirmOf(name, "in_force", who); };
    for (const char* who : {kFirst, kFirstElsewhere}) {
      EXPECT_THAT(confirm(who), kNotYou) << "its kind and what it covers are his word";
      EXPECT_THAT(std::string(confirm(who).status().message()),
                  HasSubstr("you entered the instrument, or changed what it decides: ask somebody "
                            "else, such as a desk officer who did neither"));
    }
    EXPECT_THAT(confirm(kSecond), kNotYou) << "the day is his";
    Do(confirm(kThird));
  }
}

TEST_F(OnePersonTest, WhatTheInitialLoadBringsIsNotOnePersonsWord) {
  Instrument bare = Decision();
  bare.partner = "brazil";
  bare.id = "text";
  bare.title = "A text";
  bare.in_force.clear();
  const auto load = PlanImport(
      Registry(std::string(32, 'a')),
      {{.fact = Partner{.id = "brazil", .kind = PartnerKind::kState, .display_name = "Brazil"}},
       {.fact = bare}},
      kFirst, kNow);
  ASSERT_THAT(load, IsOk());
  registry_ = After(Registry(std::string(32, 'a')), load->facts);
  Instrument dated = Text();
  dated.in_force = "2020-01-01";
  dated.certainty["in_force"] = Certainty::kUnconfirmed;
  Do(Update(dated, kSecond));
  EXPECT_THAT(Confirm("in_force", kSecond), kNotYou);
  EXPECT_THAT(Confirm("in_force", kFirst), IsOk()) << "who set it up says nothing of its days";
}

TEST_F(OnePersonTest, NobodyMakesAnInstrumentPublicAlone) {
  for (const InstrumentKind kind :
       {InstrumentKind::kBindingInstrument, InstrumentKind::kMemorandumOfUnderstanding}) {
    Instrument made;
    made.partner = "brazil";
    made.id = kind == InstrumentKind::kBindingInstrument ? "secret" : "memorandum";
    made.kind = kind;
    made.title = "A text";
    made.reference = "OJ L 1";
    const std::string name = NameOf(made);
    const auto create = [&] { return PlanCreateInstrument(registry_, kFirst, made); };
    const auto known = [&]() -> const Instrument& { return *registry_.FindInstrument(name); };
    const auto is_public = [&] { return SurelyPublic(known(), kToday); };
    const auto confirm = [&](absl::string_view field, const char* who) {
      return ConfirmOf(name, field, who);
    };
    made.public_since = "2020-01-01";
    made.certainty["public_since"] = Certainty::kFound;
    EXPECT_THAT(create(), kNeeded);
    EXPECT_THAT(ImportOf(made), kNeededOfRow);
    EXPECT_THAT(std::string(create().status().message()),
                HasSubstr("`--set certainty.public_since=unconfirmed`"));
    made.public_since.clear();
    made.signed_on = "2020-01-01";
    made.certainty = {{"signed", Certainty::kFound}};
    EXPECT_THAT(create(), kNeeded) << "nor by its signature";
    EXPECT_THAT(std::string(create().status().message()),
                HasSubstr("`--set certainty.signed=unconfirmed`"));
    made.signed_on = "2999-01-01";
    EXPECT_THAT(create(), kNeeded) << "nor once that has come";
    made.signed_on = "2020-01-01";
    made.certainty["signed"] = Certainty::kUnconfirmed;
    Do(create());
    EXPECT_FALSE(is_public());

    Instrument said = known();
    said.public_since = "2020-02-01";
    said.certainty["public_since"] = Certainty::kFound;
    EXPECT_THAT(Update(said), kNeeded) << "later";
    said.certainty["public_since"] = Certainty::kUnconfirmed;
    Do(Update(said));
    EXPECT_THAT(confirm("public_since", kFirst), kNotYou);
    Do(confirm("public_since", kSecond));
    EXPECT_TRUE(is_public());
    Do(confirm("signed", kSecond));

    said = known();
    said.public_since = "2020-01-15";
    said.certainty["public_since"] = Certainty::kFound;
    EXPECT_THAT(Update(said), kNeeded) << "sooner";
    said.public_since = "2999-01-01";
    said.certainty["public_since"] = Certainty::kUnconfirmed;
    registry_ = After(registry_, {said});
    EXPECT_FALSE(is_public());
    Instrument emptied = known();
    emptied.public_since.clear();
    emptied.certainty.erase("public_since");
    EXPECT_THAT(Update(emptied), kNeeded) << "its signature would make it so";
    emptied.certainty["public_since"] = Certainty::kUnconfirmed;
    Do(Update(emptied));
    EXPECT_FALSE(is_public());
    emptied.certainty.erase("public_since");
    EXPECT_THAT(Update(emptied), kNeeded) << "still";
    Do(confirm("public_since", kThird));
    EXPECT_TRUE(is_public()) << "two say that nothing but its signature tells";
  }
}

// Whatever edits one person makes one after the other, no day gains an effect; the law's own
// reading says so, of the days that dates name and others.
TEST_F(OnePersonTest, NoEditsOfOnePersonGiveAnEffect) {
  constexpr const char* kFields[] = {
      "signed",     "provisional_from", "in_force", "in_force_by",   "applied_from",
      "not_before", "notified_end",     "ended",    "suspended_from"};
  constexpr std::string Instrument::*kDates[] = {
      &Instrument::signed_on,     &Instrument::provisional_from,
      &Instrument::in_force,      &Instrument::in_force_by,
      &Instrument::applied_from,  &Instrument::not_before,
      &Instrument::notified_end,  &Instrument::ended,
      &Instrument::suspended_from};
  static_assert(std::size(kFields) == std::size(kDates));
  constexpr const char* kDays[] = {"",           "",           "2017",
                                   "2018-03-01", "2019-12-11", "2024-05",
                                   "2026-06-30", "2026-11-28", "2999-01-01"};
  constexpr Certainty kCertainties[] = {Certainty::kUnspecified, Certainty::kFound,
                                        Certainty::kMonth,       Certainty::kYear,
                                        Certainty::kUnconfirmed, Certainty::kUnknown};
  constexpr InstrumentKind kKinds[] = {
      InstrumentKind::kCooperationAgreementPre2019, InstrumentKind::kInternationalAgreement,
      InstrumentKind::kAdequacyDecisionLed,         InstrumentKind::kDenmarkAgreement,
      InstrumentKind::kBindingInstrument,           InstrumentKind::kWorkingArrangement};
  std::vector<absl::CivilDay> days;
  for (const char* day :
       {"2017-07-01", "2018-03-01", "2019-12-11", "2024-05-01", "2024-06-01", "2026-06-29",
        "2026-06-30", "2026-07-01", "2026-11-28", "2026-11-29", "2998-12-31", "2999-01-02"}) {
    days.push_back(PartialDate::Parse(day)->earliest());
  }
  std::minstd_rand dice(7);
  const auto one_of = [&dice](const auto& among) -> const auto& {
    return among[dice() % std::size(among)];
  };
  const auto change = [&](Instrument& instrument) {
    const std::size_t field = dice() % std::size(kFields);
    if (dice() % 3 != 0) instrument.*kDates[field] = one_of(kDays);
    if (dice() % 3 != 0) instrument.certainty[kFields[field]] = one_of(kCertainties);
    if (dice() % 8 == 0) instrument.parts_suspended = dice() % 2 == 0 ? "*" : "";
    if (dice() % 8 == 0) instrument.certainty["parts_suspended"] = one_of(kCertainties);
  };
  int accepted = 0;
  int refused = 0;
  for (int world = 0; world < 400; ++world) {
    Instrument made;
    made.kind = one_of(kKinds);
    for (int i = 0; i < 6; ++i) change(made);
    for (auto& [field, certainty] : made.certainty) {  // Most of what is loaded is sure.
      if (dice() % 4 != 0) certainty = Certainty::kFound;
    }
    Load(made);
    std::vector<legal::Tri> had;
    for (const absl::CivilDay day : days) had.push_back(EffectOf(kName, day));
    for (int edit = 0; edit < 40; ++edit) {
      Instrument changed = Text();
      for (std::uint32_t i = 0; i <= dice() % 3; ++i) change(changed);
      const absl::StatusOr<Plan> plan = Update(changed, edit % 2 == 0 ? kFirst : kSecond);
      if (!plan.ok()) {
        if (plan.status().code() == absl::StatusCode::kFailedPrecondition) ++refused;
        continue;
      }
      ++accepted;
      registry_ = After(registry_, plan->facts);
      for (std::size_t i = 0; i < std::size(days); ++i) {
        const legal::Tri has = EffectOf(kName, days[i]);
        ASSERT_FALSE(has == legal::Tri::kYes && had[i] != legal::Tri::kYes)
            << "world " << world << ", edit " << edit << ", on " << days[i];
        had[i] = has;
      }
    }
  }
  EXPECT_GT(accepted, 1000);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace comity::partner_registry
