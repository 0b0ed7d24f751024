// What `comity admin check` finds in the exchange's own tables, and what it leaves alone.

#include "services/document-exchange/storage/rows_check.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/journal/expiry_keys.h"
#include "common/journal/store_check.h"
#include "common/status/macros.h"
#include "tests/contract/journal/journal_backend.h"
#include "tests/contract/journal/tampering.h"
#include "tests/integration/document_exchange/exchange_test.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_journal.h"

namespace comity::document_exchange {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using journal::Check;
using journal::PlacesIn;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class RowsCheckTest : public ExchangeTest {
 protected:
  // A bit of everything: an upload that is open, documents on their ways, a decision that stands
  // and one that was withdrawn, transfers made and refused. Then closed, and kept as it is.
  void Fill() {
    ASSERT_THAT(world_.Upload(kDesk, world_.Seal({})),
                FailsWith(absl::StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
    const SealedLetter retrieved = SendAuthorised();
    retrieved_ = retrieved.upload.document_id;
    decided_ = decision_->decision.name.substr(10);
    ASSERT_THAT(world_.Release(kTbilisi, retrieved_), IsOk());
    ASSERT_THAT(world_.Release(kDesk, retrieved_), IsOk());
    const auto [confirmation, signature] = world_.Confirmation(kTbilisi, retrieved);
    ASSERT_THAT(
        world_.exchange->ConfirmRetrieval(world_.By(kTbilisi), retrieved_, confirmation, signature),
        IsOk());
    const SealedLetter restricted = world_.Seal({});
    restricted_ = restricted.upload.document_id;
    ASSERT_THAT(world_.Send(kDesk, restricted), IsOk());
    ASSERT_THAT(
        world_.exchange->AddRestriction(world_.By(kDesk), restricted_,
                                        {.use = legal::UseRestriction::kNotToPartners,
                                         .partners = {"partners/panama", "partners/moldova"}}),
        IsOk());
    ASSERT_THAT(world_.exchange->PlaceHold(world_.By(kDpo), restricted_, "a complaint"), IsOk());
    const SealedLetter rejected = world_.Seal({});
    rejected_ = rejected.upload.document_id;
    ASSERT_THAT(world_.Send(kDesk, rejected), IsOk());
    ASSERT_THAT(world_.exchange->Reject(world_.By(kTbilisi), rejected_, "NOT_FOR_ME", "words"),
                IsOk());
    received_ = ReceiveFromTbilisi().upload.document_id;
    ASSERT_THAT(world_.exchange->ReleaseFromQuarantine(
                    world_.By(kDesk, "test/ReleaseFromQuarantine"), received_, kFrance),
                IsOk());
    const auto upload = world_.Upload(kDesk, world_.Seal({}));
    ASSERT_THAT(upload, IsOk());
    upload_ = *upload;
    const auto other = world_.DecideOtherData("partners/georgia");
    ASSERT_THAT(other, IsOk());
    withdrawn_ = other->decision.name.substr(10);
    ASSERT_THAT(world_.exchange->WithdrawDecision(world_.By(kFrance), withdrawn_, "reversed"),
                IsOk());
    world_.Close();
    backend_.save(options_, world_.folder.path());
  }

  journal::StoreToCheck Target() const {
    journal::StoreToCheck target = journal::TargetOf(options_);
    target.rows = {&rows_};
    return target;
  }

  // What other hands do to a store that nobody has open.
  void Tamper(const std::string& sql) const {
    journal::Tamper(options_, journal::Executing(Named(sql)));
  }

  void Restore() const { backend_.restore(options_, world_.folder.path()); }

  // With the ids of this run.
  std::string Named(const std::string& text) const {
    return absl::StrReplaceAll(text, {{"$retrieved", retrieved_},
                                      {"$restricted", restricted_},
                                      {"$rejected", rejected_},
                                      {"$received", received_},
                                      {"$upload", upload_},
                                      {"$decided", decided_},
                                      {"$withdrawn", withdrawn_},
                                      {"$tbilisi", kTbilisi},
                                      {"$panama", kPanama},
                                      {"$france", kFrance}});
  }

  const ExchangeRowsCheck rows_;
  const journal::Options options_ =
      testing::TestJournalOptions(world_.folder.path(), "document-exchange");
  const journal::Backend backend_ =
      options_.database.empty() ? journal::SqliteBackend() : journal::PostgresBackend();
  std::string retrieved_, restricted_, rejected_, received_, upload_, decided_, withdrawn_;
};

TEST_F(RowsCheckTest, FindsNothingInRowsAsTheyWereWritten) {
  Fill();

  const journal::StoreReport report = Check(Target());

  EXPECT_THAT(PlacesIn(report), IsEmpty());
  // Four documents, two decisions; statements (2 + 1, 2, 2 + 1, 1 + 1) and records of transfers.
  EXPECT_GE(report.rows, 4 + 2 + 10 + 7);
  EXPECT_EQ(report.rows_uncompared, 0);
}

TEST_F(RowsCheckTest, SaysWhichRowIsNotAsItWasWritten) {
  Fill();
  const struct {
    const char* sql;
    const char* where;
  } cases[] = {
      // Gone.
      {"DELETE FROM documents WHERE id = '$received'", "documents/$received"},
      {"DELETE FROM recipients WHERE document_id = '$restricted' AND own = 0",
       "documents/$restricted"},
      {"DELETE FROM restrictions", "documents/$restricted"},
      {"DELETE FROM decisions WHERE id = '$decided'", "decisions/$decided"},
      {"DELETE FROM uploads", "uploads/$upload"},
      // Added.
      {"INSERT INTO documents SELECT revision + 1000, 'x', sender, sender_side, manifest_sha256, "
       "thread, case_reference, operational, flags, content_length, description_length, "
       "controller, submit_time, registry_store, registry_number, erase_due, erase_time, erasure, "
       "held FROM documents WHERE id = '$received'",
       "documents/x"},
      {"INSERT INTO recipients SELECT revision, 7, document_id, '$panama', '$panama', 0, 1, '', 0, "
       "1, delivery_due, retrieval_due FROM recipients WHERE document_id = '$received' AND own = 1",
       "documents/$received"},
      {"INSERT INTO recipients SELECT 5000, ordinal, document_id, spiffe_id, side, own, state, "
       "reason, handed_over, waiting, delivery_due, retrieval_due FROM recipients WHERE "
       "document_id = '$received'",
       "recipients"},
      {"INSERT INTO restrictions SELECT document_revision, revision + 1, use, partners, by_partner "
       "FROM restrictions",
       "documents/$restricted"},
      {"INSERT INTO decisions SELECT revision + 1000, 'y', kind, partner, counterparts, "
       "case_reference, valid_from, valid_to, sealed_text, recorded_by, side, record_time, "
       "withdraw_time, changed_revision FROM decisions WHERE id = '$withdrawn'",
       "decisions/y"},
      {"INSERT INTO uploads SELECT 'z', document_id, owner, content_length, description_length, "
       "recipients, flags, context_digests, create_time, expire_time FROM uploads",
       "uploads/z"},
      // Changed.
      {"UPDATE documents SET sender = '$france' WHERE id = '$received'", "documents/$received"},
      {"UPDATE documents SET sender_side = 'x' WHERE id = '$received'", "documents/$received"},
      {"UPDATE documents SET manifest_sha256 = (SELECT d.manifest_sha256 FROM documents d WHERE "
       "d.id = '$rejected') WHERE id = '$received'",
       "documents/$received"},
      {"UPDATE documents SET thread = '$rejected' WHERE id = '$received'", "documents/$received"},
      {"UPDATE documents SET case_reference = '2026/18' WHERE id = '$received'",
       "documents/$received"},
      {"UPDATE documents SET operational = 0 WHERE id = '$received'", "documents/$received"},
      {"UPDATE documents SET flags = 16 WHERE id = '$received'", "documents/$received"},
      {"UPDATE documents SET content_length = 1 WHERE id = '$received'", "documents/$received"},
      {"UPDATE documents SET controller = '$tbilisi' WHERE id = '$received'",
       "documents/$received"},
      {"UPDATE documents SET submit_time = submit_time + 1 WHERE id = '$received'",
       "documents/$received"},
      {"UPDATE documents SET registry_number = 1000 WHERE id = '$received'", "documents/$received"},
      {"UPDATE documents SET erasure = 2, erase_time = submit_time WHERE id = '$received'",
       "documents/$received"},
      {"UPDATE documents SET held = 0 WHERE id = '$restricted'", "documents/$restricted"},
      {"UPDATE recipients SET state = 1 WHERE document_id = '$retrieved' AND own = 0",
       "documents/$retrieved"},
      {"UPDATE recipients SET reason = 'UNREADABLE' WHERE document_id = '$rejected' AND own = 0",
       "documents/$rejected"},
      {"UPDATE recipients SET handed_over = 1 WHERE document_id = '$rejected' AND own = 0",
       "documents/$rejected"},
      {"UPDATE recipients SET spiffe_id = '$panama', side = '$panama' WHERE document_id = "
       "'$retrieved' AND own = 0",
       "documents/$retrieved"},
      {"UPDATE recipients SET side = 'x' WHERE document_id = '$retrieved' AND own = 0",
       "documents/$retrieved"},
      {"UPDATE recipients SET retrieval_due = NULL WHERE document_id = '$restricted' AND own = 0",
       "documents/$restricted"},
      {"UPDATE restrictions SET use = 'NO_PASSING_ON', partners = ''", "documents/$restricted"},
      {"UPDATE decisions SET counterparts = 'partners/panama' WHERE id = '$decided'",
       "decisions/$decided"},
      {"UPDATE decisions SET valid_to = '2030-01-01' WHERE id = '$decided'", "decisions/$decided"},
      {"UPDATE decisions SET withdraw_time = NULL WHERE id = '$withdrawn'", "decisions/$withdrawn"},
      {"UPDATE decisions SET changed_revision = 1 WHERE id = '$withdrawn'", "decisions/$withdrawn"},
      {"UPDATE decisions SET recorded_by = '$tbilisi' WHERE id = '$decided'", "decisions/$decided"},
      {"UPDATE decisions SET sealed_text = (SELECT d.sealed_text FROM decisions d WHERE d.id = "
       "'$withdrawn') WHERE id = '$decided'",
       "decisions/$decided"},
      {"DROP TABLE restrictions", "service"},
  };
  for (const auto& [sql, where] : cases) {
    Tamper(sql);

    EXPECT_THAT(PlacesIn(Check(Target())), Contains(Named(where))) << sql;

    Restore();
  }
  EXPECT_THAT(PlacesIn(Check(Target())), IsEmpty());
}

TEST_F(RowsCheckTest, SaysWhichEvidenceIsNotAsItWasMade) {
  Fill();
  // Statements and records by their places among those of the document that was retrieved.
  const auto of_retrieved = [](const char* kind) {
    return absl::StrCat("document_id = '$retrieved' AND kind = ", kind);
  };
  const std::string retrieval = of_retrieved("8");
  const std::string delivery = of_retrieved("6");
  const struct {
    std::string sql;
    const char* where;  // The beginning.
  } cases[] = {
      {"DELETE FROM statements WHERE " + retrieval, "entry "},
      {"UPDATE statements SET leaf_index = leaf_index + 1000 WHERE " + retrieval, "entry "},
      {"INSERT INTO statements SELECT leaf_index + 1000, document_id, kind, sender, recipient, "
       "statement, signature, confirmation, confirmation_signature, commit_time FROM statements "
       "WHERE " +
           delivery,
       "statements/"},
      {"UPDATE statements SET kind = 7 WHERE " + delivery, "statements/"},
      {"UPDATE statements SET document_id = '$rejected' WHERE " + delivery, "statements/"},
      {"UPDATE statements SET recipient = '$panama' WHERE " + delivery, "statements/"},
      {"UPDATE statements SET statement = (SELECT s.statement FROM statements s WHERE "
       "s.document_id = '$rejected' AND s.kind = 6) WHERE " +
           delivery,
       "statements/"},
      {"UPDATE statements SET signature = (SELECT s.signature FROM statements s WHERE "
       "s.document_id = '$rejected' AND s.kind = 6) WHERE " +
           delivery,
       "statements/"},
      {"UPDATE statements SET confirmation = signature WHERE " + retrieval, "statements/"},
      {"UPDATE statements SET confirmation_signature = signature WHERE " + retrieval,
       "statements/"},
      {"UPDATE statements SET confirmation_signature = signature WHERE " + delivery, "statements/"},
      {"UPDATE statements SET commit_time = commit_time + 1 WHERE " + delivery, "statements/"},
      {"DELETE FROM transfer_records WHERE attempt = 'ReleaseHeaders'", "entry "},
      {"DELETE FROM transfer_records WHERE refused = 1", "entry "},
      {"DELETE FROM transfer_records WHERE attempt = 'ReleaseFromQuarantine'", "entry "},
      {"DELETE FROM transfer_records WHERE document_id = '$rejected'", "entry "},
      {"UPDATE transfer_records SET refused = 0", "transferRecords/"},
      {"UPDATE transfer_records SET refused = 1 WHERE attempt = 'ReleaseHeaders'",
       "transferRecords/"},
      {"UPDATE transfer_records SET recipient = '$panama' WHERE attempt = 'ReleaseHeaders'",
       "transferRecords/"},
      {"UPDATE transfer_records SET sender = '$france' WHERE attempt = 'SubmitDocument'",
       "transferRecords/"},
      {"UPDATE transfer_records SET attempt = 'Method' WHERE attempt = 'ReleaseHeaders'",
       "transferRecords/"},
      {"UPDATE transfer_records SET document_id = '$rejected' WHERE document_id = '$received'",
       "transferRecords/"},
      {"UPDATE transfer_records SET commit_time = 1 WHERE refused = 1", "transferRecords/"},
      {"UPDATE transfer_records SET revision = revision + 1000 WHERE refused = 1",
       "transferRecords/"},
      {"UPDATE transfer_records SET sealed_verdict = (SELECT t.sealed_verdict FROM "
       "transfer_records t WHERE t.refused = 1) WHERE refused = 0",
       "transferRecords/"},
      {"INSERT INTO transfer_records SELECT revision + 1000, ordinal, commit_time, document_id, "
       "attempt, sender, recipient, refused, sealed_verdict, leaf_index FROM transfer_records",
       "transferRecords/"},
  };
  for (const auto& [sql, where] : cases) {
    Tamper(sql);

    const std::vector<std::string> places = PlacesIn(Check(Target()));

    EXPECT_TRUE(std::any_of(
        places.begin(), places.end(),
        [&, prefix = where](const auto& place) { return absl::StartsWith(place, prefix); }))
        << Named(sql) << ::testing::PrintToString(places);

    Restore();
  }
}

TEST_F(RowsCheckTest, WithoutKeysTheFeedStillSaysWhatTheRowsWere) {
  Fill();
  journal::StoreToCheck backup = Target();
  backup.expiry_keys = "";

  const journal::StoreReport intact = Check(backup);
  Tamper("UPDATE documents SET case_reference = '2026/18' WHERE id = '$received'");
  Tamper("DELETE FROM decisions WHERE id = '$decided'");
  Tamper("UPDATE statements SET signature = statement WHERE kind = 8");
  const std::vector<std::string> places = PlacesIn(Check(backup));

  EXPECT_THAT(PlacesIn(intact), IsEmpty());
  EXPECT_GE(intact.rows, 4 + 2);
  EXPECT_GE(intact.rows_uncompared, 10 + 7) << "statements and records";
  EXPECT_THAT(places, Contains("documents/" + received_));
  EXPECT_THAT(places, Contains("decisions/" + decided_));
  EXPECT_THAT(places, Contains(::testing::StartsWith("statements/")));
}

TEST_F(RowsCheckTest, WhatWasPrunedIsCountedAndNotAFinding) {
  Fill();
  const auto keys = journal::ExpiryKeys::Open(options_.expiry_key_directory);
  ASSERT_THAT(keys, IsOk());
  ASSERT_THAT((*keys)->Destroy(absl::ToCivilMonth(world_.clock.Now(), absl::UTCTimeZone()) +
                               options_.expiry_months),
              IsOk());

  const journal::StoreReport report = Check(Target());

  EXPECT_THAT(PlacesIn(report), IsEmpty());
  EXPECT_GE(report.rows, 4 + 2);
  EXPECT_GE(report.rows_uncompared, 10 + 7);
}

TEST_F(RowsCheckTest, WhereVersionsSayNothingOfRowsTheEntriesDo) {
  Fill();
  // As binaries of before wrote them. (That the entries do not commit to this is found, too.)
  const auto silent = [](storage::Connection& sql) -> absl::Status {
    COMITY_ASSIGN_OR_RETURN(
        const auto update,
        sql.Prepare("UPDATE journal_versions SET body = ?1 WHERE body IS NOT NULL"));
    return update->BindBlob(1, "").Run();
  };
  const auto of_rows = [](std::vector<std::string> places) {
    std::erase_if(places, [](const auto& place) { return absl::StartsWith(place, "revision "); });
    return places;
  };
  journal::Tamper(options_, silent);
  const journal::StoreReport intact = Check(Target());
  EXPECT_THAT(of_rows(PlacesIn(intact)), IsEmpty());
  EXPECT_EQ(intact.rows_uncompared, 4 + 2);
  const std::pair<const char*, const char*> cases[] = {
      {"UPDATE documents SET manifest_sha256 = (SELECT d.manifest_sha256 FROM documents d WHERE "
       "d.id = '$rejected') WHERE id = '$received'",
       "documents/$received"},
      {"DELETE FROM recipients WHERE document_id = '$retrieved' AND own = 1",
       "documents/$retrieved"},
      {"UPDATE documents SET controller = '$tbilisi' WHERE id = '$received'",
       "documents/$received"},
      {"UPDATE recipients SET handed_over = 0 WHERE document_id = '$retrieved'",
       "documents/$retrieved"},
      {"UPDATE recipients SET state = 1, waiting = 1, reason = '' WHERE document_id = '$rejected' "
       "AND own = 0",
       "documents/$rejected"},
      {"DELETE FROM restrictions", "documents/$restricted"},
      {"UPDATE restrictions SET partners = 'partners/panama'", "documents/$restricted"},
      {"UPDATE decisions SET counterparts = 'partners/panama' WHERE id = '$decided'",
       "decisions/$decided"},
      {"UPDATE decisions SET withdraw_time = NULL WHERE id = '$withdrawn'", "decisions/$withdrawn"},
  };
  for (const auto& [sql, where] : cases) {
    Tamper(sql);

    EXPECT_THAT(of_rows(PlacesIn(Check(Target()))), Contains(Named(where))) << sql;

    Restore();
    journal::Tamper(options_, silent);
  }
  Restore();
  Tamper("UPDATE recipients SET state = 2 WHERE document_id = '$retrieved' AND own = 0");
  journal::Tamper(options_, silent);
  EXPECT_THAT(of_rows(PlacesIn(Check(Target()))), ElementsAre(::testing::StartsWith("statements/")))
      << "a retrieval is stated and its recipient has not retrieved";
}

TEST_F(RowsCheckTest, AStoreOfAnotherServiceIsNotItsOwn) {
  world_.Close();
  const testing::TempDirectory other;
  journal::Options options = testing::TestJournalOptions(other.path(), "registry");
  options.clock = &world_.clock;
  ASSERT_THAT(journal::Journal::Open(options), IsOk());

  const journal::StoreReport report =
      Check({.directory = options.directory, .database = options.database, .rows = {&rows_}});

  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.rows + report.rows_uncompared, 0);
}

TEST_F(RowsCheckTest, NamesTheRowAndNoContent) {
  Fill();
  Tamper("UPDATE documents SET case_reference = 'secret' WHERE id = '$received'");

  const journal::StoreReport report = Check(Target());

  ASSERT_EQ(report.found, 1);
  EXPECT_EQ(report.findings.front().where, "documents/" + received_);
  EXPECT_THAT(report.findings.front().what, Not(::testing::HasSubstr("secret")));
}

// Every step of a document's life leaves rows that its version tells: also those of timers.
TEST_F(RowsCheckTest, TimersAndTheEndOfARetentionLeaveRowsAsTheirVersionsSay) {
  const SealedLetter letter = SendAuthorised();
  const SealedLetter waiting = ReceiveFromTbilisi();
  for (const absl::Duration wait :
       {absl::Hours(40), absl::Hours(24 * 28), absl::Hours(24), absl::Hours(24)}) {
    world_.clock.Advance(wait);
    ASSERT_THAT(world_.exchange->RunTimers(), IsOk());
    world_.Close();
    EXPECT_THAT(PlacesIn(Check(Target())), IsEmpty());
    world_.Restart();
  }
  const auto rows = world_.tables->Read();
  EXPECT_EQ((*(*rows)->FindDocument(letter.upload.document_id))->erasure, Erasure::kErased);
  EXPECT_EQ((*(*rows)->FindDocument(waiting.upload.document_id))->erasure, Erasure::kErased);
}

TEST_F(RowsCheckTest, AWithheldDocumentIsAsItsVersionSays) {
  const SealedLetter letter = SendAuthorised();
  ASSERT_THAT(world_.exchange->WithdrawDecision(world_.By(kFrance),
                                                decision_->decision.name.substr(10), "reversed"),
              IsOk());
  world_.Close();

  const journal::StoreReport report = Check(Target());

  EXPECT_THAT(PlacesIn(report), IsEmpty());
  EXPECT_EQ(report.rows_uncompared, 0);
}

}  // namespace
}  // namespace comity::document_exchange
