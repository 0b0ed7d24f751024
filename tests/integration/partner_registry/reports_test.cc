#include <gmock/gmock.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/facts_csv/facts_csv.h"
#include "common/json/canonical.h"
#include "common/metrics/metrics.h"
#include "common/sealing/cades.h"
#include "common/sealing/signer_trust.h"
#include "common/time/day.h"
#include "services/partner-registry/server/report_metrics.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Stub = v1::RegistryReportService::Stub;

// The machine's clock, shown earlier or later. Calls have deadlines on the machine's own.
class ShiftedClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now() + absl::Seconds(shift_.load()); }
  absl::Duration SinceBoot() const override { return SystemClock().SinceBoot(); }

  void Set(absl::Time now) { shift_ = absl::ToInt64Seconds(now - absl::Now()); }
  void Advance(absl::Duration by) { shift_ += absl::ToInt64Seconds(by); }

 private:
  std::atomic<std::int64_t> shift_ = 0;
};

class ReportsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  absl::StatusOr<v1::PublicList> List(const std::string& caller, const std::string& day = "") {
    v1::GetPublicListRequest request;
    request.set_day(day);
    return Call(&Stub::GetPublicList, server_.ReportsAs(caller), request);
  }
  absl::StatusOr<v1::Briefing> Brief(const std::string& caller,
                                     const v1::GetBriefingRequest& request) {
    return Call(&Stub::GetBriefing, server_.ReportsAs(caller), request);
  }
  absl::StatusOr<v1::ListComingResponse> Coming(const std::string& caller,
                                                const v1::ListComingRequest& request) {
    return Call(&Stub::ListComing, server_.ReportsAs(caller), request);
  }
  absl::StatusOr<v1::ListAffectedResponse> Affected(const v1::ListAffectedRequest& request) {
    return Call(&Stub::ListAffected, server_.ReportsAs(kEeas), request);
  }
  void Suspend() {
    v1::SuspendContactRequest suspend;
    suspend.set_name("partners/panama/contacts/panama-1");
    suspend.set_reason("test");
    ASSERT_THAT(
        Call(&v1::PartnerRegistryService::Stub::SuspendContact, server_.As(kOperator), suspend),
        IsOk());
  }

  void GoToJustBeforeMidnight() {
    clock_.Set(absl::FromCivil(DayInBrussels(absl::Now()), Brussels()) - absl::Seconds(60));
  }

  ShiftedClock clock_;
  RegistryServer server_{absl::Seconds(3), &clock_};
};

TEST_F(ReportsTest, ThePublicListIsSignedByTheRegistryAndForEverybody) {
  for (const char* caller : {kDesk, kEeas, kTbilisi, kExchange}) {
    const auto list = List(caller, "2026-11-28");
    ASSERT_THAT(list, IsOk()) << caller;
    const identity::ChainVerifier verifier(server_.pki().bundles());
    const auto verified = sealing::VerifySignature(list->content(), list->signature(),
                                                   sealing::TrustedBy(&verifier, absl::Now()));
    ASSERT_THAT(verified, IsOk());
    EXPECT_EQ(verified->spiffe_id, "spiffe://agency.example/service/partner-registry");
    const auto content = json::ParseCanonical(list->content());
    ASSERT_THAT(content, IsOk());
    EXPECT_EQ(content->at("day"), "2026-11-28");
    EXPECT_THAT(list->page(), StartsWith("<!DOCTYPE html>"));
    std::string changed = list->content();
    changed.back() = ' ';
    EXPECT_FALSE(sealing::VerifySignature(changed, list->signature(),
                                          sealing::TrustedBy(&verifier, absl::Now()))
                     .ok());
  }
  EXPECT_THAT(List(kDesk, "someday"), FailsWith(absl::StatusCode::kInvalidArgument, "DAY_INVALID"));
}

TEST_F(ReportsTest, ThePublicListIsMadeAnewWhenTheRegistryOrTheCertificateChanges) {
  const auto first = List(kDesk);
  ASSERT_THAT(first, IsOk());
  // Signatures are never the same twice: this one was kept.
  EXPECT_EQ(List(kDesk)->signature(), first->signature());

  Suspend();
  const auto second = List(kDesk);
  EXPECT_EQ(first->registry_revision().number(), 1);
  EXPECT_EQ(second->registry_revision().number(), 2);
  EXPECT_NE(second->content(), first->content());

  server_.pki().IssueFolder("registry", "spiffe://agency.example/service/partner-registry");
  const absl::Time patience = absl::Now() + absl::Seconds(10);
  while (List(kDesk)->signature() == second->signature() && absl::Now() < patience) {
  }
  EXPECT_NE(List(kDesk)->signature(), second->signature());
  EXPECT_EQ(List(kDesk)->content(), second->content());
}

