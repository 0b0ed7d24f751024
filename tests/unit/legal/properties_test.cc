// What holds of every question, tried on many that are made at random (from a fixed seed).
#include <functional>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/legal/effect.h"
#include "common/legal/evaluate.h"
#include "tests/unit/legal/nearness.h"
#include "tests/unit/legal/real_facts.h"
#include "tests/unit/legal/verdict_matchers.h"

namespace comity::legal {
namespace {

constexpr int kQuestions = 20000;

constexpr const char* kCounterparts[] = {
    "georgia", "albania", "moldova", "ukraine", "united-kingdom", "armenia", "lebanon",
    "panama",  "brazil",  "kosovo",  "croatia", "interpol",       "unodc",   "eppo",
    "europol", "denmark", "italy",   "ejn",     "wbcj",           "nowhere"};
constexpr const char* kMemberStates[] = {"france", "italy", "spain", "austria", "denmark"};
constexpr const char* kDays[] = {"2013-06-30", "2016-10-15", "2019-06-01", "2021-02-15",
                                 "2021-06-28", "2024-04-05", "2025-12-28", kToday};

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}

  std::size_t Below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_);
  }
  bool OneIn(std::size_t limit) { return Below(limit) == 0; }

  template <typename T, std::size_t N>
  const T& Of(const T (&items)[N]) {
    return items[Below(N)];
  }

 private:
  std::mt19937 engine_;
};

std::vector<Origin> Origins(Dice& dice) {
  std::vector<Origin> origins;
  for (std::size_t i = 0; i < 1 + dice.Below(2); ++i) {
    switch (dice.Below(5)) {
      case 0:
        origins.push_back(ThirdCountry("switzerland"));
        break;
      case 1:
        origins.push_back(PublicSource());
        break;
      case 2:
        origins.push_back({.kind = OriginKind::kEurojust});
        break;
      default:
        origins.push_back(MemberState(dice.Of(kMemberStates)));
    }
    if (dice.OneIn(8)) {
      origins.back().restrictions.push_back({.use = static_cast<UseRestriction>(1 + dice.Below(5)),
                                             .partners = {"partners/georgia"}});
    }
  }
  return origins;
}

Question RandomQuestion(Dice& dice) {
  const std::string counterpart = dice.Of(kCounterparts);
  Question question = dice.OneIn(2) ? AskOn(dice.Of(kDays), counterpart, Origins(dice))
                                    : Ask(counterpart, Origins(dice));
  if (dice.OneIn(10)) question.public_on = Day("2025-12-01");
  if (dice.OneIn(8)) question.direction = static_cast<Direction>(1 + dice.Below(3));
  if (dice.OneIn(12)) question.capacity = Capacity::kNational;
  if (dice.OneIn(8)) question.data_kind = static_cast<DataKind>(1 + dice.Below(3));
  if (dice.OneIn(8)) question.subjects = {static_cast<SubjectKind>(1 + dice.Below(4))};
  if (dice.OneIn(8)) question.annex_ii = static_cast<AnnexCoverage>(1 + dice.Below(3));
  if (dice.OneIn(8)) question.special_categories = true;
  if (dice.OneIn(8)) question.geometry = Geometry::kOneMemberStateAndThirdCountry;
  if (dice.OneIn(8)) question.volume = Volume::kBulk;
  if (dice.OneIn(10)) question.purpose.offence_outside_annex_i = true;
  if (dice.OneIn(10)) question.purpose.incompatible_with_collection = true;
  if (dice.OneIn(10)) question.purpose.eppo_exercises_competence = true;
  question.onward_by = "partners/georgia";
  if (!dice.OneIn(4)) {
    for (const char* state : kMemberStates) {
      question.decisions.push_back(Authorised(state, counterpart));
    }
  }
  for (std::size_t i = 0; i < dice.Below(4); ++i) {
    const auto kind = static_cast<DecisionKind>(2 + dice.Below(14));
    const bool originator =
        kind == DecisionKind::kOriginatorPermission || kind == DecisionKind::kRestrictionLifted;
    question.decisions.push_back(Decided(kind, originator ? "switzerland" : "", counterpart));
  }
  return question;
}

void ForEachQuestion(const std::function<void(Dice&, const Question&)>& check) {
  Dice dice(20261123);
  for (int i = 0; i < kQuestions && !::testing::Test::HasFailure(); ++i) {
    check(dice, RandomQuestion(dice));
  }
}

