#include "common/transfer_proto/transfer_proto.h"

#include <google/protobuf/text_format.h>

#include "comity/partner_registry/v1/reports.pb.h"
#include "common/legal/evaluate.h"
#include "common/time/day.h"
#include "common/transfer_proto/affected.h"
#include "tests/testing/status_matchers.h"

namespace comity::transfer_proto {
namespace {

using comity::testing::FailsWith;
using comity::testing::IsOk;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

template <typename Message>
Message Parse(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

absl::Time Now() { return absl::FromCivil(absl::CivilHour(2026, 11, 23, 12), Brussels()); }

v1::TransferQuestion Whole() {
  return Parse<v1::TransferQuestion>(R"pb(
    counterpart: "partners/georgia/authorities/prosecution-service"
    data_kind: DATA_KIND_OPERATIONAL
    subjects: SUBJECT_KIND_SUSPECT
    annex_ii: ANNEX_COVERAGE_WITHIN
    geometry: CASE_GEOMETRY_TWO_OR_MORE_MEMBER_STATES
    purpose { task: "t" offence: "o" stage: "s" case_reference: "c" necessity: "n" }
    origins {
      kind: ORIGIN_KIND_MEMBER_STATE
      partner: "partners/france"
      restrictions { use: USE_RESTRICTION_NOT_TO_PARTNERS partners: "partners/moldova" }
    }
    decisions {
      name: "decisions/1"
      kind: DECISION_KIND_AUTHORISATION
      partner: "partners/france"
      counterparts: "partners/georgia"
      case_reference: "c"
      conditions: "x"
      valid_from: "2026-01-01"
      valid_to: "2027-01-01"
      evidence: "letter 5"
    }
    proposed_frame: "joint investigation team"
  )pb");
}

absl::StatusOr<legal::Question> Read(const v1::TransferQuestion& question) {
  return QuestionFromProto(question, Now(), "question");
}

// The path in the one field violation.
std::string FieldOf(const absl::Status& status) {
  const ErrorDetails details = DetailsOf(status);
  return details.fields.empty() ? "" : details.fields[0].field;
}

TEST(TransferProtoTest, AQuestionComesBackAsItWas) {
  const absl::StatusOr<legal::Question> read = Read(Whole());
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->mode, legal::Mode::kOperate);
  EXPECT_EQ(read->direction, legal::Direction::kSend);
  EXPECT_EQ(read->instant, Now());

  v1::TransferQuestion again = ToProto(*read);
  EXPECT_EQ(again.origins(0).restrictions(0).partners(0), "partners/moldova");
  EXPECT_EQ(again.decisions(0).valid_to(), "2027-01-01");
  // What the check does not need does not come back.
  for (auto& decision : *again.mutable_decisions()) decision.set_evidence("letter 5");
  const absl::StatusOr<legal::Question> twice = Read(again);
  ASSERT_THAT(twice, IsOk());
  EXPECT_EQ(ToProto(*twice).ShortDebugString(), ToProto(*read).ShortDebugString());
}

TEST(TransferProtoTest, PastDaysAndPastKnowledgeAreExplored) {
  v1::TransferQuestion question = Whole();
  question.mutable_instant()->set_seconds(absl::ToUnixSeconds(Now() - absl::Hours(24)));
  EXPECT_EQ(Read(question)->mode, legal::Mode::kExplore);

  question = Whole();
  question.set_public_on("2026-11-23");
  EXPECT_EQ(Read(question)->mode, legal::Mode::kExplore);

  question = Whole();
  question.mutable_at_revision()->set_number(3);
  EXPECT_EQ(Read(question)->mode, legal::Mode::kExplore);

  question = Whole();
  question.set_explore(true);
  EXPECT_EQ(Read(question)->mode, legal::Mode::kExplore);
}

TEST(TransferProtoTest, AMissingFieldIsNamedByItsPath) {
  v1::TransferQuestion question = Whole();
  question.clear_counterpart();
  EXPECT_THAT(Read(question), FailsWith(kInvalid, "FIELD_REQUIRED"));
  EXPECT_EQ(FieldOf(Read(question).status()), "question.counterpart");

  question = Whole();
  question.mutable_origins(0)->mutable_restrictions(0)->clear_partners();
  EXPECT_EQ(FieldOf(Read(question).status()), "question.origins[0].restrictions[0].partners");

  question = Whole();
  question.mutable_decisions(0)->clear_evidence();
  EXPECT_EQ(FieldOf(Read(question).status()), "question.decisions[0].evidence");

  question = Whole();
  question.clear_data_kind();
  EXPECT_EQ(FieldOf(Read(question).status()), "question.data_kind");
}

TEST(TransferProtoTest, ADerogationWithoutGroundsIsRefused) {
  v1::TransferQuestion question = Whole();
  question.mutable_decisions(0)->set_kind(v1::DECISION_KIND_DEROGATION_VITAL_INTERESTS);
  EXPECT_EQ(FieldOf(Read(question).status()), "question.decisions[0].grounds");
}

TEST(TransferProtoTest, UnknownEnumValuesAreRefused) {
  v1::TransferQuestion question = Whole();
  question.set_geometry(static_cast<v1::CaseGeometry>(77));
  EXPECT_THAT(Read(question), FailsWith(kInvalid, "FIELD_INVALID"));
  EXPECT_EQ(FieldOf(Read(question).status()), "question.geometry");
}

TEST(TransferProtoTest, NamesOfAnotherFormAreRefused) {
  for (const char* name :
       {"georgia", "partners/", "partners/Georgia", "partners/georgia/contacts/x",
        "partners/georgia/authorities/", "partners/geo--/authorities/a/b", "partners/georgia-"}) {
    v1::TransferQuestion question = Whole();
    question.set_counterpart(name);
    EXPECT_THAT(Read(question), FailsWith(kInvalid, "FIELD_INVALID")) << name;
  }
}

TEST(TransferProtoTest, DaysAreWholeWhereSomebodyDecided) {
  v1::TransferQuestion question = Whole();
  question.mutable_decisions(0)->set_valid_from("2026");
  EXPECT_THAT(Read(question), FailsWith(kInvalid, "DAY_INVALID"));
  question.mutable_decisions(0)->set_valid_from("2027-06-01");
  EXPECT_EQ(FieldOf(Read(question).status()), "question.decisions[0].valid_to");
  question = Whole();
  question.set_public_on("2025-13-01");
  EXPECT_EQ(FieldOf(Read(question).status()), "question.public_on");
}

TEST(TransferProtoTest, TheAgencyAndPublicSourcesHaveNoPartner) {
  v1::TransferQuestion question = Whole();
  question.mutable_origins(0)->set_kind(v1::ORIGIN_KIND_PUBLIC_SOURCE);
  EXPECT_EQ(FieldOf(Read(question).status()), "question.origins[0].partner");
}

TEST(TransferProtoTest, InstrumentsBringTheCertaintyOfEachField) {
  const auto read =
      InstrumentFromProto(Parse<v1::Instrument>(R"pb(
                            name: "partners/albania/instruments/cooperation-agreement"
                            kind: INSTRUMENT_KIND_COOPERATION_AGREEMENT_PRE_2019
                            title: "Cooperation agreement"
                            signed: "2018"
                            in_force: "2019-11-01"
                            certainty { key: "all" value: CERTAINTY_FOUND }
                            certainty { key: "ended" value: CERTAINTY_MONTH }
                            certainty { key: "reference" value: CERTAINTY_UNCONFIRMED }
                          )pb"),
                          "instrument");
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->CertaintyOf(legal::Field::kInForce), legal::Certainty::kFound);
  EXPECT_EQ(read->CertaintyOf(legal::Field::kEnded), legal::Certainty::kMonth);
  EXPECT_EQ(read->signed_on.ToString(), "2018");

