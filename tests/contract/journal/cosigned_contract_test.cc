// Checkpoints that witnesses must cosign before they are published, on both engines and with two
// replicas.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/note.h"
#include "common/ledger/verify_log.h"
#include "common/ledger_files/cosignature_folder.h"
#include "common/ledger_files/folder_tiles.h"
#include "common/storage/files.h"
#include "tests/contract/journal/journal_backend.h"

namespace comity::journal {
namespace {

using ledger_files::CosignatureFolder;
using ::testing::ElementsAre;
using testing::FailsWith;
using testing::IsOk;
using ::testing::SizeIs;

constexpr absl::Duration kPatience = absl::Seconds(60);

class CosignedContractTest : public JournalContract {
 protected:
  CosignedContractTest() {
    std::filesystem::create_directory(folder());
    Ask({&a_, &b_}, 2);
  }
  void SetUp() override { Open(); }

  static ledger::CosignatureSigner Key(char seed) {
    return *ledger::CosignatureSigner::Create(std::string("witness-") + seed,
                                              *crypto::Ed25519Key::FromSeed(std::string(32, seed)));
  }

  void Ask(const std::vector<const ledger::CosignatureSigner*>& witnesses, int quorum) {
    std::vector<ledger::CosignatureVerifier> keys;
    keys.reserve(witnesses.size());
    for (const auto* const witness : witnesses) keys.push_back(witness->verifier());
    policy_ = *ledger::WitnessPolicy::Create(std::move(keys), quorum);
    options_.cosignatures.emplace(policy_, folder());
  }

  std::string folder() const { return root_ / "cosignatures"; }
  std::string Published() const { return options_.publication_directory + "/checkpoint"; }
  std::string Pending() const {
    return CosignatureFolder::PendingFile(options_.publication_directory);
  }

  static void Add(Journal& journal) {
    ASSERT_THAT(journal.RecordLeaf([](absl::Time) { return "{}"; }), IsOk());
  }

  // The size that waits; 0: none does.
  std::int64_t Waiting() const {
    const auto note = ReadNote(Pending());
    return note.ok() ? ledger::ParseCheckpoint(note->text)->size : 0;
  }
  std::int64_t PublishedSize() const {
    const auto note = ReadNote(Published());
    return note.ok() ? ledger::ParseCheckpoint(note->text)->size : 0;
  }
  static absl::StatusOr<ledger::Note> ReadNote(const std::string& path) {
    const auto note = storage::ReadFile(path);
    if (!note.ok()) return note.status();
    return ledger::ParseNote(*note);
  }

  // What waits gets this witness's cosignature.
  void Cosign(const ledger::CosignatureSigner& witness) const {
    const auto note = ReadNote(Pending());
    ASSERT_THAT(note, IsOk());
    ASSERT_THAT(
        storage::WriteFileAtomically(CosignatureFolder::FileOf(folder(), witness.verifier()),
                                     witness.Line(note->text, absl::FromUnixSeconds(7))),
        IsOk());
  }

  template <typename Condition>
  static void Await(Condition condition) {
    const absl::Time patience = absl::Now() + kPatience;
    while (!condition() && absl::Now() < patience) std::this_thread::yield();
    ASSERT_TRUE(condition());
  }

