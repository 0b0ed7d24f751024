#include "services/engagement-scheduling/domain/booking.h"

#include <gmock/gmock.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "services/engagement-scheduling/domain/transfer_check.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/engagement_scheduling/scheduling_world.h"
#include "tests/unit/legal/real_facts.h"

namespace comity::engagement_scheduling {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

const absl::Time kNow = At("2026-11-23T08:00:00Z");
const Interval kHour = Between("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z");
constexpr char kName[] = "engagements/0192f0c0-0000-7000-8000-000000000001";

class BookingTest : public ::testing::Test {
 protected:
  absl::Status Check(const Engagement& wanted) { return CheckHold(wanted, kUsualHold, kNow); }

  // Holds and applies, as the store would.
  absl::StatusOr<Engagement> Hold(const Engagement& wanted, const char* organiser = kDesk,
                                  const std::string& name = kName,
                                  absl::Duration hold = kUsualHold) {
    absl::StatusOr<Engagement> held =
        PlanHold(schedule_, registry_.snapshot(), Who(organiser), wanted, name, hold, kNow);
    if (held.ok()) Apply(*held);
    return held;
  }

  void Apply(Engagement engagement) {
    engagement.revision = ++revision_;
    schedule_.Apply(engagement);
  }

  absl::StatusOr<Engagement> Confirm(const char* caller = kDesk, const std::string& etag = "",
                                     absl::Time now = kNow) {
    return PlanConfirm(schedule_, registry_.snapshot(), Who(caller), kName, etag, now);
  }

