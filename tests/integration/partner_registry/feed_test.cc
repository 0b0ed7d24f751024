#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/facts_csv/facts_csv.h"
#include "common/registry_replica/replica.h"
#include "tests/integration/partner_registry/registry_server.h"
#include "tests/testing/status_matchers.h"

namespace comity::partner_registry {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using Stub = v1::PartnerRegistryService::Stub;

class FeedTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(server_.ImportData(), IsOk()); }

  void Suspend() {
    v1::SuspendContactRequest suspend;
    suspend.set_name("partners/panama/contacts/panama-1");
    suspend.set_reason("test");
    ASSERT_THAT(Call(&Stub::SuspendContact, server_.As(kOperator), suspend, absl::Seconds(10)),
                IsOk());
  }

  comity::ledger::v1::Revision At(std::int64_t number) {
    comity::ledger::v1::Revision revision;
    revision.set_store_id(server_.application().store().store_id());
    revision.set_number(number);
    return revision;
  }

  RegistryServer server_;
};

TEST_F(FeedTest, AWatchBeginsWithASnapshotAndGoesOnWithEveryChange) {
  grpc::ClientContext context;
  RegistryServer::Prepare(context);
  const auto stream = server_.As(kDesk).Watch(&context, v1::WatchRequest());
  v1::WatchResponse response;
  int facts = 0;
  do {
    ASSERT_TRUE(stream->Read(&response));
    for (const v1::Change& change : response.changes()) facts += change.facts_size();
  } while (!response.has_bookmark());
  EXPECT_EQ(facts, 92 + 37 + 86 + 78 + 5);
  EXPECT_EQ(response.bookmark().number(), 1);

  Suspend();

  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.changes_size(), 1);
  EXPECT_EQ(response.changes(0).revision().number(), 2);
  EXPECT_TRUE(response.changes(0).barrier());
  EXPECT_EQ(response.changes(0).facts(0).contact().state(), v1::Contact::STATE_SUSPENDED);
  EXPECT_EQ(response.bookmark().number(), 2);
  context.TryCancel();
}

TEST_F(FeedTest, AWatchResumesAfterARevisionAndRefusesOneThatNeverWas) {
  Suspend();
  grpc::ClientContext context;
  RegistryServer::Prepare(context);
  v1::WatchRequest request;
  *request.mutable_after() = At(1);
  const auto stream = server_.As(kDesk).Watch(&context, request);
  v1::WatchResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.changes(0).revision().number(), 2);
  context.TryCancel();

  for (const char* store : {"", "ffffffffffffffffffffffffffffffff"}) {
    grpc::ClientContext again;
    RegistryServer::Prepare(again);
    *request.mutable_after() = At(9);
    if (*store != '\0') request.mutable_after()->set_store_id(store);
    const auto refused = server_.As(kDesk).Watch(&again, request);
    EXPECT_FALSE(refused->Read(&response));
    EXPECT_THAT(rpc::ToAbslStatus(refused->Finish()),
                FailsWith(absl::StatusCode::kOutOfRange, "RESYNC"));
  }
}

TEST_F(FeedTest, AWatchThatNobodyReadsIsToldSoAndResumesWithoutAGap) {
  server_.EndUnreadAfter(absl::Milliseconds(500));
  server_.Restart();
  auto rows =
      facts_csv::ReadFolder(absl::StrCat(std::getenv("COMITY_SOURCE_DIR"), "/deploy/data")).value();
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [](const auto& row) { return !row.has_instrument(); }),
             rows.end());
  // Each import is one revision of some 150 KiB: gRPC takes in some MiB for who does not read.
  std::int64_t written = 1;
  const auto write = [&] {
    ++written;
    for (auto& row : rows) {
      row.mutable_instrument()->set_note(absl::StrCat(std::string(1900, 'x'), written));
    }
    ASSERT_THAT(server_.Import(kOperator, rows), IsOk());
  };
  v1::WatchRequest request;
  *request.mutable_after() = At(1);
  std::int64_t seen = 1;
  const auto read = [&](grpc::ClientReader<v1::WatchResponse>& stream) {
    v1::WatchResponse response;
    while (seen < written && stream.Read(&response)) {
      for (const v1::Change& change : response.changes()) {
        ASSERT_EQ(change.revision().number(), ++seen);
      }
      if (response.has_bookmark()) *request.mutable_after() = response.bookmark();
    }
  };
  grpc::ClientContext context;
  const auto unread = server_.As(kDesk).Watch(&context, request);
  while (!absl::StrContains(server_.metrics().Text(),
                            "comity_streams_unread_total{service=\"partner-registry\"} 1")) {
    ASSERT_NO_FATAL_FAILURE(write());
    ASSERT_LT(written, 1000) << "nobody ended it";
  }
  for (int i = 0; i < 5; ++i) ASSERT_NO_FATAL_FAILURE(write());

  ASSERT_NO_FATAL_FAILURE(read(*unread));

  EXPECT_LT(seen, written);
  EXPECT_THAT(rpc::ToAbslStatus(unread->Finish()),
              FailsWith(absl::StatusCode::kAborted, "CONSUMER_TOO_SLOW"));
  EXPECT_EQ(request.after().number(), seen);
  grpc::ClientContext again;
  RegistryServer::Prepare(again, absl::Seconds(60));
  const auto resumed = server_.As(kDesk).Watch(&again, request);
  ASSERT_NO_FATAL_FAILURE(read(*resumed));
  EXPECT_EQ(seen, written);
  again.TryCancel();
}

