// Who vouches for a partner's legal class.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "common/legal/effect.h"
#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/partner_mutations.h"
#include "services/partner-registry/records/fact_proto.h"
#include "tests/unit/partner_registry/two_persons.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

class ClassConfirmationsTest : public TwoPersonsTest {
 protected:
  ClassConfirmationsTest() {
    Do(PlanUpdatePartner(
        registry_, kFirst,
        With({{.legal_class = LegalClass::kThirdCountry, .certainty = Certainty::kUnconfirmed}}),
        "", kNow));
  }

  Partner With(std::vector<LegalClassPeriod> periods) const {
    Partner partner = *registry_.FindPartner("panama");
    partner.legal_classes = std::move(periods);
    return partner;
  }

  absl::StatusOr<Plan> ConfirmIt(absl::string_view caller, absl::string_view from = "") const {
    return PlanConfirmLegalClass(registry_, caller, "panama", from, "the treaty",
                                 EtagOf(registry_.FindPartner("panama")->recorded), kNow);
  }

  legal::Tri Known() const {
    return legal::ClassOf(*registry_.facts().Find("partners/panama")->partner, {.day = kToday})
        .known;
  }
};

TEST_F(ClassConfirmationsTest, ASecondPersonMakesAPeriodSure) {
  EXPECT_EQ(Known(), legal::Tri::kUnknown);
  EXPECT_THAT(ConfirmIt(kFirst), kNotYou);
  EXPECT_THAT(ConfirmIt(kSecond, "2019-01-01"),
              FailsWith(absl::StatusCode::kInvalidArgument, "CONFIRMATION_INVALID"));
  Do(ConfirmIt(kSecond));
  EXPECT_EQ(Known(), legal::Tri::kYes);

  auto read =
      FactFromRecord(ToRecord(Fact(*registry_.FindPartner("panama")), registry_.store_id()));
  ASSERT_THAT(read, IsOk());
  const LegalClassPeriod& kept = std::get<Partner>(*read).legal_classes.at(0);
  EXPECT_EQ(kept.confirmation->field, "legal_class");
  EXPECT_THAT(kept.recorded_by, ::testing::Contains(std::string(kFirst)));

  Do(PlanUpdatePartner(
      registry_, kFirst,
      With({{.legal_class = LegalClass::kMemberState, .certainty = Certainty::kUnconfirmed}}), "",
      kNow));
  EXPECT_EQ(Known(), legal::Tri::kUnknown) << "another class was not confirmed";
}

TEST_F(ClassConfirmationsTest, DaysOfAnUnconfirmedClassStaySo) {
  const LegalClassPeriod sure{.legal_class = LegalClass::kThirdCountry,
                              .certainty = Certainty::kFound};
  LegalClassPeriod early = sure;
  early.to = "2025-12-31";
  LegalClassPeriod late{.legal_class = LegalClass::kMemberState,
                        .from = "2026-01-01",
                        .certainty = Certainty::kUnconfirmed};
  EXPECT_THAT(PlanUpdatePartner(registry_, kSecond, With({sure}), "", kNow), kNeeded);
  EXPECT_THAT(PlanUpdatePartner(registry_, kSecond, With({}), "", kNow), kNeeded)
      << "to enter it anew";
  EXPECT_THAT(PlanUpdatePartner(registry_, kSecond, With({early, late}), "", kNow), kNeeded);
  early.certainty = Certainty::kUnconfirmed;
  EXPECT_THAT(PlanUpdatePartner(registry_, kSecond, With({early, late}), "", kNow), IsOk());
  EXPECT_THAT(PlanImport(registry_,
                         Rows("legal_classes.csv",
                              "partner,legal_class,from,to,certainty\n"
                              "panama,THIRD_COUNTRY,,,found\n"),
                         kSecond, kNow),
              kNeededOfRow);
}

