// Checkpoints are timestamped by the development authority (OpenSSL behind HTTP), and what is not
// an authority's right answer is no timestamp. `openssl ts -verify` has the last word.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/config/config.h"
#include "common/journal/journal.h"
#include "common/service/timestamping.h"
#include "common/storage/files.h"
#include "common/timestamps/authority_client.h"
#include "common/timestamps/checkpoint_stamper.h"
#include "common/timestamps/timestamp.h"
#include "tests/testing/child_process.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"

namespace comity::timestamps {
namespace {

using testing::ChildProcess;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::IsOkAndHolds;

using Outcome = CheckpointStamper::Outcome;

constexpr absl::StatusCode kAway = absl::StatusCode::kUnavailable;
constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

// deploy/pki/timestamp-authority, running.
class Authority {
 public:
  explicit Authority(const std::string& folder)
      : folder_(folder),
        process_(absl::StrCat(std::getenv("COMITY_SOURCE_DIR"), "/deploy/pki/timestamp-authority"),
                 {"--folder", folder}),
        url_(process_.ReadLine()) {}

  const std::string& url() const { return url_; }
  std::string roots() const { return folder_ + "/roots.pem"; }
  Authorities trusted() const { return *Authorities::FromFile(roots()); }
  void Stop() {
    process_.Signal(SIGKILL);
    process_.Wait();
  }

 private:
  const std::string folder_;
  ChildProcess process_;
  const std::string url_;
};

absl::StatusOr<std::string> Ask(const std::string& url, const TimestampRequest& request) {
  return AskAuthority(url, request.der(), absl::Seconds(20));
}

class TimestampTest : public ::testing::Test {
 protected:
  const testing::TempDirectory root_;
  Authority authority_{root_ / "tsa"};
};

TEST_F(TimestampTest, AnAuthoritysAnswerSaysWhenItSawTheBytes) {
  const TimestampRequest request = TimestampRequest::Over("bytes");
  const absl::Time before = absl::Now();
  const auto reply = Ask(authority_.url(), request);
  ASSERT_THAT(reply, IsOk());

  const auto time = request.Check(*reply, authority_.trusted());

  ASSERT_THAT(time, IsOk());
  EXPECT_GE(*time, before - absl::Seconds(1));
  EXPECT_LE(*time, absl::Now());
}

TEST_F(TimestampTest, AnAnswerToAnotherRequestIsNone) {
  const TimestampRequest request = TimestampRequest::Over("bytes");
  const auto reply = Ask(authority_.url(), request);
  ASSERT_THAT(reply, IsOk());

  EXPECT_THAT(TimestampRequest::Over("other bytes").Check(*reply, authority_.trusted()),
              FailsWith(kInvalid, "TIMESTAMP_INVALID"));
  // The same bytes, but another nonce: it may be years old.
  EXPECT_THAT(TimestampRequest::Over("bytes").Check(*reply, authority_.trusted()),
              FailsWith(kInvalid, "TIMESTAMP_INVALID"));
}

TEST_F(TimestampTest, AnotherAuthoritysAnswerIsNone) {
  const Authority other(root_ / "other");
  const TimestampRequest request = TimestampRequest::Over("bytes");

  EXPECT_THAT(request.Check(*Ask(other.url(), request), authority_.trusted()),
              FailsWith(kInvalid, "TIMESTAMP_INVALID"));
}

TEST_F(TimestampTest, EveryChangedByteOfAnAnswerIsFound) {
  const TimestampRequest request = TimestampRequest::Over("bytes");
  const auto reply = Ask(authority_.url(), request);
  ASSERT_THAT(reply, IsOk());
  const Authorities trusted = authority_.trusted();
  const absl::Time time = *request.Check(*reply, trusted);

  for (std::size_t i = 0; i < reply->size(); ++i) {
    std::string changed = *reply;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto checked = request.Check(changed, trusted);
    // What nothing signs (the authority's words beside the token, its second certificate) may
    // change; it says no other time.
    EXPECT_TRUE(!checked.ok() || *checked == time) << "byte " << i;
  }
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, reply->size() / 2, reply->size() - 1}) {
    EXPECT_THAT(request.Check(reply->substr(0, size), trusted),
                FailsWith(kInvalid, "TIMESTAMP_MALFORMED"));
  }
  EXPECT_THAT(request.Check(*reply + "x", trusted), FailsWith(kInvalid, "TIMESTAMP_MALFORMED"));
  EXPECT_THAT(request.Check(std::string(kMaxReplySize + 1, 'x'), trusted),
              FailsWith(kInvalid, "TIMESTAMP_MALFORMED"));
}

