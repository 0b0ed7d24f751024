#include "common/logging/logger.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace comity::logging {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::nlohmann::json;

class LoggerTest : public ::testing::Test {
 protected:
  ~LoggerTest() override { std::filesystem::remove(file_); }

  std::unique_ptr<Logger> Open(Level level = Level::kInfo) {
    return *Logger::Open({.service = "test", .level = level, .file = file_, .clock = &clock_});
  }
  std::vector<json> Lines() const {
    std::ifstream stream(file_);
    std::vector<json> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(json::parse(line));
    return lines;
  }

  ManualClock clock_{absl::FromUnixMillis(1795455720123)};
  const std::string file_ =
      std::filesystem::temp_directory_path() /
      ("comity-logger-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) +
       std::to_string(reinterpret_cast<std::uintptr_t>(this)));
};

TEST_F(LoggerTest, ALineIsOneJsonObjectWithTimeLevelAndService) {
  const auto logger = Open();

  logger->Info("call", {{"method", "Get"}, {"count", 3}, {"ms", 1.5}, {"ok", true}});
  logger->Flush();

  const std::vector<json> lines = Lines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["time"], "2026-11-23T17:42:00.123+00:00");
  EXPECT_EQ(lines[0]["level"], "info");
  EXPECT_EQ(lines[0]["service"], "test");
  EXPECT_EQ(lines[0]["message"], "call");
  EXPECT_EQ(lines[0]["method"], "Get");
  EXPECT_EQ(lines[0]["count"], 3);
  EXPECT_EQ(lines[0]["ms"], 1.5);
  EXPECT_EQ(lines[0]["ok"], true);
}

TEST_F(LoggerTest, SecretsAreNotWritten) {
  const auto logger = Open();

  logger->Info("x", {{"key", Secret{"AGE-SECRET-KEY-1"}}});
  logger->Flush();

  EXPECT_EQ(Lines().at(0)["key"], "[secret]");
}

TEST_F(LoggerTest, ControlCharactersQuotesAndBrokenUtf8StayInsideTheirString) {
  const auto logger = Open();
  const std::string text = "a\"\\\n\x01\xC3\xA9\xFF\xED\xA0\x80z";

  logger->Info(text);
  logger->Flush();

  EXPECT_EQ(Lines().at(0)["message"],
            "a\"\\\n\x01\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
            "\xEF\xBF\xBDz");
}

TEST_F(LoggerTest, LinesBelowTheLevelAreLeftOut) {
  const auto logger = Open(Level::kWarning);

  logger->Info("no");
  logger->Warning("yes");
  logger->Flush();

  ASSERT_EQ(Lines().size(), 1U);
}

TEST_F(LoggerTest, ErrorsAreWrittenBeforeLogReturns) {
  const auto logger = Open();

  logger->Error("now");

  EXPECT_EQ(Lines().size(), 1U);
}

TEST_F(LoggerTest, ManyThreadsDoNotMixTheirLines) {
  const auto logger = Open();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 500; ++j) logger->Info("line", {{"number", j}});
      });
    }
  }
  logger->Flush();

  EXPECT_EQ(Lines().size(), 4000U);
}

TEST_F(LoggerTest, ReopenFollowsARenamedFile) {
  const auto logger = Open();
  logger->Info("old");
  logger->Flush();
  std::filesystem::rename(file_, file_ + ".1");

  ASSERT_THAT(logger->Reopen(), IsOk());
  logger->Info("new");
  logger->Flush();

  EXPECT_EQ(Lines().at(0)["message"], "new");
  std::filesystem::remove(file_ + ".1");
}

TEST_F(LoggerTest, AFileThatCannotBeWrittenIsNamed) {
  EXPECT_THAT(Logger::Open({.service = "test", .file = "/nonexistent/log"}),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LOG_FILE_UNWRITABLE"));
}

}  // namespace
}  // namespace comity::logging