  Schedule schedule_;
  FixedRegistry registry_;
  std::int64_t revision_ = 0;
};

TEST_F(BookingTest, WhomItIsWithIsOnTheRegister) {
  Engagement meeting = Meeting(kHour);
  meeting.partners.emplace_back("partners/sakartvelo");
  const absl::Status status = Hold(meeting).status();
  EXPECT_THAT(status, FailsWith(StatusCode::kInvalidArgument, "PARTNERS_INVALID"));
  ASSERT_THAT(DetailsOf(status).fields, SizeIs(1));
  EXPECT_EQ(DetailsOf(status).fields[0].field, "engagement.partners[1]");
}

TEST_F(BookingTest, EveryFieldIsCheckedAndNamed) {
  const auto refused = [&](const Engagement& good, auto change, const char* reason,
                           const std::string& field) {
    Engagement wanted = good;
    change(wanted);
    const absl::Status status = Check(wanted);
    EXPECT_THAT(status, FailsWith(StatusCode::kInvalidArgument, reason));
    ASSERT_THAT(DetailsOf(status).fields, SizeIs(1));
    EXPECT_EQ(DetailsOf(status).fields[0].field, field);
  };
  const Engagement meeting = Meeting(kHour);
  const Engagement coordination = Coordination(kHour);
  ASSERT_THAT(Check(meeting), IsOk());
  ASSERT_THAT(Check(coordination), IsOk());

  refused(
      meeting, [](Engagement& e) { e.kind = Kind::kUnspecified; }, "KIND_INVALID",
      "engagement.kind");
  refused(
      meeting, [](Engagement& e) { e.engagement_class = Class::kUnspecified; }, "CLASS_INVALID",
      "engagement.engagement_class");
  refused(
      meeting, [](Engagement& e) { e.kind = Kind::kCoordinationMeeting; }, "CLASS_INVALID",
      "engagement.engagement_class");
  refused(
      meeting, [](Engagement& e) { e.mode = Mode::kUnspecified; }, "MODE_INVALID",
      "engagement.mode");
  refused(
      meeting, [](Engagement& e) { e.title = ""; }, "TITLE_INVALID", "engagement.title");
  refused(
      meeting, [](Engagement& e) { e.title = std::string(201, 'a'); }, "TITLE_INVALID",
      "engagement.title");
  refused(
      meeting, [](Engagement& e) { e.title = "a\nb"; }, "TITLE_INVALID", "engagement.title");
  refused(
      meeting, [](Engagement& e) { e.title = "a\u202Eb"; }, "TITLE_INVALID", "engagement.title");
  refused(
      meeting, [](Engagement& e) { e.partners = {"georgia"}; }, "PARTNERS_INVALID",
      "engagement.partners[0]");
  refused(
      meeting, [](Engagement& e) { e.interval.start = kNow; }, "INTERVAL_INVALID",
      "engagement.interval.start_time");
  refused(
      meeting, [](Engagement& e) { e.interval.start += absl::Hours(24 * 800); }, "INTERVAL_INVALID",
      "engagement.interval.start_time");
  refused(
      meeting, [](Engagement& e) { e.interval.end = e.interval.start; }, "INTERVAL_INVALID",
      "engagement.interval.end_time");
  refused(
      meeting, [](Engagement& e) { e.interval.end += kLongestEngagement; }, "INTERVAL_INVALID",
      "engagement.interval.end_time");
  refused(
      meeting, [](Engagement& e) { e.participants.clear(); }, "PARTICIPANTS_INVALID",
      "engagement.participants");
  refused(
      meeting, [](Engagement& e) { e.participants = {"spiffe://agency.example/service/x"}; },
      "PARTICIPANTS_INVALID", "engagement.participants[0]");
  refused(
      meeting, [](Engagement& e) { e.participants.push_back(kDesk); }, "PARTICIPANTS_INVALID",
      "engagement.participants[2]");
  refused(
      meeting, [](Engagement& e) { e.resources = {"resources/A"}; }, "RESOURCES_INVALID",
      "engagement.resources[0]");
  refused(
      meeting, [](Engagement& e) { e.question.emplace(); }, "TRANSFER_QUESTION_INVALID",
      "engagement.transfer_question");
  refused(
      coordination, [](Engagement& e) { e.question.reset(); }, "TRANSFER_QUESTION_MISSING",
      "engagement.transfer_question");
  refused(
      coordination, [](Engagement& e) { e.question->mode = legal::Mode::kExplore; },
      "TRANSFER_QUESTION_INVALID", "engagement.transfer_question");
  refused(
      coordination,
      [](Engagement& e) { e.question->decisions = {legal::Authorised("france", "georgia")}; },
      "TRANSFER_QUESTION_INVALID", "engagement.transfer_question.decisions");
  for (const legal::Direction direction : {legal::Direction::kReceive, legal::Direction::kOnward}) {
    refused(
        coordination, [&](Engagement& e) { e.question->direction = direction; },
        "TRANSFER_QUESTION_INVALID", "engagement.transfer_question.direction");
  }
  for (const absl::Duration hold : {absl::ZeroDuration(), absl::Hours(24 * 7) + absl::Seconds(1)}) {
    EXPECT_THAT(CheckHold(meeting, hold, kNow),
                FailsWith(StatusCode::kInvalidArgument, "HOLD_DURATION_INVALID"));
  }
}

TEST_F(BookingTest, ATitleOfTwoHundredCharactersMayTakeMoreBytes) {
  Engagement wanted = Meeting(kHour);
  wanted.title.clear();
  for (int i = 0; i < 200; ++i) wanted.title += "\u10d0";

  EXPECT_THAT(Check(wanted), IsOk());
}

TEST_F(BookingTest, AHoldEndsWithTheStartOfTheEngagementAtTheLatest) {
  const auto held = Hold(Meeting(kHour));
  ASSERT_THAT(held, IsOk());
  EXPECT_EQ(held->state, State::kHeld);
  EXPECT_EQ(held->organiser, kDesk);
  EXPECT_EQ(held->hold_expire_time, kNow + absl::Minutes(15));

  const Interval soon{kNow + absl::Hours(1), kNow + absl::Hours(2)};
  EXPECT_EQ(Hold(Meeting(soon), kDesk, "engagements/2", kLongestHold)->hold_expire_time,
            soon.start);
}

TEST_F(BookingTest, ATakenSlotNamesTheEngagementToWhoMaySeeIt) {
  ASSERT_THAT(Hold(Meeting(kHour)), IsOk());
  const absl::Status seen = Hold(Meeting(kHour), kColleague, "engagements/2").status();

  EXPECT_THAT(seen, FailsWith(StatusCode::kAborted, "SLOT_TAKEN"));
  EXPECT_THAT(std::string(seen.message()), HasSubstr(kName));
  EXPECT_THAT(DetailsOf(seen).metadata,
              ::testing::UnorderedElementsAre(
                  Pair("who", kDesk), Pair("start", "2026-12-01T10:00:00Z"),
                  Pair("end", "2026-12-01T11:00:00Z"), Pair("engagement", kName)));
}

TEST_F(BookingTest, ATakenSlotTellsOthersOnlyWhen) {
  ASSERT_THAT(Hold(Coordination(kHour)), IsOk());
  const absl::Status hidden = Hold(Meeting(kHour), kColleague, "engagements/2").status();

  EXPECT_THAT(hidden, FailsWith(StatusCode::kAborted, "SLOT_TAKEN"));
  EXPECT_THAT(std::string(hidden.message()), Not(HasSubstr("engagements/")));
  EXPECT_THAT(DetailsOf(hidden).metadata, Not(Contains(Key("engagement"))));
  EXPECT_THAT(DetailsOf(hidden).metadata, Contains(Pair("start", "2026-12-01T10:00:00Z")));
}

TEST_F(BookingTest, AResourceExistsOnceItHasHours) {
  Engagement wanted = Meeting(kHour);
  wanted.resources = {kRoom};
  EXPECT_THAT(Hold(wanted), FailsWith(StatusCode::kFailedPrecondition, "RESOURCE_UNKNOWN"));

  schedule_.Apply(Calendar{.owner = kRoom, .hours = Office()});
  EXPECT_THAT(Hold(wanted), IsOk());
}

TEST_F(BookingTest, ContactsMustCountWhenHeldAndWhenConfirmed) {
  ASSERT_THAT(Hold(Meeting(kHour)), IsOk());
  registry_.Suspend(kTbilisi);
  EXPECT_THAT(Confirm(), FailsWith(StatusCode::kFailedPrecondition, "CONTACT_NOT_ACTIVE"));
  registry_.Forget(kTbilisi);
  const Interval other{kHour.end, kHour.end + absl::Hours(1)};
  const absl::Status unknown = Hold(Meeting(other), kDesk, "engagements/2").status();
  EXPECT_THAT(unknown, FailsWith(StatusCode::kFailedPrecondition, "CONTACT_NOT_ACTIVE"));
  EXPECT_EQ(DetailsOf(unknown).preconditions[0].subject, "participants[1]");
}

TEST_F(BookingTest, AContactMustBeValidOnTheDayOfTheMeeting) {
  const absl::CivilDay day = DayInBrussels(kHour.start);
  ContactEntry contact = *registry_.snapshot().FindContact(kTbilisi);
  const auto limit = [&](legal::Validity validity) {
    contact.validity = validity;
    registry_.List(kTbilisi, contact);
  };
  const auto refused = FailsWith(StatusCode::kFailedPrecondition, "CONTACT_NOT_ACTIVE");

  limit({.to = day - 1});
  const absl::Status ended = Hold(Meeting(kHour)).status();
  EXPECT_THAT(ended, refused);
  EXPECT_THAT(DetailsOf(ended).preconditions[0].description, HasSubstr("is not valid on"));
  limit({.from = day + 1});
  EXPECT_THAT(Hold(Meeting(kHour)), refused);

  limit({.from = day, .to = day});
  ASSERT_THAT(Hold(Meeting(kHour)), IsOk());
  limit({.to = day - 1});
  EXPECT_THAT(Confirm(), refused);
}

TEST_F(BookingTest, AContactMustBeSecondedOnTheDayOfTheMeeting) {
  const absl::CivilDay day = DayInBrussels(kHour.start);
  ContactEntry contact = *registry_.snapshot().FindContact(kPanama);
  Engagement wanted = Meeting(kHour);
  wanted.participants = {kDesk, kPanama};
  const auto second = [&](const std::string& instrument, absl::CivilDay from, absl::CivilDay to) {
    contact.secondments = {{.kind = legal::SecondmentKind::kLiaisonMagistrate,
                            .instrument = instrument,
                            .from = PartialDate(from),
                            .to = PartialDate(to)}};
    registry_.List(kPanama, contact);
  };
  const auto refused = FailsWith(StatusCode::kFailedPrecondition, "CONTACT_NOT_ACTIVE");
  const std::string arrangement = "partners/panama/instruments/working-arrangement";

  second(arrangement, day + 1, day + 2);
  const absl::Status later = Hold(wanted).status();
  EXPECT_THAT(later, refused) << "it has not begun";
  EXPECT_THAT(DetailsOf(later).preconditions[0].description,
              HasSubstr("its secondment is not in effect on"));
  second(arrangement, day - 2, day - 1);
  EXPECT_THAT(Hold(wanted), refused) << "it is over";
  second("partners/panama/instruments/none", day, day);
  EXPECT_THAT(Hold(wanted), refused) << "nothing known permits it";

  second(arrangement, day, day);
  ASSERT_THAT(Hold(wanted), IsOk());
  second(arrangement, day - 2, day - 1);
  EXPECT_THAT(Confirm(), refused);
}

TEST_F(BookingTest, NothingHeldAsReceivedIsConfirmed) {
  Engagement wanted = Coordination(kHour);
  wanted.question->direction = legal::Direction::kReceive;
  ASSERT_THAT(Hold(wanted), IsOk());

  EXPECT_THAT(Confirm(), FailsWith(StatusCode::kInvalidArgument, "TRANSFER_QUESTION_INVALID"));
}

TEST_F(BookingTest, AConfirmationKeepsWhatItRestsOn) {
  ASSERT_THAT(Hold(Meeting(kHour)), IsOk());
  const auto confirmed = Confirm(kDesk, "\"1\"");

  ASSERT_THAT(confirmed, IsOk());
  EXPECT_EQ(confirmed->state, State::kConfirmed);
  EXPECT_EQ(confirmed->sequence, 1);
  EXPECT_EQ(confirmed->registry_revision, registry_.snapshot().revision());
  EXPECT_EQ(confirmed->registry_checkpoint_sha256,
            crypto::View(*registry_.snapshot().checkpoint_sha256()));
}

TEST_F(BookingTest, OnlyTheOrganiserConfirmsAndCancels) {
  ASSERT_THAT(Hold(Meeting(kHour)), IsOk());

  for (const char* who : {kColleague, kTbilisi}) {
    EXPECT_THAT(Confirm(who), FailsWith(StatusCode::kPermissionDenied, "NOT_ORGANISER"));
    EXPECT_THAT(PlanCancel(schedule_, Who(who), kName, "", kNow),
                FailsWith(StatusCode::kPermissionDenied, "NOT_ORGANISER"));
  }
}

TEST_F(BookingTest, WhatOneMayNotSeeIsRefusedInTheSameBytesAsWhatIsAbsent) {
  ASSERT_THAT(Hold(Coordination(kHour)), IsOk());
  const absl::Status hidden = Confirm(kColleague).status();
  const absl::Status absent =
      PlanConfirm(schedule_, registry_.snapshot(), Who(kColleague), "engagements/9", "", kNow)
          .status();

  EXPECT_THAT(hidden, FailsWith(StatusCode::kNotFound, "ENGAGEMENT_NOT_FOUND"));
  EXPECT_EQ(hidden, absent);
}

TEST_F(BookingTest, AnOldEtagIsRefused) {
  ASSERT_THAT(Hold(Meeting(kHour)), IsOk());

  EXPECT_THAT(Confirm(kDesk, "\"7\""), FailsWith(StatusCode::kAborted, "ETAG_MISMATCH"));
}

TEST_F(BookingTest, AHoldThatRanOutCannotBeConfirmedMarkedOrNot) {
  ASSERT_THAT(Hold(Meeting(kHour)), IsOk());
  const absl::Time over = kNow + kUsualHold;
  EXPECT_THAT(Confirm(kDesk, "", over - absl::Nanoseconds(1)), IsOk());
  EXPECT_THAT(Confirm(kDesk, "", over), FailsWith(StatusCode::kFailedPrecondition, "HOLD_EXPIRED"));

  EXPECT_THAT(PlanExpiry(schedule_, over - absl::Nanoseconds(1), 10), IsEmpty());
  const std::vector<Engagement> expired = PlanExpiry(schedule_, over, 10);
  ASSERT_THAT(expired, SizeIs(1));
  EXPECT_EQ(expired[0].state, State::kExpired);
  Apply(expired[0]);
  EXPECT_THAT(Confirm(kDesk, "", over), FailsWith(StatusCode::kFailedPrecondition, "HOLD_EXPIRED"));
  EXPECT_THAT(PlanCancel(schedule_, Who(kDesk), kName, "", over),
              FailsWith(StatusCode::kFailedPrecondition, "ENGAGEMENT_NOT_ACTIVE"));
  EXPECT_THAT(PlanExpiry(schedule_, over, 10), IsEmpty());
}

TEST_F(BookingTest, WhatIsConfirmedOrCancelledAlreadyComesBackAsItIs) {
  ASSERT_THAT(Hold(Meeting(kHour)), IsOk());
  Apply(*Confirm());
  const auto again = Confirm();
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->revision, revision_);
  EXPECT_EQ(again->sequence, 1);
  EXPECT_THAT(Confirm(kColleague), FailsWith(StatusCode::kPermissionDenied, "NOT_ORGANISER"));
  EXPECT_THAT(Confirm(kDesk, "\"1\""), FailsWith(StatusCode::kAborted, "ETAG_MISMATCH"));

