#include "common/text/words.h"

#include <gtest/gtest.h>

namespace comity::text {
namespace {

TEST(WordsTest, CaseAndSpaceAroundThemDoNotMatterInAnyScript) {
  EXPECT_TRUE(SameWords("terrorism", "  Terrorism\n"));
  EXPECT_TRUE(SameWords("GELDWÄSCHE", "Geldwäsche"));
  EXPECT_TRUE(SameWords("ТЕРОРИЗЪМ", "тероризъм"));
  EXPECT_TRUE(SameWords("ȘANTAJ", "șantaj"));
  EXPECT_TRUE(SameWords("", " \t"));
}

TEST(WordsTest, EveryOtherDifferenceMatters) {
  EXPECT_FALSE(SameWords("terrorism", "terrorist"));
  EXPECT_FALSE(SameWords("terrorism", "terrorism financing"));
  EXPECT_FALSE(SameWords("terrorism financing", "terrorism  financing"));
  EXPECT_FALSE(SameWords("vol aggrave", "vol aggravé"));
  EXPECT_FALSE(SameWords("", "terrorism"));
}

TEST(WordsTest, WhatIsNoUtf8IsOnlyTheSameByteForByte) {
  EXPECT_TRUE(SameWords("A\xFF", "a\xFF"));
  EXPECT_FALSE(
      SameWords("\xFF"
                "A",
                "\xFF"
                "a"));
  EXPECT_FALSE(SameWords("\xFF", "\xFE"));
}

}  // namespace
}  // namespace comity::text
