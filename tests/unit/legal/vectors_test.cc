// The cases agreed with those who know the law, on the public facts.
#include "absl/strings/match.h"
#include "common/legal/evaluate.h"
#include "common/legal/explain.h"
#include "tests/unit/legal/real_facts.h"
#include "tests/unit/legal/verdict_matchers.h"

namespace comity::legal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Not;

Question With(Question question, Decision decision) {
  question.decisions.push_back(std::move(decision));
  return question;
}

Verdict On(const Question& question) { return Evaluate(RealFacts(), question); }

TEST(VectorsTest, GeorgiaWithFrenchDataAuthorisedIsPermittedByTheCooperationAgreement) {
  const Verdict verdict =
      On(With(Ask("georgia", {MemberState("france")}), Authorised("france", "georgia")));

  EXPECT_THAT(verdict, ComesBy(Outcome::kPermitted, Basis::kCooperationAgreement));
  EXPECT_THAT(verdict, AllOf(Says("4.1", "AUTHORISED"), Says("5.3", "BASIS_B")));
  EXPECT_EQ(FindRow(verdict, "5.3")->article, "EJR 56(2)(b), 80(5)");
  EXPECT_EQ(verdict.registry_revision.number, 7);
  EXPECT_FALSE(verdict.conditions.empty());
  EXPECT_THAT(verdict, HasDuty("EUDPR 94(4)"));
}

TEST(VectorsTest, GeorgiaWithFrenchDataNotAuthorisedIsSubjectToTheAuthorisation) {
  const Verdict verdict = On(Ask("georgia", {MemberState("france")}));

  EXPECT_THAT(verdict, ComesBy(Outcome::kPermittedSubjectTo, Basis::kCooperationAgreement));
  EXPECT_THAT(verdict, Says("4.2", "AUTHORISATION_OUTSTANDING"));
}

TEST(VectorsTest, GeorgiaWithFrenchAndItalianDataNeedsTheItalianAuthorisationToo) {
  const Verdict verdict = On(With(Ask("georgia", {MemberState("france"), MemberState("italy")}),
                                  Authorised("france", "georgia")));

  EXPECT_THAT(verdict, Comes(Outcome::kPermittedSubjectTo));
  EXPECT_THAT(FindRow(verdict, "4.2")->facts, ElementsAre("partners/italy"));
}

TEST(VectorsTest, GeorgiaWithSwissDataNeedsTheSwissPermission) {
  const Verdict verdict =
      On(With(Ask("georgia", {MemberState("france"), ThirdCountry("switzerland")}),
              Authorised("france", "georgia")));

  EXPECT_THAT(verdict, Comes(Outcome::kPermittedSubjectTo));
  EXPECT_THAT(verdict, Says("4.4", "ORIGINATOR_PERMISSION_OUTSTANDING"));
}

TEST(VectorsTest, GeorgiaWithPublicDataNeedsNoAuthorisation) {
  const Verdict verdict = On(Ask("georgia", {PublicSource()}));

  EXPECT_THAT(verdict, ComesBy(Outcome::kPermitted, Basis::kCooperationAgreement));
  EXPECT_THAT(verdict, Says("4.6", "ORIGIN_FREE"));
}

TEST(VectorsTest, GeorgiaInUrgencyNeedsNoAuthorisationButFranceIsInformed) {
  const Verdict verdict =
      On(With(Ask("georgia", {MemberState("france")}),
              Decided(DecisionKind::kUrgentWithoutAuthorisation, "", "georgia")));

  EXPECT_THAT(verdict, ComesBy(Outcome::kPermitted, Basis::kCooperationAgreement));
  EXPECT_THAT(verdict, HasDuty("Inform the competent authority of France"));
}

TEST(VectorsTest, GeorgiaWithTheDnaOfAWitnessIsRefused) {
  Question question =
      With(Ask("georgia", {MemberState("france")}), Authorised("france", "georgia"));
  question.subjects = {SubjectKind::kWitness};
  question.annex_ii = AnnexCoverage::kOutside;

  EXPECT_THAT(On(question), AllOf(Comes(Outcome::kRefused), Says("2.6", "DATA_OUTSIDE_ANNEX_II")));
}