  const auto cancelled = PlanCancel(schedule_, Who(kDesk), kName, "", kNow);
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state, State::kCancelled);
  EXPECT_EQ(cancelled->sequence, 2);
  Apply(*cancelled);
  const auto gone = PlanCancel(schedule_, Who(kDesk), kName, "", kNow);
  ASSERT_THAT(gone, IsOk());
  EXPECT_EQ(gone->revision, revision_);
  EXPECT_EQ(gone->sequence, 2);
  EXPECT_THAT(Confirm(), FailsWith(StatusCode::kFailedPrecondition, "ENGAGEMENT_NOT_HELD"));
  EXPECT_THAT(Hold(Meeting(kHour), kColleague, "engagements/2"), IsOk());
}

TEST_F(BookingTest, AnOperationalEngagementPassesOnceWhatTheLawAsksForIsThere) {
  ASSERT_THAT(Hold(Coordination(kHour)), IsOk());
  registry_.Authorise();

  EXPECT_THAT(Confirm(), IsOk());
}

TEST_F(BookingTest, AnOperationalEngagementWithoutAuthorisationIsRefusedWithEverythingMissing) {
  ASSERT_THAT(Hold(Coordination(kHour)), IsOk());
  const absl::Status refused = Confirm().status();

  EXPECT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  const ErrorDetails details = DetailsOf(refused);
  EXPECT_THAT(details.metadata, Contains(Pair("outcome", "PERMITTED_SUBJECT_TO")));
  ASSERT_THAT(details.preconditions, Not(IsEmpty()));
  for (const PreconditionViolation& violation : details.preconditions) {
    EXPECT_EQ(violation.type, "TRANSFER_CHECK");
    EXPECT_THAT(violation.description, HasSubstr("partners/georgia/authorities/prosecution"));
    EXPECT_THAT(violation.subject, Not(IsEmpty()));
  }
}

