#include "services/partner-registry/domain/search.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/partner-registry/domain/filter.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/domain/partner_index.h"

namespace comity::partner_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PartnerIndexTest : public ::testing::Test {
 protected:
  PartnerIndexTest() {
    Put({.id = "turkiye",
         .display_name = "T\xC3\xBCrkiye",
         .iso_alpha2 = "TR",
         .iso_alpha3 = "TUR",
         .aliases = {"Turkey"}});
    Put({.id = "bosnia-and-herzegovina", .display_name = "Bosnia and Herzegovina"});
    Put({.id = "cote-d-ivoire",
         .display_name = "C\xC3\xB4te d\xE2\x80\x99Ivoire",
         .aliases = {"Ivory Coast"}});
    Put({.id = "georgia",
         .display_name = "Georgia",
         .aliases = {
             "\xE1\x83\xA1\xE1\x83\x90\xE1\x83\xA5\xE1\x83\x90",
             "\xD0\x93\xD1\x80\xD1\x83\xD0\xB7\xD0\xB8\xD1\x8F"}});  // In its script; Грузия.
  }

  void Put(Partner partner) { index_.Put({std::make_shared<const Partner>(std::move(partner))}); }

  std::vector<std::string> Find(absl::string_view query, absl::string_view after = "") const {
    std::vector<std::string> ids;
    index_.Visit(query, {}, {}, after, [&](const Partner& partner) {
      ids.push_back(partner.id);
      return true;
    });
    return ids;
  }

  PartnerIndex index_;
};

TEST_F(PartnerIndexTest, CaseAndAccentsMakeNoDifference) {
  EXPECT_THAT(Find("T\xC3\x9CRKIYE"), ElementsAre("turkiye"));
  EXPECT_THAT(Find("Tu\xCC\x88rk"), ElementsAre("turkiye"));
  EXPECT_THAT(Find("cote d'ivoire"), ElementsAre("cote-d-ivoire"));
  EXPECT_THAT(Find("urkiye"), IsEmpty());
}

TEST_F(PartnerIndexTest, AliasesAreFoundInTheirScriptAndInAnyCase) {
  EXPECT_THAT(Find("turkey"), ElementsAre("turkiye"));
  EXPECT_THAT(Find("\xE1\x83\xA1\xE1\x83\x90\xE1\x83\xA5"), ElementsAre("georgia"));
  EXPECT_THAT(Find("\xD0\x93\xD0\xA0\xD0\xA3\xD0\x97"), ElementsAre("georgia")) << "capitals";
}

TEST_F(PartnerIndexTest, EveryWordMustBeginAWord) {
  EXPECT_THAT(Find("herz bos"), ElementsAre("bosnia-and-herzegovina"));
  EXPECT_THAT(Find("herz croatia"), IsEmpty());
  EXPECT_THAT(Find("tr tur"), ElementsAre("turkiye")) << "codes";
}

TEST_F(PartnerIndexTest, WithoutWordsAllAreFoundInTheOrderOfIdsFromAPositionOn) {
  EXPECT_THAT(Find(""),
              ElementsAre("bosnia-and-herzegovina", "cote-d-ivoire", "georgia", "turkiye"));
  EXPECT_THAT(Find(" - ", "cote-d-ivoire"), ElementsAre("georgia", "turkiye"));
  EXPECT_THAT(Find("g", "georgia"), IsEmpty());
}

TEST_F(PartnerIndexTest, WhoIsPutAgainIsFoundByTheNewNameOnly) {
  Put({.id = "georgia", .display_name = "Sakartvelo"});

  EXPECT_THAT(Find("sak"), ElementsAre("georgia"));
  EXPECT_THAT(Find("\xD0\x93\xD1\x80"), IsEmpty());
  EXPECT_THAT(Find("georgia"), ElementsAre("georgia")) << "the id stays";
}

TEST_F(PartnerIndexTest, FrequentAndRareWordsFindTheSame) {
  for (int i = 0; i < 6000; ++i) {
    Put({.id = absl::StrCat("office-", i), .display_name = "Office"});
  }

  EXPECT_THAT(Find("office"), SizeIs(6000)) << "too many to be put in order";
  EXPECT_THAT(Find("office 2999"), ElementsAre("office-2999"));
  EXPECT_THAT(Find("office", "office-2997"), ::testing::Contains("office-2998"));
  const std::vector<std::string> all = Find("office");
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
}

