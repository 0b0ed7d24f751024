#include "tests/contract/registry_view/seconded_prosecutor.h"

#include <gmock/gmock.h>

#include "common/registry_view/partner_of.h"
#include "common/time/day.h"

namespace comity::testing {
namespace {

using ::testing::SizeIs;

// Of a unit that acts for another State than the one that seconds him.
constexpr char kProsecutor[] = "spiffe://agency.example/agency/liaison-prosecutor/fr/lp-9";
constexpr char kAuthority[] = "partners/georgia/authorities/prosecution";
constexpr char kAnother[] = "spiffe://agency.example/agency/liaison-prosecutor/georgia/lp-8";

}  // namespace

void ExpectAProsecutorCountsWhileSeconded(
    RegistrySteps& registry,
    absl::FunctionRef<std::shared_ptr<const registry_view::RegistrySnapshot>()> latest) {
  const absl::CivilDay from(2026, 1, 1);
  const absl::CivilDay to(2026, 12, 31);
  const auto seconded_by = [&](absl::CivilDay day) {
    return latest()->SecondedBy(kProsecutor, day);
  };
  const auto partner_of = [&](const char* prosecutor) {
    return PartnerOf(*identity::Principal::Parse(prosecutor), *latest(), from);
  };
  EXPECT_EQ(seconded_by(from), "");
  EXPECT_EQ(partner_of(kProsecutor), "");
  registry.Second({.name = "partners/georgia/secondments/s1",
                   .kind = legal::SecondmentKind::kLiaisonProsecutor,
                   .instrument = "partners/georgia/instruments/cooperation-agreement",
                   .from = PartialDate(from),
                   .to = PartialDate(to),
                   .identity = kProsecutor,
                   .authority = kAuthority});
  ASSERT_THAT(latest()->SecondmentsOf(kProsecutor), SizeIs(1));
  EXPECT_EQ(latest()->SecondmentsOf(kProsecutor)[0].to.ToString(), "2026-12-31");
  EXPECT_EQ(seconded_by(from - 1), "");
  EXPECT_EQ(seconded_by(from), "partners/georgia");
  EXPECT_EQ(seconded_by(to + 1), "");
  EXPECT_EQ(partner_of(kProsecutor), "partners/georgia");
  EXPECT_THAT(latest()->SecondmentsOf(kAnother), SizeIs(0));
  EXPECT_EQ(partner_of(kAnother), "") << "his unit makes him nobody's";
  const auto authority_on = [&](absl::CivilDay day) {
    return AuthorityOf(*identity::Principal::Parse(kProsecutor), *latest(), day);
  };
  EXPECT_EQ(authority_on(from), kAuthority);
  EXPECT_EQ(authority_on(to + 1), "");

  const absl::Time until = absl::FromCivil(absl::CivilHour(2026, 6, 30, 12), Brussels());
  const auto holds_key = [&](absl::Time instant) {
    return latest()->HoldsKey(kProsecutor, instant);
  };
  EXPECT_EQ(latest()->KeyOf(kProsecutor), std::nullopt);
  EXPECT_FALSE(holds_key(until - absl::Seconds(1)));
  registry.Publish(kProsecutor, {.until = until, .since = from - 1});
  EXPECT_FALSE(holds_key(until - absl::Seconds(1))) << "it may be an earlier holder's";
  registry.Publish(kProsecutor, {.until = until, .since = from});
  EXPECT_EQ(latest()->KeyOf(kProsecutor), (registry_view::SealingKey{until, from}));
  EXPECT_TRUE(holds_key(until - absl::Seconds(1)));
  EXPECT_FALSE(holds_key(until));
  EXPECT_FALSE(holds_key(absl::FromCivil(from - 1, Brussels()))) << "nobody seconded him";
  EXPECT_FALSE(latest()->HoldsKey(kAnother, until - absl::Seconds(1)));
}

}  // namespace comity::testing
