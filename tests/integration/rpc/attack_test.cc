// What strangers, and callers with a certificate, can do to a process with 1,024 descriptors. The
// attackers' connections are held by processes that need no more.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/integration/rpc/process_fixture.h"
#include "tests/testing/status_matchers.h"

namespace comity::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kFlood = 1100;

// So many connections to a port, until destruction.
class Flood {
 public:
  explicit Flood(int port, const std::string& haste = "") {
    for (int i = 0; i < 2; ++i) {
      std::vector<std::string> arguments = {std::to_string(port), std::to_string(kFlood / 2)};
      if (!haste.empty()) arguments.push_back(haste);
      attackers_.push_back(std::make_unique<ChildProcess>(
          "comity-flood-process", arguments, ChildProcess::Options{.most_descriptors = 1024}));
    }
    for (const auto& attacker : attackers_) EXPECT_EQ(attacker->ReadLine(), "open");
  }

  // On each of them, as far as it takes them.
  void Send(const std::string& bytes) {
    for (const auto& attacker : attackers_) attacker->Write(absl::BytesToHexString(bytes) + "\n");
    for (const auto& attacker : attackers_) EXPECT_EQ(attacker->ReadLine(), "sent");
  }

  // From here on each is closed and opened anew, over and over.
  void Churn() {
    for (const auto& attacker : attackers_) attacker->Write("churn\n");
  }

 private:
  std::vector<std::unique_ptr<ChildProcess>> attackers_;
};

// --- HTTP/2, no more of it than an attack needs ---

std::string Frame(int type, int flags, std::uint32_t stream, const std::string& payload) {
  std::string frame;
  for (const int shift : {16, 8, 0}) frame += static_cast<char>(payload.size() >> shift);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(stream >> shift);
  return frame + payload;
}

constexpr int kData = 0;
constexpr int kHeaders = 1;
constexpr int kReset = 3;
constexpr int kSettings = 4;
constexpr int kContinuation = 9;
constexpr int kEndHeaders = 4;
constexpr int kEndStream = 1;
constexpr int kAcknowledge = 1;

// A literal without indexing; both parts shorter than 127.
std::string Field(const std::string& name, const std::string& value) {
  return std::string(1, '\0') + static_cast<char>(name.size()) + name +
         static_cast<char>(value.size()) + value;
}

std::string CallHeaders() {
  return Field(":method", "POST") + Field(":scheme", "https") +
         Field(":path", absl::StrCat("/", kLedger, "/GetCheckpoint")) +
         Field(":authority", "localhost") + Field("content-type", "application/grpc") +
         Field("te", "trailers");
}

// A caller with a good certificate who speaks HTTP/2 by himself.
class RawCaller {
 public:
  RawCaller(int descriptor, const std::string& folder)
      : descriptor_(descriptor),
        context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free),
        ssl_(nullptr, &SSL_free) {
    SSL_CTX_use_certificate_chain_file(context_.get(), (folder + "/tls.pem").c_str());
    SSL_CTX_use_PrivateKey_file(context_.get(), (folder + "/tls.key").c_str(), SSL_FILETYPE_PEM);
    const std::string alpn = "\x02h2";
    SSL_CTX_set_alpn_protos(context_.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                            static_cast<unsigned>(alpn.size()));
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), descriptor_);
    EXPECT_EQ(SSL_connect(ssl_.get()), 1);
    Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(kSettings, 0, 0, ""));
  }
  ~RawCaller() { ::close(descriptor_); }
  RawCaller(const RawCaller&) = delete;
  RawCaller& operator=(const RawCaller&) = delete;

  // The server's come first.
  void AcknowledgeSettings() {
    char byte = 0;
    EXPECT_EQ(SSL_read(ssl_.get(), &byte, 1), 1);
    EXPECT_TRUE(Send(Frame(kSettings, kAcknowledge, 0, "")));
  }

  // Reads until there are headers of an answer; false if they do not come.
  bool Answered() {
    std::array<unsigned char, 9> head;
    std::array<char, 1 << 14> payload;
    while (SSL_read(ssl_.get(), head.data(), static_cast<int>(head.size())) == 9) {
      const int length = head[0] << 16 | head[1] << 8 | head[2];
      if (head[3] == kHeaders) return true;
      if (length > 0 && SSL_read(ssl_.get(), payload.data(), length) != length) return false;
    }
    return false;
  }

  // Reads until the other side ends the connection; false if it does not within ten seconds.
  bool Ended() {
    std::array<char, 4096> bytes;
    int read = 0;
    do {
      errno = 0;
      read = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    } while (read > 0);
    return errno != EAGAIN;
  }

  // Whether the connection took it.
  bool Send(const std::string& bytes) {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }

 private:
  const int descriptor_;
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

