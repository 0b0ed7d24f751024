#include "services/partner-registry/domain/ranking.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "services/partner-registry/domain/criteria.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::CivilDay kToday(2026, 11, 23);

CriteriaSet TheSet() {
  return {.id = "v1",
          .title = "Criteria",
          .adopted = "2024-06-01",
          .evidence = "College decision",
          .criteria = {{"operational-necessity", "Is there a need?", 50, 2, Measure::kJudged},
                       {"data-protection", "Is there a law?", 30, 0, Measure::kJudged},
                       {"volume", "How much is exchanged?", 20, 0, Measure::kVolume}}};
}

Assessment Of(const std::string& partner, int necessity, int protection,
              const std::string& day = "2026-01-01", int number = 1) {
  return {.partner = partner,
          .id = absl::StrCat("01900000-0000-7000-8000-00000000000", number),
          .criteria_set = "v1",
          .day = day,
          .scores = {{"operational-necessity", necessity, "report"},
                     {"data-protection", protection, "law"}}};
}

Volume Exchanged(const std::string& partner, std::int64_t cases, const std::string& year = "2025") {
  return {.partner = partner,
          .id = year,
          .counts = {{"cases", cases}, {"engagements", 99}},
          .source = "annual report"};
}

std::vector<std::string> Places(const std::vector<RankedPartner>& ranking) {
  std::vector<std::string> places;
  for (const RankedPartner& one : ranking) {
    places.push_back(absl::StrCat(one.place, " ", one.partner, " ", one.milli_points));
  }
  return places;
}

std::vector<std::string> Ranked(const std::vector<Fact>& facts, absl::CivilDay day = kToday) {
  return Places(Rank(After(Registry("s"), facts), TheSet(), day));
}

TEST(RankingTest, EveryLineIsExplainedAndTheTotalIsTheirWeightedMean) {
  const Registry registry =
      After(Registry("s"), {Of("georgia", 4, 3), Of("algeria", 3, 3), Exchanged("georgia", 30),
                            Exchanged("algeria", 90)});
  const auto ranking = Rank(registry, TheSet(), kToday);

  // Georgia: (4000*50 + 3000*30 + 1666*20) / 100; Algeria: (3000*50 + 3000*30 + 5000*20) / 100.
  EXPECT_THAT(Places(ranking), ElementsAre("1 algeria 3400", "2 georgia 3233"));
  ASSERT_THAT(ranking[1].lines, SizeIs(3));
  EXPECT_EQ(ranking[1].lines[2].milli_points, 1666);
  EXPECT_THAT(ranking[1].lines[2].source, HasSubstr("30 in 2025: cases 30 stated: annual report"));
  EXPECT_EQ(ranking[1].lines[0].source, "report");
  EXPECT_EQ(ranking[1].assessment,
            "partners/georgia/assessments/01900000-0000-7000-8000-000000000001");
}

TEST(RankingTest, EqualTotalsShareAPlace) {
  EXPECT_THAT(Ranked({Of("georgia", 4, 3), Of("algeria", 4, 3), Of("panama", 3, 3)}),
              ElementsAre("1 algeria 2900", "1 georgia 2900", "3 panama 2400"));
}

TEST(RankingTest, WhoFailsAMandatoryCriterionComesLastHoweverGood) {
  const auto ranking =
      Rank(After(Registry("s"), {Of("georgia", 1, 5), Of("algeria", 2, 0)}), TheSet(), kToday);
  EXPECT_THAT(Places(ranking), ElementsAre("1 algeria 1000", "2 georgia 2000"));
  EXPECT_THAT(ranking[1].failed, ElementsAre("operational-necessity"));
  EXPECT_THAT(ranking[0].failed, IsEmpty());
}

TEST(RankingTest, TheLastAssessmentUpToTheDayCounts) {
  const std::vector<Fact> facts = {Of("georgia", 2, 0, "2026-03-01", 1),
                                   Of("georgia", 3, 0, "2026-02-01", 2),
                                   Of("georgia", 4, 0, "2026-03-01", 3)};
  EXPECT_THAT(Ranked(facts), ElementsAre("1 georgia 2000")) << "of one day the one recorded last";
  EXPECT_THAT(Ranked(facts, absl::CivilDay(2026, 2, 15)), ElementsAre("1 georgia 1500"));
  EXPECT_THAT(Ranked(facts, absl::CivilDay(2026, 1, 31)), IsEmpty());
}

TEST(RankingTest, VolumesAreThoseOfTheLastFullYear) {
  const std::vector<Fact> facts = {Of("georgia", 4, 0), Exchanged("georgia", 7, "2026"),
                                   Exchanged("georgia", 5, "2024")};
  EXPECT_THAT(Ranked(facts), ElementsAre("1 georgia 2000")) << "nothing for 2025";
}

