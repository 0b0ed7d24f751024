#include "tests/integration/partner_registry/registry_server.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/facts_csv/facts_csv.h"
#include "common/sealing/age_key.h"
#include "common/sealing/cades.h"
#include "common/sealing/key_statement.h"
#include "common/time/day.h"
#include "tests/testing/test_journal.h"

namespace comity::partner_registry {
namespace {

constexpr char kSelf[] = "spiffe://agency.example/service/partner-registry";

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    (void)std::fprintf(stderr, "registry server: %s\n", value.status().ToString().c_str());
    std::abort();
  }
  return *std::move(value);
}

std::string ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

// The gate is there before the application.
class RegistryServer::LateRecorder final : public rpc::RefusalRecorder {
 public:
  absl::Status RecordRefusal(const rpc::Call& call, const absl::Status& refusal) override {
    return target->RecordRefusal(call, refusal);
  }
  absl::Status RecordTableRefusal(const rpc::TableRefusal& refusal) override {
    return target->RecordTableRefusal(refusal);
  }

  rpc::RefusalRecorder* target = nullptr;
};

RegistryServer::RegistryServer(absl::Duration lease, const Clock* clock)
    : folder_(std::make_shared<testing::TempDirectory>()),
      lease_(lease),
      clock_(clock),
      checkpoint_interval_(journal::Options().checkpoint_interval),
      recorder_(std::make_unique<LateRecorder>()) {
  Start();
}

RegistryServer::RegistryServer(const RegistryServer& first)
    : folder_(first.folder_),
      lease_(first.lease_),
      clock_(first.clock_),
      checkpoint_interval_(absl::Hours(1)),
      recorder_(std::make_unique<LateRecorder>()) {
  Start();
}

RegistryServer::~RegistryServer() {
  server_ = nullptr;
  application_ = nullptr;
}

void RegistryServer::Start() {
  const char* const source = std::getenv("COMITY_SOURCE_DIR");
  if (source == nullptr) std::abort();
  testing::TestServer::Options options{
      .name = "partner-registry",
      .services = {kRegistryService, kReportService, kRelationService, kChangeRequestService,
                   kLedgerService},
      .table = ReadText(absl::StrCat(source, "/deploy/access/partner-registry.toml")),
      .recorder = recorder_.get(),
      .standing =
          [this](const identity::Principal& principal) {
            return application_->Standing(principal);
          },
      .unread_timeout = unread_timeout_};
  server_ =
      std::make_unique<testing::TestServer>(pki_, std::move(options), [this](rpc::GateCore& gate) {
        Settings settings;
        settings.store.page_token_key = *folder_ / "page-token.key";
        settings.lease = lease_;
        settings.timer_interval = absl::Milliseconds(50);
        const std::string identity = pki_.IssueFolder("registry", kSelf);
        settings.signing_certificate = identity + "/sign.pem";
        settings.signing_key = identity + "/sign.key";
        application_ = OrDie(RegistryApplication::Open(
            {.clock = clock_,
             .verifier = &verifier_,
             .self = kSelf,
             .registry_gate = rpc::CallGate(&gate, kRegistryService),
             .report_gate = rpc::CallGate(&gate, kReportService),
             .relation_gate = rpc::CallGate(&gate, kRelationService),
             .change_request_gate = rpc::CallGate(&gate, kChangeRequestService),
             .ledger_gate = rpc::CallGate(&gate, kLedgerService)},
            settings, JournalOptions()));
        recorder_->target = application_->Refusals();
        return application_->Services();
      });
}

void RegistryServer::Restart() {
  Stop();
  Start();
}

void RegistryServer::Stop() {
  ledger_stubs_.clear();
  report_stubs_.clear();
  relation_stubs_.clear();
  stubs_.clear();
  channels_.clear();
  server_ = nullptr;
  application_ = nullptr;
}

journal::Options RegistryServer::JournalOptions() const {
  journal::Options options = testing::TestJournalOptions(*folder_ / "store", "partner-registry");
  options.checkpoint_interval = checkpoint_interval_;
  return options;
}

void RegistryServer::Renew(const std::string& replica, std::int64_t confirmed) {
  absl::Notification stored;
  application_->leases().Renew(
      {.holder = {.caller = kExchange, .replica = replica}, .confirmed = confirmed},
      [&](absl::StatusOr<std::int64_t> reached) {
        (void)OrDie(std::move(reached));
        stored.Notify();
      });
  stored.WaitForNotification();
}

std::shared_ptr<grpc::Channel> RegistryServer::ChannelOf(const std::string& spiffe_id) {
  std::shared_ptr<grpc::Channel>& channel = channels_[spiffe_id];
  if (channel == nullptr) channel = server_->Channel(spiffe_id);
  return channel;
}

v1::PartnerRegistryService::Stub& RegistryServer::As(const std::string& spiffe_id) {
  std::unique_ptr<v1::PartnerRegistryService::Stub>& stub = stubs_[spiffe_id];
  if (stub == nullptr) stub = v1::PartnerRegistryService::NewStub(ChannelOf(spiffe_id));
  return *stub;
}

