// Who loosens is not the second person: what he changed, here or in another version, has its effect
// only once somebody else confirms what is not sure beside it.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/remedies.h"
#include "services/partner-registry/domain/retractions.h"
#include "tests/unit/partner_registry/two_persons.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class LooseningTest : public TwoPersonsTest {
 protected:
  // As the initial load has it.
  void Load(Instrument instrument) {
    instrument.partner = "brazil";
    instrument.title = "A text";
    instrument.reference = "OJ L 1";
    RecordBy(kImporter, nullptr, instrument);
    registry_ = After(registry_, {instrument});
  }

  static std::string NameOfVersion(const std::string& id) {
    return "partners/brazil/instruments/" + id;
  }

  const Instrument& At(const std::string& id) const {
    return *registry_.FindInstrument(NameOfVersion(id));
  }

  absl::StatusOr<Plan> Confirm(const std::string& id, absl::string_view field,
                               const char* who = kSecond) const {
    return ConfirmOf(NameOfVersion(id), field, who);
  }

  legal::Tri Effect(const std::string& id) const { return EffectOf(NameOfVersion(id)); }

  // `loosener` confirms none of `fields`, in whatever role; others do, and it has effect then.
  void IsForOthers(const std::string& id, const std::vector<const char*>& fields) {
    for (const char* field : fields) {
      EXPECT_NE(Effect(id), legal::Tri::kYes);
      EXPECT_THAT(Confirm(id, field, kFirst), kNotYou) << field;
      EXPECT_THAT(Confirm(id, field, kFirstElsewhere), kNotYou) << field;
      EXPECT_THAT(std::string(Confirm(id, field, kFirst).status().message()), HasSubstr(": you "));
      Do(Confirm(id, field, kSecond));
    }
    EXPECT_EQ(Effect(id), legal::Tri::kYes);
  }
};

Instrument Agreement(Certainty certainty = Certainty::kFound) {
  Instrument made;
  made.id = "text";
  made.kind = InstrumentKind::kCooperationAgreementPre2019;
  made.signed_on = "2018-01-01";
  made.in_force = "2019-01-01";
  made.certainty = {{"signed", certainty}, {"in_force", certainty}};
  return made;
}

Instrument Newer() {
  Instrument made;
  made.id = "newer";
  made.kind = InstrumentKind::kBindingInstrument;
  made.supersedes = "text";
  return made;
}

// From the day of its application, years from now.
Instrument Decision(Certainty certainty) {
  Instrument made;
  made.id = "text";
  made.kind = InstrumentKind::kAdequacyDecisionLed;
  made.in_force = "2020-01-01";
  made.applied_from = "2030-01-01";
  made.certainty = {{"in_force", certainty}, {"applied_from", Certainty::kFound}};
  return made;
}

TEST_F(LooseningTest, WhoSetsAnEarlierVersionFreeDoesNotConfirmIt) {
  for (const Certainty doubt : {Certainty::kUnconfirmed, Certainty::kUnknown}) {
    Load(Agreement());
    Load(Newer());
    Instrument doubted = At("text");
    for (auto& [field, certainty] : doubted.certainty) certainty = doubt;
    Do(Update(doubted));
    Instrument newer = At("newer");
    newer.supersedes.clear();
    Do(Update(newer));
    EXPECT_EQ(Effect("text"), legal::Tri::kUnknown);
    if (doubt == Certainty::kUnknown) {
      Do(PlanRetractInstrument(registry_, kFirst, NameOfVersion("newer"), "a mistake", "", kNow));
    }
    IsForOthers("text", {"signed", "in_force"});
  }
}

TEST_F(LooseningTest, NorWhereItWaitedForASecondPersonAlready) {
  const auto emptied = [&] {
    Instrument newer = At("newer");
    newer.supersedes.clear();
    return newer;
  };
  Load(Agreement(Certainty::kUnconfirmed));
  Load(Newer());
  Do(Update(emptied()));
  IsForOthers("text", {"signed", "in_force"});

  const auto import = [&](const std::vector<Instrument>& rows) {
    std::vector<ImportRow> made;
    for (const Instrument& row : rows) made.push_back({.source = {"a.csv", 2}, .fact = row});
    const auto plan = PlanImport(registry_, made, kFirst, kNow);
    ASSERT_THAT(plan, IsOk());
    Do(Plan{.facts = plan->facts});
  };
  Load(Agreement(Certainty::kUnconfirmed));
  Load(Newer());
  import({emptied()});
  IsForOthers("text", {"signed", "in_force"});

  // Nor where the file names the earlier version, too.
  Load(Agreement(Certainty::kUnconfirmed));
  Load(Newer());
  Instrument noted = At("text");
  noted.note = "seen";
  import({noted, emptied()});
  EXPECT_EQ(At("text").note, "seen");
  IsForOthers("text", {"signed", "in_force"});
}

