// What the index finds by words and filters is what looking at each partner finds, whatever came,
// changed and went before.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/partner-registry/domain/filter.h"
#include "services/partner-registry/domain/partner_index.h"
#include "services/partner-registry/domain/search.h"
#include "services/partner-registry/domain/standing.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::IsOk;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  // 0 to `end` - 1.
  int Roll(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }

  template <typename Values>
  auto One(const Values& values) {
    return values[static_cast<std::size_t>(Roll(static_cast<int>(std::size(values))))];
  }

 private:
  std::mt19937_64 random_;
};

constexpr std::array<const char*, 5> kRegions = {"", "EU", "ASIA", "UNKNOWN", "false"};
constexpr std::array<const char*, 3> kCodes = {"", "GE", "HR"};
constexpr std::array<const char*, 6> kDays = {"",     "2013-07-01", "2013-06",
                                              "2013", "2026-11-28", "no day"};

Partner RandomPartner(Dice& dice, int number) {
  static constexpr std::array<const char*, 6> kWords = {"office", "of",  "off",
                                                        "Kazakh", "kaz", "T\xC3\xBCrkiye"};
  Partner partner{.id = absl::StrCat("p-", number),
                  .kind = static_cast<PartnerKind>(dice.Roll(6)),
                  .display_name = absl::StrCat(dice.One(kWords), " ", dice.One(kWords)),
                  .iso_alpha2 = dice.One(kCodes),
                  .iso_alpha3 = dice.One(kCodes),
                  .region = dice.One(kRegions),
                  .exchanges_suspended = dice.Roll(2) == 0,
                  .competence = {.criminal_matters = dice.Roll(2) == 0},
                  .aliases = {dice.One(kWords)}};
  for (int i = dice.Roll(4); i > 0; --i) {
    partner.legal_classes.push_back({.legal_class = static_cast<LegalClass>(
                                         dice.Roll(static_cast<int>(LegalClass::kPrivate) + 1)),
                                     .from = dice.One(kDays),
                                     .to = dice.One(kDays)});
  }
  return partner;
}

// What a field says, as text.
std::string Said(const std::string& field, const Partner& partner, absl::CivilDay today) {
  if (field == "kind") return Word(partner.kind);
  if (field == "region") return partner.region;
  if (field == "iso_alpha2") return partner.iso_alpha2;
  if (field == "iso_alpha3") return partner.iso_alpha3;
  if (field == "legal_class") return Word(ClassAsRecorded(partner, today));
  const bool yes = field == "exchanges_suspended" ? partner.exchanges_suspended
                                                  : partner.competence.criminal_matters;
  return yes ? "true" : "false";
}

// A filter as text and as what it means.
struct Meant {
  std::string text;
  std::function<bool(const Partner&, absl::CivilDay)> holds;
};

Meant RandomTest(Dice& dice) {
  static const auto& values = *new std::vector<std::pair<std::string, std::vector<std::string>>>{
      {"kind", {"STATE", "UNION_BODY", "UNSPECIFIED"}},
      {"region", {"EU", "ASIA", "NOWHERE", "", "false"}},
      {"iso_alpha2", {"GE", "XX"}},
      {"iso_alpha3", {"HR", ""}},
      {"legal_class", {"MEMBER_STATE", "THIRD_COUNTRY", "UNKNOWN"}},
      {"exchanges_suspended", {"true", "false"}},
      {"competent_in_criminal_matters", {"true", "false"}}};
  const auto& [field, words] = values[static_cast<std::size_t>(dice.Roll(7))];
  const std::string value = dice.One(words);
  switch (dice.Roll(3)) {
    case 0:
      return {absl::StrCat(field, ":*"), [field = field](const Partner& p, absl::CivilDay today) {
                const std::string said = Said(field, p, today);
                return !said.empty() && said != "false" && said != "UNKNOWN" &&
                       said != "UNSPECIFIED";
              }};
    case 1:
      return {absl::StrCat(field, " = \"", value, "\""),
              [field = field, value](const Partner& p, absl::CivilDay today) {
                return Said(field, p, today) == value;
              }};
    default:
      return {absl::StrCat(field, " != \"", value, "\""),
              [field = field, value](const Partner& p, absl::CivilDay today) {
                return Said(field, p, today) != value;
              }};
  }
}

