// Briefings on the project's own data, held against the files in golden/. After a wanted change
// COMITY_UPDATE_GOLDEN=1 writes them anew; read the difference.
#include "services/partner-registry/reports/briefing.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/time/day.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Case {
  std::string name;
  std::string partner;
  std::string day;
  std::string public_on;
};

void PrintTo(const Case& sample, std::ostream* out) { *out << sample.name; }

const Case kCases[] = {{"albania", "albania", "2026-11-23", ""},
                       {"albania_before", "albania", "2019-10-31", ""},
                       {"united_kingdom_transition", "united-kingdom", "2021-02-15", ""},
                       {"united_kingdom_extended", "united-kingdom", "2025-12-28", ""},
                       {"united_kingdom_as_known", "united-kingdom", "2025-12-28", "2025-12-01"},
                       {"kosovo", "kosovo", "2026-11-23", ""},
                       {"panama", "panama", "2026-11-23", ""}};

pages::Page PageOf(const Case& sample) {
  static const Registry registry = LoadedRegistry();
  const absl::CivilDay day = ParseDay(sample.day).value();
  QuestionTime time{.instant = absl::FromCivil(absl::CivilHour(day) + 12, Brussels())};
  if (!sample.public_on.empty()) time.public_on = ParseDay(sample.public_on).value();
  if (sample.day != "2026-11-23") time.mode = legal::Mode::kExplore;
  return BriefingOn(registry, *registry.FindPartner(sample.partner), time);
}

class BriefingTest : public ::testing::TestWithParam<Case> {};

TEST_P(BriefingTest, SaysWhatTheGoldenFileSays) {
  const std::string file =
      absl::StrCat(std::getenv("COMITY_SOURCE_DIR"), "/tests/unit/partner_registry/golden/",
                   GetParam().name, ".md");
  const std::string made = pages::ToMarkdown(PageOf(GetParam()));
  if (std::getenv("COMITY_UPDATE_GOLDEN") != nullptr) std::ofstream(file) << made;

  std::ifstream in(file);
  EXPECT_EQ(made, std::string(std::istreambuf_iterator<char>(in), {}));
}

TEST_P(BriefingTest, EveryStatementNamesASourceThatIsListed) {
  const std::string text = pages::ToMarkdown(PageOf(GetParam()));
  const std::size_t sources = text.find("## Sources\n");
  ASSERT_NE(sources, std::string::npos);
  const std::regex citation(R"( \[([0-9]+)\])");
  int statements = 0;
  std::string before;
  for (const absl::string_view part : absl::StrSplit(text.substr(0, sources), '\n')) {
    const std::string line(part);
    // Neither headings, captions, the notice, nor the heads of tables (above their rule) state
    // anything.
    const bool head = absl::StartsWith(line, "| ") && !absl::StartsWith(before, "|");
    before = line;
    if (line.empty() || head || absl::StartsWith(line, "#") || absl::StartsWith(line, "> ") ||
        absl::StartsWith(line, "**") || absl::StartsWith(line, "| ---")) {
      continue;
    }
    ++statements;
    std::smatch found;
    ASSERT_TRUE(std::regex_search(line, found, citation)) << line;
    EXPECT_THAT(text, HasSubstr(absl::StrCat("\n", found[1].str(), ". "))) << line;
  }
  EXPECT_GE(statements, 20);
}

TEST_P(BriefingTest, EverySourceIsCited) {
  const pages::Page page = PageOf(GetParam());
  const std::string html = pages::ToHtml(page);
  for (std::size_t i = 1; i <= page.sources.size(); ++i) {
    EXPECT_THAT(html, HasSubstr(absl::StrCat("<a href=\"#source-", i, "\">")))
        << page.sources[i - 1];
  }
}

INSTANTIATE_TEST_SUITE_P(RealData, BriefingTest, ::testing::ValuesIn(kCases),
                         [](const auto& sample) { return sample.param.name; });

TEST(BriefingWordsTest, TheUnitedKingdomRestsOnWhatWasKnown) {
  EXPECT_THAT(pages::ToMarkdown(PageOf(kCases[2])), HasSubstr("(basis D)"));
  EXPECT_THAT(pages::ToMarkdown(PageOf(kCases[3])), HasSubstr("(basis A)"));
  const std::string known = pages::ToMarkdown(PageOf(kCases[4]));
  EXPECT_THAT(known, HasSubstr("(basis C)"));
  EXPECT_THAT(known, Not(HasSubstr("2025/2571")));
}

TEST(BriefingWordsTest, ADayByWhichASourceShowsItInForceIsNotThatOfEntryIntoForce) {
  const std::string georgia = pages::ToMarkdown(PageOf({"", "georgia", "2026-11-23", ""}));
  EXPECT_THAT(georgia, HasSubstr("| by 2020-11-19 |"));
  EXPECT_THAT(georgia, Not(HasSubstr("| 2020-11-19 |")));
  EXPECT_THAT(georgia, HasSubstr("since it took effect, no later than 2020-11-19"));
}

TEST(BriefingWordsTest, ARecordThatNamesNoDocumentIsNotCitedAsOne) {
  const std::string croatia = pages::ToMarkdown(PageOf({"", "croatia", "2013-06-30", ""}));
  EXPECT_THAT(croatia, HasSubstr("no document named; registry record "
                                 "partners/croatia/instruments/cooperation-agreement, "));
}

