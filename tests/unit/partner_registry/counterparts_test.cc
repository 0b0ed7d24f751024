#include "services/partner-registry/domain/counterparts.h"

#include <gmock/gmock.h>

#include "services/partner-registry/domain/partner_mutations.h"
#include "tests/testing/status_matchers.h"
#include "tests/unit/partner_registry/loaded_registry.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Monday 30 November 2026, in Tbilisi (+04:00).
absl::Time InTbilisi(int hour) {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Asia/Tbilisi", &zone));
  return absl::FromCivil(absl::CivilHour(2026, 11, 30, hour), zone);
}

class CounterpartsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Contact first = Named("first");
    first.deputies = {"second", "third"};
    Enter(first);
    Enter(Named("second", 14 * 60, 20 * 60));
    Contact third = Named("third");
    third.authority = "ministry";
    third.opener = false;
    third.languages = {"pt-BR"};
    Enter(third);
  }

  static Contact Named(const std::string& id, int start = 9 * 60, int end = 18 * 60) {
    return {.partner = "atlantis",
            .id = id,
            .spiffe_id = "spiffe://a.example/partner/atlantis/contact/" + id,
            .function = "contact point",
            .authority = "prosecution",
            .opener = true,
            .languages = {"en", "ka"},
            .working_hours = WorkingHours{.time_zone = "Asia/Tbilisi",
                                          .days = {1, 2, 3, 4, 5},
                                          .start_minute = start,
                                          .end_minute = end},
            .last_verified = "2026-11-01"};
  }

  void Enter(Fact fact) { registry_ = After(std::move(registry_), {std::move(fact)}); }
  void Change(const std::string& id, const std::function<void(Contact&)>& change) {
    Contact changed = *registry_.FindContact("partners/atlantis/contacts/" + id);
    change(changed);
    Enter(changed);
  }

  static CounterpartQuestion At(int hour) {
    return {.partner = "atlantis", .authority = "prosecution", .instant = InTbilisi(hour)};
  }
  CounterpartAnswer Ask(const CounterpartQuestion& question) const {
    return FindCounterparts(registry_, question);
  }
  std::vector<std::string> Found(const CounterpartQuestion& question) const {
    std::vector<std::string> lines;
    for (const Counterpart& one : Ask(question).counterparts) {
      lines.push_back(one.contact->id + ": " + one.sentence);
    }
    return lines;
  }

  Registry registry_ =
      After(LoadedRegistry(),
            {Partner{.id = "atlantis", .kind = PartnerKind::kState, .display_name = "Atlantis"},
             Authority{.partner = "atlantis", .id = "prosecution", .display_name = "Prosecution"},
             Authority{.partner = "atlantis", .id = "ministry", .display_name = "Ministry"}});
};

TEST_F(CounterpartsTest, WhoIsAtWorkComesBeforeWhoWillBe) {
  EXPECT_THAT(Found(At(10)), ElementsAre("first: at work until 18:00 Asia/Tbilisi",
                                         "second: at work from 14:00 Asia/Tbilisi"));
  const Counterpart later = Ask(At(10)).counterparts.back();
  EXPECT_FALSE(later.at_work);
  EXPECT_EQ(later.next_at_work, InTbilisi(14));
  EXPECT_EQ(Ask(At(10)).counterparts.front().next_at_work, InTbilisi(10));
}

TEST_F(CounterpartsTest, OffHoursTheDeputyOfAnotherAuthorityIsPutIn) {
  Change("third", [](Contact& third) { third.working_hours->end_minute = 22 * 60; });
  EXPECT_THAT(Found(At(21)),
              ElementsAre("third: at work until 22:00 Asia/Tbilisi, standing in for first",
                          "first: at work from 2026-12-01 09:00 Asia/Tbilisi",
                          "second: at work from 2026-12-01 14:00 Asia/Tbilisi"));
  const Counterpart deputy = Ask(At(21)).counterparts.front();
  ASSERT_NE(deputy.stands_in_for, nullptr);
  EXPECT_EQ(deputy.stands_in_for->id, "first");
  EXPECT_EQ(Ask(At(21)).counterparts.back().stands_in_for, nullptr) << "asked for itself";
}

TEST_F(CounterpartsTest, WhoIsAwayIsBackAfterTheLastDayAndHolidaysCountToo) {
  Change("first", [](Contact& first) {
    first.absences = {{"2026-11-30", "2026-12-01"}};
    first.working_hours->holidays = {"2026-12-02"};
  });
  EXPECT_THAT(Found(At(10)),
              ElementsAre("third: at work until 18:00 Asia/Tbilisi, standing in for first",
                          "second: at work from 14:00 Asia/Tbilisi",
                          "first: at work from 2026-12-03 09:00 Asia/Tbilisi"));
}