TEST_F(BookingTest, EveryPartnerInTheRoomIsCheckedAndSoIsALiaisonProsecutor) {
  registry_.Authorise();
  registry_.Second(Seconded(PartialDate(absl::CivilDay(2026, 1, 1))));
  const std::map<std::string, std::string> refused_for = {{kPanama, "partners/panama"},
                                                          {kLiaison, "partners/georgia on "}};
  for (const auto& [other, counterpart] : refused_for) {
    schedule_ = Schedule();
    Engagement wanted = Coordination(kHour);
    wanted.participants.push_back(other);
    ASSERT_THAT(Hold(wanted), IsOk());
    const absl::Status refused = Confirm().status();

    EXPECT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
    for (const PreconditionViolation& violation : DetailsOf(refused).preconditions) {
      EXPECT_THAT(violation.description, HasSubstr(counterpart)) << other;
    }
  }
}

TEST_F(BookingTest, ALiaisonProsecutorIsCheckedForWhoSecondsHimNotForHisUnit) {
  registry_.Authorise();
  legal::Secondment secondment = Seconded(PartialDate(absl::CivilDay(2026, 1, 1)));
  secondment.identity = "spiffe://agency.example/agency/liaison-prosecutor/panama/liaison-2";
  registry_.Second(secondment);
  Engagement wanted = Coordination(kHour);
  wanted.participants = {kDesk, secondment.identity};
  ASSERT_THAT(Hold(wanted), IsOk());

  const absl::Status refused = Confirm().status();

  EXPECT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  ASSERT_THAT(DetailsOf(refused).preconditions, Not(IsEmpty()));
  for (const PreconditionViolation& violation : DetailsOf(refused).preconditions) {
    EXPECT_THAT(violation.description, ::testing::StartsWith("partners/georgia on "));
  }
}

