#include "common/rpc/channel.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/support/client_interceptor.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/identity/chain_verifier.h"
#include "common/identity/own_certificate.h"
#include "common/rpc/client_throttle.h"
#include "common/rpc/delegations.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::rpc {
namespace {

// Accepts one service of one trust domain, on the client's own bundles, whatever the TLS layer
// thinks of names and roots.
class ExpectedServiceVerifier final : public grpc::experimental::ExternalCertificateVerifier {
 public:
  ExpectedServiceVerifier(std::string expected_id, std::string bundles_folder,
                          std::shared_ptr<const identity::TrustBundles> bundles, const Clock* clock)
      : expected_id_(std::move(expected_id)),
        bundles_folder_(std::move(bundles_folder)),
        verifier_(std::move(bundles)),
        clock_(clock) {}

  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    // Handshakes are rare: look at the bundles again each time, and keep the last good ones.
    if (auto bundles = identity::TrustBundles::Load(bundles_folder_); bundles.ok()) {
      verifier_.SetBundles(std::make_shared<const identity::TrustBundles>(*std::move(bundles)));
    }
    const grpc::string_ref leaf = request->peer_cert();
    const grpc::string_ref chain = request->peer_cert_full_chain();
    const auto verified = verifier_.Verify({leaf.data(), leaf.size()}, {chain.data(), chain.size()},
                                           identity::Purpose::kTls, clock_->Now());
    absl::Status status = verified.status();
    if (status.ok() && (*verified)->principal.spiffe_id != expected_id_) {
      status = MakeError(absl::StatusCode::kUnauthenticated,
                         absl::StrCat("the server is not ", expected_id_,
                                      "; check the address and who answers there."),
                         {.reason = "SERVER_NOT_EXPECTED"});
    }
    *sync_status = ToBareGrpcStatus(status);
    return true;
  }

  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  const std::string expected_id_;
  const std::string bundles_folder_;
  identity::ChainVerifier verifier_;
  const Clock* const clock_;
};

// Sends the same delegation with every call.
class DelegationPlugin final : public grpc::MetadataCredentialsPlugin {
 public:
  explicit DelegationPlugin(std::string token) : token_(std::move(token)) {}

  bool IsBlocking() const override { return false; }
  grpc::Status GetMetadata(grpc::string_ref /*service_url*/, grpc::string_ref /*method*/,
                           const grpc::AuthContext& /*channel*/,
                           std::multimap<grpc::string, grpc::string>* metadata) override {
    metadata->emplace(kDelegationKey, token_);
    return grpc::Status::OK;
  }

 private:
  const std::string token_;
};

std::shared_ptr<grpc::ChannelCredentials> WithDelegation(
    std::shared_ptr<grpc::ChannelCredentials> credentials, const std::string& delegation) {
  if (delegation.empty()) return credentials;
  return grpc::CompositeChannelCredentials(
      credentials,
      grpc::MetadataCredentialsFromPlugin(std::make_unique<DelegationPlugin>(delegation)));
}

// How long a RetryInfo asks to wait.
absl::Duration AskedWait(const absl::Status& status) {
  return DetailsOf(status).retry_after.value_or(absl::ZeroDuration());
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const ClientOptions& options,
                                                       const Clock* clock) {
  if (clock == nullptr) clock = &SystemClock();
  const std::string expected_id =
      absl::StrCat("spiffe://", options.trust_domain, "/service/", options.expected_service);
  COMITY_RETURN_IF_ERROR(identity::Principal::Parse(expected_id).status());
  COMITY_ASSIGN_OR_RETURN(identity::TrustBundles loaded,
                          identity::TrustBundles::Load(options.bundles_folder));
  const auto bundles = std::make_shared<const identity::TrustBundles>(std::move(loaded));
  COMITY_RETURN_IF_ERROR(identity::CheckOwnCertificate(options.certificate_file, options.key_file,
                                                       bundles, clock->Now())
                             .status());

  grpc::experimental::TlsChannelCredentialsOptions tls;
  tls.set_certificate_provider(std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      options.key_file, options.certificate_file,
      static_cast<unsigned>(std::max<std::int64_t>(1, absl::ToInt64Seconds(options.refresh)))));
  tls.watch_identity_key_cert_pairs();
  // The verifier does all of it, on the bundle of the one domain that may vouch for the server.
  tls.set_verify_server_certs(false);
  tls.set_check_call_host(false);
  tls.set_certificate_verifier(
      grpc::experimental::ExternalCertificateVerifier::Create<ExpectedServiceVerifier>(
          expected_id, options.bundles_folder, bundles, clock));

  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(8 << 20);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  // This one is how long an attempt to connect may take, handshake included.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 10'000);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  // gRPC would repeat by itself what it takes for safe; here only Retry decides.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // Two channels of one process with different identities must not share a connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(ThrottleUnaryCalls(clock));
  return grpc::experimental::CreateCustomChannelWithInterceptors(
      options.address, WithDelegation(grpc::experimental::TlsCredentials(tls), options.delegation),
      arguments, std::move(interceptors));
}

void SetDeadline(grpc::ClientContext& context, absl::Duration patience) {
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMicroseconds(patience));
}

void SetMinRevision(grpc::ClientContext& context, absl::string_view store_id, std::int64_t number) {
  context.AddMetadata("comity-min-revision", absl::StrCat(store_id, ":", number));
}

absl::Status Retry(const RetryOptions& options, const std::function<absl::Status()>& attempt) {
  absl::BitGen random;
  absl::Duration wait = options.first_wait;
  for (int made = 1;; ++made) {
    absl::Status status = attempt();
    if (status.code() != absl::StatusCode::kUnavailable || made >= options.attempts) return status;
    const absl::Duration pause =
        std::max(AskedWait(status), wait * absl::Uniform(random, 0.5, 1.5));
    if (absl::Now() + pause >= options.deadline) return status;
    absl::SleepFor(pause);
    wait = std::min(wait * 2, options.longest_wait);
  }
}

}  // namespace comity::rpc