TEST_F(ClassConfirmationsTest, NobodyMakesAClassSureAlone) {
  Partner moldova = *registry_.FindPartner("moldova");
  const auto update = [&](std::vector<LegalClassPeriod> periods) {
    moldova.legal_classes = std::move(periods);
    return PlanUpdatePartner(registry_, kFirst, moldova, "", kNow);
  };
  const auto period = [](LegalClass legal_class, const char* from, const char* to,
                         Certainty certainty = Certainty::kFound) {
    return LegalClassPeriod{
        .legal_class = legal_class, .from = from, .to = to, .certainty = certainty};
  };
  const auto third = LegalClass::kThirdCountry;
  const auto member = LegalClass::kMemberState;
  EXPECT_THAT(update({period(member, "", "")}), kNeeded) << "it is sure that it is none";
  EXPECT_THAT(update({period(third, "", "2026-12-31"), period(member, "2027-01-01", "")}), kNeeded);
  EXPECT_THAT(PlanImport(registry_,
                         Rows("legal_classes.csv",
                              "partner,legal_class,from,to,certainty\n"
                              "moldova,MEMBER_STATE,,,found\n"),
                         kFirst, kNow),
              kNeededOfRow);

  Do(update({period(third, "", "2025-06", Certainty::kMonth)}));
  EXPECT_THAT(update({period(third, "", "2025-06-30")}), kNeeded)
      << "how long in June nobody was sure of";
  EXPECT_THAT(update({period(third, "", "")}), kNeeded) << "ended by one, for two to go on";
  EXPECT_THAT(update({period(third, "2010-01-01", "2025-05-31")}), IsOk());

  Do(update({period(third, "", "2025-05-31"),
             period(member, "2025-06-01", "", Certainty::kUnconfirmed)}));
  const auto confirm = [&](const char* who) {
    return PlanConfirmLegalClass(registry_, who, "moldova", "2025-06-01", "the treaty",
                                 EtagOf(registry_.FindPartner("moldova")->recorded), kNow);
  };
  EXPECT_THAT(confirm(kFirst), kNotYou);
  Do(confirm(kSecond));
  EXPECT_THAT(update({period(third, "", "2025-05-31"), period(member, "2025-06-01", "2026-12-31"),
                      period(third, "2027-01-01", "", Certainty::kUnconfirmed)}),
              IsOk())
      << "what was confirmed is sure, and may end";
}

TEST_F(ClassConfirmationsTest, ANewPartnersClassAndCompetenceAreForTwo) {
  const auto create = [&](Certainty of_class, Certainty of_competence) {
    return PlanCreatePartner(
        registry_, kFirst,
        {.id = "eurocourt",
         .kind = PartnerKind::kUnionBody,
         .display_name = "Court",
         .legal_classes = {{.legal_class = LegalClass::kUnionBody, .certainty = of_class}},
         .competence = {.criminal_matters = true, .certainty = of_competence}},
        false);
  };
  EXPECT_THAT(create(Certainty::kFound, Certainty::kUnconfirmed), kNeeded);
  EXPECT_THAT(create(Certainty::kUnconfirmed, Certainty::kFound), kNeeded);
  EXPECT_THAT(create(Certainty::kUnconfirmed, Certainty::kUnconfirmed), IsOk());

  const auto import = [&](const char* of_class, const char* of_competence) {
    std::vector<ImportRow> rows =
        Rows("partners.csv", absl::StrCat("id,kind,display_name,competent_in_criminal_matters,"
                                          "competence_certainty\neurocourt,UNION_BODY,Court,yes,",
                                          of_competence, "\n"));
    rows.push_back(Rows("legal_classes.csv", absl::StrCat("partner,legal_class,from,to,certainty\n"
                                                          "eurocourt,UNION_BODY,,,",
                                                          of_class, "\n"))
                       .at(0));
    return PlanImport(registry_, rows, kFirst, kNow);
  };
  EXPECT_THAT(import("found", "unconfirmed"), kNeededOfRow);
  EXPECT_THAT(import("unconfirmed", "found"), kNeededOfRow);
  EXPECT_THAT(import("unconfirmed", "unconfirmed"), IsOk());
}

}  // namespace
}  // namespace comity::partner_registry
