#include "common/registry_replica/replica_state.h"

#include <google/protobuf/text_format.h>

#include "common/legal/evaluate.h"
#include "common/time/day.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/legal/somebody_opens.h"

namespace comity::registry_replica {
namespace {

using comity::testing::FailsWith;
using comity::testing::IsOk;

namespace v1 = ::comity::partner_registry::v1;

v1::Change Change(const char* text) {
  v1::Change change;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &change)) << text;
  return change;
}

constexpr char kGeorgia[] = R"pb(
  revision { store_id: "s" number: 1 }
  facts {
    partner {
      name: "partners/georgia"
      display_name: "Georgia"
      iso_alpha2: "GE"
      legal_classes { legal_class: LEGAL_CLASS_THIRD_COUNTRY certainty: CERTAINTY_FOUND }
    }
  }
  facts {
    instrument {
      name: "partners/georgia/instruments/agreement"
      kind: INSTRUMENT_KIND_COOPERATION_AGREEMENT_PRE_2019
      title: "Cooperation agreement"
      in_force: "2019-11-01"
      certainty { key: "in_force" value: CERTAINTY_FOUND }
    }
  }
  facts {
    authority {
      name: "partners/georgia/authorities/prosecution"
      competent_in_criminal_matters: true
      last_verified: "2026-11-01"
      certainty: CERTAINTY_FOUND
    }
  }
  facts {
    contact {
      name: "partners/georgia/contacts/tbilisi-1"
      spiffe_id: "spiffe://georgia.example/partner/georgia/contact/tbilisi-1"
      authority: "partners/georgia/authorities/prosecution"
      opener: true
      languages: "ka"
      state: STATE_ACTIVE
      working_hours { time_zone: "Asia/Tbilisi" days: 1 days: 2 start_minute: 540 end_minute: 1080 }
    }
  }
  facts { milestone { name: "partners/georgia/milestones/x" } }
)pb";

// Published at noon of 2026-01-01 in Brussels, which its name says.
constexpr char kKey[] = R"pb(
  revision { store_id: "s" number: 2 }
  facts {
    key_statement {
      name: "keyStatements/019b7936-e780-7000-8000-000000000000"
      holder: "spiffe://georgia.example/partner/georgia/contact/tbilisi-1"
      statement: "{\"not_after\":\"2027-06-01T00:00:00Z\",\"serial\":1}"
    }
  }
)pb";

// At that hour in Brussels.
bool SomebodyOpens(const Snapshot& snapshot, absl::CivilHour hour) {
  return legal::SomebodyOpens(snapshot.facts(), "partners/georgia/authorities/prosecution",
                              absl::FromCivil(hour, Brussels()));
}

TEST(ReplicaStateTest, ASnapshotHoldsWhatTheTransferCheckNeeds) {
  ReplicaState state;
  ASSERT_THAT(state.Apply(Change(kGeorgia)), IsOk());
  const auto snapshot = state.Publish();

  EXPECT_EQ(snapshot->revision().number, 1);
  EXPECT_EQ(snapshot->facts().instruments(), 1U);
  const Contact* const contact =
      snapshot->FindContact("spiffe://georgia.example/partner/georgia/contact/tbilisi-1");
  ASSERT_NE(contact, nullptr);
  EXPECT_EQ(contact->partner, "partners/georgia");
  EXPECT_TRUE(contact->active);
  EXPECT_EQ(contact->working_hours->time_zone, "Asia/Tbilisi");
  EXPECT_EQ(snapshot->ContactsOf("partners/georgia").size(), 1U);
  EXPECT_TRUE(snapshot->ContactsOf("partners/geo").empty());
  EXPECT_EQ(snapshot->PartnerOfUnit("ge"), "partners/georgia");
  EXPECT_EQ(snapshot->PartnerOfUnit("georgia"), "partners/georgia");
  EXPECT_EQ(snapshot->PartnerOfUnit("fr"), "");
}

