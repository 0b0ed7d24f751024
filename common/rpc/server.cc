#include "common/rpc/server.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/auth_metadata_processor.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_interceptor.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/rpc/grpc_status.h"
#include "common/rpc/open_connections.h"
#include "common/rpc/peer.h"
#include "common/rpc/transport_threads.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/steady_cond_var.h"

namespace comity::rpc {
namespace {

using Acceptor = grpc::experimental::ExternalConnectionAcceptor;

// The access table in front of every handler, those of health and reflection and methods nobody
// implements included. Refusals carry no details here (gRPC drops them): `REASON: sentence`.
class AccessTableProcessor final : public grpc::AuthMetadataProcessor {
 public:
  AccessTableProcessor(GateCore* gate, OpenConnections* connections)
      : gate_(gate), connections_(connections) {}

  // Runs on gRPC's own thread: memory only.
  bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* peer,
                       OutputMetadata* /*consumed*/, OutputMetadata* /*response*/) override {
    const auto path = metadata.find(":path");
    const absl::Status admitted = gate_->Admit(
        *peer,
        path == metadata.end() ? "" : absl::string_view(path->second.data(), path->second.size()),
        DelegationOf(metadata));
    connections_->Begin(ConnectionOf(*peer), admitted.ok());
    return ToBareGrpcStatus(admitted);
  }

 private:
  GateCore* const gate_;
  OpenConnections* const connections_;
};

// Tells whose a connection is, and that it gets on, at each call that the table let pass and at
// each message of a caller's stream, those of health and reflection included.
class CallerOfConnection final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit CallerOfConnection(OpenConnections* connections) : connections_(connections) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    using Type = grpc::experimental::ServerRpcInfo::Type;
    const bool known = Tell(*info->server_context(), /*call=*/true);
    const bool one_message = info->type() == Type::UNARY || info->type() == Type::SERVER_STREAMING;
    if (known && one_message) return nullptr;
    return new Follower(this, info->server_context(), known);
  }

 private:
  class Follower final : public grpc::experimental::Interceptor {
   public:
    // A synchronous handler's context, such as that of reflection, has no call yet when
    // interceptors are made (`told` is false): it has one at the first thing there is to intercept.
    Follower(CallerOfConnection* factory, const grpc::ServerContextBase* context, bool told)
        : factory_(factory), context_(context), told_(told) {}

    void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
      using Point = grpc::experimental::InterceptionHookPoints;
      if (!told_ || methods->QueryInterceptionHookPoint(Point::POST_RECV_MESSAGE)) {
        if (factory_->Tell(*context_, /*call=*/!told_)) told_ = true;
      }
      methods->Proceed();
    }

   private:
    CallerOfConnection* const factory_;
    const grpc::ServerContextBase* const context_;
    std::atomic<bool> told_;  // A stream's reads and writes are intercepted side by side.
  };

  // False if the context does not know its peer yet.
  bool Tell(const grpc::ServerContextBase& context, bool call) const {
    const auto peer = context.auth_context();
    if (peer == nullptr) return false;
    connections_->Progress(ConnectionOf(*peer), call, [&] {
      return OpenConnections::Presented{context.peer(), CertificatesOf(*peer)};
    });
    return true;
  }

  OpenConnections* const connections_;
};

std::shared_ptr<grpc::ServerCredentials> Credentials(const identity::Loader& identity,
                                                     GateCore* gate, OpenConnections* connections) {
  const auto provider = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      identity.published_key_file(), identity.published_certificate_file(),
      identity.published_roots_file(), /*refresh_interval_sec=*/1);
  grpc::experimental::TlsServerCredentialsOptions options(provider);
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.set_check_call_host(false);
  std::shared_ptr<grpc::ServerCredentials> credentials =
      grpc::experimental::TlsServerCredentials(options);
  credentials->SetAuthMetadataProcessor(std::make_shared<AccessTableProcessor>(gate, connections));
  return credentials;
}

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

}  // namespace

class Server::State {
 public:
  State(Options options, Parts parts)
      : options_(std::move(options)),
        parts_(std::move(parts)),
        connections_(
            {.first_call = options_.first_call_timeout,
             .first_call_bytes = 2 * static_cast<std::uint64_t>(options_.max_message_bytes),
             .unused_bytes = 8 * static_cast<std::uint64_t>(options_.max_message_bytes)},
            {.clock = &parts_.gate->clock(),
             .logger = parts_.logger,
             .metrics = parts_.metrics,
             .verifier = &parts_.identity->verifier(),
             .standing =
                 [gate = parts_.gate](const identity::Principal& principal) {
                   return gate->Standing(principal);
                 },
             .changed_after =
                 [identity = parts_.identity] { return identity->Current()->changed_after; }}) {}

