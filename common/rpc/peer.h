#pragma once

#include <map>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/rpc/call.h"

namespace grpc {
class AuthContext;
class string_ref;
}  // namespace grpc

// What gRPC knows of who calls, and what he says beside the request.
namespace comity::rpc {

using ClientMetadata = std::multimap<grpc::string_ref, grpc::string_ref>;

// The certificates that the peer of a connection presented, in PEM, as long as the connection
// lives. Empty where there are none.
struct PeerCertificates {
  absl::string_view leaf;
  absl::string_view chain;
};
PeerCertificates CertificatesOf(const grpc::AuthContext& peer);

// Tells connections that are open apart: each keeps what is known of its peer in another place.
const void* ConnectionOf(const grpc::AuthContext& peer);

// What the metadata of a call say of a person it is made for; "" if nothing.
absl::string_view DelegationOf(const ClientMetadata& metadata);

// The `comity-min-revision` of a call; nullopt if it has none. INVALID_ARGUMENT
// `MIN_REVISION_INVALID`.
absl::StatusOr<std::optional<MinRevision>> MinRevisionOf(const ClientMetadata& metadata);

}  // namespace comity::rpc
