#include "services/partner-registry/domain/secondments.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "common/legal/secondments.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/standing.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/legal/somebody_opens.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kName[] = "partners/georgia/secondments/s1";
constexpr char kAgency[] = "agency.example";
constexpr char kIdentity[] = "spiffe://agency.example/agency/liaison-prosecutor/georgia/lp-1";
constexpr char kContact[] = "partners/georgia/contacts/tbilisi-1";
constexpr char kProsecution[] = "partners/georgia/authorities/prosecution-service";
constexpr char kAgreement[] = "partners/georgia/instruments/cooperation-agreement";
constexpr absl::CivilDay kToday(2026, 11, 23);

class SecondmentsTest : public ::testing::Test {
 protected:
  static Secondment Prosecutor() {
    return {.partner = "georgia",
            .id = "s1",
            .kind = SecondmentKind::kLiaisonProsecutor,
            .instrument = kAgreement,
            .from = "2026-01-01",
            .to = "2026-12-31",
            .contact = "tbilisi-1",
            .evidence = "letter of the Prosecutor General"};
  }

  void Take(const absl::StatusOr<Plan>& plan) {
    ASSERT_THAT(plan, IsOk());
    registry_ = After(std::move(registry_), plan->facts);
  }

  void Enter(const Secondment& secondment) {
    Take(PlanCreateSecondment(registry_, secondment, kAgency));
  }

  absl::StatusOr<Plan> End(const std::string& day = "", absl::string_view etag = "") const {
    return PlanEndSecondment(registry_, kName, day, etag, now_);
  }

  bool Counts(absl::CivilDay day) const {
    return registry_.Counts(*registry_.FindContact(kContact), day);
  }

  // As the journal records it, at noon of `day`.
  void Publish(KeyStatement statement, absl::CivilDay day) {
    const std::int64_t revision = registry_.revision() + 1;
    statement.recorded = {.revision = revision,
                          .time = absl::FromCivil(absl::CivilHour(day) + 12, Brussels())};
    registry_.Apply({.revision = revision, .facts = {std::move(statement)}});
  }

  std::string WhyNot(absl::CivilDay day) const {
    return WhyNotInEffect(registry_, *registry_.relations().Find<Secondment>(kName), day);
  }

  std::string SecondedBy(absl::CivilDay day) const {
    return registry_.relations().secondments().SecondedBy(kIdentity, registry_.facts(), day);
  }

  AxisStanding Stands(absl::CivilDay day) const {
    return StandingOn(registry_, *registry_.FindPartner("georgia"), day)
        .axes[static_cast<std::size_t>(Axis::kLiaisonProsecutor) - 1];
  }

  Registry registry_ = LoadedRegistry();
  const absl::Time now_ = absl::FromCivil(absl::CivilHour(2026, 11, 23, 12), absl::UTCTimeZone());
};

TEST_F(SecondmentsTest, AccessOfItsContactBeginsAndEndsWithIt) {
  EXPECT_TRUE(Counts(kToday));
  const auto plan = PlanCreateSecondment(registry_, Prosecutor(), kAgency);
  ASSERT_THAT(plan, IsOk());
  EXPECT_TRUE(plan->barrier) << "a contact may count less than before";
  Take(plan);

  EXPECT_FALSE(Counts(absl::CivilDay(2025, 12, 31)));
  EXPECT_TRUE(Counts(absl::CivilDay(2026, 1, 1)));
  EXPECT_TRUE(Counts(absl::CivilDay(2026, 12, 31)));
  EXPECT_FALSE(Counts(absl::CivilDay(2027, 1, 1)));
  EXPECT_THAT(WhyNot(absl::CivilDay(2025, 12, 31)), HasSubstr("54a"));
  EXPECT_THAT(WhyNot(absl::CivilDay(2027, 1, 1)), HasSubstr("2026-12-31"));
}

