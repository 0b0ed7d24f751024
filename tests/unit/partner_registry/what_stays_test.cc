// What nobody moves by himself: whose a code and a name are, and that something was public.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/partner_mutations.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/two_persons.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kColumns[] = "id,kind,display_name,iso_alpha2,iso_alpha3\n";

class WhatStaysTest : public TwoPersonsTest {
 protected:
  absl::StatusOr<Plan> Change(const Partner& partner) const {
    return PlanUpdatePartner(registry_, kFirst, partner, "", kNow);
  }

  absl::StatusOr<ImportPlan> Import(absl::string_view rows) const {
    return PlanImport(registry_, Rows("partners.csv", absl::StrCat(kColumns, rows)), kFirst, kNow);
  }

  Partner Known(const std::string& id) const { return *registry_.FindPartner(id); }
};

TEST_F(WhatStaysTest, TheCodesOfWhoIsSomethingInLawStay) {
  const auto field_of = [&](const Partner& partner) {
    const ErrorDetails details = DetailsOf(Change(partner).status());
    return details.reason != "PARTNER_INVALID" || details.fields.empty() ? "none"
                                                                         : details.fields[0].field;
  };
  Do(PlanDeletePartner(registry_, "france", "", kNow));  // Its code is nobody's on the register.
  Partner germany = Known("germany");
  germany.iso_alpha2 = "FR";
  germany.iso_alpha3 = "FRA";
  EXPECT_EQ(field_of(germany), "partner.iso_alpha2");
  germany.iso_alpha2.clear();
  germany.iso_alpha3.clear();
  EXPECT_EQ(field_of(germany), "partner.iso_alpha2");
  germany = Known("germany");
  germany.iso_alpha3 = "FRA";
  EXPECT_EQ(field_of(germany), "partner.iso_alpha3");
}