  ~State() {
    if (ticker_.joinable()) {
      {
        const absl::MutexLock lock(&mutex_);
        stopping_ = true;
      }
      wake_.SignalAll();
      ticker_.join();
    }
    if (listener_ != nullptr) listener_->Close();
    if (server_ != nullptr && !drained_) server_->Shutdown(std::chrono::system_clock::now());
    server_ = nullptr;
  }

  absl::Status Start() {
    COMITY_ASSIGN_OR_RETURN(
        listener_, Listener::Bind(options_.listener, &connections_, parts_.logger, parts_.metrics));
    // Both are settings of the library, not of the server; there is no other way in.
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();

    grpc::ServerBuilder builder;
    acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        Credentials(*parts_.identity, parts_.gate, &connections_));
    builder.SetMaxReceiveMessageSize(options_.max_message_bytes);
    builder.SetMaxSendMessageSize(options_.max_message_bytes);
    builder.AddChannelArgument("grpc.server_handshake_timeout_ms",
                               Milliseconds(options_.handshake_timeout));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                               options_.max_streams_per_connection);
    builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 << 10);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                               Milliseconds(options_.max_connection_age));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                               Milliseconds(options_.max_connection_age));
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(options_.keepalive));
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> observers;
    observers.push_back(std::make_unique<CallerOfConnection>(&connections_));
    builder.experimental().SetInterceptorCreators(std::move(observers));
    for (grpc::Service* const service : parts_.services) builder.RegisterService(service);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) {
      return MakeError(absl::StatusCode::kInternal, "the gRPC server could not be started.",
                       {.reason = "SERVER_NOT_STARTED"});
    }
    server_->GetHealthCheckService()->SetServingStatus(false);
    ShowWhenReady();
    listener_->Run([this](int descriptor) {
      Acceptor::NewConnectionParameters connection;
      connection.fd = descriptor;
      acceptor_->HandleNewConnection(&connection);
    });
    ticker_ = std::thread([this] { Tick(); });
    return absl::OkStatus();
  }

  void Drain() {
    server_->GetHealthCheckService()->Shutdown();  // Whatever ShowWhenReady says from now on.
    listener_->Close();
    parts_.gate->StartDraining();
    {
      const absl::MutexLock lock(&mutex_);
      StopsWithin(options_.drain_notice);
    }
    parts_.gate->EndStreams();
    server_->Shutdown(std::chrono::system_clock::now() +
                      absl::ToChronoMilliseconds(options_.drain_deadline));
    drained_ = true;
  }

  const Listener& listener() const { return *listener_; }

 private:
  // Waits for `patience`, or less if the server stops; whether it does.
  bool StopsWithin(absl::Duration patience) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return wake_.AwaitFor(&mutex_, patience, [this] {
      mutex_.AssertHeld();
      return stopping_;
    });
  }

  // Looks at open streams and connections several times a second: a revoked caller's end within
  // one. Streams first, so that who reads learns why.
  void Tick() {
    bool lowered = false;
    mutex_.Lock();
    while (!StopsWithin(absl::Milliseconds(200))) {
      mutex_.Unlock();
      // Not sooner: gRPC's threads take their names when they have begun.
      if (!std::exchange(lowered, true)) LowerTransportThreads();
      ShowWhenReady();
      parts_.gate->RecheckStreams();
      connections_.Enforce();
      mutex_.Lock();
    }
    mutex_.Unlock();
  }

  void ShowWhenReady() {
    if (shown_ || (parts_.ready != nullptr && !parts_.ready())) return;
    shown_ = true;
    server_->GetHealthCheckService()->SetServingStatus(true);
  }

  const Options options_;
  const Parts parts_;
  OpenConnections connections_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Acceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
  bool drained_ = false;
  bool shown_ = false;  // Before the ticker starts, then the ticker's.
  absl::Mutex mutex_;
  SteadyCondVar wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread ticker_;
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Options options, Parts parts) {
  auto state = std::make_unique<State>(std::move(options), std::move(parts));
  COMITY_RETURN_IF_ERROR(state->Start());
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

const std::string& Server::address() const { return state_->listener().address(); }
int Server::port() const { return state_->listener().port(); }
void Server::Drain() { state_->Drain(); }

}  // namespace comity::rpc
