// Booking over mutual TLS.
#include <atomic>
#include <set>
#include <string>
#include <thread>

#include "comity/ledger/v1/ledger.grpc.pb.h"
#include "common/ids/uuid.h"
#include "services/engagement-scheduling/transport/positions.h"
#include "tests/integration/engagement_scheduling/service_fixture.h"

namespace comity::engagement_scheduling {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::comity::testing::IsOkAndHolds;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::SizeIs;

TEST_F(ServiceTest, AMeetingIsFoundHeldConfirmedExportedAndCancelled) {
  v1::SearchSlotsRequest search;
  search.add_participants(kDesk);
  search.add_participants(kTbilisi);
  search.mutable_duration()->set_seconds(3600);
  *search.mutable_window() = ToProto(Between("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"));
  const auto slots = Call(kDesk, &Stub::SearchSlots, search);
  ASSERT_THAT(slots, IsOk());
  ASSERT_THAT(slots->slots(), SizeIs(10));
  EXPECT_EQ(slots->slots(0).local_starts(1), "2026-12-01T12:00+04:00 Asia/Tbilisi");

  v1::HoldEngagementRequest hold = HoldRequest(Meeting(kHour));
  *hold.mutable_engagement()->mutable_interval() = slots->slots(0).interval();
  const auto held = Call(kDesk, &Stub::HoldEngagement, hold);
  ASSERT_THAT(held, IsOk());
  EXPECT_EQ(held->state(), v1::Engagement::STATE_HELD);
  EXPECT_EQ(held->organiser(), kDesk);
  const auto next = Call(kDesk, &Stub::SearchSlots, search);
  EXPECT_EQ(next->slots(0).interval().start_time().seconds(),
            held->interval().end_time().seconds());

  const auto confirmed = Confirm(kDesk, held->name());
  ASSERT_THAT(confirmed, IsOk());
  EXPECT_EQ(confirmed->state(), v1::Engagement::STATE_CONFIRMED);
  EXPECT_EQ(confirmed->registry_revision().number(), 7);
  EXPECT_EQ(confirmed->registry_checkpoint_sha256(),
            crypto::View(*registry_->snapshot().checkpoint_sha256()));
  EXPECT_THAT(Entries(), HasSubstr("\"registry_revision\":7"));
  EXPECT_THAT(Get(kTbilisi, held->name()), IsOk());

  v1::ExportCalendarRequest all;
  const auto calendar = Call(kTbilisi, &Stub::ExportCalendar, all);
  ASSERT_THAT(calendar, IsOk());
  EXPECT_THAT(calendar->calendar(), HasSubstr("STATUS:CONFIRMED\r\n"));
  EXPECT_THAT(calendar->calendar(), Not(HasSubstr("What the agency does")));

  v1::CancelEngagementRequest cancel;
  cancel.set_name(held->name());
  cancel.set_etag(confirmed->etag());
  cancel.set_reason("no quo\u202Erum");
  EXPECT_THAT(Call(kDesk, &Stub::CancelEngagement, cancel),
              FailsWith(absl::StatusCode::kInvalidArgument, "TEXT_NOT_PLAIN"));
  cancel.set_reason("no quorum");
  const auto cancelled = Call(kDesk, &Stub::CancelEngagement, cancel);
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state(), v1::Engagement::STATE_CANCELLED);
  EXPECT_EQ(cancelled->sequence(), 2);
  EXPECT_THAT(Entries(), HasSubstr("no quorum"));
}

