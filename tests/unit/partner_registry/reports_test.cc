// What comes and what would be affected, on the project's own data.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/json/canonical.h"
#include "common/time/day.h"
#include "services/partner-registry/reports/affected.h"
#include "services/partner-registry/reports/coming.h"
#include "services/partner-registry/reports/figures.h"
#include "services/partner-registry/reports/public_list.h"
#include "services/partner-registry/reports/words.h"
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
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = ComingEvent::Kind;

constexpr char kAgreement[] = "partners/albania/instruments/cooperation-agreement";

class ReportsTest : public ::testing::Test {
 protected:
  static std::vector<std::string> Fields(const std::vector<ComingEvent>& events) {
    std::vector<std::string> fields;
    for (const ComingEvent& event : events) {
      fields.push_back(absl::StrCat(FormatDay(event.day), " ", event.resource, " ", event.field,
                                    event.overdue ? " overdue" : ""));
    }
    return fields;
  }
  static std::vector<ComingEvent> Coming(const Registry& registry, const char* partner,
                                         const char* from, int days, std::vector<Kind> kinds) {
    return ComingEvents(registry, {.from = Day(from),
                                   .until = Day(from) + days,
                                   .partner = partner,
                                   .kinds = std::move(kinds)});
  }

  static std::vector<Affected> WhatIf(const Registry& registry, const std::string& name,
                                      Supposition supposition, const char* day) {
    return AffectedBy(registry, *registry.FindInstrument(name), supposition, Day(day)).value();
  }
  static std::string Line(const Affected& one) {
    return absl::StrCat(static_cast<int>(one.kind), " ", one.resource, ": ", one.before, " -> ",
                        one.after);
  }
  static std::vector<std::string> Lines(const std::vector<Affected>& affected) {
    std::vector<std::string> lines;
    for (const Affected& one : affected) lines.push_back(Line(one));
    return lines;
  }

  const Registry registry_ = LoadedRegistry();
};

TEST_F(ReportsTest, WhoWasTakenOffTheRegisterIsInNoReport) {
  Partner albania = *registry_.FindPartner("albania");
  albania.delete_time = absl::FromUnixSeconds(1);
  const Registry without = After(registry_, {albania});
  const auto list = json::ParseCanonical(PublicListOn(without, Day("2019-11-01")).content).value();
  const auto of_albania = [](const std::vector<ComingEvent>& events) {
    return std::count_if(events.begin(), events.end(),
                         [](const ComingEvent& event) { return event.partner == "albania"; });
  };

  EXPECT_THAT(Names(list.at("in_effect")), Not(Contains(kAgreement)));
  EXPECT_GT(of_albania(Coming(registry_, "", "2026-11-23", 3660, {})), 0);
  EXPECT_EQ(of_albania(Coming(without, "", "2026-11-23", 3660, {})), 0);
}

TEST_F(ReportsTest, WhatBeginsIsToldToWaitForWhatItCovers) {
  Instrument agreement = *registry_.FindInstrument(kAgreement);
  agreement.applied_from = "2027-01-01";
  const auto sentence = [&] {
    const auto events = Coming(After(registry_, {agreement}), "albania", "2026-12-30", 30,
                               {Kind::kInstrumentBegins});
    return events.size() == 1 ? events.front().sentence : "";
  };
  EXPECT_THAT(sentence(), HasSubstr("as far as its kind allows"));
  agreement.certainty["scope"] = Certainty::kUnconfirmed;
  EXPECT_THAT(sentence(), HasSubstr("once a second person confirmed what it covers"));
}

TEST_F(ReportsTest, ADayOfWhichOnlyTheMonthIsKnownComesOnItsFirstDay) {
  const std::vector<Kind> ends = {Kind::kInstrumentEnds};
  const std::string decision = "partners/united-kingdom/instruments/led-adequacy-2025-12 ended";

  EXPECT_THAT(Fields(Coming(registry_, "united-kingdom", "2031-11-01", 90, ends)),
              ElementsAre("2031-12-01 " + decision));
  EXPECT_THAT(Fields(Coming(registry_, "united-kingdom", "2031-12-15", 90, ends)),
              ElementsAre("2031-12-01 " + decision + " overdue"));
  EXPECT_THAT(Fields(Coming(registry_, "united-kingdom", "2032-01-01", 90, ends)), IsEmpty());
  // Before it was made, its predecessor's end was what came.
  EXPECT_THAT(Fields(Coming(registry_, "united-kingdom", "2025-12-01", 90, ends)),
              ElementsAre("2025-12-27 partners/united-kingdom/instruments/led-adequacy-2025-06 "
                          "ended"));
}

