#include <gmock/gmock.h>

#include <map>
#include <string>

#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using Stub = v1::PartnerRegistryService::Stub;

class KeysTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  int KeysOf(const std::string& caller, const std::string& authority) {
    v1::ListKeyStatementsRequest request;
    request.set_authority(authority);
    const auto list = Call(&Stub::ListKeyStatements, server_.As(caller), request);
    return list.ok() ? list->key_statements_size() : -1;
  }

  RegistryServer server_;
};

TEST_F(KeysTest, AHolderPublishesItsKeysInAChain) {
  const auto first = server_.PublishKey(kTbilisi);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->holder(), kTbilisi);
  EXPECT_EQ(first->leaf_index(), 1);
  EXPECT_THAT(server_.PublishKey(kTbilisi),
              FailsWith(absl::StatusCode::kFailedPrecondition, "KEY_STATEMENT_CHAIN"));

  const auto second = server_.PublishKey(kTbilisi, 2, first->statement());

  ASSERT_THAT(second, IsOk());
  v1::ListKeyStatementsRequest request;
  request.set_holder(kTbilisi);
  const auto list = Call(&Stub::ListKeyStatements, server_.As(kDesk), request);
  ASSERT_EQ(list->key_statements_size(), 1);
  EXPECT_EQ(list->key_statements(0).statement(), second->statement());
}

TEST_F(KeysTest, AnAuthoritysKeysAreThoseOfItsActiveOpeners) {
  const std::string authority = "partners/georgia/authorities/prosecution-service";
  EXPECT_EQ(KeysOf(kDesk, authority), 0);
  ASSERT_THAT(server_.PublishKey(kTbilisi), IsOk());
  EXPECT_EQ(KeysOf(kDesk, authority), 1);
  EXPECT_EQ(KeysOf(kChisinau, authority), -1) << "of another partner: not there";

  v1::SuspendContactRequest suspend;
  suspend.set_name("partners/georgia/contacts/tbilisi-1");
  suspend.set_reason("device lost");
  ASSERT_THAT(Call(&Stub::SuspendContact, server_.As(kOperator), suspend), IsOk());
  EXPECT_EQ(KeysOf(kDesk, authority), 0);
}

TEST_F(KeysTest, AContactFindsTheKeysOfTheAgency) {
  ASSERT_THAT(server_.PublishKey(kDesk), IsOk());
  v1::ListKeyStatementsRequest request;
  request.set_holder(kDesk);
  EXPECT_EQ(Call(&Stub::ListKeyStatements, server_.As(kTbilisi), request)->key_statements_size(),
            1);
}

TEST_F(KeysTest, AProsecutorsKeyIsOfferedWhileHeIsSecondedAndToNoOtherState) {
  v1::ListKeyStatementsRequest request;
  request.set_holder(kProsecutor);
  const auto keys = [&](const char* caller) {
    const auto list = Call(&Stub::ListKeyStatements, server_.As(caller), request);
    EXPECT_THAT(list, IsOk());
    return list.ok() ? list->key_statements_size() : -1;
  };
  ASSERT_THAT(server_.Second(kProsecutor), IsOk());
  ASSERT_THAT(server_.PublishKey(kProsecutor), IsOk());
  EXPECT_EQ(keys(kDesk), 1);
  EXPECT_EQ(keys(kTbilisi), 1) << "of its own State";
  EXPECT_EQ(keys(kProsecutor), 1);
  EXPECT_EQ(keys(kChisinau), 0);

  ASSERT_THAT(server_.EndSecondment(), IsOk());
  EXPECT_EQ(keys(kDesk), 0);
  // Whoever comes next makes a statement of his own before anything is sealed for him.
  ASSERT_THAT(server_.Second(kProsecutor, "s2"), IsOk());
  EXPECT_EQ(keys(kDesk), 0);
  EXPECT_EQ(keys(kProsecutor), 1) << "the next one follows the last";
}

TEST_F(KeysTest, WhoListsAContactsKeyListsThatOfAProsecutorOfItsStateAndNobodyElseDoes) {
  ASSERT_THAT(server_.Second(kProsecutor), IsOk());
  ASSERT_THAT(server_.PublishKey(kTbilisi), IsOk());
  ASSERT_THAT(server_.PublishKey(kProsecutor), IsOk());
  const std::map<std::string, int> listed = {
      {kDesk, 1},     {kEeas, 1},    {"spiffe://agency.example/application/portal", 1},
      {kExchange, 1}, {kTbilisi, 1}, {kProsecutor, 1},
      {kChisinau, 0}};
  for (const auto& [caller, wanted] : listed) {
    for (const char* const holder : {kTbilisi, kProsecutor}) {
      v1::ListKeyStatementsRequest request;
      request.set_holder(holder);
      const auto list = Call(&Stub::ListKeyStatements, server_.As(caller), request);
      ASSERT_THAT(list, IsOk()) << caller;
      EXPECT_EQ(list->key_statements_size(), wanted) << holder << " for " << caller;
    }
  }
}

TEST_F(KeysTest, ATamperedOrForeignStatementIsRefused) {
  ASSERT_THAT(server_.PublishKey(kDesk), IsOk());
  v1::ListKeyStatementsRequest list;
  list.set_holder(kDesk);
  v1::PublishKeyStatementRequest request;
  *request.mutable_key_statement() =
      Call(&Stub::ListKeyStatements, server_.As(kDesk), list)->key_statements(0);
  EXPECT_THAT(Call(&Stub::PublishKeyStatement, server_.As(kTbilisi), request),
              FailsWith(absl::StatusCode::kInvalidArgument, "KEY_STATEMENT_NOT_YOURS"));

  std::string& statement = *request.mutable_key_statement()->mutable_statement();
  const std::size_t serial = statement.find("\"serial\":1");
  ASSERT_NE(serial, std::string::npos);
  std::string& signature = *request.mutable_key_statement()->mutable_signature();
  signature[signature.size() - 4] = static_cast<char>(signature[signature.size() - 4] ^ 1);
  EXPECT_THAT(Call(&Stub::PublishKeyStatement, server_.As(kDesk), request),
              FailsWith(absl::StatusCode::kInvalidArgument, "SIGNATURE_INVALID"));
  statement.insert(0, " ");
  EXPECT_EQ(Call(&Stub::PublishKeyStatement, server_.As(kDesk), request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace comity::partner_registry
