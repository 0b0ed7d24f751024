#include "services/partner-registry/domain/mutations.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/legal/evaluate.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/legal/somebody_opens.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const char kId[] = "01900000-0000-7000-8000-000000000001";
const char kParis[] = "spiffe://agency.example/partner/france/contact/paris-1";
const char kRome[] = "spiffe://agency.example/partner/italy/contact/rome-1";

identity::Principal Who(absl::string_view path) {
  return identity::Principal::Parse(absl::StrCat("spiffe://agency.example/", path)).value();
}

class MutationsTest : public ::testing::Test {
 protected:
  absl::StatusOr<Plan> Record(const identity::Principal& caller, const Decision& decision) const {
    return PlanRecordDecision(registry_, rules_, caller, decision, kId, now_);
  }

  static Decision FrenchAuthorisation() {
    return {.kind = DecisionKind::kAuthorisation,
            .partner = "france",
            .counterparts = {"georgia"},
            .valid_from = "2026-11-01",
            .evidence = "letter 12"};
  }

  const Registry registry_ = LoadedRegistry();
  const DecisionRules rules_ = DecisionRules::Default();
  const absl::Time now_ = absl::FromCivil(absl::CivilHour(2026, 11, 23, 12), absl::UTCTimeZone());
  const identity::Principal french_ = Who("agency/national-member/fr/n1");
};

TEST_F(MutationsTest, AStatesNationalMemberRecordsItsAuthorisation) {
  const auto plan = Record(french_, FrenchAuthorisation());

  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->resource, absl::StrCat("decisions/", kId));
  const Decision& decision = std::get<Decision>(plan->facts.at(0));
  EXPECT_EQ(decision.recorded_by, french_.spiffe_id);
  EXPECT_FALSE(plan->barrier);
}

