#include "services/document-exchange/transport/document_exchange_service.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/service/page_room.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/document-exchange/transport/calls.h"
#include "services/document-exchange/transport/exchange_proto.h"
#include "services/document-exchange/transport/names.h"

namespace comity::document_exchange {
namespace {

using rpc::Call;

// What the domain has evidenced itself the gate need not.
template <typename T>
T Settle(const Call& call, const Request& request, T result) {
  if (request.evidenced) call.MarkEvidenced();
  return result;
}

template <typename Message>
crypto::Digest QueryDigest(const Call& call, const Message& request) {
  Message query = request;
  query.clear_page_size();
  query.clear_page_token();
  return DigestOf(call.method(), query);
}

// Where a list goes on: before this revision.
template <typename Message>
absl::StatusOr<std::int64_t> ParsePage(const journal::PageTokens& pages, const Call& call,
                                       const Message& request) {
  if (request.page_token().empty()) return std::numeric_limits<std::int64_t>::max();
  COMITY_ASSIGN_OR_RETURN(
      const journal::PagePosition position,
      pages.Parse(request.page_token(), QueryDigest(call, request), call.caller()));
  std::int64_t before = 0;
  if (!absl::SimpleAtoi(position.position, &before)) {
    return InvalidField("PAGE_TOKEN_INVALID", "page_token", "is not one of this list");
  }
  return before;
}

}  // namespace

DocumentExchangeService::Unary* DocumentExchangeService::CreateUpload(
    Context* context, const v1::CreateUploadRequest* request, v1::Upload* response) {
  return gate_.Unary(
      context, "CreateUpload", request, response,
      [this](const Call& call, const v1::CreateUploadRequest& create,
             v1::Upload* upload) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(const Request by, WriteRequest(call, create));
        NewUpload wanted = {.document_id = create.document_id(),
                            .announced = {.content = create.content_length(),
                                          .description = create.description_length()},
                            .recipients = {create.recipients().begin(), create.recipients().end()},
                            .validate_only = create.validate_only()};
        COMITY_ASSIGN_OR_RETURN(wanted.context, FromProto(create.context(), parts_.clock->Now()));
        COMITY_ASSIGN_OR_RETURN(const UploadStatus opened,
                                Settle(call, by, parts_.exchange->CreateUpload(by, wanted)));
        *upload = ToProto(opened);
        return absl::OkStatus();
      });
}

grpc::ServerBidiReactor<v1::UploadPiecesRequest, v1::UploadPiecesResponse>*
DocumentExchangeService::UploadPieces(Context* context) {
  return gate_.BulkExchange<v1::UploadPiecesRequest, v1::UploadPiecesResponse>(
      context, "UploadPieces",
      [this](const Call& call,
             rpc::Exchange<v1::UploadPiecesRequest, v1::UploadPiecesResponse>& stream) {
        return Receive(call, stream);
      });
}

DocumentExchangeService::Unary* DocumentExchangeService::GetUpload(
    Context* context, const v1::GetUploadRequest* request, v1::Upload* response) {
  return gate_.Unary(context, "GetUpload", request, response,
                     [this](const Call& call, const v1::GetUploadRequest& get,
                            v1::Upload* upload) -> absl::Status {
                       COMITY_ASSIGN_OR_RETURN(const std::string id,
                                               IdOf("uploads", "name", get.name()));
                       COMITY_ASSIGN_OR_RETURN(const UploadStatus status,
                                               parts_.exchange->GetUpload(ReadRequest(call), id));
                       *upload = ToProto(status);
                       return absl::OkStatus();
                     });
}

DocumentExchangeService::Unary* DocumentExchangeService::SubmitDocument(
    Context* context, const v1::SubmitDocumentRequest* request, v1::Document* response) {
  return gate_.Unary(
      context, "SubmitDocument", request, response,
      [this](const Call& call, const v1::SubmitDocumentRequest& submit,
             v1::Document* document) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(const Request by, WriteRequest(call, submit));
        Submission submission = {.manifest = submit.manifest(), .signature = submit.signature()};
        COMITY_ASSIGN_OR_RETURN(submission.upload_id, IdOf("uploads", "upload", submit.upload()));
        for (const v1::RecipientHeader& header : submit.headers()) {
          submission.headers.push_back(FromProto(header));
        }
        COMITY_ASSIGN_OR_RETURN(const DocumentView view,
                                Settle(call, by, parts_.exchange->Submit(by, submission)));
        *document = ToProto(view, parts_.journal->head().store_id);
        return absl::OkStatus();
      });
}

