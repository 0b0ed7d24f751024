// What services report of volumes: each for itself and nobody for them.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/service/volume_report.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Stub = v1::RelationService::Stub;

constexpr char kScheduling[] = "spiffe://agency.example/service/engagement-scheduling";
constexpr char kAuditor[] = "spiffe://agency.example/agency/auditor/-/a1";

int LastYear() { return static_cast<int>(DayInBrussels(absl::Now()).year()) - 1; }

v1::ReportVolumesRequest Report(const std::string& partner, std::int64_t cases,
                                std::int64_t documents) {
  v1::ReportVolumesRequest request;
  request.set_year(LastYear());
  request.mutable_counted_at()->set_store_id("store-of-the-exchange");
  request.mutable_counted_at()->set_number(57);
  v1::ReportedVolume& volume = *request.add_volumes();
  volume.set_partner(partner);
  (*volume.mutable_counts())["cases"] = cases;
  (*volume.mutable_counts())["documents"] = documents;
  return request;
}

class ReportedVolumesTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  absl::StatusOr<v1::ReportVolumesResponse> Tell(const std::string& caller,
                                                 const v1::ReportVolumesRequest& request) {
    return Call(&Stub::ReportVolumes, server_.RelationsAs(caller), request);
  }

  v1::Volume VolumeOf(const std::string& partner) {
    v1::ListVolumesRequest request;
    request.set_parent(partner);
    const auto listed = Call(&Stub::ListVolumes, server_.RelationsAs(kDesk), request);
    EXPECT_THAT(listed, IsOk());
    return listed.ok() && listed->volumes_size() == 1 ? listed->volumes(0) : v1::Volume();
  }

  RegistryServer server_;
};

TEST_F(ReportedVolumesTest, WhatIsRecordedIsTheCallersAndBesideWhatWasStated) {
  v1::RecordVolumeRequest record;
  record.set_parent("partners/georgia");
  record.set_year(LastYear());
  (*record.mutable_volume()->mutable_counts())["cases"] = 30;
  record.mutable_volume()->set_source("annual report");
  // What somebody writes there himself is not read.
  record.mutable_volume()->add_measured()->set_service("document-exchange");
  const auto stated = Call(&Stub::RecordVolume, server_.RelationsAs(kDesk), record);
  ASSERT_THAT(stated, IsOk());
  EXPECT_THAT(stated->measured(), IsEmpty());

  const auto told = Tell(kExchange, Report("partners/georgia", 1, 2));

  ASSERT_THAT(told, IsOk());
  v1::Volume volume = VolumeOf("partners/georgia");
  EXPECT_EQ(volume.revision().number(), told->revision().number());
  EXPECT_EQ(volume.counts().at("cases"), 30);
  ASSERT_THAT(volume.measured(), SizeIs(1));
  EXPECT_EQ(volume.measured(0).service(), "document-exchange");
  EXPECT_EQ(volume.measured(0).counts().at("documents"), 2);
  EXPECT_EQ(volume.measured(0).counted_at().store_id(), "store-of-the-exchange");
  EXPECT_EQ(volume.measured(0).counted_at().number(), 57);

  ledger::v1::ListEntriesRequest entries;
  entries.set_purpose("who reported");
  const auto listed =
      Call(&ledger::v1::LedgerService::Stub::ListEntries, server_.LedgerAs(kAuditor), entries);
  ASSERT_THAT(listed, IsOk());
  std::vector<std::string> bodies;
  for (const auto& entry : listed->entries()) bodies.push_back(entry.body());
  EXPECT_THAT(bodies, ::testing::Contains(::testing::AllOf(
                          HasSubstr("RelationService/ReportVolumes"), HasSubstr(kExchange))));

  // It is kept over a restart, and by who states something else.
  server_.Restart();
  (*record.mutable_volume()->mutable_counts())["cases"] = 31;
  ASSERT_THAT(Call(&Stub::RecordVolume, server_.RelationsAs(kDesk), record), IsOk());
  volume = VolumeOf("partners/georgia");
  EXPECT_EQ(volume.counts().at("cases"), 31);
  ASSERT_THAT(volume.measured(), SizeIs(1));
  EXPECT_EQ(volume.measured(0).counts().at("cases"), 1);
}

TEST_F(ReportedVolumesTest, NobodyReportsForAServiceAndNoServiceForAnother) {
  for (const char* const caller :
       {kDesk, kOperator, kAuditor, kTbilisi, "spiffe://agency.example/application/case-portal",
        "spiffe://agency.example/service/partner-registry",
        "spiffe://agency.example/service/document-exchange-2"}) {
    EXPECT_THAT(Tell(caller, Report("partners/georgia", 1, 2)),
                FailsWith(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED"))
        << caller;
  }
  EXPECT_THAT(Tell(kScheduling, Report("partners/georgia", 1, 2)),
              FailsWith(absl::StatusCode::kInvalidArgument, "VOLUME_INVALID"))
      << "documents are not its own to count";
  EXPECT_THAT(VolumeOf("partners/georgia").measured(), IsEmpty());
}

TEST_F(ReportedVolumesTest, AServiceIsToldWhetherTheRegistryRefusedOrDidNotAnswer) {
  const service::VolumeReporter reporter = service::ReportVolumesOver(server_.ChannelOf(kExchange));
  const auto report = [&](std::int64_t cases) {
    return reporter(Report("partners/georgia", cases, 2), absl::Now() + absl::Seconds(3));
  };
  const auto revision = report(1);
  ASSERT_THAT(revision, IsOk());
  EXPECT_EQ(VolumeOf("partners/georgia").revision().number(), revision->number());
  EXPECT_EQ(revision->store_id(), server_.application().store().store_id());

  const absl::Status refused = report(-1).status();
  EXPECT_THAT(refused, FailsWith(absl::StatusCode::kFailedPrecondition, "REPORT_REFUSED"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("volumes[0].counts: cases"));
  EXPECT_EQ(DetailsOf(refused).metadata["registry_reason"], "VOLUME_INVALID");

  server_.Stop();
  EXPECT_THAT(report(1), FailsWith(absl::StatusCode::kUnavailable, "REGISTRY_NOT_TOLD"));
}

}  // namespace
}  // namespace comity::partner_registry
