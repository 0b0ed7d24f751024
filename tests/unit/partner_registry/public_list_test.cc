// The public list (EUDPR 94(3)), on the project's own data.
#include "services/partner-registry/reports/public_list.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/json/canonical.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"
#include "tests/unit/partner_registry/public_lists.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kAgreement[] = "partners/albania/instruments/cooperation-agreement";

class PublicListTest : public ::testing::Test {
 protected:
  json::Json ListOn(absl::string_view day) const {
    return json::ParseCanonical(PublicListOn(registry_, Day(day)).content).value();
  }

  const Registry registry_ = LoadedRegistry();
};

TEST_F(PublicListTest, ItHasWhatHasEffectOnTheDay) {
  const json::Json eve = ListOn("2019-10-31");
  const json::Json day = ListOn("2019-11-01");

  EXPECT_THAT(Names(eve.at("in_effect")), Not(Contains(kAgreement)));
  EXPECT_THAT(Names(day.at("in_effect")), Contains(kAgreement));
  EXPECT_EQ(day.at("format"), "comity.public-list.v1");
  EXPECT_EQ(day.at("notice"), "Sample data, not published by the agency, not legal advice.");
  EXPECT_EQ(day.at("registry_revision").at("number"), 1);
}

TEST_F(PublicListTest, ItSaysThatASecondPersonConfirmedAndNotWhatHeNamed) {
  Instrument agreement = *registry_.FindInstrument(kAgreement);
  agreement.certainty["in_force"] = Certainty::kUnconfirmed;
  agreement.confirmations = {{.field = "in_force",
                              .value = agreement.in_force,
                              .evidence = "note verbale of Mr. X, as he told us",
                              .confirm_time = kNow}};
  const PublicList list = PublicListOn(After(registry_, {agreement}), Day("2026-11-23"));
  const json::Json content = json::ParseCanonical(list.content).value();
  for (const json::Json& entry : content.at("in_effect")) {
    const bool confirmed = entry.at("instrument") == kAgreement;
    EXPECT_EQ(entry.at("confirmed_on").size(), confirmed ? 1u : 0u) << entry.at("instrument");
    if (!confirmed) continue;
    EXPECT_EQ(entry.at("confirmed_on").at("in_force"), "2026-11-28");
    EXPECT_EQ(entry.at("reference"), agreement.reference);
  }
  EXPECT_THAT(Names(content.at("in_effect")), Contains(kAgreement));
  EXPECT_THAT(list.page,
              HasSubstr("(found in a public source, confirmed by a second person on 2026-11-28)"));
  for (const std::string& text : {list.content, list.page}) {
    EXPECT_THAT(text, Not(HasSubstr("note verbale")));
  }
}

TEST_F(PublicListTest, ItKnowsOnlyWhatWasPublic) {
  // The decision that extends the period was made on 19 December.
  const std::string extended = "partners/united-kingdom/instruments/led-adequacy-2025-12";
  const std::string before = "partners/united-kingdom/instruments/led-adequacy-2025-06";

  EXPECT_THAT(Names(ListOn("2025-12-18").at("in_effect")), Contains(before));
  EXPECT_THAT(Names(ListOn("2025-12-18").at("in_effect")), Not(Contains(extended)));
  EXPECT_THAT(Names(ListOn("2025-12-19").at("in_effect")), Contains(extended));
  EXPECT_THAT(Names(ListOn("2025-12-19").at("in_effect")), Not(Contains(before)));
  // Of Europol's agreement nothing says since when it is public.
  const json::Json today = ListOn("2026-11-23");
  EXPECT_THAT(Names(today.at("in_effect")),
              Not(Contains("partners/europol/instruments/agreement")));
  EXPECT_GE(today.at("not_shown_public"), 1);
}