TEST_F(SecondmentsTest, AKeyOfAnEarlierHolderIsNotOfferedForALaterOne) {
  const auto publish = [this](const std::string& holder, const std::string& id, std::int64_t serial,
                              absl::CivilDay day) {
    Publish({.id = id, .holder = holder, .statement = id, .serial = serial}, day);
  };
  const std::string tbilisi = registry_.FindContact(kContact)->spiffe_id;
  publish(tbilisi, "k0", 1, absl::CivilDay(2025, 6, 1));
  EXPECT_NE(registry_.OfferedKey(tbilisi, kToday), nullptr) << "nothing binds the contact";

  for (const std::string& holder : {std::string(kIdentity), tbilisi}) {
    Secondment one = Prosecutor();
    one.id = holder == tbilisi ? "s3" : "s1";
    if (holder != tbilisi) {
      one.contact.clear();
      one.identity = kIdentity;
    }
    one.to = "2026-06-30";
    Enter(one);
    publish(holder, holder + "1", 2, absl::CivilDay(2025, 12, 31));
    EXPECT_EQ(registry_.OfferedKey(holder, absl::CivilDay(2026, 1, 1)), nullptr)
        << "before it began";
    publish(holder, holder + "2", 3, absl::CivilDay(2026, 1, 1));
    EXPECT_NE(registry_.OfferedKey(holder, absl::CivilDay(2026, 6, 30)), nullptr);
    EXPECT_EQ(registry_.OfferedKey(holder, absl::CivilDay(2026, 7, 1)), nullptr) << "it is over";

    Secondment two = one;
    two.id += "0";
    two.from = "2026-07-01";
    two.to.clear();
    Enter(two);
    EXPECT_EQ(registry_.OfferedKey(holder, kToday), nullptr) << "the earlier holder's";
    EXPECT_NE(registry_.CurrentKey(holder), nullptr) << "the next statement follows it";
    publish(holder, holder + "3", 4, absl::CivilDay(2026, 7, 1));
    ASSERT_NE(registry_.OfferedKey(holder, kToday), nullptr);
    EXPECT_EQ(registry_.OfferedKey(holder, kToday)->serial, 4);
  }
}

TEST_F(SecondmentsTest, OnTheDayOfAChangeNobodyKnowsWhoseTheKeyIs) {
  Secondment one = Prosecutor();
  one.contact.clear();
  one.identity = kIdentity;
  Enter(one);
  KeyStatement statement{.id = "k1", .holder = kIdentity, .statement = "k1", .serial = 1};
  Publish(statement, kToday);
  Take(End());
  Secondment two = one;
  two.id = "s2";
  two.from = "2026-11-23";
  Enter(two);
  EXPECT_EQ(registry_.OfferedKey(kIdentity, kToday), nullptr);
  statement.serial = 2;
  statement.id = "k2";
  Publish(statement, kToday + 1);
  EXPECT_NE(registry_.OfferedKey(kIdentity, kToday + 1), nullptr);
}

TEST_F(SecondmentsTest, EndingItEndsAccessAtOnceIfItsLastDayHasCome) {
  Enter(Prosecutor());
  const auto plan = End();
  ASSERT_THAT(plan, IsOk());
  EXPECT_TRUE(plan->barrier);
  Take(plan);
  EXPECT_FALSE(Counts(kToday));
  EXPECT_TRUE(Counts(absl::CivilDay(2026, 11, 22)));
  EXPECT_THAT(End()->facts, IsEmpty()) << "it has ended already";
  EXPECT_THAT(End("2026-12-01"),
              FailsWith(absl::StatusCode::kInvalidArgument, "SECONDMENT_INVALID"));
}