TEST_F(BookingTest, ALiaisonProsecutorComesForTheAuthorityThatHisSecondmentNames) {
  registry_.Authorise();
  legal::Secondment secondment = Seconded(PartialDate(absl::CivilDay(2026, 1, 1)));
  secondment.authority = "partners/georgia/authorities/prosecution";
  registry_.Second(secondment);
  // Nothing is sealed for him here: nobody has to open for it.
  registry_.SetOpeners(secondment.authority, {});
  Engagement wanted = Coordination(kHour);
  wanted.participants = {kDesk, kLiaison};
  ASSERT_THAT(Hold(wanted), IsOk());
  EXPECT_THAT(Confirm(), IsOk());

  schedule_ = Schedule();
  for (const auto& participants :
       {std::vector<std::string>{kDesk, kLiaison, kTbilisi}, {kDesk, kTbilisi, kLiaison}}) {
    wanted.participants = participants;
    const auto verdicts = CheckTransfer(wanted, registry_.snapshot());
    ASSERT_THAT(verdicts, IsOk());
    ASSERT_THAT(*verdicts, SizeIs(1));
    EXPECT_EQ(verdicts->front().counterpart, secondment.authority);
    EXPECT_EQ(verdicts->front().verdict.outcome, legal::Outcome::kPermittedSubjectTo)
        << "of a contact's authority an opener is asked for";
  }
}

