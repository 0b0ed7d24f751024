#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "comity/document_exchange/v1/document_exchange.grpc.pb.h"
#include "comity/partner_registry/v1/partner_registry.grpc.pb.h"

namespace comity::testing {

// Serves the key statements it is given.
class FakeRegistry final : public partner_registry::v1::PartnerRegistryService::Service {
 public:
  void Publish(const std::string& holder, const std::string& statement,
               const std::string& signature);
  // `holder` opens for `authority`.
  void AddOpener(const std::string& authority, const std::string& holder);

  grpc::Status ListKeyStatements(
      grpc::ServerContext* context, const partner_registry::v1::ListKeyStatementsRequest* request,
      partner_registry::v1::ListKeyStatementsResponse* response) override;

 private:
  absl::Mutex mutex_;
  std::map<std::string, partner_registry::v1::KeyStatement> keys_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<std::string>> openers_ ABSL_GUARDED_BY(mutex_);
};

// An exchange of one upload and one document at a time, in memory, that can be made to fail. It
// decides nothing; what a client sends it is there to be looked at.
class FakeExchange final : public document_exchange::v1::DocumentExchangeService::Service {
 public:
  struct StoredUpload {
    document_exchange::v1::CreateUploadRequest request;
    std::string content;
    std::string description;
  };

  // Faults, each until it is taken back or used up.
  std::atomic<std::int64_t> cut_streams_after = -1;  // Bytes of a stream, both ways; -1: never.
  std::atomic<int> lose_answers_to_submit = 0;
  std::atomic<bool> refuse_transfer = false;

  // What a client sent. Look only while no call is under way.
  std::map<std::string, StoredUpload> uploads;  // By name.
  std::vector<document_exchange::v1::SubmitDocumentRequest> submissions;
  document_exchange::v1::Document document;
  std::string content;
  std::string description;
  std::vector<document_exchange::v1::ConfirmRetrievalRequest> confirmations;
  std::string released_to;  // Whose headers ReleaseHeaders hands over.
  std::atomic<std::int64_t> bytes_received = 0;
  std::atomic<std::int64_t> bytes_sent = 0;
  std::atomic<int> releases = 0;

  grpc::Status CreateUpload(grpc::ServerContext* context,
                            const document_exchange::v1::CreateUploadRequest* request,
                            document_exchange::v1::Upload* response) override;
  grpc::Status GetUpload(grpc::ServerContext* context,
                         const document_exchange::v1::GetUploadRequest* request,
                         document_exchange::v1::Upload* response) override;
  grpc::Status UploadPieces(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<document_exchange::v1::UploadPiecesResponse,
                               document_exchange::v1::UploadPiecesRequest>* stream) override;
  grpc::Status SubmitDocument(grpc::ServerContext* context,
                              const document_exchange::v1::SubmitDocumentRequest* request,
                              document_exchange::v1::Document* response) override;
  grpc::Status GetDocument(grpc::ServerContext* context,
                           const document_exchange::v1::GetDocumentRequest* request,
                           document_exchange::v1::Document* response) override;
  grpc::Status Download(
      grpc::ServerContext* context, const document_exchange::v1::DownloadRequest* request,
      grpc::ServerWriter<document_exchange::v1::DownloadResponse>* writer) override;
  grpc::Status ReleaseHeaders(grpc::ServerContext* context,
                              const document_exchange::v1::ReleaseHeadersRequest* request,
                              document_exchange::v1::ReleaseHeadersResponse* response) override;
  grpc::Status ConfirmRetrieval(grpc::ServerContext* context,
                                const document_exchange::v1::ConfirmRetrievalRequest* request,
                                document_exchange::v1::Statement* response) override;

 private:
  absl::Mutex mutex_;  // One call at a time looks at what is above; so no member is guarded by it.
};

}  // namespace comity::testing
