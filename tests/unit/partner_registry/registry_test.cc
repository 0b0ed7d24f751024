#include "services/partner-registry/domain/registry.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace comity::partner_registry {
namespace {

using ::testing::ElementsAreArray;
using ::testing::SizeIs;

constexpr int kPartners = 300;
const absl::Time kOver = absl::FromUnixSeconds(1'900'000'000);

// Partners of whom each has an instrument, an authority, and a contact with a key who opens for it;
// each fact after those that it refers to.
std::vector<Fact> ManyFacts() {
  std::vector<Fact> facts;
  for (int i = 0; i < kPartners; ++i) {
    const std::string id = absl::StrCat("state-", i);
    const std::string spiffe_id = absl::StrCat("spiffe://", id, ".example/contact");
    facts.emplace_back(Partner{.id = id, .display_name = absl::StrCat("Land ", i)});
    facts.emplace_back(Instrument{.partner = id, .id = "agreement"});
    facts.emplace_back(Authority{.partner = id, .id = "prosecution"});
    facts.emplace_back(Contact{.partner = id,
                               .id = "desk",
                               .spiffe_id = spiffe_id,
                               .authority = "prosecution",
                               .opener = true});
    facts.emplace_back(KeyStatement{
        .id = absl::StrCat("key-", i), .holder = spiffe_id, .serial = 1, .not_after = kOver});
  }
  return facts;
}

std::vector<std::string> Say(const Registry& registry) {
  std::vector<std::string> lines;
  for (const FactPointer& shared : registry.SharedFacts()) {
    const Fact fact = CopyOf(shared);
    lines.push_back(NameOf(fact));
    for (const auto& [field, value] : FieldsOf(fact)) lines.back() += field + "=" + value + ";";
  }
  return lines;
}

TEST(RegistryTest, ManyFactsInAnyOrderComeToTheStateThatOneByOneComesTo) {
  std::vector<Fact> facts = ManyFacts();
  Registry one_by_one("store");
  for (const Fact& fact : facts) {
    one_by_one.Apply({.revision = one_by_one.revision() + 1, .facts = {fact}});
  }
  std::shuffle(facts.begin(), facts.end(), std::mt19937(1));

  Registry at_once("store");
  at_once.Apply({.revision = 1, .facts = {facts.begin(), facts.end()}});

  EXPECT_THAT(Say(at_once), ElementsAreArray(Say(one_by_one)));
  for (int i = 0; i < kPartners; ++i) {
    const std::string id = absl::StrCat("state-", i);
    const legal::Dossier* const dossier = at_once.facts().Find(absl::StrCat("partners/", id));
    ASSERT_NE(dossier, nullptr) << id;
    EXPECT_TRUE(dossier->partner.has_value()) << id;
    EXPECT_THAT(dossier->instruments, SizeIs(1)) << id;
    ASSERT_THAT(dossier->authorities, SizeIs(1)) << id;
    EXPECT_THAT(dossier->authorities[0].openers, SizeIs(1)) << id;
    EXPECT_NE(at_once.index().Match(id, absl::StrCat("land ", i), {}, {}), nullptr) << id;
  }
}

TEST(RegistryTest, ACopyStaysAsItWasWhenWhatItSharesIsReplaced) {
  Registry registry("store");
  registry.Apply({.revision = 1, .facts = {Instrument{.partner = "georgia", .id = "agreement"}}});
  const Registry before = registry;

  registry.Apply({.revision = 2,
                  .facts = {Instrument{.partner = "georgia", .id = "agreement", .title = "New"}}});

  const char* const name = "partners/georgia/instruments/agreement";
  EXPECT_EQ(before.FindInstrument(name)->title, "");
  EXPECT_EQ(registry.FindInstrument(name)->title, "New");
  EXPECT_THAT(registry.instruments(), SizeIs(1));
}

}  // namespace
}  // namespace comity::partner_registry
