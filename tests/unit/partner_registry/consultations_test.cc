#include "services/partner-registry/domain/consultations.h"

#include <gmock/gmock.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/partner-registry/domain/standing.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kName[] = "partners/algeria/consultations/c1";

identity::Principal Who(absl::string_view path) {
  return identity::Principal::Parse(absl::StrCat("spiffe://agency.example/", path)).value();
}

absl::Time Noon(absl::CivilDay day) {
  return absl::FromCivil(absl::CivilHour(day) + 12, absl::UTCTimeZone());
}

class ConsultationsTest : public ::testing::Test {
 protected:
  static Consultation Asked() {
    return {.partner = "algeria",
            .id = "c1",
            .question = "Is Algeria to be proposed?",
            .opened = "2026-11-02",
            .deadline = "2026-11-20",
            .evidence = "note 12/2026"};
  }

  static Reply From(const std::string& state, Position position = Position::kInFavour) {
    return {.member_state = state, .position = position, .day = "2026-11-10", .evidence = "letter"};
  }

  void Take(const absl::StatusOr<Plan>& plan) {
    ASSERT_THAT(plan, IsOk());
    registry_ = After(std::move(registry_), plan->facts);
  }

  void Open() { Take(PlanOpenConsultation(registry_, Asked(), now_)); }

  void AllReplyBut(const std::vector<std::string>& silent,
                   Position position = Position::kInFavour) {
    const std::vector<std::string> asked = Known().member_states;  // Which each reply replaces.
    for (const std::string& state : asked) {
      if (std::find(silent.begin(), silent.end(), state) != silent.end()) continue;
      Take(PlanRecordReply(registry_, kName, From(state, position), desk_, now_));
    }
  }

  // The State's own national member.
  identity::Principal MemberOf(const std::string& state) const {
    return Who(absl::StrCat("agency/national-member/",
                            absl::AsciiStrToLower(registry_.FindPartner(state)->iso_alpha2),
                            "/n1"));
  }

  void AllReplyThemselvesBut(const std::vector<std::string>& others) {
    const std::vector<std::string> asked = Known().member_states;
    for (const std::string& state : asked) {
      if (std::find(others.begin(), others.end(), state) != others.end()) continue;
      Take(PlanRecordReply(registry_, kName, From(state), MemberOf(state), now_));
    }
  }

  const Consultation& Known() const { return *registry_.relations().Find<Consultation>(kName); }

  absl::StatusOr<Plan> Close(const std::string& override_reason = "",
                             absl::string_view etag = "") const {
    return PlanCloseConsultation(registry_, kName, override_reason, etag, now_);
  }

  Registry registry_ = LoadedRegistry();
  absl::Time now_ = Noon(absl::CivilDay(2026, 11, 15));
  const identity::Principal desk_ = Who("agency/desk-officer/-/d1");
};

TEST_F(ConsultationsTest, TheMemberStatesOfTodayAreAskedWheneverItWasOpened) {
  Consultation asked = Asked();
  asked.opened = "2026-10-15";
  Take(PlanOpenConsultation(registry_, asked, now_));
  EXPECT_THAT(Known().member_states, SizeIs(26));
  EXPECT_THAT(Known().member_states, Contains("croatia"));
  EXPECT_THAT(Known().member_states, Not(Contains("denmark"))) << "not bound since 2019";
  EXPECT_THAT(Known().member_states, Not(Contains("united-kingdom")));

  asked.id = "c2";
  for (const char* const before : {"2026-10-14", "2013-06-30", "1960-01-01"}) {
    asked.opened = before;
    const auto refused = PlanOpenConsultation(registry_, asked, now_);
    EXPECT_THAT(refused, FailsWith(absl::StatusCode::kInvalidArgument, "CONSULTATION_INVALID"));
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr("2026-10-15")) << before;
  }
}

