// What every service's process does, by way of one with a single method.

#include <arpa/inet.h>
#include <comity/ledger/v1/ledger.grpc.pb.h>
#include <gmock/gmock.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "tests/integration/rpc/echo_services.h"
#include "tests/testing/child_process.h"
#include "tests/testing/status_matchers.h"

namespace comity::testing {
namespace {

namespace lv = ledger::v1;

constexpr char kProgram[] = "comity-ledger-process";

std::string Read(const std::string& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

class ProcessTest : public ::testing::Test {
 protected:
  ProcessTest() {
    const std::string own =
        pki_.IssueFolder("registry", "spiffe://agency.example/service/partner-registry");
    WriteFile(pki_.path("access.toml"), TableToml({kLedger}, EchoServer::Rows()));
    WriteConfig("");
    static_cast<void>(own);
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

  absl::StatusOr<std::string> Note(int port) {
    const std::string folder = pki_.IssueFolder("officer", kOfficer);
    const auto channel = rpc::Connect({.address = absl::StrCat("127.0.0.1:", port),
                                       .certificate_file = folder + "/tls.pem",
                                       .key_file = folder + "/tls.key",
                                       .bundles_folder = pki_.bundles_folder(),
                                       .expected_service = "partner-registry",
                                       .trust_domain = "agency.example"});
    if (!channel.ok()) return channel.status();
    grpc::ClientContext context;
    rpc::SetDeadline(context, absl::Seconds(20));
    lv::Checkpoint checkpoint;
    const grpc::Status status =
        lv::LedgerService::NewStub(*channel)->GetCheckpoint(&context, {}, &checkpoint);
    if (!status.ok()) return rpc::ToAbslStatus(status);
    return checkpoint.note();
  }

  TestPki pki_;
};

TEST_F(ProcessTest, ServesUntilItIsToldToStopAndExitsWithZero) {
  WriteConfig("[ledger]\nnote = \"hello\"\n");
  ChildProcess process(kProgram, Arguments());
  const int port = Port(process);

  EXPECT_THAT(Note(port), IsOkAndHolds("hello"));
  EXPECT_EQ(Read(pki_.path("port")), absl::StrCat(port, "\n"));
  process.Signal(SIGTERM);

  EXPECT_EQ(process.Wait(), 0) << process.errors();
  EXPECT_THAT(Read(pki_.path("log.json")), ::testing::HasSubstr("\"message\":\"stopped\""));
}

TEST_F(ProcessTest, TheEnvironmentWinsOverTheFile) {
  WriteConfig("[ledger]\nnote = \"file\"\n");
  ChildProcess process(kProgram, Arguments(), {.environment = {{"COMITY_LEDGER_NOTE", "env"}}});

  EXPECT_THAT(Note(Port(process)), IsOkAndHolds("env"));
}

TEST_F(ProcessTest, AnUnknownKeyIsNamedWithFileLineAndTheNearestKnownOne) {
  WriteConfig("[ledger]\nnoet = \"hello\"\n");
  ChildProcess process(kProgram, Arguments());

  EXPECT_EQ(process.Wait(), 1);
  EXPECT_THAT(process.errors(), ::testing::HasSubstr("config.toml:14: unknown key \"ledger.noet\"; "
                                                     "did you mean \"note\"?"));
}

TEST_F(ProcessTest, CheckConfigChangesNothing) {
  std::vector<std::string> arguments = Arguments();
  arguments.emplace_back("--check-config");
  ChildProcess right(kProgram, arguments);
  EXPECT_EQ(right.Wait(), 0) << right.errors();
  EXPECT_NE(::access(pki_.path("log.json").c_str(), F_OK), 0);
  EXPECT_NE(::access(pki_.path("published").c_str(), F_OK), 0);

  WriteFile(pki_.path("access.toml"), "format = 2\n");
  ChildProcess wrong(kProgram, arguments);
  EXPECT_EQ(wrong.Wait(), 1);
  EXPECT_THAT(wrong.errors(), ::testing::HasSubstr("access.toml:1: format must be 1"));
}

TEST_F(ProcessTest, MisuseExitsWithTwo) {
  ChildProcess unknown(kProgram, {"--confg", "x"});
  EXPECT_EQ(unknown.Wait(), 2);
  EXPECT_THAT(unknown.errors(), ::testing::HasSubstr("unknown option --confg"));
  ChildProcess none(kProgram, {});
  EXPECT_EQ(none.Wait(), 2);
}

TEST_F(ProcessTest, APortInUseIsNamed) {
  ChildProcess first(kProgram, Arguments());
  const int port = Port(first);
  WriteConfig("", absl::StrCat("127.0.0.1:", port));

  ChildProcess second(kProgram, Arguments());

  EXPECT_EQ(second.Wait(), 1);
  EXPECT_THAT(second.errors(),
              ::testing::HasSubstr(absl::StrCat("127.0.0.1:", port, " is in use")));
}

TEST_F(ProcessTest, AHangUpReadsTheAccessTableAgainAndABadOneChangesNothing) {
  ChildProcess process(kProgram, Arguments());
  const int port = Port(process);
  ASSERT_THAT(Note(port), IsOk());

  WriteFile(pki_.path("access.toml"), "nonsense");
  process.Signal(SIGHUP);
  while (Read(pki_.path("log.json")).find("last good one stays") == std::string::npos) {
  }
  EXPECT_THAT(Note(port), IsOk());
  WriteFile(pki_.path("access.toml"), TableToml({kLedger}, {}));
  process.Signal(SIGHUP);
  while (Read(pki_.path("log.json")).find("access table loaded") == std::string::npos) {
  }

  EXPECT_THAT(Note(port), FailsWith(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED"));
}

// Bare TCP connections, never a handshake: what deafens gRPC's own listener for good.
TEST_F(ProcessTest, ElevenHundredBareConnectionsDoNotDeafenAProcessWithTenHundredDescriptors) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  if (limit.rlim_cur < 2048) {
    GTEST_SKIP() << "this machine allows a process fewer than 2048 descriptors";
  }
  ChildProcess process(kProgram, Arguments(), {.most_descriptors = 1024});
  const int port = Port(process);

  std::vector<int> bare;
  for (int i = 0; i < 1100; ++i) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_GE(descriptor, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
    bare.push_back(descriptor);
  }
  for (const int descriptor : bare) ::close(descriptor);

  EXPECT_THAT(rpc::Retry({.attempts = 20}, [&] { return Note(port).status(); }), IsOk());
}

}  // namespace
}  // namespace comity::testing
