// Every row of the decision table, by a case that produces it.
#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/legal/evaluate.h"
#include "tests/unit/legal/real_facts.h"
#include "tests/unit/legal/somebody_opens.h"
#include "tests/unit/legal/verdict_matchers.h"

namespace comity::legal {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Not;

// Something the real facts do not have, put on top of them.
Facts With(std::initializer_list<Instrument> instruments) {
  FactsBuilder builder(RealFacts());
  for (const Instrument& instrument : instruments) builder.Put(instrument);
  return builder.Build({.store_id = "00000000000000000000000000000001", .number = 8});
}

Instrument InEffect(absl::string_view partner, InstrumentKind kind, absl::string_view title) {
  Instrument instrument;
  instrument.name = absl::StrCat("partners/", partner, "/instruments/added");
  instrument.kind = kind;
  instrument.title = std::string(title);
  const bool old = kind == InstrumentKind::kCooperationAgreementPre2019;
  instrument.signed_on = Date(old ? "2019-01-01" : "2020-01-01");
  instrument.in_force = Date("2020-02-01");
  instrument.applied_from = Date("2020-02-01");
  SetCertainty(instrument, "all", Certainty::kFound);
  return instrument;
}

Question Authorise(Question question, absl::string_view counterpart) {
  question.decisions.push_back(Authorised("france", counterpart));
  return question;
}

Question Plain(absl::string_view counterpart) {
  return Authorise(Ask(counterpart, {MemberState("france")}), counterpart);
}

// Evaluates and remembers which rows spoke, for the last test of this file.
class RowsTest : public ::testing::Test {
 protected:
  static Verdict On(const Question& question) { return On(RealFacts(), question); }

  static Verdict On(const Facts& facts, const Question& question) {
    Verdict verdict = Evaluate(facts, question);
    for (const Reason& reason : verdict.reasons) Seen().insert(reason.row);
    return verdict;
  }

  static std::set<std::string>& Seen() {
    static std::set<std::string> seen;
    return seen;
  }
};

TEST_F(RowsTest, R1_1AnUnknownAuthorityOrClassIsUndetermined) {
  Question question = Plain("georgia");
  question.counterpart = "partners/georgia/authorities/nobody";
  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kUndetermined), Says("1.1", "AUTHORITY_UNKNOWN")));

  FactsBuilder builder(RealFacts());
  builder.Put(Partner{.name = "partners/georgia", .display_name = "Georgia"});
  EXPECT_THAT(On(builder.Build({}), Plain("georgia")), Says("1.1", "LEGAL_CLASS_UNKNOWN"));

  question = Plain("georgia");
  question.data_kind = DataKind::kUnspecified;
  EXPECT_THAT(On(question), Says("1.1", "DATA_KIND_NOT_SAID"));
}

TEST_F(RowsTest, R1_1WhoPassesOnIsAPartnerTheRegistryKnows) {
  FactsBuilder builder(RealFacts());
  Decision general = Decided(DecisionKind::kOtherPurposeByLaw, "", "georgia");
  general.counterparts.clear();
  builder.Put(general);
  builder.Put(Decided(DecisionKind::kSafeguardsAssessment, "", "nowhere"));
  const Facts facts = builder.Build({});
  Question question = Plain("moldova");
  question.direction = Direction::kOnward;
  question.decisions.push_back(Decided(DecisionKind::kOnwardConsent, "", "moldova"));

  for (const char* const by : {"", "partners/", "partners/nowhere", "decisions/x"}) {
    question.onward_by = by;
    EXPECT_THAT(On(facts, question),
                AllOf(Comes(Outcome::kUndetermined), Says("1.1", "ONWARD_SENDER_UNKNOWN")))
        << by;
  }
  question.onward_by = "partners/georgia";
  EXPECT_THAT(On(facts, question), Comes(Outcome::kPermitted));
}

TEST_F(RowsTest, R1_2RestrictionsApplyToWhatIsNotPersonalToo) {
  Question question = Plain("moldova");
  question.data_kind = DataKind::kNonPersonal;
  EXPECT_THAT(On(question), Comes(Outcome::kPermitted));

  question.origins[0].restrictions = {
      {.use = UseRestriction::kNotToPartners, .partners = {"partners/moldova"}}};
  EXPECT_THAT(On(question),
              AllOf(Comes(Outcome::kRefused), Says("4.5", "RESTRICTED_BY_ORIGINATOR")));
}

TEST_F(RowsTest, R4_5ANameThatNobodyKnowsMayBeTheRecipients) {
  Question question = Plain("moldova");
  question.data_kind = DataKind::kNonPersonal;
  question.origins[0].restrictions = {
      {.use = UseRestriction::kNotToPartners, .partners = {"partners/republic-of-moldova"}}};
  EXPECT_THAT(On(question),
              AllOf(Comes(Outcome::kUndetermined), Says("4.5", "RESTRICTION_UNCLEAR")));

  // It turned out to be the recipient: what was said of it is said of that.
  FactsBuilder builder(RealFacts());
  builder.Put(Partner{
      .name = "partners/republic-of-moldova", .deleted = true, .merged_into = "partners/moldova"});
  EXPECT_THAT(On(builder.Build({}), question),
              AllOf(Comes(Outcome::kRefused), Says("4.5", "RESTRICTED_BY_ORIGINATOR")));

  question.origins[0].restrictions[0].partners = {"partners/georgia"};
  EXPECT_THAT(On(question), Comes(Outcome::kPermitted));
}