TEST_F(PublicListTest, ItTellsNothingOfWhatOnePersonTakesForPublic) {
  const json::Json before = ListOn("2026-11-23");
  Instrument secret{.partner = "brazil",
                    .id = "secret",
                    .kind = InstrumentKind::kBindingInstrument,
                    .title = "A text that nobody knows",
                    .in_force = "2020-02-01",
                    .reference = "OJ L 1",
                    .certainty = {{"in_force", Certainty::kFound}}};
  const auto shown = [&] { return PublicListOn(After(registry_, {secret}), Day("2026-11-23")); };
  const auto is_told = [&] {
    const PublicList list = shown();
    for (const char* word : {"brazil", "secret", "nobody knows"}) {
      if (absl::StrContains(list.content, word) || absl::StrContains(list.page, word)) return true;
    }
    return false;
  };
  for (const Certainty unsure :
       {Certainty::kUnspecified, Certainty::kUnconfirmed, Certainty::kUnknown}) {
    secret.signed_on = "2020-01-01";
    secret.public_since = "";
    secret.certainty["signed"] = unsure;
    secret.certainty.erase("public_since");
    EXPECT_FALSE(is_told()) << Word(unsure);
    secret.certainty["signed"] = Certainty::kFound;
    secret.public_since = "2020-01-01";
    secret.certainty["public_since"] = unsure;
    EXPECT_FALSE(is_told()) << Word(unsure);
    const auto list = json::ParseCanonical(shown().content).value();
    EXPECT_EQ(list.at("not_shown_public").get<int>(), before.at("not_shown_public").get<int>() + 1);
  }
  secret.certainty["public_since"] = Certainty::kUnconfirmed;
  secret.confirmations = {{.field = "public_since", .value = secret.public_since}};
  EXPECT_TRUE(is_told()) << "a second person confirmed it";
}

TEST_F(PublicListTest, WhatAnInstrumentCoversIsNotToldWhileItWaitsForASecondPerson) {
  Instrument agreement = *registry_.FindInstrument(kAgreement);
  agreement.scope.offences = {"terrorism", "witchcraft"};
  agreement.certainty["scope"] = Certainty::kUnconfirmed;
  const auto list = [&] { return PublicListOn(After(registry_, {agreement}), Day("2026-11-23")); };
  for (const Certainty unsure : {Certainty::kUnconfirmed, Certainty::kUnknown}) {
    agreement.certainty["scope"] = unsure;
    const PublicList open = list();
    const json::Json content = json::ParseCanonical(open.content).value();
    EXPECT_THAT(Names(content.at("in_effect")), Not(Contains(kAgreement)));
    EXPECT_THAT(open.content, Not(HasSubstr("witchcraft")));
    EXPECT_THAT(open.page, Not(HasSubstr("witchcraft")));
    for (const json::Json& entry : content.at("effect_not_established")) {
      if (entry.at("instrument") != kAgreement) continue;
      EXPECT_THAT(entry.at("open_fields"), ElementsAre("scope"));
      EXPECT_THAT(entry.at("basis_for").get<std::string>(),
                  HasSubstr("as far as it covers them, which is not confirmed"));
    }
    EXPECT_THAT(Names(content.at("effect_not_established")), Contains(kAgreement));
  }
  agreement.certainty["scope"] = Certainty::kUnconfirmed;
  agreement.confirmations = {{.field = "scope"}};
  EXPECT_THAT(Names(json::ParseCanonical(list().content).value().at("in_effect")),
              Contains(kAgreement));
  EXPECT_THAT(list().content, HasSubstr("witchcraft"));

  agreement.certainty["allows_secondment"] = Certainty::kUnconfirmed;
  const json::Json content = json::ParseCanonical(list().content).value();
  for (const json::Json& entry : content.at("in_effect")) {
    if (entry.at("instrument") != kAgreement) continue;
    EXPECT_THAT(entry.at("basis_for").get<std::string>(), Not(HasSubstr("liaison prosecutor")));
  }
}

TEST_F(PublicListTest, ASignatureIsNoEffectAndTheFieldsThatAreOpenAreNamed) {
  const json::Json list = ListOn("2026-11-23");

  for (const json::Json& entry : list.at("in_effect")) {
    EXPECT_NE(entry.at("instrument"), "partners/armenia/instruments/agreement");
  }
  bool found = false;
  for (const json::Json& entry : list.at("effect_not_established")) {
    if (entry.at("instrument") != "partners/armenia/instruments/agreement") continue;
    found = true;
    EXPECT_THAT(entry.at("open_fields"), Contains("applied_from"));
    EXPECT_EQ(entry.at("certainty").at("signed"), "FOUND");
  }
  EXPECT_TRUE(found);
}

