#pragma once

#include <utility>

#include "comity/document_exchange/v1/document_exchange.grpc.pb.h"
#include "common/journal/journal.h"
#include "common/journal/page_token.h"
#include "common/ledger_service/ledger_queries.h"
#include "common/rpc/call_gate.h"
#include "common/time/clock.h"
#include "services/document-exchange/domain/exchange.h"
#include "services/document-exchange/transport/inbox.h"
#include "services/document-exchange/transport/inquiries.h"
#include "services/document-exchange/transport/traffic.h"

namespace comity::document_exchange {

// The handlers: parse, ask the domain, convert. Thread-safe.
class DocumentExchangeService final : public v1::DocumentExchangeService::CallbackService {
 public:
  // None is owned; all must outlive this object.
  struct Parts {
    Exchange* exchange = nullptr;
    RowsSource* rows = nullptr;
    journal::Journal* journal = nullptr;
    const RegistryView* registry = nullptr;
    const journal::PageTokens* pages = nullptr;
    const Clock* clock = nullptr;
    Traffic* traffic = nullptr;
    service::VolumeReporter report_volumes;
    transfer_proto::AffectedLimits inquiry_limits;
  };
  DocumentExchangeService(rpc::CallGate gate, const Parts& parts)
      : gate_(std::move(gate)),
        parts_(parts),
        ledger_(parts_.journal),
        inbox_(parts_.journal, parts_.rows, parts_.exchange),
        inquiries_({.exchange = parts_.exchange,
                    .registry = parts_.registry,
                    .rows = parts_.rows,
                    .journal = parts_.journal,
                    .pages = parts_.pages,
                    .clock = parts_.clock,
                    .report = parts_.report_volumes,
                    .limits = parts_.inquiry_limits}) {}

  using Context = grpc::CallbackServerContext;
  using Unary = grpc::ServerUnaryReactor;

  Unary* CreateUpload(Context* context, const v1::CreateUploadRequest* request,
                      v1::Upload* response) override;
  grpc::ServerBidiReactor<v1::UploadPiecesRequest, v1::UploadPiecesResponse>* UploadPieces(
      Context* context) override;
  Unary* GetUpload(Context* context, const v1::GetUploadRequest* request,
                   v1::Upload* response) override;
  Unary* SubmitDocument(Context* context, const v1::SubmitDocumentRequest* request,
                        v1::Document* response) override;
  Unary* GetDocument(Context* context, const v1::GetDocumentRequest* request,
                     v1::Document* response) override;
  Unary* ListDocuments(Context* context, const v1::ListDocumentsRequest* request,
                       v1::ListDocumentsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchInboxResponse>* WatchInbox(
      Context* context, const v1::WatchInboxRequest* request) override;
  grpc::ServerWriteReactor<v1::DownloadResponse>* Download(
      Context* context, const v1::DownloadRequest* request) override;
  Unary* ReleaseHeaders(Context* context, const v1::ReleaseHeadersRequest* request,
                        v1::ReleaseHeadersResponse* response) override;
  Unary* ConfirmRetrieval(Context* context, const v1::ConfirmRetrievalRequest* request,
                          v1::Statement* response) override;
  Unary* RejectDocument(Context* context, const v1::RejectDocumentRequest* request,
                        v1::Statement* response) override;
  Unary* ReleaseFromQuarantine(Context* context, const v1::ReleaseFromQuarantineRequest* request,
                               v1::Document* response) override;
  Unary* AddRestriction(Context* context, const v1::AddRestrictionRequest* request,
                        v1::Document* response) override;
  Unary* PlaceHold(Context* context, const v1::PlaceHoldRequest* request,
                   v1::Hold* response) override;
  Unary* LiftHold(Context* context, const v1::LiftHoldRequest* request,
                  v1::Hold* response) override;
  Unary* RecordDecision(Context* context, const v1::RecordDecisionRequest* request,
                        partner_registry::v1::Decision* response) override;
  Unary* WithdrawDecision(Context* context, const v1::WithdrawDecisionRequest* request,
                          partner_registry::v1::Decision* response) override;
  Unary* ListDecisions(Context* context, const v1::ListDecisionsRequest* request,
                       v1::ListDecisionsResponse* response) override;
  Unary* ListStatements(Context* context, const v1::ListStatementsRequest* request,
                        v1::ListStatementsResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportTransferRecordsResponse>* ExportTransferRecords(
      Context* context, const v1::ExportTransferRecordsRequest* request) override;
  Unary* ListAffected(Context* context, const v1::ListAffectedRequest* request,
                      v1::ListAffectedResponse* response) override;
  Unary* ListReliances(Context* context, const v1::ListReliancesRequest* request,
                       v1::ListReliancesResponse* response) override;
  Unary* MeasureVolume(Context* context, const v1::MeasureVolumeRequest* request,
                       v1::MeasureVolumeResponse* response) override;
  Unary* ReportVolume(Context* context, const v1::ReportVolumeRequest* request,
                      v1::ReportVolumeResponse* response) override;

 private:
  absl::Status List(const rpc::Call& call, const v1::ListDocumentsRequest& request,
                    v1::ListDocumentsResponse* response) const;
  absl::Status List(const rpc::Call& call, const v1::ListDecisionsRequest& request,
                    v1::ListDecisionsResponse* response) const;
  absl::Status Receive(
      const rpc::Call& call,
      rpc::Exchange<v1::UploadPiecesRequest, v1::UploadPiecesResponse>& stream) const;
  absl::Status Send(const rpc::Call& call, const v1::DownloadRequest& request,
                    rpc::Writer<v1::DownloadResponse>& out) const;
  absl::Status Export(const rpc::Call& call, const v1::ExportTransferRecordsRequest& request,
                      rpc::Writer<v1::ExportTransferRecordsResponse>& out) const;
  // Whether a caller that must read its own write can.
  absl::Status CheckStore(const rpc::Call& call) const;
  // Leaf, salt and proof, as far as the ledger has them already.
  absl::StatusOr<v1::Statement> WithProof(const StoredStatement& statement) const;

  const rpc::CallGate gate_;
  const Parts parts_;
  const ledger_service::LedgerQueries ledger_;
  Inbox inbox_;
  const Inquiries inquiries_;
};

}  // namespace comity::document_exchange