class AttackTest : public ProcessTest {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to connections that the server has ended.
    process_ = std::make_unique<ChildProcess>(kProgram, Arguments(),
                                              ChildProcess::Options{.most_descriptors = 1024});
    port_ = Port(*process_);
    officer_ = pki_.IssueFolder("officer", kOfficer);
    ASSERT_THAT(NoteAs(port_, officer_), IsOk());
  }

  absl::Status Once() { return NoteAs(port_, officer_).status(); }

  // Whoever connects is served. As long as gRPC is still closing what was displaced, the first may
  // have to try again, as every client does; after him nobody has to.
  absl::Status Served() {
    absl::Status served = rpc::Retry({.attempts = 10}, [&] { return Once(); });
    for (int i = 0; i < 5 && served.ok(); ++i) served = Once();
    return served;
  }

  std::unique_ptr<ChildProcess> process_;
  int port_ = 0;
  std::string officer_;
};

TEST_F(AttackTest, BareConnectionsKeepNobodyOutDuringOrAfter) {
  {
    const Flood flood(port_);

    EXPECT_THAT(Served(), IsOk());
    const std::string displaced = "comity_connections_refused_total{reason=\"displaced\"} ";
    EXPECT_THAT(Metrics(), AllOf(HasSubstr(displaced), Not(HasSubstr(displaced + "0\n"))));
  }
  EXPECT_THAT(Served(), IsOk());
}

TEST_F(AttackTest, ConnectionsThatKeepComingKeepNobodyOutDuringOrAfter) {
  {
    Flood flood(port_);
    flood.Churn();

    for (int i = 0; i < 10; ++i) {
      EXPECT_THAT(rpc::Retry({.attempts = 10}, [&] { return Once(); }), IsOk())
          << "one whose connection was displaced tries again, as every client does";
    }
  }
  EXPECT_THAT(Served(), IsOk());
}

TEST_F(AttackTest, SlowAndHalfHandshakesKeepNobodyOut) {
  {
    Flood flood(port_);
    // The beginning of a ClientHello, a byte at a time and never all of it.
    const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01", 8);
    for (const char byte : hello) {
      flood.Send(std::string(1, byte));
      EXPECT_THAT(Served(), IsOk());
    }
  }
  EXPECT_THAT(Served(), IsOk());
}

TEST_F(AttackTest, ConnectionsResetAtOnceKeepNobodyOut) {
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < kFlood; ++i) {
      const int descriptor = Connected(port_);
      const linger none = {.l_onoff = 1, .l_linger = 0};
      ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
      ::close(descriptor);
    }
    EXPECT_THAT(Served(), IsOk());
  }
}

TEST_F(AttackTest, OpenConnectionsOfCallersSurviveAFlood) {
  const auto channel = *rpc::Connect({.address = absl::StrCat("127.0.0.1:", port_),
                                      .certificate_file = officer_ + "/tls.pem",
                                      .key_file = officer_ + "/tls.key",
                                      .bundles_folder = pki_.path("client-bundles"),
                                      .expected_service = "partner-registry",
                                      .trust_domain = "agency.example"});
  const auto stub = ledger::v1::LedgerService::NewStub(channel);
  const auto call = [&] {
    grpc::ClientContext context;
    ledger::v1::Checkpoint checkpoint;
    return stub->GetCheckpoint(&context, {}, &checkpoint).ok();
  };
  ASSERT_TRUE(call());

  const Flood flood(port_);

  EXPECT_TRUE(call());
  EXPECT_EQ(channel->GetState(false), GRPC_CHANNEL_READY);
}

TEST_F(AttackTest, StreamsResetAtOnceByACallerKeepNobodyOut) {
  RawCaller attacker(Connected(port_), officer_);
  std::uint32_t stream = 1;
  for (int burst = 0; burst < 20; ++burst) {
    std::string bytes;
    for (int i = 0; i < 500; ++i, stream += 2) {
      bytes += Frame(kHeaders, kEndHeaders, stream, CallHeaders());
      bytes += Frame(kReset, 0, stream, std::string("\0\0\0\x08", 4));
    }
    if (!attacker.Send(bytes)) break;
    EXPECT_THAT(Served(), IsOk());
  }

  EXPECT_THAT(Served(), IsOk());
}

