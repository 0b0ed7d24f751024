#include <gmock/gmock.h>

#include <future>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/registry_replica/replica.h"
#include "services/partner-registry/transport/feed.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

// A revision, and a state, that come to more than gRPC takes in one message.
namespace comity::partner_registry {
namespace {

using ::comity::testing::IsOk;

constexpr const char* kOf[] = {"albania", "algeria", "argentina", "armenia", "bolivia",
                               "brazil",  "chile",   "colombia",  "ecuador", "egypt",
                               "georgia", "panama",  "peru"};
constexpr int kOfEach = 75;
constexpr std::size_t kLongestMessage = std::size_t{8} << 20;
constexpr absl::Duration kWithin = absl::Seconds(60);

// Memoranda that say as much as they may.
std::vector<v1::ImportFactsRequest::Row> LargeRows() {
  std::vector<v1::ImportFactsRequest::Row> rows;
  for (const char* const partner : kOf) {
    for (int i = 0; i < kOfEach; ++i) {
      v1::ImportFactsRequest::Row& row = rows.emplace_back();
      row.mutable_source()->set_file("instruments.csv");
      row.mutable_source()->set_line(static_cast<std::int32_t>(rows.size()) + 1);
      v1::Instrument& made = *row.mutable_instrument();
      made.set_name(absl::StrCat("partners/", partner, "/instruments/large-", i));
      made.set_kind(v1::INSTRUMENT_KIND_MEMORANDUM_OF_UNDERSTANDING);
      made.set_title("Memorandum");
      made.set_signed_("2020-01-01");
      (*made.mutable_certainty())["signed"] = v1::CERTAINTY_UNCONFIRMED;
      for (int offence = 100; offence < 149; ++offence) {
        made.mutable_scope()->add_offences(absl::StrCat(offence, std::string(197, 'x')));
      }
    }
  }
  return rows;
}

std::size_t BytesOf(const FeedCursor::Part& part) {
  std::size_t bytes = 0;
  for (const v1::Change& change : part.changes) bytes += change.ByteSizeLong();
  return bytes;
}

class FeedPartsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  absl::StatusOr<v1::ImportFactsResponse> ImportLarge() {
    return server_.Import(kOperator, LargeRows(), /*validate_only=*/false, "", kWithin);
  }

  std::unique_ptr<registry_replica::RegistryReplica> Replica() {
    return registry_replica::RegistryReplica::Start(
        {.channel = server_.ChannelOf(kExchange), .folder = folder_.path()});
  }

  static void ExpectAll(const registry_replica::RegistryReplica& replica) {
    const auto snapshot = replica.Latest();
    ASSERT_THAT(snapshot, IsOk());
    EXPECT_EQ((*snapshot)->revision().number, 2);
    for (const char* const partner : kOf) {
      const legal::Dossier* const dossier =
          (*snapshot)->facts().Find(absl::StrCat("partners/", partner));
      ASSERT_NE(dossier, nullptr);
      EXPECT_GE(dossier->instruments.size(), static_cast<std::size_t>(kOfEach)) << partner;
    }
  }

  RegistryServer server_{absl::Minutes(1)};  // No lease lapses meanwhile.
  const testing::TempDirectory folder_;
};

TEST_F(FeedPartsTest, NoPartHasMoreThanItsBytesAndAFact) {
  const auto rows = LargeRows();
  const std::size_t largest = 2 * rows[0].instrument().ByteSizeLong();
  ASSERT_GT(rows.size() * rows[0].instrument().ByteSizeLong(), kLongestMessage);
  ASSERT_THAT(ImportLarge(), IsOk());
  for (const bool snapshot : {true, false}) {
    FeedCursor cursor(&server_.application().store(), &SystemClock(), ReplicaViewer());
    if (snapshot) {
      cursor.StartWithSnapshot();
    } else {
      cursor.StartAfter(1);
    }
    std::multiset<std::string> sent;
    std::size_t parts = 0;
    std::optional<std::int64_t> bookmark;
    while (true) {
      const auto part = cursor.Next();
      ASSERT_THAT(part, IsOk());
      if (!part->has_value()) break;
      EXPECT_FALSE(bookmark.has_value()) << "more came after the last part";
      bookmark = (*part)->bookmark;
      EXPECT_EQ(cursor.sent() == 2, bookmark.has_value());
      EXPECT_LT(BytesOf(**part), 2 * kBytesAPart + largest);
      for (const v1::Change& change : (*part)->changes) {
        EXPECT_EQ(change.revision().number(), 2);
        EXPECT_EQ(change.barrier(), !snapshot);
        for (const v1::Fact& fact : change.facts()) {
          if (fact.has_instrument()) sent.insert(fact.instrument().name());
        }
      }
      ++parts;
    }
    EXPECT_EQ(bookmark, 2);
    EXPECT_GT(parts, 20U);
    for (const auto& row : rows) EXPECT_EQ(sent.count(row.instrument().name()), 1U);
  }
}

TEST_F(FeedPartsTest, AReplicaGetsIt) {
  {
    const auto following = Replica();
    ASSERT_THAT(following->WaitFor(1, kWithin), IsOk());
    ASSERT_THAT(ImportLarge(), IsOk());
    ASSERT_THAT(following->WaitFor(2, kWithin), IsOk());
    ExpectAll(*following);
    EXPECT_EQ(following->LastBarrier().number, 2);
  }
  const auto kept = Replica();
  ASSERT_THAT(kept->WaitFor(2, kWithin), IsOk());
  ExpectAll(*kept);
  const auto loading =
      registry_replica::RegistryReplica::Start({.channel = server_.ChannelOf(kExchange)});
  ASSERT_THAT(loading->WaitFor(2, kWithin), IsOk());
  ExpectAll(*loading);
}

TEST_F(FeedPartsTest, NobodyConfirmsARevisionOfWhichHeHasAPart) {
  grpc::ClientContext context;
  RegistryServer::Prepare(context, kWithin);
  const auto stream = server_.As(kExchange).Replicate(&context);
  v1::ReplicateRequest request;
  request.set_replica_id(std::string(32, '1'));
  request.mutable_confirmed()->set_store_id(server_.application().store().store_id());
  const auto confirm = [&](std::int64_t revision) {
    request.mutable_confirmed()->set_number(revision);
    request.set_renewal(request.renewal() + 1);
    ASSERT_TRUE(stream->Write(request));
  };
  ASSERT_NO_FATAL_FAILURE(confirm(1));
  v1::ReplicateResponse response;
  while (response.renewed() == 0) ASSERT_TRUE(stream->Read(&response));
  server_.As(kOperator);  // Made here: the import is on another thread.
  auto imported = std::async(std::launch::async, [this] { return ImportLarge(); });
  do {
    ASSERT_TRUE(stream->Read(&response));
  } while (response.changes().empty());
  ASSERT_FALSE(response.has_bookmark());

  ASSERT_NO_FATAL_FAILURE(confirm(2));
  EXPECT_EQ(imported.wait_for(std::chrono::seconds(1)), std::future_status::timeout);

  while (!response.has_bookmark()) ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.bookmark().number(), 2);
  ASSERT_NO_FATAL_FAILURE(confirm(2));
  EXPECT_THAT(imported.get(), IsOk());
  context.TryCancel();
}

}  // namespace
}  // namespace comity::partner_registry