TEST_F(TimestampTest, ARefusalIsSaidToBeOne) {
  // What the authority answers to a request that it cannot read.
  const auto refusal = AskAuthority(authority_.url(), "nonsense", absl::Seconds(20));
  ASSERT_THAT(refusal, IsOk());

  EXPECT_THAT(TimestampRequest::Over("bytes").Check(*refusal, authority_.trusted()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "TIMESTAMP_REFUSED"));
}

TEST_F(TimestampTest, WhoDoesNotAnswerWithATimestampIsAway) {
  const TimestampRequest request = TimestampRequest::Over("bytes");
  EXPECT_THAT(Ask("file:///etc/hostname", request), FailsWith(kAway, "TIMESTAMP_AUTHORITY_AWAY"));
  EXPECT_THAT(Ask("http://localhost:1/", request), FailsWith(kAway, "TIMESTAMP_AUTHORITY_AWAY"));
  // More than the authority takes.
  EXPECT_THAT(AskAuthority(authority_.url(), std::string(100'000, 'x'), absl::Seconds(20)),
              FailsWith(kAway, "TIMESTAMP_AUTHORITY_AWAY"));
  authority_.Stop();

  EXPECT_THAT(Ask(authority_.url(), request), FailsWith(kAway, "TIMESTAMP_AUTHORITY_AWAY"));
}

TEST_F(TimestampTest, RootsThatAreNoneAreRefused) {
  ASSERT_THAT(storage::WriteFileAtomically(root_ / "empty.pem", ""), IsOk());

  EXPECT_THAT(Authorities::FromFile(root_ / "empty.pem").status(),
              FailsWith(kInvalid, "TIMESTAMP_ROOTS_INVALID"));
  EXPECT_THAT(Authorities::FromFile(root_ / "nothing.pem").status(),
              FailsWith(absl::StatusCode::kNotFound, "FILE_MISSING"));
}

class CheckpointStamperTest : public TimestampTest {
 protected:
  CheckpointStamperTest() {
    journal::Options options = testing::TestJournalOptions(root_.path());
    options.clock = &clock_;
    options.checkpoint_interval = absl::Milliseconds(5);
    publication_ = options.publication_directory;
    journal_ = *journal::Journal::Open(std::move(options));
    Restart();
  }

  void Restart() {
    stamper_.reset();
    stamper_.emplace(CheckpointStamper::Setup{
        .journal = journal_.get(),
        .clock = &clock_,
        .publication = publication_,
        .trusted = authority_.trusted(),
        .ask = [this](const std::string& request) -> absl::StatusOr<std::string> {
          ++asked_;
          if (!answers_) return absl::UnavailableError("away");
          return AskAuthority(authority_.url(), request, absl::Seconds(20));
        },
        .interval = absl::Hours(1),
        .limit = absl::Hours(24)});
  }

  // One more entry, under a published checkpoint.
  void Add() {
    const auto entry = journal_->RecordLeaf([](absl::Time) { return "{}"; });
    ASSERT_THAT(entry, IsOk());
    const absl::Time patience = absl::Now() + absl::Seconds(60);
    while (!journal_->CheckpointCovering(entry->leaf_index).ok() && absl::Now() < patience) {
      std::this_thread::yield();
    }
  }

  // What `openssl ts -verify` says of the timestamp of the checkpoint of `size` entries.
  std::string OpenSsl(int size) const {
    const std::string base = absl::StrCat(publication_, "/timestamps/", size);
    ChildProcess openssl("openssl", {"ts", "-verify", "-in", base + ".tsr", "-data",
                                     base + ".checkpoint", "-CAfile", authority_.roots()});
    openssl.Wait();
    return openssl.output() + openssl.errors();
  }

  ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  std::string publication_;
  std::unique_ptr<journal::Journal> journal_;
  bool answers_ = true;
  int asked_ = 0;
  std::optional<CheckpointStamper> stamper_;
};

TEST_F(CheckpointStamperTest, APublishedCheckpointGetsATimestampThatOpenSslVerifies) {
  EXPECT_THAT(stamper_->Tick(), IsOkAndHolds(Outcome::kNothing));
  Add();

  EXPECT_THAT(stamper_->Tick(), IsOkAndHolds(Outcome::kStamped));

  EXPECT_THAT(OpenSsl(1), HasSubstr("Verification: OK"));
  EXPECT_EQ(*storage::ReadFile(publication_ + "/timestamps/1.checkpoint"),
            *storage::ReadFile(publication_ + "/checkpoint"));
  EXPECT_EQ(stamper_->stats().stamped, 1);
  ASSERT_THAT(storage::WriteFileAtomically(publication_ + "/timestamps/1.checkpoint", "other"),
              IsOk());
  EXPECT_THAT(OpenSsl(1), HasSubstr("Verification: FAILED"));
}

TEST_F(CheckpointStamperTest, WithinTheIntervalNothingIsAsked) {
  Add();
  ASSERT_THAT(stamper_->Tick(), IsOkAndHolds(Outcome::kStamped));
  Add();
  EXPECT_THAT(stamper_->Tick(), IsOkAndHolds(Outcome::kNothing));
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(stamper_->Tick(), IsOkAndHolds(Outcome::kStamped));
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(stamper_->Tick(), IsOkAndHolds(Outcome::kNothing));

  EXPECT_EQ(asked_, 2);
  EXPECT_THAT(OpenSsl(2), HasSubstr("Verification: OK"));
}

TEST_F(CheckpointStamperTest, AnAuthorityThatIsAwayIsAskedAgainWithPauses) {
  answers_ = false;
  Add();
  EXPECT_FALSE(stamper_->Tick().ok());
  EXPECT_THAT(stamper_->Tick(), IsOkAndHolds(Outcome::kNothing));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(stamper_->Tick().ok());
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(stamper_->Tick(), IsOkAndHolds(Outcome::kNothing));
  EXPECT_EQ(stamper_->stats().failures, 2);
  EXPECT_EQ(stamper_->stats().age, absl::Seconds(2));

  answers_ = true;
  clock_.Advance(absl::Seconds(1));

  EXPECT_THAT(stamper_->Tick(), IsOkAndHolds(Outcome::kStamped));
  EXPECT_EQ(stamper_->stats().age, absl::ZeroDuration());
}

TEST_F(CheckpointStamperTest, AfterTheLimitNothingNewMayBeginUntilThereIsATimestamp) {
  answers_ = false;
  Add();
  EXPECT_FALSE(stamper_->Tick().ok());
  clock_.Advance(absl::Hours(24));
  EXPECT_THAT(stamper_->Current(), IsOk());
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(stamper_->Current(), FailsWith(kAway, "TIMESTAMPS_OVERDUE"));

  Restart();
  EXPECT_FALSE(stamper_->Tick().ok());
  EXPECT_THAT(stamper_->Current(), FailsWith(kAway, "TIMESTAMPS_OVERDUE"))
      << "a restart must not forget it";
  answers_ = true;
  clock_.Advance(absl::Minutes(5));
  EXPECT_THAT(stamper_->Tick(), IsOkAndHolds(Outcome::kStamped));

  EXPECT_THAT(stamper_->Current(), IsOk());
}

TEST_F(CheckpointStamperTest, WhatAnotherReplicaHadTimestampedCounts) {
  Add();
  ASSERT_THAT(stamper_->Tick(), IsOkAndHolds(Outcome::kStamped));

  Restart();

  EXPECT_THAT(stamper_->Tick(), IsOkAndHolds(Outcome::kNothing));
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(stamper_->stats().age, absl::ZeroDuration());
}

TEST_F(CheckpointStamperTest, AWrongAnswerIsNotKept) {
  const Authority other(root_ / "other");
  stamper_.reset();
  stamper_.emplace(CheckpointStamper::Setup{.journal = journal_.get(),
                                            .clock = &clock_,
                                            .publication = publication_,
                                            .trusted = authority_.trusted(),
                                            .ask = [&](const std::string& request) {
                                              return AskAuthority(other.url(), request,
                                                                  absl::Seconds(20));
                                            }});
  Add();

  EXPECT_THAT(stamper_->Tick(), FailsWith(kInvalid, "TIMESTAMP_INVALID"));

  EXPECT_FALSE(std::filesystem::exists(publication_ + "/timestamps/1.tsr"));
}

absl::StatusOr<std::optional<service::TimestampSettings>> Read(const std::string& text) {
  const auto config = config::Config::Parse(text, "test.toml", {});
  if (!config.ok()) return config.status();
  return service::TimestampSettings::Read(*config);
}

TEST(TimestampSettingsTest, NothingConfiguredIsNoTimestamps) {
  EXPECT_EQ(Read("")->has_value(), false);
}

TEST(TimestampSettingsTest, WhatDoesNotFitTogetherIsRefused) {
  for (const char* const wrong : {R"(authority = "ftp://tsa.example/"
           roots = "roots.pem")",
                                  R"(authority = "http://tsa.example/")", R"(roots = "roots.pem")",
                                  R"(authority = "http://tsa.example/"
           roots = "roots.pem"
           interval = "2h"
           limit = "2h")"}) {
    EXPECT_THAT(Read(absl::StrCat("[timestamps]\n", wrong)), FailsWith(kInvalid, "CONFIG_INVALID"))
        << wrong;
  }
  EXPECT_THAT(Read("[timestamps]\nauthority = \"https://tsa.example/\"\nroots = \"roots.pem\""),
              IsOk());
}

}  // namespace
}  // namespace comity::timestamps
