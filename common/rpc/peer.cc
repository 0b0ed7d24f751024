#include "common/rpc/peer.h"

#include <grpcpp/security/auth_context.h>
#include <grpcpp/support/string_ref.h>

#include <cstddef>
#include <string>

#include "absl/strings/numbers.h"
#include "common/rpc/delegations.h"
#include "common/status/error.h"

namespace comity::rpc {
namespace {

constexpr char kMinRevisionKey[] = "comity-min-revision";

absl::string_view View(grpc::string_ref text) { return {text.data(), text.size()}; }

}  // namespace

PeerCertificates CertificatesOf(const grpc::AuthContext& peer) {
  PeerCertificates found;
  // Once over the properties, and not over all: this is asked twice a call.
  for (auto property = peer.begin(); property != peer.end(); ++property) {
    const auto [name, value] = *property;
    if (found.leaf.empty() && name == "x509_pem_cert") found.leaf = View(value);
    if (found.chain.empty() && name == "x509_pem_cert_chain") found.chain = View(value);
    if (!found.leaf.empty() && !found.chain.empty()) break;
  }
  return found;
}

const void* ConnectionOf(const grpc::AuthContext& peer) {
  auto first = peer.begin();
  return first == peer.end() ? nullptr : (*first).second.data();
}

absl::string_view DelegationOf(const ClientMetadata& metadata) {
  const auto found = metadata.find(kDelegationKey);
  return found == metadata.end() ? absl::string_view() : View(found->second);
}

absl::StatusOr<std::optional<MinRevision>> MinRevisionOf(const ClientMetadata& metadata) {
  const auto found = metadata.find(kMinRevisionKey);
  if (found == metadata.end()) return std::nullopt;
  const absl::string_view text = View(found->second);
  const std::size_t colon = text.find(':');
  MinRevision revision;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(text.substr(colon + 1), &revision.number) || revision.number < 0) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     "the metadata comity-min-revision must be <store_id>:<number>.",
                     {.reason = "MIN_REVISION_INVALID"});
  }
  revision.store_id = std::string(text.substr(0, colon));
  return revision;
}

}  // namespace comity::rpc
