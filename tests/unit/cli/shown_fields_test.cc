#include "services/cli/shown_fields.h"

#include <gmock/gmock.h>

#include <sstream>

#include "absl/time/time.h"
#include "comity/engagement_scheduling/v1/engagement_scheduling.pb.h"
#include "comity/partner_registry/v1/change_requests.pb.h"
#include "common/status/error.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace {

namespace v1 = partner_registry::v1;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Row = std::vector<std::string>;

constexpr char kDesk[] = "spiffe://agency.example/agency/desk-officer/-/desk-1";

v1::Confirmation Confirmation(const char* field) {
  v1::Confirmation confirmation;
  confirmation.set_field(field);
  confirmation.set_evidence("law of 2015");
  confirmation.set_confirmed_by(kDesk);
  *confirmation.mutable_confirm_time() = ToTimestamp(absl::FromUnixSeconds(1'700'000'000));
  return confirmation;
}

const std::string kConfirmed =
    "confirmed 2023-11-14T22:13:20Z by spiffe://agency.example/agency/desk-officer/-/desk-1, on "
    "law of 2015";

TEST(ShownFieldsTest, WhatIsSetIsShown) {
  v1::Partner partner;
  partner.set_name("partners/georgia");
  partner.set_kind(v1::PARTNER_KIND_UNION_BODY);
  partner.add_aliases("x");
  partner.add_aliases("y");
  partner.set_competent_in_criminal_matters(true);

  EXPECT_THAT(ShownFields(partner),
              ElementsAre(Row{"name", "partners/georgia"}, Row{"kind", "union body"},
                          Row{"competent_in_criminal_matters", "yes"}, Row{"aliases", "x; y"}));
}

TEST(ShownFieldsTest, AContactIsShownWithWhenItWorksAndWhoStandsIn) {
  v1::Contact contact;
  contact.add_languages("ka");
  contact.add_languages("en");
  v1::WorkingHours& hours = *contact.mutable_working_hours();
  hours.set_time_zone("Asia/Tbilisi");
  for (const int day : {1, 2, 5}) hours.add_days(day);
  hours.set_start_minute(9 * 60);
  hours.set_end_minute(17 * 60 + 30);
  hours.add_holidays("2026-12-25");
  contact.set_last_verified("2026-11-23");
  contact.add_deputies("partners/georgia/contacts/tbilisi-2");
  for (const char* day : {"2026-12-01", "2026-12-07"}) {
    v1::Absence& away = *contact.add_absences();
    away.set_first_day(day);
    away.set_last_day("2026-12-08");
  }
  contact.set_valid_from("2026-01-01");
  contact.mutable_revision()->set_number(7);

  EXPECT_THAT(
      ShownFields(contact),
      ElementsAre(Row{"languages", "ka; en"},
                  Row{"working_hours", "Mon Tue Fri 09:00-17:30 Asia/Tbilisi, not on 2026-12-25"},
                  Row{"last_verified", "2026-11-23"},
                  Row{"deputies", "partners/georgia/contacts/tbilisi-2"},
                  Row{"absences", "2026-12-01 to 2026-12-08; 2026-12-07 to 2026-12-08"},
                  Row{"valid_from", "2026-01-01"}));
  EXPECT_THAT(ShownFields(v1::Contact()), IsEmpty());
}

TEST(ShownFieldsTest, WhatIsConfirmedSaysSoOnceAndNotWhatItWasBefore) {
  v1::Authority authority;
  authority.set_certainty(v1::CERTAINTY_UNCONFIRMED);
  EXPECT_THAT(ShownFields(authority), ElementsAre(Row{"certainty", "unconfirmed"}));
  *authority.mutable_confirmation() = Confirmation("certainty");
  EXPECT_THAT(ShownFields(authority), ElementsAre(Row{"certainty", kConfirmed}));
  authority.clear_certainty();
  EXPECT_THAT(ShownFields(authority), ElementsAre(Row{"certainty", kConfirmed}));

  v1::Partner partner;
  partner.set_competence_certainty(v1::CERTAINTY_UNCONFIRMED);
  *partner.mutable_competence_confirmation() = Confirmation("competent_in_criminal_matters");
  EXPECT_THAT(ShownFields(partner), ElementsAre(Row{"competence_certainty", kConfirmed}));
}

TEST(ShownFieldsTest, APeriodOfALegalClassIsASentence) {
  v1::LegalClassPeriod period;
  period.set_legal_class(v1::LEGAL_CLASS_MEMBER_STATE);
  EXPECT_EQ(LegalClassText(period), "member state");
  period.set_from("1973");
  period.set_to("2020-01-31");
  period.set_certainty(v1::CERTAINTY_FOUND);
  period.set_note("left");
  EXPECT_EQ(LegalClassText(period), "member state from 1973 until 2020-01-31 (found): left");
  *period.mutable_confirmation() = Confirmation("legal_class");
  EXPECT_EQ(LegalClassText(period),
            "member state from 1973 until 2020-01-31 (" + kConfirmed + "): left");
}

TEST(ShownFieldsTest, TimesNumbersAndBytesAreReadable) {
  engagement_scheduling::v1::Engagement engagement;
  engagement.mutable_interval()->mutable_start_time()->set_seconds(0);
  engagement.mutable_interval()->mutable_end_time()->set_seconds(3600);
  engagement.set_sequence(2);
  engagement.set_registry_checkpoint_sha256(std::string("\x00\xff", 2));
  engagement.mutable_transfer_question()->set_explore(true);

  EXPECT_THAT(ShownFields(engagement),
              ElementsAre(Row{"interval", "1970-01-01T00:00:00Z to 1970-01-01T01:00:00Z"},
                          Row{"sequence", "2"}, Row{"registry_checkpoint_sha256", "00ff"}));

  v1::TransferQuestion question;
  question.mutable_purpose()->set_task("coordination");
  v1::Origin& origin = *question.add_origins();
  origin.set_kind(v1::ORIGIN_KIND_MEMBER_STATE);
  origin.set_partner("partners/france");
  EXPECT_THAT(ShownFields(question),
              ElementsAre(Row{"purpose", "task coordination"},
                          Row{"origins", "kind member state, partner partners/france"}));
}

TEST(ShownFieldsTest, NamedFieldsAreInTheOrderAskedForAndEmptyWhereThereIsNone) {
  v1::Partner partner;
  partner.set_name("partners/georgia");
  partner.set_region("ASIA");
  partner.add_legal_classes()->set_legal_class(v1::LEGAL_CLASS_THIRD_COUNTRY);
  const std::vector<std::string> fields = {"region", "iso_alpha2", "legal_classes"};
  EXPECT_THAT(NamedFields(partner, fields),
              ElementsAre("partners/georgia", "ASIA", "", "third country"));
}

TEST(CertaintyTextTest, WhatNobodySaidIsNotUnknown) {
  EXPECT_EQ(CertaintyText(v1::CERTAINTY_UNSPECIFIED), "");
  EXPECT_EQ(CertaintyText(v1::CERTAINTY_UNKNOWN), "unknown");
  EXPECT_EQ(CertaintyText(v1::CERTAINTY_FOUND), "found");
}

TEST(CertaintyRowsTest, FieldsAreInTheOrderOfTheLawAndConfirmedOnesAreThereOnce) {
  v1::Instrument instrument;
  for (const char* field : {"title", "scope", "in_force", "signed", "ended", "public_since",
                            "provisional_from", "applied_from", "note"}) {
    (*instrument.mutable_certainty())[field] = v1::CERTAINTY_FOUND;
  }
  (*instrument.mutable_certainty())["in_force"] = v1::CERTAINTY_UNCONFIRMED;
  *instrument.add_confirmations() = Confirmation("in_force");
  (*instrument.mutable_value_recorded_by())["ended"] = "registry-2";

  EXPECT_THAT(
      CertaintyRows(instrument),
      ElementsAre(Row{"signed", "found", "", ""}, Row{"provisional_from", "found", "", ""},
                  Row{"in_force",
                      "confirmed 2023-11-14T22:13:20Z by "
                      "spiffe://agency.example/agency/desk-officer/-/desk-1",
                      "law of 2015", ""},
                  Row{"applied_from", "found", "", ""}, Row{"ended", "found", "", "registry-2"},
                  Row{"public_since", "found", "", ""}, Row{"scope", "found", "", ""},
                  Row{"note", "found", "", ""}, Row{"title", "found", "", ""}));
}

TEST(PrintIncompleteTest, WhoDidNotTellAllIsNamedUnderAPartOfTheAnswerOnly) {
  const auto said = [](const absl::Status& status) {
    std::ostringstream out;
    PrintIncomplete(out, status);
    return out.str();
  };
  const std::vector<PreconditionViolation> parts = {{"SERVICE", "partner-registry", "down"},
                                                    {"SERVICE", "document-exchange", "denied"}};
  EXPECT_EQ(said(MakeError(absl::StatusCode::kUnavailable, "A part.",
                           {.reason = "PARTIAL_ANSWER", .preconditions = parts})),
            "This is incomplete: partner-registry, document-exchange did not give all of its "
            "own.\n");
  EXPECT_EQ(said(MakeError(absl::StatusCode::kUnavailable, "None.",
                           {.reason = "OTHER", .preconditions = parts})),
            "");
  EXPECT_EQ(said(absl::OkStatus()), "");
}

TEST(PrintTableTest, LinesEndWithWhatIsInThem) {
  std::ostringstream out;
  PrintTable(out, {"a", "", ""}, {{"partner", "", ""}, {"x", "y", ""}});
  EXPECT_EQ(out.str(), "a\npartner\nx        y\n");
}

}  // namespace
}  // namespace comity::cli
