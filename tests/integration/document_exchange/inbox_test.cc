// What a recipient's side is sent of its inbox.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "comity/document_exchange/v1/document_exchange.grpc.pb.h"
#include "tests/integration/document_exchange/exchange_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::document_exchange {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

class InboxTest : public ExchangeServerTest {
 protected:
  explicit InboxTest(absl::Duration unread_timeout = absl::Minutes(5))
      : ExchangeServerTest({}, unread_timeout) {}

  void SetUp() override { ASSERT_THAT(world_.Authorise(), IsOk()); }

  // The name of a small one to Tbilisi.
  std::string Send() {
    const auto document = world_.Send(kDesk, world_.Seal({.size = 100}));
    EXPECT_THAT(document, IsOk());
    return document.ok() ? absl::StrCat("documents/", document->document.id) : "";
  }
};

TEST_F(InboxTest, ShowsWhatWaitsThenWhatArrivesAndResumes) {
  const std::string first = Send();
  v1::WatchInboxResponse event;
  ledger::v1::Revision bookmark;
  std::string second;
  {
    grpc::ClientContext context;
    const auto stream = As(kTbilisi).WatchInbox(&context, {});
    ASSERT_TRUE(stream->Read(&event));
    EXPECT_EQ(event.document().name(), first);
    ASSERT_TRUE(stream->Read(&event));
    ASSERT_TRUE(event.has_bookmark());
    bookmark = event.bookmark();

    second = Send();
    ASSERT_TRUE(stream->Read(&event));
    EXPECT_EQ(event.document().name(), second);
    context.TryCancel();
    stream->Finish();
  }
  grpc::ClientContext context;
  v1::WatchInboxRequest request;
  *request.mutable_after() = bookmark;
  const auto stream = As(kTbilisi).WatchInbox(&context, request);
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.document().name(), second);
  context.TryCancel();
  stream->Finish();
}

class UnreadInboxTest : public InboxTest {
 protected:
  UnreadInboxTest() : InboxTest(absl::Milliseconds(300)) {}

  // Begins a stream after the last bookmark, waits for `until`, and reads until all that was sent
  // was seen, or the stream ends.
  absl::Status Watch(const std::function<void()>& until) {
    grpc::ClientContext context;
    const auto stream = As(kTbilisi).WatchInbox(&context, request_);
    until();
    v1::WatchInboxResponse event;
    while (seen_.size() < sent_.size()) {
      if (!stream->Read(&event)) return Status(stream->Finish());
      if (event.has_document()) seen_.insert(event.document().name());
      if (event.has_bookmark()) *request_.mutable_after() = event.bookmark();
    }
    context.TryCancel();
    return absl::OkStatus();
  }

  v1::WatchInboxRequest request_;
  std::set<std::string> sent_, seen_;
};

TEST_F(UnreadInboxTest, WhoReadsNothingIsToldSoAndResumesWithoutAGap) {
  grpc::ClientContext idle_context;
  const auto idle = As(kDesk).WatchInbox(&idle_context, {});

  const absl::Status told = Watch([this] {
    // gRPC takes in some MiB for who does not read.
    while (!absl::StrContains(server_->metrics().Text(),
                              "comity_streams_unread_total{service=\"document-exchange\"} 1")) {
      sent_.insert(Send());
      ASSERT_LT(sent_.size(), 20'000U) << "nobody ended it";
    }
  });

  EXPECT_THAT(told, FailsWith(StatusCode::kAborted, "CONSUMER_TOO_SLOW"));
  EXPECT_LT(seen_.size(), sent_.size());
  // On a busy machine this one may be slow, too.
  absl::Status resumed = told;
  while (absl::IsAborted(resumed)) resumed = Watch([] {});
  EXPECT_THAT(resumed, IsOk());
  EXPECT_EQ(seen_, sent_);
  // Who has nothing to read but a bookmark is not taken for one who does not read.
  v1::WatchInboxResponse event;
  EXPECT_TRUE(idle->Read(&event));
  EXPECT_TRUE(event.has_bookmark());
  idle_context.TryCancel();
}

}  // namespace
}  // namespace comity::document_exchange