TEST_F(LooseningTest, NorByReplacingStillAnotherOne) {
  Load(Agreement(Certainty::kUnconfirmed));
  Instrument other = Agreement();
  other.id = "other";
  Load(other);
  Load(Newer());
  Instrument newer = At("newer");
  newer.supersedes = "other";
  Do(Update(newer));
  EXPECT_EQ(Effect("other"), legal::Tri::kUnknown) << "what replaces it has no sure day";
  IsForOthers("text", {"signed", "in_force"});
  EXPECT_THAT(WhoseWord(At("other"), legal::Field::kSigned), ElementsAre(kImporter))
      << "that one is not freed";
}

TEST_F(LooseningTest, WhatIsEnteredOnceItIsFreeIsForOthersToo) {
  Instrument bare = Agreement();
  bare.signed_on.clear();
  bare.in_force.clear();
  bare.certainty.clear();
  Load(bare);
  Load(Newer());
  Instrument newer = At("newer");
  newer.supersedes.clear();
  Do(Update(newer));
  Instrument entered = Agreement(Certainty::kUnconfirmed);
  entered.partner = "brazil";
  entered.title = "A text";
  entered.reference = "OJ L 1";
  Do(Update(entered, kThird));
  EXPECT_THAT(Confirm("text", "signed", kThird), kNotYou);
  IsForOthers("text", {"signed", "in_force"});
}

TEST_F(LooseningTest, WhoLeavesADayOfApplicationOutDoesNotConfirmTheOtherOne) {
  Load(Decision(Certainty::kFound));
  Instrument changed = At("text");
  changed.applied_from.clear();
  changed.certainty["in_force"] = Certainty::kUnconfirmed;
  EXPECT_THAT(Update(changed), kNeeded);
  changed.certainty["applied_from"] = Certainty::kUnconfirmed;
  Do(Update(changed));
  IsForOthers("text", {"in_force", "applied_from"});

  Load(Decision(Certainty::kUnconfirmed));
  changed = At("text");
  changed.applied_from.clear();
  EXPECT_THAT(Update(changed), kNeeded);
  changed.certainty["applied_from"] = Certainty::kUnconfirmed;
  Do(Update(changed));
  IsForOthers("text", {"in_force", "applied_from"});
}

TEST_F(LooseningTest, NorTheOneThatSomebodyElseEntersLater) {
  Instrument decision = Decision(Certainty::kFound);
  decision.in_force.clear();
  Load(decision);
  Instrument changed = At("text");
  changed.applied_from.clear();
  changed.certainty["applied_from"] = Certainty::kUnconfirmed;
  Do(Update(changed));
  changed = At("text");
  changed.note = "seen";
  Do(Update(changed, kSecond));  // Changes nothing that decides.
  changed.in_force = "2020-01-01";
  changed.certainty["in_force"] = Certainty::kUnconfirmed;
  Do(Update(changed, kThird));
  EXPECT_THAT(Confirm("text", "in_force", kThird), kNotYou);
  IsForOthers("text", {"in_force", "applied_from"});
}