// The facts with one more unknown in what concerns `counterpart`.
Facts WithAnUnknown(Dice& dice, const std::string& counterpart) {
  FactsBuilder builder(RealFacts());
  const Dossier* const dossier = RealFacts().Find(counterpart);
  if (dossier == nullptr) return RealFacts();
  if (dossier->instruments.empty() || dice.OneIn(5)) {
    if (!dossier->authorities.empty() && dice.OneIn(2)) {
      Authority authority = dossier->authorities[0];
      authority.certainty = Certainty::kUnknown;
      builder.Put(authority);
    } else {
      Partner partner = *dossier->partner;
      partner.classes[dice.Below(partner.classes.size())].certainty = Certainty::kUnknown;
      builder.Put(partner);
    }
    return builder.Build({});
  }
  Instrument instrument = dossier->instruments[dice.Below(dossier->instruments.size())];
  const auto field = static_cast<Field>(dice.Below(static_cast<std::size_t>(Field::kCount)));
  instrument.SetCertainty(field, Certainty::kUnknown);
  builder.Put(instrument);
  return builder.Build({});
}

constexpr const char* kDates[] = {"",           "",           "2012-01-01", "2019-06",
                                  "2021-03-01", "2026-01-01", "2026-11",    "2027-07-01"};
constexpr Certainty kCertainties[] = {
    Certainty::kFound, Certainty::kFound,       Certainty::kFound,  Certainty::kMonth,
    Certainty::kYear,  Certainty::kUnconfirmed, Certainty::kUnknown};

// Of any kind, with any dates, also such as contradict each other.
Instrument RandomInstrument(Dice& dice, absl::string_view partner) {
  constexpr auto kKinds = static_cast<std::size_t>(InstrumentKind::kOtherAgreement);
  Instrument instrument;
  instrument.name = absl::StrCat(partner, "/instruments/random");
  instrument.kind = static_cast<InstrumentKind>(1 + dice.Below(kKinds));
  instrument.title = "Random instrument";
  for (PartialDate* const date :
       {&instrument.signed_on, &instrument.provisional_from, &instrument.in_force,
        &instrument.in_force_by, &instrument.applied_from, &instrument.not_before,
        &instrument.public_since}) {
    *date = Date(dice.Of(kDates));
  }
  for (PartialDate* const date :
       {&instrument.notified_end, &instrument.ended, &instrument.suspended_from}) {
    if (dice.OneIn(6)) *date = Date(dice.Of(kDates));
  }
  if (dice.OneIn(6)) instrument.parts_suspended = dice.OneIn(2) ? "*" : "Article 7";
  for (Certainty& certainty : instrument.certainty) certainty = dice.Of(kCertainties);
  return instrument;
}

// With one field less that may be used.
Instrument WithAnUnknown(Dice& dice, Instrument instrument, bool explore) {
  Certainty& certainty = instrument.certainty[dice.Below(instrument.certainty.size())];
  const bool unconfirmed = !explore && Confirmed(certainty) && dice.OneIn(2);
  certainty = unconfirmed ? Certainty::kUnconfirmed : Certainty::kUnknown;
  return instrument;
}

Facts RealFactsAnd(const Instrument& instrument) {
  FactsBuilder builder(RealFacts());
  builder.Put(instrument);
  return builder.Build({});
}

Question WithAnUnknown(Dice& dice, Question question) {
  switch (dice.Below(6)) {
    case 0:
      question.geometry = Geometry::kUnspecified;
      break;
    case 1:
      question.annex_ii = AnnexCoverage::kUnspecified;
      break;
    case 2:
      question.subjects.clear();
      break;
    case 3:
      question.origins[dice.Below(question.origins.size())].kind = OriginKind::kUnspecified;
      break;
    case 4:
      question.data_kind = DataKind::kUnspecified;
      break;
    default:
      question.purpose.necessity.clear();
  }
  return question;
}

std::string Both(const Verdict& before, const Verdict& after) {
  return absl::StrCat(::testing::PrintToString(before), "\n", ::testing::PrintToString(after));
}