TEST_F(PartnerIndexTest, WhoIsPutWithManyAndTwiceIsFoundByTheLastNamesOnly) {
  const auto share = [](Partner partner) {
    return std::make_shared<const Partner>(std::move(partner));
  };
  index_.Put({share({.id = "serbia", .display_name = "Serbia", .aliases = {"Zeta"}}),
              share({.id = "georgia", .display_name = "Sakartvelo", .aliases = {"Zeta"}}),
              share({.id = "serbia", .display_name = "Srbija", .aliases = {"Office"}}),
              share({.id = "azores", .display_name = "Office"})});

  EXPECT_THAT(Find("serbia"), ElementsAre("serbia")) << "the id stays";
  EXPECT_THAT(Find("zeta"), ElementsAre("georgia"));
  EXPECT_THAT(Find("office"), ElementsAre("azores", "serbia"));
  EXPECT_THAT(Find("srb sak"), IsEmpty());
}

TEST_F(PartnerIndexTest, OneIsMatchedExactlyIfASearchComesToIt) {
  const PartnerFilter asian = PartnerFilter::Parse("region = ASIA").value();
  Put({.id = "armenia", .display_name = "Armenia", .region = "ASIA"});
  for (const char* query : {"", "arm", "ARMENIA arm", "rmenia", "arm geo", "tur"}) {
    for (const PartnerFilter& filter : {PartnerFilter(), asian}) {
      for (const char* id : {"armenia", "turkiye", "nowhere"}) {
        bool found = false;
        index_.Visit(query, filter, {}, "", [&](const Partner& partner) {
          found |= partner.id == id;
          return true;
        });

        EXPECT_EQ(index_.Match(id, query, filter, {}) != nullptr, found) << query << " " << id;
      }
    }
  }
}

TEST_F(PartnerIndexTest, ACopyStaysAsItWas) {
  const PartnerIndex before = index_;
  Put({.id = "georgia", .display_name = "Sakartvelo"});

  int found = 0;
  before.Visit("\xD0\x93\xD1\x80", {}, {}, "", [&](const Partner&) { return ++found > 0; });

  EXPECT_EQ(found, 1);
}

TEST_F(PartnerIndexTest, NamesakesAreOnTheRegisterAndOthers) {
  const Partner other = {.id = "turkey", .display_name = "TURKEY"};
  ASSERT_NE(index_.FindNamesake(other), nullptr);
  EXPECT_EQ(index_.FindNamesake(other)->id, "turkiye");
  EXPECT_EQ(index_.FindNamesake({.id = "turkiye", .display_name = "Turkey"}), nullptr);
  EXPECT_EQ(index_.FindNamesake({.id = "x", .display_name = "Turk"}), nullptr) << "not whole";
  EXPECT_NE(index_.FindByIso("TR", "x"), nullptr);
  EXPECT_EQ(index_.FindByIso("TR", "turkiye"), nullptr);
  EXPECT_EQ(index_.FindByIso("TU", "x"), nullptr);

  Put({.id = "turkiye", .display_name = "Turkey", .delete_time = absl::UnixEpoch()});
  EXPECT_EQ(index_.FindNamesake(other), nullptr);
}

TEST(FoldTest, BrokenBytesAreLeftAlone) {
  EXPECT_EQ(Fold("\xC3"), "\xC3");
  EXPECT_EQ(Fold("\xFF\xFE"), "\xFF\xFE");
  EXPECT_EQ(Fold("\xE1\x83"), "\xE1\x83");
}

TEST(FoldTest, CharactersOfEveryLengthStayWhole) {
  EXPECT_EQ(Fold("\xF0\x90\x8C\xB0"), "\xF0\x90\x8C\xB0");                  // Gothic.
  EXPECT_EQ(Fold("\xE6\x97\xA5\xE6\x9C\xAC"), "\xE6\x97\xA5\xE6\x9C\xAC");  // Japan.
  EXPECT_EQ(Fold("\xCE\x9A"), "\xCE\xBA");                                  // Greek.
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