  EXPECT_THAT(InstrumentFromProto(Parse<v1::Instrument>(R"pb(
                                    name: "partners/x/instruments/y"
                                    kind: INSTRUMENT_KIND_OTHER_AGREEMENT
                                    ended: "soon"
                                  )pb"),
                                  "instrument"),
              FailsWith(kInvalid, "DAY_INVALID"));
}

// A map has another order each time, and some names stand for several fields.
TEST(TransferProtoTest, OfNamesThatStandForTheSameFieldsTheLastOneCounts) {
  for (int i = 0; i < 100; ++i) {
    v1::Instrument instrument = Parse<v1::Instrument>(R"pb(
      name: "partners/x/instruments/y"
      kind: INSTRUMENT_KIND_OTHER_AGREEMENT
    )pb");
    auto& certainty = *instrument.mutable_certainty();
    for (int filler = 0; filler < i; ++filler) {
      certainty[absl::StrCat("reference", filler)] = v1::CERTAINTY_FOUND;
    }
    certainty["period"] = v1::CERTAINTY_UNCONFIRMED;
    certainty["ended"] = v1::CERTAINTY_FOUND;
    certainty["applied_from"] = v1::CERTAINTY_FOUND;
    certainty["all"] = v1::CERTAINTY_MONTH;

    const auto read = InstrumentFromProto(instrument, "instrument");

    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(read->CertaintyOf(legal::Field::kEnded), legal::Certainty::kUnconfirmed);
    EXPECT_EQ(read->CertaintyOf(legal::Field::kAppliedFrom), legal::Certainty::kUnconfirmed);
    EXPECT_EQ(read->CertaintyOf(legal::Field::kSigned), legal::Certainty::kMonth);
  }
}

TEST(TransferProtoTest, InstrumentsBringWhatTheyCover) {
  v1::Instrument instrument = Parse<v1::Instrument>(R"pb(
    name: "partners/x/instruments/y"
    kind: INSTRUMENT_KIND_BINDING_INSTRUMENT
  )pb");
  const auto unlimited = InstrumentFromProto(instrument, "instrument");
  ASSERT_THAT(unlimited, IsOk());
  EXPECT_EQ(unlimited->scope, nullptr);

  *instrument.mutable_scope() = Parse<v1::InstrumentScope>(R"pb(
    territories: "Gibraltar"
    sectors: "customs"
    offences: "terrorism"
    offences: "fraud"
    stages: "trial"
    subjects: SUBJECT_KIND_VICTIM
    subjects: SUBJECT_KIND_OTHER
    excludes_special_categories: true
  )pb");
  const auto limited = InstrumentFromProto(instrument, "instrument");
  ASSERT_THAT(limited, IsOk());
  ASSERT_NE(limited->scope, nullptr);
  EXPECT_EQ(limited->scope->all(),
            (legal::Scope{.territories = {"Gibraltar"},
                          .sectors = {"customs"},
                          .offences = {"terrorism", "fraud"},
                          .stages = {"trial"},
                          .subjects = {legal::SubjectKind::kVictim, legal::SubjectKind::kOther},
                          .excludes_special_categories = true}));

  instrument.mutable_scope()->set_subjects(1, v1::SUBJECT_KIND_UNSPECIFIED);
  EXPECT_EQ(FieldOf(InstrumentFromProto(instrument, "instrument").status()),
            "instrument.scope.subjects[1]");
}

TEST(TransferProtoTest, AnAnswerOfWhatIsAffectedEndsAtTenThousandAndSaysSo) {
  constexpr int kMost = 10'000;
  v1::ListAffectedResponse response;
  AffectedAnswer answer(absl::CivilDay(2026, 11, 29), {.store_id = "s", .number = 7}, {},
                        &response);
  for (int i = 0; i < kMost; ++i) ASSERT_TRUE(answer.Add(v1::Affected()));
  EXPECT_FALSE(response.truncated());
  EXPECT_FALSE(answer.Add(v1::Affected()));
  EXPECT_TRUE(response.truncated());
  EXPECT_EQ(response.affected_size(), kMost);
  EXPECT_EQ(response.day(), "2026-11-29");
  EXPECT_EQ(response.registry_revision().number(), 7);
}

TEST(TransferProtoTest, AuthoritiesBringTheirTerritoryAndSectors) {
  const auto authority = AuthorityFromProto(Parse<v1::Authority>(R"pb(
                                              name: "partners/x/authorities/y"
                                              territory: "Gibraltar"
                                              sectors: "customs"
                                              sectors: "asylum"
                                            )pb"),
                                            "authority");
  ASSERT_THAT(authority, IsOk());
  EXPECT_EQ(authority->territory, "Gibraltar");
  EXPECT_EQ(authority->sectors, (std::vector<std::string>{"customs", "asylum"}));
}

TEST(TransferProtoTest, WhatASecondPersonConfirmedIsSure) {
  v1::Partner partner = Parse<v1::Partner>(R"pb(
    name: "partners/interpol"
    competent_in_criminal_matters: true
    competence_certainty: CERTAINTY_UNCONFIRMED
  )pb");
  const auto sure = [&partner] {
    return PartnerFromProto(partner, "partner")->competence_certainty;
  };
  EXPECT_EQ(sure(), legal::Certainty::kUnconfirmed);
  partner.mutable_competence_confirmation()->set_field("competent_in_criminal_matters");
  EXPECT_EQ(sure(), legal::Certainty::kUnconfirmed) << "nobody did";
  partner.mutable_competence_confirmation()->mutable_confirm_time()->set_seconds(1);
  EXPECT_EQ(sure(), legal::Certainty::kFound);
}

legal::Facts Panama() {
  legal::FactsBuilder builder;
  const auto partner = PartnerFromProto(
      Parse<v1::Partner>(R"pb(
        name: "partners/panama"
        display_name: "Panama"
        legal_classes { legal_class: LEGAL_CLASS_THIRD_COUNTRY certainty: CERTAINTY_FOUND }
      )pb"),
      "partner");
  EXPECT_THAT(partner, IsOk());
  builder.Put(*partner);
  const auto authority =
      AuthorityFromProto(Parse<v1::Authority>(R"pb(
                           name: "partners/panama/authorities/prosecution-service"
                           competent_in_criminal_matters: true
                           certainty: CERTAINTY_FOUND
                         )pb"),
                         "authority");
  EXPECT_THAT(authority, IsOk());
  builder.Put(*authority);
  return builder.Build({.store_id = "s", .number = 4});
}

v1::TransferQuestion OfPanama() {
  v1::TransferQuestion question = Whole();
  question.set_counterpart("partners/panama/authorities/prosecution-service");
  return question;
}

TEST(TransferProtoTest, AVerdictIsToldInFull) {
  v1::TransferVerdict verdict;
  WriteVerdict(legal::Evaluate(Panama(), *Read(OfPanama())), verdict);

  EXPECT_EQ(verdict.registry_revision().number(), 4);
  EXPECT_EQ(verdict.day(), "2026-11-23");
  EXPECT_GT(verdict.reasons_size(), 0);
  // France is not among these facts.
  EXPECT_EQ(verdict.outcome(), v1::TRANSFER_OUTCOME_UNDETERMINED);
  EXPECT_EQ(verdict.before_use(), v1::TRANSFER_OUTCOME_UNDETERMINED);
}

TEST(TransferProtoTest, WhatReceivedDataNeedBeforeUseIsToldBesideTheirReceipt) {
  v1::TransferQuestion question = OfPanama();
  question.set_direction(v1::TRANSFER_DIRECTION_RECEIVE);
  question.mutable_purpose()->clear_task();

  v1::TransferVerdict verdict;
  WriteVerdict(legal::Evaluate(Panama(), *Read(question)), verdict);

  EXPECT_EQ(verdict.outcome(), v1::TRANSFER_OUTCOME_PERMITTED);
  EXPECT_EQ(verdict.before_use(), v1::TRANSFER_OUTCOME_PERMITTED_SUBJECT_TO);
}

}  // namespace
}  // namespace comity::transfer_proto
