// The end of a document's retention: what goes, what stays, and what a hold keeps.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/crypto/encoding.h"
#include "common/journal/backup.h"
#include "common/journal/journal.h"
#include "common/journal/pruning.h"
#include "common/json/canonical.h"
#include "common/storage/files.h"
#include "services/document-exchange/domain/objects.h"
#include "tests/integration/document_exchange/exchange_test.h"
#include "tests/testing/raw_scan.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_journal.h"

namespace comity::document_exchange {
namespace {

using absl::StatusCode;
using ::comity::testing::ExpiryKeysOf;
using ::comity::testing::FailsWith;
using ::comity::testing::FoldersOf;
using ::comity::testing::HoldsBytes;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr absl::Duration kRetention = absl::Hours(24 * 28);  // As the manifests say.

class ErasureTest : public ExchangeTest {
 protected:
  std::filesystem::path FolderOf(const std::string& id) {
    return world_.folder / ("payloads/documents/" + id);
  }

  // Files of a document.
  std::vector<std::string> FilesOf(const std::string& id) {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(FolderOf(id))) {
      names.push_back(file.path().filename());
    }
    return names;
  }

  absl::Status Pass(absl::Duration time) {
    world_.clock.Advance(time);
    return world_.exchange->RunTimers().status();
  }

  // The end of the retention, and the day after it.
  absl::Status PassRetention() {
    const absl::Status condemned = Pass(kRetention);
    return condemned.ok() ? Pass(journal::kErasureDelay) : condemned;
  }

  std::vector<journal::Entry> Entries() { return *world_.journal->ReadEntries(0, 10'000); }

  // The outcomes of the timer's entries about a document.
  std::vector<std::string> ErasureEntries(const std::string& id) {
    std::vector<std::string> outcomes;
    for (const journal::Entry& entry : Entries()) {
      const auto body = json::ParseCanonical(entry.body.value_or("{}"));
      if (!body->contains("method") || (*body)["method"] != "timer/erase") continue;
      EXPECT_EQ((*body)["resource"], "documents/" + id);
      EXPECT_EQ((*body)["detail"],
                (json::Json{{"delete_after_days", 28}, {"rule", "EXCHANGE_COPY"}}));
      outcomes.push_back((*body)["outcome"]);
    }
    return outcomes;
  }

  Document Row(const std::string& id) {
    return *(*world_.tables->Read())->FindDocument(id).value();
  }

  // Changes what the row says of the erasure.
  absl::Status Rewrite(const Document& document) {
    return world_.journal
        ->Mutate(
            {.caller = "-", .method = "test/Rewrite"},
            [&](journal::Turn& turn) { return world_.tables->In(turn)->UpdateErasure(document); })
        .status();
  }

  absl::StatusOr<Hold> PlaceHold(const std::string& id) {
    return world_.exchange->PlaceHold(world_.By(kDpo, "test/PlaceHold"), id, "a complaint");
  }
  absl::StatusOr<Hold> LiftHold(const std::string& id) {
    return world_.exchange->LiftHold(world_.By(kDpo, "test/LiftHold"), id, "settled");
  }
};

TEST_F(ErasureTest, AtTheEndOfItsRetentionADocumentIsErasedAndItsEvidenceStays) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  ASSERT_THAT(world_.Release(kTbilisi, id), IsOk());
  const auto [confirmation, signature] = world_.Confirmation(kTbilisi, letter);
  ASSERT_THAT(world_.exchange->ConfirmRetrieval(world_.By(kTbilisi), id, confirmation, signature),
              IsOk());
  const std::vector<std::string> statements = world_.Kinds(kDesk, id);

  ASSERT_THAT(PassRetention(), IsOk());

  EXPECT_THAT(FilesOf(id), UnorderedElementsAre("manifest.json", "manifest.p7s"));
  const auto erased = FailsWith(StatusCode::kFailedPrecondition, "ERASED");
  EXPECT_THAT(world_.Release(kTbilisi, id), erased);
  EXPECT_THAT(world_.Release(kDesk, id), erased);
  EXPECT_THAT(world_.exchange->OpenPayload(world_.By(kTbilisi), id, PayloadKind::kContent), erased);
  const auto view = world_.exchange->Get(world_.By(kDesk), id);
  ASSERT_THAT(view, IsOk());
  EXPECT_EQ(view->manifest, letter.submission.manifest);
  EXPECT_EQ(view->document.erase_time, world_.clock.Now());
  EXPECT_EQ(world_.Kinds(kDesk, id), statements);
  EXPECT_THAT(ErasureEntries(id), ElementsAre("BEGUN", "DONE"));
  // Once.
  ASSERT_THAT(Pass(absl::Hours(1)), IsOk());
  EXPECT_THAT(ErasureEntries(id), SizeIs(2));
}

TEST_F(ErasureTest, NothingIsErasedADayEarly) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;