TEST_F(CounterpartsTest, ADeputyWhoIsAwayHasDeputiesAndNobodyIsNamedTwice) {
  Contact fourth = Named("fourth");
  fourth.authority = "ministry";
  Enter(fourth);
  Change("third", [](Contact& third) {
    third.absences = {{"2026-11-01", "2027-12-31"}};
    third.deputies = {"fourth", "first"};
  });
  Change("first", [](Contact& first) { first.absences = {{"2026-11-30", "2026-11-30"}}; });
  EXPECT_THAT(Found(At(10)),
              ElementsAre("fourth: at work until 18:00 Asia/Tbilisi, standing in for third",
                          "second: at work from 14:00 Asia/Tbilisi",
                          "first: at work from 2026-12-01 09:00 Asia/Tbilisi",
                          "third: not at work within 30 days, standing in for first"));
}

TEST_F(CounterpartsTest, OfEqualsWhoOpensAndWhoWasVerifiedComesFirst) {
  CounterpartQuestion question = At(15);
  question.authority.clear();
  EXPECT_THAT(Found(question), ElementsAre("first: at work until 18:00 Asia/Tbilisi",
                                           "second: at work until 20:00 Asia/Tbilisi",
                                           "third: at work until 18:00 Asia/Tbilisi"));
  Change("first", [](Contact& first) { first.last_verified = "2025-11-29"; });
  EXPECT_THAT(Found(question),
              ElementsAre("second: at work until 20:00 Asia/Tbilisi",
                          "first: at work until 18:00 Asia/Tbilisi; not verified within a year",
                          "third: at work until 18:00 Asia/Tbilisi"));
  EXPECT_TRUE(Ask(question).counterparts[1].stale);
  Change("first", [](Contact& first) { first.last_verified = "2025-11-30"; });
  EXPECT_FALSE(Ask(question).counterparts[0].stale) << "the year is not over on its last day";
}

TEST_F(CounterpartsTest, OnlyWhoSpeaksTheLanguageAndOpensForTheAuthority) {
  CounterpartQuestion question = At(21);
  question.languages = {"PT"};
  EXPECT_THAT(Found(question),
              ElementsAre("third: at work from 2026-12-01 09:00 Asia/Tbilisi, standing in for "
                          "first"));
  question.openers_only = true;
  EXPECT_THAT(Found(question), IsEmpty());
  EXPECT_THAT(Ask(question).sentence, HasSubstr("speaks PT and opens documents"));
  Change("third", [](Contact& third) { third.opener = true; });
  EXPECT_THAT(Found(question), IsEmpty()) << "it opens for another authority";
  question.languages = {"p"};
  EXPECT_THAT(CheckCounterpartQuestion(question),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID"));
}

TEST_F(CounterpartsTest, WhoDoesNotCountIsNotFoundAndNobodyIsExplained) {
  for (const char* id : {"first", "second"}) {
    Change(id, [](Contact& contact) { contact.valid_to = "2026-11-29"; });
  }
  EXPECT_THAT(Found(At(10)), IsEmpty());
  EXPECT_THAT(Ask(At(10)).sentence, HasSubstr("None of the 2 contacts"));
  Change("first", [](Contact& first) { first.valid_to = "2026-11-30"; });
  EXPECT_THAT(Found(At(10)), ElementsAre("first: at work until 18:00 Asia/Tbilisi"));
  Change("third", [](Contact& third) { third.state = ContactState::kSuspended; });
  CounterpartQuestion ministry = At(10);
  ministry.authority = "ministry";
  EXPECT_THAT(Ask(ministry).sentence, HasSubstr("None of the 1 contacts"));

  Enter(PlanDeletePartner(registry_, "atlantis", "", InTbilisi(9))->facts.at(0));
  EXPECT_THAT(Found(At(10)), IsEmpty());
  EXPECT_THAT(Ask(At(10)).sentence, HasSubstr("taken off the register"));
}

TEST_F(CounterpartsTest, NobodyIsOfferedForWhenItDoesNotCountAnyMore) {
  Change("first", [](Contact& first) {
    first.valid_to = "2026-11-30";
    first.deputies.clear();
  });
  EXPECT_THAT(Found(At(21)), ElementsAre("second: at work from 2026-12-01 14:00 Asia/Tbilisi",
                                         "first: not at work any more while it counts"));
  EXPECT_FALSE(Ask(At(21)).counterparts.back().next_at_work.has_value());
}

TEST_F(CounterpartsTest, WhoIsAtWorkButLacksWhatIsAskedForPutsItsDeputiesIn) {
  CounterpartQuestion question = At(10);
  question.languages = {"pt"};
  EXPECT_THAT(Found(question),
              ElementsAre("third: at work until 18:00 Asia/Tbilisi, standing in for first"));
}

TEST_F(CounterpartsTest, WithoutHoursNothingIsPromised) {
  Change("first", [](Contact& first) { first.working_hours.reset(); });
  const std::vector<Counterpart> found = Ask(At(15)).counterparts;
  EXPECT_EQ(found.back().contact->id, "first");
  EXPECT_FALSE(found.back().next_at_work.has_value());
  EXPECT_EQ(found.back().sentence, "its working hours are not recorded");
}

}  // namespace
}  // namespace comity::partner_registry