TEST_F(FeedTest, AContactWatchesOnlyWhatItMaySee) {
  grpc::ClientContext context;
  RegistryServer::Prepare(context);
  const auto stream = server_.As(kTbilisi).Watch(&context, v1::WatchRequest());
  v1::WatchResponse response;
  do {
    ASSERT_TRUE(stream->Read(&response));
    for (const v1::Change& change : response.changes()) {
      for (const v1::Fact& fact : change.facts()) {
        if (fact.has_partner()) {
          EXPECT_EQ(fact.partner().name(), "partners/georgia");
        }
        if (fact.has_contact()) {
          EXPECT_EQ(fact.contact().name(), "partners/georgia/contacts/tbilisi-1");
        }
      }
    }
  } while (!response.has_bookmark());

  Suspend();

  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.changes_size(), 0) << "of Panama it learns nothing";
  EXPECT_EQ(response.bookmark().number(), 2);
  context.TryCancel();
}

TEST_F(FeedTest, AContactIsToldOfAnInstrumentThatIsNotSurelyPublicAnyMoreIfItWasSentIt) {
  constexpr char kArrangement[] = "partners/panama/instruments/working-arrangement";
  const auto doubt = [&](const char* name) {
    v1::UpdateInstrumentRequest update;
    update.mutable_instrument()->set_name(name);
    update.mutable_instrument()->mutable_certainty()->insert({"signed", v1::CERTAINTY_UNCONFIRMED});
    update.mutable_update_mask()->add_paths("certainty.signed");
    update.set_reason("a doubt");
    EXPECT_THAT(Call(&Stub::UpdateInstrument, server_.As(kOperator), update), IsOk());
  };
  doubt("partners/peru/instruments/working-arrangement");
  grpc::ClientContext context;
  RegistryServer::Prepare(context);
  const auto stream = server_.As(kTbilisi).Watch(&context, v1::WatchRequest());
  v1::WatchResponse response;
  std::vector<std::string> instruments;
  do {
    ASSERT_TRUE(stream->Read(&response));
    for (const v1::Change& change : response.changes()) {
      for (const v1::Fact& fact : change.facts()) {
        if (fact.has_instrument()) instruments.push_back(fact.instrument().name());
      }
    }
  } while (!response.has_bookmark());
  EXPECT_THAT(instruments, Contains(kArrangement));
  EXPECT_THAT(instruments, Not(Contains("partners/peru/instruments/working-arrangement")));

  doubt(kArrangement);

  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.changes_size(), 1);
  EXPECT_EQ(response.changes(0).facts_size(), 0);
  EXPECT_THAT(response.changes(0).removed(), ElementsAre(kArrangement));

  v1::UpdateInstrumentRequest update;
  update.mutable_instrument()->set_name("partners/peru/instruments/working-arrangement");
  update.mutable_instrument()->set_note("of the doubt");
  update.mutable_update_mask()->add_paths("note");
  update.set_reason("a note");
  ASSERT_THAT(Call(&Stub::UpdateInstrument, server_.As(kOperator), update), IsOk());
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.changes_size(), 0) << "it was never sent it";
  context.TryCancel();
}

