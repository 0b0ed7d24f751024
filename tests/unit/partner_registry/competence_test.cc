// Who vouches for the competence of an organisation (confirmations.h).
#include <gmock/gmock.h>

#include "common/status/error.h"
#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/import.h"
#include "services/partner-registry/domain/partner_mutations.h"
#include "services/partner-registry/records/fact_proto.h"
#include "tests/unit/partner_registry/two_persons.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::IsOk;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CompetenceTest : public TwoPersonsTest {
 protected:
  const Partner& Unodc() const { return *registry_.FindPartner("unodc"); }

  Partner Saying(bool competent, Certainty certainty) const {
    Partner partner = Unodc();
    partner.competence = {.criminal_matters = competent, .certainty = certainty};
    return partner;
  }

  absl::StatusOr<Plan> Say(absl::string_view caller, bool competent, Certainty certainty) const {
    return PlanUpdatePartner(registry_, caller, Saying(competent, certainty), "", kNow);
  }

  absl::StatusOr<Plan> ConfirmIt(absl::string_view caller) const {
    return PlanConfirmCompetence(registry_, caller, "unodc", "the statute",
                                 EtagOf(Unodc().recorded), kNow);
  }

  Certainty Sure() const {
    return registry_.facts().Find("partners/unodc")->partner->competence_certainty;
  }
};

TEST_F(CompetenceTest, ASecondPersonMakesItSure) {
  EXPECT_THAT(ConfirmIt(kSecond), kNothing) << "it is not";
  Do(Say(kFirst, true, Certainty::kUnconfirmed));
  EXPECT_EQ(Sure(), Certainty::kUnconfirmed);
  EXPECT_THAT(ConfirmIt(kFirst), kNotYou);
  Do(ConfirmIt(kSecond));
  EXPECT_EQ(Sure(), Certainty::kFound);
  EXPECT_THAT(ConfirmIt(kSecond), kNothing);

  const auto read = FactFromRecord(ToRecord(Fact(Unodc()), registry_.store_id()));
  ASSERT_THAT(read, IsOk());
  const Competence& kept = std::get<Partner>(*read).competence;
  ASSERT_TRUE(kept.confirmation.has_value());
  EXPECT_EQ(kept.confirmation->field, "competent_in_criminal_matters");
  EXPECT_EQ(kept.confirmation->confirmed_by, kSecond);
  EXPECT_THAT(kept.recorded_by, ElementsAre(kFirst));

  Partner renamed = Unodc();
  renamed.aliases.emplace_back("The office");
  Do(PlanUpdatePartner(registry_, kFirst, renamed, "", kNow));
  EXPECT_EQ(Sure(), Certainty::kFound) << "what it says in law is the same";
  Do(Say(kSecond, false, Certainty::kFound));
  Do(Say(kSecond, true, Certainty::kUnconfirmed));
  EXPECT_EQ(Sure(), Certainty::kUnconfirmed) << "another statement was not confirmed";
  EXPECT_THAT(ConfirmIt(kSecond), kNotYou);
  EXPECT_THAT(ConfirmIt(kFirst), IsOk());
}

TEST_F(CompetenceTest, NothingElseMakesItSure) {
  EXPECT_THAT(Say(kFirst, true, Certainty::kFound), kNeeded);
  EXPECT_THAT(Say(kFirst, true, Certainty::kYear), kNeeded);
  Do(Say(kFirst, true, Certainty::kUnconfirmed));
  EXPECT_THAT(Say(kSecond, true, Certainty::kFound), kNeeded) << "a confirmation has evidence";
  EXPECT_THAT(Say(kSecond, true, Certainty::kUnknown), IsOk());

  const auto rows = Rows("partners.csv",
                         "id,kind,display_name,competent_in_criminal_matters,competence_certainty\n"
                         "unodc,INTERNATIONAL_ORGANISATION,UNODC,yes,found\n");
  EXPECT_THAT(PlanImport(registry_, rows, kSecond, kNow), kNeededOfRow);
}

TEST_F(CompetenceTest, ThatItIsNotOrThatItIsLessSureAnybodySays) {
  EXPECT_EQ(registry_.facts().Find("partners/interpol")->partner->competence_certainty,
            Certainty::kFound);
  Partner interpol = *registry_.FindPartner("interpol");
  interpol.competence.certainty = Certainty::kUnconfirmed;
  const auto unsure = PlanUpdatePartner(registry_, kFirst, interpol, "", kNow);
  ASSERT_THAT(unsure, IsOk());
  EXPECT_TRUE(unsure->barrier) << "nothing is released on it any more";
  interpol.competence = {.criminal_matters = false, .certainty = Certainty::kFound};
  EXPECT_THAT(PlanUpdatePartner(registry_, kFirst, interpol, "", kNow), IsOk());
}

TEST_F(CompetenceTest, AStatementOfNobodyIsRecordedAnewFirst) {
  registry_ = After(registry_, {Saying(true, Certainty::kUnspecified)});
  EXPECT_THAT(
      ConfirmIt(kSecond),
      AllOf(kNotYou, ::testing::ResultOf([](const auto& plan) { return plan.status().message(); },
                                         HasSubstr("record it anew"))));
  Do(Say(kFirst, true, Certainty::kUnconfirmed));
  EXPECT_THAT(ConfirmIt(kSecond), IsOk());
}

}  // namespace
}  // namespace comity::partner_registry
