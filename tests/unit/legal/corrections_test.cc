// Where the transfer check once said otherwise than the table; found by the naive model.
#include "absl/strings/str_cat.h"
#include "common/legal/effect.h"
#include "common/legal/evaluate.h"
#include "tests/unit/legal/real_facts.h"
#include "tests/unit/legal/verdict_matchers.h"

namespace comity::legal {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

Verdict On(const Question& question) { return Evaluate(RealFacts(), question); }

// French data, authorised.
Question Plain(absl::string_view counterpart) {
  Question question = Ask(counterpart, {MemberState("france")});
  question.decisions = {Authorised("france", counterpart)};
  return question;
}

Instrument Made(absl::string_view partner, InstrumentKind kind) {
  Instrument instrument;
  instrument.name = absl::StrCat("partners/", partner, "/instruments/made");
  instrument.kind = kind;
  instrument.title = "Made for the test";
  const bool old = kind == InstrumentKind::kCooperationAgreementPre2019;
  instrument.signed_on = Date(old ? "2019-01-01" : "2020-01-01");
  instrument.in_force = Date("2020-02-01");
  SetCertainty(instrument, "all", Certainty::kFound);
  return instrument;
}

Facts With(const Instrument& instrument) {
  FactsBuilder builder(RealFacts());
  builder.Put(instrument);
  return builder.Build({});
}

Tri Holds(const Instrument& instrument, absl::string_view day) {
  return EffectOf(instrument, {.instruments = {instrument}}, {.day = Day(day)}).holds;
}

TEST(CorrectionsTest, R1_3BothKindsOfSafeguardsAreCited) {
  Question question = Ask("brazil", {});
  question.data_kind = DataKind::kAdministrative;
  question.decisions = {Decided(DecisionKind::kSafeguardsAssessment, "", "brazil")};
  question.decisions[0].conditions = {"reviewed every year"};

  const Verdict verdict =
      Evaluate(With(Made("brazil", InstrumentKind::kBindingInstrument)), question);

  EXPECT_THAT(verdict.bases, ElementsAre(Basis::kBindingInstrument, Basis::kAssessedSafeguards));
  EXPECT_THAT(verdict.conditions, Contains("reviewed every year"));
}

TEST(CorrectionsTest, R1_9AnAgreementThatWasNotPublicYetIsNotLoaded) {
  Question question = Plain("denmark");
  question.instant = Noon("2020-01-01");
  question.public_on = Day("2019-10-01");

  EXPECT_THAT(On(question),
              AllOf(Comes(Outcome::kUndetermined), Says("1.9", "AGREEMENT_NOT_LOADED")));
}

TEST(CorrectionsTest, R2_4AThirdCountryTheRegistryDoesNotKnowLeavesItOpen) {
  Question question = Ask("italy", {ThirdCountry("nowhere")});
  question.geometry = Geometry::kOneMemberStateAndThirdCountry;
  FactsBuilder builder(RealFacts());
  builder.Put(Decided(DecisionKind::kOriginatorPermission, "nowhere", "italy"));

  EXPECT_THAT(Evaluate(builder.Build({}), question), Says("2.4", "COOPERATION_UNKNOWN"));
}

TEST(CorrectionsTest, R2_6ASubjectThatIsNotSaidIsUnknown) {
  Question question = Plain("georgia");
  question.subjects.push_back(SubjectKind::kUnspecified);

  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kUndetermined), Says("2.6", "SUBJECTS_NOT_SAID")));
}

TEST(CorrectionsTest, R2_6DataOfOtherPersonsNeedADecision) {
  Question question = Plain("georgia");
  question.subjects.push_back(SubjectKind::kOther);
  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kDecisionRequired),
                                  Says("2.6", "OTHER_DATA_DECISION_OUTSTANDING")));

  question.decisions.push_back(Decided(DecisionKind::kOtherData, "", "georgia"));
  EXPECT_THAT(On(question), Comes(Outcome::kPermitted));
}

TEST(CorrectionsTest, R3_3AVerificationHoldsTwelveMonthsToTheDay) {
  FactsBuilder builder(RealFacts());
  builder.SetOpeners("partners/georgia/authorities/prosecution",
                     {{.key_until = absl::InfiniteFuture()}});
  const Facts facts = builder.Build({});
  Question question = Plain("georgia");

  question.instant = Noon("2027-10-01");
  EXPECT_THAT(Evaluate(facts, question), Not(Says("3.3", "VERIFICATION_STALE")));
  question.instant = Noon("2027-10-02");
  EXPECT_THAT(Evaluate(facts, question), Says("3.3", "VERIFICATION_STALE"));
}

