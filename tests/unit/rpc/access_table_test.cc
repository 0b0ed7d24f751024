#include "common/rpc/access_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "comity/ledger/v1/ledger.pb.h"
#include "tests/testing/status_matchers.h"

namespace comity::rpc {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::HasSubstr;

const std::vector<std::string> kMethods = {"p.S/A", "p.S/B"};

identity::Principal Who(const std::string& path) {
  return *identity::Principal::Parse("spiffe://agency.example/" + path);
}

std::string Table(const std::string& callers) {
  return "format = 1\n"
         "[methods.\"p.S/A\"]\n"
         "callers = [" +
         callers +
         "]\n"
         "evidence = \"outcome\"\n"
         "admission = \"write\"\n"
         "[methods.\"p.S/B\"]\n"
         "callers = []\n"
         "evidence = \"none\"\n"
         "admission = \"read\"\n";
}

std::string Message(const absl::StatusOr<AccessTable>& table) {
  return std::string(table.status().message());
}

TEST(AccessTableTest, ARowSaysWhoMayCallAndWhatItMakes) {
  const auto table = AccessTable::Parse(Table("'agency/dpo', 'partner'"), "t", kMethods);

  ASSERT_THAT(table, IsOk());
  const AccessTable::Row* const row = table->Find("/p.S/A");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->evidence, Evidence::kOutcome);
  EXPECT_EQ(row->admission, Admission::kWrite);
  EXPECT_TRUE(row->Allows(Who("agency/dpo/-/x")));
  EXPECT_TRUE(row->Allows(Who("partner/georgia/contact/c1")));
  EXPECT_FALSE(row->Allows(Who("agency/auditor/-/x")));
  EXPECT_FALSE(row->Allows(Who("application/cms")));
  EXPECT_FALSE(row->Allows(Who("service/probe")));
}

TEST(AccessTableTest, OnlyApplicationsAndServicesCarryDelegationsAndNobodyUnlessNamed) {
  const auto table = [](const std::string& carriers) {
    std::string text = Table("'partner'");
    text.insert(text.find('\n') + 1, carriers);
    return AccessTable::Parse(text, "t", kMethods);
  };

  ASSERT_THAT(table(""), IsOk());
  EXPECT_FALSE(table("")->MayCarry(Who("application/cms")));
  const auto named = table("carriers = ['application/cms', 'service']\n");
  ASSERT_THAT(named, IsOk());
  EXPECT_TRUE(named->MayCarry(Who("application/cms")));
  EXPECT_TRUE(named->MayCarry(Who("service/probe")));
  EXPECT_FALSE(named->MayCarry(Who("application/other")));
  EXPECT_FALSE(named->MayCarry(Who("agency/dpo/-/x")));

  EXPECT_THAT(Message(table("carriers = ['agency/*']\n")), HasSubstr("t:2: only applications"));
  EXPECT_THAT(Message(table("carriers = ['*']\n")), HasSubstr("t:2: only applications"));
  EXPECT_THAT(Message(table("carriers = 'application'\n")), HasSubstr("t:2: carriers must be"));
}

TEST(AccessTableTest, ARowMayBeForCallsInPersonAndForWhomExchangesAreSuspendedWith) {
  const auto table = [](const std::string& more) {
    std::string text = Table("'partner'");
    text.insert(text.find("[methods.\"p.S/B\"]"), more);
    return AccessTable::Parse(text, "t", kMethods);
  };
  const auto plain = table("");
  ASSERT_THAT(plain, IsOk());
  EXPECT_TRUE(plain->Find("p.S/A")->delegated);
  EXPECT_FALSE(plain->Find("p.S/A")->suspended);
  const auto said = table("delegated = false\nsuspended = true\n");
  ASSERT_THAT(said, IsOk());
  EXPECT_FALSE(said->Find("p.S/A")->delegated);
  EXPECT_TRUE(said->Find("p.S/A")->suspended);
  EXPECT_TRUE(said->Find("p.S/B")->delegated);
  EXPECT_THAT(Message(table("delegated = 'no'\n")),
              HasSubstr("t:6: p.S/A: delegated must be true or false"));
  EXPECT_THAT(Message(table("suspended = 1\n")), HasSubstr("suspended must be true or false"));
}

TEST(AccessTableTest, NobodyAndUnlistedMethodsAreDenied) {
  const auto table = AccessTable::Parse(Table("'*'"), "t", kMethods);

  ASSERT_THAT(table, IsOk());
  EXPECT_FALSE(table->Find("p.S/B")->Allows(Who("agency/president/-/x")));
  EXPECT_EQ(table->Find("/p.S/C"), nullptr);
  EXPECT_EQ(table->Find(""), nullptr);
}

