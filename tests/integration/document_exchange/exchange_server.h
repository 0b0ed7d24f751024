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

#include "comity/document_exchange/v1/document_exchange.grpc.pb.h"
#include "common/journal/page_token.h"
#include "common/ledger_service/ledger_service.h"
#include "common/rpc/grpc_status.h"
#include "common/service/refusals.h"
#include "services/document-exchange/transport/document_exchange_service.h"
#include "tests/integration/document_exchange/world.h"
#include "tests/testing/test_server.h"

// The service over mutual TLS, with the shipped access table and a registry that stands still.
namespace comity::document_exchange {

using Stub = v1::DocumentExchangeService::Stub;

inline constexpr char kExchangeService[] = "comity.document_exchange.v1.DocumentExchangeService";
inline constexpr char kLedgerService[] = "comity.ledger.v1.LedgerService";

inline std::string ShippedTable() {
  const char* const source = std::getenv("COMITY_SOURCE_DIR");
  std::ifstream file(std::string(source == nullptr ? "." : source) +
                     "/deploy/access/document-exchange.toml");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class NoTraffic final : public Traffic {
 public:
  void Received(std::int64_t) override {}
  void Sent(std::int64_t) override {}
};

inline absl::Status Status(const grpc::Status& status) { return rpc::ToAbslStatus(status); }

class ExchangeServerTest : public ::testing::Test {
 protected:
  explicit ExchangeServerTest(transfer_proto::AffectedLimits limits = {},
                              absl::Duration unread_timeout = absl::Minutes(5))
      : pages_({crypto::Sha256("page key")}, &world_.clock), recorder_(world_.journal.get()) {
    server_ = std::make_unique<comity::testing::TestServer>(
        world_.pki,
        comity::testing::TestServer::Options{.name = "document-exchange",
                                             .services = {kExchangeService, kLedgerService},
                                             .table = ShippedTable(),
                                             .recorder = &recorder_,
                                             .unread_timeout = unread_timeout},
        [this, limits](rpc::GateCore& gate) -> std::vector<grpc::Service*> {
          service_ = std::make_unique<DocumentExchangeService>(
              rpc::CallGate(&gate, kExchangeService),
              DocumentExchangeService::Parts{.exchange = world_.exchange.get(),
                                             .rows = world_.tables.get(),
                                             .journal = world_.journal.get(),
                                             .registry = &world_.registry,
                                             .pages = &pages_,
                                             .clock = &world_.clock,
                                             .traffic = &traffic_,
                                             .report_volumes = Reporter(),
                                             .inquiry_limits = limits});
          ledger_ = std::make_unique<ledger_service::LedgerService>(
              rpc::CallGate(&gate, kLedgerService), world_.journal.get());
          return {service_.get(), ledger_.get()};
        });
  }

  Stub& As(const std::string& spiffe_id) {
    std::unique_ptr<Stub>& stub = stubs_[spiffe_id];
    if (stub == nullptr) {
      stub = v1::DocumentExchangeService::NewStub(server_->Channel(spiffe_id));
    }
    return *stub;
  }

  static v1::CreateUploadRequest CreateRequest(const SealedLetter& letter) {
    v1::CreateUploadRequest request;
    request.set_document_id(letter.upload.document_id);
    request.set_content_length(letter.upload.announced.content);
    request.set_description_length(letter.upload.announced.description);
    for (const std::string& recipient : letter.upload.recipients) {
      request.add_recipients(recipient);
    }
    const legal::Question& question = letter.upload.context.question;
    auto* const asked = request.mutable_context()->mutable_question();
    asked->set_direction(static_cast<partner_registry::v1::TransferDirection>(question.direction));
    asked->set_capacity(static_cast<partner_registry::v1::Capacity>(question.capacity));
    asked->set_data_kind(static_cast<partner_registry::v1::DataKind>(question.data_kind));
    asked->set_annex_ii(static_cast<partner_registry::v1::AnnexCoverage>(question.annex_ii));
    asked->set_geometry(static_cast<partner_registry::v1::CaseGeometry>(question.geometry));
    asked->add_subjects(partner_registry::v1::SUBJECT_KIND_SUSPECT);
    asked->mutable_purpose()->set_task(question.purpose.task);
    asked->mutable_purpose()->set_offence(question.purpose.offence);
    asked->mutable_purpose()->set_stage(question.purpose.stage);
    asked->mutable_purpose()->set_case_reference(question.purpose.case_reference);
    asked->mutable_purpose()->set_necessity(question.purpose.necessity);
    for (const legal::Origin& origin : question.origins) {
      auto* const added = asked->add_origins();
      added->set_kind(static_cast<partner_registry::v1::OriginKind>(origin.kind));
      added->set_partner(origin.partner);
    }
    return request;
  }

  // In the place of the registry: keeps what it is told, and answers `registry_says_`.
  service::VolumeReporter Reporter() {
    return [this](partner_registry::v1::ReportVolumesRequest report,
                  absl::Time) -> absl::StatusOr<ledger::v1::Revision> {
      reports_.push_back(std::move(report));
      return registry_says_;
    };
  }

  World world_;
  std::vector<partner_registry::v1::ReportVolumesRequest> reports_;
  absl::StatusOr<ledger::v1::Revision> registry_says_ = ledger::v1::Revision();
  journal::PageTokens pages_;
  service::JournalRefusals recorder_;
  NoTraffic traffic_;
  std::unique_ptr<DocumentExchangeService> service_;
  std::unique_ptr<ledger_service::LedgerService> ledger_;
  std::unique_ptr<comity::testing::TestServer> server_;
  std::map<std::string, std::unique_ptr<Stub>> stubs_;
};

}  // namespace comity::document_exchange
