#include "services/partner-registry/domain/confirmations.h"

#include <gmock/gmock.h>

#include "common/legal/evaluate.h"
#include "common/transfer_proto/transfer_proto.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/retractions.h"
#include "services/partner-registry/records/fact_proto.h"
#include "tests/unit/partner_registry/two_persons.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;

constexpr char kName[] = "partners/serbia/instruments/cooperation-agreement";

class ConfirmationsTest : public TwoPersonsTest {
 protected:
  // As if nobody had confirmed since when the agreement with Serbia is in force.
  ConfirmationsTest() {
    Instrument instrument = *registry_.FindInstrument(kName);
    instrument.in_force = "2019-12-10";
    instrument.certainty["in_force"] = Certainty::kUnconfirmed;
    instrument.in_force_by.clear();
    instrument.certainty.erase("in_force_by");
    Authority authority =
        *registry_.FindAuthority("partners/serbia/authorities/prosecution-service");
    authority.certainty = Certainty::kFound;
    authority.last_verified = "2026-11-23";
    registry_ = After(registry_, {authority});
    Do(Update(instrument));
  }

  const Instrument& Serbia() const { return *registry_.FindInstrument(kName); }

  absl::StatusOr<Plan> Confirm(absl::string_view caller, absl::string_view field = "in_force",
                               const std::string& evidence = "note verbale 7") const {
    return ConfirmOf(kName, field, caller, evidence);
  }

  // Whether its cooperation agreement carries a release.
  bool Carries() const {
    legal::Question question;
    question.instant = kNow;
    question.mode = legal::Mode::kOperate;
    question.counterpart = "partners/serbia/authorities/prosecution-service";
    question.data_kind = legal::DataKind::kOperational;
    const legal::Verdict verdict = legal::Evaluate(registry_.facts(), question);
    return std::find(verdict.bases.begin(), verdict.bases.end(),
                     legal::Basis::kCooperationAgreement) != verdict.bases.end();
  }
};

TEST_F(ConfirmationsTest, ASecondPersonMakesAFieldSureAndAChangeMakesItUnsureAgain) {
  EXPECT_FALSE(Carries());

  Do(Confirm(kSecond));

  EXPECT_TRUE(Carries());
  ASSERT_THAT(Serbia().confirmations, SizeIs(1));
  EXPECT_EQ(Serbia().confirmations[0].value, "2019-12-10");
  EXPECT_EQ(Serbia().confirmations[0].confirmed_by, kSecond);
  EXPECT_EQ(Serbia().recorded_by, kFirst) << "a confirmation records nothing";

  Instrument changed = Serbia();
  changed.note = "seen";
  Do(Update(changed, kSecond));
  EXPECT_TRUE(Carries()) << "another field was changed";

  changed = Serbia();
  changed.in_force = "2019-12-11";
  Do(Update(changed));
  EXPECT_FALSE(Carries());
  EXPECT_THAT(Serbia().confirmations, IsEmpty());
}

TEST_F(ConfirmationsTest, NobodyConfirmsWhatHeRecorded) {
  EXPECT_THAT(Confirm(kFirst), kNotYou);

  Instrument changed = Serbia();
  changed.note = "seen";
  Do(Update(changed, kSecond));

  EXPECT_EQ(Serbia().recorded_by, kSecond);
  EXPECT_THAT(Confirm(kFirst), kNotYou) << "the value is still his";
  EXPECT_THAT(Confirm(kSecond), IsOk()) << "who changed something else did not record the value";
}

TEST_F(ConfirmationsTest, AnImportRecordsInTheNameOfWhoImports) {
  EXPECT_EQ(LoadedRegistry().FindInstrument(kName)->recorded_by, kImporter);
  Instrument row = Serbia();
  row.in_force = "2019-12-11";
  const auto plan = PlanImport(registry_, {ImportRow{.fact = row}}, kSecond, kNow);
  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->facts, ::testing::Not(IsEmpty()));
  Do(Plan{.facts = plan->facts});

  EXPECT_THAT(WhoseWord(Serbia(), legal::Field::kInForce), IsSupersetOf({kFirst, kSecond}))
      << "the row gave it another value, and who said one before goes on to answer for it";
  EXPECT_THAT(WhoseWord(Serbia(), legal::Field::kSigned), ElementsAre(kImporter))
      << "the row says what was there";
}