TEST_F(ReportsTest, WhatBeginsAndWhatIsSuspendedComes) {
  Instrument agreement = *registry_.FindInstrument(kAgreement);
  agreement.applied_from = "2027-01-01";
  agreement.suspended_from = "2027-01-10";
  agreement.parts_suspended = "*";
  agreement.certainty["suspended_from"] = Certainty::kFound;
  const auto events = Coming(After(registry_, {agreement}), "albania", "2026-12-30", 30,
                             {Kind::kInstrumentBegins, Kind::kSuspensionBegins});

  EXPECT_THAT(Fields(events),
              ElementsAre(absl::StrCat("2027-01-01 ", kAgreement, " applied_from"),
                          absl::StrCat("2027-01-10 ", kAgreement, " suspended_from")));
  for (const ComingEvent& event : events) EXPECT_THAT(event.sentence, HasSubstr(". "));
}

TEST_F(ReportsTest, NoticeWithoutAnEndIsOverdueUntilTheEndIsRecorded) {
  Instrument agreement = *registry_.FindInstrument(kAgreement);
  agreement.notified_end = "2026-10-01";
  const std::vector<Kind> ends = {Kind::kInstrumentEnds};
  EXPECT_THAT(Fields(Coming(After(registry_, {agreement}), "albania", "2026-11-23", 10, ends)),
              ElementsAre(absl::StrCat("2026-10-01 ", kAgreement, " notified_end overdue")));

  agreement.ended = "2027-03-31";
  EXPECT_THAT(Fields(Coming(After(registry_, {agreement}), "albania", "2026-11-23", 10, ends)),
              IsEmpty());
}

TEST_F(ReportsTest, TheClassOfAPartnerEndsTheDayBeforeItChanges) {
  EXPECT_THAT(
      Fields(Coming(registry_, "united-kingdom", "2020-12-01", 90, {Kind::kLegalClassEnds})),
      ElementsAre("2020-12-31 partners/united-kingdom legal_classes.MEMBER_STATE"));
}

TEST_F(ReportsTest, VerificationIsDueAfterAYearAndStaysOverdue) {
  const std::vector<Kind> due = {Kind::kVerificationDue};
  EXPECT_THAT(Fields(Coming(registry_, "albania", "2027-11-01", 90, due)),
              ElementsAre("2027-11-23 partners/albania/authorities/prosecution-service "
                          "last_verified",
                          "2027-11-23 partners/albania/contacts/tirana-1 last_verified"));
  EXPECT_TRUE(Coming(registry_, "albania", "2028-06-01", 1, due).front().overdue);
  // Whoever was never verified is due since it was recorded.
  EXPECT_THAT(Fields(Coming(registry_, "kosovo", "2026-12-01", 1, due)),
              ElementsAre("2026-11-23 partners/kosovo/authorities/prosecution-service "
                          "last_verified overdue"));
}

TEST_F(ReportsTest, DecisionsAndKeysThatRunOutComeWithTheirPartner) {
  const Decision decision{.id = "d1",
                          .kind = DecisionKind::kSafeguardsAssessment,
                          .counterparts = {"panama"},
                          .valid_from = "2026-01-01",
                          .valid_to = "2026-12-24",
                          .evidence = "assessment 7"};
  Decision withdrawn = decision;
  withdrawn.id = "d2";
  withdrawn.withdraw_time = absl::UnixEpoch();
  const KeyStatement key{.id = "k1",
                         .holder = "spiffe://agency.example/partner/panama/contact/panama-1",
                         .serial = 1,
                         .not_after = absl::FromCivil(absl::CivilDay(2026, 12, 20), Brussels())};
  const Registry registry = After(registry_, {decision, withdrawn, key});

  EXPECT_THAT(
      Fields(Coming(registry, "panama", "2026-11-23", 60,
                    {Kind::kDecisionEnds, Kind::kSealingKeyEnds})),
      ElementsAre("2026-12-19 keyStatements/k1 not_after", "2026-12-24 decisions/d1 valid_to"));
  EXPECT_THAT(Coming(registry, "albania", "2026-11-23", 60, {Kind::kDecisionEnds}), IsEmpty());
}