  const ledger::CosignatureSigner a_ = Key('a');
  const ledger::CosignatureSigner b_ = Key('b');
  ledger::WitnessPolicy policy_;
};

TEST_P(CosignedContractTest, NothingIsPublishedBeforeTheQuorumCosignedIt) {
  Add(*journal_);
  Await([&] { return Waiting() == 1; });
  Cosign(a_);
  Await([&] { return journal_->stats().publication_waiting > absl::Milliseconds(200); });

  EXPECT_EQ(PublishedSize(), 0);
  EXPECT_EQ(journal_->stats().publication_failures, 0);
  EXPECT_THAT(journal_->LatestCheckpoint(),
              FailsWith(absl::StatusCode::kNotFound, "NO_CHECKPOINT"));
  Cosign(b_);
  Await([&] { return journal_->LatestCheckpoint().ok(); });

  const std::string note = journal_->LatestCheckpoint()->note;
  EXPECT_EQ(*storage::ReadFile(Published()), note);
  EXPECT_THAT(ledger::OpenCheckpoint(note, options_.signer->verifiers(), policy_), IsOk());
  EXPECT_EQ(journal_->CheckpointCovering(0)->note, note);
  EXPECT_EQ(journal_->stats().publication_waiting, absl::ZeroDuration());
}

TEST_P(CosignedContractTest, WitnessesWhoAreSlowSeeOneCheckpointUntilTheyCosignedIt) {
  Add(*journal_);
  Await([&] { return Waiting() == 1; });
  for (int i = 0; i < 9; ++i) Add(*journal_);
  Await([&] { return journal_->stats().publication_waiting > absl::Milliseconds(200); });
  EXPECT_EQ(Waiting(), 1);

  Cosign(a_);
  Cosign(b_);
  Await([&] { return Waiting() == 10; });
  EXPECT_EQ(PublishedSize(), 1);
  Cosign(a_);
  Cosign(b_);
  Await([&] { return PublishedSize() == 10; });

  const auto checkpoint = ledger::OpenCheckpoint(*storage::ReadFile(Published()),
                                                 options_.signer->verifiers(), policy_);
  ASSERT_THAT(checkpoint, IsOk());
  const ledger_files::FolderTiles tiles(options_.publication_directory, 10);
  EXPECT_THAT(ledger::VerifyLog(tiles, *checkpoint), IsOk());
}

TEST_P(CosignedContractTest, WhatWaitedWhenItClosedIsPublishedAfterwards) {
  Add(*journal_);
  Await([&] { return Waiting() == 1; });
  journal_.reset();
  EXPECT_EQ(PublishedSize(), 0);
  Cosign(a_);
  Cosign(b_);

  Open();

  Await([&] { return journal_->LatestCheckpoint().ok(); });
  EXPECT_EQ(PublishedSize(), 1);
}

TEST_P(CosignedContractTest, WhatIsPublishedStaysAsItIsWhenTheServiceStartsAgain) {
  Add(*journal_);
  Await([&] { return Waiting() == 1; });
  Cosign(a_);
  Cosign(b_);
  Await([&] { return journal_->LatestCheckpoint().ok(); });
  const std::string note = journal_->LatestCheckpoint()->note;
  journal_.reset();
  std::filesystem::remove_all(folder());

  Open();
  journal_->Close();

  EXPECT_EQ(journal_->LatestCheckpoint()->note, note);
  EXPECT_EQ(*storage::ReadFile(Published()), note);
}

TEST_P(CosignedContractTest, ARaisedQuorumAsksForTheMissingCosignaturesOnly) {
  Ask({&a_, &b_}, 1);
  Open();
  Add(*journal_);
  Await([&] { return Waiting() == 1; });
  Cosign(a_);
  Await([&] { return journal_->LatestCheckpoint().ok(); });
  EXPECT_THAT(ReadNote(Published())->signatures, SizeIs(2));

  Ask({&a_, &b_}, 2);
  Open();
  Cosign(b_);
  Await([&] { return ReadNote(Published())->signatures.size() == 3; });

  EXPECT_EQ(ReadNote(Published())->signatures[1].name, "witness-a");
  EXPECT_EQ(ReadNote(Published())->signatures[2].name, "witness-b");
}

TEST_P(CosignedContractTest, ADatabaseBehindWhatWitnessesSawIsOnlyRead) {
  Add(*journal_);
  Await([&] { return Waiting() == 1; });
  Cosign(a_);
  Cosign(b_);
  Await([&] { return PublishedSize() == 1; });
  journal_.reset();
  GetParam().save(options_, root_.path());
  Open();
  Add(*journal_);
  Await([&] { return Waiting() == 2; });
  journal_.reset();
  GetParam().restore(options_, root_.path());

  Open();

  EXPECT_EQ(PublishedSize(), 1);
  EXPECT_THAT(journal_->Writable(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
}

TEST_P(CosignedContractTest, WitnessesThatStayAwayAreReportedOnceAndThatTheyCameBack) {
  absl::Mutex mutex;
  std::vector<std::string> reports;
  options_.publication_patience = absl::Milliseconds(100);
  options_.on_publication_trouble = [&](const absl::Status& trouble) {
    const absl::MutexLock lock(&mutex);
    reports.push_back(trouble.ok() ? "OK" : ReasonOf(trouble));
  };
  const auto told = [&] {
    const absl::MutexLock lock(&mutex);
    return reports;
  };
  Open();
  Add(*journal_);
  Await([&] { return journal_->stats().publication_waiting > absl::Milliseconds(400); });
  EXPECT_THAT(told(), ElementsAre("WITNESSES_MISSING"));

  Cosign(a_);
  Cosign(b_);
  Await([&] { return told().size() == 2; });

  EXPECT_THAT(told(), ElementsAre("WITNESSES_MISSING", "OK"));
  journal_.reset();
}

INSTANTIATE_TEST_SUITE_P(Engines, CosignedContractTest, AllBackends(),
                         ::testing::PrintToStringParamName());

// Two replicas on one PostgreSQL database, each of which writes all the time: whatever either
// shows is published, and both serve it.
class CosignedReplicasTest : public CosignedContractTest {};

TEST_P(CosignedReplicasTest, ReplicasThatWriteAllTheTimeStillPublish) {
  auto opened = Journal::Open(options_);
  ASSERT_THAT(opened, IsOk());
  const std::unique_ptr<Journal> second = *std::move(opened);
  constexpr std::int64_t kLeaves = 40;
  std::vector<std::thread> writers;
  for (Journal* const journal : {journal_.get(), second.get()}) {
    writers.emplace_back([journal] {
      for (std::int64_t i = 0; i < kLeaves / 2; ++i) Add(*journal);
    });
  }

  // A witness that is slower than the log: it looks, cosigns, and never sees an older one.
  std::int64_t seen = 0;
  int checkpoints = 0;
  const absl::Time patience = absl::Now() + kPatience;
  while (PublishedSize() < kLeaves && absl::Now() < patience) {
    const std::int64_t waiting = Waiting();
    ASSERT_GE(waiting, seen);
    if (waiting == seen) continue;
    seen = waiting;
    ++checkpoints;
    Cosign(a_);
    Cosign(b_);
    Await([&] { return PublishedSize() >= waiting; });
  }
  for (std::thread& writer : writers) writer.join();

  EXPECT_EQ(PublishedSize(), kLeaves);
  EXPECT_GT(checkpoints, 1);
  for (const Journal* const journal : {journal_.get(), second.get()}) {
    Await([&] {
      const auto latest = journal->LatestCheckpoint();
      return latest.ok() && latest->size == kLeaves;
    });
    EXPECT_TRUE(ledger::OpenCheckpoint(journal->LatestCheckpoint()->note,
                                       options_.signer->verifiers(), policy_)
                    .ok());
  }
}

TEST_P(CosignedReplicasTest, WhatAReplicaShowedBeforeItDiedIsPublishedByAnother) {
  Add(*journal_);
  Await([&] { return Waiting() == 1; });
  journal_.reset();

  Open();
  Add(*journal_);
  Cosign(a_);
  Cosign(b_);
  Await([&] { return Waiting() == 2; });

  EXPECT_EQ(PublishedSize(), 1);
  EXPECT_EQ(ReadNote(Published())->signatures.size(), 3U);
}

INSTANTIATE_TEST_SUITE_P(Engines, CosignedReplicasTest, ::testing::Values(PostgresBackend()),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace comity::journal
