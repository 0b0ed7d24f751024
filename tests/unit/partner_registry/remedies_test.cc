// What a refusal says to do changes what it has to. tests/e2e/remedies types it.
#include "services/partner-registry/domain/remedies.h"

#include <gmock/gmock.h>

#include "common/legal/effect.h"
#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/partner_mutations.h"
#include "tests/unit/partner_registry/two_persons.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;

constexpr char kSerbia[] = "partners/serbia/instruments/cooperation-agreement";
constexpr char kAuthority[] = "partners/serbia/authorities/prosecution-service";

using RemediesTest = TwoPersonsTest;

std::string Said(const absl::StatusOr<Plan>& refused) {
  return std::string(refused.status().message());
}

TEST_F(RemediesTest, AnEarlierVersionIsMadeUnsureAlsoWhereASecondPersonMadeItSure) {
  Instrument earlier = *registry_.FindInstrument(kSerbia);
  earlier.in_force = "2019-12-10";
  earlier.certainty["in_force"] = Certainty::kUnconfirmed;
  Do(PlanUpdateInstrument(registry_, kFirst, earlier, "", kNow));
  Do(PlanConfirmField(registry_, kSecond, kSerbia, "in_force", "note verbale 7",
                      EtagOf(registry_.FindInstrument(kSerbia)->recorded), kNow));
  Instrument later{.partner = "serbia",
                   .id = "later",
                   .kind = InstrumentKind::kBindingInstrument,
                   .title = "Treaty",
                   .supersedes = "cooperation-agreement"};
  Do(PlanCreateInstrument(registry_, kFirst, later));
  later.supersedes.clear();
  const auto emptied = [&] { return PlanUpdateInstrument(registry_, kFirst, later, "", kNow); };

  const auto refused = emptied();
  ASSERT_THAT(refused, FailsWith(absl::StatusCode::kFailedPrecondition, "CONFIRMATION_NEEDED"));
  EXPECT_THAT(Said(refused),
              HasSubstr("`comity instruments update serbia/cooperation-agreement --set "
                        "certainty.signed=unconfirmed --set certainty.in_force=unknown --set "
                        "certainty.in_force_by=unconfirmed --set "
                        "certainty.allows_secondment=unconfirmed --reason REASON`"));
  EXPECT_THAT(Said(refused), HasSubstr("each FIELD of signed, in_force, in_force_by, "
                                       "allows_secondment with `comity instruments confirm "
                                       "serbia/cooperation-agreement FIELD --evidence DOCUMENT "
                                       "--etag ETAG`"));

  earlier = *registry_.FindInstrument(kSerbia);
  for (const char* field : {"signed", "in_force_by", "allows_secondment"}) {
    earlier.certainty[field] = Certainty::kUnconfirmed;
  }
  Do(PlanUpdateInstrument(registry_, kFirst, earlier, "", kNow));
  EXPECT_THAT(emptied(), FailsWith(absl::StatusCode::kFailedPrecondition, "CONFIRMATION_NEEDED"))
      << "the second person's word stands";
  earlier.certainty["in_force"] = Certainty::kUnknown;
  Do(PlanUpdateInstrument(registry_, kFirst, earlier, "", kNow));
  Do(emptied());
  const legal::Dossier& serbia = *registry_.facts().Find("partners/serbia");
  EXPECT_EQ(legal::EffectOf(serbia.instruments.at(0), serbia, {.day = absl::CivilDay(2026, 11, 28)})
                .holds,
            legal::Tri::kUnknown);
}

