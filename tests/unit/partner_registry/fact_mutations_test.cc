#include "services/partner-registry/domain/fact_mutations.h"

#include <gmock/gmock.h>

#include "common/status/error.h"
#include "services/partner-registry/domain/milestones.h"
#include "services/partner-registry/domain/partner_mutations.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::IsEmpty;

class FactMutationsTest : public ::testing::Test {
 protected:
  static Instrument Arrangement() {
    return {.partner = "georgia",
            .id = "working-arrangement",
            .kind = InstrumentKind::kWorkingArrangement,
            .title = "Working arrangement",
            .signed_on = "2026-11-01"};
  }

  static std::string FieldOf(const absl::StatusOr<Plan>& plan) {
    const ErrorDetails details = DetailsOf(plan.status());
    return details.fields.empty() ? details.reason : details.fields[0].field;
  }

  const Registry registry_ = LoadedRegistry();
  const absl::Time now_ = absl::FromCivil(absl::CivilHour(2026, 11, 28, 12), absl::UTCTimeZone());
  const Registry deleted_ =
      After(registry_, PlanDeletePartner(registry_, "georgia", "", now_)->facts);
};

TEST_F(FactMutationsTest, AnInstrumentIsEnteredOnceInTheNameOfTheCaller) {
  const auto plan = PlanCreateInstrument(registry_, kImporter, Arrangement());
  ASSERT_THAT(plan, IsOk());
  EXPECT_TRUE(plan->barrier) << "a later version governs in the place of an earlier one";
  EXPECT_EQ(std::get<Instrument>(plan->facts.at(0)).recorded_by, kImporter);

  EXPECT_THAT(PlanCreateInstrument(After(registry_, plan->facts), kImporter, Arrangement()),
              FailsWith(absl::StatusCode::kAlreadyExists, "INSTRUMENT_EXISTS"));
}

TEST_F(FactMutationsTest, AnAuthorityIsListedInSoManyInstruments) {
  Registry registry = After(registry_, {Arrangement()});
  Authority authority = *registry.FindAuthority("partners/georgia/authorities/prosecution-service");
  authority.certainty = Certainty::kUnconfirmed;  // Surer nobody makes it alone.
  authority.listed_in.assign(100, "working-arrangement");
  EXPECT_THAT(PlanUpdateAuthority(registry, kImporter, authority, "", now_), IsOk());
  authority.listed_in.emplace_back("working-arrangement");
  EXPECT_EQ(FieldOf(PlanUpdateAuthority(registry, kImporter, authority, "", now_)),
            "authority.listed_in");
}

TEST_F(FactMutationsTest, AWorkingArrangementCannotBecomeABasis) {
  const Registry registry =
      After(registry_, PlanCreateInstrument(registry_, kImporter, Arrangement())->facts);
  Instrument agreement = Arrangement();
  agreement.kind = InstrumentKind::kInternationalAgreement;
  EXPECT_EQ(FieldOf(PlanUpdateInstrument(registry, kImporter, agreement, "", kNow)),
            "instrument.kind");

  Instrument entitling = Arrangement();
  entitling.allows_secondment = true;
  EXPECT_EQ(FieldOf(PlanUpdateInstrument(registry, kImporter, entitling, "", kNow)),
            "instrument.allows_secondment");
}

TEST_F(FactMutationsTest, DaysOfAnInstrumentThatContradictEachOtherAreRefused) {
  Instrument instrument = Arrangement();
  instrument.in_force = "2026-10-31";
  EXPECT_EQ(FieldOf(PlanCreateInstrument(registry_, kImporter, instrument)), "instrument.in_force");
  instrument = Arrangement();
  instrument.id = "Arrangement";
  EXPECT_EQ(FieldOf(PlanCreateInstrument(registry_, kImporter, instrument)), "instrument_id");
}