// One operator enters a partner of that name, merges it or takes it off the register: none of that
// says that it is not the recipient.
TEST_F(RowsTest, R4_5AnEntryWithoutASureClassMayBeTheRecipientToo) {
  Question question = Plain("moldova");
  question.data_kind = DataKind::kNonPersonal;
  question.origins[0].restrictions = {
      {.use = UseRestriction::kNotToPartners, .partners = {"partners/republic-of-moldova"}}};
  Partner entered{.name = "partners/republic-of-moldova"};
  const auto on = [&](const Partner& partner) {
    FactsBuilder builder(RealFacts());
    builder.Put(partner);
    return On(builder.Build({}), question);
  };
  const auto unclear = AllOf(Comes(Outcome::kUndetermined), Says("4.5", "RESTRICTION_UNCLEAR"));
  EXPECT_THAT(on(entered), unclear);
  entered.classes = {
      {.legal_class = LegalClass::kThirdCountry, .certainty = Certainty::kUnconfirmed}};
  EXPECT_THAT(on(entered), unclear);
  entered.deleted = true;
  EXPECT_THAT(on(entered), unclear);
  entered.merged_into = "partners/georgia";
  EXPECT_THAT(on(entered), unclear);

  entered.classes[0].certainty = Certainty::kFound;
  EXPECT_THAT(on(entered), Comes(Outcome::kPermitted));
  entered.classes[0].from = PartialDate(absl::CivilDay(2999, 1, 1));
  EXPECT_THAT(on(entered), unclear) << "it is nothing yet";
}

TEST_F(RowsTest, R1_3AdministrativeDataTravelFreelyInsideTheUnionOnly) {
  Question question = Ask("france", {});
  question.data_kind = DataKind::kAdministrative;
  EXPECT_THAT(On(question), Comes(Outcome::kPermitted));
  question.counterpart = "partners/denmark";
  EXPECT_THAT(On(question), Comes(Outcome::kPermitted));
  question.counterpart = "partners/united-kingdom";
  question.mode = Mode::kExplore;
  EXPECT_THAT(On(question), ComesBy(Outcome::kPermitted, Basis::kAdequacy));
  question.mode = Mode::kOperate;
  question.counterpart = "partners/panama";
  EXPECT_THAT(On(question), Comes(Outcome::kDecisionRequired));
  EXPECT_EQ(On(question).routes.size(), 2U);

  question.decisions = {Decided(DecisionKind::kSafeguardsAssessment, "", "panama")};
  EXPECT_THAT(On(question), ComesBy(Outcome::kPermitted, Basis::kAssessedSafeguards));
  question.decisions = {Decided(DecisionKind::kDerogationVitalInterests, "", "panama")};
  EXPECT_THAT(On(question), ComesBy(Outcome::kPermitted, Basis::kDerogation));
  EXPECT_THAT(On(question), HasDuty("EDPS"));

  question.counterpart = "partners/iberred";
  question.decisions.clear();
  EXPECT_THAT(On(question), Comes(Outcome::kDecisionRequired));
}

TEST_F(RowsTest, R5_10WhatHasEndedIsTakenForABasisByNobody) {
  Instrument arrangement = InEffect("brazil", InstrumentKind::kWorkingArrangement, "Arrangement");
  EXPECT_THAT(On(With({arrangement}), Plain("brazil")), Says("5.10", "NEVER_A_BASIS"));

  arrangement.ended = Date("2024-12-31");
  EXPECT_EQ(FindRow(On(With({arrangement}), Plain("brazil")), "5.10"), nullptr);
}

TEST_F(RowsTest, R1_3AnAdequacyDecisionUnderTheGdprServesAdministrativeDataOnly) {
  const Facts facts = With({InEffect("brazil", InstrumentKind::kAdequacyDecisionGdpr, "Decision")});
  Question question = Plain("brazil");
  EXPECT_THAT(On(facts, question),
              AllOf(Comes(Outcome::kDecisionRequired), Says("5.10", "NEVER_A_BASIS")));

  question.data_kind = DataKind::kAdministrative;
  EXPECT_THAT(On(facts, question), ComesBy(Outcome::kPermitted, Basis::kAdequacy));
}

TEST_F(RowsTest, R1_4NetworksHaveNoCapacity) {
  for (const absl::string_view network : {"ejn", "iberred", "wbcj"}) {
    EXPECT_THAT(On(Plain(network)), Says("1.4", "COUNTERPART_HAS_NO_CAPACITY")) << network;
  }
}

TEST_F(RowsTest, R1_6DataOfTheAgencyUnderNationalLawAreAnOnwardTransfer) {
  Question question = Plain("georgia");
  question.capacity = Capacity::kNational;
  EXPECT_THAT(On(question), Says("1.6", "NATIONAL_STATEMENT_OUTSTANDING"));

  question.decisions.push_back(Decided(DecisionKind::kNationalStatement, "france", "georgia"));
  EXPECT_THAT(On(question),
              AllOf(Comes(Outcome::kOutOfScope), Says("1.6", "NATIONAL_LAW_DECIDES")));

  question.origins.push_back({.kind = OriginKind::kEurojust});
  EXPECT_THAT(On(question),
              AllOf(Comes(Outcome::kDecisionRequired), Says("1.5", "ONWARD_TRANSFER")));
}

