#include <gtest/gtest.h>

#include "common/json/canonical.h"
#include "tests/testing/status_matchers.h"

namespace comity::json {
namespace {

using testing::FailsWith;
using testing::IsOk;

TEST(CanonicalTest, SortsKeysAndLeavesOutWhiteSpace) {
  EXPECT_EQ(Canonical(Json{{"b", 1}, {"a", Json::array({"Türkiye", true, nullptr})}}),
            R"({"a":["Türkiye",true,null],"b":1})");
}

TEST(CanonicalTest, ReadsBackWhatItWrote) {
  const std::string text = Canonical(Json{{"text", "\"\\\b\f\n\r\t\x01 é"}});

  EXPECT_EQ(text, R"({"text":"\"\\\b\f\n\r\t\u0001 é"})");
  EXPECT_THAT(ParseCanonical(text), IsOk());
}

TEST(CanonicalTest, RefusesAnotherFormOfTheSameValue) {
  for (const char* text : {R"({"b":1,"a":2})", R"({"a": 1})", R"({"a":1}
)",
                           R"({"a":1,"a":1})", R"({"a":"\u0041"})", R"([-0])"}) {
    EXPECT_THAT(ParseCanonical(text),
                FailsWith(absl::StatusCode::kInvalidArgument, "JSON_NOT_CANONICAL"))
        << text;
  }
}

TEST(CanonicalTest, RefusesWhatImplementationsReadDifferently) {
  for (const std::string& text :
       {std::string("[1.5]"), std::string("[9007199254740993]"), std::string("[1e3]"),
        std::string("[\"\xff\"]"), std::string("{"), std::string(""), std::string("{\"é\":1}"),
        std::string(100000, '[')}) {
    EXPECT_THAT(ParseCanonical(text),
                FailsWith(absl::StatusCode::kInvalidArgument, "JSON_INVALID"));
  }
}

}  // namespace
}  // namespace comity::json
