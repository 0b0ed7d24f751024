#pragma once

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
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
  explicit ExchangeServerTest(transfer_proto::AffectedLimits limits = {})
      : pages_({crypto::Sha256("page key")}, &world_.clock), recorder_(world_.journal.get()) {
    server_ = std::make_unique<comity::testing::TestServer>(
        world_.pki,
        comity::testing::TestServer::Options{.name = "document-exchange",
                                             .services = {kExchangeService, kLedgerService},
                                             .table = ShippedTable(),
                                             .recorder = &recorder_},
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

  World world_;
  journal::PageTokens pages_;
  service::JournalRefusals recorder_;
  NoTraffic traffic_;
  std::unique_ptr<DocumentExchangeService> service_;
  std::unique_ptr<ledger_service::LedgerService> ledger_;
  std::unique_ptr<comity::testing::TestServer> server_;
  std::map<std::string, std::unique_ptr<Stub>> stubs_;
};

}  // namespace comity::document_exchange
