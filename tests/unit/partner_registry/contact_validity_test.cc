// A contact counts on the days on which it is valid; what of a contact can be said at all.
#include <gmock/gmock.h>

#include <functional>

#include "common/status/error.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/legal/somebody_opens.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

constexpr char kTbilisi[] = "partners/georgia/contacts/tbilisi-1";

class ContactValidityTest : public ::testing::Test {
 protected:
  static Contact Changed(const Registry& registry, const std::function<void(Contact&)>& change) {
    Contact contact = *registry.FindContact(kTbilisi);
    change(contact);
    return contact;
  }
  std::string Refused(const std::function<void(Contact&)>& change) const {
    const auto plan = PlanUpdateContact(registry_, Changed(registry_, change), "", kNow);
    EXPECT_THAT(plan, FailsWith(absl::StatusCode::kInvalidArgument, "CONTACT_INVALID"));
    const ErrorDetails details = DetailsOf(plan.status());
    return details.fields.empty() ? "" : details.fields[0].field;
  }

  const Registry registry_ = LoadedRegistry();
};

TEST_F(ContactValidityTest, AContactCountsFromItsFirstToItsLastDay) {
  const Registry limited = After(registry_, {Changed(registry_, [](Contact& contact) {
                                   contact.valid_from = "2026-11-24";
                                   contact.valid_to = "2026-11-30";
                                 })});
  const Contact& contact = *limited.FindContact(kTbilisi);

  EXPECT_FALSE(limited.Counts(contact, absl::CivilDay(2026, 11, 23)));
  EXPECT_TRUE(limited.Counts(contact, absl::CivilDay(2026, 11, 24)));
  EXPECT_TRUE(limited.Counts(contact, absl::CivilDay(2026, 11, 30)));
  EXPECT_FALSE(limited.Counts(contact, absl::CivilDay(2026, 12, 1)));
}

TEST_F(ContactValidityTest, NothingCanBeSealedForAnAuthorityWhileNoOpenerCounts) {
  const KeyStatement key{
      .id = "k",
      .holder = registry_.FindContact(kTbilisi)->spiffe_id,
      .serial = 1,
      .not_after = absl::FromCivil(absl::CivilDay(2028, 1, 1), absl::UTCTimeZone())};
  const auto opens = [](const Registry& registry, absl::CivilHour hour) {
    return legal::SomebodyOpens(registry.facts(),
                                "partners/georgia/authorities/prosecution-service",
                                absl::FromCivil(hour, Brussels()));
  };
  const Registry sealed = After(registry_, {key});
  EXPECT_TRUE(opens(sealed, absl::CivilHour(2028, 1, 1, 0)));
  EXPECT_FALSE(opens(sealed, absl::CivilHour(2028, 1, 1, 1)));

  const Registry limited =
      After(sealed, {Changed(sealed, [](Contact& contact) { contact.valid_to = "2026-11-30"; })});
  EXPECT_TRUE(opens(limited, absl::CivilHour(2026, 11, 30, 23)));
  EXPECT_FALSE(opens(limited, absl::CivilHour(2026, 12, 1, 0))) << "midnight in Brussels";

  Contact second = *registry_.FindContact(kTbilisi);
  second.id = "tbilisi-2";
  second.spiffe_id = "spiffe://georgia.example/partner/georgia/contact/tbilisi-2";
  KeyStatement early = key;
  early.id = "k2";
  early.holder = second.spiffe_id;
  const Registry both = After(limited, {second, early});
  second.valid_from = "2027-03-01";
  const Registry later = After(both, {second});
  EXPECT_FALSE(opens(later, absl::CivilHour(2027, 2, 28, 23))) << "one is over, one not begun";
  EXPECT_TRUE(opens(later, absl::CivilHour(2027, 3, 1, 0)))
      << "with the key that was stated before its first day";
}