TEST(CorrectionsTest, R3_3IsSaidToWhoExploresToo) {
  FactsBuilder builder(RealFacts());
  builder.SetOpeners("partners/georgia/authorities/prosecution", {});
  Question question = Plain("georgia");
  question.mode = Mode::kExplore;

  EXPECT_THAT(Evaluate(builder.Build({}), question),
              AllOf(Comes(Outcome::kPermittedSubjectTo), Says("3.3", "SEALING_KEY_MISSING")));
}

TEST(CorrectionsTest, R4_3UrgencyDoesNotReplaceAnAuthorisationThatWasWithdrawn) {
  Question question = Plain("georgia");
  question.decisions.push_back(Decided(DecisionKind::kUrgentWithoutAuthorisation, "", "georgia"));
  question.decisions[0].withdrawn = Noon("2026-11-22");
  EXPECT_THAT(On(question),
              AllOf(Comes(Outcome::kPermittedSubjectTo), Says("4.2", "AUTHORISATION_WITHDRAWN")));

  question.decisions[0].case_reference = "2026/18";
  EXPECT_THAT(On(question), Says("4.3", "URGENT_WITHOUT_AUTHORISATION")) << "another case";
}

TEST(CorrectionsTest, R4_3UrgencyIsStatedByTheAgency) {
  Question question = Ask("georgia", {MemberState("france")});
  question.decisions = {Decided(DecisionKind::kUrgentWithoutAuthorisation, "france", "georgia")};

  EXPECT_THAT(On(question), Says("4.2", "AUTHORISATION_OUTSTANDING"));
}

TEST(CorrectionsTest, R4_4AnAuthorisationGivenAsAMemberStateIsNoPermissionOfAThirdCountry) {
  Question question = Ask("georgia", {ThirdCountry("united-kingdom")});
  question.decisions = {Authorised("united-kingdom", "georgia")};
  question.decisions[0].valid_from = Date("2019-01-01");

  EXPECT_THAT(On(question), Says("4.4", "ORIGINATOR_PERMISSION_OUTSTANDING"));
}

TEST(CorrectionsTest, R4_5TheAgencyLiftsNoRestrictionButItsOwn) {
  const Decision lifted = Decided(DecisionKind::kRestrictionLifted, "", "italy");
  for (const OriginKind kind :
       {OriginKind::kMemberState, OriginKind::kUnspecified, OriginKind::kPublicSource}) {
    Question question = Ask("italy", {{.kind = kind}});
    question.origins[0].restrictions = {{.use = UseRestriction::kNoPassingOn}};
    question.decisions = {lifted};
    EXPECT_THAT(On(question), AllOf(Comes(Outcome::kRefused), Says("4.5",
                                                                   "RESTRICTED_BY_"
                                                                   "ORIGINATOR")))
        << static_cast<int>(kind);
  }
  Question own = Ask("italy", {{.kind = OriginKind::kEurojust}});
  own.origins[0].restrictions = {{.use = UseRestriction::kNoPassingOn}};
  own.decisions = {lifted};
  EXPECT_THAT(On(own), Comes(Outcome::kPermitted));
}

TEST(CorrectionsTest, R4bAnOriginThatIsNotWhatItSaysIsUndetermined) {
  Question question = Ask("moldova", {MemberState("france")});
  question.direction = Direction::kOnward;
  question.onward_by = "partners/georgia";
  question.decisions = {Decided(DecisionKind::kOriginatorPermission, "france", "moldova"),
                        Decided(DecisionKind::kOnwardConsent, "", "moldova")};
  EXPECT_THAT(On(question), Says("4b.1", "ONWARD_CONSENT_OF_STATE_OUTSTANDING"));

  for (const OriginKind kind : {OriginKind::kUnspecified, OriginKind::kThirdCountry}) {
    question.origins[0].kind = kind;
    EXPECT_THAT(On(question), AllOf(Comes(Outcome::kUndetermined), Says("4b.2", "ORIGIN_UNKNOWN")))
        << static_cast<int>(kind);
  }
  question.origins = {MemberState("switzerland")};
  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kUndetermined), Says("4b.1", "ORIGIN_UNKNOWN")));
}

TEST(CorrectionsTest, R4b_2ThePermissionIsRecordedForTheOriginatorItselfToo) {
  Question question = Ask("switzerland", {ThirdCountry("switzerland")});
  question.direction = Direction::kOnward;
  question.onward_by = "partners/georgia";
  question.decisions = {Decided(DecisionKind::kOnwardConsent, "", "switzerland")};
  EXPECT_THAT(On(question), Says("4b.2", "ONWARD_PERMISSION_OUTSTANDING"));

  question.decisions.push_back(
      Decided(DecisionKind::kOriginatorPermission, "switzerland", "switzerland"));
  EXPECT_THAT(On(question), Comes(Outcome::kPermitted));
}

