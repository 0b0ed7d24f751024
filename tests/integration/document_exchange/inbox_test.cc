// WatchInbox for who does not read.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "comity/document_exchange/v1/document_exchange.grpc.pb.h"
#include "tests/integration/document_exchange/exchange_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::document_exchange {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

class UnreadInboxTest : public ExchangeServerTest {
 protected:
  UnreadInboxTest() : ExchangeServerTest({}, absl::Milliseconds(500)) {}
};

TEST_F(UnreadInboxTest, AnInboxThatNobodyReadsIsToldSoAndResumesWithoutAGap) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const auto stream_of = [&](grpc::ClientContext& context, const v1::WatchInboxRequest& request) {
    return As(kTbilisi).WatchInbox(&context, request);
  };
  v1::WatchInboxRequest request;
  v1::WatchInboxResponse event;
  grpc::ClientContext context;
  const auto unread = stream_of(context, request);
  ASSERT_TRUE(unread->Read(&event));
  ASSERT_TRUE(event.has_bookmark()) << "nothing waits";
  *request.mutable_after() = event.bookmark();
  std::set<std::string> sent;
  while (!absl::StrContains(server_->metrics().Text(),
                            "comity_streams_unread_total{service=\"document-exchange\"} 1")) {
    const auto document = world_.Send(kDesk, world_.Seal({.size = 100}));
    ASSERT_THAT(document, IsOk());
    sent.insert(absl::StrCat("documents/", document->document.id));
    ASSERT_LT(sent.size(), 2000U) << "nobody ended it";
  }

  std::set<std::string> seen;
  while (unread->Read(&event)) {
    if (event.has_bookmark()) *request.mutable_after() = event.bookmark();
    if (event.has_document()) seen.insert(event.document().name());
  }

  EXPECT_THAT(Status(unread->Finish()), FailsWith(absl::StatusCode::kAborted, "CONSUMER_TOO_SLOW"));
  EXPECT_LT(seen.size(), sent.size());
  grpc::ClientContext again;
  again.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
  const auto resumed = stream_of(again, request);
  while (seen != sent) {
    ASSERT_TRUE(resumed->Read(&event)) << seen.size() << " of " << sent.size();
    if (event.has_document()) seen.insert(event.document().name());
  }
  again.TryCancel();
}

}  // namespace
}  // namespace comity::document_exchange