TEST_F(ContactValidityTest, ASpiffeIdUnderWhichAKeyWasStatedIsNotGivenToAContact) {
  const std::string held = "spiffe://tbilisi.example/partner/georgia/contact/tbilisi-1";
  const auto moved = [&](Contact& contact) { contact.spiffe_id = held; };
  EXPECT_THAT(PlanUpdateContact(registry_, Changed(registry_, moved), "", kNow), IsOk());

  const Registry stated = After(registry_, {KeyStatement{.id = "k", .holder = held, .serial = 1}});
  const auto refused = PlanUpdateContact(stated, Changed(stated, moved), "", kNow);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "CONTACT_INVALID"));
  EXPECT_EQ(DetailsOf(refused.status()).fields[0].field, "contact.spiffe_id");
  EXPECT_THAT(PlanImport(stated, {{.source = {"contacts.csv", 2}, .fact = Changed(stated, moved)}},
                         kImporter, kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));

  // Nor when who had it moves away in the same import.
  const std::string own_key = registry_.FindContact(kTbilisi)->spiffe_id;
  const Registry keyed =
      After(registry_, {KeyStatement{.id = "k", .holder = own_key, .serial = 1}});
  Contact heir = *keyed.FindContact(kTbilisi);
  heir.id = "heir";
  EXPECT_THAT(PlanImport(keyed,
                         {{.source = {"contacts.csv", 2}, .fact = Changed(keyed, moved)},
                          {.source = {"contacts.csv", 3}, .fact = heir}},
                         kImporter, kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));

  const Registry given = After(registry_, {Changed(registry_, moved)});
  const Registry own = After(given, {KeyStatement{.id = "k", .holder = held, .serial = 1}});
  EXPECT_THAT(PlanUpdateContact(own, Changed(own, [](Contact& c) { c.valid_from = "2027-01-01"; }),
                                "", kNow),
              IsOk())
      << "its own keys are no obstacle";
}

TEST_F(ContactValidityTest, ShorteningItIsABarrier) {
  const auto shortened = PlanUpdateContact(
      registry_, Changed(registry_, [](Contact& contact) { contact.valid_to = "2026-12-31"; }), "",
      kNow);
  ASSERT_THAT(shortened, IsOk());
  EXPECT_TRUE(shortened->barrier);
  const auto away = PlanUpdateContact(registry_,
                                      Changed(registry_,
                                              [](Contact& contact) {
                                                contact.absences = {{"2026-12-24", "2027-01-02"}};
                                              }),
                                      "", kNow);
  ASSERT_THAT(away, IsOk());
  EXPECT_EQ(away->facts.size(), 1U);
  EXPECT_FALSE(away->barrier) << "who is away counts";
}

TEST_F(ContactValidityTest, WhatCannotBeIsRefusedByItsField) {
  EXPECT_EQ(Refused([](Contact& c) { c.deputies = {"tbilisi-1"}; }), "contact.deputies");
  EXPECT_EQ(Refused([](Contact& c) { c.deputies = {"nobody"}; }), "contact.deputies");
  EXPECT_EQ(Refused([](Contact& c) { c.deputies.assign(11, "a"); }), "contact.deputies");
  EXPECT_EQ(Refused([](Contact& c) {
              c.absences = {{"2026-12-24", "2026-12-23"}};
            }),
            "contact.absences");
  EXPECT_EQ(Refused([](Contact& c) {
              c.absences = {{"2026-12", "2026-12-23"}};
            }),
            "contact.absences");
  EXPECT_EQ(Refused([](Contact& c) {
              c.absences.assign(51, {"2026-12-24", "2026-12-24"});
            }),
            "contact.absences");
  EXPECT_EQ(Refused([](Contact& c) { c.languages.assign(21, "ka"); }), "contact.languages");
  EXPECT_EQ(Refused([](Contact& c) { c.valid_from = "2026-12"; }), "contact.valid_from");
  EXPECT_EQ(Refused([](Contact& c) {
              c.valid_from = "2026-12-02";
              c.valid_to = "2026-12-01";
            }),
            "contact.valid_to");
}

