#include <gmock/gmock.h>

#include <iterator>

#include "common/facts_csv/facts_csv.h"
#include "common/journal/subject_keys.h"
#include "common/storage/files.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using Stub = v1::PartnerRegistryService::Stub;

std::vector<v1::ImportFactsRequest::Row> Rows(absl::string_view file, absl::string_view text) {
  return facts_csv::ReadFile(file, text).value();
}

class ImportFactsTest : public ::testing::Test {
 protected:
  std::int64_t Partners() { return std::ssize(server_.application().store().View()->partners()); }

  RegistryServer server_;
};

TEST_F(ImportFactsTest, LoadsTheRealPartnersInOneRevisionAndIsNoChangeTheSecondTime) {
  const auto first = server_.ImportData();
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->rows_by_kind().at("partners"), 92);
  EXPECT_EQ(first->rows_by_kind().at("legal_classes"), 95);
  EXPECT_EQ(first->changed(), 0);
  EXPECT_EQ(first->added(), 92 + 37 + 86 + 78 + 5);
  EXPECT_EQ(first->registry_revision().number(), 1);

  const auto second = server_.ImportData();

  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->added(), 0);
  EXPECT_EQ(second->changed(), 0);
  EXPECT_EQ(second->differences_size(), 0);
  EXPECT_EQ(second->registry_revision().number(), 1);
}

TEST_F(ImportFactsTest, ADryRunTellsTheDifferenceAndWritesNothing) {
  const auto dry =
      server_.Import(kOperator, Rows("partners.csv", "id,kind,display_name\nx,UNION_BODY,X\n"),
                     /*validate_only=*/true);

  ASSERT_THAT(dry, IsOk());
  ASSERT_EQ(dry->differences_size(), 1);
  EXPECT_EQ(dry->differences(0).name(), "partners/x");
  EXPECT_EQ(dry->differences(0).source().line(), 2);
  EXPECT_EQ(dry->registry_revision().number(), 0);
  EXPECT_EQ(Partners(), 0);
}

