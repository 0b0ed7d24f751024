#include "common/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/testing/status_matchers.h"

namespace comity::config {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::comity::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kText[] =
    "[server]\n"
    "address = \"127.0.0.1:1\"\n"
    "connections = 5\n"
    "age = \"90s\"\n"
    "strict = true\n"
    "folder = \"data\"\n"
    "absolute = \"/data\"\n"
    "names = [\"a\", \"b\"]\n";

Config Make(const std::string& text, std::map<std::string, std::string> environment = {}) {
  return *Config::Parse(text, "/etc/comity/config.toml",
                        [environment](const std::string& name) -> std::optional<std::string> {
                          const auto found = environment.find(name);
                          if (found == environment.end()) return std::nullopt;
                          return found->second;
                        });
}

TEST(ConfigTest, GettersReadWhatTheFileSays) {
  const Section server = Make(kText).section("server");

  EXPECT_THAT(server.String("address"), IsOkAndHolds("127.0.0.1:1"));
  EXPECT_THAT(server.Integer("connections", 1, 1, 10), IsOkAndHolds(5));
  EXPECT_THAT(server.Duration("age", absl::Seconds(1), absl::Seconds(1), absl::Hours(1)),
              IsOkAndHolds(absl::Seconds(90)));
  EXPECT_THAT(server.Boolean("strict", false), IsOkAndHolds(true));
  EXPECT_THAT(server.Strings("names", {}), IsOkAndHolds(ElementsAre("a", "b")));
}

TEST(ConfigTest, WhatIsNotThereIsTheDefaultOrMissing) {
  const Section server = Make("").section("server");

  EXPECT_THAT(server.String("address", "x"), IsOkAndHolds("x"));
  EXPECT_THAT(server.Integer("connections", 7, 1, 10), IsOkAndHolds(7));
  EXPECT_THAT(server.String("address"),
              FailsWith(absl::StatusCode::kInvalidArgument, "CONFIG_MISSING"));
}

TEST(ConfigTest, RelativePathsStartAtTheFile) {
  const Section server = Make(kText).section("server");

  EXPECT_THAT(server.Path("folder"), IsOkAndHolds("/etc/comity/data"));
  EXPECT_THAT(server.Path("absolute"), IsOkAndHolds("/data"));
  EXPECT_THAT(server.Path("none", ""), IsOkAndHolds(""));
}

TEST(ConfigTest, TheEnvironmentWins) {
  const Section server = Make(kText, {{"COMITY_SERVER_ADDRESS", "[::1]:2"},
                                      {"COMITY_SERVER_CONNECTIONS", "6"},
                                      {"COMITY_SERVER_NAMES", "c, d"}})
                             .section("server");

  EXPECT_THAT(server.String("address"), IsOkAndHolds("[::1]:2"));
  EXPECT_THAT(server.Integer("connections", 1, 1, 10), IsOkAndHolds(6));
  EXPECT_THAT(server.Strings("names", {}), IsOkAndHolds(ElementsAre("c", "d")));
}

TEST(ConfigTest, ErrorsNameFileLineAndKeyOrTheVariable) {
  const auto file = Make(kText).section("server").Integer("connections", 1, 1, 4);
  const auto environment = Make(kText, {{"COMITY_SERVER_CONNECTIONS", "many"}})
                               .section("server")
                               .Integer("connections", 1, 1, 4);

  EXPECT_THAT(file, FailsWith(absl::StatusCode::kInvalidArgument, "CONFIG_INVALID"));
  EXPECT_EQ(file.status().message(),
            "/etc/comity/config.toml:3: server.connections must be a number from 1 to 4.");
  EXPECT_EQ(environment.status().message(),
            "environment variable COMITY_SERVER_CONNECTIONS must be a number from 1 to 4.");
}

TEST(ConfigTest, WrongTypesAreRefused) {
  const Section server = Make(kText).section("server");

  EXPECT_FALSE(server.String("connections").ok());
  EXPECT_FALSE(server.Boolean("address", true).ok());
  EXPECT_FALSE(server.Strings("address", {}).ok());
  EXPECT_FALSE(server.Duration("address", {}, {}, absl::Hours(1)).ok());
  EXPECT_FALSE(server.Word("address", {"a", "b"}, "a").ok());
}

TEST(ConfigTest, UnknownKeysAndTablesAreRefusedWithTheNearestKnownOne) {
  const Config key = Make("[server]\n\nadress = \"x\"\n");
  ASSERT_THAT(key.section("server").String("address", ""), IsOk());
  const Config table = Make("[servers]\naddress = \"x\"\n");
  ASSERT_THAT(table.section("server").String("address", ""), IsOk());

  EXPECT_THAT(key.RefuseUnknown(),
              FailsWith(absl::StatusCode::kInvalidArgument, "CONFIG_UNKNOWN_KEY"));
  EXPECT_EQ(key.RefuseUnknown().message(),
            "/etc/comity/config.toml:3: unknown key \"server.adress\"; did you mean \"address\"?");
  EXPECT_THAT(std::string(table.RefuseUnknown().message()),
              HasSubstr("unknown key \"servers\"; did you mean \"server\"?"));
}

TEST(ConfigTest, EverythingAskedForIsAccepted) {
  const Config config = Make("[a]\nx = 1\n[b]\ny = 2\n");
  ASSERT_THAT(config.section("a").Integer("x", 0, 0, 9), IsOk());
  ASSERT_THAT(config.section("b").Integer("y", 0, 0, 9), IsOk());

  EXPECT_THAT(config.RefuseUnknown(), IsOk());
}

TEST(ConfigTest, TextThatIsNotTomlIsRefusedWithItsLine) {
  const auto config = Config::Parse("[a]\nx = = 1\n", "c.toml", nullptr);

  EXPECT_THAT(config, FailsWith(absl::StatusCode::kInvalidArgument, "CONFIG_INVALID"));
  EXPECT_THAT(std::string(config.status().message()), HasSubstr("c.toml:2: not valid TOML"));
}

TEST(ConfigTest, AFileThatIsNotThereIsNamed) {
  EXPECT_THAT(Config::Load("/nonexistent/config.toml", nullptr),
              FailsWith(absl::StatusCode::kNotFound, "CONFIG_MISSING"));
}

}  // namespace
}  // namespace comity::config