TEST_F(MutationsTest, NobodyElseRecordsOrWithdrawsIt) {
  for (const char* other :
       {"agency/national-member/it/n1", "agency/national-member/-/n1", "agency/desk-officer/fr/d1",
        "agency/president/-/p1", "agency/registry-operator/-/r1"}) {
    EXPECT_THAT(Record(Who(other), FrenchAuthorisation()),
                FailsWith(absl::StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"))
        << other;
  }
  const Registry recorded = After(registry_, Record(french_, FrenchAuthorisation())->facts);
  EXPECT_THAT(
      PlanWithdrawDecision(recorded, rules_, Who("agency/national-member/it/n1"), kId, now_),
      FailsWith(absl::StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
}

TEST_F(MutationsTest, WhoRecordedItWithdrawsItWhateverBecameOfHisStatesCode) {
  const Registry recorded = After(registry_, Record(french_, FrenchAuthorisation())->facts);
  Partner france = *recorded.FindPartner("france");
  france.iso_alpha2 = "XX";
  const Registry moved = After(recorded, {france});
  const auto withdraw = [&](absl::string_view who) {
    return PlanWithdrawDecision(moved, rules_, Who(who), kId, now_);
  };
  EXPECT_THAT(withdraw("agency/national-member/fr/n1"), IsOk());
  EXPECT_THAT(withdraw("agency/national-member/fr/n2"), IsOk()) << "of the same office";
  for (const char* const other : {"agency/national-member/it/n1", "agency/desk-officer/fr/n1",
                                  "agency/registry-operator/-/n1", "service/fr"}) {
    EXPECT_THAT(withdraw(other),
                FailsWith(absl::StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"))
        << other;
  }
  EXPECT_THAT(PlanRecordDecision(moved, rules_, french_, FrenchAuthorisation(), "again", now_),
              FailsWith(absl::StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"))
      << "what opens more";
}

TEST_F(MutationsTest, APartnersContactDoesNotEvenLearnThatTheDecisionExists) {
  const Registry recorded = After(registry_, Record(french_, FrenchAuthorisation())->facts);
  const auto georgian = Who("partner/georgia/contact/tbilisi-1");

  const auto hidden = PlanWithdrawDecision(recorded, rules_, georgian, kId, now_);
  const auto absent = PlanWithdrawDecision(recorded, rules_, georgian, "none", now_);

  EXPECT_THAT(hidden, FailsWith(absl::StatusCode::kNotFound, "DECISION_NOT_FOUND"));
  EXPECT_EQ(hidden.status(), absent.status());
}

TEST_F(MutationsTest, AWithdrawalIsABarrierAndIsDoneOnce) {
  const Registry recorded = After(registry_, Record(french_, FrenchAuthorisation())->facts);

  const auto plan = PlanWithdrawDecision(recorded, rules_, french_, kId, now_);

  ASSERT_THAT(plan, IsOk());
  EXPECT_TRUE(plan->barrier);
  EXPECT_EQ(std::get<Decision>(plan->facts.at(0)).withdraw_time, now_);
  const Registry withdrawn = After(recorded, plan->facts);
  EXPECT_THAT(PlanWithdrawDecision(withdrawn, rules_, french_, kId, now_),
              FailsWith(absl::StatusCode::kFailedPrecondition, "DECISION_WITHDRAWN"));
}

TEST_F(MutationsTest, DecisionsThatBelongToACaseAreNotKeptHere) {
  Decision of_case = FrenchAuthorisation();
  of_case.kind = DecisionKind::kRestrictionLifted;
  of_case.case_reference = "case 1";
  EXPECT_THAT(Record(french_, of_case),
              FailsWith(absl::StatusCode::kInvalidArgument, "DECISION_TIED_TO_CASE"));
  EXPECT_THAT(Record(Who("agency/president/-/p1"),
                     {.kind = DecisionKind::kDerogationVitalInterests, .valid_from = "2026-11-23"}),
              FailsWith(absl::StatusCode::kInvalidArgument, "DECISION_TIED_TO_CASE"));
}

TEST_F(MutationsTest, AnAuthorisationForOneCaseIsKeptAndCountsForThatCase) {
  Decision of_case = FrenchAuthorisation();
  of_case.case_reference = std::string(201, 'a');
  EXPECT_THAT(Record(french_, of_case),
              FailsWith(absl::StatusCode::kInvalidArgument, "DECISION_INVALID"));
  of_case.case_reference = "case 1";
  EXPECT_THAT(Record(Who("agency/national-member/it/n1"), of_case),
              FailsWith(absl::StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
  const auto plan = Record(french_, of_case);
  ASSERT_THAT(plan, IsOk());
  const Registry recorded = After(registry_, plan->facts);
  const auto authorised = [&](const std::string& asked_case) {
    legal::Question question;
    question.instant = now_;
    question.counterpart = "partners/georgia/authorities/prosecution-service";
    question.data_kind = legal::DataKind::kOperational;
    question.purpose.case_reference = asked_case;
    question.origins = {{.kind = legal::OriginKind::kMemberState, .partner = "partners/france"}};
    for (const legal::Reason& reason : legal::Evaluate(recorded.facts(), question).reasons) {
      if (reason.row == "4.1") return true;
    }
    return false;
  };
  EXPECT_TRUE(authorised("case 1"));
  EXPECT_FALSE(authorised("case 2"));
  EXPECT_FALSE(authorised(""));
}

TEST_F(MutationsTest, OnlyAMemberStateAuthorises) {
  Decision georgian = FrenchAuthorisation();
  georgian.partner = "georgia";
  EXPECT_THAT(Record(Who("agency/national-member/ge/n1"), georgian),
              FailsWith(absl::StatusCode::kFailedPrecondition, "NOT_A_MEMBER_STATE"));

  Decision danish = FrenchAuthorisation();
  danish.partner = "denmark";
  EXPECT_THAT(Record(Who("agency/national-member/dk/n1"), danish), IsOk());
}

TEST_F(MutationsTest, ADecisionNeedsEvidenceAndDaysThatMakeSense) {
  Decision decision = FrenchAuthorisation();
  decision.evidence.clear();
  EXPECT_THAT(Record(french_, decision),
              FailsWith(absl::StatusCode::kInvalidArgument, "DECISION_INVALID"));
  decision = FrenchAuthorisation();
  decision.valid_from = "2026-11";
  EXPECT_THAT(Record(french_, decision),
              FailsWith(absl::StatusCode::kInvalidArgument, "DECISION_INVALID"));
  decision = FrenchAuthorisation();
  decision.valid_to = "2026-10-31";
  EXPECT_THAT(Record(french_, decision),
              FailsWith(absl::StatusCode::kInvalidArgument, "DECISION_INVALID"));
  decision = FrenchAuthorisation();
  decision.counterparts = {"atlantis"};
  EXPECT_THAT(Record(french_, decision),
              FailsWith(absl::StatusCode::kInvalidArgument, "DECISION_INVALID"));
}

TEST_F(MutationsTest, ADecisionsTextsAreSoLongAltogether) {
  Decision decision = FrenchAuthorisation();
  decision.conditions = {std::string(2000, 'a'), std::string(2000, 'b'), std::string(2000, 'c'),
                         std::string(2000, 'd')};
  decision.grounds = std::string(2000 - decision.evidence.size(), 'g');
  EXPECT_THAT(Record(french_, decision), IsOk());
  decision.conditions.emplace_back("e");
  const auto refused = Record(french_, decision);
  ASSERT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "DECISION_INVALID"));
  EXPECT_EQ(DetailsOf(refused.status()).fields.at(0).field, "decision.conditions");
}

TEST_F(MutationsTest, SoManyDecisionsOfOnePartnerAreRecordedInADayWithdrawnOnesIncluded) {
  const auto recorded = [&](int number, absl::string_view partner, const std::string& by) {
    Decision decision = FrenchAuthorisation();
    decision.id = absl::StrCat("00000000-0000-4000-8000-000000000", number);
    decision.partner = std::string(partner);
    decision.recorded_by = by;
    decision.withdraw_time = now_;
    return decision;
  };
  std::vector<Fact> of_the_day;
  for (int i = 0; i < 200; ++i) of_the_day.emplace_back(recorded(100 + i, "france", kParis));
  for (int i = 0; i < 200; ++i) of_the_day.emplace_back(recorded(300 + i, "italy", kRome));
  of_the_day.emplace_back(recorded(500, "france", french_.spiffe_id));
  const Registry full = After(registry_, of_the_day);
  const absl::Time then = full.FindDecision(recorded(100, "", "").id)->recorded.time;
  Decision permission = FrenchAuthorisation();
  permission.kind = DecisionKind::kOriginatorPermission;
  const auto record = [&](const identity::Principal& who, absl::Time now) {
    return PlanRecordDecision(full, rules_, who, permission, kId, now);
  };
  const identity::Principal paris = identity::Principal::Parse(kParis).value();

  EXPECT_THAT(record(paris, then + absl::Hours(23)),
              FailsWith(absl::StatusCode::kResourceExhausted, "DECISIONS_OF_THE_DAY"));
  EXPECT_THAT(record(french_, then + absl::Hours(23)), IsOk())
      << "its contacts keep its national members from nothing";
  EXPECT_THAT(record(identity::Principal::Parse(absl::StrCat(kParis, "-2")).value(),
                     then + absl::Hours(23)),
              IsOk())
      << "nor each other";
  EXPECT_THAT(record(paris, then + absl::Hours(24)), IsOk());
}

TEST_F(MutationsTest, SoManyDecisionsOfTheAgencyAreRecordedInADayToo) {
  const identity::Principal college = Who("agency/college/-/c1");
  Decision assessment = {.kind = DecisionKind::kSafeguardsAssessment,
                         .counterparts = {"panama"},
                         .valid_from = "2026-11-23",
                         .valid_to = "2027-11-22",
                         .evidence = "College decision 4",
                         .grounds = "assessment of the legal order",
                         .recorded_by = college.spiffe_id};
  std::vector<Fact> of_the_day;
  for (int i = 0; i < 200; ++i) {
    assessment.id = absl::StrCat("00000000-0000-4000-8000-000000000", 100 + i);
    of_the_day.emplace_back(assessment);
  }
  const Registry full = After(registry_, of_the_day);
  const absl::Time then = full.FindDecision(assessment.id)->recorded.time;
  const auto record = [&](const identity::Principal& who, absl::Time now) {
    return PlanRecordDecision(full, rules_, who, assessment, kId, now);
  };

  EXPECT_THAT(record(college, then + absl::Hours(23)),
              FailsWith(absl::StatusCode::kResourceExhausted, "DECISIONS_OF_THE_DAY"));
  EXPECT_THAT(record(Who("agency/college/-/c2"), then + absl::Hours(23)), IsOk());
  EXPECT_THAT(record(college, then + absl::Hours(24)), IsOk());
}

TEST_F(MutationsTest, AnAssessmentIsTheAgencysNamesItsCounterpartAndEnds) {
  const Decision assessment = {.kind = DecisionKind::kSafeguardsAssessment,
                               .counterparts = {"panama"},
                               .valid_from = "2026-11-23",
                               .valid_to = "2027-11-22",
                               .evidence = "College decision 4",
                               .grounds = "assessment of the legal order"};
  EXPECT_THAT(Record(Who("agency/college/-/c1"), assessment), IsOk());
  EXPECT_THAT(Record(french_, assessment),
              FailsWith(absl::StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
  Decision endless = assessment;
  endless.valid_to.clear();
  EXPECT_THAT(Record(Who("agency/college/-/c1"), endless),
              FailsWith(absl::StatusCode::kInvalidArgument, "DECISION_INVALID"));
}

TEST_F(MutationsTest, TheTableOfWhoDecidesCanBeChangedButNotInventKindsOrRoles) {
  const auto changed = DecisionRules::Parse({{"SAFEGUARDS_ASSESSMENT", {"agency/dpo"}}});
  ASSERT_THAT(changed, IsOk());
  EXPECT_TRUE(
      changed->Allows(Who("agency/dpo/-/d1"), DecisionKind::kSafeguardsAssessment, "", registry_));
  EXPECT_FALSE(changed->Allows(Who("agency/college/-/c1"), DecisionKind::kSafeguardsAssessment, "",
                               registry_));
  EXPECT_THAT(DecisionRules::Parse({{"DEROGATION_VITAL_INTERESTS", {"agency/dpo"}}}),
              FailsWith(absl::StatusCode::kInvalidArgument, "DECISION_RULES_INVALID"));
  EXPECT_THAT(DecisionRules::Parse({{"AUTHORISATION", {"agency/king"}}}),
              FailsWith(absl::StatusCode::kInvalidArgument, "DECISION_RULES_INVALID"));
}

TEST_F(MutationsTest, SuspendingAContactIsABarrierAndTwiceIsNoChange) {
  const char* const name = "partners/georgia/contacts/tbilisi-1";

  const auto plan = PlanContactState(registry_, name, ContactState::kSuspended);

  ASSERT_THAT(plan, IsOk());
  EXPECT_TRUE(plan->barrier);
  const Registry suspended = After(registry_, plan->facts);
  const auto again = PlanContactState(suspended, name, ContactState::kSuspended);
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(again->facts, IsEmpty());
  EXPECT_TRUE(again->barrier) << "the caller may be waiting for the first one";
  EXPECT_THAT(PlanContactState(registry_, "partners/georgia/contacts/x", ContactState::kActive),
              FailsWith(absl::StatusCode::kNotFound, "CONTACT_NOT_FOUND"));
}

TEST_F(MutationsTest, SuspendingExchangesIsABarrierAndResumingThemIsNone) {
  const auto plan = PlanExchanges(registry_, "georgia", true);

  ASSERT_THAT(plan, IsOk());
  EXPECT_TRUE(plan->barrier);
  EXPECT_EQ(plan->resource, "partners/georgia");
  const Registry suspended = After(registry_, plan->facts);
  EXPECT_TRUE(suspended.FindPartner("georgia")->exchanges_suspended);
  const auto again = PlanExchanges(suspended, "georgia", true);
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(again->facts, IsEmpty());
  EXPECT_TRUE(again->barrier) << "the caller may be waiting for the first one";
  const auto resumed = PlanExchanges(suspended, "georgia", false);
  ASSERT_THAT(resumed, IsOk());
  EXPECT_FALSE(resumed->barrier);
  EXPECT_FALSE(After(suspended, resumed->facts).FindPartner("georgia")->exchanges_suspended);
  EXPECT_THAT(PlanExchanges(registry_, "atlantis", true),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
}

TEST_F(MutationsTest, AContactsNameAndSpiffeIdAreItsAlone) {
  Contact contact = *registry_.FindContact("partners/georgia/contacts/tbilisi-1");
  EXPECT_THAT(PlanCreateContact(registry_, contact, kNow),
              FailsWith(absl::StatusCode::kAlreadyExists, "CONTACT_EXISTS"));
  contact.id = "tbilisi-2";
  EXPECT_THAT(PlanCreateContact(registry_, contact, kNow),
              FailsWith(absl::StatusCode::kAlreadyExists, "CONTACT_EXISTS"));
  contact.spiffe_id = "spiffe://georgia.example/partner/georgia/contact/tbilisi-3";
  EXPECT_THAT(PlanCreateContact(registry_, contact, kNow),
              FailsWith(absl::StatusCode::kInvalidArgument, "CONTACT_INVALID"));
  contact.spiffe_id = "spiffe://georgia.example/partner/georgia/contact/tbilisi-2";
  EXPECT_THAT(PlanCreateContact(registry_, contact, kNow), IsOk());
}

TEST_F(MutationsTest, KeyStatementsFormAChain) {
  const std::string holder = "spiffe://georgia.example/partner/georgia/contact/tbilisi-1";
  KeyStatement first = {.id = "k1",
                        .holder = holder,
                        .statement = "first",
                        .serial = 1,
                        .not_after = now_ + absl::Hours(24)};
  EXPECT_THAT(PlanPublishKey(registry_, "spiffe://agency.example/service/x", first, "", now_),
              FailsWith(absl::StatusCode::kInvalidArgument, "KEY_STATEMENT_NOT_YOURS"));
  const auto plan = PlanPublishKey(registry_, holder, first, "", now_);
  ASSERT_THAT(plan, IsOk());
  const Registry published = After(registry_, plan->facts);
  EXPECT_THAT(PlanPublishKey(published, holder, first, "", now_)->facts, IsEmpty());

  KeyStatement second = first;
  second.id = "k2";
  second.statement = "second";
  EXPECT_THAT(PlanPublishKey(published, holder, second, "", now_),
              FailsWith(absl::StatusCode::kFailedPrecondition, "KEY_STATEMENT_CHAIN"));
  second.serial = 2;
  EXPECT_THAT(PlanPublishKey(published, holder, second, std::string(64, '0'), now_),
              FailsWith(absl::StatusCode::kFailedPrecondition, "KEY_STATEMENT_CHAIN"));
  const std::string digest = crypto::Hex(crypto::View(crypto::Sha256("first")));
  const auto next = PlanPublishKey(published, holder, second, digest, now_);
  ASSERT_THAT(next, IsOk());
  EXPECT_EQ(After(published, next->facts).CurrentKey(holder)->statement, "second");
  second.not_after = now_;
  EXPECT_THAT(PlanPublishKey(published, holder, second, digest, now_),
              FailsWith(absl::StatusCode::kFailedPrecondition, "KEY_STATEMENT_EXPIRED"));
}

TEST_F(MutationsTest, AHolderPublishesSoManyKeysInADay) {
  const auto statement = [&](int serial, absl::string_view contact) {
    return KeyStatement{
        .id = absl::StrCat("00000000-0000-4000-8000-000000000", 100 + serial, contact),
        .holder = absl::StrCat("spiffe://georgia.example/partner/georgia/contact/", contact),
        .statement = absl::StrCat("statement ", serial),
        .serial = serial,
        .not_after = now_ + absl::Hours(24 * 365)};
  };
  const auto publish = [&](const Registry& registry, int serial, absl::string_view contact,
                           absl::Time now) {
    const KeyStatement next = statement(serial, contact);
    const std::string before =
        serial == 1
            ? ""
            : crypto::Hex(crypto::View(crypto::Sha256(absl::StrCat("statement ", serial - 1))));
    return PlanPublishKey(registry, next.holder, next, before, now);
  };
  Registry registry = registry_;
  for (int serial = 1; serial <= 20; ++serial) {
    const auto plan = publish(registry, serial, "tbilisi-1", now_);
    ASSERT_THAT(plan, IsOk()) << serial;
    registry = After(registry, plan->facts);
  }
  const absl::Time then = registry.CurrentKey(statement(1, "tbilisi-1").holder)->recorded.time;

  EXPECT_THAT(publish(registry, 21, "tbilisi-1", then + absl::Hours(23)),
              FailsWith(absl::StatusCode::kResourceExhausted, "KEY_STATEMENTS_OF_THE_DAY"));
  EXPECT_THAT(publish(registry, 20, "tbilisi-1", then + absl::Hours(23))->facts, IsEmpty())
      << "published before: nothing more is kept";
  EXPECT_THAT(publish(registry, 1, "tbilisi-2", then + absl::Hours(23)), IsOk())
      << "others are not kept from theirs";
  EXPECT_THAT(publish(registry, 21, "tbilisi-1", then + absl::Hours(24)), IsOk());
}

TEST_F(MutationsTest, AnOpenersKeyMakesItsAuthorityReachableAndItsSuspensionUndoesIt) {
  const char* const authority = "partners/georgia/authorities/prosecution-service";
  const auto opens = [&](const Registry& registry, absl::Time instant) {
    return legal::SomebodyOpens(registry.facts(), authority, instant);
  };
  EXPECT_FALSE(opens(registry_, now_));
  const Registry published =
      After(registry_,
            {KeyStatement{.id = "k1",
                          .holder = "spiffe://georgia.example/partner/georgia/contact/tbilisi-1",
                          .statement = "s",
                          .serial = 1,
                          .not_after = now_ + absl::Hours(1)}});
  EXPECT_TRUE(opens(published, now_));
  EXPECT_FALSE(opens(published, now_ + absl::Hours(1)));
  const auto suspend =
      PlanContactState(published, "partners/georgia/contacts/tbilisi-1", ContactState::kSuspended);
  EXPECT_FALSE(opens(After(published, suspend->facts), now_));
}

}  // namespace
}  // namespace comity::partner_registry