TEST_F(ReportsTest, EveryEventSaysWhoActsAndNoTwoHaveOnePosition) {
  std::set<std::string> positions;
  const auto events =
      ComingEvents(registry_, {.from = Day("2026-12-01"), .until = Day("2032-12-01")});
  ASSERT_GE(events.size(), 80U);
  for (const ComingEvent& event : events) {
    EXPECT_TRUE(positions.insert(event.Position()).second) << event.Position();
    EXPECT_THAT(event.sentence, ::testing::EndsWith(".")) << event.sentence;
    EXPECT_THAT(event.sentence, HasSubstr(". ")) << event.sentence;
  }
}

TEST_F(ReportsTest, FiguresCountWhatEndsWhereRelationsStandAndWhoIsStale) {
  Instrument agreement = *registry_.FindInstrument(kAgreement);
  agreement.ended = "2027-01-31";
  agreement.certainty["ended"] = Certainty::kFound;
  const Registry registry = After(registry_, {agreement});

  const Figures now = FiguresOn(registry, Day("2026-12-01"));
  EXPECT_EQ(now.expiring, (std::map<int, int>{{30, 0}, {90, 1}, {365, 1}}));
  EXPECT_EQ(now.stale_contacts, 0);
  EXPECT_GT(now.relations.at({Axis::kTreaty, "NONE"}), 0);
  EXPECT_EQ(now.relations.at({Axis::kContactPoint, "VERIFIED"}), 5);
  int partners = 0;
  for (const auto& [key, count] : now.relations) partners += key.first == Axis::kTreaty ? count : 0;
  EXPECT_EQ(partners, 92);

  EXPECT_EQ(FiguresOn(registry, Day("2027-01-15")).expiring.at(30), 1);
  EXPECT_EQ(FiguresOn(registry, Day("2027-02-01")).expiring.at(365), 0);
  EXPECT_EQ(FiguresOn(registry, Day("2027-11-23")).stale_contacts, 0);
  EXPECT_EQ(FiguresOn(registry, Day("2027-11-24")).stale_contacts, 5);
}

TEST_F(ReportsTest, WithoutItsAgreementAlbaniaHasNoBasisNoSecondmentAndNobodyToSealTo) {
  const auto affected = WhatIf(registry_, kAgreement, Supposition::kLapses, "2026-12-01");

  EXPECT_THAT(
      Lines(affected),
      ElementsAre("1 partners/albania/authorities/prosecution-service: "
                  "PERMITTED_SUBJECT_TO (EJR 56(2)(b), 80(5)) -> DECISION_REQUIRED (EJR 58, 59)",
                  "2 partners/albania/milestones/seconded: "
                  "PERMITTED (EJR 54a(1)) -> REFUSED (EJR 54a(1))",
                  "3 partners/albania/contacts/tirana-1: "
                  "opens documents sent to the authority -> none can be sent to the authority",
                  "4 partners/albania: applies since 2019-11-01 -> ended since 2026-12-01"));
  EXPECT_EQ(affected[0].outcome_after, legal::Outcome::kDecisionRequired);
  EXPECT_THAT(affected[0].sentence, HasSubstr("no legal basis established"));
  EXPECT_THAT(affected[1].sentence, HasSubstr("access to cases"));
}

TEST_F(ReportsTest, TheFootnoteOfWhoIsAffectedGoesWithItsName) {
  const Instrument agreement{
      .partner = "kosovo",
      .id = "agreement",
      .kind = InstrumentKind::kCooperationAgreementPre2019,
      .title = "Agreement",
      .signed_on = "2018-01-01",
      .in_force = "2019-01-01",
      .certainty = {{"signed", Certainty::kFound}, {"in_force", Certainty::kFound}},
      .allows_secondment = true};
  int named = 0;
  for (const Affected& one : WhatIf(After(registry_, {agreement}), NameOf(agreement),
                                    Supposition::kLapses, "2026-12-01")) {
    if (!absl::StrContains(one.sentence, "Kosovo*")) continue;
    ++named;
    EXPECT_THAT(one.sentence, HasSubstr("UNSCR 1244/1999"));
  }
  EXPECT_EQ(named, 2) << "a transfer and a secondment";
}

