#include "common/client/health.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <string>

#include "absl/synchronization/notification.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::client {
namespace {

// HealthCheckResponse{status: SERVING} on the wire; gRPC's packages ship no generated code for it,
// and the request for the server as a whole is the empty message.
constexpr char kServing[] = {0x08, 0x01};

std::string Bytes(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.DumpToSingleSlice(&slice).ok()) return "";
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

}  // namespace

absl::Status CheckHealth(const std::shared_ptr<grpc::Channel>& channel, absl::Duration patience) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  rpc::SetDeadline(context, patience);
  const grpc::Slice empty;
  const grpc::ByteBuffer request(&empty, 1);
  grpc::ByteBuffer response;
  grpc::Status outcome;
  absl::Notification done;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &request, &response,
                 [&](grpc::Status status) {
                   outcome = std::move(status);
                   done.Notify();
                 });
  done.WaitForNotification();
  COMITY_RETURN_IF_ERROR(rpc::ToAbslStatus(outcome));
  if (Bytes(response) == std::string(kServing, sizeof kServing)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnavailable,
                   "The server answers and does not serve: it is starting or draining.",
                   {.reason = "NOT_SERVING"});
}

}  // namespace comity::client