TEST_F(RemediesTest, WhatNobodyKnowsWhoRecordedIsRecordedAnewByWhatIsSaid) {
  const auto nobody = FailsWith(absl::StatusCode::kPermissionDenied, "SECOND_PERSON_NEEDED");
  for (const Certainty recorded : {Certainty::kUnconfirmed, Certainty::kUnknown}) {
    const Certainty other = UnsureInPlaceOf(recorded);
    const std::string word = other == Certainty::kUnknown ? "unknown" : "unconfirmed";
    Instrument instrument = *registry_.FindInstrument(kSerbia);
    instrument.certainty["signed"] = recorded;
    instrument.confirmations.clear();
    instrument.recorded_by.clear();
    instrument.value_recorded_by.clear();
    Authority authority = *registry_.FindAuthority(kAuthority);
    authority.certainty = recorded;
    authority.recorded_by.clear();
    authority.confirmation.reset();
    Partner partner = *registry_.FindPartner("interpol");
    ASSERT_EQ(partner.legal_classes.size(), 1u);
    partner.legal_classes[0].certainty = recorded;
    partner.legal_classes[0].recorded_by.clear();
    partner.legal_classes[0].confirmation.reset();
    partner.competence.certainty = recorded;
    partner.competence.recorded_by.clear();
    partner.competence.confirmation.reset();
    registry_ = After(registry_, {instrument, authority, partner});

    const auto field = [&] {
      return PlanConfirmField(registry_, kSecond, kSerbia, "signed", "OJ",
                              EtagOf(registry_.FindInstrument(kSerbia)->recorded), kNow);
    };
    const auto whole = [&] {
      return PlanConfirmAuthority(registry_, kSecond, kAuthority, "OJ",
                                  EtagOf(registry_.FindAuthority(kAuthority)->recorded), kNow);
    };
    const std::string from = partner.legal_classes[0].from;
    const auto period = [&] {
      return PlanConfirmLegalClass(registry_, kSecond, "interpol", from, "OJ",
                                   EtagOf(registry_.FindPartner("interpol")->recorded), kNow);
    };
    const auto competence = [&] {
      return PlanConfirmCompetence(registry_, kSecond, "interpol", "OJ",
                                   EtagOf(registry_.FindPartner("interpol")->recorded), kNow);
    };
    for (const auto& refused : {field(), whole(), period(), competence()}) {
      EXPECT_THAT(refused, nobody);
    }
    EXPECT_THAT(Said(field()), HasSubstr("`comity instruments update serbia/cooperation-agreement "
                                         "--set certainty.signed=" +
                                         word + " --reason REASON`"));
    EXPECT_THAT(Said(whole()), HasSubstr("`comity authorities update serbia/prosecution-service "
                                         "--set certainty=" +
                                         word + " --reason REASON`"));
    EXPECT_THAT(Said(period()), HasSubstr("`comity partners update interpol --set "
                                          "'legal_classes=[{"));
    EXPECT_THAT(Said(competence()), HasSubstr("`comity partners update interpol --set "
                                              "competence_certainty=" +
                                              word + " --reason REASON`"));

    instrument.certainty["signed"] = other;
    authority.certainty = other;
    partner.legal_classes[0].certainty = other;
    partner.competence.certainty = other;
    Do(PlanUpdateInstrument(registry_, kFirst, instrument, "", kNow));
    Do(PlanUpdateAuthority(registry_, kFirst, authority, "", kNow));
    Do(PlanUpdatePartner(registry_, kFirst, partner, ""));
    Do(field());
    Do(whole());
    Do(period());
    Do(competence());
  }
}

TEST_F(RemediesTest, ThatThereIsNoEndIsVouchedForByWayOfADoubt) {
  Instrument instrument = *registry_.FindInstrument(kSerbia);
  instrument.certainty["ended"] = Certainty::kUnconfirmed;
  instrument.recorded_by.clear();
  instrument.value_recorded_by.clear();
  registry_ = After(registry_, {instrument});
  const auto confirm = [&] {
    return PlanConfirmField(registry_, kSecond, kSerbia, "ended", "OJ",
                            EtagOf(registry_.FindInstrument(kSerbia)->recorded), kNow);
  };
  EXPECT_THAT(Said(confirm()),
              HasSubstr("--set certainty.ended=unknown --reason REASON` and `comity instruments "
                        "update serbia/cooperation-agreement --set certainty.ended=unconfirmed "
                        "--reason REASON`"));
  instrument.certainty["ended"] = Certainty::kUnknown;
  Do(PlanUpdateInstrument(registry_, kFirst, instrument, "", kNow));
  instrument.certainty["ended"] = Certainty::kUnconfirmed;
  Do(PlanUpdateInstrument(registry_, kFirst, instrument, "", kNow));
  Do(confirm());
}

TEST_F(RemediesTest, PeriodsAreWrittenAsTheyAreEnteredWithOthersBesideThem) {
  const LegalClassPeriod period{.legal_class = LegalClass::kThirdCountry,
                                .from = "2020",
                                .to = "2021-06",
                                .certainty = Certainty::kYear,
                                .note = "it's \"said\""};
  EXPECT_EQ(LegalClasses({period}, true),
            "'legal_classes=[OTHERS, {\"legal_class\": \"LEGAL_CLASS_THIRD_COUNTRY\", \"from\": "
            "\"2020\", \"to\": \"2021-06\", \"note\": \"NOTE\", \"certainty\": "
            "\"CERTAINTY_YEAR\"}]'");
}

}  // namespace
}  // namespace comity::partner_registry