MeasuredVolume ByExchange(std::int64_t cases, std::int64_t documents) {
  return {.service = "document-exchange",
          .counts = {{"cases", cases}, {"documents", documents}},
          .store_id = "a",
          .revision = 57};
}

TEST(RankingTest, WhatAServiceMeasuredCountsWhateverWasStated) {
  Volume georgia = Exchanged("georgia", 1000);
  georgia.measured = {ByExchange(2, 4)};
  Volume algeria = Exchanged("algeria", 12);
  // What a service measured of something else leaves the word as it was stated.
  algeria.measured = {
      {.service = "engagement-scheduling", .counts = {{"engagements", 3}}, .revision = 9}};
  Volume panama{.partner = "panama", .id = "2025", .measured = algeria.measured};
  const auto ranking = Rank(After(Registry("s"), {Of("georgia", 4, 0), Of("algeria", 4, 0),
                                                  Of("panama", 4, 0), georgia, algeria, panama}),
                            TheSet(), kToday);

  EXPECT_THAT(Places(ranking), ElementsAre("1 algeria 3000", "2 georgia 2500", "3 panama 2000"));
  EXPECT_EQ(ranking[0].lines[2].source, "12 in 2025: cases 12 stated: annual report");
  EXPECT_EQ(ranking[1].lines[2].source,
            "6 in 2025: cases 2 and documents 4 measured by document-exchange at its revision 57");
  EXPECT_EQ(ranking[2].lines[2].source, "no volume recorded for 2025");
}

// What a random case is made of: some partners, their scores and volumes.
std::vector<Fact> RandomFacts(std::mt19937& random) {
  std::vector<Fact> facts;
  const auto pick = [&](int most) {
    return static_cast<int>(random() % static_cast<unsigned>(most + 1));
  };
  const int partners = 1 + pick(8);
  for (int i = 0; i < partners; ++i) {
    const std::string id = absl::StrCat("p", i);
    facts.emplace_back(Of(id, pick(5), pick(5), "2026-01-01", pick(9)));
    if (pick(1) == 1) facts.emplace_back(Exchanged(id, pick(50)));
  }
  return facts;
}

TEST(RankingTest, TheOrderInWhichFactsCameDoesNotChangeIt) {
  std::mt19937 random(20261128);
  for (int round = 0; round < 500; ++round) {
    std::vector<Fact> facts = RandomFacts(random);
    const auto ranking = Rank(After(Registry("s"), facts), TheSet(), kToday);
    std::shuffle(facts.begin(), facts.end(), random);
    ASSERT_EQ(Rank(After(Registry("s"), facts), TheSet(), kToday), ranking) << "round " << round;
  }
}

TEST(RankingTest, ABetterScoreOrVolumeNeverLowersAPlace) {
  std::mt19937 random(20261129);
  const auto place_of = [](const std::vector<RankedPartner>& ranking, const std::string& partner) {
    for (const RankedPartner& one : ranking) {
      if (one.partner == partner) return one.place;
    }
    return 0;
  };
  int raised = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<Fact> facts = RandomFacts(random);
    const auto before = Rank(After(Registry("s"), facts), TheSet(), kToday);
    Fact& chosen = facts[random() % facts.size()];
    std::string partner;
    if (auto* assessment = std::get_if<Assessment>(&chosen)) {
      partner = assessment->partner;
      Score& score = assessment->scores[random() % 2];
      if (score.points == 5) continue;
      ++score.points;
    } else {
      auto& volume = std::get<Volume>(chosen);
      partner = volume.partner;
      volume.counts["cases"] += 1 + static_cast<std::int64_t>(random() % 20);
    }
    ++raised;
    const auto after = Rank(After(Registry("s"), facts), TheSet(), kToday);
    ASSERT_LE(place_of(after, partner), place_of(before, partner)) << "round " << round;
  }
  EXPECT_GT(raised, 1000);
}

TEST(RankingTest, PlacesAreOneMoreThanHowManyAreBetter) {
  std::mt19937 random(20261130);
  for (int round = 0; round < 500; ++round) {
    const auto ranking = Rank(After(Registry("s"), RandomFacts(random)), TheSet(), kToday);
    for (const RankedPartner& one : ranking) {
      const auto better =
          std::count_if(ranking.begin(), ranking.end(), [&](const RankedPartner& other) {
            return other.failed.empty() != one.failed.empty()
                       ? other.failed.empty()
                       : other.milli_points > one.milli_points;
          });
      ASSERT_EQ(one.place, better + 1);
    }
  }
}

class CriteriaTest : public ::testing::Test {
 protected:
  void Take(const absl::StatusOr<Plan>& plan) {
    ASSERT_THAT(plan, IsOk());
    registry_ = After(std::move(registry_), plan->facts);
  }

  Registry registry_ = LoadedRegistry();
  const absl::Time now_ = absl::FromCivil(absl::CivilHour(2026, 11, 23, 12), absl::UTCTimeZone());
  const identity::Principal desk_ =
      identity::Principal::Parse("spiffe://agency.example/agency/desk-officer/-/d1").value();
};

