// The decision table in words says what the rows say, and the README says what the table says.
#include "common/legal/table.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/legal/evaluate.h"
#include "tests/unit/legal/for_each_case.h"

namespace comity::legal::naive {
namespace {

using ::testing::HasSubstr;
using Words = std::set<std::string>;

// "EJR 47(5), 56(1)(c); EUDPR 75" cites 47(5), 56(1)(c) and 75.
Words Citations(absl::string_view articles) {
  Words citations;
  for (absl::string_view part :
       absl::StrSplit(articles, absl::ByAnyChar(";,"), absl::SkipEmpty())) {
    part = absl::StripAsciiWhitespace(part);
    for (const absl::string_view law : {"EJR ", "EUDPR ", "LED ", "TCA "}) {
      const std::size_t at = part.find(law);
      if (at != absl::string_view::npos) part = part.substr(at + law.size());
    }
    citations.insert(std::string(part));
  }
  return citations;
}

struct Said {
  Words outcomes;
  Words citations;
  Words remedies;
};

// What the check says of registries and questions made at random, by row.
const std::map<std::string, Said>& SaidByTheCheck() {
  static const std::map<std::string, Said> kSaid = [] {
    std::map<std::string, Said> said;
    const auto take = [&said](const Verdict& verdict) {
      for (const Reason& reason : verdict.reasons) {
        Said& row = said[reason.row];
        row.outcomes.insert(std::string(Name(reason.outcome)));
        row.citations.merge(Citations(reason.article));
        if (!reason.remedy.empty()) row.remedies.insert(reason.remedy);
      }
    };
    ForEachCase(Cases(20000), [&](RandomWorlds&, const World&, const Facts& facts,
                                  const Question& question) {
      take(Evaluate(facts, question));
      take(EvaluateSecondment(facts, {.instant = question.instant,
                                      .mode = question.mode,
                                      .partner = std::string(PartnerOf(question.counterpart))}));
    });
    return said;
  }();
  return kSaid;
}

// The table's rows of one number together.
std::map<std::string, Said> Table() {
  std::map<std::string, Said> table;
  for (const TablePhase& phase : DecisionTable()) {
    for (const TableRow& row : phase.rows) {
      Said& said = table[std::string(row.row)];
      for (const Outcome outcome : row.outcomes) said.outcomes.insert(std::string(Name(outcome)));
      said.citations.merge(Citations(row.articles));
    }
  }
  return table;
}

TEST(TableTest, EveryRowThatTheCheckSaysIsInTheTableAndTheOtherWayRound) {
  Words said;
  for (const auto& [row, what] : SaidByTheCheck()) said.insert(row);
  Words told;
  for (const auto& [row, what] : Table()) told.insert(row);

  EXPECT_EQ(said, told);
}

TEST(TableTest, ARowComesToWhatTheTableSaysItMay) {
  for (const auto& [row, told] : Table()) {
    if (told.outcomes.empty()) continue;  // It only explains.
    EXPECT_EQ(SaidByTheCheck().at(row).outcomes, told.outcomes) << row;
  }
}

TEST(TableTest, ARowCitesWhatTheTableCites) {
  for (const auto& [row, told] : Table()) {
    if (row == "3.2") continue;  // Whatever the instrument is called.
    EXPECT_EQ(SaidByTheCheck().at(row).citations, told.citations) << row;
  }
}

// Whoever reads a list of what to do looks for what is his.
TEST(TableTest, WhatToDoBeginsWithWhoDoesIt) {
  const std::regex who(
      "(Whoever asks|The registry operator|A second person|The authorised person of the agency|"
      "The College|The national members? |A national member|The national authority|The partner|"
      "A contact that opens for the authority|Only ).+");
  int told = 0;
  for (const auto& [row, said] : SaidByTheCheck()) {
    for (const std::string& remedy : said.remedies) {
      ++told;
      EXPECT_TRUE(std::regex_match(remedy, who)) << row << ": " << remedy;
    }
  }
  EXPECT_GT(told, 40) << "otherwise hardly any was tried";
}

TEST(TableTest, EveryRowHasAQuestionThatItAnswers) {
  for (const TablePhase& phase : DecisionTable()) {
    for (const TableRow& row : phase.rows) {
      EXPECT_TRUE(absl::StartsWith(row.row, absl::StrCat(phase.number, "."))) << row.row;
      EXPECT_TRUE(absl::EndsWith(row.example, "?")) << row.row;
    }
  }
}

TEST(TableTest, TheReadmeShowsTheSameTable) {
  std::ifstream in(absl::StrCat(std::getenv("COMITY_SOURCE_DIR"), "/common/legal/README.md"));
  const std::string readme(std::istreambuf_iterator<char>(in), {});
  std::string table = "| Row | If | Articles | Then |\n|---|---|---|---|\n";
  for (const TablePhase& phase : DecisionTable()) {
    absl::StrAppend(&table, "| **", phase.number, "** | **", phase.title, "** | | |\n");
    for (const TableRow& row : phase.rows) {
      absl::StrAppend(&table, "| ", row.row, " | ", row.condition, " | ", row.articles, " | ",
                      row.then, " |\n");
    }
  }
  EXPECT_THAT(readme, HasSubstr(table + "\n"));
}

}  // namespace
}  // namespace comity::legal::naive