TEST(VectorsTest, GeorgiaUnderNationalLawIsOutOfScope) {
  Question question = Ask("georgia", {MemberState("france")});
  question.capacity = Capacity::kNational;

  EXPECT_THAT(On(question), Comes(Outcome::kOutOfScope));
}

TEST(VectorsTest, GeorgiaBetweenSignatureAndFirstSourceIsUndetermined) {
  const Verdict verdict = On(With(AskOn("2019-06-01", "georgia", {MemberState("france")}),
                                  Authorised("france", "georgia")));

  EXPECT_THAT(verdict, Comes(Outcome::kUndetermined));
  EXPECT_THAT(FindRow(verdict, "5.7")->sentence,
              ::testing::HasSubstr("partners/georgia/instruments/cooperation-agreement.in_force"));
}

TEST(VectorsTest, AlbaniaChangesOnTheDayOfEntryIntoForce) {
  const auto on = [](absl::string_view day) {
    return On(
        With(AskOn(day, "albania", {MemberState("france")}), Authorised("france", "albania")));
  };

  EXPECT_THAT(on("2019-10-31"), Comes(Outcome::kDecisionRequired));
  EXPECT_THAT(on("2019-11-01"), ComesBy(Outcome::kPermitted, Basis::kCooperationAgreement));
}

TEST(VectorsTest, CroatiaChangesItsClassByAccession) {
  const auto on = [](absl::string_view day) {
    return On(
        With(AskOn(day, "croatia", {MemberState("france")}), Authorised("france", "croatia")));
  };

  const Verdict before = on("2013-06-30");
  EXPECT_THAT(before, ComesBy(Outcome::kPermitted, Basis::kCooperationAgreement));
  EXPECT_THAT(before.unconfirmed_fields,
              ::testing::Contains("partners/croatia/instruments/cooperation-agreement.in_force"));
  const Verdict after = on("2013-07-01");
  EXPECT_THAT(after, ComesBy(Outcome::kPermitted, Basis::kMemberState));
  EXPECT_EQ(FindRow(after, "1.8")->article, "EJR 21, 22, 24");
}

TEST(VectorsTest, UnitedKingdomInFebruary2021IsDeemedNotATransferThenProvisionallyApplied) {
  const Verdict verdict = On(With(AskOn("2021-02-15", "united-kingdom", {MemberState("france")}),
                                  Authorised("france", "united-kingdom")));

  EXPECT_THAT(verdict, Comes(Outcome::kPermitted));
  EXPECT_THAT(verdict.bases,
              ElementsAre(Basis::kDeemedNotATransfer, Basis::kInternationalAgreement));
}

TEST(VectorsTest, UnitedKingdomAtTheEndOf2025DependsOnWhatWasPublic) {
  Question question = With(AskOn("2025-12-28", "united-kingdom", {MemberState("france")}),
                           Authorised("france", "united-kingdom"));
  EXPECT_THAT(On(question).bases, ElementsAre(Basis::kAdequacy, Basis::kInternationalAgreement));

  question.public_on = Day("2025-12-01");
  EXPECT_THAT(On(question), ComesBy(Outcome::kPermitted, Basis::kInternationalAgreement));
  EXPECT_THAT(On(question).bases, ElementsAre(Basis::kInternationalAgreement));
}

TEST(VectorsTest, ArmeniaOnTheDayOfSignatureNeedsADecisionAndIsUndeterminedToday) {
  EXPECT_THAT(On(With(AskOn("2024-04-05", "armenia", {MemberState("france")}),
                      Authorised("france", "armenia"))),
              Comes(Outcome::kDecisionRequired));
  const Verdict today =
      On(With(Ask("armenia", {MemberState("france")}), Authorised("france", "armenia")));
  EXPECT_THAT(today, Comes(Outcome::kUndetermined));
  EXPECT_THAT(FindRow(today, "5.7")->sentence, ::testing::HasSubstr("applied_from"));
}

TEST(VectorsTest, LebanonNeedsADecisionIn2024AndIsUndeterminedToday) {
  EXPECT_THAT(On(With(AskOn("2024-12-31", "lebanon", {MemberState("france")}),
                      Authorised("france", "lebanon"))),
              Comes(Outcome::kDecisionRequired));
  EXPECT_THAT(On(With(Ask("lebanon", {MemberState("france")}), Authorised("france", "lebanon"))),
              Comes(Outcome::kUndetermined));
}