TEST_F(ServiceTest, OfManyClientsExactlyOneGetsTheSlot) {
  constexpr int kClients = 32;
  As(kDesk);
  std::atomic<int> won = 0;
  std::atomic<int> lost = 0;
  std::vector<std::thread> threads;
  Stub& stub = As(kDesk);
  for (int i = 0; i < kClients; ++i) {
    threads.emplace_back([&] {
      grpc::ClientContext context;
      v1::Engagement response;
      const absl::Status status =
          rpc::ToAbslStatus(stub.HoldEngagement(&context, HoldRequest(Meeting(kHour)), &response));
      if (status.ok()) ++won;
      if (ReasonOf(status) == "SLOT_TAKEN") ++lost;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, kClients - 1);
}

TEST_F(ServiceTest, ARefusedAttemptIsARefusalInTheLedgerAndAQuestionIsNot) {
  ASSERT_THAT(Hold(kDesk, Meeting(kHour)), IsOk());
  const std::int64_t before = application_->journal().head().leaf_count;
  v1::HoldEngagementRequest question = HoldRequest(Meeting(kHour));
  question.set_validate_only(true);
  EXPECT_THAT(Call(kColleague, &Stub::HoldEngagement, question),
              FailsWith(StatusCode::kAborted, "SLOT_TAKEN"));
  EXPECT_EQ(application_->journal().head().leaf_count, before);

  EXPECT_THAT(Hold(kColleague, Meeting(kHour)), FailsWith(StatusCode::kAborted, "SLOT_TAKEN"));
  EXPECT_EQ(application_->journal().head().leaf_count, before + 1);
  EXPECT_THAT(Entries(), HasSubstr("\"reason\":\"SLOT_TAKEN\""));
}

TEST_F(ServiceTest, WhatIsNotForOneIsNotThere) {
  const auto held = Hold(kDesk, Coordination(kHour));
  ASSERT_THAT(held, IsOk());

  EXPECT_THAT(Get(kTbilisi, held->name()), IsOk());
  EXPECT_THAT(Get(kDpo, held->name()), IsOk());
  for (const char* who : {kColleague, kPanama}) {
    const absl::Status hidden = Get(who, held->name()).status();
    EXPECT_THAT(hidden, FailsWith(StatusCode::kNotFound, "ENGAGEMENT_NOT_FOUND"));
    EXPECT_EQ(hidden.message(), Get(who, "engagements/none").status().message());
    const auto list = Call(who, &Stub::ListEngagements, v1::ListEngagementsRequest());
    ASSERT_THAT(list, IsOk());
    EXPECT_THAT(list->engagements(), IsEmpty());
  }
  EXPECT_THAT(Get(kOperator, held->name()),
              FailsWith(StatusCode::kPermissionDenied, "ACCESS_DENIED"));
  EXPECT_THAT(Hold(kTbilisi, Meeting(kHour)),
              FailsWith(StatusCode::kPermissionDenied, "ACCESS_DENIED"));
}

TEST_F(ServiceTest, AnOperationalConfirmationNeedsTheLawTheLeaseAndTheLatestRegistry) {
  const auto held = Hold(kDesk, Coordination(kHour));
  ASSERT_THAT(held, IsOk());
  const absl::Status refused = Confirm(kDesk, held->name()).status();
  EXPECT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  EXPECT_THAT(DetailsOf(refused).preconditions, Not(IsEmpty()));
  EXPECT_THAT(DetailsOf(refused).metadata, Contains(Key("registry_revision")));

  registry_->Authorise();
  registry_->LoseLease();
  EXPECT_THAT(Confirm(kDesk, held->name()),
              FailsWith(StatusCode::kUnavailable, "REGISTRY_LEASE_LAPSED"));
  const Interval other{kHour.end, kHour.end + absl::Hours(1)};
  const auto strategic = Hold(kDesk, Meeting(other));
  ASSERT_THAT(strategic, IsOk());
  EXPECT_THAT(Confirm(kDesk, strategic->name()), IsOk());

  registry_->RegainLease();
  registry_->RaiseBarriers(100);
  EXPECT_THAT(Confirm(kDesk, held->name()), FailsWith(StatusCode::kAborted, "REGISTRY_CHANGED"));
  registry_->RaiseBarriers(2);
  const auto confirmed = Confirm(kDesk, held->name());
  ASSERT_THAT(confirmed, IsOk());
  EXPECT_EQ(confirmed->registry_revision().number(), registry_->snapshot().revision().number);
}

TEST_F(ServiceTest, ASuspendedContactIsHeardNoMore) {
  const auto held = Hold(kDesk, Meeting(kHour));
  ASSERT_THAT(Get(kTbilisi, held->name()), IsOk());
  registry_->Suspend(kTbilisi);
  server_->identity().verifier().RaiseGeneration();

  EXPECT_THAT(Get(kTbilisi, held->name()),
              FailsWith(StatusCode::kPermissionDenied, "CONTACT_SUSPENDED"));
}

TEST_F(ServiceTest, ARepeatedRequestIsAnsweredAsBefore) {
  v1::HoldEngagementRequest request = HoldRequest(Meeting(kHour));
  request.set_request_id(NewUuid(kNow));
  const auto first = Call(kDesk, &Stub::HoldEngagement, request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(Confirm(kDesk, first->name()), IsOk());

  const auto again = Call(kDesk, &Stub::HoldEngagement, request);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  request.mutable_engagement()->set_title("Another");
  EXPECT_THAT(Call(kDesk, &Stub::HoldEngagement, request),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(ServiceTest, AConfirmationOrCancellationAskedForAgainIsAnsweredAndLeavesNoSecondEntry) {
  const auto held = Hold(kDesk, Meeting(kHour));
  ASSERT_THAT(held, IsOk());
  const auto confirmed = Confirm(kDesk, held->name());
  ASSERT_THAT(confirmed, IsOk());
  const std::string entries = Entries();

  const auto again = Confirm(kDesk, held->name());

  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->SerializeAsString(), confirmed->SerializeAsString());
  EXPECT_EQ(Entries(), entries);

  v1::CancelEngagementRequest cancel;
  cancel.set_name(held->name());
  const auto cancelled = Call(kDesk, &Stub::CancelEngagement, cancel);
  ASSERT_THAT(cancelled, IsOk());
  const auto gone = Call(kDesk, &Stub::CancelEngagement, cancel);
  ASSERT_THAT(gone, IsOk());
  EXPECT_EQ(gone->SerializeAsString(), cancelled->SerializeAsString());
}

TEST_F(ServiceTest, WhoDecidesOnWhatHasChangedSinceIsToldSoAndChangesNothing) {
  const auto held = Hold(kDesk, Meeting(kHour));
  ASSERT_THAT(held, IsOk());
  v1::ConfirmEngagementRequest confirm;
  confirm.set_name(held->name());
  confirm.set_etag(held->etag());
  const auto confirmed = Call(kDesk, &Stub::ConfirmEngagement, confirm);
  ASSERT_THAT(confirmed, IsOk());
  ASSERT_NE(confirmed->etag(), held->etag());

  v1::CancelEngagementRequest cancel;
  cancel.set_name(held->name());
  cancel.set_etag(held->etag());
  EXPECT_THAT(Call(kDesk, &Stub::CancelEngagement, cancel),
              FailsWith(StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(Call(kDesk, &Stub::ConfirmEngagement, confirm),
              FailsWith(StatusCode::kAborted, "ETAG_MISMATCH"))
      << "also where it would change nothing";

  EXPECT_EQ(Get(kDesk, held->name())->SerializeAsString(), confirmed->SerializeAsString());
  cancel.set_etag(confirmed->etag());
  EXPECT_THAT(Call(kDesk, &Stub::CancelEngagement, cancel), IsOk());
}

TEST(PositionsTest, WhatIsNoPositionIsRefusedAndDoesNotBeginAnew) {
  const TimePosition position(absl::FromUnixNanos(7), "engagements/x");
  EXPECT_THAT(ParsePosition(PositionText(position.first, position.second)), IsOkAndHolds(position));
  for (const char* const text : {"", "engagements/x", "7", "7 "}) {
    EXPECT_THAT(ParsePosition(text),
                FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"))
        << text;
  }
}

TEST_F(ServiceTest, ListsGoOnByStartAndOnlyWithTheirOwnToken) {
  for (int i = 0; i < 5; ++i) {
    const absl::Time start = kHour.start + absl::Hours(24) * (4 - i);
    ASSERT_THAT(Hold(kDesk, Meeting({start, start + absl::Hours(1)})), IsOk());
  }
  v1::ListEngagementsRequest request;
  request.set_page_size(2);
  request.set_partner("partners/georgia");
  std::vector<std::int64_t> starts;
  std::string token;
  do {
    request.set_page_token(token);
    const auto page = Call(kDesk, &Stub::ListEngagements, request);
    ASSERT_THAT(page, IsOk());
    for (const v1::Engagement& engagement : page->engagements()) {
      starts.push_back(engagement.interval().start_time().seconds());
    }
    token = page->next_page_token();
    if (!token.empty()) {
      v1::ListEngagementsRequest stolen = request;
      stolen.set_page_token(token);
      EXPECT_THAT(Call(kColleague, &Stub::ListEngagements, stolen),
                  FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
      stolen.set_partner("partners/moldova");
      EXPECT_THAT(Call(kDesk, &Stub::ListEngagements, stolen),
                  FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"))
          << "of another question";
    }
  } while (!token.empty());
  ASSERT_THAT(starts, SizeIs(5));
  EXPECT_TRUE(std::is_sorted(starts.begin(), starts.end()));

  request.set_page_token("");
  *request.mutable_window() = ToProto(kHour);
  EXPECT_THAT(Call(kDesk, &Stub::ListEngagements, request)->engagements(), SizeIs(1));
  request.set_partner("partners/panama");
  EXPECT_THAT(Call(kDesk, &Stub::ListEngagements, request)->engagements(), IsEmpty());
}

TEST_F(ServiceTest, APageOfLongOnesIsAsLongAsAMessageMayBe) {
  constexpr int kAll = 200;
  Engagement wanted = Meeting(kHour);
  for (int i = 0; i < 198; ++i) {
    wanted.participants.push_back(absl::StrCat("spiffe://agency.example/agency/desk-officer/-/",
                                               std::string(55, 'd'), "-", i));
  }
  for (int i = 0; i < kAll; ++i) {
    wanted.interval.start = kHour.start + absl::Hours(i);
    wanted.interval.end = wanted.interval.start + absl::Hours(1);
    ASSERT_THAT(Hold(kDesk, wanted), IsOk());
  }
  v1::ListEngagementsRequest list;
  list.set_page_size(500);
  std::set<std::string> names;
  int pages = 0;
  do {
    const auto page = Call(kDesk, &Stub::ListEngagements, list);
    ASSERT_THAT(page, IsOk());
    EXPECT_LT(page->ByteSizeLong(), std::size_t{4} << 20) << "what any client takes";
    for (const v1::Engagement& each : page->engagements()) names.insert(each.name());
    list.set_page_token(page->next_page_token());
    ++pages;
  } while (!list.page_token().empty());
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(names.size(), std::size_t{kAll}) << "and none is left out";
}

TEST_F(ServiceTest, AHoldThatRanOutIsMarkedByItself) {
  const auto held = Hold(kDesk, Meeting(kHour));
  ASSERT_THAT(held, IsOk());
  clock_.Advance(absl::Minutes(16));

  const absl::Time patience = absl::Now() + absl::Seconds(20);
  v1::Engagement::State state = held->state();
  while (state == v1::Engagement::STATE_HELD && absl::Now() < patience) {
    state = Get(kDesk, held->name())->state();
  }
  EXPECT_EQ(state, v1::Engagement::STATE_EXPIRED);
  EXPECT_THAT(Entries(), HasSubstr("timer/hold-expiry"));
}

TEST_F(ServiceTest, HoursAreSetAndRead) {
  v1::UpdateCalendarRequest update;
  *update.mutable_calendar() = ToProto(Calendar{.owner = kRoom, .hours = Office()});
  EXPECT_THAT(Call(kDesk, &Stub::UpdateCalendar, update),
              FailsWith(StatusCode::kPermissionDenied, "CALENDAR_NOT_YOURS"));
  ASSERT_THAT(Call(kRegistryOperator, &Stub::UpdateCalendar, update), IsOk());

  v1::GetCalendarRequest get;
  get.set_owner(kRoom);
  const auto room = Call(kDesk, &Stub::GetCalendar, get);
  ASSERT_THAT(room, IsOk());
  EXPECT_EQ(room->working_hours().end_minute(), 17 * 60 + 30);
  EXPECT_THAT(Call(kTbilisi, &Stub::GetCalendar, get),
              FailsWith(StatusCode::kNotFound, "CALENDAR_NOT_FOUND"));
  get.set_owner(kTbilisi);
  EXPECT_EQ(Call(kTbilisi, &Stub::GetCalendar, get)->working_hours().time_zone(), "Asia/Tbilisi");
}

TEST_F(ServiceTest, ARestartKeepsWhatWasAnswered) {
  const auto held = Hold(kDesk, Coordination(kHour));
  ASSERT_THAT(held, IsOk());
  Stop();
  Start();

  const auto kept = Get(kDesk, held->name());
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->SerializeAsString(), held->SerializeAsString());
  registry_->Authorise();
  EXPECT_THAT(Confirm(kDesk, held->name()), IsOk());
}

TEST_F(ServiceTest, TheLedgerProvesABooking) {
  ASSERT_THAT(Hold(kDesk, Meeting(kHour)), IsOk());
  const auto ledger = comity::ledger::v1::LedgerService::NewStub(server_->Channel(kAuditor));
  comity::ledger::v1::ListEntriesRequest request;
  request.set_purpose("yearly audit");
  comity::ledger::v1::ListEntriesResponse entries;
  grpc::ClientContext context;
  EXPECT_THAT(rpc::ToAbslStatus(ledger->ListEntries(&context, request, &entries)), IsOk());
  EXPECT_THAT(entries.entries(), Not(IsEmpty()));
}

}  // namespace
}  // namespace comity::engagement_scheduling
