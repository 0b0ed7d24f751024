// What is exported reads as the same rows.

#include "common/facts_csv/write_facts.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/facts_csv/facts_csv.h"
#include "common/facts_csv/json_lines.h"
#include "tests/testing/status_matchers.h"

namespace comity::facts_csv {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
namespace v1 = partner_registry::v1;

// The facts that the rows say, partners with their classes.
std::vector<v1::Fact> FactsOf(const std::vector<Row>& rows) {
  std::vector<v1::Fact> facts;
  std::map<std::string, std::size_t> partners;
  for (const Row& row : rows) {
    if (row.has_legal_class()) {
      v1::Partner& partner = *facts[partners.at(row.legal_class().partner())].mutable_partner();
      *partner.add_legal_classes() = row.legal_class().period();
      continue;
    }
    v1::Fact& fact = facts.emplace_back();
    if (row.has_partner()) {
      partners[row.partner().name()] = facts.size() - 1;
      *fact.mutable_partner() = row.partner();
    }
    if (row.has_instrument()) *fact.mutable_instrument() = row.instrument();
    if (row.has_milestone()) *fact.mutable_milestone() = row.milestone();
    if (row.has_authority()) *fact.mutable_authority() = row.authority();
    if (row.has_contact()) *fact.mutable_contact() = row.contact();
  }
  return facts;
}

// Rows as texts, without where they stand and which columns their files have.
std::multiset<std::string> Said(std::vector<Row> rows) {
  std::multiset<std::string> said;
  for (Row& row : rows) {
    row.clear_source();
    row.clear_emptied();
    said.insert(row.ShortDebugString());
  }
  return said;
}

std::vector<Row> Published() {
  const auto rows = ReadFolder(absl::StrCat(std::getenv("COMITY_SOURCE_DIR"), "/deploy/data"));
  EXPECT_THAT(rows, IsOk());
  return *rows;
}

v1::Fact APartner() {
  v1::Fact fact;
  v1::Partner& partner = *fact.mutable_partner();
  partner.set_name("partners/turkiye");
  partner.set_kind(v1::PARTNER_KIND_STATE);
  partner.set_display_name("T\xC3\xBCrkiye, \"Republic\" of");
  partner.set_status_footnote("one line\nand another");
  partner.add_aliases("Turkey");
  partner.add_aliases("Turquie");
  return fact;
}

TEST(WriteFactsTest, WhatTheProjectPublishesComesBackAsItIs) {
  const std::vector<Row> rows = Published();
  std::vector<Row> again;
  for (const auto& [name, text] : WriteFiles(FactsOf(rows))) {
    const auto read = ReadFile(name, text);
    ASSERT_THAT(read, IsOk());
    again.insert(again.end(), read->begin(), read->end());
  }
  EXPECT_EQ(Said(again), Said(rows));
}

TEST(WriteFactsTest, FieldsWithCommasQuotesAndLinesAreQuoted) {
  const auto files = WriteFiles({APartner()});

  const auto rows = ReadFile("partners.csv", files.at("partners.csv"));
  ASSERT_THAT(rows, IsOk());
  EXPECT_EQ(rows->at(0).partner().ShortDebugString(), APartner().partner().ShortDebugString());
  EXPECT_EQ(files.at("contacts.csv"),
            absl::StrCat("partner,id,spiffe_id,function,authority,opener,"
                         "languages,time_zone,days,start,end,holidays,"
                         "last_verified,deputies,absences,valid_from,valid_to,suspended\n"));
}

TEST(WriteFactsTest, WhatIsSuspendedOrDeletedComesBackSo) {
  v1::Fact partner = APartner();
  partner.mutable_partner()->set_exchanges_suspended(true);
  partner.mutable_partner()->mutable_delete_time();
  partner.mutable_partner()->set_merged_into("partners/other");
  v1::Fact contact;
  contact.mutable_contact()->set_name("partners/georgia/contacts/tbilisi-1");
  contact.mutable_contact()->set_spiffe_id("spiffe://a.example/partner/georgia/contact/tbilisi-1");
  contact.mutable_contact()->set_function("contact point");
  contact.mutable_contact()->set_authority("partners/georgia/authorities/prosecution-service");
  contact.mutable_contact()->set_state(v1::Contact::STATE_SUSPENDED);

  std::vector<Row> rows;
  for (const auto& [name, text] : WriteFiles({partner, contact})) {
    const auto read = ReadFile(name, text);
    ASSERT_THAT(read, IsOk());
    rows.insert(rows.end(), read->begin(), read->end());
  }
  const auto lines = ReadJsonLines("facts.jsonl", *WriteJsonLines({partner, contact}));
  ASSERT_THAT(lines, IsOk());
  EXPECT_EQ(Said(rows), Said(*lines));
  Row of_partner, of_contact;
  *of_partner.mutable_partner() = partner.partner();
  *of_contact.mutable_contact() = contact.contact();
  EXPECT_EQ(Said(rows), Said({of_partner, of_contact}));
}

TEST(WriteFactsTest, AnErasedContactIsNotWritten) {
  v1::Fact contact;
  contact.mutable_contact()->set_name("partners/georgia/contacts/tbilisi-1");
  contact.mutable_contact()->set_state(v1::Contact::STATE_ERASED);
  EXPECT_THAT(WriteFiles({contact}).at("contacts.csv"), Not(HasSubstr("tbilisi")));
  EXPECT_EQ(*WriteJsonLines({contact}), "");
}

TEST(WriteFactsTest, WhatWasRetractedIsNotWritten) {
  v1::Fact instrument;
  instrument.mutable_instrument()->set_name("partners/georgia/instruments/agreement");
  instrument.mutable_instrument()->mutable_retraction();
  v1::Fact authority;
  authority.mutable_authority()->set_name("partners/georgia/authorities/prosecution-service");
  authority.mutable_authority()->mutable_retraction();
  EXPECT_THAT(WriteFiles({instrument}).at("instruments.csv"), Not(HasSubstr("georgia")));
  EXPECT_THAT(WriteFiles({authority}).at("authorities.csv"), Not(HasSubstr("georgia")));
  EXPECT_EQ(*WriteJsonLines({instrument, authority}), "");
}

TEST(WriteFactsTest, WhatIsSaidOfAContactAndAnInstrumentComesBack) {
  v1::Fact contact;
  v1::Contact& told = *contact.mutable_contact();
  told.set_name("partners/georgia/contacts/tbilisi-1");
  told.set_spiffe_id("spiffe://a.example/partner/georgia/contact/tbilisi-1");
  told.set_function("contact point");
  told.set_authority("partners/georgia/authorities/prosecution-service");
  told.add_deputies("partners/georgia/contacts/tbilisi-2");
  told.add_deputies("partners/georgia/contacts/tbilisi-3");
  for (const char* day : {"2026-12-24", "2027-04-01"}) {
    v1::Absence& absence = *told.add_absences();
    absence.set_first_day(day);
    absence.set_last_day("2027-04-02");
  }
  told.set_valid_from("2026-01-01");
  told.set_valid_to("2027-12-31");
  v1::Fact instrument;
  instrument.mutable_instrument()->set_name("partners/georgia/instruments/i");
  instrument.mutable_instrument()->set_kind(v1::INSTRUMENT_KIND_ADEQUACY_DECISION_LED);
  instrument.mutable_instrument()->set_title("Decision");
  instrument.mutable_instrument()->set_last_evaluated("2026-01");
  instrument.mutable_instrument()->set_review_by("2029-12-01");
  v1::InstrumentScope& scope = *instrument.mutable_instrument()->mutable_scope();
  scope.add_territories("Gibraltar");
  scope.add_sectors("customs");
  scope.add_offences("terrorism");
  scope.add_offences("fraud, cross-border");
  scope.add_stages("investigation");
  scope.add_subjects(v1::SUBJECT_KIND_SUSPECT);
  scope.add_subjects(v1::SUBJECT_KIND_OTHER);
  scope.set_excludes_special_categories(true);

  v1::Fact authority;
  authority.mutable_authority()->set_name("partners/georgia/authorities/a");
  authority.mutable_authority()->set_display_name("Customs");
  authority.mutable_authority()->add_sectors("customs");
  authority.mutable_authority()->add_sectors("asylum");

  const auto files = WriteFiles({contact, instrument, authority});
  const auto authorities = ReadFile("authorities.csv", files.at("authorities.csv"));
  ASSERT_THAT(authorities, IsOk());
  EXPECT_THAT(authorities->at(0).authority().sectors(), ElementsAre("customs", "asylum"));
  EXPECT_FALSE(authorities->at(0).has_emptied());
  const auto silent = ReadFile("authorities.csv", "partner,id,display_name,sectors\nx,a,A,\n");
  ASSERT_THAT(silent, IsOk());
  EXPECT_THAT(silent->at(0).emptied().paths(), ElementsAre("sectors"));
  const auto contacts = ReadFile("contacts.csv", files.at("contacts.csv"));
  ASSERT_THAT(contacts, IsOk());
  EXPECT_EQ(contacts->at(0).contact().ShortDebugString(), told.ShortDebugString());
  EXPECT_FALSE(contacts->at(0).has_emptied());
  const auto instruments = ReadFile("instruments.csv", files.at("instruments.csv"));
  ASSERT_THAT(instruments, IsOk());
  EXPECT_EQ(instruments->at(0).instrument().ShortDebugString(),
            instrument.instrument().ShortDebugString());
  const auto emptied =
      ReadFile("instruments.csv",
               "partner,id,kind,title,offences,stages,excludes_special_categories\n"
               "georgia,i,BINDING_INSTRUMENT,t,fraud,,no\n");
  ASSERT_THAT(emptied, IsOk());
  EXPECT_THAT(emptied->at(0).emptied().paths(),
              ElementsAre("scope.stages", "scope.excludes_special_categories"));
  EXPECT_THAT(ReadFile("instruments.csv",
                       "partner,id,kind,title,subjects\n"
                       "georgia,i,BINDING_INSTRUMENT,t,SUSPECT;BYSTANDER\n"),
              FailsWith(absl::StatusCode::kInvalidArgument, "FACTS_FILE_INVALID"));
  EXPECT_THAT(ReadFile("contacts.csv",
                       "partner,id,spiffe_id,function,authority,absences\n"
                       "georgia,a,spiffe://x,f,p,2026-12-24\n"),
              FailsWith(absl::StatusCode::kInvalidArgument, "FACTS_FILE_INVALID"));
}

TEST(WriteFactsTest, AnEmptyCellSaysMoreThanAColumnThatIsNotThere) {
  const auto rows = ReadFile("contacts.csv",
                             "partner,id,spiffe_id,function,authority,languages,absences,valid_to\n"
                             "georgia,a,spiffe://x,f,p,,,2027-12-31\n");
  ASSERT_THAT(rows, IsOk());
  EXPECT_THAT(rows->at(0).emptied().paths(), ElementsAre("absences"));
}

TEST(JsonLinesTest, WhatTheProjectPublishesComesBackAsItIs) {
  const std::vector<Row> rows = Published();
  const auto again = ReadJsonLines("facts.jsonl", *WriteJsonLines(FactsOf(rows)));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(Said(*again), Said(rows));
}

TEST(JsonLinesTest, WhatOnlyTheServerSetsIsNotWritten) {
  v1::Fact fact = APartner();
  fact.mutable_partner()->mutable_revision()->set_number(7);
  fact.mutable_partner()->set_etag("\"x\"");
  v1::Fact decision;
  decision.mutable_decision()->set_name("decisions/1");

  const std::string lines = *WriteJsonLines({fact, decision});

  EXPECT_THAT(lines, Not(HasSubstr("revision")));
  EXPECT_THAT(lines, Not(HasSubstr("etag")));
  EXPECT_THAT(lines, Not(HasSubstr("decisions/1")));
}

TEST(JsonLinesTest, WhatIsWrongIsNamedByItsLine) {
  const auto refused = [](const std::string& line, const std::string& what) {
    const auto rows = ReadJsonLines("f.jsonl", absl::StrCat(*WriteJsonLines({APartner()}), line));
    EXPECT_THAT(rows, FailsWith(absl::StatusCode::kInvalidArgument, "FACTS_FILE_INVALID"));
    EXPECT_THAT(std::string(rows.status().message()), HasSubstr("f.jsonl, line 2"));
    EXPECT_THAT(std::string(rows.status().message()), HasSubstr(what));
  };
  refused("nonsense", "no fact in proto3 JSON");
  refused("{\"partner\":{\"colour\":\"red\"}}", "no fact in proto3 JSON");
  refused("{}", "no partner, instrument");
  refused("{\"decision\":{}}", "no partner, instrument");
}

}  // namespace
}  // namespace comity::facts_csv