TEST_F(RowsTest, R1_6NationalLawOpensNoWayIntoTheAgency) {
  Question question = Plain("moldova");
  question.direction = Direction::kReceive;
  question.capacity = Capacity::kNational;
  question.origins = {{.kind = OriginKind::kEurojust}};
  question.decisions.push_back(Decided(DecisionKind::kOnwardConsent, "", "moldova"));
  EXPECT_THAT(On(question), Comes(Outcome::kOutOfScope));
}

TEST_F(RowsTest, R1_7OpenQuestionsWaitInQuarantine) {
  Question question = Plain("panama");
  question.direction = Direction::kReceive;
  question.annex_ii = AnnexCoverage::kOutside;

  const Verdict verdict = On(question);
  EXPECT_THAT(verdict, AllOf(Comes(Outcome::kPermitted), Says("2.6", "DATA_OUTSIDE_ANNEX_II")));
  EXPECT_THAT(verdict.conditions, ::testing::Contains(::testing::HasSubstr("returned or erased")));
  EXPECT_EQ(verdict.before_use, Outcome::kRefused);
}

TEST_F(RowsTest, R1_7WhatIsReceivedIsUsedOnceNothingOfPhase2IsOpen) {
  for (const char* const sender : {"panama", "france", "europol"}) {
    Question question = Ask(sender, {});
    question.direction = Direction::kReceive;
    EXPECT_THAT(On(question), MayBeUsed()) << sender;

    question.annex_ii = AnnexCoverage::kFactsOfTheOffence;
    const Verdict open = On(question);
    EXPECT_THAT(open, Comes(Outcome::kPermitted)) << sender;
    EXPECT_EQ(open.before_use, Outcome::kDecisionRequired) << sender;
    ASSERT_EQ(open.routes.size(), 1U) << sender;
    EXPECT_EQ(open.routes[0].decisions.front(), DecisionKind::kOtherData);

    question.decisions.push_back(Decided(DecisionKind::kOtherData, "", sender));
    EXPECT_THAT(On(question), MayBeUsed()) << sender;

    question.purpose.necessity.clear();
    EXPECT_EQ(On(question).before_use, Outcome::kPermittedSubjectTo) << sender;
    question.subjects.clear();
    EXPECT_EQ(On(question).before_use, Outcome::kUndetermined) << sender;
  }
}

TEST_F(RowsTest, R1_8MemberStatesNeedNoAuthorisationButHeedRestrictions) {
  Question question = Ask("italy", {MemberState("france")});
  EXPECT_THAT(On(question), ComesBy(Outcome::kPermitted, Basis::kMemberState));

  question.origins.push_back(ThirdCountry("georgia"));
  question.origins[1].restrictions = {{.use = UseRestriction::kNoPassingOn}};
  EXPECT_THAT(On(question), Comes(Outcome::kRefused));

  Decision lifted = Decided(DecisionKind::kRestrictionLifted, "georgia", "italy");
  question.decisions = {lifted};
  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kPermitted), Says("4.5", "RESTRICTION_LIFTED")));
}

TEST_F(RowsTest, R1_9DenmarkHasItsOwnAgreementOnly) {
  Question question = Plain("denmark");
  const Verdict operate = On(question);
  EXPECT_THAT(operate, AllOf(Comes(Outcome::kUndetermined), Says("1.9", "AGREEMENT_DATE_UNKNOWN")));
  EXPECT_THAT(operate.unconfirmed_fields,
              ::testing::Contains("partners/denmark/instruments/agreement.in_force"));

  question.mode = Mode::kExplore;
  EXPECT_THAT(On(question), ComesBy(Outcome::kPermitted, Basis::kDenmarkAgreement));

  FactsBuilder builder(RealFacts());
  builder.Erase("partners/denmark/instruments/agreement");
  EXPECT_THAT(On(builder.Build({}), question),
              AllOf(Comes(Outcome::kUndetermined), Says("1.9", "AGREEMENT_NOT_LOADED")));
}

TEST_F(RowsTest, R1_10AUnionBodyIsToldWhyTheDataAreNecessary) {
  Question question = Plain("eppo");
  question.purpose.necessity.clear();

  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kPermittedSubjectTo),
                                  Says("1.10", "NECESSITY_FOR_RECIPIENT_NOT_STATED")));
}

TEST_F(RowsTest, R2_1AnIncompletePurposeIsCompleted) {
  Question question = Plain("georgia");
  question.purpose.stage.clear();
  EXPECT_THAT(On(question),
              AllOf(Comes(Outcome::kPermittedSubjectTo), Says("2.1", "PURPOSE_INCOMPLETE")));
}

TEST_F(RowsTest, R2_2AnOffenceOutsideAnnexINeedsARequest) {
  Question question = Plain("georgia");
  question.purpose.offence_outside_annex_i = true;
  EXPECT_THAT(On(question),
              AllOf(Comes(Outcome::kPermittedSubjectTo), Says("2.2", "REQUEST_OUTSTANDING")));

  question.purpose.requested_by_member_state = true;
  EXPECT_THAT(On(question), Comes(Outcome::kPermitted));
}