TEST(AccessTableTest, PatternsNameOneOrAllOfAKind) {
  const auto allows = [](const std::string& callers, const std::string& who) {
    return AccessTable::Parse(Table("'" + callers + "'"), "t", kMethods)
        ->Find("p.S/A")
        ->Allows(Who(who));
  };

  EXPECT_TRUE(allows("*", "partner/georgia/contact/c1"));
  EXPECT_TRUE(allows("agency/*", "agency/eeas/-/x"));
  EXPECT_FALSE(allows("agency/*", "service/x"));
  EXPECT_FALSE(allows("agency/*", "agency/probe/-/x"));
  EXPECT_TRUE(allows("agency/probe", "agency/probe/-/x"));
  EXPECT_TRUE(allows("*", "agency/probe/-/x"));
  EXPECT_TRUE(allows("application", "application/cms"));
  EXPECT_TRUE(allows("application/cms", "application/cms"));
  EXPECT_FALSE(allows("application/cms", "application/other"));
  EXPECT_TRUE(allows("service/document-exchange", "service/document-exchange"));
  EXPECT_FALSE(allows("service/document-exchange", "service/engagement-scheduling"));
}

TEST(AccessTableTest, WhatIsWrongIsNamedWithItsLine) {
  const auto parse = [](const std::string& text) {
    return AccessTable::Parse(text, "access.toml", kMethods);
  };

  EXPECT_THAT(parse(Table("'agency/king'")),
              FailsWith(absl::StatusCode::kInvalidArgument, "ACCESS_TABLE_INVALID"));
  EXPECT_THAT(Message(parse(Table("'agency/king'"))), HasSubstr("access.toml:3: there is no role"));
  EXPECT_THAT(Message(parse(Table("'everybody'"))), HasSubstr("is no caller"));
  EXPECT_THAT(Message(parse(Table("'application/'"))), HasSubstr("no name"));
  EXPECT_THAT(Message(parse(Table("1"))), HasSubstr("list of strings"));
  EXPECT_THAT(Message(parse(Table("'*'") + "comment = 1\n")),
              HasSubstr("access.toml:10: unknown key"));
  EXPECT_THAT(Message(parse(Table("'*'") + "[methods.\"p.S/C\"]\n")),
              HasSubstr("has no method \"p.S/C\""));
  EXPECT_THAT(Message(parse("format = 1\n[methods.\"p.S/A\"]\ncallers=[]\nevidence='none'\n"
                            "admission='read'\n")),
              HasSubstr("\"p.S/B\" is served but has no row"));
  EXPECT_THAT(Message(parse("format = 2\n")), HasSubstr("format must be 1"));
  EXPECT_THAT(Message(parse("format = 1\n")), HasSubstr("no [methods"));
  EXPECT_THAT(Message(parse("format\n")), HasSubstr("not valid TOML"));
  EXPECT_THAT(Message(parse("format=1\n[methods.\"p.S/A\"]\ncallers=[]\nevidence='no'\n"
                            "admission='read'\n")),
              HasSubstr("evidence must be"));
  EXPECT_THAT(Message(parse("format=1\n[methods.\"p.S/A\"]\ncallers=[]\nevidence='none'\n"
                            "admission='no'\n")),
              HasSubstr("admission must be"));
}

TEST(AccessTableTest, AFileThatIsNotThereIsNamed) {
  EXPECT_THAT(AccessTable::Load("/nonexistent/access.toml", kMethods),
              FailsWith(absl::StatusCode::kNotFound, "ACCESS_TABLE_MISSING"));
}

TEST(AccessTableTest, TheMethodsServedComeFromTheDescriptorsAndGrpcsOwnServices) {
  ASSERT_NE(ledger::v1::Checkpoint::descriptor(), nullptr);  // Links them.

  const auto methods = MethodsServed({"comity.ledger.v1.LedgerService"});

  ASSERT_THAT(methods, IsOk());
  EXPECT_THAT(*methods, Contains("comity.ledger.v1.LedgerService/GetTile"));
  EXPECT_THAT(*methods, Contains("grpc.health.v1.Health/Check"));
  EXPECT_THAT(MethodsServed({"comity.none.v1.None"}),
              FailsWith(absl::StatusCode::kNotFound, "SERVICE_NOT_LINKED"));
}

}  // namespace
}  // namespace comity::rpc