TEST_F(ConsultationsTest, NoOnePersonLeavesAMemberStateOut) {
  const LegalClassPeriod third{.legal_class = LegalClass::kThirdCountry,
                               .certainty = Certainty::kUnconfirmed};
  LegalClassPeriod member{.legal_class = LegalClass::kMemberState,
                          .from = "2004-05-01",
                          .certainty = Certainty::kUnconfirmed};
  LegalClassPeriod left = third;
  left.from = "2026-11-01";
  LegalClassPeriod over = member;
  over.to = "2026-10-31";
  over.certainty = Certainty::kFound;
  LegalClassPeriod later = over;
  later.from = "2030-01-01";
  later.to = "";
  const std::vector<std::vector<LegalClassPeriod>> recorded = {
      {third}, {member}, {over, left}, {over}, {later}};
  for (const std::vector<LegalClassPeriod>& classes : recorded) {
    Partner hungary = *registry_.FindPartner("hungary");
    hungary.legal_classes = classes;
    EXPECT_THAT(MemberStatesOn(After(registry_, {hungary}), absl::CivilDay(2026, 11, 15)),
                Contains("hungary"));
  }
  Partner hungary = *registry_.FindPartner("hungary");
  left.confirmation = Confirmation{.confirmed_by = "somebody"};
  hungary.legal_classes = {over, left};
  EXPECT_THAT(MemberStatesOn(After(registry_, {hungary}), absl::CivilDay(2026, 11, 15)),
              Not(Contains("hungary")))
      << "two persons say that it has left";
}

TEST_F(ConsultationsTest, WhoIsOffTheRegisterIsAskedAndNotAskedAbout) {
  Partner croatia = *registry_.FindPartner("croatia");
  croatia.delete_time = now_;
  Partner algeria = *registry_.FindPartner("algeria");
  algeria.delete_time = now_;
  registry_ = After(std::move(registry_), {croatia});
  Open();
  EXPECT_THAT(Known().member_states, Contains("croatia"))
      << "whoever deletes a Member State does not leave it out";

  registry_ = After(std::move(registry_), {algeria});
  EXPECT_THAT(PlanOpenConsultation(registry_, Asked(), now_),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PARTNER_DELETED"));
}

TEST_F(ConsultationsTest, NobodyIsAskedWhetherAMemberStateIsToBeProposed) {
  for (const char* const partner : {"france", "denmark", "eppo", "ejn", "icpa"}) {
    Consultation asked = Asked();
    asked.partner = partner;
    EXPECT_THAT(PlanOpenConsultation(registry_, asked, now_),
                FailsWith(absl::StatusCode::kFailedPrecondition, "NOT_A_CANDIDATE"))
        << partner;
  }
}

TEST_F(ConsultationsTest, OnlyWhoseClassIsSureIsAskedAbout) {
  Partner algeria = *registry_.FindPartner("algeria");
  algeria.legal_classes = {{.legal_class = LegalClass::kThirdCountry,
                            .from = "2020-01-01",
                            .certainty = Certainty::kUnconfirmed}};
  const auto refused = PlanOpenConsultation(After(registry_, {algeria}), Asked(), now_);
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kFailedPrecondition, "NOT_A_CANDIDATE"));
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("comity partners confirm-class algeria --from 2020-01-01 --evidence"));

  algeria.legal_classes[0].confirmation = Confirmation{.confirmed_by = "somebody"};
  EXPECT_THAT(PlanOpenConsultation(After(registry_, {algeria}), Asked(), now_), IsOk());

  algeria.legal_classes[0].confirmation.reset();
  algeria.legal_classes[0].certainty = Certainty::kYear;
  EXPECT_THAT(PlanOpenConsultation(After(registry_, {algeria}), Asked(), now_), IsOk());
  algeria.legal_classes[0].from = "2026-01-01";
  EXPECT_THAT(PlanOpenConsultation(After(registry_, {algeria}), Asked(), now_),
              FailsWith(absl::StatusCode::kFailedPrecondition, "NOT_A_CANDIDATE"))
      << "the day may lie later in the year";
}

TEST_F(ConsultationsTest, WhatTheServerSetsIsNotTakenFromTheCaller) {
  Consultation forged = Asked();
  forged.state = ConsultationState::kClosed;
  forged.closed = "2026-11-03";
  forged.override_reason = "because";
  forged.member_states = {"france"};
  forged.replies = {From("france")};
  Take(PlanOpenConsultation(registry_, forged, now_));

  EXPECT_EQ(Known().state, ConsultationState::kOpen);
  EXPECT_THAT(Known().replies, IsEmpty());
  EXPECT_THAT(Known().closed, IsEmpty());
  EXPECT_THAT(Known().override_reason, IsEmpty());
  EXPECT_GT(Known().member_states.size(), 20U);
}

