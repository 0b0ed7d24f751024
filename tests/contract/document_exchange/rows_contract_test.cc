#include "tests/contract/document_exchange/rows_contract.h"

namespace comity::document_exchange {
namespace {

using absl::StatusCode;
using comity::testing::FailsWith;
using comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_P(RowsContractTest, WhatIsNotThereIsNullopt) {
  const auto rows = Read();

  EXPECT_EQ(rows->FindUpload("none").value(), std::nullopt);
  EXPECT_THAT(rows->UploadsOfDocument("none").value(), IsEmpty());
  EXPECT_EQ(rows->FindDocument("none").value(), std::nullopt);
  EXPECT_EQ(rows->FindDecision("none").value(), std::nullopt);
  EXPECT_THAT(rows->StatementsOf("none").value(), IsEmpty());
}

TEST_P(RowsContractTest, AnUploadIsFoundAsItWasInsertedUntilItIsErased) {
  const Upload upload = UploadOf("u1", kNow + absl::Hours(24));
  ASSERT_THAT(Insert(upload), IsOk());

  const auto found = Read()->FindUpload("u1");
  ASSERT_THAT(found, IsOk());
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->id, "u1");
  EXPECT_EQ((*found)->owner, kDesk);
  EXPECT_EQ((*found)->announced, upload.announced);
  EXPECT_EQ((*found)->recipients, upload.recipients);
  EXPECT_EQ((*found)->flags, upload.flags);
  EXPECT_EQ((*found)->context_digests, upload.context_digests);
  EXPECT_EQ((*found)->create_time, upload.create_time);
  EXPECT_EQ((*found)->expire_time, upload.expire_time);