TEST_F(CriteriaTest, OperationalNecessityIsMandatoryInEverySet) {
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "CRITERIA_INVALID");
  const auto refused = [&](auto change) {
    CriteriaSet wrong = TheSet();
    change(wrong);
    return PlanCreateCriteriaSet(registry_, wrong).status();
  };
  EXPECT_THAT(refused([](CriteriaSet& s) { s.criteria.erase(s.criteria.begin()); }), invalid);
  EXPECT_THAT(refused([](CriteriaSet& s) { s.criteria[0].minimum = 0; }), invalid);
  EXPECT_THAT(refused([](CriteriaSet& s) { s.criteria[0].minimum = 6; }), invalid);
  EXPECT_THAT(refused([](CriteriaSet& s) { s.criteria[1].weight = 0; }), invalid);
  EXPECT_THAT(refused([](CriteriaSet& s) { s.criteria[1].weight = 101; }), invalid);
  EXPECT_THAT(refused([](CriteriaSet& s) { s.criteria[1].id = s.criteria[0].id; }), invalid);
  EXPECT_THAT(refused([](CriteriaSet& s) { s.criteria[1].measure = Measure::kUnspecified; }),
              invalid);
  EXPECT_THAT(refused([](CriteriaSet& s) { s.criteria[1].question = ""; }), invalid);
  EXPECT_THAT(refused([](CriteriaSet& s) { s.adopted = "2024"; }), invalid);
  Take(PlanCreateCriteriaSet(registry_, TheSet()));
  EXPECT_THAT(PlanCreateCriteriaSet(registry_, TheSet()),
              FailsWith(absl::StatusCode::kAlreadyExists, "CRITERIA_SET_EXISTS"));
}

TEST_F(CriteriaTest, AnAssessmentScoresEveryJudgedCriterionOnce) {
  Take(PlanCreateCriteriaSet(registry_, TheSet()));
  const auto record = [&](auto change) {
    Assessment assessment = Of("georgia", 4, 3);
    change(assessment);
    return PlanRecordAssessment(registry_, assessment, "01900000-0000-7000-8000-000000000001",
                                desk_, now_);
  };
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "ASSESSMENT_INVALID");
  EXPECT_THAT(record([](Assessment& a) { a.scores.pop_back(); }),
              FailsWith(absl::StatusCode::kInvalidArgument, "ASSESSMENT_INCOMPLETE"));
  EXPECT_THAT(record([](Assessment& a) { a.scores[1] = a.scores[0]; }), invalid);
  EXPECT_THAT(record([](Assessment& a) { a.scores[0].points = 6; }), invalid);
  EXPECT_THAT(record([](Assessment& a) { a.scores[0].points = -1; }), invalid);
  EXPECT_THAT(record([](Assessment& a) { a.scores[0].source = ""; }), invalid);
  EXPECT_THAT(record([](Assessment& a) {
                a.scores.push_back({"volume", 5, "x"});
              }),
              invalid)
      << "it is measured";
  EXPECT_THAT(record([](Assessment& a) { a.scores.push_back({"beauty", 5, "x"}); }), invalid);
  EXPECT_THAT(record([](Assessment& a) { a.day = "2026-11-24"; }), invalid) << "tomorrow";
  EXPECT_THAT(record([](Assessment& a) { a.criteria_set = "v2"; }),
              FailsWith(absl::StatusCode::kNotFound, "CRITERIA_SET_NOT_FOUND"));
  EXPECT_THAT(record([](Assessment& a) { a.partner = "atlantis"; }),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  const auto none = FailsWith(absl::StatusCode::kFailedPrecondition, "NOT_A_CANDIDATE");
  EXPECT_THAT(record([](Assessment& a) { a.partner = "france"; }), none);
  EXPECT_THAT(record([](Assessment& a) { a.partner = "europol"; }), none);
  EXPECT_THAT(record([](Assessment& a) {
                a.partner = "croatia";
                a.day = "2013-06-30";
              }),
              IsOk())
      << "a third country on that day";
  const auto plan = record([](Assessment&) {});
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(std::get<Assessment>(plan->facts[0]).recorded_by, desk_.spiffe_id);
}

TEST_F(CriteriaTest, WhoIsNoCandidateOnTheDayIsNotRanked) {
  registry_ = After(std::move(registry_),
                    {Of("france", 5, 5), Of("georgia", 4, 3), Of("croatia", 5, 5, "2013-01-01")});
  EXPECT_THAT(Places(Rank(registry_, TheSet(), kToday)), ElementsAre("1 georgia 2900"));
  EXPECT_THAT(Places(Rank(registry_, TheSet(), absl::CivilDay(2013, 6, 30))),
              ElementsAre("1 croatia 4000"));
}

}  // namespace
}  // namespace comity::partner_registry
