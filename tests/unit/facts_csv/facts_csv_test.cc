#include "common/facts_csv/facts_csv.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <map>

#include "absl/strings/str_cat.h"
#include "tests/testing/status_matchers.h"

namespace comity::facts_csv {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
namespace v1 = partner_registry::v1;

std::string DataFolder() { return absl::StrCat(std::getenv("COMITY_SOURCE_DIR"), "/deploy/data"); }

TEST(FactsCsvTest, TheProjectsOwnDataReadsCompletely) {
  const auto rows = ReadFolder(DataFolder());

  ASSERT_THAT(rows, IsOk());
  std::map<int, int> count;
  for (const Row& row : *rows) ++count[row.fact_case()];
  EXPECT_EQ(count[Row::kPartner], 92);
  EXPECT_EQ(count[Row::kLegalClass], 95);
  EXPECT_EQ(count[Row::kInstrument], 37);
  EXPECT_GT(count[Row::kMilestone], 80);
  EXPECT_GT(count[Row::kAuthority], 70);
  EXPECT_EQ(count[Row::kContact], 5);
}

TEST(FactsCsvTest, AnInstrumentKeepsEveryDateAsWrittenAndItsCertainties) {
  const auto rows =
      ReadFile("instruments.csv",
               "partner,id,kind,title,signed,in_force,supersedes,certainty,allows_secondment\n"
               "moldova,cooperation-agreement,COOPERATION_AGREEMENT_PRE_2019,Cooperation "
               "agreement,2014-07-10,2016-10,older,signed:month;in_force:unknown,yes\n");

  ASSERT_THAT(rows, IsOk());
  const v1::Instrument& instrument = rows->at(0).instrument();
  EXPECT_EQ(instrument.name(), "partners/moldova/instruments/cooperation-agreement");
  EXPECT_EQ(instrument.in_force(), "2016-10");
  EXPECT_EQ(instrument.certainty().at("signed"), v1::CERTAINTY_MONTH);
  EXPECT_EQ(instrument.certainty().at("in_force"), v1::CERTAINTY_UNKNOWN);
  EXPECT_EQ(instrument.supersedes(), "partners/moldova/instruments/older");
  EXPECT_TRUE(instrument.allows_secondment());
  EXPECT_EQ(rows->at(0).source().line(), 2);
}

TEST(FactsCsvTest, AContactHasItsHours) {
  const auto rows = ReadFile(
      "contacts.csv",
      "partner,id,spiffe_id,function,authority,opener,time_zone,days,start,end\n"
      "georgia,tbilisi-1,spiffe://georgia.example/partner/georgia/contact/tbilisi-1,contact "
      "point,prosecution-service,yes,Asia/Tbilisi,1;5,09:00,18:30\n");

  ASSERT_THAT(rows, IsOk());
  const v1::Contact& contact = rows->at(0).contact();
  EXPECT_EQ(contact.authority(), "partners/georgia/authorities/prosecution-service");
  EXPECT_TRUE(contact.opener());
  EXPECT_EQ(contact.working_hours().start_minute(), 540);
  EXPECT_EQ(contact.working_hours().end_minute(), 1110);
  EXPECT_EQ(contact.working_hours().days_size(), 2);
}

struct Bad {
  std::string name;
  std::string file;
  std::string text;
  std::string place;
};

void PrintTo(const Bad& bad, std::ostream* os) { *os << bad.name; }

class BadFactsTest : public ::testing::TestWithParam<Bad> {};

TEST_P(BadFactsTest, AreRefusedWithTheirPlace) {
  const auto rows = ReadFile(GetParam().file, GetParam().text);

  EXPECT_THAT(rows, FailsWith(absl::StatusCode::kInvalidArgument, "FACTS_FILE_INVALID"));
  EXPECT_THAT(std::string(rows.status().message()), HasSubstr(GetParam().place));
}

constexpr char kPartners[] = "partners.csv";
INSTANTIATE_TEST_SUITE_P(
    Rows, BadFactsTest,
    ::testing::Values(
        Bad{"Empty", kPartners, "", "the file is empty"},
        Bad{"Recorded", kPartners, "id,kind,display_name,recorded\n",
            "line 1, column recorded: a file cannot say when"},
        Bad{"Revision", kPartners, "id,revision,kind,display_name\n", "only the server can"},
        Bad{"UnknownColumn", kPartners, "id,kind,display_name,colour\n",
            "line 1, column 4: the header names an unknown column"},
        Bad{"ColumnTwice", kPartners, "id,kind,display_name,id\n", "twice"},
        Bad{"MissingColumn", kPartners, "id,kind\n", "column display_name: the header lacks"},
        Bad{"ShortRow", kPartners, "id,kind,display_name\ngeorgia,STATE\n",
            "line 2: the row has 2 fields"},
        Bad{"UpperCaseId", kPartners, "id,kind,display_name\nGeorgia,STATE,Georgia\n",
            "line 2, column id"},
        Bad{"UnknownKind", kPartners, "id,kind,display_name\ngeorgia,KINGDOM,Georgia\n",
            "line 2, column kind: it is not one of STATE"},
        Bad{"EmptyName", kPartners, "id,kind,display_name\ngeorgia,STATE,\n",
            "line 2, column display_name"},
        Bad{"NoSuchDay", "instruments.csv",
            "partner,id,kind,title,signed\na,b,OTHER_AGREEMENT,t,2019-02-30\n",
            "line 2, column signed"},
        Bad{"CertaintyOfNothing", "instruments.csv",
            "partner,id,kind,title,certainty\na,b,OTHER_AGREEMENT,t,mood:found\n",
            "line 2, column certainty"},
        Bad{"CertaintyTwice", "instruments.csv",
            "partner,id,kind,title,certainty\na,b,OTHER_AGREEMENT,t,signed:found;signed:year\n",
            "names signed twice"},
        Bad{"NoTime", "contacts.csv",
            "partner,id,spiffe_id,function,authority,time_zone,days,start,end\n"
            "a,b,s,f,x,Asia/Tbilisi,1,25:00,26:00\n",
            "line 2, column start"},
        Bad{"NoZone", "contacts.csv", "partner,id,spiffe_id,function,authority,days\na,b,s,f,x,1\n",
            "column time_zone"},
        Bad{"OtherFile", "people.csv", "name\n", "no facts are read from a file of this name"}),
    [](const auto& param_info) { return param_info.param.name; });

TEST(FactsCsvTest, AFolderWithoutFactsIsNotFound) {
  EXPECT_THAT(ReadFolder("/nonexistent"),
              FailsWith(absl::StatusCode::kNotFound, "FACTS_FOLDER_NOT_FOUND"));
}

}  // namespace
}  // namespace comity::facts_csv