TEST(CorrectionsTest, AnArrangementStandsFromEveryDayItStates) {
  Instrument instrument = Made("x", InstrumentKind::kWorkingArrangement);
  EXPECT_EQ(Holds(instrument, "2026-03-01"), Tri::kYes);

  instrument.applied_from = Date("2026-07-01");
  EXPECT_EQ(Holds(instrument, "2026-03-01"), Tri::kNo);
  instrument.SetCertainty(Field::kAppliedFrom, Certainty::kUnconfirmed);
  EXPECT_EQ(Holds(instrument, "2026-03-01"), Tri::kUnknown);
}

TEST(CorrectionsTest, ASuspensionOfTheWholeNobodyConfirmedIsUnknown) {
  Instrument instrument = Made("x", InstrumentKind::kCooperationAgreementPre2019);
  instrument.parts_suspended = "*";
  instrument.suspended_from = Date("2022-03-16");
  EXPECT_EQ(Holds(instrument, "2022-03-16"), Tri::kNo);

  instrument.SetCertainty(Field::kPartsSuspended, Certainty::kUnconfirmed);
  EXPECT_EQ(Holds(instrument, "2022-03-16"), Tri::kUnknown);
}

TEST(CorrectionsTest, TheLatestPublicVersionGovernsAlsoIfOneBetweenWasNotPublic) {
  Instrument first = Made("x", InstrumentKind::kAdequacyDecisionLed);
  Instrument second = first;
  second.name = "partners/x/instruments/second";
  second.supersedes = first.name;
  second.public_since = Date("2026-01-01");
  Instrument third = first;
  third.name = "partners/x/instruments/third";
  third.supersedes = second.name;
  third.public_since = Date("2024-01-01");
  const Dossier dossier{.instruments = {first, second, third}};
  const Lens lens{.day = Day("2025-06-01"), .explore = true, .public_on = Day("2025-06-01")};

  EXPECT_EQ(EffectOf(first, dossier, lens).holds, Tri::kNo);
  EXPECT_EQ(EffectOf(third, dossier, lens).holds, Tri::kYes);
}

TEST(CorrectionsTest, AnAgreementSurelyDoesNotApplyBeforeItsSignature) {
  Instrument instrument = Made("x", InstrumentKind::kInternationalAgreement);
  instrument.signed_on = Date("2026-06-15");
  instrument.applied_from = Date("2026");

  EXPECT_EQ(Holds(instrument, "2026-06-15"), Tri::kNo);
  EXPECT_EQ(Holds(instrument, "2026-06-16"), Tri::kUnknown);
}

TEST(CorrectionsTest, AClassPeriodThatMayNotBeUsedLeavesTheClassOpen) {
  Partner partner;
  partner.classes = {{.legal_class = LegalClass::kMemberState,
                      .to = Date("2020-06-15"),
                      .certainty = Certainty::kYear},
                     {.legal_class = LegalClass::kThirdCountry,
                      .from = Date("2020-06-16"),
                      .certainty = Certainty::kFound}};
  const Lens lens{.day = Day("2020-08-01")};
  EXPECT_EQ(ClassOf(partner, lens).known, Tri::kUnknown);

  partner.classes[0].certainty = Certainty::kUnknown;
  EXPECT_EQ(ClassOf(partner, lens).known, Tri::kUnknown) << "to know less makes nothing sure";
  partner.classes[0].certainty = Certainty::kFound;
  EXPECT_EQ(ClassOf(partner, lens).legal_class, LegalClass::kThirdCountry);
}

TEST(CorrectionsTest, SecondmentCitesEveryAgreementInTheirOrder) {
  FactsBuilder builder(RealFacts());
  for (const InstrumentKind kind :
       {InstrumentKind::kCooperationAgreementPre2019, InstrumentKind::kInternationalAgreement}) {
    Instrument instrument = Made("brazil", kind);
    absl::StrAppend(&instrument.name, static_cast<int>(kind));
    instrument.applied_from = Date("2020-02-01");
    instrument.allows_secondment = true;
    builder.Put(instrument);
  }

  const Verdict verdict = EvaluateSecondment(
      builder.Build({}), {.instant = Noon(kToday), .partner = "partners/brazil"});

  EXPECT_THAT(verdict.bases,
              ElementsAre(Basis::kInternationalAgreement, Basis::kCooperationAgreement));
  EXPECT_EQ(verdict.before_use, Outcome::kPermitted);
}

}  // namespace
}  // namespace comity::legal