v1::RegistryReportService::Stub& RegistryServer::ReportsAs(const std::string& spiffe_id) {
  std::unique_ptr<v1::RegistryReportService::Stub>& stub = report_stubs_[spiffe_id];
  if (stub == nullptr) stub = v1::RegistryReportService::NewStub(ChannelOf(spiffe_id));
  return *stub;
}

v1::RelationService::Stub& RegistryServer::RelationsAs(const std::string& spiffe_id) {
  std::unique_ptr<v1::RelationService::Stub>& stub = relation_stubs_[spiffe_id];
  if (stub == nullptr) stub = v1::RelationService::NewStub(ChannelOf(spiffe_id));
  return *stub;
}

ledger::v1::LedgerService::Stub& RegistryServer::LedgerAs(const std::string& spiffe_id) {
  std::unique_ptr<ledger::v1::LedgerService::Stub>& stub = ledger_stubs_[spiffe_id];
  if (stub == nullptr) stub = ledger::v1::LedgerService::NewStub(ChannelOf(spiffe_id));
  return *stub;
}

void RegistryServer::Prepare(grpc::ClientContext& context, absl::Duration within) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + within));
}

absl::StatusOr<v1::ImportFactsResponse> RegistryServer::Import(
    const std::string& spiffe_id, const std::vector<v1::ImportFactsRequest::Row>& rows,
    bool validate_only, const std::string& request_id, absl::Duration within) {
  grpc::ClientContext context;
  Prepare(context, within);
  v1::ImportFactsResponse response;
  const auto writer = As(spiffe_id).ImportFacts(&context, &response);
  v1::ImportFactsRequest message;
  message.mutable_options()->set_validate_only(validate_only);
  message.mutable_options()->set_request_id(request_id);
  for (const v1::ImportFactsRequest::Row& row : rows) {
    *message.add_rows() = row;
    if (message.rows_size() == 100) {
      writer->Write(message);
      message.Clear();
    }
  }
  writer->Write(message);
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  if (!status.ok()) return rpc::ToAbslStatus(status);
  return response;
}

absl::StatusOr<v1::ImportFactsResponse> RegistryServer::ImportData() {
  return Import(
      kOperator,
      OrDie(facts_csv::ReadFolder(absl::StrCat(std::getenv("COMITY_SOURCE_DIR"), "/deploy/data"))));
}

absl::StatusOr<v1::Secondment> RegistryServer::Second(const std::string& identity,
                                                      const std::string& id) {
  v1::CreateSecondmentRequest request;
  request.set_parent("partners/georgia");
  request.set_secondment_id(id);
  v1::Secondment& secondment = *request.mutable_secondment();
  secondment.set_kind(v1::Secondment::KIND_LIAISON_PROSECUTOR);
  secondment.set_instrument("partners/georgia/instruments/cooperation-agreement");
  secondment.set_from(FormatDay(DayInBrussels(clock_->Now())));
  secondment.set_identity(identity);
  secondment.set_evidence("letter");
  return Call(&v1::RelationService::Stub::CreateSecondment, RelationsAs(kOperator), request);
}

absl::StatusOr<v1::Secondment> RegistryServer::EndSecondment(const std::string& id) {
  v1::EndSecondmentRequest request;
  request.set_name(absl::StrCat("partners/georgia/secondments/", id));
  request.set_reason("recalled");
  return Call(&v1::RelationService::Stub::EndSecondment, RelationsAs(kOperator), request);
}

absl::StatusOr<v1::KeyStatement> RegistryServer::PublishKey(const std::string& spiffe_id,
                                                            std::int64_t serial,
                                                            const std::string& previous_statement) {
  const std::string folder = pki_.IssueFolder(
      absl::StrReplaceAll(absl::StrCat("key-", spiffe_id), {{"/", "_"}, {":", "_"}}), spiffe_id);
  const sealing::Signer signer = OrDie(
      sealing::Signer::FromPem(ReadText(folder + "/sign.pem"), ReadText(folder + "/sign.key")));
  sealing::KeyStatement statement{
      .holder = spiffe_id,
      .age_recipient = sealing::AgeIdentity::Generate().recipient().ToString(),
      .serial = serial,
      .not_before = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()) - 60),
      .not_after = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()) + 86400)};
  if (!previous_statement.empty()) {
    statement.previous_sha256 = crypto::Sha256(previous_statement);
  }
  v1::PublishKeyStatementRequest request;
  request.mutable_key_statement()->set_statement(OrDie(sealing::BuildKeyStatement(statement)));
  request.mutable_key_statement()->set_signature(
      OrDie(signer.Sign(request.key_statement().statement(), absl::Now())));
  return Call(&v1::PartnerRegistryService::Stub::PublishKeyStatement, As(spiffe_id), request);
}

}  // namespace comity::partner_registry