TEST_F(ContactValidityTest, WorkingHoursAreOfAZoneOfTheDatabaseAndOfSoManyHolidays) {
  const auto planned = [&](const std::string& zone, std::size_t holidays) {
    Contact contact = *registry_.FindContact(kTbilisi);
    contact.languages.assign(20, "ka");
    contact.working_hours =
        WorkingHours{.time_zone = zone, .days = {1, 2}, .start_minute = 540, .end_minute = 1020};
    contact.working_hours->holidays.assign(holidays, "2026-12-25");
    return PlanUpdateContact(registry_, contact, "", kNow);
  };
  const auto field = [&](const absl::StatusOr<Plan>& plan) {
    EXPECT_THAT(plan, FailsWith(absl::StatusCode::kInvalidArgument, "CONTACT_INVALID"));
    const ErrorDetails details = DetailsOf(plan.status());
    return details.fields.empty() ? "" : details.fields[0].field;
  };
  EXPECT_THAT(planned("Asia/Tbilisi", 400), IsOk());
  EXPECT_EQ(field(planned("Asia/Tbilisi", 401)), "contact.working_hours.holidays");
  for (const char* const none :
       {"Mars/Olympus", "/usr/share/zoneinfo/Asia/Tbilisi", "file:/usr/share/zoneinfo/Asia/Tbilisi",
        "Asia/../Asia/Tbilisi", "Asia//Tbilisi", ""}) {
    EXPECT_EQ(field(planned(none, 0)), "contact.working_hours.time_zone") << none;
  }
}

TEST_F(ContactValidityTest, ADeputyIsAnotherContactOfThePartner) {
  Contact second = *registry_.FindContact(kTbilisi);
  second.id = "tbilisi-2";
  second.spiffe_id = "spiffe://georgia.example/partner/georgia/contact/tbilisi-2";
  const Registry both = After(registry_, {second});
  const auto named = [](Contact& contact) { contact.deputies = {"tbilisi-2"}; };
  EXPECT_THAT(PlanUpdateContact(both, Changed(both, named), "", kNow), IsOk());

  second.state = ContactState::kErased;
  const Registry erased = After(both, {second});
  EXPECT_THAT(PlanUpdateContact(erased, Changed(erased, named), "", kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "CONTACT_INVALID"));
}

TEST_F(ContactValidityTest, OfAnErasedContactTheNameAloneIsLeft) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  Contact second = *registry_.FindContact(kTbilisi);
  second.id = "tbilisi-2";
  second.spiffe_id = "spiffe://georgia.example/partner/georgia/contact/tbilisi-2";
  second.deputies = {"tbilisi-1"};
  const Registry both = After(registry_, {second});
  EXPECT_THAT(PlanEraseContact(both, "partners/georgia/contacts/nobody", "", now),
              FailsWith(absl::StatusCode::kNotFound, "CONTACT_NOT_FOUND"));
  EXPECT_THAT(PlanEraseContact(both, kTbilisi, "\"0\"", now),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));

  const auto plan = PlanEraseContact(both, kTbilisi, "", now);
  ASSERT_THAT(plan, IsOk());
  EXPECT_TRUE(plan->barrier);
  const Registry erased = After(both, plan->facts);
  const Contact& left = *erased.FindContact(kTbilisi);
  EXPECT_EQ(left.state, ContactState::kErased);
  EXPECT_EQ(left.erase_time, now);
  for (const auto& [field, value] : FieldsOf(left)) {
    EXPECT_TRUE(value.empty() || value == "no") << field << " " << value;
  }
  EXPECT_EQ(erased.FindContactBySpiffeId(registry_.FindContact(kTbilisi)->spiffe_id), nullptr);
  EXPECT_FALSE(erased.Counts(left, absl::CivilDay(2026, 11, 23)));
  EXPECT_TRUE(erased.FindContact("partners/georgia/contacts/tbilisi-2")->deputies.empty());

  const auto over = FailsWith(absl::StatusCode::kFailedPrecondition, "CONTACT_ERASED");
  const auto again = PlanEraseContact(erased, kTbilisi, "", now);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->facts.empty());
  EXPECT_TRUE(again->barrier) << "whoever asks again waits, too";
  EXPECT_THAT(PlanUpdateContact(erased, *registry_.FindContact(kTbilisi), "", kNow), over);
  EXPECT_THAT(PlanContactState(erased, kTbilisi, ContactState::kActive), over);
  EXPECT_THAT(PlanCreateContact(erased, *registry_.FindContact(kTbilisi), kNow),
              FailsWith(absl::StatusCode::kAlreadyExists, "CONTACT_EXISTS"));
  Contact other = *registry_.FindContact(kTbilisi);
  other.id = "tbilisi-3";
  EXPECT_THAT(PlanCreateContact(erased, other, kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "CONTACT_INVALID"))
      << "nobody else gets the SPIFFE id, and with it the keys";
  EXPECT_THAT(PlanImport(erased, DataRows(), kImporter, kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
}

}  // namespace
}  // namespace comity::partner_registry
