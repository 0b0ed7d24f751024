// What the TLS layer does, seen with OpenSSL's own client.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "tests/integration/rpc/echo_services.h"
#include "tests/testing/child_process.h"

namespace comity::testing {
namespace {

class TlsTest : public ::testing::Test {
 protected:
  // `openssl s_client` with a good certificate; what it prints. It leaves once the server closes or
  // its input ends.
  std::string Connect(std::vector<std::string> more) {
    return ConnectTo(echo_.server().address(), std::move(more));
  }

  std::string ConnectTo(const std::string& address, std::vector<std::string> more) {
    std::vector<std::string> arguments = {"s_client",
                                          "-connect",
                                          address,
                                          "-alpn",
                                          "h2",
                                          "-CAfile",
                                          echo_.server().identity().published_roots_file(),
                                          "-ign_eof"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    ChildProcess client("openssl", arguments);
    // Not HTTP/2: the server closes; tickets, if there are any, have come before that.
    client.Write(std::string("GET / HTTP/1.1\r\n\r\n") + std::string(64, 'x'));
    client.Wait();
    return client.output() + client.errors();
  }

  std::string ConnectAsOfficer(std::vector<std::string> more) {
    more.insert(more.end(), {"-cert", folder_ + "/tls.pem", "-cert_chain", folder_ + "/tls.pem",
                             "-key", folder_ + "/tls.key"});
    return Connect(std::move(more));
  }

  EchoServer echo_;
  const std::string folder_ = echo_.pki().IssueFolder("officer", kOfficer);
};

TEST_F(TlsTest, Tls13IsSpokenAndNothingElse) {
  EXPECT_THAT(ConnectAsOfficer({"-tls1_3"}),
              ::testing::AllOf(::testing::HasSubstr("New, TLSv1.3"),
                               ::testing::HasSubstr("Verify return code: 0 (ok)")));
  EXPECT_THAT(ConnectAsOfficer({"-tls1_2"}), ::testing::HasSubstr("New, (NONE)"));
}

TEST_F(TlsTest, NoSessionCanBeResumed) {
  const std::string session = echo_.pki().path("session.pem");

  const std::string answer = ConnectAsOfficer({"-sess_out", session});

  // The server's first HTTP/2 frame proves that the certificate was accepted.
  EXPECT_THAT(answer, ::testing::HasSubstr("New, TLSv1.3"));
  EXPECT_THAT(answer, ::testing::Not(::testing::HasSubstr("Post-Handshake New Session Ticket")));
  EXPECT_NE(::access(session.c_str(), F_OK), 0) << "the server gave something to resume with";
}

TEST_F(TlsTest, ASessionThatIsOfferedIsNotResumedAndTheCertificateIsAskedForAgain) {
  // As our server gives no session, another one does, of the same certificate.
  ChildProcess other("openssl", {"s_server", "-accept", "127.0.0.1:0", "-www", "-tls1_3", "-cert",
                                 folder_ + "/tls.pem", "-key", folder_ + "/tls.key"});
  std::string address;
  for (std::string line = other.ReadLine(); !line.empty(); line = other.ReadLine()) {
    if (absl::StartsWith(line, "ACCEPT ")) {
      address = line.substr(sizeof("ACCEPT ") - 1);
      break;
    }
  }
  ASSERT_FALSE(address.empty()) << "openssl s_server did not start";
  const std::string session = echo_.pki().path("session.pem");
  ConnectTo(address, {"-sess_out", session});
  ASSERT_THAT(ConnectTo(address, {"-sess_in", session}), ::testing::HasSubstr("Reused, TLSv1.3"))
      << "the session is good, so that its refusal says something";

  const std::string with = ConnectAsOfficer({"-sess_in", session});
  const std::string without = Connect({"-sess_in", session});

  EXPECT_THAT(with, ::testing::AllOf(::testing::HasSubstr("New, TLSv1.3"),
                                     ::testing::HasSubstr("Acceptable client certificate CA names"),
                                     ::testing::Not(::testing::HasSubstr("Reused"))));
  EXPECT_THAT(without, ::testing::AllOf(::testing::HasSubstr("New, TLSv1.3"),
                                        ::testing::Not(::testing::HasSubstr("Reused"))));
}

TEST_F(TlsTest, AKeySharedBeforehandIsNoCertificate) {
  // The hash of the suite must be that of the key.
  const std::vector<std::string> key = {"-psk_identity", "officer",
                                        "-psk",          "000102030405060708090a0b0c0d0e0f",
                                        "-ciphersuites", "TLS_AES_128_GCM_SHA256"};

  EXPECT_THAT(ConnectAsOfficer(key),
              ::testing::AllOf(::testing::HasSubstr("New, TLSv1.3"),
                               ::testing::Not(::testing::HasSubstr("Reused"))));
  EXPECT_THAT(Connect(key), ::testing::Not(::testing::HasSubstr("Reused")));
}

TEST_F(TlsTest, AClientWithoutACertificateGetsNoByteOfHttp) {
  const std::string with = ConnectAsOfficer({"-quiet"});
  const std::string without = Connect({"-quiet"});

  // An HTTP/2 server speaks first: SETTINGS, or GOAWAY for what is no HTTP/2.
  EXPECT_THAT(with, ::testing::HasSubstr(std::string(3, '\0')));
  EXPECT_THAT(without, ::testing::Not(::testing::HasSubstr(std::string(3, '\0'))));
}

}  // namespace
}  // namespace comity::testing
