#pragma once

#include <comity/ledger/v1/ledger.grpc.pb.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "tests/integration/rpc/echo_services.h"
#include "tests/testing/child_process.h"
#include "tests/testing/loopback.h"
#include "tests/testing/read_file.h"
#include "tests/testing/test_ca.h"

namespace comity::testing {

inline constexpr char kProgram[] = "comity-ledger-process";

class ProcessTest : public ::testing::Test {
 protected:
  ProcessTest() {
    pki_.IssueFolder("registry", "spiffe://agency.example/service/partner-registry");
    WriteFile(pki_.path("access.toml"), TableToml({kLedger}, EchoServer::Rows()));
    WriteConfig("");
    // What a test does to the service's bundles is not to reach the clients.
    std::filesystem::copy(pki_.bundles_folder(), pki_.path("client-bundles"),
                          std::filesystem::copy_options::recursive);
  }

  void WriteConfig(const std::string& more, const std::string& address = "127.0.0.1:0") {
    WriteFile(pki_.path("config.toml"),
              absl::StrCat("[server]\naddress = \"", address, "\"\nport_file = \"port\"\n",
                           "[identity]\ncertificate = \"ids/registry/tls.pem\"\n",
                           "key = \"ids/registry/tls.key\"\nbundles = \"bundles\"\n",
                           "poll_interval = \"50ms\"\n[access]\ntable = \"access.toml\"\n",
                           "[logging]\nfile = \"log.json\"\n", more));
  }

  std::vector<std::string> Arguments() { return {"--config", pki_.path("config.toml")}; }

  // The port after "listening on".
  static int Port(ChildProcess& process) {
    const std::string line = process.ReadLine();
    int port = 0;
    EXPECT_EQ(line.find("listening on 127.0.0.1:"), 0U) << line;
    EXPECT_TRUE(absl::SimpleAtoi(line.substr(line.rfind(':') + 1), &port)) << line;
    return port;
  }

  // Returns when the process has logged `part`: its log is written behind what it does.
  void WaitForLog(const std::string& part) {
    while (Read(pki_.path("log.json")).find(part) == std::string::npos) {
    }
  }

  // Of a process that said it listens.
  int MetricsPort() {
    const std::string log = Read(pki_.path("log.json"));
    const std::string key = "\"metrics_port\":";
    const std::size_t at = log.find(key);
    EXPECT_NE(at, std::string::npos) << log;
    return at == std::string::npos ? 0 : std::stoi(log.substr(at + key.size()));
  }

  // What the process's metrics say; "" if they are not answered.
  std::string Metrics() {
    const int descriptor = Connected(MetricsPort());
    const std::string request = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    std::string answer;
    if (::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
      std::array<char, 4096> bytes{};
      for (ssize_t got = 0; (got = ::recv(descriptor, bytes.data(), bytes.size(), 0)) > 0;) {
        answer.append(bytes.data(), static_cast<std::size_t>(got));
      }
    }
    ::close(descriptor);
    return answer;
  }

  // ConnectTo a port where somebody listens.
  static int Connected(int port) {
    const int descriptor = ConnectTo(port);
    EXPECT_NE(descriptor, -1);
    return descriptor;
  }

  // What a fresh connection of `spiffe_id` is answered.
  absl::StatusOr<std::string> Note(int port, const std::string& spiffe_id = kOfficer) {
    return NoteAs(port, pki_.IssueFolder("caller", spiffe_id));
  }
  absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(int port, const std::string& folder) {
    return rpc::Connect({.address = absl::StrCat("127.0.0.1:", port),
                         .certificate_file = folder + "/tls.pem",
                         .key_file = folder + "/tls.key",
                         .bundles_folder = pki_.path("client-bundles"),
                         .expected_service = "partner-registry",
                         .trust_domain = "agency.example"});
  }
  absl::StatusOr<std::string> NoteAs(int port, const std::string& folder) {
    const auto channel = Connect(port, folder);
    if (!channel.ok()) return channel.status();
    grpc::ClientContext context;
    rpc::SetDeadline(context, absl::Seconds(20));
    ledger::v1::Checkpoint checkpoint;
    const grpc::Status status =
        ledger::v1::LedgerService::NewStub(*channel)->GetCheckpoint(&context, {}, &checkpoint);
    if (!status.ok()) return rpc::ToAbslStatus(status);
    return checkpoint.note();
  }

  TestPki pki_;
};

}  // namespace comity::testing