DocumentExchangeService::Unary* DocumentExchangeService::GetDocument(
    Context* context, const v1::GetDocumentRequest* request, v1::Document* response) {
  return gate_.Unary(context, "GetDocument", request, response,
                     [this](const Call& call, const v1::GetDocumentRequest& get,
                            v1::Document* document) -> absl::Status {
                       COMITY_ASSIGN_OR_RETURN(const std::string id,
                                               IdOf("documents", "name", get.name()));
                       COMITY_ASSIGN_OR_RETURN(const DocumentView view,
                                               parts_.exchange->Get(ReadRequest(call), id));
                       *document = ToProto(view, parts_.journal->head().store_id);
                       return absl::OkStatus();
                     });
}

absl::Status DocumentExchangeService::List(const Call& call,
                                           const v1::ListDocumentsRequest& request,
                                           v1::ListDocumentsResponse* response) const {
  DocumentPage page = {.side = SideOf(call.principal()), .thread = request.thread()};
  switch (request.box()) {
    case v1::ListDocumentsRequest::BOX_UNSPECIFIED:
      break;
    case v1::ListDocumentsRequest::BOX_INBOX:
      page.box = DocumentPage::Box::kInbox;
      break;
    case v1::ListDocumentsRequest::BOX_SENT:
      page.box = DocumentPage::Box::kSent;
      break;
    default:
      return InvalidField("BOX_INVALID", "box", "must be INBOX, SENT or unset");
  }
  COMITY_ASSIGN_OR_RETURN(const int asked, service::PageSize(request.page_size()));
  const auto size = static_cast<std::size_t>(asked);
  COMITY_RETURN_IF_ERROR(CheckStore(call));
  COMITY_ASSIGN_OR_RETURN(page.before_revision, ParsePage(*parts_.pages, call, request));
  page.limit = size + 1;  // One more tells whether there is another page.
  std::vector<Document> documents;
  {
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
    COMITY_ASSIGN_OR_RETURN(documents, rows->ListDocuments(page));
  }
  const journal::Head head = parts_.journal->head();
  bool more = documents.size() > size;
  if (more) documents.resize(size);
  service::PageRoom room(asked);
  std::int64_t last = 0;
  for (const Document& document : documents) {
    COMITY_ASSIGN_OR_RETURN(const DocumentView view,
                            parts_.exchange->ViewFor(call.principal(), document));
    v1::Document shown = ToProto(view, head.store_id);
    if (!room.Take(shown)) {
      more = true;
      break;
    }
    last = document.revision;
    *response->add_documents() = std::move(shown);
  }
  if (more) {
    response->set_next_page_token(
        parts_.pages->Issue({.position = absl::StrCat(last), .revision = head.revision},
                            QueryDigest(call, request), call.caller()));
  }
  return absl::OkStatus();
}

DocumentExchangeService::Unary* DocumentExchangeService::ListDocuments(
    Context* context, const v1::ListDocumentsRequest* request,
    v1::ListDocumentsResponse* response) {
  return gate_.Unary(context, "ListDocuments", request, response,
                     [this](const Call& call, const v1::ListDocumentsRequest& list,
                            v1::ListDocumentsResponse* page) { return List(call, list, page); });
}

grpc::ServerWriteReactor<v1::WatchInboxResponse>* DocumentExchangeService::WatchInbox(
    Context* context, const v1::WatchInboxRequest* request) {
  return gate_.Watch<v1::WatchInboxRequest, v1::WatchInboxResponse>(
      context, "WatchInbox", request,
      [this](const v1::WatchInboxRequest& watch, std::shared_ptr<Inbox::Flow> flow) {
        return inbox_.Start(watch, flow);
      });
}

grpc::ServerWriteReactor<v1::DownloadResponse>* DocumentExchangeService::Download(
    Context* context, const v1::DownloadRequest* request) {
  return gate_.Download<v1::DownloadRequest, v1::DownloadResponse>(
      context, "Download", request,
      [this](const Call& call, const v1::DownloadRequest& download,
             rpc::Writer<v1::DownloadResponse>& out) { return Send(call, download, out); });
}