TEST_F(RowsTest, R2_3WhatTheEppoProsecutesGoesToTheEppo) {
  Question question = Plain("georgia");
  question.purpose.eppo_exercises_competence = true;
  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kRefused), Says("2.3", "EPPO_COMPETENT")));

  question.purpose.eppo_exception = true;
  EXPECT_THAT(On(question), Comes(Outcome::kPermitted));

  Question to_eppo = Plain("eppo");
  to_eppo.purpose.eppo_exercises_competence = true;
  EXPECT_THAT(On(to_eppo), Comes(Outcome::kPermitted));
}

TEST_F(RowsTest, R2_4OneMemberStateNeedsAnAgreementOrAnEssentialInterest) {
  Question question = Plain("georgia");
  question.geometry = Geometry::kOneMemberStateAndThirdCountry;
  EXPECT_THAT(On(question), Comes(Outcome::kPermitted));

  question = Plain("brazil");
  question.geometry = Geometry::kOneMemberStateAndThirdCountry;
  EXPECT_THAT(On(question), Says("2.4", "ESSENTIAL_INTEREST_OUTSTANDING"));
  question.decisions.push_back(Decided(DecisionKind::kEssentialInterest, "", "brazil"));
  EXPECT_THAT(On(question), Says("2.4", "ESSENTIAL_INTEREST_DECIDED"));

  question = Plain("panama");
  question.geometry = Geometry::kOneMemberStateAndThirdCountry;
  EXPECT_EQ(FindRow(On(question), "2.4"), nullptr) << "the working arrangement is enough here";

  question = Plain("brazil");
  question.geometry = Geometry::kOneMemberStateAndThirdCountry;
  Instrument later = InEffect("brazil", InstrumentKind::kWorkingArrangement, "Arrangement");
  later.in_force = Date("2027-07-01");
  later.SetCertainty(Field::kInForce, Certainty::kUnconfirmed);
  EXPECT_THAT(On(With({later}), question), Says("2.4", "COOPERATION_UNKNOWN"));

  question = Plain("georgia");
  question.geometry = Geometry::kUnspecified;
  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kUndetermined), Says("2.4", "GEOMETRY_NOT_SAID")));
}

TEST_F(RowsTest, R2_5AnIncompatiblePurposeIsRefusedUnlessUnionLawAuthorisesIt) {
  Question question = Plain("georgia");
  question.purpose.incompatible_with_collection = true;
  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kRefused), Says("2.5", "PURPOSE_INCOMPATIBLE")));

  question.decisions.push_back(Decided(DecisionKind::kOtherPurposeByLaw, "", "georgia"));
  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kPermitted), Says("2.5", "OTHER_PURPOSE_BY_LAW")));
}

TEST_F(RowsTest, R2_6FactsOfTheOffenceNeedADecision) {
  Question question = Plain("georgia");
  question.annex_ii = AnnexCoverage::kFactsOfTheOffence;
  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kDecisionRequired),
                                  Says("2.6", "OTHER_DATA_DECISION_OUTSTANDING")));

  question.decisions.push_back(Decided(DecisionKind::kOtherData, "", "georgia"));
  EXPECT_THAT(On(question), Comes(Outcome::kPermitted));

  question.annex_ii = AnnexCoverage::kUnspecified;
  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kUndetermined), Says("2.6", "ANNEX_II_NOT_SAID")));
  question.subjects.clear();
  EXPECT_THAT(On(question), Says("2.6", "SUBJECTS_NOT_SAID"));
}

TEST_F(RowsTest, R2_7SpecialCategoriesNeedStrictNecessity) {
  Question question = Plain("georgia");
  question.special_categories = true;
  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kPermittedSubjectTo),
                                  Says("2.7", "STRICT_NECESSITY_OUTSTANDING")));
  question.subjects = {SubjectKind::kVictim};
  EXPECT_THAT(FindRow(On(question), "2.7")->remedy, ::testing::HasSubstr("national members"));

  question.decisions.push_back(Decided(DecisionKind::kSpecialCategories, "", "georgia"));
  EXPECT_THAT(On(question), Comes(Outcome::kPermitted));
  EXPECT_THAT(On(question), HasDuty("data protection officer"));
}

TEST_F(RowsTest, R3_1AnAuthorityMustBeNamedAndCompetentAndConfirmed) {
  Question question = Plain("georgia");
  question.counterpart = "partners/georgia";
  EXPECT_THAT(On(question),
              AllOf(Comes(Outcome::kPermittedSubjectTo), Says("3.1", "AUTHORITY_NOT_NAMED")));
  question.mode = Mode::kExplore;
  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kPermitted), Says("3.1", "AUTHORITY_ASSUMED")));

  FactsBuilder builder(RealFacts());
  Authority authority{.name = "partners/georgia/authorities/prosecution",
                      .last_verified = Date("2026-10-01"),
                      .certainty = Certainty::kFound,
                      .openers = {{.key_until = Noon("2027-06-01")}}};
  builder.Put(authority);
  EXPECT_THAT(On(builder.Build({}), Plain("georgia")),
              AllOf(Comes(Outcome::kRefused), Says("3.1", "NOT_COMPETENT")));
  authority.competent_in_criminal_matters = true;
  authority.certainty = Certainty::kUnconfirmed;
  builder.Put(authority);
  EXPECT_THAT(On(builder.Build({}), Plain("georgia")),
              AllOf(Comes(Outcome::kUndetermined), Says("3.1", "COMPETENCE_UNCONFIRMED")));
}