TEST_F(ConsultationsTest, BadFieldsAreRefusedByName) {
  const auto refused = [&](auto change) {
    Consultation wrong = Asked();
    change(wrong);
    return PlanOpenConsultation(registry_, wrong, now_).status();
  };
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "CONSULTATION_INVALID");
  EXPECT_THAT(refused([](Consultation& c) { c.id = "C 1"; }), invalid);
  EXPECT_THAT(refused([](Consultation& c) { c.question = ""; }), invalid);
  EXPECT_THAT(refused([](Consultation& c) { c.opened = "2026-11"; }), invalid);
  EXPECT_THAT(refused([](Consultation& c) { c.opened = "2026-11-16"; }), invalid) << "tomorrow";
  EXPECT_THAT(refused([](Consultation& c) { c.deadline = "2026-11-01"; }), invalid);
  EXPECT_THAT(refused([](Consultation& c) { c.deadline = "2026-11-15"; }), invalid)
      << "nobody could reply by then";
  EXPECT_THAT(refused([](Consultation& c) {
                c.opened = "2020-01-01";
                c.deadline = "2020-11-30";
              }),
              invalid);
  EXPECT_THAT(refused([](Consultation& c) { c.evidence = ""; }), invalid);
  EXPECT_THAT(refused([](Consultation& c) { c.partner = "atlantis"; }),
              FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  Open();
  EXPECT_THAT(PlanOpenConsultation(registry_, Asked(), now_),
              FailsWith(absl::StatusCode::kAlreadyExists, "CONSULTATION_EXISTS"));
}

TEST_F(ConsultationsTest, ANationalMemberRepliesForHisOwnStateAndTheDeskForAny) {
  Open();
  const identity::Principal french = Who("agency/national-member/fr/n1");
  EXPECT_THAT(PlanRecordReply(registry_, kName, From("italy"), french, now_),
              FailsWith(absl::StatusCode::kPermissionDenied, "REPLY_NOT_YOURS"));
  EXPECT_THAT(
      PlanRecordReply(registry_, kName, From("france"), Who("agency/national-member/-/n1"), now_),
      FailsWith(absl::StatusCode::kPermissionDenied, "REPLY_NOT_YOURS"));
  EXPECT_THAT(PlanRecordReply(registry_, kName, From("france"),
                              Who("agency/liaison-prosecutor/fr/l1"), now_),
              FailsWith(absl::StatusCode::kPermissionDenied, "REPLY_NOT_YOURS"));
  Take(PlanRecordReply(registry_, kName, From("france"), french, now_));
  Take(PlanRecordReply(registry_, kName, From("italy"), desk_, now_));

  ASSERT_THAT(Known().replies, SizeIs(2));
  EXPECT_EQ(Known().replies[0].recorded_by, french.spiffe_id);
  EXPECT_THAT(Outstanding(Known()), Not(Contains("france")));
}

TEST_F(ConsultationsTest, WhatAStateSaidItselfNobodyElseCorrects) {
  Open();
  const Reply objection = From("france", Position::kObjects);
  Take(PlanRecordReply(registry_, kName, From("france"), desk_, now_));
  Take(PlanRecordReply(registry_, kName, objection, Who("agency/national-member/fr/n1"), now_));

  for (const Reply& reply : {From("france"), objection}) {
    EXPECT_THAT(PlanRecordReply(registry_, kName, reply, desk_, now_),
                FailsWith(absl::StatusCode::kPermissionDenied, "REPLY_OF_THE_STATE"));
  }
  EXPECT_EQ(Known().replies[0].position, Position::kObjects);
  Take(
      PlanRecordReply(registry_, kName, From("france"), Who("agency/national-member/fr/n2"), now_));
  EXPECT_EQ(Known().replies[0].position, Position::kInFavour);
}

TEST_F(ConsultationsTest, ALaterReplyCorrectsAndTheSameOneChangesNothing) {
  Open();
  Take(PlanRecordReply(registry_, kName, From("france"), desk_, now_));
  EXPECT_THAT(PlanRecordReply(registry_, kName, From("france"), desk_, now_)->facts, IsEmpty());
  Take(PlanRecordReply(registry_, kName, From("france", Position::kObjects), desk_, now_));
  ASSERT_THAT(Known().replies, SizeIs(1));
  EXPECT_EQ(Known().replies[0].position, Position::kObjects);
}

