#include "services/cli/json_text.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "common/status/error.h"

namespace comity::cli {
namespace {

using partner_registry::v1::ImportFactsResponse;

TEST(JsonTextTest, EntriesOfAMapStandInTheOrderOfTheirKeysHoweverTheyCame) {
  std::vector<std::string> kinds;
  for (char letter = 'a'; letter <= 'z'; ++letter) kinds.push_back(std::string(3, letter));
  ImportFactsResponse forwards;
  ImportFactsResponse backwards;
  for (auto kind = kinds.begin(); kind != kinds.end(); ++kind) {
    (*forwards.mutable_rows_by_kind())[*kind] = 1;
  }
  for (auto kind = kinds.rbegin(); kind != kinds.rend(); ++kind) {
    (*backwards.mutable_rows_by_kind())[*kind] = 1;
  }

  const std::string json = JsonText(forwards);

  EXPECT_EQ(json, JsonText(backwards));
  std::size_t at = 0;
  for (const std::string& kind : kinds) {
    const std::size_t found = json.find(absl::StrCat("\"", kind, "\""));
    ASSERT_NE(found, std::string::npos) << kind;
    EXPECT_GT(found, at) << kind;
    at = found;
  }
}

TEST(JsonTextTest, IsTheUsualJsonOfTheMessage) {
  ImportFactsResponse response;
  response.set_added(2);
  response.mutable_registry_revision()->set_number(7);

  EXPECT_THAT(JsonText(response), ::testing::HasSubstr("\"registryRevision\": {"));
  EXPECT_THAT(JsonText(response), ::testing::HasSubstr("\"number\": \"7\""));
}

TEST(JsonTextTest, IsReadAsItIsWritten) {
  ImportFactsResponse response;
  response.set_added(2);
  (*response.mutable_rows_by_kind())["partner"] = 3;
  ImportFactsResponse read;
  ASSERT_TRUE(ParseJsonText(JsonText(response), read).ok());
  EXPECT_EQ(JsonText(read), JsonText(response));

  for (const char* wrong : {"", "{", "[]", "{\"added\": \"many\"}", "{\"nothing\": 1}"}) {
    EXPECT_EQ(ReasonOf(ParseJsonText(wrong, read)), "JSON_INVALID") << wrong;
  }
}

}  // namespace
}  // namespace comity::cli