DocumentExchangeService::Unary* DocumentExchangeService::ReleaseHeaders(
    Context* context, const v1::ReleaseHeadersRequest* request,
    v1::ReleaseHeadersResponse* response) {
  return gate_.Unary(
      context, "ReleaseHeaders", request, response,
      [this](const Call& call, const v1::ReleaseHeadersRequest& release,
             v1::ReleaseHeadersResponse* released) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(const Request by, WriteRequest(call, release));
        COMITY_ASSIGN_OR_RETURN(const std::string id, IdOf("documents", "name", release.name()));
        COMITY_ASSIGN_OR_RETURN(
            ReleasedHeaders headers,
            Settle(call, by, parts_.exchange->ReleaseHeaders(by, id, release.purpose())));
        call.KeepUntilSent(std::move(headers.permit));
        *released->mutable_header() = ToProto(headers.headers);
        *released->mutable_verdict() = DecodeVerdict(headers.verdict);
        for (const legal::Restriction& restriction : headers.restrictions) {
          *released->add_restrictions() = ToProto(restriction);
        }
        return absl::OkStatus();
      });
}

DocumentExchangeService::Unary* DocumentExchangeService::ConfirmRetrieval(
    Context* context, const v1::ConfirmRetrievalRequest* request, v1::Statement* response) {
  return gate_.Unary(
      context, "ConfirmRetrieval", request, response,
      [this](const Call& call, const v1::ConfirmRetrievalRequest& confirm,
             v1::Statement* statement) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(const Request by, WriteRequest(call, confirm));
        COMITY_ASSIGN_OR_RETURN(const std::string id, IdOf("documents", "name", confirm.name()));
        COMITY_ASSIGN_OR_RETURN(const StoredStatement made,
                                Settle(call, by,
                                       parts_.exchange->ConfirmRetrieval(
                                           by, id, confirm.confirmation(), confirm.signature())));
        COMITY_ASSIGN_OR_RETURN(*statement, WithProof(made));
        return absl::OkStatus();
      });
}

DocumentExchangeService::Unary* DocumentExchangeService::RejectDocument(
    Context* context, const v1::RejectDocumentRequest* request, v1::Statement* response) {
  return gate_.Unary(
      context, "RejectDocument", request, response,
      [this](const Call& call, const v1::RejectDocumentRequest& reject,
             v1::Statement* statement) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(const Request by, WriteRequest(call, reject));
        COMITY_ASSIGN_OR_RETURN(const std::string id, IdOf("documents", "name", reject.name()));
        COMITY_ASSIGN_OR_RETURN(
            const StoredStatement made,
            Settle(call, by,
                   parts_.exchange->Reject(by, id, reject.reason_code(), reject.reason())));
        COMITY_ASSIGN_OR_RETURN(*statement, WithProof(made));
        return absl::OkStatus();
      });
}

DocumentExchangeService::Unary* DocumentExchangeService::ReleaseFromQuarantine(
    Context* context, const v1::ReleaseFromQuarantineRequest* request, v1::Document* response) {
  return gate_.Unary(
      context, "ReleaseFromQuarantine", request, response,
      [this](const Call& call, const v1::ReleaseFromQuarantineRequest& release,
             v1::Document* document) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(const Request by, WriteRequest(call, release));
        COMITY_ASSIGN_OR_RETURN(const std::string id, IdOf("documents", "name", release.name()));
        COMITY_ASSIGN_OR_RETURN(
            const DocumentView view,
            Settle(call, by, parts_.exchange->ReleaseFromQuarantine(by, id, release.controller())));
        *document = ToProto(view, parts_.journal->head().store_id);
        return absl::OkStatus();
      });
}

DocumentExchangeService::Unary* DocumentExchangeService::AddRestriction(
    Context* context, const v1::AddRestrictionRequest* request, v1::Document* response) {
  return gate_.Unary(
      context, "AddRestriction", request, response,
      [this](const Call& call, const v1::AddRestrictionRequest& add,
             v1::Document* document) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(const Request by, WriteRequest(call, add));
        COMITY_ASSIGN_OR_RETURN(const std::string id, IdOf("documents", "name", add.name()));
        COMITY_ASSIGN_OR_RETURN(
            const DocumentView view,
            Settle(call, by,
                   parts_.exchange->AddRestriction(by, id, FromProto(add.restriction()))));
        *document = ToProto(view, parts_.journal->head().store_id);
        return absl::OkStatus();
      });
}

DocumentExchangeService::Unary* DocumentExchangeService::PlaceHold(
    Context* context, const v1::PlaceHoldRequest* request, v1::Hold* response) {
  return gate_.Unary(
      context, "PlaceHold", request, response,
      [this](const Call& call, const v1::PlaceHoldRequest& place, v1::Hold* hold) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(const Request by, WriteRequest(call, place));
        COMITY_ASSIGN_OR_RETURN(const std::string id, IdOf("documents", "name", place.name()));
        COMITY_ASSIGN_OR_RETURN(
            const Hold placed,
            Settle(call, by, parts_.exchange->PlaceHold(by, id, place.reason())));
        *hold = ToProto(placed);
        return absl::OkStatus();
      });
}

