#include "tests/testing/test_server.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "common/rpc/tls.h"

namespace comity::testing {
namespace {

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::fprintf(stderr, "test server: %s\n", value.status().ToString().c_str());
    std::abort();
  }
  return *std::move(value);
}

}  // namespace

std::string TableToml(const std::vector<std::string>& services,
                      const std::map<std::string, std::string>& rows) {
  std::string toml = "format = 1\n";
  for (const std::string& method : OrDie(rpc::MethodsServed(services))) {
    std::string body = "callers = []\nevidence = \"none\"\nadmission = \"read\"\n";
    if (const auto row = rows.find(method); row != rows.end()) {
      body = row->second;
    } else if (method.find("grpc.health.") == 0) {
      body = "callers = [\"*\"]\nevidence = \"none\"\nadmission = \"read\"\n";
    } else if (method.find("grpc.reflection.") == 0) {
      body = "callers = [\"agency/operator\"]\nevidence = \"none\"\nadmission = \"read\"\n";
    }
    absl::StrAppend(&toml, "[methods.\"", method, "\"]\n", body);
  }
  return toml;
}

TestServer::TestServer(TestPki& pki, Options options, const Build& build)
    : pki_(pki), options_(std::move(options)) {
  if (const absl::Status hardened = rpc::HardenTls(); !hardened.ok()) std::abort();
  const Clock* const clock = options_.clock == nullptr ? &SystemClock() : options_.clock;
  logger_ = OrDie(
      logging::Logger::Open({.service = options_.name,
                             .level = logging::Level::kDebug,
                             .file = options_.log_file.empty() ? "/dev/null" : options_.log_file}));
  const std::string own =
      pki_.IssueFolder(absl::StrCat("server-", options_.name),
                       absl::StrCat("spiffe://agency.example/service/", options_.name));
  identity_ = OrDie(identity::Loader::Start({.certificate_file = own + "/tls.pem",
                                             .key_file = own + "/tls.key",
                                             .bundles_folder = pki_.bundles_folder(),
                                             .publish_folder = own + "/published",
                                             .poll_interval = absl::Milliseconds(50)},
                                            &SystemClock(), [](const identity::LoadEvent&) {}));
  table_ = std::make_unique<rpc::AccessTableInForce>(OrDie(rpc::AccessTable::Parse(
      options_.table, "access.toml", OrDie(rpc::MethodsServed(options_.services)))));
  gate_ = std::make_unique<rpc::GateCore>(
      rpc::GateCore::Options{.service = options_.name,
                             .services = options_.services,
                             .write_threads = options_.write_threads,
                             .bulk_threads = options_.bulk_threads,
                             .queue = options_.queue,
                             .rates = options_.rates,
                             .stall_timeout = options_.stall_timeout,
                             .unread_timeout = options_.unread_timeout},
      rpc::GateCore::Parts{.clock = clock,
                           .logger = logger_.get(),
                           .metrics = &metrics_,
                           .verifier = &identity_->verifier(),
                           .table = table_.get(),
                           .recorder = options_.recorder,
                           .standing = options_.standing});
  server_ = OrDie(rpc::Server::Start(options_.server, {.logger = logger_.get(),
                                                       .metrics = &metrics_,
                                                       .identity = identity_.get(),
                                                       .gate = gate_.get(),
                                                       .services = build(*gate_)}));
}

TestServer::~TestServer() = default;

std::shared_ptr<grpc::Channel> TestServer::Channel(const std::string& spiffe_id) {
  return OrDie(ChannelFrom(pki_.IssueFolder(absl::StrCat("client-", ++clients_), spiffe_id)));
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> TestServer::ChannelFrom(const std::string& folder) {
  return rpc::Connect({.address = address(),
                       .certificate_file = folder + "/tls.pem",
                       .key_file = folder + "/tls.key",
                       .bundles_folder = pki_.bundles_folder(),
                       .expected_service = options_.name,
                       .trust_domain = "agency.example"});
}

}  // namespace comity::testing