TEST_F(FeedTest, KeysOfProsecutorsAreOnTheAgencysFeedOnly) {
  ASSERT_THAT(server_.Second(kProsecutor), IsOk());
  ASSERT_THAT(server_.PublishKey(kDesk), IsOk());
  ASSERT_THAT(server_.PublishKey(kProsecutor), IsOk());
  const auto holders = [&](const char* who) {
    grpc::ClientContext context;
    RegistryServer::Prepare(context);
    const auto stream = server_.As(who).Watch(&context, v1::WatchRequest());
    std::vector<std::string> seen;
    v1::WatchResponse response;
    do {
      if (!stream->Read(&response)) return std::vector<std::string>{"the stream ended"};
      for (const v1::Change& change : response.changes()) {
        for (const v1::Fact& fact : change.facts()) {
          if (fact.has_key_statement()) seen.push_back(fact.key_statement().holder());
        }
      }
    } while (!response.has_bookmark());
    context.TryCancel();
    return seen;
  };
  EXPECT_THAT(holders(kChisinau), ElementsAre(kDesk)) << "of another State";
  EXPECT_THAT(holders(kTbilisi), ElementsAre(kDesk)) << "it lists it, while he counts";
  EXPECT_THAT(holders(kDesk), UnorderedElementsAre(kDesk, kProsecutor));
}

TEST_F(FeedTest, AReplicaGetsASnapshotAndALeaseAndABarrierWaitsForItsConfirmation) {
  grpc::ClientContext context;
  RegistryServer::Prepare(context, absl::Seconds(20));
  const auto stream = server_.As(kExchange).Replicate(&context);
  v1::ReplicateRequest request;
  request.set_replica_id(std::string(32, '1'));
  request.set_renewal(1);
  ASSERT_TRUE(stream->Write(request));
  v1::ReplicateResponse response;
  bool reset = false;
  // The lease comes last: only who has everything may rest on it.
  while (response.renewed() == 0) {
    ASSERT_TRUE(stream->Read(&response));
    reset = reset || response.reset();
    if (response.has_bookmark()) *request.mutable_confirmed() = response.bookmark();
  }
  EXPECT_EQ(response.lease_ms(), 3000);
  EXPECT_TRUE(reset);
  EXPECT_EQ(request.confirmed().number(), 1);
  request.set_renewal(2);
  ASSERT_TRUE(stream->Write(request));

  // Confirms what it is sent, until it has the barrier.
  bool barrier = false;
  std::thread replica([&] {
    v1::ReplicateResponse next;
    while (!barrier && stream->Read(&next)) {
      if (!next.has_bookmark()) continue;
      for (const v1::Change& change : next.changes()) barrier = barrier || change.barrier();
      *request.mutable_confirmed() = next.bookmark();
      request.set_renewal(request.renewal() + 1);
      stream->Write(request);
    }
  });
  const absl::Time before = absl::Now();
  Suspend();
  EXPECT_LT(absl::Now() - before, absl::Seconds(3)) << "not its lease but its confirmation";
  replica.join();
  EXPECT_TRUE(barrier);
  stream->WritesDone();
  while (stream->Read(&response)) {
  }
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(FeedTest, AReleaseDecidedBeforeAnImportIsDecidedAgain) {
  const auto replica =
      registry_replica::RegistryReplica::Start({.channel = server_.ChannelOf(kExchange)});
  ASSERT_THAT(replica->WaitFor(1, absl::Seconds(10)), IsOk());
  const legal::Revision decided_at = (*replica->Latest())->revision();
  ASSERT_THAT(replica->PermitRelease(decided_at, /*operational=*/true), IsOk());

  const auto struck = facts_csv::ReadFile("authorities.csv",
                                          "partner,id,display_name,competent_in_criminal_matters\n"
                                          "georgia,prosecution-service,Prosecution Service,no\n");
  ASSERT_THAT(struck, IsOk());
  ASSERT_THAT(server_.Import(kOperator, *struck), IsOk());

  EXPECT_THAT(replica->PermitRelease(decided_at, /*operational=*/true),
              FailsWith(absl::StatusCode::kAborted, "REGISTRY_CHANGED"));
}

TEST_F(FeedTest, OnlyServicesReplicateAndTheyNameThemselves) {
  {
    grpc::ClientContext context;
    RegistryServer::Prepare(context);
    const auto stream = server_.As(kDesk).Replicate(&context);
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  }
  grpc::ClientContext context;
  RegistryServer::Prepare(context);
  const auto stream = server_.As(kExchange).Replicate(&context);
  v1::ReplicateRequest request;
  request.set_replica_id("me");
  stream->Write(request);
  v1::ReplicateResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_THAT(rpc::ToAbslStatus(stream->Finish()),
              FailsWith(absl::StatusCode::kInvalidArgument, "REPLICA_ID_INVALID"));
}

}  // namespace
}  // namespace comity::partner_registry