Meant RandomFilter(Dice& dice, int depth) {
  if (depth == 0) return RandomTest(dice);
  const int kind = dice.Roll(4);
  if (kind == 0) return RandomTest(dice);
  if (kind == 1) {
    Meant inner = RandomFilter(dice, depth - 1);
    return {
        absl::StrCat("NOT (", inner.text, ")"),
        [holds = inner.holds](const Partner& p, absl::CivilDay today) { return !holds(p, today); }};
  }
  Meant made;
  std::vector<Meant> inner;
  for (int i = dice.Roll(3); i >= 0; --i) {
    inner.push_back(RandomFilter(dice, depth - 1));
    absl::StrAppend(&made.text,
                    made.text.empty() ? ""
                    : kind == 2       ? " AND "
                                      : " OR ",
                    "(", inner.back().text, ")");
  }
  made.holds = [inner, all = kind == 2](const Partner& p, absl::CivilDay today) {
    const auto holds = [&](const Meant& one) { return one.holds(p, today); };
    return all ? std::all_of(inner.begin(), inner.end(), holds)
               : std::any_of(inner.begin(), inner.end(), holds);
  };
  return made;
}

bool HasWords(const Partner& partner, absl::string_view query) {
  const std::string asked = Fold(query);
  const std::string text =
      Fold(absl::StrCat(partner.id, " ", partner.display_name, " ", partner.iso_alpha2, " ",
                        partner.iso_alpha3, " ", absl::StrJoin(partner.aliases, " ")));
  const std::vector<absl::string_view> words = WordsOf(text);
  const std::vector<absl::string_view> begin = WordsOf(asked);
  return std::all_of(begin.begin(), begin.end(), [&](absl::string_view beginning) {
    return std::any_of(words.begin(), words.end(),
                       [&](absl::string_view word) { return absl::StartsWith(word, beginning); });
  });
}

TEST(FilteredSearchTest, FindsWhatLookingAtEachPartnerFinds) {
  static constexpr std::array<const char*, 9> kQueries = {
      "", "off", "of kaz", "t\xC3\xBCr", "p 17", "office kazakh", "ge hr", "absent", "k o p"};
  Dice dice(20261128);
  PartnerIndex index;
  std::map<std::string, Partner> partners;
  int found = 0;
  for (int round = 0; round < 260; ++round) {
    // First few, then so many that hits are not put in order but met in it.
    for (int i = 0; i < (round == 200 ? 4000 : 10); ++i) {
      const int number = dice.Roll(round < 200 ? 300 : 6000);
      if (dice.Roll(4) == 0) {
        index.Erase(absl::StrCat("p-", number));
        partners.erase(absl::StrCat("p-", number));
        continue;
      }
      const Partner partner = RandomPartner(dice, number);
      index.Put({std::make_shared<const Partner>(partner)});
      partners.insert_or_assign(partner.id, partner);
    }
    const Meant asked = RandomFilter(dice, 2);
    const auto filter = PartnerFilter::Parse(asked.text);
    ASSERT_THAT(filter, IsOk()) << asked.text;
    const absl::CivilDay today(2013 + dice.Roll(2), 6 + dice.Roll(2), 30);
    const std::string query = dice.One(kQueries);
    const std::string after = dice.Roll(2) == 0 ? "" : absl::StrCat("p-", dice.Roll(300));

    std::vector<std::string> ids;
    index.Visit(query, *filter, today, after, [&](const Partner& partner) {
      ids.push_back(partner.id);
      return ids.size() < 3000;
    });

    std::vector<std::string> expected;
    for (const auto& [id, partner] : partners) {
      if (id > after && HasWords(partner, query) && asked.holds(partner, today)) {
        expected.push_back(id);
      }
    }
    ASSERT_EQ(ids, expected) << "query " << query << ", filter " << asked.text << ", after "
                             << after;
    found += static_cast<int>(ids.size());
  }
  EXPECT_GT(found, 10'000) << "the comparison is of something";
}

}  // namespace
}  // namespace comity::partner_registry
