// What is asked of all that is booked: what if, who relied on it, how much.
#include "common/status/error.h"
#include "tests/integration/engagement_scheduling/service_fixture.h"

namespace comity::engagement_scheduling {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

class InquiriesTest : public ServiceTest {};

constexpr char kAgreement[] = "partners/georgia/instruments/cooperation-agreement";

v1::ListAffectedRequest IfItLapses(const std::string& day) {
  v1::ListAffectedRequest request;
  request.set_instrument(kAgreement);
  request.set_supposition(partner_registry::v1::ListAffectedRequest::SUPPOSITION_LAPSES);
  request.set_day(day);
  return request;
}

v1::ListReliancesRequest Reliances() {
  v1::ListReliancesRequest request;
  request.set_fact(kAgreement);
  request.set_purpose("corrected day");
  return request;
}

TEST_F(InquiriesTest, WhatIfTheAgreementLapsedNamesThePlannedMeetingsOnItsDays) {
  registry_->Authorise();
  const auto held = Hold(kDesk, Coordination(kHour));
  ASSERT_THAT(held, IsOk());
  const auto confirmed = Hold(kDesk, Coordination({kHour.end, kHour.end + absl::Hours(1)}));
  ASSERT_THAT(Confirm(kDesk, confirmed->name()), IsOk());
  ASSERT_THAT(Hold(kDesk, Meeting({kHour.start + absl::Hours(5), kHour.end + absl::Hours(5)})),
              IsOk());
  const std::int64_t leaves = application_->journal().head().leaf_count;

  const auto affected = Call(kDesk, &Stub::ListAffected, IfItLapses("2026-12-01"));

  ASSERT_THAT(affected, IsOk());
  ASSERT_THAT(affected->affected(), SizeIs(2)) << "a strategic meeting shares nothing";
  const v1::AffectedEngagement& first = affected->affected(0);
  EXPECT_EQ(first.engagement(), held->name());
  EXPECT_EQ(first.state(), v1::Engagement::STATE_HELD);
  EXPECT_EQ(first.counterpart(), "partners/georgia/authorities/prosecution");
  EXPECT_EQ(first.outcome_before(), partner_registry::v1::TRANSFER_OUTCOME_PERMITTED);
  EXPECT_EQ(first.outcome_after(), partner_registry::v1::TRANSFER_OUTCOME_DECISION_REQUIRED);
  EXPECT_THAT(first.sentence(), HasSubstr("2026-12-01"));
  EXPECT_EQ(affected->affected(1).engagement(), confirmed->name());
  EXPECT_THAT(affected->affected(1).sentence(), HasSubstr("cancel the engagement"));
  EXPECT_EQ(affected->day(), "2026-12-01");
  EXPECT_EQ(affected->registry_revision().number(), registry_->snapshot().revision().number);
  // The day after it the agreement lapses too late; the question left nothing behind.
  EXPECT_THAT(Call(kDesk, &Stub::ListAffected, IfItLapses("2026-12-02"))->affected(), IsEmpty());
  EXPECT_EQ(application_->journal().head().leaf_count, leaves);
}

TEST_F(InquiriesTest, WhatIfIsCutWhereAnAnswerHasToEndAndSaysSo) {
  registry_->Authorise();
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    const absl::Time start = kHour.start + absl::Hours(i);
    names.push_back(Hold(kDesk, Coordination({start, start + absl::Hours(1)}))->name());
  }
  const auto all = Call(kDesk, &Stub::ListAffected, IfItLapses("2026-12-01"));
  ASSERT_THAT(all, IsOk());
  ASSERT_THAT(all->affected(), SizeIs(3));
  EXPECT_FALSE(all->truncated());
  const std::size_t each = all->affected(0).ByteSizeLong();
  const auto start = [this](InquiryLimits limits) {
    Stop();
    limits_ = limits;
    Start();
    registry_->Authorise();
  };