  ASSERT_THAT(Mutate([](journal::Turn&, WritableRows& rows) { return rows.EraseUpload("u1"); }),
              IsOk());
  EXPECT_EQ(Read()->FindUpload("u1").value(), std::nullopt);
}

TEST_P(RowsContractTest, UploadsOfADocumentComeOldestFirstWithThoseThatExpired) {
  Upload expired = UploadOf("u1", kNow - absl::Hours(24));
  Upload open = UploadOf("u2", kNow + absl::Hours(24));
  expired.document_id = open.document_id = "a document";
  for (const Upload& upload : {open, expired, UploadOf("u3", kNow + absl::Hours(24))}) {
    ASSERT_THAT(Insert(upload), IsOk());
  }

  EXPECT_THAT(Ids(Read()->UploadsOfDocument("a document")), ElementsAre("u1", "u2"));
}

TEST_P(RowsContractTest, UploadsAreCountedByOwnerAndScannedOnceTheyExpire) {
  ASSERT_THAT(Insert(UploadOf("later", kNow + absl::Hours(2))), IsOk());
  ASSERT_THAT(Insert(UploadOf("sooner", kNow + absl::Hours(1))), IsOk());

  EXPECT_EQ(Read()->CountUploadsOf(kDesk).value(), 2);
  EXPECT_EQ(Read()->CountUploadsOf(kColleague).value(), 0);
  EXPECT_THAT(Ids(Read()->ScanExpiredUploads(kNow, 10)), IsEmpty());
  EXPECT_THAT(Ids(Read()->ScanExpiredUploads(kNow + absl::Hours(1), 10)), ElementsAre("sooner"));
  EXPECT_THAT(Ids(Read()->ScanExpiredUploads(kNow + absl::Hours(2), 10)),
              ElementsAre("sooner", "later"));
  EXPECT_THAT(Ids(Read()->ScanExpiredUploads(kNow + absl::Hours(2), 1)), SizeIs(1));
}

TEST_P(RowsContractTest, ADocumentIsFoundAsItWasInserted) {
  Document letter = Letter("d1");
  letter.recipients[1].retrieval_due = kNow + absl::Hours(36);
  ASSERT_THAT(Insert(letter), IsOk());

  const auto found = Read()->FindDocument("d1");

  ASSERT_THAT(found, IsOk());
  ASSERT_TRUE(found->has_value());
  const Document& document = **found;
  EXPECT_EQ(document.sender, kDesk);
  EXPECT_EQ(document.manifest_sha256, letter.manifest_sha256);
  EXPECT_EQ(document.thread, letter.thread);
  EXPECT_EQ(document.case_reference, letter.case_reference);
  EXPECT_TRUE(document.operational);
  EXPECT_EQ(document.flags, letter.flags);
  EXPECT_EQ(document.sizes, letter.sizes);
  EXPECT_EQ(document.submit_time, kNow);
  EXPECT_EQ(document.revision, 1);
  EXPECT_EQ(document.registry_revision, letter.registry_revision);
  ASSERT_THAT(document.recipients, SizeIs(2));
  EXPECT_EQ(document.recipients[0].spiffe_id, kDesk);
  EXPECT_TRUE(document.recipients[0].own);
  EXPECT_EQ(document.recipients[1].spiffe_id, kTbilisi);
  EXPECT_EQ(document.recipients[1].retrieval_due, kNow + absl::Hours(36));
  EXPECT_EQ(document.recipients[1].delivery_due, std::nullopt);
}

TEST_P(RowsContractTest, ADocumentIdIsTakenOnce) {
  ASSERT_THAT(Insert(Letter("d1")), IsOk());

  EXPECT_THAT(Insert(Letter("d1")), FailsWith(StatusCode::kAlreadyExists, "DOCUMENT_ID_TAKEN"));
}

TEST_P(RowsContractTest, UpdatesChangeWhatTheySayAndNothingElse) {
  ASSERT_THAT(Insert(Letter("d1")), IsOk());
  Document document = *Read()->FindDocument("d1").value();
  document.controller = kColleague;
  document.registry_revision.number = 8;
  Recipient recipient = document.recipients[1];
  recipient.state = RecipientState::kWithheld;
  recipient.reason = "DECISION_WITHDRAWN";
  const AddedRestriction restriction = {
      .use = "NO_PASSING_ON", .partners = {"partners/moldova"}, .by_partner = "partners/georgia"};

  ASSERT_THAT(Mutate([&](journal::Turn&, WritableRows& rows) -> absl::Status {
                COMITY_RETURN_IF_ERROR(rows.UpdateDocument(document));
                COMITY_RETURN_IF_ERROR(rows.UpdateRecipient("d1", recipient));
                return rows.InsertRestriction("d1", restriction);
              }),
              IsOk());

  const Document changed = *Read()->FindDocument("d1").value();
  EXPECT_EQ(changed.controller, kColleague);
  EXPECT_EQ(changed.registry_revision.number, 8);
  EXPECT_EQ(changed.revision, 1);
  EXPECT_EQ(changed.recipients[0].state, RecipientState::kAvailable);
  EXPECT_EQ(changed.recipients[1].state, RecipientState::kWithheld);
  EXPECT_EQ(changed.recipients[1].reason, "DECISION_WITHDRAWN");
  EXPECT_THAT(changed.added_restrictions, ElementsAre(restriction));
}

TEST_P(RowsContractTest, DocumentsAreListedNewestFirstPageByPage) {
  for (const char* const id : {"d1", "d2", "d3"}) ASSERT_THAT(Insert(Letter(id)), IsOk());
  DocumentPage page = {.side = kTbilisi, .before_revision = 100, .limit = 2};

  EXPECT_THAT(Ids(Read()->ListDocuments(page)), ElementsAre("d3", "d2"));
  page.before_revision = 2;
  EXPECT_THAT(Ids(Read()->ListDocuments(page)), ElementsAre("d1"));
}

TEST_P(RowsContractTest, AListIsOfASideABoxAndAThread) {
  ASSERT_THAT(Insert(Letter("d1")), IsOk());
  Document answer = Letter("d2");
  answer.sender = kTbilisi;
  answer.thread = "thread of d1";
  answer.recipients = {{.spiffe_id = kTbilisi, .own = true}, {.spiffe_id = kDesk}};
  ASSERT_THAT(Insert(answer), IsOk());
  const auto list = [&](const std::string& side, DocumentPage::Box box,
                        const std::string& thread = "") {
    return Ids(Read()->ListDocuments(
        {.box = box, .side = side, .thread = thread, .before_revision = 100}));
  };

  EXPECT_THAT(list(kFrenchUnit, DocumentPage::Box::kBoth), ElementsAre("d2", "d1"));
  EXPECT_THAT(list(kFrenchUnit, DocumentPage::Box::kSent), ElementsAre("d1"));
  EXPECT_THAT(list(kFrenchUnit, DocumentPage::Box::kInbox), ElementsAre("d2"));
  EXPECT_THAT(list(kPanama, DocumentPage::Box::kBoth), IsEmpty());
  EXPECT_THAT(list(kFrenchUnit, DocumentPage::Box::kBoth, "thread of d1"), ElementsAre("d2", "d1"));
  EXPECT_THAT(list(kFrenchUnit, DocumentPage::Box::kBoth, "another"), IsEmpty());
}

TEST_P(RowsContractTest, WhatARecipientCannotOpenYetIsWaiting) {
  ASSERT_THAT(Insert(Letter("quarantined", RecipientState::kQuarantined)), IsOk());
  ASSERT_THAT(Insert(Letter("available", RecipientState::kAvailable)), IsOk());
  ASSERT_THAT(Insert(Letter("released", RecipientState::kReleased)), IsOk());

  EXPECT_THAT(Ids(Read()->WaitingOfCase("2026/17")), ElementsAre("quarantined", "available"));
  EXPECT_THAT(Ids(Read()->WaitingOfCase("2026/18")), IsEmpty());
  EXPECT_THAT(Ids(Read()->WaitingFor(kTbilisi, 0, 10)), ElementsAre("quarantined", "available"));
  EXPECT_THAT(Ids(Read()->WaitingFor(kTbilisi, 1, 10)), ElementsAre("available"));
  EXPECT_THAT(Ids(Read()->WaitingFor(kTbilisi, 0, 1)), ElementsAre("quarantined"));
  EXPECT_THAT(Ids(Read()->WaitingFor(kFrenchUnit, 0, 10)), IsEmpty()) << "its own are no wait";
}

TEST_P(RowsContractTest, TimeOutsFallDueOnceTheirTimeHasCome) {
  Document quarantined = Letter("delivery", RecipientState::kQuarantined);
  quarantined.recipients[1].delivery_due = kNow + absl::Hours(24);
  Document available = Letter("retrieval");
  available.recipients[1].retrieval_due = kNow + absl::Hours(36);
  ASSERT_THAT(Insert(quarantined), IsOk());
  ASSERT_THAT(Insert(available), IsOk());
  ASSERT_THAT(Insert(Letter("never")), IsOk());

  EXPECT_THAT(Ids(Read()->DueDocuments(kNow + absl::Hours(23), 10)), IsEmpty());
  EXPECT_THAT(Ids(Read()->DueDocuments(kNow + absl::Hours(24), 10)), ElementsAre("delivery"));
  EXPECT_THAT(Ids(Read()->DueDocuments(kNow + absl::Hours(36), 10)),
              ElementsAre("delivery", "retrieval"));
  EXPECT_THAT(Ids(Read()->DueDocuments(kNow + absl::Hours(36), 1)), SizeIs(1));
}

TEST_P(RowsContractTest, WhatIsPastItsRetentionIsFoundUntilItIsErasedUnlessItIsHeld) {
  for (const char* const id : {"due", "later", "held", "unknown"}) {
    Document document = Letter(id);
    if (document.id != "unknown") {
      document.erase_due = kNow + absl::Hours(document.id == "later" ? 2 : 1);
    }
    ASSERT_THAT(Insert(document), IsOk());
  }
  const auto update = [&](const std::string& id, const std::function<void(Document&)>& change) {
    Document document = *Read()->FindDocument(id).value();
    change(document);
    EXPECT_THAT(
        Mutate([&](journal::Turn&, WritableRows& rows) { return rows.UpdateErasure(document); }),
        IsOk());
    const Document found = *Read()->FindDocument(id).value();
    EXPECT_EQ(found.erase_due, document.erase_due);
    EXPECT_EQ(found.erase_time, document.erase_time);
    EXPECT_EQ(found.erasure, document.erasure);
    EXPECT_EQ(found.held, document.held);
  };
  update("held", [](Document& document) { document.held = true; });
  const auto erasable = [&](int hours) {
    return Ids(Read()->ErasableDocuments(kNow + absl::Hours(hours), kNow, 10));
  };

  EXPECT_THAT(erasable(0), ElementsAre("unknown"));
  EXPECT_THAT(erasable(1), ElementsAre("due", "unknown"));
  EXPECT_THAT(erasable(2), ElementsAre("due", "later", "unknown"));
  EXPECT_THAT(Ids(Read()->ErasableDocuments(kNow + absl::Hours(2), kNow, 2)),
              ElementsAre("due", "later"));
  // What is being destroyed comes first, also if a hold came later.
  update("held", [](Document& document) {
    document.erase_time = kNow;
    document.erasure = Erasure::kDestroying;
  });
  EXPECT_THAT(erasable(2), ElementsAre("held", "due", "later", "unknown"));
  update("held", [](Document& document) { document.erasure = Erasure::kErased; });
  EXPECT_THAT(erasable(2), ElementsAre("due", "later", "unknown"));
}

TEST_P(RowsContractTest, WhatIsCondemnedIsFoundOnceItsDayIsOverOrItIsToBeKeptAfterAll) {
  Document document = Letter("due");
  document.erase_due = kNow;
  ASSERT_THAT(Insert(document), IsOk());
  const auto set = [&](bool held) {
    document.erasure = Erasure::kCondemned;
    document.erase_time = kNow;
    document.held = held;
    EXPECT_THAT(
        Mutate([&](journal::Turn&, WritableRows& rows) { return rows.UpdateErasure(document); }),
        IsOk());
  };
  const auto found = [&](absl::Time now, absl::Time condemned_by) {
    return Ids(Read()->ErasableDocuments(now, condemned_by, 10));
  };
  const absl::Duration second = absl::Seconds(1);
  set(/*held=*/false);

  EXPECT_THAT(found(kNow, kNow - second), IsEmpty());
  EXPECT_THAT(found(kNow, kNow), ElementsAre("due"));
  EXPECT_THAT(found(kNow - second, kNow - second), ElementsAre("due"));
  set(/*held=*/true);
  EXPECT_THAT(found(kNow, kNow - second), ElementsAre("due"));
}

TEST_P(RowsContractTest, ADecisionIsFoundAsItWasRecordedAndThenWithdrawn) {
  ASSERT_THAT(Insert(Authorisation("a1")), IsOk());

  const RecordedDecision found = *Read()->FindDecision("a1").value();
  EXPECT_EQ(found.decision.kind, legal::DecisionKind::kAuthorisation);
  EXPECT_EQ(found.decision.partner, "partners/france");
  EXPECT_THAT(found.decision.counterparts, ElementsAre("partners/georgia"));
  EXPECT_EQ(found.decision.valid_from.ToString(), "2026-11-01");
  EXPECT_EQ(found.decision.grounds, "as agreed");
  EXPECT_EQ(found.evidence, "FR-1");
  EXPECT_EQ(found.recorded_by, kDesk);
  EXPECT_EQ(found.record_time, kNow);
  EXPECT_EQ(found.position, 1);
  EXPECT_EQ(found.revision, 1);
  EXPECT_EQ(found.decision.withdrawn, std::nullopt);

  ASSERT_THAT(Mutate([](journal::Turn&, WritableRows& rows) {
                return rows.WithdrawDecision("a1", kNow + absl::Hours(1));
              }),
              IsOk());
  const RecordedDecision withdrawn = *Read()->FindDecision("a1").value();
  EXPECT_EQ(withdrawn.decision.withdrawn, kNow + absl::Hours(1));
  EXPECT_EQ(withdrawn.position, 1);
  EXPECT_EQ(withdrawn.revision, 2);
}

TEST_P(RowsContractTest, DecisionsAreThoseOfACaseAndNewestFirstOfWhoMaySeeThem) {
  RecordedDecision agency = Authorisation("agency");
  agency.decision.partner.clear();
  agency.side = "agency.example/unit/-";
  RecordedDecision italian = Authorisation("italian");
  italian.decision.partner = "partners/italy";
  italian.decision.case_reference = "2026/18";
  italian.side = "agency.example/unit/it";
  ASSERT_THAT(Insert(Authorisation("french")), IsOk());
  ASSERT_THAT(Insert(agency), IsOk());
  ASSERT_THAT(Insert(italian), IsOk());
  const auto list = [&](const DecisionFilter& filter) {
    return Ids(Read()->ListDecisions(filter, 100, 10));
  };

  EXPECT_THAT(Read()->DecisionsOfCase("2026/17").value(), SizeIs(2));
  EXPECT_THAT(Read()->DecisionsOfCase("").value(), IsEmpty());
  EXPECT_THAT(list({.all = true}),
              ElementsAre("decisions/italian", "decisions/agency", "decisions/french"));
  EXPECT_THAT(list({.partner = "partners/italy"}), ElementsAre("decisions/italian"));
  EXPECT_THAT(list({.side = kFrenchUnit}), ElementsAre("decisions/french"));
  EXPECT_THAT(list({.side = kFrenchUnit, .agency = true}),
              ElementsAre("decisions/agency", "decisions/french"));
  EXPECT_THAT(list({.all = true, .case_reference = "2026/18"}), ElementsAre("decisions/italian"));
  EXPECT_THAT(list({}), IsEmpty());
  EXPECT_THAT(Ids(Read()->ListDecisions({.all = true}, 3, 1)), ElementsAre("decisions/agency"));
}

TEST_P(RowsContractTest, StatementsAreInTheOrderOfTheLedger) {
  // Leaf indices begin anew when the ledger is succeeded.
  const absl::Time later = kNow + absl::Seconds(1);
  ASSERT_THAT(
      Mutate([&](journal::Turn&, WritableRows& rows) -> absl::Status {
        const std::pair<std::int64_t, absl::Time> leaves[] = {{3, later}, {5, kNow}, {3, kNow}};
        for (const auto& [leaf, time] : leaves) {
          COMITY_RETURN_IF_ERROR(rows.InsertStatement({.document_id = "d1",
                                                       .kind = StatementKind::kDelivery,
                                                       .sender = kDesk,
                                                       .recipient = kTbilisi,
                                                       .statement = "{}",
                                                       .signature = std::string("\0s", 2),
                                                       .leaf_index = leaf,
                                                       .commit_time = time}));
        }
        return absl::OkStatus();
      }),
      IsOk());

  const auto statements = Read()->StatementsOf("d1").value();
  ASSERT_THAT(statements, SizeIs(3));
  EXPECT_EQ(statements[0].leaf_index, 3);
  EXPECT_EQ(statements[1].leaf_index, 5);
  EXPECT_EQ(statements[2].leaf_index, 3);
  EXPECT_EQ(statements[2].commit_time, later);
  EXPECT_EQ(statements[0].kind, StatementKind::kDelivery);
  EXPECT_EQ(statements[0].recipient, kTbilisi);
  EXPECT_EQ(statements[0].signature, std::string("\0s", 2));
  EXPECT_EQ(statements[0].commit_time, kNow);
}

TEST_P(RowsContractTest, TransferRecordsAreScannedOldestFirstWithinAPeriod) {
  ASSERT_THAT(Mutate([](journal::Turn& turn, WritableRows& rows) -> absl::Status {
                for (const std::int64_t ordinal : {0, 1, 2}) {
                  COMITY_RETURN_IF_ERROR(
                      rows.InsertTransferRecord({.revision = turn.revision(),
                                                 .ordinal = ordinal,
                                                 .commit_time = kNow + absl::Hours(ordinal),
                                                 .document_id = "d1",
                                                 .attempt = "ReleaseHeaders",
                                                 .sender = kDesk,
                                                 .recipient = kTbilisi,
                                                 .refused = ordinal == 1,
                                                 .verdict = "a verdict"}));
                }
                return absl::OkStatus();
              }),
              IsOk());
  const auto scan = [&](std::int64_t after_ordinal, absl::Duration until, bool refused_only,
                        std::size_t limit) {
    const auto records =
        Read()->ScanTransferRecords(1, after_ordinal, kNow, kNow + until, refused_only, limit);
    EXPECT_THAT(records, IsOk());
    std::vector<std::int64_t> ordinals;
    for (const TransferRecord& record : *records) {
      EXPECT_EQ(record.verdict, "a verdict");
      ordinals.push_back(record.ordinal);
    }
    return ordinals;
  };

  EXPECT_THAT(scan(-1, absl::Hours(3), false, 10), ElementsAre(0, 1, 2));
  EXPECT_THAT(scan(0, absl::Hours(3), false, 10), ElementsAre(1, 2));
  EXPECT_THAT(scan(-1, absl::Hours(2), false, 10), ElementsAre(0, 1)) << "the end is excluded";
  EXPECT_THAT(scan(-1, absl::Hours(3), true, 10), ElementsAre(1));
  EXPECT_THAT(scan(-1, absl::Hours(3), false, 2), ElementsAre(0, 1));
}

TEST_P(RowsContractTest, ATurnSeesWhatItWroteAndASnapshotWhatWasCommitted) {
  const auto before = Read();
  ASSERT_THAT(Mutate([&](journal::Turn&, WritableRows& rows) -> absl::Status {
                COMITY_RETURN_IF_ERROR(rows.InsertUpload(UploadOf("u1", kNow)));
                EXPECT_TRUE(rows.FindUpload("u1").value().has_value());
                return absl::OkStatus();
              }),
              IsOk());

  EXPECT_EQ(before->FindUpload("u1").value(), std::nullopt);
  EXPECT_TRUE(Read()->FindUpload("u1").value().has_value());
}

TEST_P(RowsContractTest, WhatARefusedMutationWroteIsNotThere) {
  const auto refused = Mutate([&](journal::Turn&, WritableRows& rows) -> absl::Status {
    COMITY_RETURN_IF_ERROR(rows.InsertUpload(UploadOf("u1", kNow)));
    return MakeError(StatusCode::kFailedPrecondition, "No.", {.reason = "NO"});
  });

  EXPECT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "NO"));
  EXPECT_EQ(Read()->FindUpload("u1").value(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Engines, RowsContractTest, journal::AllBackends(),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace comity::document_exchange