  ASSERT_THAT(Pass(kRetention - absl::Seconds(1)), IsOk());

  EXPECT_THAT(FilesOf(id), SizeIs(6));
  EXPECT_THAT(world_.Release(kTbilisi, id), IsOk());
  EXPECT_EQ(Row(id).erase_due, Row(id).submit_time + kRetention);
}

TEST_F(ErasureTest, WhatWaitedIsNoLongerInTheInbox) {
  const SealedLetter letter = SendAuthorised();
  const std::string side = SideOf(*world_.By(kTbilisi).caller);
  ASSERT_THAT((*world_.tables->Read())->WaitingFor(side, 0, 10).value(), SizeIs(1));

  ASSERT_THAT(Pass(kRetention), IsOk());

  EXPECT_THAT((*world_.tables->Read())->WaitingFor(side, 0, 10).value(), IsEmpty());
  EXPECT_THAT((*world_.tables->Read())->WaitingOfCase(kCase).value(), IsEmpty());
}

TEST_F(ErasureTest, WhatIsInQuarantineIsErasedTooAndNotReleasedAnyMore) {
  const SealedLetter letter = ReceiveFromTbilisi();
  ASSERT_THAT(Pass(kRetention), IsOk());

  EXPECT_THAT(
      world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), letter.upload.document_id, kDesk),
      FailsWith(StatusCode::kFailedPrecondition, "ERASED"));
}

TEST_F(ErasureTest, AHoldKeepsADocumentUntilItIsLifted) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;

  const auto placed = PlaceHold(id);

  ASSERT_THAT(placed, IsOk());
  EXPECT_TRUE(placed->in_force);
  ASSERT_THAT(Pass(2 * kRetention), IsOk());
  EXPECT_THAT(FilesOf(id), SizeIs(6));
  EXPECT_THAT(ErasureEntries(id), IsEmpty());
  const auto lifted = LiftHold(id);
  ASSERT_THAT(lifted, IsOk());
  EXPECT_FALSE(lifted->in_force);
  ASSERT_THAT(Pass(absl::Seconds(5)), IsOk());
  EXPECT_THAT(FilesOf(id), SizeIs(6));
  ASSERT_THAT(Pass(journal::kErasureDelay), IsOk());
  EXPECT_THAT(FilesOf(id), SizeIs(2));
  // Too late for the document; for the ledger's entries not.
  const auto late = PlaceHold(id);
  ASSERT_THAT(late, IsOk());
  EXPECT_TRUE(late->in_force);
  EXPECT_EQ(late->erase_time, world_.clock.Now());
}

TEST_F(ErasureTest, WhatIsToGoIsNotHandedOutAndGoesADayLater) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;

  ASSERT_THAT(Pass(kRetention), IsOk());

  EXPECT_THAT(world_.exchange->OpenPayload(world_.By(kTbilisi), id, PayloadKind::kContent),
              FailsWith(StatusCode::kFailedPrecondition, "ERASED"));
  EXPECT_EQ(world_.exchange->Get(world_.By(kDesk), id)->document.erased_at(), std::nullopt);
  EXPECT_THAT(ErasureEntries(id), ElementsAre("BEGUN"));
  ASSERT_THAT(Pass(journal::kErasureDelay - absl::Seconds(1)), IsOk());
  world_.Restart();
  ASSERT_THAT(Pass(absl::ZeroDuration()), IsOk());
  EXPECT_THAT(FilesOf(id), SizeIs(6));
  ASSERT_THAT(Pass(absl::Seconds(1)), IsOk());
  EXPECT_THAT(FilesOf(id), SizeIs(2));
}