TEST_F(ReportsTest, ABriefingIsOfADayAndARevisionInEitherForm) {
  v1::GetBriefingRequest request;
  request.set_name("partners/kosovo");
  const auto markdown = Brief(kEeas, request);
  ASSERT_THAT(markdown, IsOk());
  EXPECT_THAT(markdown->content(), StartsWith("# Briefing: Kosovo"));
  EXPECT_THAT(markdown->content(), HasSubstr("UNSCR 1244/1999"));
  EXPECT_EQ(markdown->day(), FormatDay(DayInBrussels(clock_.Now())));
  request.set_format(v1::GetBriefingRequest::FORMAT_HTML);
  EXPECT_THAT(Brief(kDesk, request)->content(), StartsWith("<!DOCTYPE html>"));

  Suspend();
  request.set_name("partners/panama");
  EXPECT_THAT(Brief(kDesk, request)->content(), HasSubstr("<td>suspended"));
  request.mutable_at_revision()->set_store_id(server_.application().store().store_id());
  request.mutable_at_revision()->set_number(1);
  const auto earlier = Brief(kDesk, request);
  ASSERT_THAT(earlier, IsOk());
  EXPECT_THAT(earlier->content(), HasSubstr("<td>active"));
  EXPECT_EQ(earlier->registry_revision().number(), 1);

  request.mutable_at_revision()->set_number(9);
  EXPECT_THAT(Brief(kDesk, request), FailsWith(absl::StatusCode::kOutOfRange, "REVISION_UNKNOWN"));
  request.mutable_at_revision()->set_store_id(std::string(32, 'f'));
  EXPECT_THAT(Brief(kDesk, request),
              FailsWith(absl::StatusCode::kFailedPrecondition, "STORE_REPLACED"));
  request.clear_at_revision();
  request.set_name("partners/atlantis");
  EXPECT_THAT(Brief(kDesk, request), FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
  request.set_name("atlantis");
  EXPECT_THAT(Brief(kDesk, request), FailsWith(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
}

TEST_F(ReportsTest, WhatComesIsListedInPagesOfOneRevisionAndDay) {
  GoToJustBeforeMidnight();
  v1::ListComingRequest request;
  request.set_days(3'660);
  const auto all = Coming(kDesk, [&] {
    v1::ListComingRequest whole = request;
    whole.set_page_size(500);
    return whole;
  }());
  ASSERT_THAT(all, IsOk());
  ASSERT_GT(all->events_size(), 8);
  EXPECT_EQ(all->next_page_token(), "");

  request.set_page_size(4);
  std::vector<v1::ComingEvent> events;
  do {
    const auto page = Coming(kDesk, request);
    ASSERT_THAT(page, IsOk());
    EXPECT_EQ(page->registry_revision().number(), 1);
    events.insert(events.end(), page->events().begin(), page->events().end());
    request.set_page_token(page->next_page_token());
    if (events.size() == 4U) {  // A change and a midnight between two pages.
      Suspend();
      clock_.Advance(absl::Minutes(2));
    }
  } while (!request.page_token().empty());
  ASSERT_EQ(static_cast<int>(events.size()), all->events_size());
  for (int i = 0; i < all->events_size(); ++i) {
    EXPECT_EQ(events[static_cast<std::size_t>(i)].SerializeAsString(),
              all->events(i).SerializeAsString());
  }
}

TEST_F(ReportsTest, TheListOfWhatComesRefusesWhatIsWrong) {
  v1::ListComingRequest request;
  request.set_page_size(1);
  const std::string token = Coming(kDesk, request)->next_page_token();
  request.set_page_token(token);
  EXPECT_THAT(Coming(kDpo, request),
              FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  request.set_days(91);
  EXPECT_THAT(Coming(kDesk, request),
              FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  request.Clear();
  request.set_days(3'661);
  EXPECT_THAT(Coming(kDesk, request),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID"));
  request.set_days(-1);
  EXPECT_THAT(Coming(kDesk, request),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID"));
  request.Clear();
  request.add_kinds(v1::ComingEvent::KIND_UNSPECIFIED);
  EXPECT_THAT(Coming(kDesk, request),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID"));
  request.Clear();
  request.set_from("2026");
  EXPECT_THAT(Coming(kDesk, request), FailsWith(absl::StatusCode::kInvalidArgument, "DAY_INVALID"));
  request.Clear();
  request.set_partner("partners/atlantis");
  EXPECT_THAT(Coming(kDesk, request), FailsWith(absl::StatusCode::kNotFound, "PARTNER_NOT_FOUND"));
}

TEST_F(ReportsTest, AWatchIsToldOfChangesAndOfMidnight) {
  GoToJustBeforeMidnight();
  grpc::ClientContext context;
  RegistryServer::Prepare(context, absl::Seconds(30));
  v1::WatchComingRequest request;
  request.set_days(3'660);
  const auto stream = server_.ReportsAs(kDesk).WatchComing(&context, request);
  v1::WatchComingResponse first;
  ASSERT_TRUE(stream->Read(&first));
  EXPECT_EQ(first.registry_revision().number(), 1);

  clock_.Advance(absl::Minutes(2));  // The day is over; the registry is as it was.
  v1::WatchComingResponse second;
  ASSERT_TRUE(stream->Read(&second));
  EXPECT_EQ(second.registry_revision().number(), 1);
  // What was never verified is overdue from the day on which it was recorded.
  EXPECT_GT(second.events_size(), first.events_size() + 50);

  Suspend();  // A contact that is suspended is not verified any more.
  v1::WatchComingResponse third;
  ASSERT_TRUE(stream->Read(&third));
  EXPECT_EQ(third.registry_revision().number(), 2);
  EXPECT_EQ(third.events_size(), second.events_size() - 1);
  context.TryCancel();
}

TEST_F(ReportsTest, WhatWouldBeAffectedIsComparedOnTheDay) {
  v1::ListAffectedRequest request;
  request.set_instrument("partners/albania/instruments/cooperation-agreement");
  request.set_supposition(v1::ListAffectedRequest::SUPPOSITION_LAPSES);
  const auto affected = Affected(request);

  ASSERT_THAT(affected, IsOk());
  EXPECT_EQ(affected->day(), FormatDay(DayInBrussels(clock_.Now()) + 1));
  std::set<int> kinds;
  for (const v1::Affected& one : affected->affected()) kinds.insert(one.kind());
  EXPECT_EQ(kinds, (std::set<int>{v1::Affected::KIND_TRANSFER, v1::Affected::KIND_SECONDMENT,
                                  v1::Affected::KIND_CONTACT, v1::Affected::KIND_AXIS}));
  EXPECT_EQ(affected->affected(0).outcome_after(), v1::TRANSFER_OUTCOME_DECISION_REQUIRED);

  request.set_supposition(v1::ListAffectedRequest::SUPPOSITION_EXTENDED);
  EXPECT_THAT(Affected(request), FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_REQUIRED"));
  request.clear_supposition();
  EXPECT_THAT(Affected(request), FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_REQUIRED"));
  request.set_supposition(v1::ListAffectedRequest::SUPPOSITION_SUSPENDED);
  request.set_instrument("partners/albania/instruments/none");
  EXPECT_THAT(Affected(request), FailsWith(absl::StatusCode::kNotFound, "INSTRUMENT_NOT_FOUND"));
}

// Loads many authorities of Albania with the data: a new one that comes later is not sure.
class ManyAuthoritiesTest : public ReportsTest {
 protected:
  static constexpr int kMost = 10'000;

  void SetUp() override {
    auto rows =
        facts_csv::ReadFolder(absl::StrCat(std::getenv("COMITY_SOURCE_DIR"), "/deploy/data"));
    ASSERT_THAT(rows, IsOk());
    for (int i = 0; i <= kMost; ++i) {
      v1::Authority& authority = *rows->emplace_back().mutable_authority();
      authority.set_name(absl::StrCat("partners/albania/authorities/a", i));
      authority.set_display_name("A");
      authority.set_competent_in_criminal_matters(true);
      authority.set_certainty(v1::CERTAINTY_FOUND);
    }
    ASSERT_THAT(server_.Import(kOperator, *rows, false, "", absl::Seconds(60)), IsOk());
  }
};

TEST_F(ManyAuthoritiesTest, WhatWouldBeAffectedEndsWhereAMessageHasToAndSaysSo) {
  v1::ListAffectedRequest request;
  request.set_instrument("partners/albania/instruments/cooperation-agreement");
  request.set_supposition(v1::ListAffectedRequest::SUPPOSITION_LAPSES);
  const auto cut = Affected(request);
  ASSERT_THAT(cut, IsOk());
  EXPECT_TRUE(cut->truncated());
  EXPECT_GT(cut->affected_size(), 1'000);
  EXPECT_LE(cut->affected_size(), kMost);

  request.set_instrument("partners/georgia/instruments/cooperation-agreement");
  const auto whole = Affected(request);
  ASSERT_THAT(whole, IsOk());
  EXPECT_FALSE(whole->truncated());
}

TEST_F(ReportsTest, TheFiguresAreMetricsOfTheLastRevisionAndDay) {
  metrics::Metrics metrics;
  ReportMetrics figures(&server_.application().store(), &clock_);
  figures.AddTo(metrics);
  EXPECT_THAT(metrics.Text(), HasSubstr("comity_partner_registry_relations{axis=\"CONTACT_POINT\","
                                        "step=\"VERIFIED\"} 5"));
  EXPECT_THAT(metrics.Text(),
              HasSubstr("comity_partner_registry_instruments_expiring{within_days=\"30\"} 0"));
  EXPECT_THAT(metrics.Text(), HasSubstr("comity_partner_registry_contacts_stale 0"));

  Suspend();
  EXPECT_THAT(metrics.Text(), HasSubstr("step=\"VERIFIED\"} 4"));
  clock_.Advance(absl::Hours(24 * 366 * 2));
  EXPECT_THAT(metrics.Text(), HasSubstr("comity_partner_registry_contacts_stale 4"));
}

TEST_F(ReportsTest, WhoMayNotListDecisionsIsNotToldOfTheirEnd) {
  for (const char* caller : {kEeas, kTbilisi, kExchange}) {
    EXPECT_EQ(Coming(caller, {}).status().code(), absl::StatusCode::kPermissionDenied) << caller;
  }
  v1::GetBriefingRequest briefing;
  briefing.set_name("partners/georgia");
  EXPECT_EQ(Brief(kTbilisi, briefing).status().code(), absl::StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace comity::partner_registry