TEST_F(FactMutationsTest, LimitsOfWhatAnInstrumentCoversAreWordsThatCanBeCompared) {
  const auto field = [&](legal::Scope scope) {
    Instrument instrument = Arrangement();
    instrument.scope = std::move(scope);
    return FieldOf(PlanCreateInstrument(registry_, kImporter, instrument));
  };
  EXPECT_EQ(field({.offences = {std::string(201, 'a')}}), "instrument.scope.offences");
  EXPECT_EQ(field({.offences = {""}}), "instrument.scope.offences");
  EXPECT_EQ(field({.offences = {" fraud"}}), "instrument.scope.offences");
  EXPECT_EQ(field({.stages = {"trial;appeal"}}), "instrument.scope.stages");
  EXPECT_EQ(field({.stages = {"trial\nappeal"}}), "instrument.scope.stages");
  EXPECT_EQ(field({.territories = {"Gibraltar", "GIBRALTAR"}}), "instrument.scope.territories");
  EXPECT_EQ(field({.subjects = {legal::SubjectKind::kUnspecified}}), "instrument.scope.subjects");
  EXPECT_EQ(field({.subjects = {legal::SubjectKind::kVictim, legal::SubjectKind::kVictim}}),
            "instrument.scope.subjects");
  EXPECT_EQ(field({.sectors = {std::string(101, 'a')}}), "instrument.scope.sectors");
  EXPECT_EQ(field({.sectors = std::vector<std::string>(2, "customs")}), "instrument.scope.sectors");
  std::vector<std::string> many;
  for (int i = 0; i < 21; ++i) many.push_back(std::to_string(i));
  EXPECT_EQ(field({.sectors = many}), "instrument.scope.sectors");
  many.pop_back();
  const std::vector<std::string> sectors = many;
  many.clear();
  for (int i = 0; i <= 100; ++i) many.push_back(std::to_string(i));
  EXPECT_EQ(field({.territories = many}), "instrument.scope.territories");

  many.pop_back();
  Instrument instrument = Arrangement();
  instrument.scope = {.territories = many,
                      .sectors = sectors,
                      .offences = {std::string(200, 'a'), "fraud"},
                      .subjects = {legal::SubjectKind::kVictim, legal::SubjectKind::kOther}};
  EXPECT_THAT(PlanCreateInstrument(registry_, kImporter, instrument), IsOk());
}

TEST_F(FactMutationsTest, AChangeOfWhatItCoversIsABarrierAndReachesTheTransferCheck) {
  const Instrument known =
      *registry_.FindInstrument("partners/georgia/instruments/cooperation-agreement");
  Instrument limited = known;
  limited.scope.offences = {"terrorism"};
  const auto plan = PlanUpdateInstrument(registry_, "somebody", limited, "", kNow);
  ASSERT_THAT(plan, IsOk());
  ASSERT_EQ(plan->facts.size(), 1U);
  EXPECT_TRUE(plan->barrier);
  EXPECT_EQ(std::get<Instrument>(plan->facts[0]).scope, limited.scope);
  const legal::Facts facts = After(registry_, plan->facts).facts();
  for (const legal::Instrument& each : facts.Find("partners/georgia")->instruments) {
    EXPECT_EQ(each.scope != nullptr, each.name == NameOf(known)) << each.name;
  }
}