TEST(PropertiesTest, AnUnknownNeverTurnsAResultIntoPermitted) {
  ForEachQuestion([](Dice& dice, const Question& question) {
    const Verdict before = Evaluate(RealFacts(), question);
    if (::testing::Matches(MayBeUsed())(before)) return;

    const std::string counterpart(PartnerOf(question.counterpart));
    const Verdict fact = Evaluate(WithAnUnknown(dice, counterpart), question);
    EXPECT_THAT(fact, ::testing::Not(MayBeUsed())) << ::testing::PrintToString(before);
    const Verdict asked = Evaluate(RealFacts(), WithAnUnknown(dice, question));
    EXPECT_THAT(asked, ::testing::Not(MayBeUsed())) << ::testing::PrintToString(before);
  });
}

TEST(PropertiesTest, AnUnknownFieldOfAnyInstrumentNeverTurnsAResultIntoPermitted) {
  int permitted = 0;
  ForEachQuestion([&](Dice& dice, const Question& question) {
    const Instrument instrument = RandomInstrument(dice, PartnerOf(question.counterpart));
    const bool explore = question.mode == Mode::kExplore || question.public_on.has_value();
    const Instrument unknown = WithAnUnknown(dice, instrument, explore);
    const Verdict before = Evaluate(RealFactsAnd(instrument), question);
    if (::testing::Matches(MayBeUsed())(before)) {
      ++permitted;
      return;
    }
    EXPECT_THAT(Evaluate(RealFactsAnd(unknown), question), ::testing::Not(MayBeUsed()))
        << ::testing::PrintToString(before);
  });
  EXPECT_GT(permitted, kQuestions / 100) << "otherwise nothing was tried";
}

TEST(PropertiesTest, AnUnknownFieldNeverGivesAnInstrumentEffect) {
  Dice dice(20261123);
  int in_effect = 0;
  for (int i = 0; i < kQuestions && !::testing::Test::HasFailure(); ++i) {
    const Instrument instrument = RandomInstrument(dice, "partners/x");
    Lens lens{.day = Day(dice.Of(kDays)), .explore = dice.OneIn(2)};
    if (lens.explore && dice.OneIn(4)) lens.public_on = Day(dice.Of(kDays));
    const Instrument unknown = WithAnUnknown(dice, instrument, lens.explore);
    if (EffectOf(instrument, {.instruments = {instrument}}, lens).holds == Tri::kYes) {
      ++in_effect;
      continue;
    }
    EXPECT_NE(EffectOf(unknown, {.instruments = {unknown}}, lens).holds, Tri::kYes)
        << "kind " << static_cast<int>(instrument.kind) << ", instrument " << i;
  }
  EXPECT_GT(in_effect, kQuestions / 100) << "otherwise nothing was tried";
}

TEST(PropertiesTest, WithdrawingADecisionNeverImprovesAResult) {
  ForEachQuestion([](Dice& dice, const Question& question) {
    if (question.decisions.empty()) return;
    Question withdrawn = question;
    withdrawn.decisions[dice.Below(withdrawn.decisions.size())].withdrawn = absl::InfinitePast();

    const Verdict before = Evaluate(RealFacts(), question);
    const Verdict after = Evaluate(RealFacts(), withdrawn);
    EXPECT_PRED2(NoBetter, before.outcome, after.outcome) << Both(before, after);
    EXPECT_PRED2(NoBetter, before.before_use, after.before_use) << Both(before, after);
  });
}

TEST(PropertiesTest, EndingAnInstrumentNeverImprovesAResult) {
  ForEachQuestion([](Dice& dice, const Question& question) {
    const Dossier* const dossier = RealFacts().Find(PartnerOf(question.counterpart));
    if (dossier == nullptr || dossier->instruments.empty()) return;
    Instrument ended = dossier->instruments[dice.Below(dossier->instruments.size())];
    ended.ended = Date("2013-01-01");
    ended.SetCertainty(Field::kEnded, Certainty::kFound);
    FactsBuilder builder(RealFacts());
    builder.Put(ended);

    const Verdict before = Evaluate(RealFacts(), question);
    const Verdict after = Evaluate(builder.Build({}), question);
    EXPECT_PRED2(NoBetterWithout, before.outcome, after.outcome) << Both(before, after);
    EXPECT_PRED2(NoBetterWithout, before.before_use, after.before_use) << Both(before, after);
  });
}