TEST_F(ReportsTest, AContactWhoseSecondmentIsOverIsNotSaidToOpenDocuments) {
  const Secondment over = {.partner = "albania",
                           .id = "s1",
                           .kind = SecondmentKind::kLiaisonProsecutor,
                           .instrument = kAgreement,
                           .from = "2026-01-01",
                           .to = "2026-11-22",
                           .contact = "tirana-1",
                           .evidence = "letter"};
  for (const Affected& one :
       WhatIf(After(registry_, {over}), kAgreement, Supposition::kLapses, "2026-12-01")) {
    EXPECT_NE(one.kind, Affected::Kind::kContact) << one.before;
  }
}

TEST_F(ReportsTest, TheUnitedKingdomFallsBackFromAdequacyToTheAgreement) {
  const auto affected =
      WhatIf(registry_, "partners/united-kingdom/instruments/led-adequacy-2025-12",
             Supposition::kSuspended, "2026-12-01");

  ASSERT_EQ(affected.size(), 1U) << "adequacy never entitled to a secondment";
  EXPECT_THAT(affected[0].before, HasSubstr("(EJR 57, 56(2)(a))"));
  EXPECT_THAT(affected[0].after, HasSubstr("(EJR 56(2)(c))"));
  EXPECT_EQ(affected[0].outcome_before, affected[0].outcome_after);
}