TEST(ReplicaStateTest, WhoIsOffTheRegisterIsRefusedAndStandsForItsUnitUntilAnotherDoes) {
  ReplicaState state;
  v1::Change change = Change(kGeorgia);
  ASSERT_THAT(state.Apply(change), IsOk());
  change.mutable_revision()->set_number(2);
  change.mutable_facts(0)->mutable_partner()->mutable_delete_time()->set_seconds(1);
  ASSERT_THAT(state.Apply(change), IsOk());
  const auto snapshot = state.Publish();

  EXPECT_TRUE(snapshot->ExchangesSuspended("partners/georgia"));
  EXPECT_EQ(snapshot->PartnerOfUnit("ge"), "partners/georgia") << "to withdraw what it permitted";
  legal::Question question;
  question.instant = absl::FromUnixSeconds(1'780'000'000);
  question.counterpart = "partners/georgia";
  question.data_kind = legal::DataKind::kNonPersonal;
  EXPECT_EQ(legal::Evaluate(snapshot->facts(), question).outcome, legal::Outcome::kRefused);

  change.mutable_revision()->set_number(3);
  change.mutable_facts(0)->mutable_partner()->clear_delete_time();
  change.mutable_facts(0)->mutable_partner()->set_iso_alpha2("GG");
  ASSERT_THAT(state.Apply(change), IsOk());
  const auto restored = state.Publish();
  EXPECT_FALSE(restored->ExchangesSuspended("partners/georgia"));
  EXPECT_EQ(restored->PartnerOfUnit("ge"), "") << "the code was corrected";
  EXPECT_EQ(restored->PartnerOfUnit("gg"), "partners/georgia");
}

TEST(ReplicaStateTest, AUnitIsOfWhoIsOnTheRegisterInWhateverOrderTheyCome) {
  v1::Change deleted = Change(R"pb(
    revision { store_id: "s" number: 1 }
    facts {
      partner {
        name: "partners/georgia"
        iso_alpha2: "GE"
        delete_time { seconds: 1 }
      }
    }
  )pb");
  v1::Change another = Change(R"pb(
    revision { store_id: "s" number: 1 }
    facts { partner { name: "partners/sakartvelo" iso_alpha2: "GE" } }
  )pb");
  for (const auto& [first, second] : {std::pair(deleted, another), std::pair(another, deleted)}) {
    ReplicaState state;
    ASSERT_THAT(state.Apply(first), IsOk());
    ASSERT_THAT(state.Apply(second), IsOk());
    EXPECT_EQ(state.Publish()->PartnerOfUnit("ge"), "partners/sakartvelo");
  }
}

TEST(ReplicaStateTest, WhoWasPurgedIsGoneAndMayComeAnew) {
  ReplicaState state;
  v1::Change change = Change(kGeorgia);
  ASSERT_THAT(state.Apply(change), IsOk());
  v1::Change purge = Change(R"pb(
    revision { store_id: "s" number: 2 }
    removed: "partners/georgia"
  )pb");
  ASSERT_THAT(state.Apply(purge), IsOk());
  const auto without = state.Publish();
  EXPECT_EQ(without->PartnerOfUnit("ge"), "");
  EXPECT_EQ(without->PartnerOfUnit("georgia"), "");
  EXPECT_FALSE(without->facts().Find("partners/georgia")->partner.has_value());

  change.mutable_revision()->set_number(3);
  ASSERT_THAT(state.Apply(change), IsOk());
  EXPECT_EQ(state.Publish()->PartnerOfUnit("ge"), "partners/georgia");
}

TEST(ReplicaStateTest, WhatWasRetractedIsNotThere) {
  ReplicaState state;
  ASSERT_THAT(state.Apply(Change(kGeorgia)), IsOk());
  v1::Change retracted = Change(kGeorgia);
  retracted.mutable_revision()->set_number(2);
  retracted.mutable_facts(1)->mutable_instrument()->mutable_retraction();
  retracted.mutable_facts(2)->mutable_authority()->mutable_retraction();
  ASSERT_THAT(state.Apply(retracted), IsOk());
  const auto snapshot = state.Publish();
  const legal::Dossier* const georgia = snapshot->facts().Find("partners/georgia");
  ASSERT_NE(georgia, nullptr);
  EXPECT_TRUE(georgia->partner.has_value());
  EXPECT_TRUE(georgia->instruments.empty());
  EXPECT_TRUE(georgia->authorities.empty());
}

TEST(ReplicaStateTest, AContactCountsOnItsDaysOnlyAndItsAbsencesComeWithItsHours) {
  ReplicaState state;
  v1::Change change = Change(kGeorgia);
  v1::Contact& told = *change.mutable_facts(3)->mutable_contact();
  told.set_valid_from("2026-11-24");
  told.set_valid_to("2026-11-30");
  v1::Absence& absence = *told.add_absences();
  absence.set_first_day("2026-11-25");
  absence.set_last_day("2026-11-26");
  ASSERT_THAT(state.Apply(change), IsOk());
  ASSERT_THAT(state.Apply(Change(kKey)), IsOk());
  const auto snapshot = state.Publish();
  const Contact& contact = *snapshot->FindContactByName("partners/georgia/contacts/tbilisi-1");

  EXPECT_FALSE(snapshot->Counts(contact, absl::CivilDay(2026, 11, 23)));
  EXPECT_TRUE(snapshot->Counts(contact, absl::CivilDay(2026, 11, 24)));
  EXPECT_TRUE(snapshot->Counts(contact, absl::CivilDay(2026, 11, 30)));
  EXPECT_FALSE(snapshot->Counts(contact, absl::CivilDay(2026, 12, 1)));
  ASSERT_EQ(contact.working_hours->absences.size(), 1U);
  EXPECT_EQ(contact.working_hours->absences[0].last_day, "2026-11-26");
  EXPECT_FALSE(SomebodyOpens(*snapshot, absl::CivilHour(2026, 11, 23, 23)));
  EXPECT_TRUE(SomebodyOpens(*snapshot, absl::CivilHour(2026, 11, 24, 0)))
      << "whenever the key was stated";
  EXPECT_TRUE(SomebodyOpens(*snapshot, absl::CivilHour(2026, 11, 30, 23)));
  EXPECT_FALSE(SomebodyOpens(*snapshot, absl::CivilHour(2026, 12, 1, 0)));
}

TEST(ReplicaStateTest, WhatASecondPersonConfirmedIsSureHereToo) {
  ReplicaState state;
  v1::Change change = Change(kGeorgia);
  v1::Instrument& instrument = *change.mutable_facts(1)->mutable_instrument();
  (*instrument.mutable_certainty())["in_force"] = v1::CERTAINTY_UNCONFIRMED;
  const auto certainty = [&state] {
    return state.Publish()
        ->facts()
        .Find("partners/georgia")
        ->instruments[0]
        .CertaintyOf(legal::Field::kInForce);
  };
  ASSERT_THAT(state.Apply(change), IsOk());
  EXPECT_EQ(certainty(), legal::Certainty::kUnconfirmed);

  change.mutable_revision()->set_number(2);
  v1::Confirmation& confirmation = *instrument.add_confirmations();
  confirmation.set_field("in_force");
  confirmation.set_value("2019-11-01");
  ASSERT_THAT(state.Apply(change), IsOk());
  EXPECT_EQ(certainty(), legal::Certainty::kFound);
}

TEST(ReplicaStateTest, AnAuthorityIsReadyWhileAnActiveOpenerHasAKey) {
  ReplicaState state;
  ASSERT_THAT(state.Apply(Change(kGeorgia)), IsOk());
  constexpr absl::CivilHour kLast(2027, 6, 1, 1);
  EXPECT_FALSE(SomebodyOpens(*state.Publish(), kLast));

  ASSERT_THAT(state.Apply(Change(kKey)), IsOk());
  const auto ready = state.Publish();
  EXPECT_TRUE(SomebodyOpens(*ready, kLast));
  EXPECT_FALSE(SomebodyOpens(*ready, kLast + 1)) << "the key is over";

  v1::Change suspended = Change(kGeorgia);
  suspended.mutable_revision()->set_number(3);
  suspended.mutable_facts(3)->mutable_contact()->set_state(v1::Contact::STATE_SUSPENDED);
  ASSERT_THAT(state.Apply(suspended), IsOk());
  EXPECT_FALSE(SomebodyOpens(*state.Publish(), kLast));
  EXPECT_TRUE(SomebodyOpens(*ready, kLast)) << "an earlier snapshot stays";
}

TEST(ReplicaStateTest, AContactWithANewIdentityCountsByThatOnly) {
  ReplicaState state;
  ASSERT_THAT(state.Apply(Change(kGeorgia)), IsOk());
  v1::Change renamed = Change(kGeorgia);
  renamed.mutable_revision()->set_number(2);
  renamed.mutable_facts(3)->mutable_contact()->set_spiffe_id(
      "spiffe://georgia.example/partner/georgia/contact/tbilisi-2");
  ASSERT_THAT(state.Apply(renamed), IsOk());

  const auto snapshot = state.Publish();
  EXPECT_EQ(snapshot->FindContact("spiffe://georgia.example/partner/georgia/contact/tbilisi-1"),
            nullptr);
  EXPECT_NE(snapshot->FindContact("spiffe://georgia.example/partner/georgia/contact/tbilisi-2"),
            nullptr);
}

TEST(ReplicaStateTest, AWithdrawalIsSeenByTheCheck) {
  ReplicaState state;
  ASSERT_THAT(state.Apply(Change(R"pb(
    revision { store_id: "s" number: 1 }
    facts {
      decision {
        name: "decisions/1"
        kind: DECISION_KIND_AUTHORISATION
        partner: "partners/france"
        valid_from: "2026-01-01"
      }
    }
  )pb")),
              IsOk())
      << "evidence and grounds may be erased by law";
  v1::Change withdrawn = Change(R"pb(
    revision { store_id: "s" number: 2 }
    barrier: true
    facts {
      decision {
        name: "decisions/1"
        kind: DECISION_KIND_AUTHORISATION
        partner: "partners/france"
        valid_from: "2026-01-01"
        withdraw_time { seconds: 1795000000 }
      }
    }
  )pb");
  ASSERT_THAT(state.Apply(withdrawn), IsOk());

  const auto snapshot = state.Publish();
  const auto& decisions = snapshot->facts().Find("partners/france")->own_decisions;
  ASSERT_EQ(decisions.size(), 1U);
  EXPECT_TRUE(decisions[0].withdrawn.has_value());
}

constexpr char kSecondment[] = R"pb(
  revision { store_id: "s" number: 3 }
  facts {
    secondment {
      name: "partners/georgia/secondments/s1"
      kind: KIND_LIAISON_PROSECUTOR
      instrument: "partners/georgia/instruments/agreement"
      from: "2026-01-01"
      to: "2026-12-31"
      contact: "partners/georgia/contacts/tbilisi-1"
    }
  }
)pb";

v1::Change GeorgiaThatAllowsSecondment() {
  v1::Change change = Change(kGeorgia);
  v1::Instrument& agreement = *change.mutable_facts(1)->mutable_instrument();
  agreement.set_allows_secondment(true);
  agreement.set_signed_("2019-03-29");
  (*agreement.mutable_certainty())["signed"] = v1::CERTAINTY_FOUND;
  (*agreement.mutable_certainty())["allows_secondment"] = v1::CERTAINTY_FOUND;
  (*agreement.mutable_certainty())["ended"] = v1::CERTAINTY_FOUND;
  return change;
}

bool Counts(const Snapshot& snapshot, absl::CivilDay day) {
  return snapshot.Counts(*snapshot.FindContactByName("partners/georgia/contacts/tbilisi-1"), day);
}

TEST(ReplicaStateTest, AContactThatIsSecondedCountsWhileThatIsInEffect) {
  ReplicaState state;
  ASSERT_THAT(state.Apply(GeorgiaThatAllowsSecondment()), IsOk());
  ASSERT_THAT(state.Apply(Change(kKey)), IsOk());
  EXPECT_TRUE(Counts(*state.Publish(), absl::CivilDay(2030, 1, 1))) << "nothing binds it";
  ASSERT_THAT(state.Apply(Change(kSecondment)), IsOk());
  const auto bound = state.Publish();
  EXPECT_FALSE(Counts(*bound, absl::CivilDay(2025, 12, 31)));
  EXPECT_TRUE(Counts(*bound, absl::CivilDay(2026, 12, 31)));
  EXPECT_FALSE(Counts(*bound, absl::CivilDay(2027, 1, 1)));
  EXPECT_FALSE(SomebodyOpens(*bound, absl::CivilHour(2025, 12, 31, 23)));
  EXPECT_TRUE(SomebodyOpens(*bound, absl::CivilHour(2026, 1, 1, 0)));
  EXPECT_TRUE(SomebodyOpens(*bound, absl::CivilHour(2026, 12, 31, 23)));
  EXPECT_FALSE(SomebodyOpens(*bound, absl::CivilHour(2027, 1, 1, 0)));

  v1::Change ended = Change(kSecondment);
  ended.mutable_revision()->set_number(4);
  ended.mutable_facts(0)->mutable_secondment()->set_to("2026-11-28");
  ended.mutable_facts(0)->mutable_secondment()->set_ended(true);
  ASSERT_THAT(state.Apply(ended), IsOk());
  EXPECT_FALSE(Counts(*state.Publish(), absl::CivilDay(2026, 11, 28)));
  EXPECT_TRUE(Counts(*bound, absl::CivilDay(2026, 11, 28))) << "an earlier snapshot stays";
}

TEST(ReplicaStateTest, AKeyFromBeforeASecondmentIsNotItsContacts) {
  // The last moment of 2025 in Brussels, and a name that does not say when.
  for (const char* name :
       {"keyStatements/019b76a3-b97f-7000-8000-000000000000", "keyStatements/1"}) {
    ReplicaState state;
    ASSERT_THAT(state.Apply(GeorgiaThatAllowsSecondment()), IsOk());
    v1::Change key = Change(kKey);
    key.mutable_facts(0)->mutable_key_statement()->set_name(name);
    ASSERT_THAT(state.Apply(key), IsOk());
    constexpr absl::CivilHour kNoon(2026, 11, 28, 12);
    EXPECT_TRUE(SomebodyOpens(*state.Publish(), kNoon)) << "nothing binds it";
    ASSERT_THAT(state.Apply(Change(kSecondment)), IsOk());
    EXPECT_FALSE(SomebodyOpens(*state.Publish(), kNoon)) << name;

    v1::Change next = Change(kKey);
    next.mutable_revision()->set_number(4);
    next.mutable_facts(0)->mutable_key_statement()->set_statement(
        R"({"not_after":"2027-06-01T00:00:00Z","serial":2})");
    ASSERT_THAT(state.Apply(next), IsOk());
    EXPECT_TRUE(SomebodyOpens(*state.Publish(), kNoon)) << "the contact's own";
  }
}

TEST(ReplicaStateTest, ASecondmentEndsWithItsInstrument) {
  ReplicaState state;
  ASSERT_THAT(state.Apply(GeorgiaThatAllowsSecondment()), IsOk());
  ASSERT_THAT(state.Apply(Change(kSecondment)), IsOk());
  v1::Change lapsed = GeorgiaThatAllowsSecondment();
  lapsed.mutable_revision()->set_number(4);
  lapsed.mutable_facts(1)->mutable_instrument()->set_ended("2026-06-30");
  ASSERT_THAT(state.Apply(lapsed), IsOk());

  const auto snapshot = state.Publish();
  EXPECT_TRUE(Counts(*snapshot, absl::CivilDay(2026, 6, 30)));
  EXPECT_FALSE(Counts(*snapshot, absl::CivilDay(2026, 7, 1)));
}

TEST(ReplicaStateTest, KindsOfFactsThatAreNotUsedOrNotKnownAreSkipped) {
  ReplicaState state;
  v1::Change change = Change(R"pb(
    revision { store_id: "s" number: 1 }
    facts { strategy { name: "strategies/s2024" } }
    facts { consultation { name: "partners/georgia/consultations/c1" } }
    facts {}
  )pb");
  // Field 1000 of a fact of a later version.
  change.add_facts()
      ->GetReflection()
      ->MutableUnknownFields(change.mutable_facts(3))
      ->AddVarint(1000, 1);
  EXPECT_THAT(state.Apply(change), IsOk());
  EXPECT_EQ(state.Publish()->revision().number, 1);
}

TEST(ReplicaStateTest, AnotherStoreAnEarlierRevisionOrABadFactIsRefused) {
  const auto refused = FailsWith(absl::StatusCode::kInternal, "REGISTRY_CHANGE_INVALID");
  ReplicaState state;
  ASSERT_THAT(state.Apply(Change(R"pb(revision { store_id: "s" number: 5 })pb")), IsOk());

  EXPECT_THAT(state.Apply(Change(R"pb(revision { store_id: "t" number: 6 })pb")), refused);
  EXPECT_THAT(state.Apply(Change(R"pb(revision { store_id: "s" number: 4 })pb")), refused);
  EXPECT_THAT(state.Apply(Change(R"pb(
    revision { store_id: "s" number: 6 }
    facts { instrument { name: "partners/x/instruments/y" kind: 3 ended: "soon" } }
  )pb")),
              refused);
}

}  // namespace
}  // namespace comity::registry_replica