TEST_F(BookingTest, ALiaisonProsecutorTakesPartWhileASecondmentNamesHim) {
  const absl::CivilDay today = DayInBrussels(kNow);
  const absl::CivilDay day = DayInBrussels(kHour.start);
  Engagement wanted = Meeting(kHour);
  wanted.participants = {kDesk, kLiaison};
  const auto from_to = [&](absl::CivilDay from, absl::CivilDay to) {
    registry_.Second(Seconded(PartialDate(from), PartialDate(to)));
  };
  const auto why_not = [&] {
    const absl::Status refused = Hold(wanted).status();
    EXPECT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "CONTACT_NOT_ACTIVE"));
    const ErrorDetails details = DetailsOf(refused);
    return details.preconditions.empty() ? "" : details.preconditions[0].description;
  };
  EXPECT_THAT(why_not(), HasSubstr("no secondment in effect names")) << "nobody seconds him";
  from_to(today + 1, day);
  EXPECT_THAT(why_not(), HasSubstr("does not count today"));
  from_to(today, day - 1);
  EXPECT_THAT(why_not(), HasSubstr(absl::StrCat("in effect on ", FormatDay(day))));
  from_to(today, day);
  registry_.SuspendExchanges("partners/georgia", true);
  EXPECT_THAT(why_not(), HasSubstr("suspended"));
  registry_.SuspendExchanges("partners/georgia", false);

  ASSERT_THAT(Hold(wanted), IsOk());
  from_to(today - 2, today - 1);
  EXPECT_THAT(Confirm(), FailsWith(StatusCode::kFailedPrecondition, "CONTACT_NOT_ACTIVE"))
      << "it ended in between";
}

