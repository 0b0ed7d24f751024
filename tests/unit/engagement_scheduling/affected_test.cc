#include "services/engagement-scheduling/domain/affected.h"

#include <gmock/gmock.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/registry_view/supposed_registry.h"
#include "services/engagement-scheduling/domain/attendance.h"
#include "tests/unit/engagement_scheduling/scheduling_world.h"
#include "tests/unit/legal/real_facts.h"

namespace comity::engagement_scheduling {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kStart = At("2026-12-01T08:00:00Z");

Engagement Held(Engagement engagement, int hour) {
  engagement.name = absl::StrCat("engagements/", hour);
  engagement.interval = {kStart + absl::Hours(hour), kStart + absl::Hours(hour + 1)};
  engagement.state = State::kConfirmed;
  engagement.organiser = kDesk;
  return engagement;
}

// Facts in which the agreements with Georgia end on `last`.
legal::Facts GeorgiaUntil(const RegistrySnapshot& registry, absl::CivilDay last) {
  legal::FactsBuilder builder(registry.facts());
  for (legal::Instrument instrument : registry.facts().Find("partners/georgia")->instruments) {
    instrument.ended = PartialDate(last);
    instrument.SetCertainty(legal::Field::kEnded, legal::Certainty::kFound);
    builder.Put(std::move(instrument));
  }
  return builder.Build(registry.facts().revision());
}

TEST(PlannedTest, ALookEndsAfterSoManyEngagementsWhateverTheyAre) {
  Schedule schedule;
  for (int hour = 0; hour < 4; ++hour) {
    Engagement of_others = Held(Coordination({}), hour);
    of_others.organiser = kColleague;
    of_others.participants = {kColleague};
    schedule.Apply(of_others);
  }
  schedule.Apply(Held(Meeting({}), 4));
  const auto look = [&](const StartPosition& after) {
    return StillToCome(schedule, Who(kDesk), kStart, kStart, after, 2);
  };

  Planned planned = look({absl::InfinitePast(), ""});
  EXPECT_THAT(planned.engagements, IsEmpty()) << "he may not see them";
  EXPECT_TRUE(planned.more);
  EXPECT_EQ(planned.last.second, "engagements/1");

  planned = look(planned.last);
  EXPECT_THAT(planned.engagements, IsEmpty());
  EXPECT_TRUE(planned.more);

  planned = look(planned.last);
  ASSERT_THAT(planned.engagements, SizeIs(1));
  EXPECT_EQ(planned.engagements[0].name, "engagements/4");
  EXPECT_FALSE(planned.more);
}

TEST(PlannedTest, AnEngagementHasTheDaysOfItsMoments) {
  const absl::CivilDay first(2026, 12, 1);
  EXPECT_THAT(DaysOf(Between("2026-12-01T20:00:00Z", "2026-12-02T04:00:00Z")),
              ::testing::ElementsAre(first, first + 1));
  EXPECT_THAT(DaysOf(Between("2026-12-01T20:00:00Z", "2026-12-01T23:00:00Z")),
              ::testing::ElementsAre(first))
      << "midnight in Brussels is no moment of it";
}

TEST(PlannedTest, WhatBeganBeforeTheDayAndGoesOnIsLookedAtOnThatDay) {
  Schedule schedule;
  Engagement night = Held(Coordination({}), 0);
  night.interval = Between("2026-12-01T20:00:00Z", "2026-12-02T04:00:00Z");
  schedule.Apply(night);
  const auto planned_from = [&](const char* from) {
    return StillToCome(schedule, Who(kDesk), At(from), kStart, {absl::InfinitePast(), ""}, 10)
        .engagements;
  };
  EXPECT_THAT(planned_from("2026-12-01T23:00:00Z"), SizeIs(1));
  EXPECT_THAT(planned_from("2026-12-02T04:00:00Z"), IsEmpty());

  FixedRegistry registry;
  legal::Decision authorised = legal::Authorised("france", "georgia");
  registry.Record(authorised);
  legal::FactsBuilder builder(registry.snapshot().facts());
  authorised.valid_to = PartialDate(absl::CivilDay(2026, 12, 1));
  builder.Put(authorised);
  const auto affected = AffectedBy(night, registry.snapshot(), builder.Build({}));
  ASSERT_THAT(affected, SizeIs(1)) << "on the second day only";
  EXPECT_THAT(affected[0].sentence, ::testing::HasSubstr("2026-12-02"));
}

TEST(AffectedTest, AMeetingOfSeveralDaysIsNamedOnceForEachCounterpartOnTheFirstOfThem) {
  Engagement week = Held(Coordination({}), 0);
  week.interval = Between("2026-12-01T08:00:00Z", "2026-12-04T16:00:00Z");
  week.participants = {kDesk, kTbilisi, kLiaison};
  FixedRegistry registry;
  registry.Second(Seconded(PartialDate(absl::CivilDay(2026, 1, 1))));
  registry.Authorise();
  const auto affected = AffectedBy(week, registry.snapshot(),
                                   GeorgiaUntil(registry.snapshot(), absl::CivilDay(2026, 12, 1)));
  ASSERT_THAT(affected, SizeIs(3));
  EXPECT_EQ(affected[0].counterpart, "partners/georgia") << "also when nobody seconds him any more";
  EXPECT_EQ(affected[1].counterpart, "partners/georgia/authorities/prosecution");
  EXPECT_EQ(affected[2].counterpart, "partners/georgia") << "whose prosecutor stays away";
  EXPECT_THAT(affected[2].sentence, ::testing::HasSubstr(kLiaison));
  for (const legal::ChangedOutcome& one : affected) {
    EXPECT_THAT(one.sentence, ::testing::HasSubstr("2026-12-02")) << one.counterpart;
    EXPECT_THAT(one.sentence, ::testing::Not(::testing::HasSubstr("2026-12-03")));
  }
}

TEST(AffectedTest, AProsecutorStaysOneOfHisAuthorityWhenHisAgreementEnds) {
  legal::Secondment secondment = Seconded(PartialDate(absl::CivilDay(2026, 1, 1)));
  secondment.authority = "partners/georgia/authorities/prosecution";
  Engagement meeting = Held(Coordination({}), 0);
  meeting.interval = Between("2026-12-01T08:00:00Z", "2026-12-01T16:00:00Z");
  meeting.participants = {kDesk, kLiaison};
  FixedRegistry registry;
  registry.Second(secondment);
  registry.Authorise();
  const auto affected = AffectedBy(meeting, registry.snapshot(),
                                   GeorgiaUntil(registry.snapshot(), absl::CivilDay(2026, 11, 30)));
  ASSERT_THAT(affected, SizeIs(2));
  EXPECT_EQ(affected[0].counterpart, secondment.authority);
  EXPECT_EQ(affected[0].before, legal::Outcome::kPermitted);
  EXPECT_EQ(affected[1].counterpart, "partners/georgia") << "whose prosecutor stays away";
}

TEST(AffectedTest, WhoseSecondmentAloneEndsIsNamedWithIt) {
  FixedRegistry registry;
  registry.Second(Seconded(PartialDate(absl::CivilDay(2026, 1, 1))));
  const legal::Facts supposed = GeorgiaUntil(registry.snapshot(), absl::CivilDay(2026, 11, 30));
  Engagement strategic = Held(Meeting({}), 0);
  strategic.participants = {kDesk, kTbilisi, kLiaison};
  Engagement operational = Held(Coordination({}), 0);
  operational.participants = strategic.participants;
  operational.question->data_kind = legal::DataKind::kNonPersonal;  // Needs no basis.

  for (const Engagement& engagement : {strategic, operational}) {
    const auto affected = AffectedBy(engagement, registry.snapshot(), supposed);
    ASSERT_THAT(affected, SizeIs(1)) << engagement.title;
    EXPECT_EQ(affected[0].counterpart, "partners/georgia");
    EXPECT_EQ(affected[0].before, legal::Outcome::kPermitted);
    EXPECT_EQ(affected[0].after, legal::Outcome::kRefused);
    for (const char* const said :
         {"2026-12-01", kLiaison, "partners/georgia/secondments/s1", "EJR 54a(1)"}) {
      EXPECT_THAT(affected[0].sentence, ::testing::HasSubstr(said));
    }
  }
  EXPECT_THAT(AffectedBy(strategic, registry.snapshot(),
                         GeorgiaUntil(registry.snapshot(), absl::CivilDay(2026, 12, 1))),
              IsEmpty())
      << "it lasts until the day of the meeting";
}

TEST(AffectedTest, WhoCouldTakePartBecauseAnInstrumentGoesOnIsNamed) {
  FixedRegistry registry;
  registry.Second(Seconded(PartialDate(absl::CivilDay(2026, 1, 1))));
  const legal::Facts ends = GeorgiaUntil(registry.snapshot(), absl::CivilDay(2026, 11, 30));
  const legal::Facts goes_on = GeorgiaUntil(registry.snapshot(), absl::CivilDay(2027, 1, 1));
  Engagement meeting = Held(Meeting({}), 0);
  meeting.participants = {kDesk, kLiaison};
  const auto affected =
      AffectedBy(meeting, registry_view::SupposedRegistry(registry.snapshot(), ends), goes_on);
  ASSERT_THAT(affected, SizeIs(1));
  EXPECT_EQ(affected[0].after, legal::Outcome::kPermitted);
  EXPECT_THAT(affected[0].sentence, ::testing::HasSubstr("could take part"));
}

TEST(AffectedTest, AContactThatASecondmentBindsIsNamedToo) {
  FixedRegistry registry;
  ContactEntry contact = *registry.snapshot().FindContact(kTbilisi);
  contact.secondments = {Seconded(PartialDate(absl::CivilDay(2026, 1, 1)))};
  registry.List(kTbilisi, contact);
  const auto affected = AffectedBy(Held(Meeting({}), 0), registry.snapshot(),
                                   GeorgiaUntil(registry.snapshot(), absl::CivilDay(2026, 11, 30)));
  ASSERT_THAT(affected, SizeIs(1));
  EXPECT_THAT(affected[0].sentence, ::testing::HasSubstr(kTbilisi));
}

}  // namespace
}  // namespace comity::engagement_scheduling
