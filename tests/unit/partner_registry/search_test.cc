#include "services/partner-registry/domain/search.h"

#include <gmock/gmock.h>

#include "services/partner-registry/domain/iso3166.h"
#include "services/partner-registry/domain/names.h"

namespace comity::partner_registry {
namespace {

Partner Turkiye() {
  return {
      .id = "turkiye", .display_name = "T\xC3\xBCrkiye", .iso_alpha2 = "TR", .iso_alpha3 = "TUR"};
}

TEST(SearchTest, CaseAndAccentsMakeNoDifference) {
  EXPECT_TRUE(Matches(Turkiye(), Fold("T\xC3\x9CRKIYE")));
  EXPECT_TRUE(Matches(Turkiye(), Fold("Tu\xCC\x88rk")));
  EXPECT_TRUE(Matches(Turkiye(), Fold("tur")));
  EXPECT_FALSE(Matches(Turkiye(), Fold("urkiye")));
}

TEST(SearchTest, EveryWordMustBegin) {
  const Partner bosnia = {.id = "bosnia-and-herzegovina", .display_name = "Bosnia and Herzegovina"};
  EXPECT_TRUE(Matches(bosnia, Fold("herz bos")));
  EXPECT_FALSE(Matches(bosnia, Fold("herz croatia")));
  EXPECT_TRUE(Matches(bosnia, Fold("")));
}

TEST(SearchTest, BrokenBytesAreLeftAlone) {
  EXPECT_EQ(Fold("\xC3"), "\xC3");
  EXPECT_EQ(Fold("\xFF\xFE"), "\xFF\xFE");
}

TEST(Iso3166Test, CodesBelongTogetherAndXkIsAccepted) {
  EXPECT_TRUE(IsIsoPair("GE", "GEO"));
  EXPECT_TRUE(IsIsoPair("XK", "XKX"));
  EXPECT_FALSE(IsIsoPair("GE", "DEU"));
  EXPECT_FALSE(IsIsoPair("ge", "geo"));
  EXPECT_FALSE(IsIsoPair("", ""));
}

TEST(NamesTest, OnlyWellFormedNamesAreRead) {
  EXPECT_EQ(ParsePartnerName("name", "partners/georgia").value(), "georgia");
  for (const char* bad : {"", "partners/", "partners/Georgia", "partners/georgia/", "georgia",
                          "partners/-", "partners/a-", "partners/../x"}) {
    EXPECT_FALSE(ParsePartnerName("name", bad).ok()) << bad;
  }
  EXPECT_EQ(ParseChildName("name", "contacts", "partners/georgia/contacts/c1")->id, "c1");
  EXPECT_FALSE(ParseChildName("name", "contacts", "partners/georgia/authorities/c1").ok());
}

}  // namespace
}  // namespace comity::partner_registry