TEST_F(BookingTest, ALiaisonProsecutorComesForWhoSecondsHimOnTheDayOfTheMeeting) {
  const absl::CivilDay today = DayInBrussels(kNow);
  const absl::CivilDay day = DayInBrussels(kHour.start);
  legal::Secondment next = Seconded(PartialDate(day));
  next.name = "partners/moldova/secondments/s1";
  next.instrument = "partners/moldova/instruments/cooperation-agreement";
  registry_.Second({Seconded(PartialDate(today), PartialDate(day - 1)), next});
  Engagement wanted = Meeting(kHour);
  wanted.participants = {kDesk, kLiaison};
  const auto refused = FailsWith(StatusCode::kFailedPrecondition, "CONTACT_NOT_ACTIVE");

  registry_.SuspendExchanges("partners/moldova", true);
  const absl::Status held = Hold(wanted).status();
  ASSERT_THAT(held, refused) << "the State of the day is suspended, that of today is not";
  EXPECT_THAT(std::string(held.message()), HasSubstr(FormatDay(day)));
  registry_.SuspendExchanges("partners/moldova", false);
  ASSERT_THAT(Hold(wanted), IsOk());

  registry_.SuspendExchanges("partners/moldova", true);
  EXPECT_THAT(Confirm(), refused) << "judged again";
  registry_.SuspendExchanges("partners/moldova", false);
  registry_.SuspendExchanges("partners/georgia", true);
  EXPECT_THAT(Confirm(), refused) << "he counts today for the State that is suspended";
  registry_.SuspendExchanges("partners/georgia", false);
  EXPECT_THAT(Confirm(), IsOk());
}

TEST_F(BookingTest, AContactOfASuspendedPartnerIsNotHeldAndNotConfirmedForAnyDay) {
  registry_.SuspendExchanges("partners/georgia", true);
  EXPECT_THAT(Hold(Meeting(kHour)),
              FailsWith(StatusCode::kFailedPrecondition, "CONTACT_NOT_ACTIVE"));
  registry_.SuspendExchanges("partners/georgia", false);
  ASSERT_THAT(Hold(Meeting(kHour)), IsOk());

  registry_.SuspendExchanges("partners/georgia", true);
  EXPECT_THAT(Confirm(), FailsWith(StatusCode::kFailedPrecondition, "CONTACT_NOT_ACTIVE"));
}

TEST_F(BookingTest, EveryDayOfAMeetingOverMidnightMustPermitItAndIsNamed) {
  const absl::CivilDay first(2026, 12, 1);
  const Interval night = Between("2026-12-01T20:00:00Z", "2026-12-02T04:00:00Z");
  legal::Decision authorised = legal::Authorised("france", "georgia");
  authorised.valid_to = PartialDate(first);
  registry_.Record(authorised);
  ASSERT_THAT(Hold(Coordination(night)), IsOk());
  const absl::Status refused = Confirm().status();
  EXPECT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  ASSERT_THAT(DetailsOf(refused).preconditions, Not(IsEmpty()));
  for (const PreconditionViolation& violation : DetailsOf(refused).preconditions) {
    EXPECT_THAT(violation.description, HasSubstr(" on 2026-12-02: "));
  }
  authorised.valid_to = PartialDate(first + 1);
  registry_.Record(authorised);
  EXPECT_THAT(Confirm(), IsOk());

  schedule_ = Schedule();
  ContactEntry contact = *registry_.snapshot().FindContact(kTbilisi);
  contact.validity.to = first;
  registry_.List(kTbilisi, contact);
  const absl::Status late = Hold(Meeting(night)).status();
  EXPECT_THAT(late, FailsWith(StatusCode::kFailedPrecondition, "CONTACT_NOT_ACTIVE"));
  EXPECT_THAT(DetailsOf(late).preconditions[0].description, HasSubstr("not valid on 2026-12-02"));
}

