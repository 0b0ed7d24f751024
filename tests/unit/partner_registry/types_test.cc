#include "services/partner-registry/domain/types.h"

#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace comity::partner_registry {
namespace {

// Texts that look like the borders between others, whether or not an entry of today may be so.
constexpr const char* kWords[] = {"",       "A",
                                  "B",      " A",
                                  "A; B",   "A;B",
                                  "A;",     "\\",
                                  "\\;",    "\\-",
                                  "; ",     "North",
                                  "A, B",   "North, offences: A",
                                  "yes",    "North; offences: A",
                                  ") A; B", "A, excludes_special_categories: yes"};

class TypesTest : public ::testing::Test {
 protected:
  std::vector<std::string> Words() {
    std::vector<std::string> words;
    while (dice_() % 2 == 0 && words.size() < 3) {
      words.emplace_back(kWords[dice_() % std::size(kWords)]);
    }
    return words;
  }

  std::minstd_rand dice_{7};
};

TEST_F(TypesTest, ScopesAreTheSameTextIfAndOnlyIfTheyAreTheSame) {
  const auto scope = [&] {
    legal::Scope made{.territories = Words(), .offences = Words()};
    if (dice_() % 4 == 0) made.stages = Words();
    if (dice_() % 4 == 0) made.subjects = {legal::SubjectKind::kVictim};
    made.excludes_special_categories = dice_() % 4 == 0;
    return made;
  };
  int same = 0;
  for (int i = 0; i < 20'000; ++i) {
    const legal::Scope a = scope();
    const legal::Scope b = scope();
    ASSERT_EQ(TextOf(a) == TextOf(b), a == b) << TextOf(a) << " and " << TextOf(b);
    same += a == b ? 1 : 0;
  }
  EXPECT_GT(same, 100);
  EXPECT_NE(TextOf({.territories = {"North"}, .offences = {"terrorism"}}),
            TextOf({.territories = {"North, offences: terrorism"}}));
}

TEST_F(TypesTest, SoAreAliasesAndOtherLists) {
  int same = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::vector<std::string> a = Words();
    const std::vector<std::string> b = Words();
    same += a == b ? 1 : 0;
    ASSERT_EQ(FieldsOf(Fact(Partner{.aliases = a})) == FieldsOf(Fact(Partner{.aliases = b})),
              a == b);
    ASSERT_EQ(FieldsOf(Fact(Authority{.sectors = a})) == FieldsOf(Fact(Authority{.sectors = b})),
              a == b);
    ASSERT_EQ(
        FieldsOf(Fact(Decision{.conditions = a})) == FieldsOf(Fact(Decision{.conditions = b})),
        a == b);
  }
  EXPECT_GT(same, 100);
}

TEST_F(TypesTest, APeriodIsNoPartOfTheNoteOfAnother) {
  const LegalClassPeriod first{.legal_class = LegalClass::kPrivate, .note = "a"};
  const LegalClassPeriod second{.legal_class = LegalClass::kMemberState, .from = "2020"};
  LegalClassPeriod both = first;
  both.note = "a; MEMBER_STATE from 2020 to further notice (UNSPECIFIED) ";
  EXPECT_NE(FieldsOf(Fact(Partner{.legal_classes = {first, second}})),
            FieldsOf(Fact(Partner{.legal_classes = {both}})));
}

}  // namespace
}  // namespace comity::partner_registry