TEST_F(RowsTest, R3_1AnAuthorityOfAUnionBodyAndOneOnwardIsConfirmedAsWell) {
  const auto with = [](const std::string& name, Certainty certainty) {
    FactsBuilder builder(RealFacts());
    builder.Put(
        Authority{.name = name, .last_verified = Date("2026-10-01"), .certainty = certainty});
    return builder.Build({});
  };
  Question onward = Plain("georgia");
  onward.direction = Direction::kOnward;
  onward.onward_by = "partners/switzerland";
  onward.counterpart = "partners/georgia/authorities/new";
  Question eppo = Plain("eppo");
  eppo.counterpart = "partners/eppo/authorities/new";
  for (Question* const question : {&eppo, &onward}) {
    for (const Certainty unsure :
         {Certainty::kUnconfirmed, Certainty::kUnspecified, Certainty::kUnknown}) {
      EXPECT_THAT(On(with(question->counterpart, unsure), *question),
                  AllOf(Comes(Outcome::kUndetermined), Says("3.1", "COMPETENCE_UNCONFIRMED")));
    }
    EXPECT_EQ(FindRow(On(with(question->counterpart, Certainty::kFound), *question), "3.1"),
              nullptr);
  }
}

TEST_F(RowsTest, R3_1AnOrganisationsCompetenceIsConfirmedBeforeItReceives) {
  Partner interpol = *RealFacts().Find("partners/interpol")->partner;
  const auto with = [&](Certainty certainty, bool competent = true) {
    interpol.competence_certainty = certainty;
    interpol.competent_in_criminal_matters = competent;
    FactsBuilder builder(RealFacts());
    builder.Put(interpol);
    return builder.Build({});
  };
  Question question = Plain("interpol");
  EXPECT_THAT(On(with(Certainty::kFound), question), Not(Says("3.1", "COMPETENCE_UNCONFIRMED")));
  for (const Certainty unsure :
       {Certainty::kUnconfirmed, Certainty::kUnspecified, Certainty::kUnknown}) {
    const Verdict verdict = On(with(unsure), question);
    EXPECT_THAT(verdict,
                AllOf(Comes(Outcome::kUndetermined), Says("3.1", "COMPETENCE_UNCONFIRMED")));
    EXPECT_THAT(verdict.unconfirmed_fields,
                Contains("partners/interpol.competent_in_criminal_matters"));
    EXPECT_THAT(On(with(unsure, false), question), Says("3.1", "NOT_COMPETENT"))
        << "that it is not competent counts however sure it is";
  }
  question.mode = Mode::kExplore;
  const Verdict explored = On(with(Certainty::kUnconfirmed), question);
  EXPECT_THAT(explored, Not(Says("3.1", "COMPETENCE_UNCONFIRMED")));
  EXPECT_THAT(explored.unconfirmed_fields,
              Contains("partners/interpol.competent_in_criminal_matters"));
}

TEST_F(RowsTest, R3_2AnInstrumentCoversTheAuthoritiesItListsInItsTerritory) {
  FactsBuilder builder(RealFacts());
  builder.Put(Authority{.name = "partners/united-kingdom/authorities/gibraltar",
                        .competent_in_criminal_matters = true,
                        .territory = "Gibraltar",
                        .last_verified = Date("2026-10-01"),
                        .certainty = Certainty::kFound,
                        .openers = {{.key_until = Noon("2027-06-01")}}});
  Question question = Plain("united-kingdom");
  question.counterpart = "partners/united-kingdom/authorities/gibraltar";
  const Verdict verdict = On(builder.Build({}), question);
  EXPECT_THAT(verdict,
              AllOf(Comes(Outcome::kDecisionRequired), Says("3.2", "AUTHORITY_NOT_COVERED")));

  Authority listed{.name = "partners/georgia/authorities/prosecution",
                   .competent_in_criminal_matters = true,
                   .listed_in = {"partners/georgia/instruments/another"},
                   .last_verified = Date("2026-10-01"),
                   .certainty = Certainty::kFound,
                   .openers = {{.key_until = Noon("2027-06-01")}}};
  builder.Put(listed);
  EXPECT_THAT(On(builder.Build({}), Plain("georgia")), Comes(Outcome::kDecisionRequired));
  listed.listed_in.push_back("partners/georgia/instruments/cooperation-agreement");
  builder.Put(listed);
  EXPECT_THAT(On(builder.Build({}), Plain("georgia")), Comes(Outcome::kPermitted));
}

TEST_F(RowsTest, R3_3AnAuthorityIsReadyToReceive) {
  FactsBuilder builder(RealFacts());
  builder.SetOpeners("partners/georgia/authorities/prosecution", {});
  EXPECT_THAT(On(builder.Build({}), Plain("georgia")),
              AllOf(Comes(Outcome::kPermittedSubjectTo), Says("3.3", "SEALING_KEY_MISSING")));

  Question next_year = Plain("georgia");
  next_year.instant = Noon("2028-01-01");
  builder.SetOpeners("partners/georgia/authorities/prosecution",
                     {{.key_until = absl::InfiniteFuture()}});
  EXPECT_THAT(On(builder.Build({}), next_year), Says("3.3", "VERIFICATION_STALE"));
}