TEST_F(BookingTest, WhatIsMissingOnEveryDayOfALongMeetingIsToldOnceForEach) {
  Engagement wanted = Coordination(Between("2026-12-01T09:00:00Z", "2026-12-18T16:00:00Z"));
  wanted.participants.push_back(kPanama);
  ASSERT_THAT(Hold(wanted), IsOk());

  const ErrorDetails details = DetailsOf(Confirm().status());

  EXPECT_THAT(details.metadata, Not(Contains(Key("left_out"))));
  for (const char* counterpart : {"partners/georgia/", "partners/panama/"}) {
    EXPECT_THAT(details.preconditions, Contains(Field(&PreconditionViolation::description,
                                                      AllOf(HasSubstr(counterpart),
                                                            HasSubstr(" on 2026-12-01, 2026-12-02"),
                                                            HasSubstr(", 2026-12-18: ")))))
        << counterpart;
  }
}

TEST_F(BookingTest, EveryTransferCheckOfAConfirmationIsTold) {
  std::vector<legal::Outcome> checks;
  const auto confirm = [&] {
    checks.clear();
    return PlanConfirm(schedule_, registry_.snapshot(), Who(kDesk), kName, "", kNow,
                       [&checks](legal::Outcome outcome) { checks.push_back(outcome); });
  };
  Engagement wanted = Coordination(kHour);
  wanted.participants.push_back(kPanama);
  ASSERT_THAT(Hold(wanted), IsOk());
  registry_.Authorise();
  EXPECT_THAT(confirm(), FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  EXPECT_THAT(checks, ElementsAre(legal::Outcome::kPermitted, legal::Outcome::kDecisionRequired));

  schedule_ = Schedule();
  ASSERT_THAT(Hold(Meeting(kHour)), IsOk());
  EXPECT_THAT(confirm(), IsOk());
  EXPECT_THAT(checks, IsEmpty()) << "a strategic one";
}

TEST_F(BookingTest, AStrategicEngagementWithTheSamePeopleNeedsNoTransferCheck) {
  Engagement wanted = Meeting(kHour);
  wanted.participants.push_back(kPanama);
  ASSERT_THAT(Hold(wanted), IsOk());

  EXPECT_THAT(Confirm(), IsOk());
}

TEST_F(BookingTest, HoursAreSetByTheirOwnerAndByTheRegistryOperator) {
  const auto set = [](const char* caller, const char* owner, WorkingHours hours = Office()) {
    return CheckCalendar(Who(caller), {.owner = owner, .hours = std::move(hours)});
  };

  EXPECT_THAT(set(kDesk, kDesk), IsOk());
  EXPECT_THAT(set(kRegistryOperator, kDesk), IsOk());
  EXPECT_THAT(set(kRegistryOperator, kRoom), IsOk());
  EXPECT_THAT(set(kDesk, kColleague),
              FailsWith(StatusCode::kPermissionDenied, "CALENDAR_NOT_YOURS"));
  EXPECT_THAT(set(kDesk, kRoom), FailsWith(StatusCode::kPermissionDenied, "CALENDAR_NOT_YOURS"));
  EXPECT_THAT(set(kRegistryOperator, kTbilisi),
              FailsWith(StatusCode::kInvalidArgument, "CALENDAR_IN_REGISTRY"));
  EXPECT_THAT(set(kRegistryOperator, "room-1"),
              FailsWith(StatusCode::kInvalidArgument, "OWNER_INVALID"));
  EXPECT_THAT(set(kDesk, kDesk, Hours("Europe/Atlantis", 9, 17)),
              FailsWith(StatusCode::kInvalidArgument, "TIME_ZONE_UNKNOWN"));
  EXPECT_THAT(set(kDesk, kDesk, Hours("Europe/Rome", 17, 9)),
              FailsWith(StatusCode::kInvalidArgument, "WORKING_HOURS_INVALID"));
}

}  // namespace
}  // namespace comity::engagement_scheduling
