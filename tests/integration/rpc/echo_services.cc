#include "tests/integration/rpc/echo_services.h"

#include <utility>

#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::testing {
namespace {

namespace de = document_exchange::v1;
namespace lv = ledger::v1;
namespace pr = partner_registry::v1;

std::string Row(const std::string& callers, const std::string& evidence,
                const std::string& admission) {
  return "callers = [" + callers + "]\nevidence = \"" + evidence + "\"\nadmission = \"" +
         admission + "\"\n";
}

}  // namespace

grpc::ServerUnaryReactor* EchoLedger::GetCheckpoint(grpc::CallbackServerContext* context,
                                                    const lv::GetCheckpointRequest* request,
                                                    lv::Checkpoint* response) {
  return gate_.Unary(context, "GetCheckpoint", request, response,
                     [](const rpc::Call& call, const lv::GetCheckpointRequest&,
                        lv::Checkpoint* checkpoint) -> absl::Status {
                       checkpoint->set_note(std::string(call.caller()));
                       if (call.min_revision()) {
                         checkpoint->set_tree_size(call.min_revision()->number);
                       }
                       return absl::OkStatus();
                     });
}

grpc::ServerUnaryReactor* EchoLedger::GetInclusionProof(grpc::CallbackServerContext* context,
                                                        const lv::GetInclusionProofRequest* request,
                                                        lv::InclusionProof* response) {
  return gate_.Unary(context, "GetInclusionProof", request, response,
                     [this](const rpc::Call& call, const lv::GetInclusionProofRequest& get,
                            lv::InclusionProof* proof) -> absl::Status {
                       proof->set_leaf_index(get.leaf_index());
                       return outcome ? outcome(call) : absl::OkStatus();
                     });
}

grpc::ServerUnaryReactor* EchoLedger::GetConsistencyProof(
    grpc::CallbackServerContext* context, const lv::GetConsistencyProofRequest* request,
    lv::ConsistencyProof* response) {
  return gate_.Unary(context, "GetConsistencyProof", request, response,
                     [this](const rpc::Call&, const lv::GetConsistencyProofRequest& get,
                            lv::ConsistencyProof* proof) -> absl::Status {
                       const absl::MutexLock lock(&mutex_);
                       waiting_ = true;
                       changed_.SignalAll();
                       while (!released_) changed_.Wait(&mutex_);
                       proof->set_first_size(get.first_size());
                       return absl::OkStatus();
                     });
}

void EchoLedger::WaitForWaiting() {
  const absl::MutexLock lock(&mutex_);
  while (!waiting_) changed_.Wait(&mutex_);
}

void EchoLedger::Release() {
  const absl::MutexLock lock(&mutex_);
  released_ = true;
  changed_.SignalAll();
}

grpc::ServerWriteReactor<pr::WatchResponse>* EchoRegistry::Watch(
    grpc::CallbackServerContext* context, const pr::WatchRequest* request) {
  return gate_.Watch<pr::WatchRequest, pr::WatchResponse>(
      context, "Watch", request,
      [this](const pr::WatchRequest& watch, std::shared_ptr<Outflow> stream) -> absl::Status {
        const auto sent = std::make_shared<int>(static_cast<int>(watch.after().number()));
        stream->OnEnd([this] {
          const absl::MutexLock lock(&mutex_);
          ++ended_;
          changed_.SignalAll();
        });
        stream->SetPump([this, sent](Outflow& out) -> absl::Status {
          while (out.HasRoom()) {
            {
              const absl::MutexLock lock(&mutex_);
              if (*sent >= number_) break;
            }
            pr::WatchResponse response;
            response.mutable_bookmark()->set_number(++*sent);
            response.mutable_bookmark()->set_store_id(std::string(padding, 'x'));
            out.TryPush(std::move(response));
          }
          return absl::OkStatus();
        });
        const absl::MutexLock lock(&mutex_);
        watches_.push_back(stream);
        return absl::OkStatus();
      });
}