TEST_F(RowsTest, R3_3AProsecutorNeedsNoOpenerOfHisAuthorityButItsVerification) {
  FactsBuilder builder(RealFacts());
  builder.SetOpeners("partners/georgia/authorities/prosecution", {});
  Question question = Plain("georgia");
  question.to_prosecutor = true;
  EXPECT_THAT(On(builder.Build({}), question), Comes(Outcome::kPermitted));

  question.instant = Noon("2028-01-01");
  EXPECT_THAT(On(builder.Build({}), question),
              AllOf(Comes(Outcome::kPermittedSubjectTo), Says("3.3", "VERIFICATION_STALE")));
}

TEST_F(RowsTest, R3_3AnOpenerOpensOnTheDaysOnWhichItCounts) {
  FactsBuilder builder(RealFacts());
  const std::string authority = "partners/georgia/authorities/prosecution";
  const auto opens_on = [&](absl::string_view day) {
    return SomebodyOpens(builder.Build({}), authority, Noon(day));
  };
  const absl::Time far = Noon("2030-01-01");
  builder.SetOpeners(authority,
                     {{.key_until = far, .validity = {.to = absl::CivilDay(2026, 11, 30)}},
                      {.key_until = far, .validity = {.from = absl::CivilDay(2026, 12, 3)}}});
  EXPECT_TRUE(opens_on("2026-11-30"));
  EXPECT_FALSE(opens_on("2026-12-01")) << "one is over";
  EXPECT_FALSE(opens_on("2026-12-02")) << "and the other has not begun";
  EXPECT_TRUE(opens_on("2026-12-03"));

  const std::string agreement = "partners/georgia/instruments/cooperation-agreement";
  builder.SetOpeners(authority, {{.key_until = far,
                                  .key_since = absl::CivilDay(2026, 12, 1),
                                  .secondments = {{.kind = SecondmentKind::kLiaisonProsecutor,
                                                   .instrument = agreement,
                                                   .from = Date("2026-12-01")}}}});
  EXPECT_FALSE(opens_on("2026-12-01")) << "whether the agreement allows secondment is not known";
  const auto& known = RealFacts().Find("partners/georgia")->instruments;
  Instrument allows = *std::find_if(known.begin(), known.end(),
                                    [&](const Instrument& each) { return each.name == agreement; });
  allows.allows_secondment = true;
  allows.SetCertainty(Field::kAllowsSecondment, Certainty::kFound);
  builder.Put(allows);
  EXPECT_FALSE(opens_on("2026-11-30")) << "the secondment begins later";
  EXPECT_TRUE(opens_on("2026-12-01"));
  allows.ended = Date("2026-12-01");
  allows.SetCertainty(Field::kEnded, Certainty::kFound);
  builder.Put(allows);
  EXPECT_FALSE(opens_on("2026-12-02")) << "the secondment ends with its instrument";
}

TEST_F(RowsTest, R3_3AKeyThatMayBeAnEarlierHoldersIsNone) {
  FactsBuilder builder(RealFacts());
  Instrument allows = RealFacts().Find("partners/georgia")->instruments[0];
  allows.allows_secondment = true;
  allows.SetCertainty(Field::kAllowsSecondment, Certainty::kFound);
  builder.Put(allows);
  Secondment one{.kind = SecondmentKind::kLiaisonProsecutor,
                 .instrument = allows.name,
                 .from = Date("2026-01-01")};
  std::vector<Secondment> bound = {one};
  const auto opens = [&](absl::CivilDay published, absl::string_view day) {
    const std::string authority = "partners/georgia/authorities/prosecution";
    builder.SetOpeners(
        authority,
        {{.key_until = Noon("2030-01-01"), .key_since = published, .secondments = bound}});
    return SomebodyOpens(builder.Build({}), authority, Noon(day));
  };
  EXPECT_FALSE(opens(absl::CivilDay(2025, 12, 31), "2026-07-01")) << "before it began";
  EXPECT_TRUE(opens(absl::CivilDay(2026, 1, 1), "2026-07-01"));

  bound[0].to = Date("2026-06-30");
  bound[0].ended = true;
  bound.push_back(one);
  bound[1].from = Date("2026-06-30");
  EXPECT_FALSE(opens(absl::CivilDay(2026, 6, 30), "2026-07-01")) << "the earlier one's last day";
  EXPECT_TRUE(opens(absl::CivilDay(2026, 7, 1), "2026-07-01"));
  EXPECT_TRUE(opens(absl::CivilDay(2026, 1, 1), "2026-06-29")) << "of a day before the change";
}

TEST_F(RowsTest, R3_4SuspendedExchangesStopEverythingOperational) {
  FactsBuilder builder(RealFacts());
  Partner georgia = *RealFacts().Find("partners/georgia")->partner;
  georgia.exchanges_suspended = true;
  builder.Put(georgia);
  const Facts facts = builder.Build({});
  EXPECT_THAT(On(facts, Plain("georgia")),
              AllOf(Comes(Outcome::kRefused), Says("3.4", "EXCHANGES_SUSPENDED")));

  Question question = Plain("georgia");
  question.data_kind = DataKind::kNonPersonal;
  EXPECT_THAT(On(facts, question), Comes(Outcome::kPermitted));
}

