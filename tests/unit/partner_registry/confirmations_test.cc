#include "services/partner-registry/domain/confirmations.h"

#include <gmock/gmock.h>

#include "common/legal/evaluate.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/records/fact_proto.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kFirst[] = "spiffe://agency.example/agency/registry-operator/-/first";
constexpr char kSecond[] = "spiffe://agency.example/agency/registry-operator/-/second";
constexpr char kName[] = "partners/serbia/instruments/cooperation-agreement";

class ConfirmationsTest : public ::testing::Test {
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
    Do(PlanUpdateInstrument(registry_, kFirst, instrument, ""));
  }

  const Instrument& Serbia() const { return *registry_.FindInstrument(kName); }

  void Do(const absl::StatusOr<Plan>& plan) {
    ASSERT_THAT(plan, IsOk());
    registry_ = After(registry_, plan->facts);
  }

  absl::StatusOr<Plan> Confirm(absl::string_view caller, absl::string_view field = "in_force",
                               const std::string& evidence = "note verbale 7") const {
    return PlanConfirmField(registry_, caller, kName, field, evidence, EtagOf(Serbia().recorded),
                            now_);
  }

  // Whether its cooperation agreement carries a release.
  bool Carries() const {
    legal::Question question;
    question.instant = now_;
    question.mode = legal::Mode::kOperate;
    question.counterpart = "partners/serbia/authorities/prosecution-service";
    question.data_kind = legal::DataKind::kOperational;
    const legal::Verdict verdict = legal::Evaluate(registry_.facts(), question);
    return std::find(verdict.bases.begin(), verdict.bases.end(),
                     legal::Basis::kCooperationAgreement) != verdict.bases.end();
  }

  Registry registry_ = LoadedRegistry();
  const absl::Time now_ = absl::FromCivil(absl::CivilHour(2026, 11, 28, 12), absl::UTCTimeZone());
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
  Do(PlanUpdateInstrument(registry_, kSecond, changed, ""));
  EXPECT_TRUE(Carries()) << "another field was changed";

  changed = Serbia();
  changed.in_force = "2019-12-11";
  Do(PlanUpdateInstrument(registry_, kFirst, changed, ""));
  EXPECT_FALSE(Carries());
  EXPECT_THAT(Serbia().confirmations, IsEmpty());
}

TEST_F(ConfirmationsTest, NobodyConfirmsWhatHeRecorded) {
  EXPECT_THAT(Confirm(kFirst),
              FailsWith(absl::StatusCode::kPermissionDenied, "SECOND_PERSON_NEEDED"));

  Instrument changed = Serbia();
  changed.note = "seen";
  Do(PlanUpdateInstrument(registry_, kSecond, changed, ""));

  EXPECT_EQ(Serbia().recorded_by, kSecond);
  EXPECT_THAT(Confirm(kFirst),
              FailsWith(absl::StatusCode::kPermissionDenied, "SECOND_PERSON_NEEDED"))
      << "the value is still his";
  EXPECT_THAT(Confirm(kSecond), IsOk()) << "who changed something else did not record the value";
}

TEST_F(ConfirmationsTest, NobodySaysOfTheSameValueThatItIsSureAfterAll) {
  Instrument changed = Serbia();
  changed.certainty["in_force"] = Certainty::kFound;
  for (const char* who : {kFirst, kSecond}) {
    EXPECT_THAT(PlanUpdateInstrument(registry_, who, changed, ""),
                FailsWith(absl::StatusCode::kPermissionDenied, "SECOND_PERSON_NEEDED"))
        << "a confirmation names its evidence";
  }
  EXPECT_THAT(PlanImport(registry_, {{.source = {"instruments.csv", 2}, .fact = changed}}, kSecond),
              FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));

  Instrument another = changed;
  another.in_force = "2019-12-12";
  EXPECT_THAT(PlanUpdateInstrument(registry_, kFirst, another, ""), IsOk())
      << "another value, from a source that shows it";
  Do(Confirm(kSecond));
  EXPECT_THAT(PlanUpdateInstrument(registry_, kFirst, changed, ""), IsOk()) << "it was confirmed";
}

TEST_F(ConfirmationsTest, AnImportRecordsInTheNameOfWhoImports) {
  EXPECT_EQ(LoadedRegistry().FindInstrument(kName)->recorded_by, kImporter);
  const auto plan = PlanImport(registry_, DataRows(), kSecond);
  ASSERT_THAT(plan, IsOk());
  ASSERT_THAT(plan->facts, ::testing::Not(IsEmpty()));
  Do(Plan{.facts = plan->facts});

  EXPECT_EQ(RecorderOf(Serbia(), "in_force_by"), kSecond) << "the row gave it another value";
  EXPECT_EQ(RecorderOf(Serbia(), "signed"), kImporter) << "the row says what was there";
}

TEST_F(ConfirmationsTest, RowsThatSayTheSameKeepTheConfirmation) {
  Instrument again = Serbia();
  Do(Confirm(kSecond));
  std::vector<ImportRow> rows = {{.source = {"instruments.csv", 2}, .fact = again}};

  const auto plan = PlanImport(registry_, rows, kImporter);

  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->facts, IsEmpty());
}

TEST_F(ConfirmationsTest, WhoRecordedBeforeAnybodyKeptThatIsNobody) {
  Instrument old = Serbia();
  old.recorded_by.clear();
  registry_ = After(registry_, {old});

  EXPECT_THAT(Confirm(kSecond),
              FailsWith(absl::StatusCode::kPermissionDenied, "SECOND_PERSON_NEEDED"));
}

TEST_F(ConfirmationsTest, ThereHasToBeSomethingToConfirm) {
  EXPECT_THAT(Confirm(kSecond, "signed"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "NOTHING_TO_CONFIRM"))
      << "found";
  EXPECT_THAT(Confirm(kSecond, "ended"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "NOTHING_TO_CONFIRM"))
      << "empty";
  EXPECT_THAT(Confirm(kSecond, "title"),
              FailsWith(absl::StatusCode::kInvalidArgument, "CONFIRMATION_INVALID"));
  EXPECT_THAT(Confirm(kSecond, "in_force", ""),
              FailsWith(absl::StatusCode::kInvalidArgument, "CONFIRMATION_INVALID"));
  Do(Confirm(kSecond));
  EXPECT_THAT(Confirm(kSecond),
              FailsWith(absl::StatusCode::kFailedPrecondition, "NOTHING_TO_CONFIRM"));
}

TEST_F(ConfirmationsTest, WhatIsConfirmedIsWhatWasSeen) {
  EXPECT_THAT(PlanConfirmField(registry_, kSecond, kName, "in_force", "note", "\"1\"", now_),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(PlanConfirmField(registry_, kSecond, kName, "in_force", "note", "", now_),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_REQUIRED"));
}

TEST_F(ConfirmationsTest, AllOfItIsKeptInTheRecord) {
  Do(Confirm(kSecond));
  Instrument changed = Serbia();
  changed.note = "seen";
  Do(PlanUpdateInstrument(registry_, kSecond, changed, ""));
  const v1::Fact record = ToProto(Fact(Serbia()), registry_.store_id());

  auto read = FactFromRecord(record);

  ASSERT_THAT(read, IsOk());
  SetRecorded(*read, Serbia().recorded);
  EXPECT_EQ(ToProto(*read, registry_.store_id()).DebugString(), record.DebugString());
  EXPECT_EQ(RecorderOf(std::get<Instrument>(*read), "in_force"), kFirst);
}

}  // namespace
}  // namespace comity::partner_registry
