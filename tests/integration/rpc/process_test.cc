// What every service's process does, by way of one with a single method.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/client/health.h"
#include "common/status/error.h"
#include "tests/integration/rpc/echo_services.h"
#include "tests/integration/rpc/process_fixture.h"
#include "tests/testing/child_process.h"
#include "tests/testing/status_matchers.h"

namespace comity::testing {
namespace {

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

TEST_F(ProcessTest, HealthSaysThatItServesOnceItIsReadyAndCallsAreAnsweredBefore) {
  WriteConfig("[ledger]\nnote = \"hello\"\nready_file = \"ready\"\n");
  ChildProcess process(kProgram, Arguments());
  const int port = Port(process);
  const auto channel = Connect(port, pki_.IssueFolder("probe", kOfficer));
  ASSERT_THAT(channel, IsOk());

  EXPECT_THAT(client::CheckHealth(*channel, absl::Seconds(20)),
              FailsWith(absl::StatusCode::kUnavailable, "NOT_SERVING"));
  EXPECT_THAT(Note(port), IsOkAndHolds("hello"));

  WriteFile(pki_.path("ready"), "");
  absl::Status healthy;
  do {
    healthy = client::CheckHealth(*channel, absl::Seconds(20));
  } while (ReasonOf(healthy) == "NOT_SERVING");
  EXPECT_THAT(healthy, IsOk());
}

TEST_F(ProcessTest, TheEnvironmentWinsOverTheFile) {
  WriteConfig("[ledger]\nnote = \"file\"\n");
  ChildProcess process(kProgram, Arguments(), {.environment = {{"COMITY_LEDGER_NOTE", "env"}}});

  EXPECT_THAT(Note(Port(process)), IsOkAndHolds("env"));
}

TEST_F(ProcessTest, TheRatesOfCallersAreConfigured) {
  ChildProcess process(kProgram, Arguments(),
                       {.environment = {{"COMITY_SERVER_READS_PER_SECOND", "1"}}});
  const int port = Port(process);
  const std::string caller = pki_.IssueFolder("caller", kOfficer);

  absl::Status called;
  for (int i = 0; i < 50 && called.ok(); ++i) called = NoteAs(port, caller).status();

  EXPECT_THAT(called, FailsWith(absl::StatusCode::kResourceExhausted, "RATE_EXCEEDED"));
}

TEST_F(ProcessTest, AFourthConnectionFromAnAddressThatMayHaveThreeIsClosed) {
  ChildProcess process(kProgram, Arguments(),
                       {.environment = {{"COMITY_SERVER_MAX_CONNECTIONS_PER_ADDRESS", "3"}}});
  const int port = Port(process);
  std::vector<int> open;
  for (int i = 0; i < 3; ++i) open.push_back(Connected(port));

  const int fourth = Connected(port);

  char byte = 0;
  EXPECT_EQ(::recv(fourth, &byte, 1, 0), 0);
  EXPECT_THAT(Metrics(), ::testing::HasSubstr("comity_connections_refused_total{reason="
                                              "\"too_many_from_address\"} 1\n"));
  for (const int descriptor : open) {
    EXPECT_EQ(::recv(descriptor, &byte, 1, MSG_DONTWAIT), -1);
    EXPECT_EQ(errno, EAGAIN) << "it was there before";
  }
  ::close(fourth);
  ::close(open.back());
  const std::string caller = pki_.IssueFolder("caller", kOfficer);
  EXPECT_THAT(rpc::Retry({.attempts = 10}, [&] { return NoteAs(port, caller).status(); }), IsOk())
      << "the place of one that has ended";
  for (int i = 0; i < 2; ++i) ::close(open[static_cast<std::size_t>(i)]);
}

TEST_F(ProcessTest, WhereThreeMayConnectAFourthIsRefusedUnlessOneHasNotCalledYet) {
  ChildProcess process(kProgram, Arguments(),
                       {.environment = {{"COMITY_SERVER_MAX_CONNECTIONS", "3"}}});
  const int port = Port(process);
  const auto channel = [&](const std::string& name) {
    return Connect(port, pki_.IssueFolder(name, kOfficer));
  };
  const auto served = [](const absl::StatusOr<std::shared_ptr<grpc::Channel>>& connected) {
    return connected.ok() ? client::CheckHealth(*connected, absl::Seconds(20)) : connected.status();
  };
  const auto first = channel("first");
  const auto second = channel("second");
  ASSERT_THAT(served(first), IsOk());
  ASSERT_THAT(served(second), IsOk());
  const int silent = Connected(port);

  // The third place is that of one who has not called: he makes room, once gRPC has closed him.
  absl::StatusOr<std::shared_ptr<grpc::Channel>> third = channel("third");
  ASSERT_THAT(rpc::Retry({.attempts = 10}, [&] { return served(third); }), IsOk());
  const int fourth = Connected(port);

  char byte = 0;
  EXPECT_EQ(::recv(silent, &byte, 1, 0), 0);
  EXPECT_EQ(::recv(fourth, &byte, 1, 0), 0);
  const std::string metrics = Metrics();
  for (const std::string reason : {"displaced", "too_many"}) {
    const std::string refused =
        absl::StrCat("comity_connections_refused_total{reason=\"", reason, "\"} ");
    EXPECT_THAT(metrics, ::testing::AllOf(::testing::HasSubstr(refused),
                                          ::testing::Not(::testing::HasSubstr(refused + "0\n"))));
  }
  for (const auto& caller : {first, second, third}) EXPECT_THAT(served(caller), IsOk());
  third = absl::CancelledError();  // Hangs up.
  const std::string next = pki_.IssueFolder("next", kOfficer);
  EXPECT_THAT(rpc::Retry({.attempts = 10}, [&] { return NoteAs(port, next).status(); }), IsOk())
      << "the place of one that has ended";
  ::close(silent);
  ::close(fourth);
}

TEST_F(ProcessTest, AnUnknownKeyIsNamedWithFileLineAndTheNearestKnownOne) {
  WriteConfig("[ledger]\nnoet = \"hello\"\n");
  ChildProcess process(kProgram, Arguments());

  EXPECT_EQ(process.Wait(), 2);
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
  WaitForLog("last good one stays");
  EXPECT_THAT(Note(port), IsOk());
  WriteFile(pki_.path("access.toml"), TableToml({kLedger}, {}));
  process.Signal(SIGHUP);
  WaitForLog("access table loaded");

  EXPECT_THAT(Note(port), FailsWith(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED"));
}

}  // namespace
}  // namespace comity::testing