// Of a version that replaces another the retraction is refused (domain/retractions.h).
TEST(PropertiesTest, RetractingAnInstrumentOrAuthorityNeverImprovesAResult) {
  int worse = 0;
  ForEachQuestion([&](Dice& dice, const Question& question) {
    const Dossier* const dossier = RealFacts().Find(PartnerOf(question.counterpart));
    if (dossier == nullptr) return;
    std::vector<std::string> entries;
    for (const Instrument& each : dossier->instruments) {
      if (each.supersedes.empty()) entries.push_back(each.name);
    }
    for (const Authority& each : dossier->authorities) entries.push_back(each.name);
    if (entries.empty()) return;
    FactsBuilder builder(RealFacts());
    builder.Erase(entries[dice.Below(entries.size())]);

    const Verdict before = Evaluate(RealFacts(), question);
    const Verdict after = Evaluate(builder.Build({}), question);
    worse += Nearness(after.outcome) < Nearness(before.outcome) ? 1 : 0;
    if (FindRow(after, "1.1") != nullptr) {
      // Of an authority that nobody knows no other row is asked, also none that refused before.
      EXPECT_THAT(after, Comes(Outcome::kUndetermined)) << Both(before, after);
      return;
    }
    EXPECT_PRED2(NoBetterWithout, before.outcome, after.outcome) << Both(before, after);
    EXPECT_PRED2(NoBetterWithout, before.before_use, after.before_use) << Both(before, after);
  });
  EXPECT_GT(worse, kQuestions / 100) << "otherwise nothing was tried";
}

TEST(PropertiesTest, TransmissionsNeverCiteTheArticlesOnTransfers) {
  ForEachQuestion([](Dice&, const Question& question) {
    const Dossier* const dossier = RealFacts().Find(PartnerOf(question.counterpart));
    if (dossier == nullptr) return;
    const LegalClass on_day =
        ClassOf(*dossier->partner, {.day = DayInBrussels(question.instant)}).legal_class;
    if (on_day != LegalClass::kUnionBody && on_day != LegalClass::kMemberState &&
        on_day != LegalClass::kMemberStateNotBound) {
      return;
    }
    const Verdict verdict = Evaluate(RealFacts(), question);
    for (const Reason& reason : verdict.reasons) {
      for (const char* article : {"56(", "57", "58", "59"}) {
        EXPECT_FALSE(absl::StrContains(reason.article, article))
            << reason.row << " " << reason.article;
      }
    }
    for (const Basis basis : verdict.bases) EXPECT_GE(basis, Basis::kDenmarkAgreement);
  });
}

TEST(PropertiesTest, EveryVerdictIsCompleteAndInTheOrderOfTheTable) {
  ForEachQuestion([](Dice&, const Question& question) {
    const Verdict verdict = Evaluate(RealFacts(), question);
    ASSERT_FALSE(verdict.reasons.empty());
    EXPECT_TRUE(absl::StartsWith(verdict.reasons[0].row, "1."));
    EXPECT_NE(verdict.outcome, Outcome::kUnspecified);
    EXPECT_EQ(verdict.routes.empty(), verdict.outcome != Outcome::kDecisionRequired &&
                                          verdict.before_use != Outcome::kDecisionRequired);
    for (std::size_t i = 0; i < verdict.reasons.size(); ++i) {
      const Reason& reason = verdict.reasons[i];
      EXPECT_FALSE(reason.article.empty() || reason.sentence.empty() || reason.code.empty());
      EXPECT_NE(reason.outcome, Outcome::kUnspecified);
      // It only explains: what is no basis forbids nothing.
      EXPECT_FALSE(reason.row == "5.10" && reason.outcome == Outcome::kRefused);
      if (reason.outcome != Outcome::kPermitted && reason.row != "3.2" && reason.row != "5.10") {
        EXPECT_FALSE(reason.remedy.empty() && reason.outcome == Outcome::kPermittedSubjectTo)
            << reason.row;
      }
    }
    if (verdict.outcome == Outcome::kPermitted && verdict.before_use == Outcome::kPermitted) {
      for (const Reason& reason : verdict.reasons) EXPECT_EQ(reason.outcome, Outcome::kPermitted);
    }
  });
}

TEST(PropertiesTest, TheSameQuestionHasTheSameAnswer) {
  ForEachQuestion([](Dice&, const Question& question) {
    EXPECT_EQ(::testing::PrintToString(Evaluate(RealFacts(), question)),
              ::testing::PrintToString(Evaluate(RealFacts(), question)));
  });
}

}  // namespace
}  // namespace comity::legal