TEST_F(RowsTest, R4_1GeneralAndConditionalAuthorisationsClearAndTravel) {
  Question question = Ask("georgia", {MemberState("france")});
  Decision general = Authorised("france", "georgia");
  general.counterparts.clear();
  general.case_reference.clear();
  general.conditions = {"not as evidence in third proceedings"};
  FactsBuilder builder(RealFacts());
  builder.Put(general);

  const Verdict verdict = On(builder.Build({}), question);
  EXPECT_THAT(verdict, Comes(Outcome::kPermitted));
  EXPECT_THAT(verdict.conditions,
              ::testing::Contains("France: not as evidence in third proceedings"));

  general.withdrawn = Noon("2026-11-22");
  builder.Put(general);
  EXPECT_THAT(On(builder.Build({}), question),
              AllOf(Comes(Outcome::kPermittedSubjectTo), Says("4.2", "AUTHORISATION_WITHDRAWN")));
}

TEST_F(RowsTest, R4_1AnAuthorisationForAnotherCaseOrCounterpartClearsNothing) {
  Question question = Ask("georgia", {MemberState("france")});
  question.decisions = {Authorised("france", "moldova")};
  EXPECT_THAT(On(question), Comes(Outcome::kPermittedSubjectTo));

  question.decisions = {Authorised("france", "georgia")};
  question.decisions[0].case_reference = "2026/18";
  EXPECT_THAT(On(question), Comes(Outcome::kPermittedSubjectTo));
}

TEST_F(RowsTest, R4_2AnOriginThatIsNotWhatItSaysIsUndetermined) {
  EXPECT_THAT(On(Ask("georgia", {MemberState("switzerland")})),
              AllOf(Comes(Outcome::kUndetermined), Says("4.2", "ORIGIN_UNKNOWN")));
  EXPECT_THAT(On(Ask("georgia", {})), Says("4.2", "ORIGINS_NOT_SAID"));
}

TEST_F(RowsTest, R4_3UrgencyIsForTransfersOnly) {
  Question question = Ask("eppo", {MemberState("france")});
  question.decisions = {Decided(DecisionKind::kUrgentWithoutAuthorisation, "", "eppo")};
  EXPECT_THAT(On(question), Comes(Outcome::kPermittedSubjectTo));

  question = Ask("georgia", {MemberState("france")});
  question.decisions = {Decided(DecisionKind::kUrgentWithoutAuthorisation, "", "georgia")};
  EXPECT_THAT(On(question), Says("4.3", "URGENT_WITHOUT_AUTHORISATION"));
  question.decisions[0].grounds.clear();
  EXPECT_THAT(On(question), Comes(Outcome::kPermittedSubjectTo));
}

TEST_F(RowsTest, R4_4AnOriginatorMayHaveItsOwnDataBack) {
  EXPECT_THAT(On(Ask("georgia", {ThirdCountry("georgia")})),
              AllOf(Comes(Outcome::kPermitted), Says("4.4", "RETURNED_TO_ORIGIN")));
}

TEST_F(RowsTest, R4_5AGeorgianRestrictionRefusesMoldova) {
  Question question = Ask("moldova", {ThirdCountry("georgia")});
  question.decisions = {Decided(DecisionKind::kOriginatorPermission, "georgia", "moldova")};
  EXPECT_THAT(On(question), Comes(Outcome::kPermitted));

  question.origins[0].restrictions = {
      {.use = UseRestriction::kNotToPartners, .partners = {"partners/moldova"}}};
  EXPECT_THAT(On(question), Comes(Outcome::kRefused));
}

TEST_F(RowsTest, R4bOnwardTransfersNeedEveryConsent) {
  Question question = Ask("moldova", {MemberState("france"), ThirdCountry("switzerland")});
  question.direction = Direction::kOnward;
  question.onward_by = "partners/georgia";

  const Verdict nothing = On(question);
  EXPECT_THAT(nothing, Comes(Outcome::kDecisionRequired));
  EXPECT_THAT(nothing, AllOf(Says("4b.1", "ONWARD_CONSENT_OF_STATE_OUTSTANDING"),
                             Says("4b.2", "ONWARD_PERMISSION_OUTSTANDING"),
                             Says("4b.3", "ONWARD_CONSENT_OF_AGENCY_OUTSTANDING"),
                             Says("4b.4", "ONWARD_PURPOSE_SPECIFIC")));

  question.decisions = {Authorised("france", "moldova"),
                        Decided(DecisionKind::kOriginatorPermission, "switzerland", "moldova"),
                        Decided(DecisionKind::kOnwardConsent, "", "moldova")};
  EXPECT_THAT(On(question), Comes(Outcome::kPermitted));

  question.purpose.incompatible_with_collection = true;
  EXPECT_THAT(On(question), Comes(Outcome::kRefused));

  question.onward_by.clear();
  EXPECT_THAT(On(question), Says("1.1", "ONWARD_SENDER_UNKNOWN"));
}