DocumentExchangeService::Unary* DocumentExchangeService::LiftHold(
    Context* context, const v1::LiftHoldRequest* request, v1::Hold* response) {
  return gate_.Unary(
      context, "LiftHold", request, response,
      [this](const Call& call, const v1::LiftHoldRequest& lift, v1::Hold* hold) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(const Request by, WriteRequest(call, lift));
        COMITY_ASSIGN_OR_RETURN(const std::string id, IdOf("documents", "name", lift.name()));
        COMITY_ASSIGN_OR_RETURN(const Hold lifted,
                                Settle(call, by, parts_.exchange->LiftHold(by, id, lift.reason())));
        *hold = ToProto(lifted);
        return absl::OkStatus();
      });
}

DocumentExchangeService::Unary* DocumentExchangeService::RecordDecision(
    Context* context, const v1::RecordDecisionRequest* request,
    partner_registry::v1::Decision* response) {
  return gate_.Unary(
      context, "RecordDecision", request, response,
      [this](const Call& call, const v1::RecordDecisionRequest& record,
             partner_registry::v1::Decision* decision) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(const Request by, WriteRequest(call, record));
        COMITY_ASSIGN_OR_RETURN(const RecordedDecision wanted, FromProto(record.decision()));
        COMITY_ASSIGN_OR_RETURN(const RecordedDecision made,
                                Settle(call, by, parts_.exchange->RecordDecision(by, wanted)));
        *decision = ToProto(made, parts_.journal->head().store_id);
        return absl::OkStatus();
      });
}

DocumentExchangeService::Unary* DocumentExchangeService::WithdrawDecision(
    Context* context, const v1::WithdrawDecisionRequest* request,
    partner_registry::v1::Decision* response) {
  return gate_.Unary(
      context, "WithdrawDecision", request, response,
      [this](const Call& call, const v1::WithdrawDecisionRequest& withdraw,
             partner_registry::v1::Decision* decision) -> absl::Status {
        COMITY_ASSIGN_OR_RETURN(const Request by, WriteRequest(call, withdraw));
        COMITY_ASSIGN_OR_RETURN(const std::string id, IdOf("decisions", "name", withdraw.name()));
        COMITY_ASSIGN_OR_RETURN(
            const RecordedDecision made,
            Settle(call, by, parts_.exchange->WithdrawDecision(by, id, withdraw.reason())));
        *decision = ToProto(made, parts_.journal->head().store_id);
        return absl::OkStatus();
      });
}

absl::Status DocumentExchangeService::List(const Call& call,
                                           const v1::ListDecisionsRequest& request,
                                           v1::ListDecisionsResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(
      const DecisionFilter filter,
      parts_.exchange->VisibleDecisions(ReadRequest(call), request.case_reference()));
  COMITY_ASSIGN_OR_RETURN(const int asked, service::PageSize(request.page_size()));
  const auto size = static_cast<std::size_t>(asked);
  COMITY_RETURN_IF_ERROR(CheckStore(call));
  COMITY_ASSIGN_OR_RETURN(const std::int64_t before, ParsePage(*parts_.pages, call, request));
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
  COMITY_ASSIGN_OR_RETURN(std::vector<RecordedDecision> decisions,
                          rows->ListDecisions(filter, before, size + 1));
  const journal::Head head = parts_.journal->head();
  bool more = decisions.size() > size;
  if (more) decisions.resize(size);
  service::PageRoom room(asked);
  std::int64_t last = 0;
  for (const RecordedDecision& recorded : decisions) {
    partner_registry::v1::Decision shown = ToProto(recorded, head.store_id);
    if (!room.Take(shown)) {
      more = true;
      break;
    }
    last = recorded.position;
    *response->add_decisions() = std::move(shown);
  }
  if (more) {
    response->set_next_page_token(
        parts_.pages->Issue({.position = absl::StrCat(last), .revision = head.revision},
                            QueryDigest(call, request), call.caller()));
  }
  return absl::OkStatus();
}

DocumentExchangeService::Unary* DocumentExchangeService::ListDecisions(
    Context* context, const v1::ListDecisionsRequest* request,
    v1::ListDecisionsResponse* response) {
  return gate_.Unary(context, "ListDecisions", request, response,
                     [this](const Call& call, const v1::ListDecisionsRequest& list,
                            v1::ListDecisionsResponse* page) { return List(call, list, page); });
}