TEST(VectorsTest, PanamaHasThreeRoutesAndItsWorkingArrangementIsNone) {
  const Verdict verdict =
      On(With(Ask("panama", {MemberState("france")}), Authorised("france", "panama")));

  EXPECT_THAT(verdict, Comes(Outcome::kDecisionRequired));
  EXPECT_EQ(verdict.routes.size(), 3U);
  for (const Route& route : verdict.routes) EXPECT_FALSE(route.decided_by.empty());
  ASSERT_THAT(verdict, Says("5.10", "NEVER_A_BASIS"));
  EXPECT_THAT(FindRow(verdict, "5.10")->facts,
              ElementsAre("partners/panama/instruments/working-arrangement"));
}

TEST(VectorsTest, PanamaWithADerogationForVitalInterestsIsPermittedAndDocumented) {
  const Verdict verdict =
      On(With(With(Ask("panama", {MemberState("france")}), Authorised("france", "panama")),
              Decided(DecisionKind::kDerogationVitalInterests, "", "panama")));

  EXPECT_THAT(verdict, ComesBy(Outcome::kPermitted, Basis::kDerogation));
  EXPECT_EQ(FindRow(verdict, "5.6")->article, "EJR 59(1)(a)");
  EXPECT_THAT(verdict, HasDuty("Document the derogation"));
}

TEST(VectorsTest, PanamaUrgencyReplacesNoBasisAndADerogationNoAuthorisation) {
  EXPECT_THAT(On(With(Ask("panama", {MemberState("france")}),
                      Decided(DecisionKind::kUrgentWithoutAuthorisation, "", "panama"))),
              Comes(Outcome::kDecisionRequired));
  EXPECT_THAT(On(With(Ask("panama", {MemberState("france")}),
                      Decided(DecisionKind::kDerogationVitalInterests, "", "panama"))),
              ComesBy(Outcome::kPermittedSubjectTo, Basis::kDerogation));
}

TEST(VectorsTest, PanamaMaySendIntoQuarantine) {
  Question question = Ask("panama", {ThirdCountry("panama")});
  question.direction = Direction::kReceive;

  const Verdict verdict = On(question);
  EXPECT_THAT(verdict, AllOf(Comes(Outcome::kPermitted), MayBeUsed(),
                             Says("1.7", "RECEIVED_INTO_QUARANTINE")));
  EXPECT_EQ(verdict.basis(), Basis::kNone);
}

TEST(VectorsTest, TheEppoReceivesUnderArticle55) {
  const Verdict authorised =
      On(With(Ask("eppo", {MemberState("austria")}), Authorised("austria", "eppo")));
  EXPECT_THAT(authorised, ComesBy(Outcome::kPermitted, Basis::kUnionBody));
  EXPECT_TRUE(absl::StartsWith(FindRow(authorised, "1.10")->article, "EJR 55"));

  EXPECT_THAT(On(Ask("eppo", {MemberState("austria")})), Comes(Outcome::kPermittedSubjectTo));
}

TEST(VectorsTest, InterpolNeedsADecision) {
  EXPECT_THAT(On(With(Ask("interpol", {MemberState("spain")}), Authorised("spain", "interpol"))),
              AllOf(Comes(Outcome::kDecisionRequired), Says("5.10", "NEVER_A_BASIS")));
}

TEST(VectorsTest, UnodcIsRefusedForWantOfCompetence) {
  EXPECT_THAT(On(With(Ask("unodc", {MemberState("spain")}), Authorised("spain", "unodc"))),
              AllOf(Comes(Outcome::kRefused), Says("3.1", "NOT_COMPETENT")));
}

TEST(VectorsTest, AProjectReceivesOnlyWhatIsNotPersonal) {
  Question question = Ask("wbcj", {MemberState("spain")});
  EXPECT_THAT(On(question),
              AllOf(Comes(Outcome::kRefused), Says("1.4", "COUNTERPART_HAS_NO_CAPACITY")));

  question.data_kind = DataKind::kNonPersonal;
  EXPECT_THAT(On(question), Comes(Outcome::kPermitted));
}