grpc::ServerBidiReactor<pr::ReplicateRequest, pr::ReplicateResponse>* EchoRegistry::Replicate(
    grpc::CallbackServerContext* context) {
  using Session = rpc::Session<pr::ReplicateRequest, pr::ReplicateResponse>;
  return gate_.OpenSession<pr::ReplicateRequest, pr::ReplicateResponse>(
      context, "Replicate", [](std::shared_ptr<Session> session) -> absl::Status {
        Session* const raw = session.get();
        session->OnMessage([raw](pr::ReplicateRequest request) -> absl::Status {
          pr::ReplicateResponse response;
          response.set_renewed(request.renewal());
          raw->TryPush(std::move(response));
          return absl::OkStatus();
        });
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* EchoRegistry::CreateContact(grpc::CallbackServerContext* context,
                                                      const pr::CreateContactRequest* request,
                                                      pr::Contact* response) {
  return gate_.Write(context, "CreateContact", request, response,
                     [this](const rpc::Call& call, const pr::CreateContactRequest& create,
                            pr::Contact* contact, rpc::WriteCall& later) {
                       contact->set_name(create.contact_id());
                       return write(call, later);
                     });
}

grpc::ServerReadReactor<pr::ImportFactsRequest>* EchoRegistry::ImportFacts(
    grpc::CallbackServerContext* context, pr::ImportFactsResponse* response) {
  return gate_.Upload<pr::ImportFactsRequest>(
      context, "ImportFacts", response,
      [](const rpc::Call&, rpc::Reader<pr::ImportFactsRequest>& reader,
         pr::ImportFactsResponse* import) -> absl::Status {
        pr::ImportFactsRequest request;
        std::int64_t count = 0;
        while (true) {
          COMITY_ASSIGN_OR_RETURN(const bool more, reader.Read(&request));
          if (!more) break;
          ++count;
        }
        import->mutable_registry_revision()->set_number(count);
        return absl::OkStatus();
      });
}

void EchoRegistry::Advance(int by) {
  std::vector<std::weak_ptr<Outflow>> watches;
  {
    const absl::MutexLock lock(&mutex_);
    number_ += by;
    watches = watches_;
  }
  for (const auto& weak : watches) {
    if (const auto stream = weak.lock()) stream->Wake();
  }
}

void EchoRegistry::WaitForEnded(int count) {
  const absl::MutexLock lock(&mutex_);
  while (ended_ < count) changed_.Wait(&mutex_);
}

grpc::ServerBidiReactor<de::UploadPiecesRequest, de::UploadPiecesResponse>*
EchoExchange::UploadPieces(grpc::CallbackServerContext* context) {
  using Exchange = rpc::Exchange<de::UploadPiecesRequest, de::UploadPiecesResponse>;
  return gate_.BulkExchange<de::UploadPiecesRequest, de::UploadPiecesResponse>(
      context, "UploadPieces", [](const rpc::Call&, Exchange& exchange) -> absl::Status {
        de::UploadPiecesRequest request;
        std::int64_t total = 0;
        while (true) {
          COMITY_ASSIGN_OR_RETURN(const bool more, exchange.Read(&request));
          if (!more) break;
          total += static_cast<std::int64_t>(request.data().size());
          de::UploadPiecesResponse response;
          response.set_content_offset(total);
          COMITY_RETURN_IF_ERROR(exchange.Push(std::move(response)));
        }
        return absl::OkStatus();
      });
}

grpc::ServerWriteReactor<de::DownloadResponse>* EchoExchange::Download(
    grpc::CallbackServerContext* context, const de::DownloadRequest* request) {
  return gate_.Download<de::DownloadRequest, de::DownloadResponse>(
      context, "Download", request,
      [](const rpc::Call&, const de::DownloadRequest& download,
         rpc::Writer<de::DownloadResponse>& writer) -> absl::Status {
        for (std::int64_t offset = 0; offset < download.length();) {
          const std::int64_t size = std::min<std::int64_t>(256 << 10, download.length() - offset);
          de::DownloadResponse response;
          response.set_offset(offset);
          response.set_data(std::string(static_cast<std::size_t>(size), 'x'));
          COMITY_RETURN_IF_ERROR(writer.Push(std::move(response)));
          offset += size;
        }
        return absl::OkStatus();
      });
}

absl::Status FakeRecorder::RecordRefusal(const rpc::Call& call, const absl::Status& refusal) {
  if (fails) return absl::ResourceExhaustedError("disk full");
  const absl::MutexLock lock(&mutex_);
  refusals_.push_back(std::string(call.caller()) + " " + ReasonOf(refusal));
  return absl::OkStatus();
}

absl::Status FakeRecorder::RecordTableRefusal(const rpc::TableRefusal& refusal) {
  const absl::MutexLock lock(&mutex_);
  table_refusals_.push_back(refusal);
  changed_.SignalAll();
  return absl::OkStatus();
}

std::vector<std::string> FakeRecorder::refusals() const {
  const absl::MutexLock lock(&mutex_);
  return refusals_;
}

std::vector<rpc::TableRefusal> FakeRecorder::WaitForTableRefusals(std::size_t count) const {
  const absl::MutexLock lock(&mutex_);
  while (table_refusals_.size() < count) changed_.Wait(&mutex_);
  return table_refusals_;
}

std::map<std::string, std::string> EchoServer::Rows() {
  const std::string ledger = std::string(kLedger) + "/";
  const std::string registry = std::string(kRegistry) + "/";
  const std::string exchange = std::string(kExchange) + "/";
  return {
      {ledger + "GetCheckpoint", Row("'agency/*', 'service'", "none", "read")},
      {ledger + "GetInclusionProof", Row("'agency/desk-officer'", "outcome", "write")},
      {ledger + "GetConsistencyProof", Row("'agency/*'", "none", "write")},
      // Lets everybody in, and nobody has written it.
      {ledger + "GetTile", Row("'*'", "none", "read")},
      {registry + "CreateContact", Row("'agency/*'", "outcome", "write")},
      {registry + "Watch", Row("'agency/*', 'partner'", "none", "watch")},
      {registry + "Replicate", Row("'service'", "none", "watch")},
      {registry + "ImportFacts", Row("'agency/registry-operator'", "outcome", "bulk")},
      {exchange + "UploadPieces", Row("'agency/*'", "none", "bulk")},
      {exchange + "Download", Row("'agency/*'", "none", "bulk")},
  };
}

EchoServer::EchoServer(TestServer::Options options) {
  options.services = Services();
  if (options.table.empty()) options.table = TableToml(Services(), Rows());
  options.recorder = &recorder_;
  server_ = std::make_unique<TestServer>(pki_, std::move(options), [this](rpc::GateCore& gate) {
    ledger_ = std::make_unique<EchoLedger>(gate);
    registry_ = std::make_unique<EchoRegistry>(gate);
    exchange_ = std::make_unique<EchoExchange>(gate);
    return std::vector<grpc::Service*>{ledger_.get(), registry_.get(), exchange_.get()};
  });
}

}  // namespace comity::testing