TEST_F(AttackTest, ACallerWhoOpensMoreStreamsThanHeMayLosesHisConnection) {
  RawCaller attacker(Connected(port_), officer_);
  attacker.AcknowledgeSettings();
  for (std::uint32_t stream = 1; stream < 2 * 300; stream += 2) {
    if (!attacker.Send(Frame(kHeaders, kEndHeaders, stream, CallHeaders()))) break;
  }

  EXPECT_TRUE(attacker.Ended());
  EXPECT_THAT(Served(), IsOk());
}

// Attacks of who has made no call yet, and of who has.
class KnownOrNotTest : public AttackTest, public ::testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    AttackTest::SetUp();
    attacker_ = std::make_unique<RawCaller>(Connected(port_), officer_);
    if (GetParam()) {
      const std::string empty_message(5, '\0');
      attacker_->Send(Frame(kHeaders, kEndHeaders, stream_, CallHeaders()) +
                      Frame(kData, kEndStream, stream_, empty_message));
      EXPECT_TRUE(attacker_->Answered());
      stream_ += 2;
    }
  }

  bool SaysWhy() {
    return absl::StrContains(Metrics(), "comity_connections_ended_total{reason=\"flood\"} 1\n");
  }

  std::unique_ptr<RawCaller> attacker_;
  std::uint32_t stream_ = 1;
};

TEST_P(KnownOrNotTest, CallsWithoutMessagesOfOneWhoAcknowledgesNoCapKeepNobodyOut) {
  constexpr int kMost = 400;
  int bursts = 0;
  for (bool took = true; took && bursts < kMost; ++bursts) {
    std::string bytes;
    for (int i = 0; i < 500; ++i, stream_ += 2) {
      bytes += Frame(kHeaders, kEndHeaders, stream_, CallHeaders());
    }
    took = attacker_->Send(bytes);
    EXPECT_THAT(Served(), IsOk());
  }

  EXPECT_LT(bursts, kMost) << "he is cut off";
  EXPECT_TRUE(SaysWhy());
}

TEST_P(KnownOrNotTest, HeadersWithoutEndKeepNobodyOut) {
  attacker_->Send(Frame(kHeaders, 0, stream_, CallHeaders()));
  std::string fields;
  while (fields.size() < 16000) fields += Field("x-filler", std::string(100, 'x'));
  // 64 MiB are 4,200 frames; whether more came is looked at five times a second.
  constexpr int kMost = 20'000;
  int sent = 0;
  while (sent < kMost && attacker_->Send(Frame(kContinuation, 0, stream_, fields))) {
    if (++sent % 100 != 0) continue;
    EXPECT_THAT(Once(), IsOk()) << "after " << sent;
  }

  EXPECT_LT(sent, kMost) << "he is cut off";
  EXPECT_THAT(Served(), IsOk());
  EXPECT_TRUE(SaysWhy());
}

INSTANTIATE_TEST_SUITE_P(Callers, KnownOrNotTest, ::testing::Bool(), [](const auto& known) {
  return known.param ? std::string("Known") : std::string("NotYet");
});

TEST_F(AttackTest, AFloodOfTheMetricsStopsNeitherCallsNorMetricsForGood) {
  {
    // Its library accepts slowly: who waited to be let in would attack at that pace.
    const Flood flood(MetricsPort(), "--hasty");

    EXPECT_THAT(Served(), IsOk());
  }
  EXPECT_THAT(Metrics(), HasSubstr("comity_connections_open"));
}

TEST_F(AttackTest, HalfRequestsForTheMetricsStopNeitherCallsNorMetricsForGood) {
  {
    Flood flood(MetricsPort(), "--hasty");
    flood.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n");

    EXPECT_THAT(Served(), IsOk());
  }
  EXPECT_THAT(Metrics(), HasSubstr("comity_connections_open"));
}

TEST_F(AttackTest, HeadersWithoutEndToTheMetricsStopNeitherCallsNorMetrics) {
  const int attacker = Connected(MetricsPort());
  const std::string start = "GET /metrics HTTP/1.1\r\n";
  EXPECT_GT(::send(attacker, start.data(), start.size(), MSG_NOSIGNAL), 0);
  const std::string field = absl::StrCat("X-Filler: ", std::string(16000, 'x'), "\r\n");
  int sent = 0;
  while (sent < 2000 && ::send(attacker, field.data(), field.size(), MSG_NOSIGNAL) > 0) ++sent;

  EXPECT_LT(sent, 2000) << "it is not read to the end";
  EXPECT_THAT(Served(), IsOk());
  EXPECT_THAT(Metrics(), HasSubstr("comity_connections_open"));
  ::close(attacker);
}

}  // namespace
}  // namespace comity::testing