  for (const InquiryLimits limits :
       {InquiryLimits{.affected = {.rows = 2}, .at_once = 1},
        InquiryLimits{.affected = {.bytes = 3 * each - 1}, .at_once = 2}}) {
    start(limits);
    const auto cut = Call(kDesk, &Stub::ListAffected, IfItLapses("2026-12-01"));
    ASSERT_THAT(cut, IsOk());
    EXPECT_TRUE(cut->truncated());
    ASSERT_THAT(cut->affected(), SizeIs(2));
    EXPECT_EQ(cut->affected(0).engagement(), names[0]) << "soonest first";
    EXPECT_EQ(cut->affected(1).engagement(), names[1]);
  }
  start({.affected = {.rows = 3, .bytes = 3 * each}, .at_once = 1});
  const auto whole = Call(kDesk, &Stub::ListAffected, IfItLapses("2026-12-01"));
  EXPECT_THAT(whole->affected(), SizeIs(3));
  EXPECT_FALSE(whole->truncated()) << "nothing is left out";
}

TEST_F(InquiriesTest, WhatIfTellsEverybodyOfWhatHeMaySeeOnly) {
  registry_->Authorise();
  const auto held = Hold(kDesk, Coordination(kHour));
  ASSERT_THAT(held, IsOk());
  for (const char* who : {kDpo, kAuditor}) {
    EXPECT_THAT(Call(who, &Stub::ListAffected, IfItLapses("2026-12-01"))->affected(), SizeIs(1));
  }
  for (const char* who : {kColleague, kRegistryOperator}) {
    EXPECT_THAT(Call(who, &Stub::ListAffected, IfItLapses("2026-12-01"))->affected(), IsEmpty());
  }
  EXPECT_THAT(Call(kTbilisi, &Stub::ListAffected, IfItLapses("2026-12-01")),
              FailsWith(StatusCode::kPermissionDenied, "ACCESS_DENIED"));
}

TEST_F(InquiriesTest, WhatIsOverOrWasGivenUpIsNotAffected) {
  registry_->Authorise();
  const auto held = Hold(kDesk, Coordination(kHour));
  ASSERT_THAT(Confirm(kDesk, held->name()), IsOk());
  const Interval later{kHour.end, kHour.end + absl::Hours(1)};
  const auto given_up = Hold(kDesk, Coordination(later));
  ASSERT_THAT(given_up, IsOk());
  v1::CancelEngagementRequest cancel;
  cancel.set_name(given_up->name());
  ASSERT_THAT(Call(kDesk, &Stub::CancelEngagement, cancel), IsOk());

  const auto tomorrow = Call(kDesk, &Stub::ListAffected, IfItLapses(""));
  ASSERT_THAT(tomorrow, IsOk());
  EXPECT_EQ(tomorrow->day(), "2026-11-24");
  ASSERT_THAT(tomorrow->affected(), SizeIs(1));
  EXPECT_EQ(tomorrow->affected(0).engagement(), held->name());

  clock_.Advance(kHour.end - clock_.Now());
  EXPECT_THAT(Call(kDesk, &Stub::ListAffected, IfItLapses("2026-11-24"))->affected(), IsEmpty());
}