TEST_F(ConfirmationsTest, RowsThatSayTheSameKeepTheConfirmation) {
  Instrument again = Serbia();
  Do(Confirm(kSecond));
  std::vector<ImportRow> rows = {{.source = {"instruments.csv", 2}, .fact = again}};

  const auto plan = PlanImport(registry_, rows, kImporter, kNow);

  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->facts, IsEmpty());
}

TEST_F(ConfirmationsTest, WhoRecordedBeforeAnybodyKeptThatIsNobody) {
  Instrument old = Serbia();
  old.recorded_by.clear();
  old.value_recorded_by.clear();
  registry_ = After(registry_, {old});

  EXPECT_THAT(Confirm(kSecond), kNotYou);
}

TEST_F(ConfirmationsTest, ThereHasToBeSomethingToConfirm) {
  EXPECT_THAT(Confirm(kSecond, "signed"), kNothing) << "found";
  EXPECT_THAT(Confirm(kSecond, "ended"), kNothing) << "empty";
  EXPECT_THAT(Confirm(kSecond, "title"),
              FailsWith(absl::StatusCode::kInvalidArgument, "CONFIRMATION_INVALID"));
  EXPECT_THAT(Confirm(kSecond, "in_force", ""),
              FailsWith(absl::StatusCode::kInvalidArgument, "CONFIRMATION_INVALID"));
  Do(Confirm(kSecond));
  EXPECT_THAT(Confirm(kSecond), kNothing);
}