TEST_F(ErasureTest, AHoldOfTheDayInBetweenKeepsTheDocument) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  ASSERT_THAT(Pass(kRetention), IsOk());

  const auto placed = PlaceHold(id);

  ASSERT_THAT(placed, IsOk());
  EXPECT_EQ(placed->erase_time, std::nullopt);
  ASSERT_THAT(Pass(2 * journal::kErasureDelay), IsOk());
  EXPECT_THAT(FilesOf(id), SizeIs(6));
  EXPECT_THAT(world_.exchange->OpenPayload(world_.By(kTbilisi), id, PayloadKind::kContent), IsOk());
  EXPECT_THAT(ErasureEntries(id), ElementsAre("BEGUN", "ABANDONED"));
}

TEST_F(ErasureTest, AClockThatWasAheadAndWasPutRightErasesNothing) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  ASSERT_THAT(Pass(kRetention), IsOk());

  ASSERT_THAT(Pass(absl::Hours(1) - kRetention), IsOk());

  EXPECT_THAT(ErasureEntries(id), ElementsAre("BEGUN", "ABANDONED"));
  EXPECT_THAT(FilesOf(id), SizeIs(6));
  EXPECT_THAT(world_.exchange->OpenPayload(world_.By(kTbilisi), id, PayloadKind::kContent), IsOk());
  EXPECT_EQ(Row(id).erase_time, std::nullopt);
  // Its own time comes.
  ASSERT_THAT(PassRetention(), IsOk());
  EXPECT_THAT(FilesOf(id), SizeIs(2));
}

TEST_F(ErasureTest, AHoldIsEvidencedOnceWithItsReason) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  const std::int64_t leaf = world_.journal->head().leaf_count;

  ASSERT_THAT(PlaceHold(id), IsOk());
  ASSERT_THAT(PlaceHold(id), IsOk());

  EXPECT_EQ(world_.journal->head().leaf_count, leaf + 1);
  const json::Json body = *json::ParseCanonical(*world_.journal->ReadEntry(leaf)->body);
  EXPECT_EQ(body["caller"], kDpo);
  EXPECT_EQ(body["resource"], "documents/" + id);
  EXPECT_EQ(body["detail"]["reason"], "a complaint");
}

TEST_F(ErasureTest, AHoldNeedsADocumentAndAReason) {
  const SealedLetter letter = SendAuthorised();

  EXPECT_THAT(PlaceHold("01980000-0000-7000-8000-000000000000"),
              FailsWith(StatusCode::kNotFound, "DOCUMENT_NOT_FOUND"));
  EXPECT_THAT(PlaceHold("no-uuid"), FailsWith(StatusCode::kNotFound, "DOCUMENT_NOT_FOUND"));
  EXPECT_THAT(world_.exchange->PlaceHold(world_.By(kDpo), letter.upload.document_id, ""),
              FailsWith(StatusCode::kInvalidArgument, "REASON_MISSING"));
}

TEST_F(ErasureTest, WhatACrashLeftHalfErasedIsFinishedAfterIt) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  world_.clock.Advance(kRetention);
  Document begun = Row(id);
  begun.erasure = Erasure::kDestroying;
  begun.erase_time = world_.clock.Now();
  ASSERT_THAT(Rewrite(begun), IsOk());
  std::filesystem::remove(FolderOf(id) / HeaderObject(kTbilisi));
  world_.Restart();
  EXPECT_THAT(world_.Release(kDesk, id), FailsWith(StatusCode::kFailedPrecondition, "ERASED"));
  // Too late.
  ASSERT_THAT(PlaceHold(id), IsOk());

  ASSERT_THAT(world_.exchange->RunTimers(), IsOk());

  EXPECT_THAT(FilesOf(id), SizeIs(2));
  EXPECT_EQ(Row(id).erasure, Erasure::kErased);
  EXPECT_THAT(ErasureEntries(id), ElementsAre("DONE"));
}

TEST_F(ErasureTest, ARowThatSaysNothingTakesItsTermFromTheManifest) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  Document old = Row(id);
  old.erase_due.reset();
  ASSERT_THAT(Rewrite(old), IsOk());

  ASSERT_THAT(Pass(absl::Hours(1)), IsOk());

  EXPECT_EQ(Row(id).erase_due, Row(id).submit_time + kRetention);
  EXPECT_THAT(FilesOf(id), SizeIs(6));
}

