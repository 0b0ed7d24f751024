#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "common/crypto/encoding.h"
#include "common/journal/versions_hash.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/hash.h"
#include "common/ledger/note.h"
#include "common/ledger/proof.h"
#include "common/ledger/verify_log.h"
#include "common/ledger_files/folder_tiles.h"
#include "common/storage/files.h"
#include "tests/contract/journal/journal_backend.h"

namespace comity::journal {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;

class LedgerContractTest : public JournalContract {
 protected:
  void SetUp() override { Open(); }

  std::string CheckpointPath() const { return options_.publication_directory + "/checkpoint"; }

  // The checkpoint over everything committed, from the file.
  ledger::Checkpoint ClosePublished() {
    journal_->Close();
    const auto note = storage::ReadFile(CheckpointPath());
    EXPECT_THAT(note, IsOk());
    const auto checkpoint = ledger::OpenCheckpoint(*note, options_.signer->verifiers());
    EXPECT_THAT(checkpoint, IsOk());
    return *checkpoint;
  }

  static crypto::Ed25519Key OldKey() {
    return *crypto::Ed25519Key::FromSeed(std::string(32, 'k'));  // That of TestLedgerSigner.
  }
  static crypto::Ed25519Key NextKey() {
    return *crypto::Ed25519Key::FromSeed(std::string(32, 'n'));
  }
  ledger::NoteSigner NextSigner() const {
    return *ledger::NoteSigner::Create(options_.signer->name(), NextKey());
  }

