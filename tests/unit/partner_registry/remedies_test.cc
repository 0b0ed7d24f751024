// What a refusal says to do changes what it has to. tests/e2e/remedies types it.
#include "services/partner-registry/domain/remedies.h"

#include <gmock/gmock.h>

#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/partner_mutations.h"
#include "tests/unit/partner_registry/two_persons.h"

namespace comity::partner_registry {
namespace {

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
  Do(Update(earlier));
  Do(ConfirmOf(kSerbia, "in_force", kSecond));
  Instrument later{.partner = "serbia",
                   .id = "later",
                   .kind = InstrumentKind::kBindingInstrument,
                   .title = "Treaty",
                   .supersedes = "cooperation-agreement"};
  Do(PlanCreateInstrument(registry_, kFirst, later));
  later.supersedes.clear();
  const auto emptied = [&] { return Update(later); };

  const auto refused = emptied();
  ASSERT_THAT(refused, kNeeded);
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
  Do(Update(earlier));
  EXPECT_THAT(emptied(), kNeeded) << "the second person's word stands";
  earlier.certainty["in_force"] = Certainty::kUnknown;
  Do(Update(earlier));
  Do(emptied());
  EXPECT_EQ(EffectOf(kSerbia), legal::Tri::kUnknown);
}

TEST_F(RemediesTest, WhatNobodyKnowsWhoRecordedIsRecordedAnewByWhatIsSaid) {
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

    const auto field = [&] { return ConfirmOf(kSerbia, "signed", kSecond); };
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
      EXPECT_THAT(refused, kNotYou);
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
    Do(Update(instrument));
    Do(PlanUpdateAuthority(registry_, kFirst, authority, "", kNow));
    Do(PlanUpdatePartner(registry_, kFirst, partner, "", kNow));
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
  const auto confirm = [&] { return ConfirmOf(kSerbia, "ended", kSecond); };
  EXPECT_THAT(Said(confirm()),
              HasSubstr("--set certainty.ended=unknown --reason REASON` and `comity instruments "
                        "update serbia/cooperation-agreement --set certainty.ended=unconfirmed "
                        "--reason REASON`"));
  instrument.certainty["ended"] = Certainty::kUnknown;
  Do(Update(instrument));
  instrument.certainty["ended"] = Certainty::kUnconfirmed;
  Do(Update(instrument));
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
