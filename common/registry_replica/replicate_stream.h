#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "comity/partner_registry/v1/partner_registry.grpc.pb.h"

namespace comity::registry_replica {

// One stream of PartnerRegistryService.Replicate, read and written by threads that wait for it. In
// gRPC's synchronous API whoever waits also polls the sockets of the whole process, of its server
// too; here they only sleep.
//
// One thread reads, one at a time writes.
class ReplicateStream final
    : public grpc::ClientBidiReactor<partner_registry::v1::ReplicateRequest,
                                     partner_registry::v1::ReplicateResponse> {
 public:
  using Request = partner_registry::v1::ReplicateRequest;
  using Response = partner_registry::v1::ReplicateResponse;

  // Begins the call. `context` is not owned and must outlive this object.
  ReplicateStream(partner_registry::v1::PartnerRegistryService::Stub& stub,
                  grpc::ClientContext* context);
  ReplicateStream(const ReplicateStream&) = delete;
  ReplicateStream& operator=(const ReplicateStream&) = delete;

  // False: there is nothing more to read; Finish says why.
  bool Read(Response* response);

  // Waits until gRPC has taken `request`. False: the stream is over.
  bool Write(const Request& request);

  // Once, last, and always: waits for the end of the call, and says how it ended.
  grpc::Status Finish();

 private:
  // What became of an operation.
  enum class Progress { kUnderWay, kDone, kFailed };

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  absl::Mutex mutex_;
  absl::CondVar changed_;
  Progress read_ ABSL_GUARDED_BY(mutex_) = Progress::kDone;
  Progress written_ ABSL_GUARDED_BY(mutex_) = Progress::kDone;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::registry_replica