absl::Status DocumentExchangeService::CheckStore(const Call& call) const {
  const journal::Head head = parts_.journal->head();
  return service::CheckMinRevision(call, head.store_id, head.revision);
}

absl::StatusOr<v1::Statement> DocumentExchangeService::WithProof(
    const StoredStatement& statement) const {
  v1::Statement converted = ToProto(statement);
  COMITY_ASSIGN_OR_RETURN(const journal::Entry entry,
                          parts_.journal->ReadEntry(statement.leaf_index, statement.store_id));
  if (entry.salt.has_value()) converted.set_leaf_salt(*entry.salt);
  if (entry.body.has_value()) converted.set_leaf_body(*entry.body);
  const absl::StatusOr<ledger_service::InclusionProof> proof =
      ledger_.ProveInclusion(statement.leaf_index, 0, statement.store_id);
  // Not covered yet: the client asks again.
  if (proof.ok()) converted.set_tlog_proof(proof->tlog_proof);
  return converted;
}

DocumentExchangeService::Unary* DocumentExchangeService::ListStatements(
    Context* context, const v1::ListStatementsRequest* request,
    v1::ListStatementsResponse* response) {
  return gate_.Unary(context, "ListStatements", request, response,
                     [this](const Call& call, const v1::ListStatementsRequest& list,
                            v1::ListStatementsResponse* page) -> absl::Status {
                       COMITY_ASSIGN_OR_RETURN(const std::string id,
                                               IdOf("documents", "parent", list.parent()));
                       COMITY_ASSIGN_OR_RETURN(const std::vector<StoredStatement> statements,
                                               parts_.exchange->Statements(ReadRequest(call), id));
                       for (const StoredStatement& statement : statements) {
                         COMITY_ASSIGN_OR_RETURN(*page->add_statements(), WithProof(statement));
                       }
                       page->set_ledger_vkey(parts_.journal->logs().back().keys.front().vkey());
                       return absl::OkStatus();
                     });
}

grpc::ServerWriteReactor<v1::ExportTransferRecordsResponse>*
DocumentExchangeService::ExportTransferRecords(Context* context,
                                               const v1::ExportTransferRecordsRequest* request) {
  return gate_.Download<v1::ExportTransferRecordsRequest, v1::ExportTransferRecordsResponse>(
      context, "ExportTransferRecords", request,
      [this](const Call& call, const v1::ExportTransferRecordsRequest& wanted,
             rpc::Writer<v1::ExportTransferRecordsResponse>& out) {
        return Export(call, wanted, out);
      });
}

DocumentExchangeService::Unary* DocumentExchangeService::ListAffected(
    Context* context, const v1::ListAffectedRequest* request, v1::ListAffectedResponse* response) {
  return gate_.Unary(context, "ListAffected", request, response,
                     [this](const Call& call, const v1::ListAffectedRequest& asked,
                            v1::ListAffectedResponse* answer) {
                       return inquiries_.ListAffected(call, asked, answer);
                     });
}

DocumentExchangeService::Unary* DocumentExchangeService::ListReliances(
    Context* context, const v1::ListReliancesRequest* request,
    v1::ListReliancesResponse* response) {
  return gate_.Unary(context, "ListReliances", request, response,
                     [this](const Call& call, const v1::ListReliancesRequest& asked,
                            v1::ListReliancesResponse* answer) {
                       return inquiries_.ListReliances(call, asked, answer);
                     });
}

DocumentExchangeService::Unary* DocumentExchangeService::MeasureVolume(
    Context* context, const v1::MeasureVolumeRequest* request,
    v1::MeasureVolumeResponse* response) {
  return gate_.Unary(context, "MeasureVolume", request, response,
                     [this](const Call& call, const v1::MeasureVolumeRequest& asked,
                            v1::MeasureVolumeResponse* answer) {
                       return inquiries_.MeasureVolume(call, asked, answer);
                     });
}

DocumentExchangeService::Unary* DocumentExchangeService::ReportVolume(
    Context* context, const v1::ReportVolumeRequest* request, v1::ReportVolumeResponse* response) {
  return gate_.Unary(context, "ReportVolume", request, response,
                     [this](const Call& call, const v1::ReportVolumeRequest& asked,
                            v1::ReportVolumeResponse* answer) {
                       return inquiries_.ReportVolume(call, asked, answer);
                     });
}

}  // namespace comity::document_exchange