TEST_F(ReportsTest, AnExtensionKeepsTheBasisUntilItsNewLastDay) {
  const std::string decision = "partners/united-kingdom/instruments/led-adequacy-2025-12";
  const auto affected = WhatIf(registry_, decision, Supposition::kExtended, "2035-12-27");

  ASSERT_EQ(affected.size(), 1U);
  EXPECT_THAT(affected[0].before, HasSubstr("(EJR 56(2)(c))"));
  EXPECT_THAT(affected[0].after, HasSubstr("(EJR 57, 56(2)(a))"));
  EXPECT_THAT(AffectedBy(registry_, *registry_.FindInstrument(decision), Supposition::kExtended,
                         Day("2030-01-01")),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID"));
}

TEST_F(ReportsTest, WhatIsNoBasisAffectsItsAxisOnly) {
  const auto affected = WhatIf(registry_, "partners/panama/instruments/working-arrangement",
                               Supposition::kLapses, "2026-12-01");

  EXPECT_THAT(Lines(affected),
              ElementsAre("4 partners/panama: in effect since 2024-01-12 -> ended since "
                          "2026-12-01"));
  // A question changes nothing.
  EXPECT_EQ(registry_.FindInstrument("partners/panama/instruments/working-arrangement")->ended, "");
}

TEST_F(ReportsTest, AnAgreementIsToBeEvaluatedAYearAfterTheLastTimeOrItsEffect) {
  const std::vector<Kind> due = {Kind::kEvaluationDue};
  EXPECT_THAT(Fields(Coming(registry_, "albania", "2026-11-23", 30, due)),
              ElementsAre(absl::StrCat("2020-11-01 ", kAgreement, " last_evaluated overdue")))
      << "never since it took effect";

  Instrument agreement = *registry_.FindInstrument(kAgreement);
  agreement.last_evaluated = "2026-01-15";
  const Registry evaluated = After(registry_, {agreement});
  EXPECT_THAT(Fields(Coming(evaluated, "albania", "2026-11-23", 30, due)), IsEmpty());
  EXPECT_THAT(Fields(Coming(evaluated, "albania", "2026-11-23", 60, due)),
              ElementsAre(absl::StrCat("2027-01-15 ", kAgreement, " last_evaluated")));
  EXPECT_TRUE(Coming(evaluated, "albania", "2027-02-01", 1, due).front().overdue);

  agreement.ended = "2026-12-31";
  EXPECT_THAT(Fields(Coming(After(registry_, {agreement}), "albania", "2027-02-01", 60, due)),
              IsEmpty())
      << "it has no effect any more";
  EXPECT_THAT(Coming(registry_, "panama", "2026-11-23", 3660, due), IsEmpty())
      << "a working arrangement is none of these";
}

TEST_F(ReportsTest, AReviewIsDueByItsDayAndStaysOverdueWhileTheInstrumentLasts) {
  const std::string name = "partners/united-kingdom/instruments/led-adequacy-2025-12";
  Instrument decision = *registry_.FindInstrument(name);
  decision.review_by = "2029-12";
  const Registry registry = After(registry_, {decision});
  const std::vector<Kind> due = {Kind::kReviewDue};

  EXPECT_THAT(Fields(Coming(registry, "united-kingdom", "2029-11-01", 60, due)),
              ElementsAre("2029-12-01 " + name + " review_by"));
  const auto later = Coming(registry, "united-kingdom", "2030-03-01", 1, due);
  ASSERT_EQ(later.size(), 1U);
  EXPECT_TRUE(later.front().overdue);
  EXPECT_THAT(later.front().sentence, HasSubstr("LED 36(3)"));
  EXPECT_THAT(Coming(registry, "united-kingdom", "2032-01-01", 1, due), IsEmpty()) << "it is over";
}

TEST_F(ReportsTest, EndsOfContactsAndSecondmentsAndDeadlinesOfConsultationsCome) {
  Contact contact = *registry_.FindContact("partners/georgia/contacts/tbilisi-1");
  contact.valid_to = "2026-12-15";
  const Secondment secondment{.partner = "georgia",
                              .id = "s1",
                              .kind = SecondmentKind::kLiaisonProsecutor,
                              .instrument = "partners/georgia/instruments/cooperation-agreement",
                              .from = "2026-01-01",
                              .to = "2026-12-31",
                              .evidence = "letter"};
  const Consultation consultation{.partner = "georgia",
                                  .id = "c1",
                                  .question = "?",
                                  .opened = "2026-11-01",
                                  .deadline = "2026-12-10",
                                  .evidence = "note",
                                  .member_states = {"france", "italy"}};
  const std::vector<Kind> kinds = {Kind::kContactEnds, Kind::kSecondmentEnds,
                                   Kind::kConsultationDue};
  const Registry registry = After(registry_, {contact, secondment, consultation});
  const auto events = Coming(registry, "georgia", "2026-11-23", 60, kinds);
  EXPECT_THAT(Fields(events), ElementsAre("2026-12-03 partners/georgia/consultations/c1 reminder",
                                          "2026-12-10 partners/georgia/consultations/c1 deadline",
                                          "2026-12-15 partners/georgia/contacts/tbilisi-1 valid_to",
                                          "2026-12-31 partners/georgia/secondments/s1 to"));
  EXPECT_THAT(events.front().sentence, HasSubstr("0 of 2"));
  EXPECT_THAT(Fields(Coming(registry, "georgia", "2027-01-02", 10, kinds)),
              ElementsAre("2026-12-10 partners/georgia/consultations/c1 deadline overdue"));

  Secondment ended = secondment;
  ended.ended = true;
  Consultation closed = consultation;
  closed.state = ConsultationState::kClosed;
  contact.state = ContactState::kSuspended;
  EXPECT_THAT(Coming(After(registry, {contact, ended, closed}), "georgia", "2026-11-23", 60, kinds),
              IsEmpty());
}

TEST_F(ReportsTest, WhoIsNoLongerValidIsNotToBeVerified) {
  Contact contact = *registry_.FindContact("partners/albania/contacts/tirana-1");
  contact.valid_to = "2027-12-31";
  const Registry registry = After(registry_, {contact});
  const auto stale = [&](const char* day) { return FiguresOn(registry, Day(day)).stale_contacts; };
  const int others = FiguresOn(registry_, Day("2028-06-01")).stale_contacts - 1;

  EXPECT_EQ(stale("2027-12-31"), others + 1);
  EXPECT_EQ(stale("2028-01-01"), others);
}

}  // namespace
}  // namespace comity::partner_registry