  void AddLeaves(int count) {
    ASSERT_THAT(journal_->Mutate(Try(),
                                 [count](Turn& turn) {
                                   for (int i = 0; i < count; ++i) {
                                     if (auto leaf = turn.AddLeaf({}); !leaf.ok()) {
                                       return leaf.status();
                                     }
                                   }
                                   return absl::OkStatus();
                                 }),
                IsOk());
  }
};

TEST_P(LedgerContractTest, AnEntryIsReadBackWithWhatItsCommitmentIsMadeOf) {
  ASSERT_THAT(journal_->Mutate(Try(), Put("a", "1")), IsOk());

  const auto entry = journal_->ReadEntry(0);

  ASSERT_THAT(entry, IsOk());
  EXPECT_EQ(entry->revision, 1);
  EXPECT_EQ(entry->commit_time, clock_.Now());
  EXPECT_THAT(*entry->body, HasSubstr("\"resource\":\"notes/a\""));
  EXPECT_THAT(*entry->salt, SizeIs(32));
  EXPECT_EQ(entry->commitment, ledger::Commitment(*entry->salt, *entry->body));
  EXPECT_THAT(journal_->ReadEntry(1), FailsWith(absl::StatusCode::kNotFound, "LEAF_NOT_FOUND"));
}

TEST_P(LedgerContractTest, NothingIsPutAfterTheEntryThatCommitsToAll) {
  for (const bool erase : {false, true}) {
    const auto late = journal_->Mutate(Try(), [erase](Turn& turn) {
      EXPECT_THAT(turn.Put("note", "a", "1"), IsOk());
      EXPECT_THAT(turn.AddLeaf({.kind = "STATEMENT"}), IsOk());
      EXPECT_THAT(turn.Put("note", "b", "1"), IsOk());
      EXPECT_THAT(turn.AddLeaf({.kind = kMutationEntry}), IsOk());
      (void)(erase ? turn.Erase("note", "a") : turn.Put("note", "c", "1"));
      return absl::OkStatus();
    });

    EXPECT_THAT(late, FailsWith(absl::StatusCode::kInternal, "PUT_AFTER_ENTRY"));
    EXPECT_EQ(journal_->head().revision, 0);
  }
}

TEST_P(LedgerContractTest, TheEntryOfAMutationCommitsToAllThatItPut) {
  ASSERT_THAT(journal_->Mutate(Try(),
                               [](Turn& turn) {
                                 EXPECT_THAT(turn.Put("note", "a", "1"), IsOk());
                                 EXPECT_THAT(turn.Erase("note", "b"), IsOk());
                                 EXPECT_THAT(turn.AddLeaf({.kind = "STATEMENT"}), IsOk());
                                 return turn.AddLeaf({.kind = kMutationEntry}).status();
                               }),
              IsOk());

  VersionsHash hash;
  const std::vector<Version> feed = *journal_->ReadFeed(0, 10);
  ASSERT_THAT(feed, SizeIs(2));
  for (const Version& version : feed) hash.Add(version);
  EXPECT_THAT(*journal_->ReadEntry(0)->body, Not(HasSubstr("versions_sha256")));
  EXPECT_THAT(*journal_->ReadEntry(1)->body,
              HasSubstr("\"versions_sha256\":\"" + crypto::Hex(crypto::View(hash.digest()))));
}

TEST_P(LedgerContractTest, ABodyKnowsTheIndexOfTheLeafItWillAdd) {
  AddLeaves(3);
  std::vector<std::int64_t> told;
  std::vector<std::int64_t> taken;

  ASSERT_THAT(journal_->Mutate(Try(),
                               [&](Turn& turn) {
                                 for (int i = 0; i < 2; ++i) {
                                   told.push_back(turn.next_leaf_index());
                                   taken.push_back(turn.AddLeaf({})->leaf_index);
                                 }
                                 return absl::OkStatus();
                               }),
              IsOk());

  EXPECT_EQ(told, taken);
  EXPECT_THAT(taken, ::testing::ElementsAre(3, 4));
}

TEST_P(LedgerContractTest, AnEntryOfItsOwnTakesALeafAndNoRevision) {
  const auto entry = journal_->RecordLeaf([](absl::Time) { return "{\"kind\":\"DISCLOSURE\"}"; });

  ASSERT_THAT(entry, IsOk());
  EXPECT_EQ(entry->leaf_index, 0);
  EXPECT_EQ(journal_->head().revision, 0);
  EXPECT_EQ(journal_->head().leaf_count, 1);
  EXPECT_EQ(journal_->ReadEntry(0)->body, "{\"kind\":\"DISCLOSURE\"}");
}

TEST_P(LedgerContractTest, ACheckpointIsPublishedSoonAfterACommit) {
  EXPECT_THAT(journal_->LatestCheckpoint(),
              FailsWith(absl::StatusCode::kNotFound, "NO_CHECKPOINT"));
  EXPECT_THAT(journal_->CheckpointCovering(0),
              FailsWith(absl::StatusCode::kOutOfRange, "LEAF_NOT_COVERED"));

  AddLeaves(5);
  absl::StatusOr<PublishedCheckpoint> covering = journal_->CheckpointCovering(4);
  const absl::Time patience = absl::Now() + absl::Seconds(20);
  while (!covering.ok() && absl::Now() < patience) covering = journal_->CheckpointCovering(4);

  ASSERT_THAT(covering, IsOk());
  EXPECT_EQ(covering->size, 5);
  EXPECT_EQ(storage::ReadFile(CheckpointPath()).value(), covering->note);
  EXPECT_EQ(journal_->LatestCheckpoint()->note, covering->note);
  EXPECT_EQ(ledger::RootAt(*journal_->Tiles(), 5).value(), covering->root);
}

TEST_P(LedgerContractTest, WhatCannotBePublishedIsNotServedAndIsPublishedLater) {
  std::filesystem::remove_all(options_.publication_directory);
  AddLeaves(5);
  while (journal_->stats().publication_failures == 0) std::this_thread::yield();

  EXPECT_THAT(journal_->CheckpointCovering(0),
              FailsWith(absl::StatusCode::kOutOfRange, "LEAF_NOT_COVERED"));
  EXPECT_EQ(journal_->stats().leaves_unpublished, 5);
  std::filesystem::create_directory(options_.publication_directory);
  while (!journal_->CheckpointCovering(4).ok()) std::this_thread::yield();

  EXPECT_EQ(journal_->stats().leaves_unpublished, 0);
}

TEST_P(LedgerContractTest, ClosingPublishesTheLastEntries) {
  AddLeaves(7);

  EXPECT_EQ(ClosePublished().size, 7);
}

TEST_P(LedgerContractTest, EveryLeafIsProvenAcrossTilesAndReopening) {
  AddLeaves(600);
  const ledger::Checkpoint first = ClosePublished();
  Open();
  AddLeaves(70'000);
  const ledger::Checkpoint second = ClosePublished();
  Open();

  const auto tiles = journal_->Tiles();

  ASSERT_EQ(second.size, 70'600);
  for (const std::int64_t index : {0, 255, 256, 599, 600, 65'535, 65'536, 70'599}) {
    const auto proof = ledger::ProveInclusion(*tiles, index, second.size);
    ASSERT_THAT(proof, IsOk());
    const auto leaf = ledger::LeafHash(journal_->ReadEntry(index)->commitment);
    EXPECT_THAT(ledger::VerifyInclusion(*proof, index, second.size, leaf, second.root), IsOk());
  }
  const auto consistency = ledger::ProveConsistency(*tiles, first.size, second.size);
  ASSERT_THAT(consistency, IsOk());
  EXPECT_THAT(
      ledger::VerifyConsistency(*consistency, first.size, second.size, first.root, second.root),
      IsOk());
}

TEST_P(LedgerContractTest, ADestroyedKeyTakesTheBodiesAndLeavesTheProofs) {
  AddLeaves(3);
  const ledger::Checkpoint checkpoint = ClosePublished();
  journal_.reset();
  for (const auto& key : std::filesystem::directory_iterator(options_.expiry_key_directory)) {
    std::filesystem::remove(key);
  }
  Open();

  const auto entry = journal_->ReadEntry(1);

  ASSERT_THAT(entry, IsOk());
  EXPECT_EQ(entry->salt, std::nullopt);
  EXPECT_EQ(entry->body, std::nullopt);
  const auto proof = ledger::ProveInclusion(*journal_->Tiles(), 1, 3);
  EXPECT_THAT(
      ledger::VerifyInclusion(*proof, 1, 3, ledger::LeafHash(entry->commitment), checkpoint.root),
      IsOk());
}

TEST_P(LedgerContractTest, WhatATurnSealsIsOpenedByItsContextOnly) {
  std::string sealed;
  ASSERT_THAT(journal_->Mutate(Try(),
                               [&](Turn& turn) {
                                 sealed = *turn.Seal("a name", "contacts/1");
                                 return absl::OkStatus();
                               }),
              IsOk());

  EXPECT_EQ(*journal_->Unseal(sealed, "contacts/1").value(), "a name");
  EXPECT_THAT(journal_->Unseal(sealed, "contacts/2"),
              FailsWith(absl::StatusCode::kDataLoss, "SEALED_CONTENT_DAMAGED"));
}

TEST_P(LedgerContractTest, ADatabaseBehindThePublishedCheckpointIsOnlyRead) {
  AddLeaves(3);
  journal_.reset();
  GetParam().save(options_, root_.path());
  Open();
  AddLeaves(2);
  journal_.reset();
  GetParam().restore(options_, root_.path());

  Open();

  EXPECT_THAT(journal_->Writable(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
  EXPECT_THAT(journal_->Mutate(Try(), Put("a", "1")),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
  EXPECT_THAT(journal_->RecordLeaf([](absl::Time) { return "{}"; }),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
  EXPECT_FALSE(journal_->stats().writable);
  EXPECT_THAT(journal_->ReadEntry(2), IsOk());
}

TEST_P(LedgerContractTest, ADatabaseWithAnotherTreeThanThePublishedOneIsOnlyRead) {
  AddLeaves(3);
  journal_.reset();
  GetParam().drop(options_);
  std::filesystem::rename(options_.publication_directory, root_ / "kept");
  Open();
  AddLeaves(5);
  journal_.reset();
  std::filesystem::remove_all(options_.publication_directory);
  std::filesystem::rename(root_ / "kept", options_.publication_directory);

  Open();

  EXPECT_THAT(journal_->Writable(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
}

TEST_P(LedgerContractTest, APublishedCheckpointOfAnotherKeyStopsWriting) {
  AddLeaves(3);
  journal_.reset();
  auto key = crypto::Ed25519Key::FromSeed(std::string(32, 'z'));
  options_.signer = *ledger::NoteSigner::Create(options_.signer->name(), *std::move(key));

  Open();

  EXPECT_THAT(journal_->Writable(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));
}

TEST_P(LedgerContractTest, AKeyIsChangedWithBothSigningForAWhile) {
  const ledger::NoteSigner old = *options_.signer;
  const ledger::NoteSigner next = NextSigner();
  AddLeaves(3);
  ClosePublished();

  options_.signer = *old.With(NextKey());
  Open();
  AddLeaves(1);
  ClosePublished();

  const std::string both = *storage::ReadFile(CheckpointPath());
  EXPECT_THAT(ledger::OpenCheckpoint(both, old.verifiers()), IsOk());
  EXPECT_THAT(ledger::OpenCheckpoint(both, next.verifiers()), IsOk());
  const auto entry = journal_->ReadEntry(3);
  ASSERT_THAT(entry, IsOk());
  EXPECT_THAT(*entry->body, HasSubstr("\"kind\":\"LEDGER_KEYS\""));
  EXPECT_THAT(*entry->body, HasSubstr(old.vkey()));
  EXPECT_THAT(*entry->body, HasSubstr(next.vkey()));

  options_.signer = next;
  Open();
  EXPECT_THAT(journal_->Writable(), IsOk());
  AddLeaves(1);
  const std::int64_t size = ClosePublished().size;

  EXPECT_EQ(size, 7);
  const std::string alone = *storage::ReadFile(CheckpointPath());
  EXPECT_THAT(ledger::OpenCheckpoint(alone, next.verifiers()), IsOk());
  EXPECT_THAT(ledger::OpenCheckpoint(alone, old.verifiers()),
              FailsWith(absl::StatusCode::kInvalidArgument, "NOTE_NOT_SIGNED"));
}

TEST_P(LedgerContractTest, KeysThatStayAreNotRecorded) {
  options_.signer = *options_.signer->With(NextKey());
  AddLeaves(3);
  ClosePublished();
  Open();
  AddLeaves(1);
  EXPECT_EQ(ClosePublished().size, 5);

  Open();
  AddLeaves(1);

  EXPECT_EQ(ClosePublished().size, 6);
}

TEST_P(LedgerContractTest, AnOldKeyIsNeededUntilTheNewOneSigned) {
  const ledger::NoteSigner old = *options_.signer;
  AddLeaves(3);
  ClosePublished();
  options_.signer = NextSigner();
  Open();
  EXPECT_THAT(journal_->Writable(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "LEDGER_BEHIND_CHECKPOINT"));

  options_.signer = *NextSigner().With(OldKey());
  Open();

  EXPECT_THAT(journal_->Writable(), IsOk());
}

TEST_P(LedgerContractTest, ALostPublicationIsMadeAgainFromTheDatabase) {
  AddLeaves(3);
  journal_.reset();
  std::filesystem::remove(CheckpointPath());

  Open();

  EXPECT_THAT(journal_->Writable(), IsOk());
  EXPECT_EQ(ClosePublished().size, 3);
  EXPECT_EQ(journal_->LatestCheckpoint()->size, 3);
}

TEST_P(LedgerContractTest, ThePublishedFilesAreTheWholeLedger) {
  AddLeaves(300);
  ClosePublished();
  Open();
  AddLeaves(300);
  const ledger::Checkpoint checkpoint = ClosePublished();
  const ledger_files::FolderTiles files(options_.publication_directory, checkpoint.size);

  EXPECT_THAT(ledger::VerifyLog(files, checkpoint), IsOk());
}

TEST_P(LedgerContractTest, LostTilesArePublishedAgain) {
  AddLeaves(600);
  ClosePublished();
  journal_.reset();
  std::filesystem::remove_all(options_.publication_directory + "/tile");
  Open();
  const ledger::Checkpoint checkpoint = ClosePublished();
  const ledger_files::FolderTiles files(options_.publication_directory, checkpoint.size);

  EXPECT_THAT(ledger::VerifyLog(files, checkpoint), IsOk());
}

TEST_P(LedgerContractTest, ANewerDatabaseIsRefused) {
  journal_.reset();
  const auto known = options_.migrations;
  options_.migrations.push_back({.version = 2, .needs_reader = 2, .sql = "SELECT 1"});
  Open();
  journal_.reset();
  options_.migrations = known;

  EXPECT_THAT(Journal::Open(options_),
              FailsWith(absl::StatusCode::kFailedPrecondition, "DATABASE_NEWER"));
}

TEST(EmbeddedStoreTest, ASecondJournalOnTheStoreIsRefused) {
  const testing::TempDirectory root;
  const Options options = testing::TestJournalOptions(root.path());
  const auto journal = Journal::Open(options);
  ASSERT_THAT(journal, IsOk());

  EXPECT_THAT(Journal::Open(options),
              FailsWith(absl::StatusCode::kFailedPrecondition, "STORE_IN_USE"));
}

TEST(EmbeddedStoreTest, KeysAndCheckpointsMustNotLieInTheDataDirectory) {
  const testing::TempDirectory root;
  Options options = testing::TestJournalOptions(root.path());
  options.expiry_key_directory = options.directory + "/keys";

  EXPECT_THAT(Journal::Open(options),
              FailsWith(absl::StatusCode::kInvalidArgument, "JOURNAL_OPTIONS"));
}

INSTANTIATE_TEST_SUITE_P(Engines, LedgerContractTest, AllBackends(),
                         [](const auto& backend) { return backend.param.name; });

}  // namespace
}  // namespace comity::journal
