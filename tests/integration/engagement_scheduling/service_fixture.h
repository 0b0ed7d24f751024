#pragma once

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "comity/engagement_scheduling/v1/engagement_scheduling.grpc.pb.h"
#include "common/rpc/grpc_status.h"
#include "services/engagement-scheduling/records/schedule_proto.h"
#include "services/engagement-scheduling/server/scheduling_application.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_journal.h"
#include "tests/testing/test_server.h"
#include "tests/unit/engagement_scheduling/scheduling_world.h"

// The service over mutual TLS, with the shipped access table and a registry that stands still.
namespace comity::engagement_scheduling {
using Stub = v1::EngagementSchedulingService::Stub;

inline constexpr char kSelf[] = "spiffe://agency.example/service/engagement-scheduling";
// The day the public facts are of.
inline const absl::Time kNow = At("2026-11-23T08:00:00Z");
inline const Interval kHour = Between("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z");

inline std::string ShippedTable() {
  const char* const source = std::getenv("COMITY_SOURCE_DIR");
  std::ifstream file(std::string(source == nullptr ? "." : source) +
                     "/deploy/access/engagement-scheduling.toml");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Its own journal is there only once the gates are.
class LateRecorder final : public rpc::RefusalRecorder {
 public:
  absl::Status RecordRefusal(const rpc::Call& call, const absl::Status& refusal) override {
    return recorder->RecordRefusal(call, refusal);
  }
  absl::Status RecordTableRefusal(const rpc::TableRefusal& refusal) override {
    return recorder->RecordTableRefusal(refusal);
  }

  rpc::RefusalRecorder* recorder = nullptr;
};

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() { Start(); }
  ~ServiceTest() override { Stop(); }

  void Start() {
    server_ = std::make_unique<comity::testing::TestServer>(
        pki_,
        comity::testing::TestServer::Options{
            .name = "engagement-scheduling",
            .services = {kSchedulingService, kLedgerService},
            .table = ShippedTable(),
            .recorder = &recorder_,
            .standing =
                [this](const identity::Principal& who) { return application_->Standing(who); }},
        [this](rpc::GateCore& gate) { return Build(gate); });
  }

  std::vector<grpc::Service*> Build(rpc::GateCore& gate) {
    auto registry = std::make_unique<FixedRegistry>();
    registry_ = registry.get();
    journal::Options options =
        comity::testing::TestJournalOptions(folder_.path(), "engagement-scheduling");
    options.clock = &clock_;
    Settings settings;
    settings.store.page_token_key = folder_ / "page-token.key";
    settings.office = Office();
    settings.timer_interval = absl::Milliseconds(10);
    auto application =
        SchedulingApplication::Open({.clock = &clock_,
                                     .registry = std::move(registry),
                                     .self = kSelf,
                                     .scheduling_gate = rpc::CallGate(&gate, kSchedulingService),
                                     .ledger_gate = rpc::CallGate(&gate, kLedgerService),
                                     .report_volumes = Reporter(),
                                     .inquiry_limits = limits_},
                                    settings, std::move(options));
    if (!application.ok()) std::abort();
    application_ = *std::move(application);
    recorder_.recorder = application_->Refusals();
    return application_->Services();
  }

  // In the place of the registry: keeps what it is told, and answers `registry_says_`.
  service::VolumeReporter Reporter() {
    return [this](partner_registry::v1::ReportVolumesRequest report,
                  absl::Time) -> absl::StatusOr<ledger::v1::Revision> {
      reports_.push_back(std::move(report));
      return registry_says_;
    };
  }

  void Stop() {
    stubs_.clear();
    server_->Stop();
    application_->Stop();
    server_.reset();
    application_.reset();
  }

  Stub& As(const std::string& who) {
    std::unique_ptr<Stub>& stub = stubs_[who];
    if (stub == nullptr) stub = v1::EngagementSchedulingService::NewStub(server_->Channel(who));
    return *stub;
  }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(const std::string& who,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) {
    grpc::ClientContext context;
    Response response;
    const absl::Status status = rpc::ToAbslStatus((As(who).*method)(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }

  static v1::HoldEngagementRequest HoldRequest(const Engagement& wanted) {
    v1::HoldEngagementRequest request;
    *request.mutable_engagement() = ToProto(wanted, "");
    return request;
  }
  absl::StatusOr<v1::Engagement> Hold(const std::string& who, const Engagement& wanted) {
    return Call(who, &Stub::HoldEngagement, HoldRequest(wanted));
  }
  absl::StatusOr<v1::Engagement> Confirm(const std::string& who, const std::string& name) {
    v1::ConfirmEngagementRequest request;
    request.set_name(name);
    return Call(who, &Stub::ConfirmEngagement, request);
  }
  absl::StatusOr<v1::Engagement> Get(const std::string& who, const std::string& name) {
    v1::GetEngagementRequest request;
    request.set_name(name);
    return Call(who, &Stub::GetEngagement, request);
  }

  // The leaves of the ledger so far, as one text.
  std::string Entries() {
    std::string all;
    const auto entries = application_->journal().ReadEntries(0, 1000);
    EXPECT_THAT(entries, ::comity::testing::IsOk());
    for (const journal::Entry& entry : *entries) all += entry.body.value_or("") + "\n";
    return all;
  }

  comity::testing::TestPki pki_;
  comity::testing::TempDirectory folder_;
  ManualClock clock_{kNow};
  InquiryLimits limits_;  // From the next start on.
  std::vector<partner_registry::v1::ReportVolumesRequest> reports_;
  absl::StatusOr<ledger::v1::Revision> registry_says_ = ledger::v1::Revision();
  LateRecorder recorder_;
  FixedRegistry* registry_ = nullptr;
  std::unique_ptr<SchedulingApplication> application_;
  std::unique_ptr<comity::testing::TestServer> server_;
  std::map<std::string, std::unique_ptr<Stub>> stubs_;
};

}  // namespace comity::engagement_scheduling