TEST(VectorsTest, KosovoNeedsADecisionAndItsFootnoteGoesWithIt) {
  const Verdict verdict =
      On(With(Ask("kosovo", {MemberState("germany")}), Authorised("germany", "kosovo")));

  EXPECT_THAT(verdict, Comes(Outcome::kDecisionRequired));
  EXPECT_THAT(verdict.counterpart_footnote, ::testing::HasSubstr("UNSCR 1244/1999"));
  EXPECT_THAT(Explain(verdict), ::testing::EndsWith("declaration of independence."))
      << "for who is told in words";
  EXPECT_THAT(Explain(verdict, *FindRow(verdict, "5.8")),
              ::testing::EndsWith("declaration of independence."));
}

TEST(VectorsTest, TheFootnoteGoesWithTheNameInEveryDirectionAndForAllData) {
  for (const Direction direction : {Direction::kSend, Direction::kReceive, Direction::kOnward}) {
    for (const DataKind kind :
         {DataKind::kNonPersonal, DataKind::kAdministrative, DataKind::kOperational}) {
      Question question = Ask("kosovo", {ThirdCountry("kosovo")});
      question.direction = direction;
      question.onward_by = "partners/georgia";
      question.data_kind = kind;
      EXPECT_THAT(On(question).counterpart_footnote, ::testing::HasSubstr("UNSCR 1244/1999"))
          << static_cast<int>(kind) << " " << static_cast<int>(direction);
    }
  }
}

TEST(VectorsTest, TheFootnoteOfAnOriginGoesWithItsName) {
  const Verdict outstanding =
      On(With(Ask("georgia", {ThirdCountry("kosovo")}), Authorised("france", "georgia")));
  const Reason* const row = FindRow(outstanding, "4.4");
  ASSERT_NE(row, nullptr);
  EXPECT_THAT(row->sentence, ::testing::HasSubstr("Kosovo* (* This designation"));
  EXPECT_THAT(row->remedy, ::testing::HasSubstr("Kosovo* (* This designation"))
      << "it is shown alone, too";

  Decision permission = Decided(DecisionKind::kOriginatorPermission, "kosovo", "georgia");
  permission.conditions = {"not as evidence"};
  EXPECT_THAT(On(With(Ask("georgia", {ThirdCountry("kosovo")}), permission)).conditions,
              ::testing::Contains(::testing::AllOf(::testing::HasSubstr("UNSCR 1244/1999"),
                                                   ::testing::HasSubstr("not as evidence"))));
}

TEST(VectorsTest, UkraineRestsOnTheAgreementAndNotOnTheJointInvestigationTeam) {
  Question question =
      With(Ask("ukraine", {MemberState("france")}), Authorised("france", "ukraine"));
  question.proposed_frame = "joint investigation team";

  const Verdict verdict = On(question);
  EXPECT_THAT(verdict, ComesBy(Outcome::kPermitted, Basis::kCooperationAgreement));
  ASSERT_THAT(verdict, Says("5.10", "NEVER_A_BASIS"));
  EXPECT_THAT(FindRow(verdict, "5.10")->sentence, ::testing::HasSubstr("joint investigation team"));
}

TEST(VectorsTest, BeforeTheImportNothingIsKnown) {
  FactsBuilder empty;
  const Facts facts = empty.Build({.store_id = "00000000000000000000000000000001", .number = 0});
  Question question = Ask("georgia", {MemberState("france")});
  question.mode = Mode::kExplore;

  EXPECT_THAT(Evaluate(facts, question),
              AllOf(Comes(Outcome::kUndetermined), Says("1.1", "COUNTERPART_UNKNOWN")));
}

TEST(VectorsTest, EveryOutcomeCitesAnArticleOrPolicy) {
  for (const absl::string_view partner :
       {"georgia", "panama", "armenia", "unodc", "eppo", "wbcj", "france", "denmark", "nowhere"}) {
    const Verdict verdict = On(Ask(partner, {MemberState("france")}));
    ASSERT_FALSE(verdict.reasons.empty()) << partner;
    for (const Reason& reason : verdict.reasons) {
      EXPECT_FALSE(reason.article.empty()) << partner << " " << reason.row;
      EXPECT_FALSE(reason.sentence.empty()) << partner << " " << reason.row;
      EXPECT_FALSE(reason.code.empty()) << partner << " " << reason.row;
      EXPECT_NE(reason.outcome, Outcome::kUnspecified) << partner << " " << reason.row;
    }
  }
}

}  // namespace
}  // namespace comity::legal
