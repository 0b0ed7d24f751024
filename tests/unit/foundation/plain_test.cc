#include "common/text/plain.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <string>

#include "common/text/characters.h"

namespace comity::text {
namespace {

using ::testing::HasSubstr;

constexpr Form kOneLine{.least = 0, .most = 100, .lines = Lines::kOne};
constexpr Form kManyLines{.least = 0, .most = 100};

// "Geor", the character, "gia".
std::string With(std::uint32_t code) {
  std::string name = "Geor";
  Append(code, name);
  return name + "gia";
}

TEST(PlainTest, WordsOfAnyScriptArePlain) {
  for (const char* const name :
       {"", "Georgia", "საქართველო", "Österreich", "Ελλάδα", "България", "日本国", "한국", "ישראל",
        "المغرب", "नेपाल", "Kosovo*", "a – b “c” …", "naïve\u0301"}) {
    EXPECT_EQ(FaultOf(name, kOneLine), "") << name;
  }
}

TEST(PlainTest, WhatIsNotSeenIsNamed) {
  for (const std::uint32_t code :
       {0xADU, 0x61CU, 0x180EU, 0x200BU, 0x200EU, 0x200FU, 0x2028U, 0x202AU, 0x202EU, 0x2060U,
        0x2064U, 0x2066U, 0x2069U, 0xFEFFU, 0xE0041U}) {
    EXPECT_THAT(FaultOf(With(code), kManyLines), HasSubstr("which is not seen")) << code;
  }
  EXPECT_EQ(FaultOf(With(0x202E), kManyLines),
            "it has the character U+202E, which is not seen: leave it out");
  EXPECT_THAT(FaultOf(With(0xAD), kManyLines), HasSubstr("U+00AD"));
}

TEST(PlainTest, ControlCharactersAreNamedAndLinesOnlyForWhoMayHaveThem) {
  for (const std::uint32_t code : {0x01U, 0x0DU, 0x1BU, 0x7FU, 0x85U, 0x9FU}) {
    EXPECT_THAT(FaultOf(With(code), kManyLines), HasSubstr("control character U+00"));
  }
  EXPECT_THAT(FaultOf(std::string("a\0b", 3), kManyLines), HasSubstr("U+0000"));
  for (const char* const lines : {"first\nsecond", "first\tsecond"}) {
    EXPECT_EQ(FaultOf(lines, kManyLines), "");
    EXPECT_THAT(FaultOf(lines, kOneLine), HasSubstr("one line"));
  }
}

TEST(PlainTest, JoinersStandBetweenLettersOfScriptsThatAreWrittenWithThem) {
  EXPECT_EQ(FaultOf("می\u200Cخواهم", kOneLine), "") << "Persian";
  EXPECT_EQ(FaultOf("क्\u200Dष", kOneLine), "") << "Hindi, after a virama";
  EXPECT_EQ(FaultOf("ශ්\u200Dරී", kOneLine), "") << "Sinhala";
  for (const char* const wrong :
       {"Geor\u200Cgia", "\u200Cمی", "می\u200C", "می\u200C\u200Cخ", "می \u200Cخ", "\u200D"}) {
    EXPECT_THAT(FaultOf(wrong, kOneLine), HasSubstr("the joiner U+200")) << wrong;
  }
}

TEST(PlainTest, CharactersAreCountedNotBytes) {
  EXPECT_EQ(FaultOf("ქართ", {.least = 4, .most = 4}), "");
  EXPECT_EQ(FaultOf("ქართ", {.least = 1, .most = 3}), "it must be text of 1 to 3 characters");
  EXPECT_EQ(FaultOf("", {.least = 1, .most = 3}, "say why"), "say why");
  EXPECT_THAT(FaultOf(With(0x202E), {.least = 1, .most = 3}, "say why"), HasSubstr("U+202E"));
}

TEST(PlainTest, WhatIsNoUtf8IsNoText) {
  EXPECT_EQ(FaultOf("", Lines::kOne), "");
  EXPECT_EQ(FaultOf(std::string(100'000, 'a') + "\n", Lines::kMany), "");
  EXPECT_THAT(FaultOf("a\n", Lines::kOne), HasSubstr("one line"));
  EXPECT_THAT(FaultOf("a\xFF", kManyLines), HasSubstr("UTF-8"));
  EXPECT_THAT(FaultOf("a\xC3", kManyLines), HasSubstr("UTF-8"));
}

TEST(PlainTest, ACharacterInMoreBytesThanItTakesIsNone) {
  // A line feed in three bytes, the override in four; half a pair; what is beyond Unicode.
  for (const char* const wrong :
       {"a\xE0\x80\x8A", "a\xF0\x82\x80\xAE", "a\xED\xA0\x80", "a\xF4\x90\x80\x80"}) {
    EXPECT_THAT(FaultOf(wrong, kManyLines), HasSubstr("UTF-8")) << wrong;
  }
}

TEST(PlainTest, WhatIsNotSeenIsShownByItsNumber) {
  EXPECT_EQ(Shown(With(0x202E)), "Geor[U+202E]gia");
  EXPECT_EQ(Shown(With(0xE0041)), "Geor[U+E0041]gia");
  EXPECT_EQ(Shown("a\x1B[2J"), "a[U+001B][2J");
  EXPECT_EQ(Shown("a\nb"), "a[U+000A]b");
  EXPECT_EQ(Shown("a\nb\tc\r", Lines::kMany), "a\nb\tc[U+000D]");
  EXPECT_EQ(Shown("a\xFF\xC3"), "a[FF][C3]");
  EXPECT_EQ(Shown("a\u200Cb"), "a[U+200C]b");
  // Nothing is joined with what is written out.
  EXPECT_EQ(Shown("\u0646\u200C\u180E"), "\u0646[U+200C][U+180E]");
  EXPECT_EQ(Shown("\u180E\u200C\u0646"), "[U+180E][U+200C]\u0646");
  for (const char* const plain : {"", "საქართველო", "می\u200Cخواهم", "a – b"}) {
    EXPECT_EQ(Shown(plain), plain);
  }
}

}  // namespace
}  // namespace comity::text
