#include "common/journal/logs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::journal {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::IsEmpty;
using testing::IsOk;

TEST(LogsTest, AnOriginEndsInTheNumberOfItsLog) {
  EXPECT_EQ(ParseOrigin("comity.example/partner-registry/1").number, 1);
  EXPECT_EQ(ParseOrigin("comity.example/partner-registry/27").number, 27);
  EXPECT_EQ(ParseOrigin("comity.example/partner-registry").number, 1);
  EXPECT_EQ(ParseOrigin("comity.example").number, 1);
  EXPECT_EQ(OriginOf("comity.example/partner-registry/1", 2), "comity.example/partner-registry/2");
  EXPECT_EQ(OriginOf("comity.example/partner-registry", 2), "comity.example/partner-registry/2");
}

TEST(LogsTest, ALaterLogThatWasPublishedConvictsAnEarlierOne) {
  const testing::TempDirectory publication;
  const Log log{.number = 2};
  EXPECT_THAT(NumbersIn(publication / "missing"), IsEmpty());
  for (const char* const folder : {"10", "2", "3", "tile", "timestamps"}) {
    std::filesystem::create_directory(publication / folder);
  }
  std::ofstream(publication / "2/checkpoint") << "its own";
  std::ofstream(publication / "7") << "no folder";

  EXPECT_THAT(NumbersIn(publication.path()), ElementsAre(2, 3, 10));
  // A folder alone says that a number was taken, not that anybody saw the log.
  EXPECT_THAT(CheckLast(log, publication.path()), IsOk());
  std::ofstream(publication / "10/checkpoint") << "a later one";
  EXPECT_THAT(CheckLast(log, publication.path()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
}

}  // namespace
}  // namespace comity::journal