TEST_F(ConfirmationsTest, WhatIsConfirmedIsWhatWasSeen) {
  EXPECT_THAT(PlanConfirmField(registry_, kSecond, kName, "in_force", "note", "\"1\"", kNow),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(PlanConfirmField(registry_, kSecond, kName, "in_force", "note", "", kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_REQUIRED"));
}

TEST_F(ConfirmationsTest, AllOfItIsKeptInTheRecord) {
  Do(Confirm(kSecond));
  Instrument changed = Serbia();
  changed.note = "seen";
  Do(Update(changed, kSecond));
  const v1::Fact record = ToProto(Fact(Serbia()), registry_.store_id());

  auto read = FactFromRecord(record);

  ASSERT_THAT(read, IsOk());
  SetRecorded(*read, Serbia().recorded);
  EXPECT_EQ(ToProto(*read, registry_.store_id()).DebugString(), record.DebugString());
  EXPECT_EQ(WhoseWord(std::get<Instrument>(*read), legal::Field::kInForce),
            WhoseWord(Serbia(), legal::Field::kInForce));
  EXPECT_THAT(WhoseWord(Serbia(), legal::Field::kInForce), Contains(kFirst));
}

TEST_F(ConfirmationsTest, NoEditAndNoImportMakesAFieldSure) {
  Instrument sure = Serbia();
  for (const Certainty certainty : {Certainty::kFound, Certainty::kYear}) {
    sure.certainty["in_force"] = certainty;
    EXPECT_THAT(Update(sure), kNeeded);
    EXPECT_THAT(Update(sure, kSecond), kNeeded) << "not that way";
  }
  sure.in_force = "2019-12-11";
  EXPECT_THAT(Update(sure), kNeeded) << "another value";

  const auto import = ImportOf(sure, kSecond);
  EXPECT_THAT(import, kNeededOfRow);
  EXPECT_THAT(std::string(import.status().message()),
              HasSubstr("comity instruments confirm serbia/cooperation-agreement in_force"));

  Do(Confirm(kSecond));
  EXPECT_THAT(Update(sure), kNeeded) << "the confirmation was of another value";
}

TEST_F(ConfirmationsTest, AValueThatWasEmptiedStaysUnconfirmedWhenItComesBack) {
  Instrument changed = Serbia();
  changed.in_force.clear();
  changed.certainty["in_force"] = Certainty::kUnknown;
  Do(Update(changed));
  changed = Serbia();
  changed.note = "seen";
  Do(Update(changed, kSecond));

  changed = Serbia();
  changed.in_force = "2019-12-10";
  changed.certainty["in_force"] = Certainty::kFound;
  EXPECT_THAT(Update(changed), kNeeded);
  changed.certainty["in_force"] = Certainty::kUnconfirmed;
  Do(Update(changed));
  Do(Confirm(kSecond));
  EXPECT_TRUE(Carries());
}

TEST_F(ConfirmationsTest, NobodySaysForSureThatThereIsNoEndByEmptyingOneThatIsNotConfirmed) {
  Instrument changed = Serbia();
  changed.ended = "2027-01-01";
  changed.certainty["ended"] = Certainty::kUnconfirmed;
  Do(Update(changed));

  changed.ended.clear();
  changed.certainty.erase("ended");
  for (const char* who : {kFirst, kSecond}) {
    EXPECT_THAT(Update(changed, who), kNeeded);
  }
  changed.certainty["ended"] = Certainty::kUnknown;
  Do(Update(changed));
  changed.certainty.erase("ended");
  EXPECT_THAT(Update(changed), kNeeded) << "that nobody knows is not forgotten either";
}

TEST_F(ConfirmationsTest, ASourceThatShowsItInForceDoesNotGetAroundTheSecondPerson) {
  Instrument changed = Serbia();
  changed.in_force_by = "2020-11-19";
  changed.certainty["in_force_by"] = Certainty::kFound;
  Instrument emptied = changed;
  emptied.in_force.clear();
  EXPECT_THAT(Update(emptied), kNeeded) << "at once";
  EXPECT_THAT(Update(changed), kNeeded) << "beside it";

  emptied.certainty["in_force_by"] = Certainty::kUnconfirmed;
  Do(Update(emptied));
  EXPECT_FALSE(Carries());
  changed = Serbia();
  changed.certainty["in_force_by"] = Certainty::kFound;
  EXPECT_THAT(Update(changed), kNeeded) << "later";
  Do(Confirm(kSecond, "in_force_by"));
  EXPECT_TRUE(Carries());
}

TEST_F(ConfirmationsTest, NobodyWidensWhatItCoversAlone) {
  Do(Confirm(kSecond));
  ASSERT_TRUE(Carries());
  Instrument narrowed = Serbia();
  narrowed.scope.excludes_special_categories = true;
  Do(Update(narrowed));
  EXPECT_TRUE(Carries()) << "who narrows it needs nobody";

  Instrument widened = Serbia();
  widened.scope = {};
  EXPECT_THAT(Update(widened), kNeeded);
  const std::vector<ImportRow> rows = {{.source = {"instruments.csv", 2},
                                        .fact = widened,
                                        .emptied = {"scope.excludes_special_categories"}}};
  EXPECT_THAT(PlanImport(registry_, rows, kFirst, kNow), kNeededOfRow);

  widened.certainty["scope"] = Certainty::kUnconfirmed;
  Do(Update(widened));
  EXPECT_FALSE(Carries()) << "it waits for a second person";
  Instrument sure = Serbia();
  sure.certainty.erase("scope");
  EXPECT_THAT(Update(sure), kNeeded);
  EXPECT_THAT(Confirm(kFirst, "scope"), kNotYou);
  Do(Confirm(kSecond, "scope"));
  EXPECT_TRUE(Carries());
  EXPECT_EQ(Serbia().confirmations.back().value, "no limit");
}

TEST_F(ConfirmationsTest, ASecondPersonIsNotTheFirstInAnotherRole) {
  for (const char* first :
       {kFirstElsewhere, "spiffe://agency.example/agency/desk-officer/unit-2/first"}) {
    EXPECT_THAT(Confirm(first), kNotYou);
  }
}

TEST_F(ConfirmationsTest, AnAgreementWithoutADayOfSignatureCarriesNothing) {
  Instrument unsigned_one = Serbia();
  unsigned_one.id = "old";
  unsigned_one.signed_on.clear();
  unsigned_one.in_force = "2024-06-01";
  unsigned_one.certainty = {{"signed", Certainty::kFound}, {"in_force", Certainty::kFound}};
  RecordBy(kFirst, nullptr, unsigned_one);
  registry_ = After(registry_, {unsigned_one});  // As the initial load may have it.
  EXPECT_FALSE(Carries()) << "when it was concluded is unknown";

  unsigned_one.signed_on = "2019-12-11";
  EXPECT_THAT(Update(unsigned_one), kNeeded);
  unsigned_one.certainty["signed"] = Certainty::kUnconfirmed;
  Do(Update(unsigned_one));
  EXPECT_FALSE(Carries());
  const std::string name = NameOf(unsigned_one);
  Do(ConfirmOf(name, "signed", kSecond));
  EXPECT_TRUE(Carries());
  unsigned_one.in_force = "2019-12-10";
  EXPECT_THAT(Update(unsigned_one),
              FailsWith(absl::StatusCode::kInvalidArgument, "INSTRUMENT_INVALID"))
      << "in force before it was signed";
}

// Whether what stopped it is undone by two persons only.
class StoppedTest : public ConfirmationsTest {
 protected:
  StoppedTest() {
    Do(Confirm(kSecond));
    Instrument stopped = Serbia();
    stopped.ended = "2026-06-30";
    stopped.suspended_from = "2026-01-01";
    stopped.parts_suspended = "*";
    for (const char* field : {"ended", "suspended_from", "parts_suspended"}) {
      stopped.certainty[field] = Certainty::kFound;
    }
    Do(Update(stopped));
  }

  // Says that there is none of these.
  Instrument Emptied() const {
    Instrument emptied = Serbia();
    for (std::string Instrument::*field :
         {&Instrument::ended, &Instrument::suspended_from, &Instrument::parts_suspended}) {
      (emptied.*field).clear();
    }
    for (const char* field : {"ended", "suspended_from", "parts_suspended"}) {
      emptied.certainty[field] = Certainty::kUnconfirmed;
    }
    return emptied;
  }

  legal::Tri Effect() const { return EffectOf(kName); }
};

TEST_F(StoppedTest, ASecondPersonConfirmsThatNothingStopsIt) {
  EXPECT_EQ(Effect(), legal::Tri::kNo);
  Instrument none = Emptied();
  none.certainty.erase("ended");
  none.certainty.erase("suspended_from");
  none.certainty.erase("parts_suspended");
  none.reference = "OJ L 1";
  EXPECT_THAT(Update(none), kNeeded);
  EXPECT_THAT(ImportOf(none), kNeededOfRow);

  Do(Update(Emptied()));
  EXPECT_EQ(Effect(), legal::Tri::kUnknown);
  EXPECT_FALSE(Carries());
  EXPECT_THAT(Update(none, kSecond), kNeeded) << "nor does a second person by an edit";
  Instrument later = Emptied();
  later.ended = "2030-06-30";
  later.certainty["ended"] = Certainty::kFound;
  EXPECT_THAT(Update(later), kNeeded);
  Instrument noted = Emptied();
  noted.note = "seen";
  Do(Update(noted, kSecond));
  for (const char* field : {"ended", "suspended_from", "parts_suspended"}) {
    EXPECT_THAT(Confirm(kFirst, field), kNotYou) << "it is still his word";
    EXPECT_EQ(Effect(), legal::Tri::kUnknown) << field;
    Do(Confirm(kSecond, field));
    EXPECT_THAT(Confirm(kSecond, field), kNothing);
  }
  EXPECT_EQ(Effect(), legal::Tri::kYes);
  EXPECT_TRUE(Carries());
  EXPECT_EQ(Serbia().confirmations.back().value, "none");

  noted = Serbia();
  noted.note = "seen again";
  Do(Update(noted));
  EXPECT_TRUE(Carries()) << "another field was changed";
  auto read = FactFromRecord(ToRecord(Fact(Serbia()), registry_.store_id()));
  ASSERT_THAT(read, IsOk());
  registry_ = After(registry_, {*read});
  EXPECT_TRUE(Carries()) << "it is kept";
  const auto told =
      transfer_proto::InstrumentFromProto(ToProto(Serbia(), registry_.store_id()), "instrument");
  ASSERT_THAT(told, IsOk());
  EXPECT_EQ(told->CertaintyOf(legal::Field::kEnded), Certainty::kFound) << "a replica knows it";

  later = Serbia();
  later.ended = "2027-06-30";
  later.certainty["ended"] = Certainty::kFound;
  EXPECT_THAT(Update(later), IsOk()) << "it may end, for one person";
}

TEST_F(StoppedTest, ALaterEndIsForTwo) {
  Instrument later = Emptied();
  later.ended = "2030-06-30";
  later.certainty["ended"] = Certainty::kUnconfirmed;
  Do(Update(later));
  Do(Confirm(kSecond, "suspended_from"));
  Do(Confirm(kSecond, "parts_suspended"));
  EXPECT_EQ(Effect(), legal::Tri::kUnknown);
  Do(Confirm(kSecond, "ended"));
  EXPECT_EQ(Effect(), legal::Tri::kYes);
}

TEST_F(ConfirmationsTest, NoInstrumentOnWhichDataGoIsSureOnOnePersonsWord) {
  Instrument again = Serbia();
  again.id = "again";
  again.reference = "OJ L 1";
  const auto create = [&] { return PlanCreateInstrument(registry_, kFirst, again); };
  for (const InstrumentKind kind :
       {InstrumentKind::kCooperationAgreementPre2019, InstrumentKind::kAdequacyDecisionLed,
        InstrumentKind::kAdequacyDecisionGdpr, InstrumentKind::kDeemedNotATransfer,
        InstrumentKind::kDenmarkAgreement, InstrumentKind::kBindingInstrument}) {
    again.kind = kind;
    again.allows_secondment = kind == InstrumentKind::kCooperationAgreementPre2019;
    for (const char* field : {"signed", "in_force", "allows_secondment"}) {
      if (field == std::string("allows_secondment") && !again.allows_secondment) continue;
      again.certainty = {{field, Certainty::kFound}};
      EXPECT_THAT(create(), kNeeded) << field;
      EXPECT_THAT(ImportOf(again), kNeededOfRow);
    }
    again.certainty = {{"in_force", Certainty::kUnconfirmed}};
    EXPECT_THAT(create(), IsOk());
  }
  Do(create());
  again.certainty["in_force"] = Certainty::kFound;
  EXPECT_THAT(Update(again), kNeeded) << "later";
  again.certainty["in_force"] = Certainty::kUnconfirmed;
  again.applied_from = "2019-12-10";
  again.certainty["applied_from"] = Certainty::kFound;
  EXPECT_THAT(Update(again), kNeeded) << "by another field";
}

TEST_F(ConfirmationsTest, WhatIsSureIsNotMadeAnotherDayAlone) {
  Instrument changed = Serbia();
  changed.signed_on = "2019-11-11";
  EXPECT_THAT(Update(changed), kNeeded);
  changed.certainty["signed"] = Certainty::kUnconfirmed;
  EXPECT_THAT(Update(changed), IsOk());
}

TEST_F(ConfirmationsTest, AnEndThatIsOpenAfterNoticeIsNotSaidToBeLaterAlone) {
  Do(Confirm(kSecond));
  Instrument noticed = Serbia();
  noticed.notified_end = "2026-10-01";
  noticed.certainty["notified_end"] = Certainty::kFound;
  Do(Update(noticed));
  EXPECT_FALSE(Carries());
  noticed.ended = "2035-01-01";
  noticed.certainty["ended"] = Certainty::kFound;
  EXPECT_THAT(Update(noticed), kNeeded);

  Instrument suspended = Serbia();
  suspended.parts_suspended = "*";
  suspended.certainty["parts_suspended"] = Certainty::kFound;
  Do(Update(suspended));
  suspended.suspended_from = "2035-01-01";
  suspended.certainty["suspended_from"] = Certainty::kFound;
  EXPECT_THAT(Update(suspended), kNeeded);
}

TEST_F(ConfirmationsTest, WhatWasRetractedIsNotEnteredAnewAsSure) {
  Instrument again = Serbia();
  Do(PlanRetractInstrument(registry_, kFirst, kName, "a mistake", "", kNow));
  again.id = "again";
  again.in_force_by = "2020-11-19";
  for (const char* field : {"signed", "in_force_by", "allows_secondment"}) {
    again.certainty = {{field, Certainty::kFound}};
    EXPECT_THAT(PlanCreateInstrument(registry_, kFirst, again), kNeeded) << field;
    again.certainty = {{field, Certainty::kUnconfirmed}};
    EXPECT_THAT(PlanCreateInstrument(registry_, kFirst, again), IsOk()) << field;
  }
}

TEST_F(ConfirmationsTest, WhatIsSureMayBeLoweredAndAnEmptyFieldFilled) {
  Instrument changed = Serbia();
  changed.certainty["signed"] = Certainty::kUnconfirmed;
  EXPECT_THAT(Update(changed), IsOk());
  changed = Serbia();
  changed.ended = "2027-12-31";
  changed.certainty["ended"] = Certainty::kFound;
  EXPECT_THAT(Update(changed), IsOk());
}

}  // namespace
}  // namespace comity::partner_registry