TEST_F(ConsultationsTest, ARepliesFieldsAreChecked) {
  Open();
  const auto invalid = FailsWith(absl::StatusCode::kInvalidArgument, "REPLY_INVALID");
  const auto refused = [&](auto change) {
    Reply wrong = From("france");
    change(wrong);
    return PlanRecordReply(registry_, kName, wrong, desk_, now_).status();
  };
  EXPECT_THAT(refused([](Reply& r) { r.member_state = "georgia"; }), invalid);
  EXPECT_THAT(refused([](Reply& r) { r.member_state = "denmark"; }), invalid);
  EXPECT_THAT(refused([](Reply& r) { r.position = Position::kUnspecified; }), invalid);
  EXPECT_THAT(refused([](Reply& r) { r.day = "2026-11-01"; }), invalid) << "before it was opened";
  EXPECT_THAT(refused([](Reply& r) { r.evidence = ""; }), invalid);
  EXPECT_THAT(
      PlanRecordReply(registry_, "partners/algeria/consultations/c9", From("france"), desk_, now_),
      FailsWith(absl::StatusCode::kNotFound, "CONSULTATION_NOT_FOUND"));
}

TEST_F(ConsultationsTest, ItClosesWhenAllHaveRepliedInFavourAndIsAStepTowardsAnAgreement) {
  Open();
  AllReplyThemselvesBut({"malta"});
  EXPECT_THAT(Close(), FailsWith(absl::StatusCode::kFailedPrecondition, "CONSULTATION_OPEN"));
  EXPECT_THAT(Close("we are in a hurry"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CONSULTATION_OPEN"))
      << "no override before the deadline";
  Take(PlanRecordReply(registry_, kName, From("malta"), MemberOf("malta"), now_));
  EXPECT_THAT(Close("why not"),
              FailsWith(absl::StatusCode::kInvalidArgument, "OVERRIDE_NOT_NEEDED"));
  Take(Close());

  EXPECT_EQ(Known().state, ConsultationState::kClosed);
  EXPECT_EQ(Known().closed, "2026-11-15");
  EXPECT_THAT(Close(), FailsWith(absl::StatusCode::kFailedPrecondition, "CONSULTATION_CLOSED"));
  EXPECT_THAT(PlanRecordReply(registry_, kName, From("france"), desk_, now_),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CONSULTATION_CLOSED"));
  const auto milestone = registry_.Find("partners/algeria/milestones/c1-consulted");
  ASSERT_TRUE(milestone.has_value());
  EXPECT_EQ(std::get<Milestone>(*milestone).step, "CONSULTED");
}

TEST_F(ConsultationsTest, WhatTheDeskRecordsForAStateCountsOnceTheDeadlineIsOver) {
  Open();
  AllReplyThemselvesBut({"malta", "italy"});
  Take(PlanRecordReply(registry_, kName, From("malta"), desk_, now_));
  Take(PlanRecordReply(registry_, kName, From("italy"), desk_, now_));
  for (const absl::CivilDay day : {absl::CivilDay(2026, 11, 15), absl::CivilDay(2026, 11, 20)}) {
    now_ = Noon(day);
    const auto refused = Close();
    EXPECT_THAT(refused, FailsWith(absl::StatusCode::kFailedPrecondition, "CONSULTATION_OPEN"));
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr("members of italy, malta:"));
  }
  Consultation own = Known();
  for (Reply& reply : own.replies) reply.recorded_by = MemberOf(reply.member_state).spiffe_id;
  EXPECT_THAT(PlanCloseConsultation(After(registry_, {own}), kName, "", "", now_), IsOk())
      << "each replied himself";

  now_ = Noon(absl::CivilDay(2026, 11, 21));
  EXPECT_THAT(Close(), IsOk());
}

TEST_F(ConsultationsTest, SilenceAfterTheDeadlineAndObjectionsNeedAReason) {
  Open();
  AllReplyBut({"malta"});
  EXPECT_FALSE(ReminderDue(Known(), absl::CivilDay(2026, 11, 20)));
  EXPECT_TRUE(ReminderDue(Known(), absl::CivilDay(2026, 11, 21)));
  now_ = Noon(absl::CivilDay(2026, 11, 20));
  EXPECT_THAT(Close("silent"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CONSULTATION_OPEN"))
      << "its last day counts";
  now_ = Noon(absl::CivilDay(2026, 11, 21));
  EXPECT_THAT(Close(), FailsWith(absl::StatusCode::kFailedPrecondition, "OVERRIDE_NEEDED"));
  AllReplyBut({}, Position::kObjects);
  EXPECT_THAT(Close(), FailsWith(absl::StatusCode::kFailedPrecondition, "OVERRIDE_NEEDED"));
  EXPECT_THAT(Close("as agreed in the College", "\"1\""),
              FailsWith(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  Take(Close("as agreed in the College"));
  EXPECT_EQ(Known().override_reason, "as agreed in the College");
  EXPECT_FALSE(ReminderDue(Known(), absl::CivilDay(2026, 12, 1)));
}

}  // namespace
}  // namespace comity::partner_registry
