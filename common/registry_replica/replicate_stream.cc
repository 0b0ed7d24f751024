#include "common/registry_replica/replicate_stream.h"

namespace comity::registry_replica {

ReplicateStream::ReplicateStream(partner_registry::v1::PartnerRegistryService::Stub& stub,
                                 grpc::ClientContext* context) {
  stub.async()->Replicate(context, this);
  // Operations begin outside reactions: until Finish the call is not over, whatever the peer does.
  AddHold();
  StartCall();
}

bool ReplicateStream::Read(Response* response) {
  absl::MutexLock lock(&mutex_);
  read_ = Progress::kUnderWay;
  StartRead(response);
  while (read_ == Progress::kUnderWay) changed_.Wait(&mutex_);
  return read_ == Progress::kDone;
}

bool ReplicateStream::Write(const Request& request) {
  absl::MutexLock lock(&mutex_);
  written_ = Progress::kUnderWay;
  StartWrite(&request);
  while (written_ == Progress::kUnderWay) changed_.Wait(&mutex_);
  return written_ == Progress::kDone;
}

grpc::Status ReplicateStream::Finish() {
  RemoveHold();
  absl::MutexLock lock(&mutex_);
  while (!over_) changed_.Wait(&mutex_);
  return status_;
}

void ReplicateStream::OnReadDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  read_ = ok ? Progress::kDone : Progress::kFailed;
  changed_.SignalAll();
}

void ReplicateStream::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  written_ = ok ? Progress::kDone : Progress::kFailed;
  changed_.SignalAll();
}

void ReplicateStream::OnDone(const grpc::Status& status) {
  absl::MutexLock lock(&mutex_);
  status_ = status;
  over_ = true;
  changed_.SignalAll();
}

}  // namespace comity::registry_replica