TEST_F(SecondmentsTest, AnAnnouncedEndLeavesItsLastDay) {
  Enter(Prosecutor());
  EXPECT_THAT(End("2027-01-01"),
              FailsWith(absl::StatusCode::kInvalidArgument, "SECONDMENT_INVALID"));
  EXPECT_THAT(End("", "\"77\""), FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  Take(End("2026-11-30"));
  EXPECT_TRUE(Counts(absl::CivilDay(2026, 11, 30)));
  EXPECT_FALSE(Counts(absl::CivilDay(2026, 12, 1)));
  Take(End("2025-01-01"));
  EXPECT_FALSE(Counts(absl::CivilDay(2026, 1, 1))) << "it was called off";
}

TEST_F(SecondmentsTest, AnIdentityCountsWhileOneThatNamesItIsInEffect) {
  EXPECT_EQ(SecondedBy(kToday), "") << "nobody seconds it";
  Secondment named = Prosecutor();
  named.contact.clear();
  named.identity = kIdentity;
  Enter(named);
  EXPECT_EQ(SecondedBy(absl::CivilDay(2025, 12, 31)), "");
  EXPECT_EQ(SecondedBy(kToday), "partners/georgia");
  EXPECT_EQ(SecondedBy(absl::CivilDay(2027, 1, 1)), "");
  EXPECT_TRUE(Counts(absl::CivilDay(2027, 1, 1))) << "it binds no contact";

  named.id = "s2";
  EXPECT_THAT(PlanCreateSecondment(registry_, named, kAgency),
              FailsWith(absl::StatusCode::kInvalidArgument, "SECONDMENT_INVALID"))
      << "one at a time names it";
  named.from = "2027-01-01";
  named.to.clear();
  EXPECT_THAT(PlanCreateSecondment(registry_, named, kAgency), IsOk());

  Take(End());
  EXPECT_EQ(SecondedBy(kToday), "");
  named.from = "2026-11-23";
  Enter(named);
  EXPECT_EQ(SecondedBy(kToday), "partners/georgia") << "another took its place on the day";
  Instrument agreement = *registry_.FindInstrument(kAgreement);
  agreement.ended = "2026-11-22";
  agreement.certainty["ended"] = Certainty::kFound;
  registry_ = After(std::move(registry_), {agreement});
  EXPECT_EQ(SecondedBy(kToday), "") << "it ends with its instrument";
}

TEST_F(SecondmentsTest, TheAuthorityOfAProsecutorIsOneThatCounts) {
  Secondment named = Prosecutor();
  named.authority = "prosecution-service";
  const auto plan = PlanCreateSecondment(registry_, named, kAgency);
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(Relations::ToLegal(std::get<Secondment>(plan->facts.at(0))).authority, kProsecution);

  const auto refused_for_authority = [&] {
    const auto refused = PlanCreateSecondment(registry_, named, kAgency).status();
    EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "SECONDMENT_INVALID"));
    EXPECT_EQ(DetailsOf(refused).fields.at(0).field, "secondment.authority");
  };
  Authority retracted = *registry_.FindAuthority(kProsecution);
  retracted.retraction = Retraction{.evidence = "note"};
  const Registry before = registry_;
  registry_ = After(std::move(registry_), {retracted});
  refused_for_authority();
  registry_ = before;
  named.authority = "none";
  refused_for_authority();
  named.authority = "prosecution-service";
  named.kind = SecondmentKind::kLiaisonMagistrate;
  named.contact.clear();
  refused_for_authority();
}

TEST_F(SecondmentsTest, ItEndsByItselfWithItsInstrument) {
  Enter(Prosecutor());
  Instrument agreement = *registry_.FindInstrument(kAgreement);
  agreement.ended = "2026-11-22";
  agreement.certainty["ended"] = Certainty::kFound;
  registry_ = After(std::move(registry_), {agreement});

  EXPECT_TRUE(Counts(absl::CivilDay(2026, 11, 22)));
  EXPECT_FALSE(Counts(kToday));
  EXPECT_THAT(WhyNot(kToday), HasSubstr("54a(1)"));
  EXPECT_EQ(Stands(kToday).step, "ENDED");
  EXPECT_EQ(Stands(kToday).day, "2026-11-23");
}

TEST_F(SecondmentsTest, ItEndsWhenTheStateIsNoThirdCountryAnyMore) {
  Enter(Prosecutor());
  Partner georgia = *registry_.FindPartner("georgia");
  georgia.legal_classes = {{LegalClass::kThirdCountry, "", "2026-11-22", Certainty::kFound, ""},
                           {LegalClass::kMemberState, "2026-11-23", "", Certainty::kFound, ""}};
  registry_ = After(std::move(registry_), {georgia});
  EXPECT_TRUE(Counts(absl::CivilDay(2026, 11, 22)));
  EXPECT_FALSE(Counts(kToday));
}

TEST_F(SecondmentsTest, ASuccessorLetsTheSameContactGoOn) {
  Enter(Prosecutor());
  Take(End());
  EXPECT_FALSE(Counts(kToday));
  Secondment next = Prosecutor();
  next.id = "s2";
  next.from = "2026-11-23";
  next.to = "";
  Enter(next);
  EXPECT_TRUE(Counts(kToday));
  EXPECT_EQ(Stands(kToday).step, "SECONDED");
  EXPECT_EQ(Stands(kToday).day, "2026-11-23");
}

TEST_F(SecondmentsTest, ASuspendedContactDoesNotCountWhateverSecondsIt) {
  Enter(Prosecutor());
  Contact contact = *registry_.FindContact(kContact);
  contact.state = ContactState::kSuspended;
  registry_ = After(std::move(registry_), {contact});
  EXPECT_FALSE(Counts(kToday));
}

