#include "tests/testing/history.h"

#include <gmock/gmock.h>

namespace comity::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Version v1 of each key, of before.
const std::vector<Operation>& Before() {
  static const auto* const writes = new std::vector<Operation>{
      {.kind = Operation::Kind::kWrite, .key = "a", .version = "v1", .value = "one", .revision = 1},
      {.kind = Operation::Kind::kWrite,
       .key = "b",
       .version = "w1",
       .value = "eins",
       .revision = 2}};
  return *writes;
}

Operation Read(const std::string& version, std::int64_t start, std::int64_t end,
               const std::string& value = "") {
  return {.key = "a", .start = start, .end = end, .version = version, .value = value};
}

Operation Write(const std::string& predecessor, const std::string& version, std::int64_t revision,
                std::int64_t start, std::int64_t end, const std::string& key = "a") {
  return {.kind = Operation::Kind::kWrite,
          .key = key,
          .start = start,
          .end = end,
          .version = version,
          .value = "value of " + version,
          .predecessor = predecessor,
          .revision = revision};
}

std::vector<std::string> Judged(const std::vector<Operation>& history) {
  return Contradictions(Before(), history);
}

TEST(HistoryTest, WhatCanHaveHappenedOneAfterTheOtherIsNotContradicted) {
  EXPECT_THAT(Judged({}), IsEmpty());
  EXPECT_THAT(Judged({Read("v1", 0, 10, "one"), Write("v1", "v2", 3, 20, 30),
                      Read("v2", 40, 50, "value of v2"), Write("w1", "w2", 4, 35, 60, "b"),
                      Write("v2", "v3", 5, 55, 70)}),
              IsEmpty());
}

TEST(HistoryTest, WhileAWriteIsUnderWayOldAndNewAreReadUntilSomebodyHasReadTheNew) {
  const Operation write = Write("v1", "v2", 3, 10, 100);
  EXPECT_THAT(Judged({write, Read("v1", 20, 30), Read("v2", 40, 50)}), IsEmpty());
  EXPECT_THAT(Judged({write, Read("v2", 20, 45), Read("v1", 40, 50)}), IsEmpty()) << "at once";
  EXPECT_THAT(Judged({write, Read("v2", 20, 30), Read("v1", 40, 50)}),
              ElementsAre(HasSubstr("comes before it")));
}

TEST(HistoryTest, AReadOfWhatWasReplacedOrIsYetToComeIsFound) {
  const Operation write = Write("v1", "v2", 3, 10, 20);
  EXPECT_THAT(Judged({write, Read("v1", 30, 40)}), ElementsAre(HasSubstr("read of a version v1")));
  EXPECT_THAT(Judged({Read("v2", 0, 5), write}), ElementsAre(HasSubstr("write of a version v2")));
  EXPECT_THAT(Judged({Read("v9", 0, 5)}), ElementsAre(HasSubstr("nobody made that version")));
  EXPECT_THAT(Judged({Read("v1", 0, 5, "two")}), ElementsAre(HasSubstr("one was written")));
}

TEST(HistoryTest, ALostUpdateIsFound) {
  EXPECT_THAT(Judged({Write("v1", "v2", 3, 10, 20), Write("v1", "v3", 4, 15, 25)}),
              ElementsAre(HasSubstr("an update is lost")));
}

TEST(HistoryTest, RevisionsThatAreNoOrderOrAgainstTimeAreFound) {
  EXPECT_THAT(Judged({Write("v1", "v2", 4, 10, 20), Write("w1", "w2", 3, 30, 40, "b")}),
              ElementsAre(HasSubstr("all writes")));
  EXPECT_THAT(Judged({Write("v1", "v2", 4, 10, 35), Write("w1", "w2", 3, 30, 40, "b")}), IsEmpty());
  EXPECT_THAT(Judged({Write("v1", "v2", 3, 10, 20), Write("w1", "w2", 3, 10, 20, "b")}),
              ElementsAre(HasSubstr("the revision of another")));
}

}  // namespace
}  // namespace comity::testing