TEST_F(WhatStaysTest, NorDoTwoRowsExchangeTheirCodes) {
  const auto swapped = Import("france,STATE,France,DE,DEU\ngermany,STATE,Germany,FR,FRA\n");
  EXPECT_THAT(swapped, FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
  EXPECT_THAT(std::string(swapped.status().message()),
              HasSubstr("line 2, column iso_alpha2: it stays FR"));
  EXPECT_THAT(Import("france,STATE,France,,\n"),
              FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
  EXPECT_THAT(Import("france,STATE,France,FR,FRA\n"), IsOk());
}

TEST_F(WhatStaysTest, WhoHasNoCodeGetsOneAndWhoIsNothingInLawAnother) {
  Partner germany = Known("germany");
  germany.iso_alpha2.clear();
  germany.iso_alpha3.clear();
  registry_ = After(registry_, {germany});
  germany.iso_alpha2 = "DE";
  germany.iso_alpha3 = "DEU";
  EXPECT_THAT(Change(germany), IsOk());

  Partner andorra{.id = "andorra",
                  .kind = PartnerKind::kState,
                  .display_name = "Andorra",
                  .iso_alpha2 = "AD",
                  .iso_alpha3 = "AND"};
  registry_ = After(registry_, {andorra});
  andorra.iso_alpha2 = "KZ";
  andorra.iso_alpha3 = "KAZ";
  EXPECT_THAT(Change(andorra), IsOk());
}

TEST_F(WhatStaysTest, NobodyGetsTheNameOfAnotherByAChange) {
  const auto alike = FailsWith(absl::StatusCode::kAlreadyExists, "PARTNER_ALIKE");
  Partner moldova = Known("moldova");
  moldova.display_name = "GEORGIA";
  EXPECT_THAT(Change(moldova), alike);
  moldova = Known("moldova");
  moldova.aliases.emplace_back("Georgia");
  EXPECT_THAT(Change(moldova), alike);
  moldova.aliases = {"Moldavia"};
  EXPECT_THAT(Change(moldova), IsOk());

  // Who is alike already, since somebody said that it is another, is changed in all else.
  Partner other = Known("moldova");
  other.id = "moldova-2";
  other.iso_alpha2.clear();
  other.iso_alpha3.clear();
  registry_ = After(registry_, {other});
  other.region = "EASTERN_EUROPE";
  EXPECT_THAT(Change(other), IsOk());
  other.display_name = "moldova";
  EXPECT_THAT(Change(other), IsOk()) << "the same name, written otherwise";
}

TEST_F(WhatStaysTest, NorByARow) {
  const auto renamed = Import("moldova,STATE,Georgia,MD,MDA\n");
  EXPECT_THAT(renamed, FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
  EXPECT_THAT(std::string(renamed.status().message()),
              HasSubstr("column display_name: partners/georgia has the same name"));
  EXPECT_THAT(Import("tbilisi,STATE,Georgia,,\n"),
              FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"))
      << "a new one";
  registry_ =
      After(registry_, {Partner{.id = "a", .kind = PartnerKind::kState, .display_name = "Atlantis"},
                        Partner{.id = "m", .kind = PartnerKind::kState, .display_name = "Mu"}});
  EXPECT_THAT(Import("a,STATE,Mu,,\nm,STATE,Atlantis,,\n"), IsOk()) << "they exchange their names";
}

TEST_F(WhatStaysTest, WhatWasPublicIsNotPutOff) {
  const absl::CivilDay today(2026, 11, 28);
  const Instrument known =
      *registry_.FindInstrument("partners/georgia/instruments/cooperation-agreement");
  const auto changed = [&](const std::string& public_since, const std::string& signed_on) {
    Instrument made = known;
    made.public_since = public_since;
    if (!public_since.empty()) made.certainty["public_since"] = Certainty::kFound;
    made.signed_on = signed_on;
    return CheckStaysPublic(known, made, today);
  };
  ASSERT_FALSE(known.signed_on.empty());
  const auto put_off = changed("2999-01-01", known.signed_on);
  ASSERT_TRUE(put_off.has_value());
  EXPECT_EQ(put_off->field, "public_since");
  EXPECT_TRUE(changed("2026-11-29", known.signed_on).has_value()) << "tomorrow";
  EXPECT_TRUE(changed("", "").has_value());
  EXPECT_TRUE(changed("", "2999-01-01").has_value()) << "public as signed";
  EXPECT_FALSE(changed("2026-11-28", known.signed_on).has_value()) << "a day that has come";
  EXPECT_FALSE(changed("", known.signed_on).has_value());

  Instrument doubted = known;
  doubted.certainty["signed"] = Certainty::kUnknown;
  EXPECT_FALSE(CheckStaysPublic(known, doubted, today).has_value())
      << "what rests on the signature stops with it";
  doubted.certainty["public_since"] = Certainty::kUnknown;
  EXPECT_TRUE(CheckStaysPublic(known, doubted, today).has_value());

  Instrument secret = known;
  secret.public_since = "2999-01-01";
  Instrument later = secret;
  later.public_since = "2999-02-01";
  EXPECT_FALSE(CheckStaysPublic(secret, later, today).has_value()) << "it was not public";
}

TEST_F(WhatStaysTest, NorIsWhatHasEffectTakenOffThePublicListByADoubt) {
  const absl::CivilDay today(2026, 11, 28);
  // In force, whatever is known of the signature that made it public.
  Instrument known =
      *registry_.FindInstrument("partners/denmark/instruments/agreement-on-criminal-justice");
  known.confirmations = {{.field = "in_force", .value = known.in_force}};
  const auto doubted = [&](Certainty certainty) {
    Instrument made = known;
    made.certainty["signed"] = certainty;
    return CheckStaysPublic(known, made, today);
  };
  for (const Certainty certainty : {Certainty::kUnknown, Certainty::kUnconfirmed}) {
    const auto refused = doubted(certainty);
    ASSERT_TRUE(refused.has_value()) << Word(certainty);
    EXPECT_THAT(refused->what,
                HasSubstr("`comity instruments update denmark/agreement-on-criminal-justice --set "
                          "public_since=DAY --set certainty.public_since=found --reason REASON`"));
  }
  // In whichever order: before the day is confirmed, nobody says that the signature is unknown.
  known.confirmations.clear();
  EXPECT_TRUE(doubted(Certainty::kUnknown).has_value());
  EXPECT_FALSE(doubted(Certainty::kUnconfirmed).has_value()) << "the check has no effect of it";
  Instrument tomorrow = known;
  tomorrow.in_force = "2026-11-29";
  tomorrow.certainty["in_force"] = Certainty::kFound;
  known = tomorrow;
  EXPECT_TRUE(doubted(Certainty::kUnconfirmed).has_value()) << "it will";

  // What is said of the refusal.
  known.public_since = "2019-10-08";
  known.certainty["public_since"] = Certainty::kFound;
  EXPECT_FALSE(doubted(Certainty::kUnknown).has_value());
  Instrument made = known;
  for (const Certainty certainty :
       {Certainty::kUnspecified, Certainty::kUnconfirmed, Certainty::kUnknown}) {
    made.certainty["public_since"] = certainty;
    EXPECT_TRUE(CheckStaysPublic(known, made, today).has_value()) << Word(certainty);
  }

  // Nothing rests on an arrangement without its signature; on one that says when it begins, it
  // does.
  known = *registry_.FindInstrument("partners/panama/instruments/working-arrangement");
  EXPECT_FALSE(doubted(Certainty::kUnknown).has_value());
  EXPECT_FALSE(doubted(Certainty::kUnconfirmed).has_value());
  known.in_force = "2024-02-01";
  known.certainty["in_force"] = Certainty::kFound;
  EXPECT_TRUE(doubted(Certainty::kUnknown).has_value());
  EXPECT_TRUE(doubted(Certainty::kUnconfirmed).has_value());
}

TEST_F(WhatStaysTest, NorByAnEditWhichIsRefusedForThatLast) {
  Instrument made = *registry_.FindInstrument("partners/georgia/instruments/cooperation-agreement");
  made.public_since = "2999-01-01";
  const auto refused = Update(made);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "INSTRUMENT_INVALID"));
  EXPECT_EQ(DetailsOf(refused.status()).fields.at(0).field, "instrument.public_since");
  made.reference = "";
  EXPECT_THAT(Update(made), FailsWith(absl::StatusCode::kInvalidArgument, "EVIDENCE_MISSING"));
  made = *registry_.FindInstrument("partners/georgia/instruments/cooperation-agreement");
  made.public_since = "2026-11-29";
  made.certainty["public_since"] = Certainty::kFound;
  EXPECT_THAT(PlanUpdateInstrument(registry_, kFirst, made, "", kNow + absl::Hours(24)), IsOk())
      << "the day has come";
}

TEST_F(WhatStaysTest, NorByARowOfAnImport) {
  Instrument made = *registry_.FindInstrument("partners/georgia/instruments/cooperation-agreement");
  made.public_since = "2999-01-01";
  const auto plan = PlanImport(registry_, {ImportRow{.fact = made}}, kFirst, kNow);
  EXPECT_THAT(plan, FailsWith(absl::StatusCode::kInvalidArgument, "IMPORT_ROW_INVALID"));
  EXPECT_THAT(std::string(plan.status().message()), HasSubstr("column public_since"));
}

TEST_F(WhatStaysTest, AnImportThatIsNoInitialLoadSaysWhyOnce) {
  std::vector<ImportRow> rows = Rows("partners.csv", absl::StrCat(kColumns, "x,STATE,X,,\n"));
  const auto of_class =
      Rows("legal_classes.csv", "partner,legal_class,from,to,certainty\nx,MEMBER_STATE,,,found\n");
  rows.insert(rows.end(), of_class.begin(), of_class.end());
  const auto later = PlanImport(registry_, rows, kFirst, kNow);
  EXPECT_THAT(later, kNeededOfRow);
  const std::string said(later.status().message());
  const std::string over =
      absl::StrCat("; the initial load is over since ", registry_.partners().size(),
                   " partners are registered (the first: aiamp)");
  EXPECT_THAT(said, HasSubstr(over));
  EXPECT_THAT(said.substr(said.find(over) + over.size()), Not(HasSubstr("initial load")));
  EXPECT_THAT(PlanImport(Registry(std::string(32, 'a')), rows, kFirst, kNow), IsOk());
}

}  // namespace
}  // namespace comity::partner_registry