TEST_F(ImportFactsTest, OneBadRowRefusesAllAndNamesItsPlace) {
  auto rows = Rows("partners.csv", "id,kind,display_name\nx,UNION_BODY,X\n");
  const auto bad = Rows("milestones.csv",
                        "partner,id,axis,step,day,evidence\n"
                        "x,a,TREATY,COUNCIL_MANDATE,2021,decision\n"
                        "x,b,TREATY,SIGNED_IN_HASTE,2021,decision\n");
  rows.insert(rows.end(), bad.begin(), bad.end());

  const auto answer = server_.Import(kOperator, rows);

  EXPECT_THAT(answer, FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
  EXPECT_THAT(std::string(answer.status().message()),
              HasSubstr("milestones.csv, line 3, column step"));
  EXPECT_EQ(DetailsOf(answer.status()).metadata.at("line"), "3");
  EXPECT_EQ(Partners(), 0);
}

TEST_F(ImportFactsTest, KeysOfNewContactsAreMadeBeforeTheTurnAndHarmNobodyIfItRefuses) {
  const auto contact = Rows("contacts.csv",
                            "partner,id,spiffe_id,function,authority\n"
                            "x,desk,spiffe://agency.example/partner/x/contact/desk,Desk,office\n");
  const std::string file = server_.JournalOptions().expiry_key_directory + "/" +
                           journal::SubjectKeys::FileOf("partners/x/contacts/desk");

  EXPECT_THAT(server_.Import(kOperator, contact),
              FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"))
      << "there is no such partner";
  const std::string key = storage::ReadFile(file).value();
  EXPECT_EQ(key.size(), 32U);
  server_.Restart();

  auto rows = Rows("partners.csv", "id,kind,display_name\nx,UNION_BODY,X\n");
  const auto office = Rows("authorities.csv",
                           "partner,id,display_name,competent_in_criminal_matters\n"
                           "x,office,Office,yes\n");
  rows.insert(rows.end(), office.begin(), office.end());
  rows.insert(rows.end(), contact.begin(), contact.end());
  ASSERT_THAT(server_.Import(kOperator, rows), IsOk());
  EXPECT_EQ(storage::ReadFile(file).value(), key);
  server_.Restart();
  const RegistryStore::State::Guard now = server_.application().store().View();
  EXPECT_EQ(now->FindContact("partners/x/contacts/desk")->function, "Desk");
}

TEST_F(ImportFactsTest, ARowThatSaysWhenItWasRecordedIsRefused) {
  auto rows = Rows("partners.csv", "id,kind,display_name\nx,UNION_BODY,X\n");
  rows[0].mutable_partner()->mutable_record_time()->set_seconds(1);

  EXPECT_THAT(server_.Import(kOperator, rows),
              FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
}

TEST_F(ImportFactsTest, ARepeatedRequestGivesTheFirstAnswerAndAnotherOneIsRefused) {
  const auto rows = Rows("partners.csv", "id,kind,display_name\nx,UNION_BODY,X\n");
  const std::string id = "01900000-0000-7000-8000-000000000001";
  const auto first = server_.Import(kOperator, rows, false, id);
  ASSERT_THAT(first, IsOk());

  const auto again = server_.Import(kOperator, rows, false, id);

  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_THAT(
      server_.Import(kOperator, Rows("partners.csv", "id,kind,display_name\ny,UNION_BODY,Y\n"),
                     false, id),
      FailsWith(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(ImportFactsTest, IsAnsweredWhenNoReplicaActsOnWhatWasBefore) {
  ASSERT_THAT(server_.ImportData(), IsOk());
  server_.Renew(std::string(32, 'a'), 1);
  const auto struck = Rows("authorities.csv",
                           "partner,id,display_name,competent_in_criminal_matters\n"
                           "georgia,prosecution-service,Prosecution Service,no\n");
  const std::string id = "01900000-0000-7000-8000-000000000002";

  EXPECT_THAT(server_.Import(kOperator, struck, false, id, absl::Seconds(1)),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "COMMITTED_NOT_YET_EVERYWHERE"));
  EXPECT_THAT(server_.Import(kOperator, struck, false, "", absl::Seconds(1)),
              FailsWith(absl::StatusCode::kDeadlineExceeded, "COMMITTED_NOT_YET_EVERYWHERE"))
      << "no change any more, and not everywhere yet";
  server_.Renew(std::string(32, 'a'), 2);
  const auto everywhere = server_.Import(kOperator, struck, false, id);

  ASSERT_THAT(everywhere, IsOk());
  EXPECT_EQ(everywhere->changed(), 1);
  EXPECT_EQ(everywhere->registry_revision().number(), 2);
}

TEST_F(ImportFactsTest, IsForTheRegistryOperatorAlone) {
  const auto rows = Rows("partners.csv", "id,kind,display_name\nx,UNION_BODY,X\n");
  for (const char* caller : {kDesk, kFrance, kDpo, kExchange}) {
    EXPECT_EQ(server_.Import(caller, rows).status().code(), absl::StatusCode::kPermissionDenied)
        << caller;
  }
}

TEST_F(ImportFactsTest, ARefusalLeavesALeaf) {
  ASSERT_THAT(server_.ImportData(), IsOk());
  const std::int64_t before = server_.application().journal().head().leaf_count;

  EXPECT_FALSE(server_
                   .Import(kOperator, Rows("partners.csv",
                                           "id,kind,display_name,iso_alpha2,iso_alpha3\n"
                                           "x,STATE,X,GE,GEO\n"))
                   .ok());

  const journal::Head head = server_.application().journal().head();
  EXPECT_EQ(head.leaf_count, before + 1);
  EXPECT_EQ(head.revision, 1);
}

}  // namespace
}  // namespace comity::partner_registry
