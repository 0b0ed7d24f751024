#include "services/partner-registry/domain/iso3166.h"

#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/json/canonical.h"

namespace comity::partner_registry {
namespace {

constexpr char kStandard[] = "/usr/share/iso-codes/json/iso_3166-1.json";

TEST(Iso3166Test, CodesBelongTogetherAndXkIsAccepted) {
  EXPECT_TRUE(IsIsoPair("GE", "GEO"));
  EXPECT_TRUE(IsIsoPair("XK", "XKX"));
  EXPECT_FALSE(IsIsoPair("GE", "DEU"));
  EXPECT_FALSE(IsIsoPair("ge", "geo"));
  EXPECT_FALSE(IsIsoPair("", ""));
}

TEST(Iso3166Test, ThePairsAreThoseOfTheStandardAndXk) {
  std::ifstream file(kStandard);
  ASSERT_TRUE(file) << kStandard << " is missing: deploy/install test";
  const json::Json standard = json::Json::parse(file, nullptr, /*allow_exceptions=*/false);
  ASSERT_FALSE(standard.is_discarded());
  std::set<std::string> wanted = {"XK XKX"};
  for (const json::Json& entry : standard.at("3166-1")) {
    const auto alpha2 = entry.at("alpha_2").get<std::string>();
    const auto alpha3 = entry.at("alpha_3").get<std::string>();
    EXPECT_TRUE(IsIsoPair(alpha2, alpha3)) << alpha2 << " " << alpha3;
    wanted.insert(absl::StrCat(alpha2, " ", alpha3));
  }
  ASSERT_GT(wanted.size(), 240U);

  std::set<std::string> known;
  const absl::string_view pairs = IsoPairs();
  for (std::size_t at = 0; at < pairs.size(); at += 5) {
    known.insert(absl::StrCat(pairs.substr(at, 2), " ", pairs.substr(at + 2, 3)));
  }

  EXPECT_EQ(known, wanted);
  EXPECT_EQ(pairs.size(), 5 * wanted.size()) << "each once";
}

}  // namespace
}  // namespace comity::partner_registry