TEST_F(PublicListTest, WhatNobodyConfirmedIsNotToldToBeInEffect) {
  const std::string agreement = "partners/denmark/instruments/agreement-on-criminal-justice";
  const json::Json list = ListOn("2026-11-23");

  EXPECT_THAT(Names(list.at("in_effect")), Not(Contains(agreement)));
  bool found = false;
  for (const json::Json& entry : list.at("effect_not_established")) {
    if (entry.at("instrument") != agreement) continue;
    found = true;
    EXPECT_THAT(entry.at("open_fields"), Contains("in_force"));
  }
  EXPECT_TRUE(found);
  // What carries no transfer of today is in effect for nobody.
  for (const json::Json& entry : list.at("in_effect")) {
    EXPECT_NE(entry.at("certainty").value("in_force", ""), "UNCONFIRMED") << entry.at("instrument");
  }
}

TEST_F(PublicListTest, AWorkingArrangementIsListedAsNoBasisForPersonalDataOfAnyKind) {
  int arrangements = 0;
  const json::Json list = ListOn("2026-11-23");
  for (const json::Json& entry : list.at("in_effect")) {
    if (entry.at("kind") != "WORKING_ARRANGEMENT") continue;
    ++arrangements;
    EXPECT_THAT(entry.at("no_basis_for").get<std::string>(), HasSubstr("of any kind (EJR 47(3))"));
  }
  EXPECT_GE(arrangements, 6);
}

TEST_F(PublicListTest, WhatHasNoRoomInOneAnswerIsRefusedWithWhoHasMostOfIt) {
  EXPECT_THAT(CheckFits(PublicListOn(registry_, Day("2026-11-23"))), IsOk());
  std::vector<Fact> facts;
  for (int i = 0; i < 200; ++i) {
    Instrument made{.partner = i % 4 == 0 ? "chile" : "brazil",
                    .id = absl::StrCat("text", i),
                    .kind = InstrumentKind::kBindingInstrument,
                    .title = "A text",
                    .signed_on = "2020-01-01",
                    .in_force = "2020-02-01",
                    .certainty = {{"signed", Certainty::kFound}, {"in_force", Certainty::kFound}}};
    for (int entry = 0; entry < 100; ++entry) {
      made.scope.offences.push_back(absl::StrCat(entry, std::string(190, 'x')));
    }
    facts.emplace_back(std::move(made));
  }
  const absl::Status refused =
      CheckFits(PublicListOn(After(registry_, std::move(facts)), Day("2026-11-23")));
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kResourceExhausted, "PUBLIC_LIST_TOO_LONG"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("most of it of partners/brazil: "));
}

TEST_F(PublicListTest, ThePageSaysTheSameAndTrustsNobody) {
  Partner kosovo = *registry_.FindPartner("kosovo");
  Instrument arrangement{.partner = "kosovo",
                         .id = "arrangement",
                         .kind = InstrumentKind::kWorkingArrangement,
                         .title = "<img src=x onerror=alert(1)>",
                         .signed_on = "2024-01-01",
                         .certainty = {{"signed", Certainty::kFound}}};
  const PublicList list = PublicListOn(After(registry_, {arrangement}), Day("2026-11-23"));

  EXPECT_THAT(list.page, HasSubstr("Kosovo* (* This designation is without prejudice"));
  EXPECT_THAT(list.page, HasSubstr("&lt;img src=x"));
  EXPECT_THAT(list.page, Not(HasSubstr("<img")));
  EXPECT_THAT(list.page, HasSubstr("<p class=\"notice\">Sample data"));
  EXPECT_THAT(list.content, HasSubstr("UNSCR 1244/1999"));
  EXPECT_EQ(list.content, PublicListOn(After(registry_, {arrangement}), Day("2026-11-23")).content);
}

}  // namespace
}  // namespace comity::partner_registry