TEST(BriefingWordsTest, WhatTheAgencyDidItselfIsNotSaidToBeFoundInAPublicSource) {
  const Registry registry =
      After(LoadedRegistry(),
            {Secondment{.partner = "georgia",
                        .id = "s1",
                        .kind = SecondmentKind::kLiaisonProsecutor,
                        .instrument = "partners/georgia/instruments/cooperation-agreement",
                        .from = "2026-01-01",
                        .evidence = "letter"}});
  const QuestionTime time{.instant =
                              absl::FromCivil(absl::CivilHour(2026, 11, 23, 12), Brussels())};
  const std::string text =
      pages::ToMarkdown(BriefingOn(registry, *registry.FindPartner("georgia"), time));
  EXPECT_THAT(text, HasSubstr("| 2026-01-01 | recorded by the agency |"));
  EXPECT_THAT(text, HasSubstr("| 2026-01-01 | seconded | recorded by the agency ["));
}

TEST(BriefingWordsTest, WhoIsOffTheRegisterIsSaidToBeBeforeAnythingElse) {
  const Registry loaded = LoadedRegistry();
  const QuestionTime time{.instant = kNow};
  const auto text_of = [&](const Partner& partner) {
    const Registry registry = After(loaded, {partner});
    return pages::ToMarkdown(BriefingOn(registry, *registry.FindPartner(partner.id), time));
  };
  Partner partner = *loaded.FindPartner("georgia");
  EXPECT_THAT(text_of(partner), HasSubstr("Exchanges with it are not suspended."));
  partner.delete_time = kNow;
  const std::string deleted = text_of(partner);
  const std::size_t said =
      deleted.find("\nIt was taken off the register on 2026-11-28: nothing is");
  ASSERT_NE(said, std::string::npos);
  EXPECT_LT(said, deleted.find("\nAs of 2026-11-28"));
  EXPECT_THAT(deleted, Not(HasSubstr("Exchanges")));
  partner.merged_into = "moldova";
  EXPECT_THAT(text_of(partner), HasSubstr("2026-11-28 and merged into partners/moldova,"));
}

TEST(BriefingWordsTest, WhatAnInstrumentCoversStandsBesideWhatItCanBeABasisFor) {
  const Registry loaded = LoadedRegistry();
  Instrument limited = *loaded.FindInstrument("partners/georgia/instruments/cooperation-agreement");
  limited.scope = {.offences = {"terrorism"}, .subjects = {legal::SubjectKind::kVictim}};
  const Registry registry = After(loaded, {limited});
  const QuestionTime time{.instant =
                              absl::FromCivil(absl::CivilHour(2026, 11, 23, 12), Brussels())};
  const std::string text =
      pages::ToMarkdown(BriefingOn(registry, *registry.FindPartner("georgia"), time));
  EXPECT_THAT(text, HasSubstr("as far as it covers them: offences: only \"terrorism\"; persons: "
                              "only victims"));
  EXPECT_THAT(text, HasSubstr("data of suspects and convicted persons (only victims)"));
  EXPECT_THAT(text, Not(HasSubstr("(basis B)")));
}

TEST(BriefingWordsTest, WhatWaitsForASecondPersonIsSaidOfTheEffect) {
  const Registry loaded = LoadedRegistry();
  Instrument widened = *loaded.FindInstrument("partners/albania/instruments/cooperation-agreement");
  widened.scope.offences = {"terrorism"};
  widened.certainty["scope"] = Certainty::kUnconfirmed;
  const QuestionTime time{.instant =
                              absl::FromCivil(absl::CivilHour(2026, 11, 23, 12), Brussels())};
  const auto text = [&] {
    const Registry registry = After(loaded, {widened});
    return pages::ToMarkdown(BriefingOn(registry, *registry.FindPartner("albania"), time));
  };
  EXPECT_THAT(text(), HasSubstr("| has effect once a second person confirmed: scope |"));
  EXPECT_THAT(text(),
              HasSubstr("as far as it covers them, which is not confirmed: offences: only"));
  widened.certainty["scope"] = Certainty::kUnknown;
  EXPECT_THAT(text(), HasSubstr("| open: scope |"));
}

TEST(BriefingWordsTest, TheFootnoteGoesWithTheName) {
  for (const std::string& text :
       {pages::ToMarkdown(PageOf(kCases[5])), pages::ToHtml(PageOf(kCases[5]))}) {
    EXPECT_THAT(text, HasSubstr("UNSCR 1244/1999"));
  }
}

TEST(BriefingWordsTest, PanamaHasThreeRoutesAndAnArrangementThatIsNone) {
  const std::string panama = pages::ToMarkdown(PageOf(kCases[6]));

  EXPECT_THAT(panama, HasSubstr("no legal basis established"));
  EXPECT_THAT(panama, HasSubstr("A route, EJR 58(1)(b)"));
  EXPECT_THAT(panama, HasSubstr("is never a basis for personal data"));
}

TEST(BriefingWordsTest, NeitherContactsNorTheirIdentitiesAreNamed) {
  for (const Case& sample : kCases) {
    const std::string text = pages::ToMarkdown(PageOf(sample));
    EXPECT_THAT(text, Not(HasSubstr("spiffe:"))) << sample.name;
    EXPECT_THAT(text, Not(HasSubstr("tirana-1"))) << sample.name;
    EXPECT_THAT(text, Not(HasSubstr("panama-1"))) << sample.name;
  }
}

}  // namespace
}  // namespace comity::partner_registry