TEST_F(InquiriesTest, WhatIfOfNothingIsRefused) {
  v1::ListAffectedRequest request = IfItLapses("2026-12-01");
  request.set_instrument("partners/georgia/instruments/none");
  EXPECT_THAT(Call(kDesk, &Stub::ListAffected, request),
              FailsWith(StatusCode::kNotFound, "INSTRUMENT_NOT_FOUND"));
  request.set_instrument("georgia");
  EXPECT_THAT(Call(kDesk, &Stub::ListAffected, request),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID"));
  request = IfItLapses("tomorrow");
  EXPECT_THAT(Call(kDesk, &Stub::ListAffected, request),
              FailsWith(StatusCode::kInvalidArgument, "DAY_INVALID"));
  request = IfItLapses("");
  request.set_supposition(partner_registry::v1::ListAffectedRequest::SUPPOSITION_EXTENDED);
  EXPECT_THAT(Call(kDesk, &Stub::ListAffected, request),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_REQUIRED"));
  request.clear_supposition();
  EXPECT_THAT(Call(kDesk, &Stub::ListAffected, request),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_REQUIRED"));
}

TEST_F(InquiriesTest, WhoReliedOnAFactIsKnownByTheRevisionsItSaidSo) {
  registry_->Authorise();
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    const absl::Time start = kHour.start + absl::Hours(i);
    const auto held = Hold(kDesk, Coordination({start, start + absl::Hours(1)}));
    ASSERT_THAT(held, IsOk());
    clock_.Advance(absl::Minutes(1));
    ASSERT_THAT(Confirm(kDesk, held->name()), IsOk());
    names.push_back(held->name());
  }
  ASSERT_THAT(
      Confirm(kDesk, Hold(kDesk, Meeting({kHour.start - absl::Hours(1), kHour.start}))->name()),
      IsOk());
  const legal::Revision then = registry_->snapshot().revision();
  v1::ListReliancesRequest request = Reliances();

  const std::int64_t leaves = application_->journal().head().leaf_count;

  const auto all = Call(kDpo, &Stub::ListReliances, request);

  ASSERT_THAT(all, IsOk());
  ASSERT_EQ(application_->journal().head().leaf_count, leaves + 1);
  const auto entry = application_->journal().ReadEntry(leaves);
  ASSERT_THAT(entry, IsOk());
  EXPECT_THAT(*entry->body,
              AllOf(HasSubstr("DISCLOSURE"), HasSubstr(kDpo), HasSubstr("ListReliances"),
                    HasSubstr("\"count\":3"), HasSubstr("\"purpose\":\"corrected day\"")));
  ASSERT_THAT(all->reliances(), SizeIs(3)) << "a strategic meeting relies on nothing";
  EXPECT_EQ(all->reliances(0).engagement(), names[2]) << "newest first";
  EXPECT_EQ(all->reliances(0).registry_revision().number(), then.number);
  EXPECT_EQ(all->reliances(0).counterparts(0), "partners/georgia/authorities/prosecution");
  EXPECT_EQ(absl::FromUnixSeconds(all->reliances(0).confirm_time().seconds()), clock_.Now());

  request.mutable_before_revision()->set_store_id(then.store_id);
  request.mutable_before_revision()->set_number(then.number);
  EXPECT_THAT(Call(kDpo, &Stub::ListReliances, request)->reliances(), IsEmpty());
  request.mutable_before_revision()->set_number(then.number + 1);
  *request.mutable_from_revision() = request.before_revision();
  EXPECT_THAT(Call(kDpo, &Stub::ListReliances, request)->reliances(), IsEmpty());
  request.mutable_from_revision()->set_number(then.number);
  EXPECT_THAT(Call(kAuditor, &Stub::ListReliances, request)->reliances(), SizeIs(3));
  request.set_fact("partners/georgia/authorities/prosecution");
  EXPECT_THAT(Call(kDpo, &Stub::ListReliances, request)->reliances(), SizeIs(3));
  request.set_fact("partners/panama/instruments/working-arrangement");
  EXPECT_THAT(Call(kDpo, &Stub::ListReliances, request)->reliances(), IsEmpty());
}

TEST_F(InquiriesTest, ReliancesSurviveARestartAndACancellationAndComeByPages) {
  registry_->Authorise();
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    const absl::Time start = kHour.start + absl::Hours(i);
    names.push_back(Hold(kDesk, Coordination({start, start + absl::Hours(1)}))->name());
    ASSERT_THAT(Confirm(kDesk, names.back()), IsOk());
  }
  v1::CancelEngagementRequest cancel;
  cancel.set_name(names[1]);
  const auto cancelled = Call(kDesk, &Stub::CancelEngagement, cancel);
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_THAT(cancelled->SerializeAsString(), Not(HasSubstr(kAgreement))) << "no caller is told";
  Stop();
  Start();

  v1::ListReliancesRequest request = Reliances();
  request.set_page_size(2);
  std::vector<std::string> found;
  do {
    const auto page = Call(kAuditor, &Stub::ListReliances, request);
    ASSERT_THAT(page, IsOk());
    for (const v1::Reliance& reliance : page->reliances()) found.push_back(reliance.engagement());
    request.set_page_token(page->next_page_token());
    if (page->next_page_token().empty()) break;
    EXPECT_THAT(Call(kDpo, &Stub::ListReliances, request),
                FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  } while (true);
  EXPECT_THAT(found, UnorderedElementsAreArray(names));
}

TEST_F(InquiriesTest, WhatIsLookedAtPieceByPieceIsWhole) {
  Stop();
  limits_.at_once = 1;
  Start();
  registry_->Authorise();
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) {
    const absl::Time start = kHour.start + absl::Hours(i);
    const Interval hour{start, start + absl::Hours(1)};
    const auto held = Hold(kDesk, i % 2 == 0 ? Coordination(hour) : Meeting(hour));
    ASSERT_THAT(Confirm(kDesk, held->name()), IsOk());
    if (i % 2 == 0) names.push_back(held->name());
  }
  v1::ListReliancesRequest request = Reliances();
  request.set_page_size(2);

  const auto first = Call(kAuditor, &Stub::ListReliances, request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(first->reliances(), SizeIs(2));
  request.set_page_token(first->next_page_token());
  const auto second = Call(kAuditor, &Stub::ListReliances, request);
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(second->reliances(), SizeIs(1));
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_THAT(
      (std::vector<std::string>{first->reliances(0).engagement(), first->reliances(1).engagement(),
                                second->reliances(0).engagement()}),
      UnorderedElementsAreArray(names));

  clock_.Advance(absl::Hours(24 * 60));
  v1::MeasureVolumeRequest volume;
  volume.set_year(2026);
  const auto counted = Call(kDesk, &Stub::MeasureVolume, volume);
  ASSERT_THAT(counted, IsOk());
  ASSERT_THAT(counted->volumes(), SizeIs(1));
  EXPECT_EQ(counted->volumes(0).engagements(), 5);
}

TEST_F(InquiriesTest, ReliancesAreForWhoMaySeeThemAllAndAskedOfThePresentStoreOnly) {
  v1::ListReliancesRequest request = Reliances();
  for (const char* who : {kDesk, kRegistryOperator}) {
    EXPECT_THAT(Call(who, &Stub::ListReliances, request),
                FailsWith(StatusCode::kPermissionDenied, "ACCESS_DENIED"));
  }
  request.mutable_from_revision()->set_store_id("another");
  EXPECT_THAT(Call(kDpo, &Stub::ListReliances, request),
              FailsWith(StatusCode::kFailedPrecondition, "STORE_REPLACED"));
  request.clear_from_revision();
  request.set_fact("georgia");
  EXPECT_THAT(Call(kDpo, &Stub::ListReliances, request),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID"));
  request.clear_fact();
  EXPECT_THAT(Call(kDpo, &Stub::ListReliances, request),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_REQUIRED"));
  request = Reliances();
  for (const std::string& purpose : {std::string(), std::string(501, 'x')}) {
    request.set_purpose(purpose);
    EXPECT_THAT(Call(kDpo, &Stub::ListReliances, request),
                FailsWith(StatusCode::kInvalidArgument, "PURPOSE_MISSING"));
  }
  request.set_purpose("review \u202E");
  EXPECT_THAT(Call(kDpo, &Stub::ListReliances, request),
              FailsWith(StatusCode::kInvalidArgument, "TEXT_NOT_PLAIN"));
}

TEST_F(InquiriesTest, AYearsVolumeCountsWhatTookPlace) {
  const auto took_place = Hold(kDesk, Meeting(kHour));
  ASSERT_THAT(Confirm(kDesk, took_place->name()), IsOk());
  const Interval new_year = Between("2026-12-31T23:30:00Z", "2027-01-01T00:30:00Z");
  ASSERT_THAT(Confirm(kDesk, Hold(kDesk, Meeting(new_year))->name()), IsOk());
  ASSERT_THAT(Hold(kDesk, Meeting({kHour.start + absl::Hours(2), kHour.end + absl::Hours(2)})),
              IsOk());
  v1::MeasureVolumeRequest request;
  request.set_year(2026);
  EXPECT_THAT(Call(kDesk, &Stub::MeasureVolume, request)->volumes(), IsEmpty()) << "not over yet";
  clock_.Advance(At("2027-01-02T00:00:00Z") - clock_.Now());

  const auto counted = Call(kDesk, &Stub::MeasureVolume, request);

  ASSERT_THAT(counted, IsOk());
  ASSERT_THAT(counted->volumes(), SizeIs(1));
  EXPECT_EQ(counted->volumes(0).partner(), "partners/georgia");
  EXPECT_EQ(counted->volumes(0).engagements(), 1) << "in Brussels the other is of the next year";
  EXPECT_EQ(counted->revision().number(), application_->journal().head().revision);
  request.set_partner("partners/panama");
  EXPECT_THAT(Call(kDesk, &Stub::MeasureVolume, request)->volumes(), IsEmpty());
  request.set_partner("panama");
  EXPECT_THAT(Call(kDesk, &Stub::MeasureVolume, request),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID"));
  for (const int year : {1999, 2028}) {
    request.set_partner("");
    request.set_year(year);
    EXPECT_THAT(Call(kDesk, &Stub::MeasureVolume, request),
                FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID"));
  }
  EXPECT_THAT(Call(kTbilisi, &Stub::MeasureVolume, request),
              FailsWith(StatusCode::kPermissionDenied, "ACCESS_DENIED"));
}

TEST_F(InquiriesTest, AYearsVolumeIsReportedAsCountedOrTheRegistrysRefusalIsTold) {
  ASSERT_THAT(Confirm(kDesk, Hold(kDesk, Meeting(kHour))->name()), IsOk());
  clock_.Advance(At("2026-12-02T00:00:00Z") - clock_.Now());
  registry_says_->set_number(12);
  v1::ReportVolumeRequest request;
  request.set_year(2026);

  const auto reported = Call(kDesk, &Stub::ReportVolume, request);

  ASSERT_THAT(reported, IsOk());
  EXPECT_EQ(reported->registry_revision().number(), 12);
  EXPECT_EQ(reported->counted_at().number(), application_->journal().head().revision);
  ASSERT_THAT(reported->volumes(), SizeIs(1));
  EXPECT_EQ(reported->volumes(0).engagements(), 1);
  ASSERT_THAT(reports_, SizeIs(1));
  EXPECT_EQ(reports_[0].year(), 2026);
  EXPECT_EQ(reports_[0].counted_at().store_id(), application_->journal().head().store_id);
  ASSERT_THAT(reports_[0].volumes(), SizeIs(1));
  EXPECT_EQ(reports_[0].volumes(0).partner(), "partners/georgia");
  EXPECT_THAT(reports_[0].volumes(0).counts(), UnorderedElementsAre(Pair("engagements", 1)));

  registry_says_ = MakeError(StatusCode::kFailedPrecondition, "No.", {.reason = "REPORT_REFUSED"});
  EXPECT_THAT(Call(kDesk, &Stub::ReportVolume, request),
              FailsWith(StatusCode::kFailedPrecondition, "REPORT_REFUSED"));
  request.set_year(1999);
  EXPECT_THAT(Call(kDesk, &Stub::ReportVolume, request),
              FailsWith(StatusCode::kInvalidArgument, "FIELD_INVALID"));
  EXPECT_THAT(Call(kTbilisi, &Stub::ReportVolume, request),
              FailsWith(StatusCode::kPermissionDenied, "ACCESS_DENIED"));
  EXPECT_THAT(reports_, SizeIs(2));
}

TEST_F(InquiriesTest, APartOfAYearIsNotReportedAsTheWhole) {
  ASSERT_THAT(Confirm(kDesk, Hold(kDesk, Meeting(kHour))->name()), IsOk());
  const Inquiries inquiries({.store = &application_->store(),
                             .registry = registry_,
                             .journal = &application_->journal(),
                             .clock = &clock_,
                             .report = Reporter()});
  const rpc::Call gone(rpc::Call::Facts{.cancelled = [] { return true; }});
  v1::ReportVolumeRequest request;
  request.set_year(2026);
  v1::ReportVolumeResponse response;

  EXPECT_THAT(inquiries.ReportVolume(gone, request, &response),
              FailsWith(StatusCode::kCancelled, "COUNT_INTERRUPTED"));
  EXPECT_THAT(reports_, IsEmpty());
}

}  // namespace
}  // namespace comity::engagement_scheduling