TEST_F(ErasureTest, OneDocumentThatCannotBeErasedKeepsNoOther) {
  const SealedLetter broken = SendAuthorised();
  SealedLetter letter = world_.Seal({});
  ASSERT_THAT(world_.Send(kDesk, letter), IsOk());
  std::filesystem::remove(FolderOf(broken.upload.document_id) / "manifest.json");

  for (const absl::Duration time : {kRetention, journal::kErasureDelay}) {
    EXPECT_THAT(Pass(time), FailsWith(StatusCode::kNotFound, "OBJECT_NOT_FOUND"));
  }

  EXPECT_THAT(FilesOf(letter.upload.document_id), SizeIs(2));
  EXPECT_THAT(FilesOf(broken.upload.document_id), SizeIs(5)) << "nobody knows its term";
}

TEST_F(ErasureTest, AHoldKeepsWhatTheLedgerAndTheRecordsSayOfADocument) {
  const SealedLetter held = SendAuthorised();
  SealedLetter other = world_.Seal({});
  ASSERT_THAT(world_.Send(kDesk, other), IsOk());
  ASSERT_THAT(PlaceHold(held.upload.document_id), IsOk());
  const auto pruner = *journal::Pruner::Open(world_.journal.get(), world_.folder / "keys",
                                             &ExchangeTables::KeepHeld);
  world_.clock.Advance(absl::Hours(24 * 31 * 38));

  for (const absl::Duration wait : {absl::ZeroDuration(), journal::kErasureDelay}) {
    world_.clock.Advance(wait);
    ASSERT_THAT(pruner->Prune(world_.clock.Now()), IsOk());
  }

  std::set<std::string> resources;
  std::size_t pruned = 0;
  for (const journal::Entry& entry : Entries()) {
    if (!entry.body) {
      ++pruned;
      continue;
    }
    resources.insert((*json::ParseCanonical(*entry.body))["resource"]);
  }
  EXPECT_THAT(resources, UnorderedElementsAre("documents/" + held.upload.document_id, "ledger"));
  EXPECT_GT(pruned, 0U);
  const std::vector<TransferRecord> records = Records(false);
  ASSERT_THAT(records, SizeIs(2));
  for (const TransferRecord& record : records) {
    EXPECT_EQ(record.verdict.empty(), record.document_id != held.upload.document_id);
  }
  // A decision whose conditions are gone permits nothing; what it was is still listed.
  EXPECT_THAT((*world_.tables->Read())->DecisionsOfCase(kCase).value(), IsEmpty());
  DecisionFilter all;
  all.all = true;
  const auto decisions = (*world_.tables->Read())->ListDecisions(all, 1'000'000, 10);
  ASSERT_THAT(decisions.value(), SizeIs(1));
  EXPECT_TRUE(decisions->front().pruned);
}

// The whole store, as its files are, once the document's retention and the ledger's term are over.
class RawScanTest : public ErasureTest {
 protected:
  // A decision that says why and on which terms, and a letter on the strength of it.
  SealedLetter Send() {
    RecordedDecision decision;
    decision.decision.kind = legal::DecisionKind::kAuthorisation;
    decision.decision.partner = "partners/france";
    decision.decision.counterparts = {"partners/georgia"};
    decision.decision.case_reference = kCase;
    decision.decision.conditions = {kCondition};
    decision.decision.valid_from = *PartialDate::Parse("2026-11-01");
    decision.decision.grounds = kGrounds;
    decision.evidence = "FR-1";
    EXPECT_THAT(
        world_.exchange->RecordDecision(world_.By(kFrance, "test/RecordDecision"), decision),
        IsOk());
    SealedLetter letter = world_.Seal({});
    EXPECT_THAT(world_.Send(kDesk, letter), IsOk());
    return letter;
  }

  journal::Options Store() {
    journal::Options options =
        comity::testing::TestJournalOptions(world_.folder.path(), "document-exchange");
    options.migrations = Migrations();
    options.clock = &world_.clock;
    return options;
  }