TEST_F(RowsTest, R1_5WhatAPartnerGivesAnotherOfItsOwnIsNoTransferOfTheAgency) {
  Question question = Ask("serbia", {ThirdCountry("albania")});
  question.direction = Direction::kOnward;
  question.onward_by = "partners/albania";
  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kOutOfScope), Says("1.5", "BETWEEN_PARTNERS")));

  for (const Origin& through :
       {MemberState("france"), ThirdCountry("switzerland"), Origin{.kind = OriginKind::kEurojust},
        Origin{.kind = OriginKind::kPublicSource}}) {
    question.origins = {ThirdCountry("albania"), through};
    EXPECT_THAT(On(question), Says("1.5", "ONWARD_TRANSFER")) << through.partner;
  }
  question.origins = {MemberState("albania")};
  EXPECT_THAT(On(question), AllOf(Says("1.5", "ONWARD_TRANSFER"), Says("4b.1", "ORIGIN_UNKNOWN")))
      << "it is no Member State";
  question.origins.clear();
  EXPECT_THAT(On(question), Says("1.5", "ONWARD_TRANSFER")) << "nothing is said of them";
}

TEST_F(RowsTest, R5_0To5_3AreCitedInTheirOrder) {
  const Facts facts =
      With({InEffect("united-kingdom", InstrumentKind::kCooperationAgreementPre2019, "Old one")});
  Question question = Plain("united-kingdom");
  question.counterpart = "partners/united-kingdom";
  question.mode = Mode::kExplore;
  question.instant = Noon("2021-06-28");

  EXPECT_THAT(On(facts, question).bases,
              ::testing::ElementsAre(Basis::kDeemedNotATransfer, Basis::kAdequacy,
                                     Basis::kInternationalAgreement, Basis::kCooperationAgreement));
}

TEST_F(RowsTest, R5_7AnUnconfirmedDayOfApplicationIsNotReplacedByTheEntryIntoForce) {
  Instrument adequacy = InEffect("brazil", InstrumentKind::kAdequacyDecisionLed, "Decision");
  adequacy.in_force = Date("2026-01-01");
  adequacy.applied_from = Date("2026-07-01");
  adequacy.SetCertainty(Field::kAppliedFrom, Certainty::kUnconfirmed);
  Question question = Plain("brazil");
  question.instant = Noon("2026-03-01");

  const Verdict verdict = On(With({adequacy}), question);

  EXPECT_THAT(verdict, AllOf(Comes(Outcome::kUndetermined), Says("5.7", "DECISIVE_FIELD_UNKNOWN")));
  EXPECT_THAT(verdict.unconfirmed_fields,
              ::testing::ElementsAre("partners/brazil/instruments/added.applied_from"));
}

TEST_F(RowsTest, R5_4And5_5SafeguardsServeWhereThereIsNoAdequacy) {
  const Facts facts = With({InEffect("brazil", InstrumentKind::kBindingInstrument, "Instrument")});
  Question question = Plain("brazil");
  question.decisions.push_back(Decided(DecisionKind::kSafeguardsAssessment, "", "brazil"));
  const Verdict verdict = On(facts, question);
  EXPECT_THAT(verdict.bases,
              ::testing::ElementsAre(Basis::kBindingInstrument, Basis::kAssessedSafeguards));
  EXPECT_THAT(verdict, HasDuty("EDPS"));

  question.decisions.back().counterparts.clear();
  EXPECT_THAT(On(question), Comes(Outcome::kDecisionRequired))
      << "an assessment of nobody's safeguards is none";
}

TEST_F(RowsTest, R5_6ADerogationIsForOneTransferInOneCase) {
  Question question = Plain("brazil");
  question.decisions.push_back(Decided(DecisionKind::kDerogationIndividualCase, "", "brazil"));
  EXPECT_THAT(On(question), ComesBy(Outcome::kPermitted, Basis::kDerogation));

  question.decisions.back().case_reference.clear();
  EXPECT_THAT(On(question), Comes(Outcome::kDecisionRequired));
}

TEST_F(RowsTest, R5_9ManyTransfersHaveOneRouteAndNoDerogation) {
  Question question = Plain("brazil");
  question.volume = Volume::kBulk;
  question.decisions.push_back(Decided(DecisionKind::kDerogationIndividualCase, "", "brazil"));

  const Verdict verdict = On(question);
  EXPECT_THAT(verdict, AllOf(Comes(Outcome::kDecisionRequired), Says("5.9", "NO_BASIS_FOR_BULK")));
  ASSERT_EQ(verdict.routes.size(), 1U);
  EXPECT_EQ(verdict.routes[0].decisions.front(), DecisionKind::kSafeguardsAssessment);
}

TEST_F(RowsTest, ZEveryRowOfTheTableWasProduced) {
  if (Seen().size() < 10) GTEST_SKIP() << "runs after the other tests of this file";
  On(Plain("georgia"));
  On(Ask("georgia", {PublicSource()}));
  On(Ask("armenia", {PublicSource()}));
  for (const char* row :
       {"1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7",  "1.8",  "1.9",  "1.10", "1.11",
        "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7",  "3.1",  "3.2",  "3.3",  "3.4",
        "4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "4b.1", "4b.2", "4b.3", "4b.4", "5.0",
        "5.1", "5.2", "5.3", "5.4", "5.5", "5.6", "5.7",  "5.8",  "5.9",  "5.10"}) {
    EXPECT_TRUE(Seen().contains(row)) << row;
  }
}

}  // namespace
}  // namespace comity::legal
