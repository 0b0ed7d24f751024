#pragma once

#include <grpcpp/grpcpp.h>

#include <utility>

#include "comity/ledger/v1/ledger.grpc.pb.h"
#include "common/journal/journal.h"
#include "common/ledger_service/ledger_queries.h"
#include "common/rpc/call_gate.h"

namespace comity::ledger_service {

// Serves the ledger of one journal. Thread-safe.
class LedgerService final : public ledger::v1::LedgerService::CallbackService {
 public:
  // `journal` is not owned and must outlive this object; `gate` is the process's, for
  // "comity.ledger.v1.LedgerService".
  LedgerService(rpc::CallGate gate, journal::Journal* journal)
      : gate_(std::move(gate)), queries_(journal), journal_(journal) {}

  grpc::ServerUnaryReactor* GetCheckpoint(grpc::CallbackServerContext* context,
                                          const ledger::v1::GetCheckpointRequest* request,
                                          ledger::v1::Checkpoint* response) override;
  grpc::ServerUnaryReactor* GetInclusionProof(grpc::CallbackServerContext* context,
                                              const ledger::v1::GetInclusionProofRequest* request,
                                              ledger::v1::InclusionProof* response) override;
  grpc::ServerUnaryReactor* GetConsistencyProof(
      grpc::CallbackServerContext* context, const ledger::v1::GetConsistencyProofRequest* request,
      ledger::v1::ConsistencyProof* response) override;
  grpc::ServerUnaryReactor* GetTile(grpc::CallbackServerContext* context,
                                    const ledger::v1::GetTileRequest* request,
                                    ledger::v1::Tile* response) override;
  grpc::ServerUnaryReactor* ListEntries(grpc::CallbackServerContext* context,
                                        const ledger::v1::ListEntriesRequest* request,
                                        ledger::v1::ListEntriesResponse* response) override;

 private:
  const rpc::CallGate gate_;
  const LedgerQueries queries_;
  journal::Journal* const journal_;
};

}  // namespace comity::ledger_service
