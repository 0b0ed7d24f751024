#include "services/cli/command_words.h"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>

#include "tests/testing/status_matchers.h"

namespace comity::cli {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;
constexpr auto kMisuse = absl::StatusCode::kInvalidArgument;

class CommandWordsTest : public ::testing::Test {
 protected:
  CommandWordsTest() {
    root_.add_option("--as,-a", as_);
    root_.add_flag("--quiet,-q");
    CLI::App* const partners = root_.add_subcommand("partners", "");
    partners->add_subcommand("show", "")->add_option("partner", as_);
    partners->add_subcommand("list", "");
    root_.add_subcommand("inbox", "");
  }

  CLI::App root_{"", "comity"};
  std::string as_;
};

TEST_F(CommandWordsTest, AnUnknownWordIsNamedWithTheNearestAndAllThatThereAre) {
  const CommandWords far = ReadCommandWords(root_, {"bogus"});
  EXPECT_THAT(far.status, FailsWith(kMisuse, "COMMAND_UNKNOWN"));
  EXPECT_THAT(std::string(far.status.message()), HasSubstr("\"bogus\" is no command of comity."));
  EXPECT_THAT(std::string(far.status.message()), HasSubstr("partners, inbox"));
  EXPECT_THAT(std::string(far.status.message()), Not(HasSubstr("Did you mean")));

  for (const char* const near : {"parners", "partner", "part", "prtners"}) {
    const CommandWords words = ReadCommandWords(root_, {near, "list"});
    EXPECT_THAT(std::string(words.status.message()), HasSubstr("Did you mean partners?")) << near;
  }
}

TEST_F(CommandWordsTest, ANestedOneIsNamedWithTheCommandItWasGivenTo) {
  const CommandWords words = ReadCommandWords(root_, {"partners", "lst"});

  EXPECT_EQ(words.path, "comity partners");
  EXPECT_THAT(words.status, FailsWith(kMisuse, "COMMAND_UNKNOWN"));
  EXPECT_THAT(std::string(words.status.message()),
              HasSubstr("\"lst\" is no command of comity partners. Did you mean list?"));
}

TEST_F(CommandWordsTest, ValuesOfOptionsAndArgumentsAreNoCommands) {
  for (const std::vector<std::string>& good : std::vector<std::vector<std::string>>{
           {"--as", "bogus", "partners", "list"},
           {"-a", "bogus", "-q", "partners", "--as=bogus", "list"},
           {"-abogus", "partners", "list"},
           {"partners", "--as", "bogus", "show", "bogus"},
           {"inbox", "bogus"}}) {
    EXPECT_THAT(ReadCommandWords(root_, good).status, IsOk());
  }
  EXPECT_EQ(ReadCommandWords(root_, {"partners", "show", "georgia"}).path, "comity partners show");
  EXPECT_THAT(ReadCommandWords(root_, {"-q", "bogus"}).status,
              FailsWith(kMisuse, "COMMAND_UNKNOWN"));
}

TEST_F(CommandWordsTest, AMissingNameIsSaidAndHelpNeedsNone) {
  EXPECT_THAT(ReadCommandWords(root_, {}).status, FailsWith(kMisuse, "COMMAND_MISSING"));
  EXPECT_THAT(ReadCommandWords(root_, {"partners"}).status, FailsWith(kMisuse, "COMMAND_MISSING"));
  EXPECT_THAT(ReadCommandWords(root_, {"--help"}).status, IsOk());
  EXPECT_THAT(ReadCommandWords(root_, {"partners", "--help"}).status, IsOk());
  // The parser says what is wrong with it.
  EXPECT_THAT(ReadCommandWords(root_, {"--bogus", "x"}).status, IsOk());
}

}  // namespace
}  // namespace comity::cli
