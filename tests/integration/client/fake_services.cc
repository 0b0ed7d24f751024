#include "tests/integration/client/fake_services.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/grpc_status.h"
#include "common/sealing/manifest.h"
#include "common/status/error.h"

namespace comity::testing {
namespace {

namespace v1 = document_exchange::v1;

grpc::Status Fail(absl::StatusCode code, absl::string_view reason) {
  return rpc::ToGrpcStatus(
      MakeError(code, "As the test wants it.", {.reason = std::string(reason)}),
      "document-exchange.comity.example", "test");
}

grpc::Status Cut() { return {grpc::StatusCode::UNAVAILABLE, "cut"}; }

void Fill(const std::string& name, const FakeExchange::StoredUpload& stored, v1::Upload* response) {
  response->set_name(name);
  response->set_content_offset(static_cast<std::int64_t>(stored.content.size()));
  response->set_description_offset(static_cast<std::int64_t>(stored.description.size()));
  response->set_content_length(stored.request.content_length());
  response->set_description_length(stored.request.description_length());
}

}  // namespace

void FakeRegistry::Publish(const std::string& holder, const std::string& statement,
                           const std::string& signature) {
  const absl::MutexLock lock(&mutex_);
  partner_registry::v1::KeyStatement& key = keys_[holder];
  key.set_holder(holder);
  key.set_statement(statement);
  key.set_signature(signature);
}

void FakeRegistry::AddOpener(const std::string& authority, const std::string& holder) {
  const absl::MutexLock lock(&mutex_);
  openers_[authority].push_back(holder);
}

grpc::Status FakeRegistry::ListKeyStatements(
    grpc::ServerContext*, const partner_registry::v1::ListKeyStatementsRequest* request,
    partner_registry::v1::ListKeyStatementsResponse* response) {
  const absl::MutexLock lock(&mutex_);
  std::vector<std::string> holders = {request->holder()};
  if (!request->authority().empty()) holders = openers_[request->authority()];
  for (const std::string& holder : holders) {
    if (keys_.contains(holder)) *response->add_key_statements() = keys_[holder];
  }
  return grpc::Status::OK;
}

grpc::Status FakeExchange::CreateUpload(grpc::ServerContext*,
                                        const v1::CreateUploadRequest* request,
                                        v1::Upload* response) {
  if (refuse_transfer) {
    return Fail(absl::StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED");
  }
  response->add_verdicts()->set_outcome(partner_registry::v1::TRANSFER_OUTCOME_PERMITTED);
  if (request->validate_only()) return grpc::Status::OK;
  const absl::MutexLock lock(&mutex_);
  for (const auto& [name, stored] : uploads) {
    if (stored.request.request_id() == request->request_id()) {
      Fill(name, stored, response);
      return grpc::Status::OK;
    }
  }
  const std::string name = absl::StrCat("uploads/", uploads.size() + 1);
  uploads[name].request = *request;
  Fill(name, uploads[name], response);
  return grpc::Status::OK;
}

grpc::Status FakeExchange::GetUpload(grpc::ServerContext*, const v1::GetUploadRequest* request,
                                     v1::Upload* response) {
  const absl::MutexLock lock(&mutex_);
  if (!uploads.contains(request->name())) {
    return Fail(absl::StatusCode::kNotFound, "UPLOAD_NOT_FOUND");
  }
  Fill(request->name(), uploads[request->name()], response);
  return grpc::Status::OK;
}

grpc::Status FakeExchange::UploadPieces(
    grpc::ServerContext*,
    grpc::ServerReaderWriter<v1::UploadPiecesResponse, v1::UploadPiecesRequest>* stream) {
  v1::UploadPiecesRequest request;
  std::string name;
  std::int64_t received = 0;
  while (stream->Read(&request)) {
    v1::UploadPiecesResponse response;
    {
      const absl::MutexLock lock(&mutex_);
      if (!request.upload().empty()) name = request.upload();
      if (!uploads.contains(name)) return Fail(absl::StatusCode::kNotFound, "UPLOAD_NOT_FOUND");
      StoredUpload& stored = uploads[name];
      std::string& payload =
          request.payload() == v1::PAYLOAD_CONTENT ? stored.content : stored.description;
      if (request.offset() != static_cast<std::int64_t>(payload.size())) {
        return Fail(absl::StatusCode::kOutOfRange, "UPLOAD_OFFSET");
      }
      received += static_cast<std::int64_t>(request.data().size());
      bytes_received += static_cast<std::int64_t>(request.data().size());
      // What a cut leaves on the disk ends somewhere in a message.
      const bool cut = cut_streams_after >= 0 && received > cut_streams_after;
      payload += cut ? request.data().substr(0, request.data().size() / 2) : request.data();
      if (cut) return Cut();
      response.set_content_offset(static_cast<std::int64_t>(stored.content.size()));
      response.set_description_offset(static_cast<std::int64_t>(stored.description.size()));
    }
    stream->Write(response);
  }
  return grpc::Status::OK;
}

grpc::Status FakeExchange::SubmitDocument(grpc::ServerContext*,
                                          const v1::SubmitDocumentRequest* request,
                                          v1::Document* response) {
  const absl::MutexLock lock(&mutex_);
  const bool again =
      !submissions.empty() && submissions.back().request_id() == request->request_id();
  if (again && submissions.back().SerializeAsString() != request->SerializeAsString()) {
    return Fail(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED");
  }
  if (!again) {
    if (!uploads.contains(request->upload())) {
      return Fail(absl::StatusCode::kNotFound, "UPLOAD_NOT_FOUND");
    }
    const auto manifest = sealing::ParseManifest(request->manifest());
    if (!manifest.ok()) return Fail(absl::StatusCode::kInvalidArgument, "MANIFEST_INVALID");
    submissions.push_back(*request);
    content = uploads[request->upload()].content;
    description = uploads[request->upload()].description;
    document.set_name(absl::StrCat("documents/", manifest->document_id));
    document.set_sender(manifest->sender);
    document.set_manifest(request->manifest());
    document.set_signature(request->signature());
    uploads.erase(request->upload());
  }
  if (lose_answers_to_submit > 0) {
    --lose_answers_to_submit;
    return Cut();
  }
  *response = document;
  return grpc::Status::OK;
}

grpc::Status FakeExchange::GetDocument(grpc::ServerContext*, const v1::GetDocumentRequest* request,
                                       v1::Document* response) {
  const absl::MutexLock lock(&mutex_);
  if (request->name() != document.name()) {
    return Fail(absl::StatusCode::kNotFound, "DOCUMENT_NOT_FOUND");
  }
  *response = document;
  return grpc::Status::OK;
}

grpc::Status FakeExchange::Download(grpc::ServerContext*, const v1::DownloadRequest* request,
                                    grpc::ServerWriter<v1::DownloadResponse>* writer) {
  const std::string& payload = request->payload() == v1::PAYLOAD_CONTENT ? content : description;
  std::int64_t sent = 0;
  for (auto at = static_cast<std::size_t>(request->offset()); at < payload.size();) {
    v1::DownloadResponse response;
    response.set_offset(static_cast<std::int64_t>(at));
    response.set_data(payload.substr(at, 100'000));
    sent += static_cast<std::int64_t>(response.data().size());
    if (cut_streams_after >= 0 && sent > cut_streams_after) return Cut();
    bytes_sent += static_cast<std::int64_t>(response.data().size());
    at += response.data().size();
    if (!writer->Write(response)) break;
  }
  return grpc::Status::OK;
}

grpc::Status FakeExchange::ReleaseHeaders(grpc::ServerContext*, const v1::ReleaseHeadersRequest*,
                                          v1::ReleaseHeadersResponse* response) {
  const absl::MutexLock lock(&mutex_);
  ++releases;
  for (const v1::RecipientHeader& header : submissions.back().headers()) {
    if (header.recipient() == released_to) *response->mutable_header() = header;
  }
  return grpc::Status::OK;
}

grpc::Status FakeExchange::ConfirmRetrieval(grpc::ServerContext*,
                                            const v1::ConfirmRetrievalRequest* request,
                                            v1::Statement* response) {
  const absl::MutexLock lock(&mutex_);
  confirmations.push_back(*request);
  response->set_kind(v1::STATEMENT_KIND_RETRIEVAL);
  return grpc::Status::OK;
}

}  // namespace comity::testing