TEST_F(FactMutationsTest, AChangeOfAnInstrumentIsABarrierAndNoneChangesNothing) {
  Instrument known =
      *registry_.FindInstrument("partners/georgia/instruments/cooperation-agreement");
  const auto same = PlanUpdateInstrument(registry_, "somebody", known, "", kNow);
  ASSERT_THAT(same, IsOk());
  EXPECT_THAT(same->facts, IsEmpty());

  known.ended = "2026-12-31";
  const auto ended = PlanUpdateInstrument(registry_, "somebody", known, "", kNow);
  ASSERT_THAT(ended, IsOk());
  EXPECT_TRUE(ended->barrier);
  EXPECT_THAT(PlanUpdateInstrument(registry_, "somebody", known, "\"7\"", kNow),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  known.id = "none";
  EXPECT_THAT(PlanUpdateInstrument(registry_, "somebody", known, "", kNow),
              FailsWith(absl::StatusCode::kNotFound, "INSTRUMENT_NOT_FOUND"));
}

TEST_F(FactMutationsTest, AnAuthorityIsEnteredAndMayLoseItsCompetence) {
  Authority authority = {.partner = "georgia", .id = "ministry", .display_name = "Ministry"};
  const auto created = PlanCreateAuthority(registry_, kImporter, authority, kNow);
  ASSERT_THAT(created, IsOk());
  const Registry registry = After(registry_, created->facts);
  EXPECT_THAT(PlanCreateAuthority(registry, kImporter, authority, kNow),
              FailsWith(absl::StatusCode::kAlreadyExists, "AUTHORITY_EXISTS"));

  authority.competent_in_criminal_matters = true;
  EXPECT_TRUE(PlanUpdateAuthority(registry, kImporter, authority, "", kNow)->barrier);
  authority.listed_in = {"none"};
  EXPECT_EQ(FieldOf(PlanUpdateAuthority(registry, kImporter, authority, "", kNow)),
            "authority.listed_in");
  authority.id = "none";
  EXPECT_THAT(PlanUpdateAuthority(registry, kImporter, authority, "", kNow),
              FailsWith(absl::StatusCode::kNotFound, "AUTHORITY_NOT_FOUND"));
}

TEST_F(FactMutationsTest, ATerritoryIsAPartOfThePartner) {
  const auto field = [&](const char* partner, const char* territory) {
    return FieldOf(PlanCreateAuthority(
        registry_, kImporter,
        {.partner = partner, .id = "court", .display_name = "Court", .territory = territory},
        kNow));
  };
  EXPECT_EQ(field("georgia", "Georgia"), "authority.territory");
  EXPECT_EQ(field("georgia", " GEORGIA"), "authority.territory");
  EXPECT_EQ(field("kosovo", "Kosovo"), "authority.territory") << "the mark is none of the name";
  EXPECT_EQ(field("georgia", "Adjara\nand more"), "authority.territory");
  EXPECT_EQ(field("georgia", "Adjara"), "");
  EXPECT_EQ(field("georgia", ""), "");
}

TEST_F(FactMutationsTest, WhatIsNotSeenIsInNoText) {
  const std::string reversed = "High\u202Ecourt";
  const auto refused = [](const absl::StatusOr<Plan>& plan, const char* field) {
    EXPECT_EQ(FieldOf(plan), field);
    EXPECT_THAT(std::string(plan.status().message()),
                ::testing::HasSubstr("U+202E, which is not seen: leave it out"));
  };
  Authority authority = {.partner = "georgia", .id = "court", .display_name = reversed};
  refused(PlanCreateAuthority(registry_, kImporter, authority, kNow), "authority.display_name");
  authority.display_name = "Court";
  authority.sectors = {reversed};
  refused(PlanCreateAuthority(registry_, kImporter, authority, kNow), "authority.sectors");
  Instrument instrument = Arrangement();
  instrument.title = reversed;
  refused(PlanCreateInstrument(registry_, kImporter, instrument), "instrument.title");
  instrument = Arrangement();
  instrument.note = reversed;
  refused(PlanCreateInstrument(registry_, kImporter, instrument), "instrument.note");
  instrument = Arrangement();
  instrument.scope.offences = {reversed};
  refused(PlanCreateInstrument(registry_, kImporter, instrument), "instrument.scope.offences");
  Contact contact = *registry_.FindContact("partners/georgia/contacts/tbilisi-1");
  contact.function = reversed;
  refused(PlanUpdateContact(registry_, contact, "", kNow), "contact.function");
  Partner partner = *registry_.FindPartner("georgia");
  partner.aliases = {reversed};
  refused(PlanUpdatePartner(registry_, kImporter, partner, "", kNow), "partner.aliases");
  Milestone milestone{.partner = "algeria",
                      .axis = Axis::kContactPoint,
                      .step = "REQUESTED",
                      .day = "2026-11-01",
                      .evidence = reversed};
  refused(PlanRecordMilestone(registry_, milestone, kNow), "milestone.evidence");
}

TEST_F(FactMutationsTest, EvidenceAndTitlesAreOneLineAndNotesMayHaveMany) {
  const std::string lines = "letter 7\nof May";
  Milestone milestone{.partner = "algeria",
                      .axis = Axis::kContactPoint,
                      .step = "REQUESTED",
                      .day = "2026-11-01",
                      .evidence = lines,
                      .note = lines};
  const auto refused = PlanRecordMilestone(registry_, milestone, kNow);
  EXPECT_EQ(FieldOf(refused), "milestone.evidence");
  EXPECT_THAT(std::string(refused.status().message()), ::testing::HasSubstr("one line"));
  milestone.evidence = "letter 7";
  EXPECT_THAT(PlanRecordMilestone(registry_, milestone, kNow), IsOk());
  Instrument instrument = Arrangement();
  instrument.note = lines;
  EXPECT_THAT(PlanCreateInstrument(registry_, kImporter, instrument), IsOk());
  for (std::string Instrument::*field :
       {&Instrument::title, &Instrument::legal_base, &Instrument::reference}) {
    Instrument wrong = instrument;
    wrong.*field = lines;
    EXPECT_THAT(PlanCreateInstrument(registry_, kImporter, wrong),
                FailsWith(absl::StatusCode::kInvalidArgument, "INSTRUMENT_INVALID"));
  }
  const absl::Status row =
      PlanImport(registry_,
                 Rows("milestones.csv",
                      "partner,id,axis,step,day,evidence,certainty,project,note\n"
                      "algeria,asked,CONTACT_POINT,REQUESTED,2026-11-01,\"letter 7\nof May\","
                      "found,,\n"),
                 kImporter, kNow)
          .status();
  EXPECT_THAT(row, FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
  EXPECT_EQ(DetailsOf(row).metadata.at("column"), "evidence");
}

TEST_F(FactMutationsTest, AContactKeepsItsStateAndIsABarrierIfAnotherCounts) {
  const Contact known = *registry_.FindContact("partners/georgia/contacts/tbilisi-1");
  Contact changed = known;
  changed.state = ContactState::kSuspended;
  changed.function = "deputy contact point";
  const auto plan = PlanUpdateContact(registry_, changed, "\"1\"", kNow);
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(std::get<Contact>(plan->facts.at(0)).state, ContactState::kActive);
  EXPECT_FALSE(plan->barrier);

  changed = known;
  changed.opener = false;
  EXPECT_TRUE(PlanUpdateContact(registry_, changed, "", kNow)->barrier);
  changed = known;
  changed.spiffe_id = "spiffe://agency.example/partner/georgia/contact/tbilisi-1";
  EXPECT_TRUE(PlanUpdateContact(registry_, changed, "", kNow)->barrier);
  changed.spiffe_id = "spiffe://agency.example/partner/moldova/contact/chisinau-1";
  EXPECT_EQ(FieldOf(PlanUpdateContact(registry_, changed, "", kNow)), "contact.spiffe_id");
}

TEST_F(FactMutationsTest, NobodyHasVerifiedAnythingLaterThanToday) {
  Authority authority =
      *registry_.FindAuthority("partners/georgia/authorities/prosecution-service");
  Contact contact = *registry_.FindContact("partners/georgia/contacts/tbilisi-1");
  const absl::Time late = absl::FromCivil(absl::CivilMinute(2026, 11, 28, 23, 30),
                                          absl::UTCTimeZone());  // The 29th in Brussels.
  for (const char* const day : {"2026-11-29", "2026-12", "2027", "2099-01-01"}) {
    authority.last_verified = contact.last_verified = day;
    EXPECT_EQ(FieldOf(PlanUpdateAuthority(registry_, kImporter, authority, "", kNow)),
              "authority.last_verified");
    EXPECT_EQ(FieldOf(PlanUpdateContact(registry_, contact, "", kNow)), "contact.last_verified");
  }
  authority.last_verified = contact.last_verified = "2026-11-29";
  EXPECT_THAT(PlanUpdateAuthority(registry_, kImporter, authority, "", late), IsOk());
  EXPECT_THAT(PlanUpdateContact(registry_, contact, "", late), IsOk());
  authority.id = contact.id = "new";
  contact.spiffe_id = "spiffe://georgia.example/partner/georgia/contact/new";
  EXPECT_EQ(FieldOf(PlanCreateAuthority(registry_, kImporter, authority, kNow)),
            "authority.last_verified");
  EXPECT_EQ(FieldOf(PlanCreateContact(registry_, contact, kNow)), "contact.last_verified");
}

TEST_F(FactMutationsTest, NothingIsEnteredOrChangedUnderWhoIsOffTheRegister) {
  const auto refused = FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_DELETED");
  EXPECT_THAT(PlanCreateInstrument(deleted_, kImporter, Arrangement()), refused);
  EXPECT_THAT(
      PlanCreateAuthority(deleted_, kImporter, {.partner = "georgia", .id = "ministry"}, kNow),
      refused);
  EXPECT_THAT(PlanRecordMilestone(deleted_, {.partner = "georgia"}, kNow), refused);
  EXPECT_THAT(PlanUpdateContact(
                  deleted_, *deleted_.FindContact("partners/georgia/contacts/tbilisi-1"), "", kNow),
              refused);
  EXPECT_THAT(
      PlanUpdateInstrument(
          deleted_, kImporter,
          *deleted_.FindInstrument("partners/georgia/instruments/cooperation-agreement"), "", kNow),
      refused);
}

}  // namespace
}  // namespace comity::partner_registry