  // As its keeper makes it: `comity admin backup`, or what PostgreSQL's tools copy.
  void BackUp() {
    world_.Close();
    if (Store().directory.empty()) {
      comity::testing::SaveTestStore(world_.folder.path());
    } else {
      ASSERT_THAT(journal::BackUp(Store().directory, world_.folder / "backup", world_.clock),
                  IsOk());
    }
    world_.Restart();
  }

  // The store only; nothing is open.
  void Restore() {
    if (Store().directory.empty()) {
      comity::testing::RestoreTestStore(world_.folder.path());
    } else {
      std::filesystem::remove_all(Store().directory);
      ASSERT_THAT(journal::Restore(world_.folder / "backup", Store().directory), IsOk());
    }
  }

  void PruneLedger() {
    const auto pruner = *journal::Pruner::Open(world_.journal.get(), Store().expiry_key_directory,
                                               &ExchangeTables::KeepHeld);
    world_.clock.Advance(absl::Hours(24 * 31 * 38));
    for (const absl::Duration wait : {absl::ZeroDuration(), journal::kErasureDelay}) {
      world_.clock.Advance(wait);
      ASSERT_THAT(pruner->Prune(world_.clock.Now()), IsOk());
    }
  }

  bool SomewhereHolds(absl::string_view bytes) {
    for (const std::filesystem::path& folder : FoldersOf(Store(), world_.folder.path())) {
      if (HoldsBytes(folder, bytes)) return true;
    }
    return false;
  }

  static constexpr char kCondition[] = "a condition that nobody keeps";
  static constexpr char kGrounds[] = "grounds that nobody keeps";
};

TEST_F(RawScanTest, NeitherStoreNorLogsNorABackupHoldWhatWasErasedOrPruned) {
  const SealedLetter letter = Send();
  const std::string& id = letter.upload.document_id;
  const std::string headers =
      crypto::Base64(letter.submission.headers.back().content_header);  // As the object has them.
  const std::string content = letter.content.substr(letter.content.size() / 2, 64);
  const std::vector<std::string> keys = ExpiryKeysOf(Store());
  ASSERT_THAT(keys, SizeIs(1));
  const journal::Entry entry = world_.journal->ReadEntry(0).value();
  const std::string verdict = Records(false).at(0).verdict;
  ASSERT_NE(verdict, "");
  ASSERT_TRUE(SomewhereHolds(id));
  ASSERT_TRUE(SomewhereHolds(headers));
  ASSERT_TRUE(SomewhereHolds(content));
  ASSERT_TRUE(SomewhereHolds(keys.front()));
  // The salt is in clear nowhere, ever; what stands beside it in its row is.
  ASSERT_TRUE(SomewhereHolds(crypto::View(entry.commitment)));
  BackUp();

  ASSERT_THAT(PassRetention(), IsOk());
  PruneLedger();

  EXPECT_TRUE(SomewhereHolds(id)) << "what was sent to whom stays";
  for (const std::string& gone : {headers, content, keys.front(), entry.salt.value(), verdict,
                                  std::string(kCondition), std::string(kGrounds)}) {
    EXPECT_FALSE(SomewhereHolds(gone)) << absl::CHexEscape(gone);
  }
  world_.Close();
  Restore();
  const auto restored = journal::Journal::Open(Store());
  ASSERT_THAT(restored, IsOk());
  EXPECT_EQ((*restored)->ReadEntry(0)->body, std::nullopt) << "the backup does not bring it back";
  ExchangeTables tables(restored->get());
  const auto rows = tables.Read();
  ASSERT_THAT(rows, IsOk());
  DecisionFilter all;
  all.all = true;
  const auto decisions = (*rows)->ListDecisions(all, 1'000'000, 10);
  ASSERT_THAT(decisions.value(), SizeIs(1));
  EXPECT_TRUE(decisions->front().pruned);
  EXPECT_EQ(decisions->front().decision.grounds, "");
  const auto records =
      (*rows)->ScanTransferRecords(0, 0, absl::InfinitePast(), absl::InfiniteFuture(), false, 100);
  ASSERT_THAT(records.value(), Not(IsEmpty()));
  for (const TransferRecord& record : *records) EXPECT_EQ(record.verdict, "");
}

}  // namespace
}  // namespace comity::document_exchange