// An insider left a day out and doubted the one that counts without it, which is true.
TEST_F(LooseningTest, ADayIsNotLeftOutBehindATrueWordOnAnother) {
  struct LeftOut {
    InstrumentKind kind;
    const char* field;
    std::string Instrument::*day;
    const char* counts;  // Without it.
  };
  for (const LeftOut& out :
       {LeftOut{InstrumentKind::kAdequacyDecisionLed, "applied_from", &Instrument::applied_from,
                "in_force"},
        LeftOut{InstrumentKind::kWorkingArrangement, "in_force", &Instrument::in_force, "signed"},
        LeftOut{InstrumentKind::kAdequacyDecisionLed, "public_since", &Instrument::public_since,
                "signed"}}) {
    Instrument ahead;
    ahead.id = "text";
    ahead.kind = out.kind;
    ahead.signed_on = "2020-01-01";
    if (out.kind != InstrumentKind::kWorkingArrangement) ahead.in_force = "2020-02-01";
    ahead.*out.day = "2030-01-01";
    for (const char* field : {"signed", "in_force", out.field}) {
      ahead.certainty[field] = Certainty::kFound;
    }
    const bool shown = out.field == std::string("public_since");
    const auto released = [&] {
      return shown ? SurelyPublic(At("text"), kToday) : Effect("text") == legal::Tri::kYes;
    };
    Load(ahead);
    ASSERT_FALSE(released()) << out.field;
    Instrument changed = At("text");
    (changed.*out.day).clear();
    changed.certainty[out.counts] = Certainty::kUnconfirmed;
    for (const Certainty none : {Certainty::kUnspecified, Certainty::kFound}) {
      changed.certainty[out.field] = none;
      EXPECT_THAT(Update(changed), kNeeded) << out.field;
      EXPECT_THAT(ImportOf(changed), kNeededOfRow) << out.field;
    }
    const Registry before = registry_;
    // Nor in two steps.
    Instrument doubted = At("text");
    doubted.certainty[out.field] = Certainty::kUnconfirmed;
    doubted.certainty[out.counts] = Certainty::kUnconfirmed;
    Do(Update(doubted));
    EXPECT_THAT(Update(changed), kNeeded) << out.field;
    changed.certainty[out.field] = Certainty::kUnknown;
    Do(Update(changed));
    changed.certainty[out.field] = Certainty::kUnspecified;
    EXPECT_THAT(Update(changed), kNeeded) << out.field;

    registry_ = before;
    changed.certainty[out.field] = Certainty::kUnconfirmed;
    Do(Update(changed));
    Do(Confirm("text", out.counts));
    EXPECT_FALSE(released()) << out.field;
    EXPECT_THAT(Confirm("text", out.field, kFirst), kNotYou) << out.field;
    Do(Confirm("text", out.field));
    EXPECT_TRUE(released()) << out.field;
  }
}

TEST_F(LooseningTest, WhoDoubtsAnEndDoesNotConfirmIt) {
  Instrument ending = Agreement();
  ending.ended = "2026-06-30";
  ending.certainty["ended"] = Certainty::kYear;
  Load(ending);
  EXPECT_EQ(Effect("text"), legal::Tri::kUnknown);
  Instrument changed = At("text");
  changed.certainty["ended"] = Certainty::kUnconfirmed;
  Do(Update(changed));
  EXPECT_THAT(Confirm("text", "ended", kFirst), kNotYou);
  EXPECT_THAT(Confirm("text", "ended", kSecond), IsOk());
}

TEST_F(LooseningTest, OneEditsAndAnotherConfirmsWhateverWasEditedBefore) {
  Load(Agreement(Certainty::kUnconfirmed));
  for (const char* day : {"2019-02-01", "2019-03-01", "2019-04-01"}) {
    Instrument changed = At("text");
    changed.in_force = day;
    changed.certainty["in_force"] = Certainty::kUnconfirmed;
    changed.certainty["signed"] = UnsureInPlaceOf(changed.certainty["signed"]);
    changed.scope.offences = {day};
    changed.certainty["scope"] = Certainty::kUnconfirmed;
    Do(Update(changed));
    for (const char* field : {"signed", "in_force", "scope"}) Do(Confirm("text", field));
    EXPECT_EQ(Effect("text"), legal::Tri::kYes);
  }
}

TEST_F(LooseningTest, AScopeIsComparedLimitByLimit) {
  Instrument limited = Agreement();
  limited.scope = {.territories = {"North"}, .offences = {"terrorism"}};
  limited.certainty["scope"] = Certainty::kUnconfirmed;
  Load(limited);
  Do(Confirm("text", "scope"));
  Instrument widened = At("text");
  widened.scope = {.territories = {"North, offences: terrorism"}};
  Do(Update(widened));
  EXPECT_THAT(At("text").confirmations, IsEmpty()) << "it was of another scope";
  EXPECT_THAT(Confirm("text", "scope", kFirst), kNotYou);
  Instrument back = At("text");
  back.scope = limited.scope;
  const auto plan = Update(back, kSecond);
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->facts, Not(IsEmpty())) << "it is a change";

  limited.scope = {.offences = {"terrorism", "murder"}, .excludes_special_categories = true};
  limited.certainty.erase("scope");
  Load(limited);
  widened = At("text");
  widened.scope = {.offences = {"terrorism", "murder, excludes_special_categories: yes"}};
  EXPECT_THAT(Update(widened), kNeeded);
  widened.certainty["scope"] = Certainty::kUnconfirmed;
  Do(Update(widened));
  EXPECT_THAT(Confirm("text", "scope", kFirst), kNotYou);
}

}  // namespace
}  // namespace comity::partner_registry
