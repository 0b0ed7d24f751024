#pragma once

#include <comity/document_exchange/v1/document_exchange.grpc.pb.h>
#include <comity/ledger/v1/ledger.grpc.pb.h>
#include <comity/partner_registry/v1/partner_registry.grpc.pb.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/call_gate.h"
#include "common/rpc/evidence.h"
#include "tests/testing/test_server.h"

namespace comity::testing {

inline constexpr char kLedger[] = "comity.ledger.v1.LedgerService";
inline constexpr char kRegistry[] = "comity.partner_registry.v1.PartnerRegistryService";
inline constexpr char kExchange[] = "comity.document_exchange.v1.DocumentExchangeService";

// A ledger whose methods do what a test wants.
class EchoLedger final : public ledger::v1::LedgerService::CallbackService {
 public:
  explicit EchoLedger(rpc::GateCore& gate) : gate_(&gate, kLedger) {}

  // Read: answers the caller's SPIFFE id as the note.
  grpc::ServerUnaryReactor* GetCheckpoint(grpc::CallbackServerContext* context,
                                          const ledger::v1::GetCheckpointRequest* request,
                                          ledger::v1::Checkpoint* response) override;
  // Write, outcome: answers `outcome`.
  grpc::ServerUnaryReactor* GetInclusionProof(grpc::CallbackServerContext* context,
                                              const ledger::v1::GetInclusionProofRequest* request,
                                              ledger::v1::InclusionProof* response) override;
  // Write: waits until released.
  grpc::ServerUnaryReactor* GetConsistencyProof(
      grpc::CallbackServerContext* context, const ledger::v1::GetConsistencyProofRequest* request,
      ledger::v1::ConsistencyProof* response) override;

  std::function<absl::Status(const rpc::Call&)> outcome;

  void WaitForWaiting();
  void Release();

 private:
  const rpc::CallGate gate_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  bool released_ ABSL_GUARDED_BY(mutex_) = false;
};

// A registry with one growing number: Watch sends it as bookmarks.
class EchoRegistry final : public partner_registry::v1::PartnerRegistryService::CallbackService {
 public:
  explicit EchoRegistry(rpc::GateCore& gate) : gate_(&gate, kRegistry) {}

  grpc::ServerWriteReactor<partner_registry::v1::WatchResponse>* Watch(
      grpc::CallbackServerContext* context,
      const partner_registry::v1::WatchRequest* request) override;
  // Echoes each renewal.
  grpc::ServerBidiReactor<partner_registry::v1::ReplicateRequest,
                          partner_registry::v1::ReplicateResponse>*
  Replicate(grpc::CallbackServerContext* context) override;
  // Write, outcome: answers the id asked for, as name, as `write` wants it.
  grpc::ServerUnaryReactor* CreateContact(grpc::CallbackServerContext* context,
                                          const partner_registry::v1::CreateContactRequest* request,
                                          partner_registry::v1::Contact* response) override;
  // Answers how many messages came, as revision.
  grpc::ServerReadReactor<partner_registry::v1::ImportFactsRequest>* ImportFacts(
      grpc::CallbackServerContext* context,
      partner_registry::v1::ImportFactsResponse* response) override;

  std::function<absl::Status(const rpc::Call&, rpc::WriteCall&)> write;
  std::atomic<std::size_t> padding = 0;  // Bytes that each bookmark has besides its number.

  // Raises the number and wakes the watches.
  void Advance(int by);
  int ended() const { return ended_; }
  void WaitForEnded(int count);

 private:
  using Outflow = rpc::Outflow<partner_registry::v1::WatchResponse>;

  const rpc::CallGate gate_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  int number_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::weak_ptr<Outflow>> watches_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int> ended_ = 0;
};

// An exchange that counts the bytes it gets and makes up those it sends.
class EchoExchange final : public document_exchange::v1::DocumentExchangeService::CallbackService {
 public:
  explicit EchoExchange(rpc::GateCore& gate) : gate_(&gate, kExchange) {}

  grpc::ServerBidiReactor<document_exchange::v1::UploadPiecesRequest,
                          document_exchange::v1::UploadPiecesResponse>*
  UploadPieces(grpc::CallbackServerContext* context) override;
  // `length` bytes in pieces of 256 KiB.
  grpc::ServerWriteReactor<document_exchange::v1::DownloadResponse>* Download(
      grpc::CallbackServerContext* context,
      const document_exchange::v1::DownloadRequest* request) override;

 private:
  const rpc::CallGate gate_;
};

// Keeps what it is given.
class FakeRecorder final : public rpc::RefusalRecorder {
 public:
  absl::Status RecordRefusal(const rpc::Call& call, const absl::Status& refusal) override;
  absl::Status RecordTableRefusal(const rpc::TableRefusal& refusal) override;

  std::vector<std::string> refusals() const;
  // Waits until there are `count`.
  std::vector<rpc::TableRefusal> WaitForTableRefusals(std::size_t count) const;

  std::atomic<bool> fails = false;

 private:
  mutable absl::Mutex mutex_;
  mutable absl::CondVar changed_;
  std::vector<std::string> refusals_ ABSL_GUARDED_BY(mutex_);
  std::vector<rpc::TableRefusal> table_refusals_ ABSL_GUARDED_BY(mutex_);
};

// The three echo services on one server, with rows for their methods:
// GetCheckpoint: agency, service; GetInclusionProof: desk officers, outcome; GetConsistencyProof:
// agency, write; CreateContact: agency, outcome; Watch: agency, partner; Replicate: service;
// ImportFacts: registry operators, bulk; UploadPieces, Download: agency, bulk.
class EchoServer {
 public:
  explicit EchoServer(TestServer::Options options = {});

  TestPki& pki() { return pki_; }
  TestServer& server() { return *server_; }
  EchoLedger& ledger() { return *ledger_; }
  EchoRegistry& registry() { return *registry_; }
  FakeRecorder& recorder() { return recorder_; }

  static std::map<std::string, std::string> Rows();
  static std::vector<std::string> Services() { return {kLedger, kRegistry, kExchange}; }

 private:
  TestPki pki_;
  FakeRecorder recorder_;
  std::unique_ptr<EchoLedger> ledger_;
  std::unique_ptr<EchoRegistry> registry_;
  std::unique_ptr<EchoExchange> exchange_;
  std::unique_ptr<TestServer> server_;
};

inline constexpr char kOfficer[] = "spiffe://agency.example/agency/desk-officer/fr/a1";
inline constexpr char kOperator[] = "spiffe://agency.example/agency/operator/-/o1";
inline constexpr char kRegistryOperator[] = "spiffe://agency.example/agency/registry-operator/-/r1";
inline constexpr char kGeorgia[] = "spiffe://georgia.example/partner/georgia/contact/c1";
inline constexpr char kService[] = "spiffe://agency.example/service/document-exchange";

}  // namespace comity::testing