TEST_F(SecondmentsTest, NothingIsSealedForItsContactBeforeOrAfterIt) {
  const auto opens = [&](absl::CivilHour hour) {
    return legal::SomebodyOpens(registry_.facts(),
                                "partners/georgia/authorities/prosecution-service",
                                absl::FromCivil(hour, Brussels()));
  };
  registry_ = After(std::move(registry_),
                    {KeyStatement{.id = "k1",
                                  .holder = registry_.FindContact(kContact)->spiffe_id,
                                  .statement = "s",
                                  .serial = 1,
                                  .not_after = now_ + absl::Hours(24 * 365)}});
  EXPECT_TRUE(opens(absl::CivilHour(2027, 1, 1)));
  Enter(Prosecutor());
  EXPECT_FALSE(opens(absl::CivilHour(2025, 12, 31, 23)));
  EXPECT_TRUE(opens(absl::CivilHour(2026, 1, 1)));
  EXPECT_TRUE(opens(absl::CivilHour(2026, 12, 31, 23)));
  EXPECT_FALSE(opens(absl::CivilHour(2027, 1, 1)));
  Take(End());
  EXPECT_FALSE(opens(absl::CivilHour(2026, 11, 23, 12)));
}

TEST_F(SecondmentsTest, AnAuthorityIsReadyByNoKeyThatIsNotOffered) {
  const std::string holder = registry_.FindContact(kContact)->spiffe_id;
  const auto publish = [&](std::int64_t serial, absl::CivilDay day) {
    Publish({.id = absl::StrCat("k", serial),
             .holder = holder,
             .serial = serial,
             .not_after = now_ + absl::Hours(24 * 365)},
            day);
  };
  // Both say the same.
  const auto opens = [&](absl::CivilDay day) {
    const bool ready =
        legal::SomebodyOpens(registry_.facts(), "partners/georgia/authorities/prosecution-service",
                             absl::FromCivil(absl::CivilHour(day) + 12, Brussels()));
    EXPECT_EQ(ready, registry_.OfferedKey(holder, day) != nullptr) << day;
    return ready;
  };
  publish(1, absl::CivilDay(2025, 6, 1));
  EXPECT_TRUE(opens(kToday));
  Enter(Prosecutor());
  EXPECT_FALSE(opens(kToday)) << "it may be somebody else's who had the contact before";
  publish(2, kToday);
  EXPECT_TRUE(opens(kToday));

  Take(End());
  Secondment next = Prosecutor();
  next.id = "s2";
  next.from = "2026-11-23";
  Enter(next);
  EXPECT_FALSE(opens(kToday)) << "the earlier holder's";
  publish(3, kToday + 1);
  EXPECT_TRUE(opens(kToday + 1));
}

TEST_F(SecondmentsTest, TheAxisFollowsFromIt) {
  Enter(Prosecutor());
  EXPECT_EQ(Stands(absl::CivilDay(2026, 1, 1)).step, "SECONDED");
  Take(End());
  EXPECT_EQ(Stands(kToday).step, "ENDED");
  EXPECT_THAT(Stands(kToday).history,
              ::testing::Contains(::testing::Field(&Milestone::step, "ENTITLED")));
}

TEST_F(SecondmentsTest, OnlyAnAgreementThatAllowsItPermitsALiaisonProsecutor) {
  const auto refused = FailsWith(absl::StatusCode::kFailedPrecondition, "SECONDMENT_NOT_PERMITTED");
  Secondment early = Prosecutor();
  early.from = "2019-01-01";
  EXPECT_THAT(PlanCreateSecondment(registry_, early, kAgency), refused) << "not in force yet";
  EXPECT_THAT(std::string(PlanCreateSecondment(registry_, early, kAgency).status().message()),
              HasSubstr("EJR 54a(1)"));

  Secondment panama{.partner = "panama",
                    .id = "s1",
                    .kind = SecondmentKind::kLiaisonProsecutor,
                    .instrument = "partners/panama/instruments/working-arrangement",
                    .from = "2026-01-01",
                    .evidence = "letter"};
  EXPECT_THAT(PlanCreateSecondment(registry_, panama, kAgency), refused)
      << "a working arrangement permits no liaison prosecutor";
  panama.kind = SecondmentKind::kLiaisonMagistrate;
  EXPECT_THAT(PlanCreateSecondment(registry_, panama, kAgency), IsOk())
      << "but a liaison magistrate";
  EXPECT_FALSE(PlanCreateSecondment(registry_, panama, kAgency)->barrier);

  Instrument agreement = *registry_.FindInstrument(kAgreement);
  agreement.allows_secondment = false;
  registry_ = After(std::move(registry_), {agreement});
  EXPECT_THAT(PlanCreateSecondment(registry_, Prosecutor(), kAgency), refused);
  agreement.allows_secondment = true;
  agreement.certainty["allows_secondment"] = Certainty::kUnconfirmed;
  registry_ = After(std::move(registry_), {agreement});
  EXPECT_THAT(PlanCreateSecondment(registry_, Prosecutor(), kAgency), refused)
      << "nobody confirmed it";
}

