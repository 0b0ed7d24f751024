#include "common/facts_csv/csv.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <random>

#include "tests/testing/status_matchers.h"

namespace comity::facts_csv {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::vector<std::string>> Texts(const std::vector<Record>& records) {
  std::vector<std::vector<std::string>> rows;
  for (const Record& record : records) {
    auto& row = rows.emplace_back();
    for (const Cell& cell : record.cells) row.push_back(cell.text);
  }
  return rows;
}

TEST(CsvTest, QuotesMayHoldCommasQuotesAndLineEnds) {
  const auto records = ParseCsv("f.csv", "a,\"b,\"\"c\"\"\nd\"\r\ne,\n\"\",x");

  ASSERT_THAT(records, IsOk());
  EXPECT_THAT(Texts(*records), ElementsAre(ElementsAre("a", "b,\"c\"\nd"), ElementsAre("e", ""),
                                           ElementsAre("", "x")));
  EXPECT_EQ((*records)[1].line, 3) << "lines are counted in the file, not in rows";
}

TEST(CsvTest, ALastLineWithoutEndCountsAndAnEmptyFileHasNoRows) {
  EXPECT_THAT(Texts(*ParseCsv("f.csv", "a")), ElementsAre(ElementsAre("a")));
  EXPECT_THAT(Texts(*ParseCsv("f.csv", "a\n")), ElementsAre(ElementsAre("a")));
  EXPECT_TRUE(ParseCsv("f.csv", "")->empty());
}

struct Bad {
  std::string name;
  std::string text;
  std::string place;
};

void PrintTo(const Bad& bad, std::ostream* os) { *os << bad.name; }

class BadCsvTest : public ::testing::TestWithParam<Bad> {};

TEST_P(BadCsvTest, IsRefusedWithItsPlace) {
  const auto records = ParseCsv("f.csv", GetParam().text);

  EXPECT_THAT(records, FailsWith(absl::StatusCode::kInvalidArgument, "FACTS_FILE_INVALID"));
  EXPECT_THAT(std::string(records.status().message()), HasSubstr(GetParam().place));
}

INSTANTIATE_TEST_SUITE_P(Forms, BadCsvTest,
                         ::testing::Values(Bad{"ByteOrderMark",
                                               "\xEF\xBB\xBF"
                                               "a",
                                               "line 1, column 1"},
                                           Bad{"OpenQuote", "a\nb,\"c\nd", "line 2, column 2"},
                                           Bad{"TextAfterQuote", "\"a\"b", "line 1, column 1"},
                                           Bad{"QuoteInside", "a,b\"c", "line 1, column 2"},
                                           Bad{"Nul", std::string("a\0b", 3), "line 1, column 1"},
                                           Bad{"Escape", "a\n\x1b[2J", "line 2, column 1"},
                                           Bad{"LoneReturn", "a\rb", "line 1, column 1"},
                                           Bad{"Latin1", "T\xFCrkiye", "line 1, column 1"},
                                           Bad{"Overlong", "\xC0\xAF", "line 1"},
                                           Bad{"Surrogate", "\xED\xA0\x80", "line 1"},
                                           Bad{"CutSequence", "a\xE2\x82", "line 1"},
                                           Bad{"LongField", std::string(kMaxFieldBytes + 1, 'x'),
                                               "longer than 64 KiB"}),
                         [](const auto& param_info) { return param_info.param.name; });

TEST(CsvTest, AnyBytesAreEitherReadOrRefused) {
  std::mt19937 random(20261123);  // A fixed seed: the same bytes in every run.
  const std::string alphabet = "a,\"\n\r\xC3\xBC\x00;9";
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (auto length = random() % 24; length > 0; --length) {
      text.push_back(random() % 4 == 0 ? static_cast<char>(random() % 256)
                                       : alphabet[random() % alphabet.size()]);
    }

    const auto records = ParseCsv("f.csv", text);

    if (!records.ok()) {
      EXPECT_THAT(records, FailsWith(absl::StatusCode::kInvalidArgument, "FACTS_FILE_INVALID"));
    }
  }
}

}  // namespace
}  // namespace comity::facts_csv