TEST_F(SecondmentsTest, AnArrangementOfTheAgencyPermitsALiaisonMagistrateWhileItHasEffect) {
  using State = ArrangementState;
  Arrangement arrangement{
      .partner = "georgia", .id = "a1", .steps = {{State::kSigned, "2026-02-01"}}};
  registry_ = After(std::move(registry_), {arrangement});
  Secondment magistrate{.partner = "georgia",
                        .id = "m1",
                        .kind = SecondmentKind::kLiaisonMagistrate,
                        .instrument = "partners/georgia/arrangements/a1",
                        .from = "2026-06-01",
                        .evidence = "decision 9"};
  const auto refused = FailsWith(absl::StatusCode::kFailedPrecondition, "SECONDMENT_NOT_PERMITTED");
  EXPECT_THAT(PlanCreateSecondment(registry_, magistrate, kAgency), refused);
  arrangement.steps.push_back({State::kInEffect, "2026-05-01"});
  registry_ = After(std::move(registry_), {arrangement});
  EXPECT_THAT(PlanCreateSecondment(registry_, magistrate, kAgency), IsOk());
  arrangement.steps.push_back({State::kEnded, "2026-05-15"});
  registry_ = After(std::move(registry_), {arrangement});
  EXPECT_THAT(PlanCreateSecondment(registry_, magistrate, kAgency), refused);
}

TEST_F(SecondmentsTest, BadFieldsAreRefused) {
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "SECONDMENT_INVALID");
  const auto refused = [&](auto change) {
    Secondment wrong = Prosecutor();
    change(wrong);
    return PlanCreateSecondment(registry_, wrong, kAgency).status();
  };
  EXPECT_THAT(refused([](Secondment& s) { s.kind = SecondmentKind::kUnspecified; }), invalid);
  EXPECT_THAT(refused([](Secondment& s) { s.instrument = "partners/georgia/instruments/x"; }),
              invalid);
  EXPECT_THAT(refused([](Secondment& s) {
                s.instrument = "partners/moldova/instruments/cooperation-agreement";
              }),
              invalid)
      << "of another partner";
  EXPECT_THAT(refused([](Secondment& s) { s.to = "2025-12-31"; }), invalid);
  EXPECT_THAT(refused([](Secondment& s) { s.from = "2026"; }), invalid);
  EXPECT_THAT(refused([](Secondment& s) { s.contact = "tbilisi-9"; }), invalid);
  EXPECT_THAT(refused([](Secondment& s) { s.kind = SecondmentKind::kLiaisonMagistrate; }), invalid)
      << "with a contact";
  EXPECT_THAT(refused([](Secondment& s) { s.evidence = ""; }), invalid);
  for (const char* const path :
       {"agency.example/agency/liaison-prosecutor/moldova/lp-1",
        "agency.example/agency/desk-officer/georgia/lp-1",
        "agency.example/partner/georgia/contact/x",
        "georgia.example/agency/liaison-prosecutor/georgia/lp-1", "agency.example"}) {
    EXPECT_THAT(refused([&](Secondment& s) { s.identity = absl::StrCat("spiffe://", path); }),
                invalid)
        << path;
  }
  Enter(Prosecutor());
  EXPECT_THAT(PlanCreateSecondment(registry_, Prosecutor(), kAgency),
              FailsWith(absl::StatusCode::kAlreadyExists, "SECONDMENT_EXISTS"));
  EXPECT_THAT(PlanEndSecondment(registry_, "partners/georgia/secondments/s9", "", "", now_),
              FailsWith(absl::StatusCode::kNotFound, "SECONDMENT_NOT_FOUND"));
}

}  // namespace
}  // namespace comity::partner_registry
