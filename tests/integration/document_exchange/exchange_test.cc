// The rules, on a real journal and a real folder, without gRPC.
#include <gmock/gmock.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/sealing/evidence.h"
#include "common/sealing/sealed_document.h"
#include "tests/integration/document_exchange/world.h"
#include "tests/testing/status_matchers.h"

namespace comity::document_exchange {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ExchangeTest : public ::testing::Test {
 protected:
  // A document that Tbilisi may retrieve.
  SealedLetter SendAuthorised() {
    decision_ = world_.Authorise();
    EXPECT_THAT(decision_, IsOk());
    SealedLetter letter = world_.Seal({});
    EXPECT_THAT(world_.Send(kDesk, letter), IsOk());
    return letter;
  }

  // From Tbilisi, released from quarantine.
  SealedLetter ReceiveFromTbilisi() {
    SealedLetter letter =
        world_.Seal({.sender = kTbilisi,
                     .recipients = {kTbilisi, kDesk},
                     .direction = "RECEIVE",
                     .originators = {{.kind = "THIRD_COUNTRY", .partner = "partners/georgia"}}});
    EXPECT_THAT(world_.Send(kTbilisi, letter), IsOk());
    return letter;
  }

  std::vector<TransferRecord> Records(bool refused_only) {
    const auto rows = world_.tables->Read();
    return *(*rows)->ScanTransferRecords(0, 0, absl::InfinitePast(), absl::InfiniteFuture(),
                                         refused_only, 100);
  }

  World world_;
  absl::StatusOr<RecordedDecision> decision_;
};

TEST_F(ExchangeTest, AnUploadWithoutTheAuthorisationIsRefusedWithEverythingThatIsMissing) {
  const SealedLetter letter = world_.Seal({});
  const Request request = world_.By(kDesk, "test/CreateUpload");

  const auto refused = world_.exchange->CreateUpload(request, letter.upload);

  ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  const ErrorDetails details = DetailsOf(refused.status());
  EXPECT_EQ(details.metadata.at("outcome"), "PERMITTED_SUBJECT_TO");
  ASSERT_THAT(details.preconditions, ::testing::Not(IsEmpty()));
  EXPECT_EQ(details.preconditions.front().type, "TRANSFER_CHECK");
  EXPECT_THAT(details.preconditions.front().subject, HasSubstr("47(5)"));
  EXPECT_TRUE(request.evidenced);
  EXPECT_THAT(Records(true), SizeIs(1));
  EXPECT_THAT(world_.payloads->ListUploads(), ::comity::testing::IsOkAndHolds(IsEmpty()));
}

TEST_F(ExchangeTest, AskingOnlyWritesNothing) {
  SealedLetter letter = world_.Seal({});
  letter.upload.validate_only = true;
  const journal::Head before = world_.journal->head();

  EXPECT_THAT(world_.exchange->CreateUpload(world_.By(kDesk), letter.upload),
              FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));

  EXPECT_EQ(world_.journal->head().leaf_count, before.leaf_count);
}

TEST_F(ExchangeTest, PanamaIsRefusedWithItsRoutes) {
  ASSERT_THAT(world_.Authorise("partners/panama"), IsOk());
  const SealedLetter letter = world_.Seal({.recipients = {kDesk, kPanama}});

  const auto refused = world_.exchange->CreateUpload(world_.By(kDesk), letter.upload);

  ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  const ErrorDetails details = DetailsOf(refused.status());
  EXPECT_EQ(details.metadata.at("outcome"), "DECISION_REQUIRED");
  EXPECT_GE(std::count_if(details.preconditions.begin(), details.preconditions.end(),
                          [](const auto& one) { return one.type == "TRANSFER_ROUTE"; }),
            2);
}

TEST_F(ExchangeTest, AnAuthorisedDocumentIsDeliveredOpenedAndConfirmedWithEvidence) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  EXPECT_THAT(world_.Kinds(kDesk, id), ElementsAre("SUBMISSION_ACCEPTANCE", "DELIVERY"));

  const auto released = world_.Release(kTbilisi, id);

  ASSERT_THAT(released, IsOk());
  const auto description =
      sealing::OpenDescription(letter.manifest, released->headers.description_header,
                               letter.description, world_.KeyOf(kTbilisi));
  ASSERT_THAT(description, IsOk());
  EXPECT_EQ(description->title, "Request");

  const auto [confirmation, signature] = world_.Confirmation(kTbilisi, letter);
  const auto statement =
      world_.exchange->ConfirmRetrieval(world_.By(kTbilisi), id, confirmation, signature);
  ASSERT_THAT(statement, IsOk());
  const auto parsed = sealing::ParseStatement(statement->statement);
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->kind, "RETRIEVAL");
  EXPECT_EQ(parsed->leaf_index, statement->leaf_index);
  EXPECT_EQ(parsed->confirmation_sha256, crypto::Sha256(confirmation));
  const auto entry = world_.journal->ReadEntry(statement->leaf_index);
  ASSERT_THAT(entry, IsOk());
  EXPECT_THAT(*entry->body, HasSubstr("statement_sha256"));
  EXPECT_THAT(world_.Kinds(kDesk, id),
              ElementsAre("SUBMISSION_ACCEPTANCE", "DELIVERY", "RETRIEVAL"));
}

TEST_F(ExchangeTest, ARecipientSeesItsOwnEvidenceAndNothingOfOthers) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  ASSERT_THAT(world_.Authorise("partners/moldova"), IsOk());
  const SealedLetter letter = world_.Seal({.recipients = {kDesk, kTbilisi, kChisinau}});
  ASSERT_THAT(world_.Send(kDesk, letter), IsOk());

  const auto seen = world_.exchange->Get(world_.By(kTbilisi), letter.upload.document_id);

  ASSERT_THAT(seen, IsOk());
  ASSERT_THAT(seen->document.recipients, SizeIs(1));
  EXPECT_EQ(seen->document.recipients.front().spiffe_id, kTbilisi);
  EXPECT_THAT(world_.Kinds(kTbilisi, letter.upload.document_id), ElementsAre("DELIVERY"));
}

TEST_F(ExchangeTest, AWithdrawnAuthorisationWithholdsWhatWasNotYetRetrieved) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  const std::string decision = decision_->decision.name.substr(10);

  ASSERT_THAT(world_.exchange->WithdrawDecision(world_.By(kFrance), decision, "closed"), IsOk());

  EXPECT_EQ(world_.StateFor(id, kTbilisi), RecipientState::kWithheld);
  const auto refused = world_.Release(kTbilisi, id);
  ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  EXPECT_THAT(DetailsOf(refused.status()).preconditions.front().subject, HasSubstr("47(5)"));
  EXPECT_THAT(world_.Kinds(kDesk, id),
              ElementsAre("SUBMISSION_ACCEPTANCE", "DELIVERY", "NON_DELIVERY"));
}

TEST_F(ExchangeTest, AnAuthorisationIsWithdrawnByItsOwnSideOnly) {
  SendAuthorised();
  const std::string decision = decision_->decision.name.substr(10);

  EXPECT_THAT(world_.exchange->WithdrawDecision(world_.By(kDesk), decision, "closed"),
              FailsWith(StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
  EXPECT_THAT(world_.exchange->WithdrawDecision(world_.By(kTbilisi), decision, "closed"),
              FailsWith(StatusCode::kNotFound, "DECISION_NOT_FOUND"));
}

TEST_F(ExchangeTest, WhatComesFromOutsideTheUnionWaitsInQuarantine) {
  const SealedLetter letter = ReceiveFromTbilisi();
  const std::string& id = letter.upload.document_id;
  EXPECT_EQ(world_.StateFor(id, kDesk), RecipientState::kQuarantined);
  EXPECT_THAT(world_.Kinds(kTbilisi, id), ElementsAre("SUBMISSION_ACCEPTANCE"));
  EXPECT_THAT(world_.Release(kDesk, id), FailsWith(StatusCode::kFailedPrecondition, "QUARANTINED"));

  EXPECT_THAT(world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), id, kTbilisi),
              FailsWith(StatusCode::kInvalidArgument, "CONTROLLER_INVALID"));
  const auto freed = world_.exchange->ReleaseFromQuarantine(world_.By(kColleague), id, kFrance);

  ASSERT_THAT(freed, IsOk());
  EXPECT_EQ(freed->document.controller, kFrance);
  EXPECT_THAT(world_.Release(kDesk, id), IsOk());
  EXPECT_THAT(world_.Kinds(kTbilisi, id), ElementsAre("SUBMISSION_ACCEPTANCE", "DELIVERY"));
}

TEST_F(ExchangeTest, ARestrictionAddedLaterRefusesPassingOn) {
  const SealedLetter request = ReceiveFromTbilisi();
  const std::string& id = request.upload.document_id;
  ASSERT_THAT(world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), id, kFrance), IsOk());
  EXPECT_THAT(world_.exchange->AddRestriction(world_.By(kDesk), id,
                                              {.use = legal::UseRestriction::kNoPassingOn}),
              FailsWith(StatusCode::kPermissionDenied, "NOT_THE_ORIGINATOR"));

  const auto restricted = world_.exchange->AddRestriction(
      world_.By(kTbilisi), id,
      {.use = legal::UseRestriction::kNotToPartners, .partners = {"partners/moldova"}});
  ASSERT_THAT(restricted, IsOk());
  EXPECT_THAT(restricted->restrictions, SizeIs(1));

  ASSERT_THAT(world_.Authorise("partners/moldova"), IsOk());
  const SealedLetter onward = world_.Seal(
      {.recipients = {kDesk, kChisinau},
       .derived_from = {
           {.document_id = id, .manifest_sha256 = crypto::Sha256(request.submission.manifest)}}});
  const auto refused = world_.exchange->CreateUpload(world_.By(kDesk), onward.upload);

  ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  EXPECT_EQ(DetailsOf(refused.status()).metadata.at("outcome"), "REFUSED");
}

TEST_F(ExchangeTest, ARestrictionOfTheSenderDoesNotStopItsOwnDelivery) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  ASSERT_THAT(world_.exchange->AddRestriction(world_.By(kGermanDesk), id,
                                              {.use = legal::UseRestriction::kNoPassingOn}),
              FailsWith(StatusCode::kNotFound, "DOCUMENT_NOT_FOUND"));
  EXPECT_THAT(world_.Release(kTbilisi, id), IsOk());
}

TEST_F(ExchangeTest, AWrongDigestIsRefusedWithASignedRejectionAndCanBeRepeated) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  SealedLetter spoiled = letter;
  spoiled.content[100] = static_cast<char>(spoiled.content[100] ^ 1);
  const auto upload = world_.Upload(kDesk, spoiled);
  ASSERT_THAT(upload, IsOk());
  letter.submission.upload_id = *upload;

  const auto refused =
      world_.exchange->Submit(world_.By(kDesk, "test/SubmitDocument"), letter.submission);

  EXPECT_THAT(refused, FailsWith(StatusCode::kInvalidArgument, "DIGEST_MISMATCH"));
  EXPECT_THAT(world_.Kinds(kDesk, letter.upload.document_id), ElementsAre("SUBMISSION_REJECTION"));
  EXPECT_THAT(world_.exchange->Get(world_.By(kDesk), letter.upload.document_id),
              FailsWith(StatusCode::kNotFound, "DOCUMENT_NOT_FOUND"));
  EXPECT_THAT(world_.Send(kDesk, letter), IsOk());
}

TEST_F(ExchangeTest, ASignatureOfAnotherIsRefused) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  letter.submission.signature =
      *world_.SignerOf(kColleague).Sign(letter.submission.manifest, world_.clock.Now());

  EXPECT_THAT(world_.Send(kDesk, letter),
              FailsWith(StatusCode::kPermissionDenied, "SIGNER_IS_ANOTHER"));
}

TEST_F(ExchangeTest, AChangedManifestIsRefused) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  letter.manifest.purpose.offence = "fraud";
  letter.submission.manifest = *sealing::BuildManifest(letter.manifest);
  EXPECT_THAT(world_.Send(kDesk, letter),
              FailsWith(StatusCode::kInvalidArgument, "SIGNATURE_INVALID"));

  letter.submission.signature =
      *world_.SignerOf(kDesk).Sign(letter.submission.manifest, world_.clock.Now());
  const auto refused = world_.Send(kDesk, letter);
  ASSERT_THAT(refused, FailsWith(StatusCode::kInvalidArgument, "CONTEXT_MISMATCH"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("purpose"));
}

TEST_F(ExchangeTest, ABodyThatIsNoSealedFileIsRefused) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  letter.submission.headers[0].content_header = "%PDF-1.7 and so on";
  EXPECT_THAT(world_.Send(kDesk, letter), FailsWith(StatusCode::kInvalidArgument, "NOT_SEALED"));

  letter.upload.announced.content = 20;
  EXPECT_THAT(world_.exchange->CreateUpload(world_.By(kDesk), letter.upload),
              FailsWith(StatusCode::kInvalidArgument, "NOT_SEALED"));
}

TEST_F(ExchangeTest, HeadersOfAnotherTreeAreRefused) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  const SealedLetter other = world_.Seal({});
  letter.submission.headers[1] = other.submission.headers[1];

  EXPECT_THAT(world_.Send(kDesk, letter),
              FailsWith(StatusCode::kInvalidArgument, "RECIPIENTS_MISMATCH"));
}

TEST_F(ExchangeTest, AnIncompleteUploadCannotBeSubmitted) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  const auto status = world_.exchange->CreateUpload(world_.By(kDesk), letter.upload);
  ASSERT_THAT(status, IsOk());
  letter.submission.upload_id = status->upload.id;

  EXPECT_THAT(world_.exchange->Submit(world_.By(kDesk), letter.submission),
              FailsWith(StatusCode::kFailedPrecondition, "UPLOAD_INCOMPLETE"));
}

TEST_F(ExchangeTest, ARepeatedSubmissionGetsTheSameDocumentAndMakesNoSecond) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  const auto upload = world_.Upload(kDesk, letter);
  ASSERT_THAT(upload, IsOk());
  letter.submission.upload_id = *upload;
  const std::string request_id = NewUuid(world_.clock.Now());
  const auto first =
      world_.exchange->Submit(world_.By(kDesk, "test/Submit", request_id), letter.submission);
  ASSERT_THAT(first, IsOk());

  const auto second =
      world_.exchange->Submit(world_.By(kDesk, "test/Submit", request_id), letter.submission);

  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->document.revision, first->document.revision);
  EXPECT_THAT(world_.exchange->Submit(world_.By(kDesk), letter.submission),
              FailsWith(StatusCode::kNotFound, "UPLOAD_NOT_FOUND"));
}

TEST_F(ExchangeTest, WhoIsNoPartySeesTheSameAsIfThereWereNothing) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  const std::string absent = NewUuid(world_.clock.Now());

  for (const char* const stranger : {kGermanDesk, kChisinau, kDpo}) {
    const absl::Status invisible = world_.exchange->Get(world_.By(stranger), id).status();
    EXPECT_THAT(invisible, FailsWith(StatusCode::kNotFound, "DOCUMENT_NOT_FOUND")) << stranger;
    EXPECT_EQ(invisible, world_.exchange->Get(world_.By(stranger), absent).status());
    EXPECT_EQ(invisible, world_.Release(stranger, id).status());
    EXPECT_EQ(invisible, world_.exchange->Statements(world_.By(stranger), id).status());
  }
}

TEST_F(ExchangeTest, TheAuditorSeesADocumentWithoutItsContents) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;

  const auto seen = world_.exchange->Get(world_.By(kAuditor), id);

  ASSERT_THAT(seen, IsOk());
  EXPECT_THAT(seen->manifest, IsEmpty());
  EXPECT_THAT(seen->document.recipients, SizeIs(2));
  EXPECT_THAT(world_.exchange->OpenPayload(world_.By(kAuditor), id, PayloadKind::kContent),
              FailsWith(StatusCode::kNotFound, "DOCUMENT_NOT_FOUND"));
}

TEST_F(ExchangeTest, AColleagueSeesTheDocumentButHasNoHeader) {
  const SealedLetter letter = SendAuthorised();

  EXPECT_THAT(world_.exchange->Get(world_.By(kColleague), letter.upload.document_id), IsOk());
  EXPECT_THAT(world_.Release(kColleague, letter.upload.document_id),
              FailsWith(StatusCode::kPermissionDenied, "NOT_A_RECIPIENT"));
}

TEST_F(ExchangeTest, TheRuleOfVisibilityAndItsSqlAgree) {
  const SealedLetter sent = SendAuthorised();
  const SealedLetter received = ReceiveFromTbilisi();
  const auto rows = world_.tables->Read();

  for (const char* const who :
       {kDesk, kColleague, kFrance, kGermanDesk, kTbilisi, kChisinau, kDpo, kAuditor}) {
    const identity::Principal caller = *identity::Principal::Parse(who);
    const auto listed =
        (*rows)->ListDocuments({.side = SideOf(caller), .before_revision = 1'000'000});
    ASSERT_THAT(listed, IsOk());
    for (const SealedLetter* const letter : {&sent, &received}) {
      const std::string& id = letter->upload.document_id;
      const auto document = (*rows)->FindDocument(id);
      const bool in_list = std::any_of(listed->begin(), listed->end(),
                                       [&](const Document& one) { return one.id == id; });
      EXPECT_EQ(Look(caller, **document).contents, in_list) << who;
    }
  }
}

TEST_F(ExchangeTest, WithoutALeaseOperationalDataAreNotHandedOver) {
  const SealedLetter letter = SendAuthorised();
  world_.registry.LoseLease();
  EXPECT_THAT(world_.Release(kTbilisi, letter.upload.document_id),
              FailsWith(StatusCode::kUnavailable, "REGISTRY_LEASE_LAPSED"));

  world_.registry.RegainLease();
  EXPECT_THAT(world_.Release(kTbilisi, letter.upload.document_id), IsOk());
}

TEST_F(ExchangeTest, ABarrierBetweenDecisionAndBytesMakesItDecideAgain) {
  const SealedLetter letter = SendAuthorised();
  world_.registry.RaiseBarrierOnce();
  const std::int64_t before = world_.journal->head().revision;

  EXPECT_THAT(world_.Release(kTbilisi, letter.upload.document_id), IsOk());

  EXPECT_EQ(world_.journal->head().revision, before + 2);
}

TEST_F(ExchangeTest, ATimeOutMakesItsNegativeStatementExactlyOnce) {
  const SealedLetter waiting = SendAuthorised();
  const SealedLetter quarantined = ReceiveFromTbilisi();
  world_.clock.Advance(absl::Hours(25));
  EXPECT_THAT(world_.exchange->RunTimers(), ::comity::testing::IsOkAndHolds(1));
  world_.clock.Advance(absl::Hours(12));
  EXPECT_THAT(world_.exchange->RunTimers(), ::comity::testing::IsOkAndHolds(1));
  world_.Restart();
  EXPECT_THAT(world_.exchange->RunTimers(), ::comity::testing::IsOkAndHolds(0));

  EXPECT_THAT(world_.Kinds(kDesk, waiting.upload.document_id),
              ElementsAre("SUBMISSION_ACCEPTANCE", "DELIVERY", "NON_RETRIEVAL"));
  EXPECT_THAT(world_.Kinds(kTbilisi, quarantined.upload.document_id),
              ElementsAre("SUBMISSION_ACCEPTANCE", "NON_DELIVERY"));
}

TEST_F(ExchangeTest, AConfirmedDocumentTimesOutNoMore) {
  const SealedLetter letter = SendAuthorised();
  ASSERT_THAT(world_.Release(kTbilisi, letter.upload.document_id), IsOk());
  const auto [confirmation, signature] = world_.Confirmation(kTbilisi, letter);
  ASSERT_THAT(world_.exchange->ConfirmRetrieval(world_.By(kTbilisi), letter.upload.document_id,
                                                confirmation, signature),
              IsOk());
  world_.clock.Advance(absl::Hours(100));

  EXPECT_THAT(world_.exchange->RunTimers(), ::comity::testing::IsOkAndHolds(0));
}

TEST_F(ExchangeTest, AConfirmationNeedsTheRecipientsOwnSignature) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  auto [confirmation, signature] = world_.Confirmation(kTbilisi, letter);
  EXPECT_THAT(world_.exchange->ConfirmRetrieval(world_.By(kTbilisi), id, confirmation, signature),
              FailsWith(StatusCode::kFailedPrecondition, "NOT_RELEASED"));
  ASSERT_THAT(world_.Release(kTbilisi, id), IsOk());
  const std::string forged = *world_.SignerOf(kDesk).Sign(confirmation, world_.clock.Now());
  EXPECT_THAT(world_.exchange->ConfirmRetrieval(world_.By(kTbilisi), id, confirmation, forged),
              FailsWith(StatusCode::kPermissionDenied, "SIGNER_IS_ANOTHER"));
  EXPECT_THAT(world_.exchange->ConfirmRetrieval(world_.By(kDesk), id, confirmation, signature),
              FailsWith(StatusCode::kPermissionDenied, "SIGNER_IS_ANOTHER"));
}

TEST_F(ExchangeTest, ARejectedDocumentIsOverForThatRecipient) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  ASSERT_THAT(world_.exchange->Reject(world_.By(kTbilisi), id, "NOT_FOR_ME", "another desk"),
              IsOk());

  EXPECT_THAT(world_.Release(kTbilisi, id), FailsWith(StatusCode::kFailedPrecondition, "REJECTED"));
  EXPECT_THAT(world_.Kinds(kDesk, id),
              ElementsAre("SUBMISSION_ACCEPTANCE", "DELIVERY", "NON_RETRIEVAL"));
}

TEST_F(ExchangeTest, AnExpiredUploadIsRemovedWithItsBytes) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  ASSERT_THAT(world_.Upload(kDesk, world_.Seal({})), IsOk());
  world_.clock.Advance(absl::Hours(25));

  ASSERT_THAT(world_.exchange->RunTimers(), IsOk());

  EXPECT_THAT(world_.payloads->ListUploads(), ::comity::testing::IsOkAndHolds(IsEmpty()));
}

TEST_F(ExchangeTest, AnUploadSurvivesARestartAndGoesOnWhereItWas) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  const auto status = world_.exchange->CreateUpload(world_.By(kDesk), letter.upload);
  ASSERT_THAT(status, IsOk());
  const std::string& id = status->upload.id;
  {
    const auto opened = world_.exchange->OpenUpload(world_.By(kDesk), id);
    ASSERT_THAT(opened, IsOk());
    ASSERT_THAT(opened->writer->Append(PayloadKind::kContent, 0, letter.content.substr(0, 70'000)),
                IsOk());
    ASSERT_THAT(opened->writer->Sync(), IsOk());
  }
  world_.Restart();

  const auto found = world_.exchange->GetUpload(world_.By(kDesk), id);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->on_disk.content, 70'000);
  EXPECT_THAT(world_.exchange->GetUpload(world_.By(kColleague), id),
              FailsWith(StatusCode::kNotFound, "UPLOAD_NOT_FOUND"));
  const auto opened = world_.exchange->OpenUpload(world_.By(kDesk), id);
  ASSERT_THAT(opened, IsOk());
  ASSERT_THAT(opened->writer->Append(PayloadKind::kContent, 70'000, letter.content.substr(70'000)),
              IsOk());
  ASSERT_THAT(opened->writer->Append(PayloadKind::kDescription, 0, letter.description), IsOk());
  letter.submission.upload_id = id;
  EXPECT_THAT(world_.exchange->Submit(world_.By(kDesk), letter.submission), IsOk());
}

TEST_F(ExchangeTest, ACrashBetweenRenameAndCommitLeavesTheUpload) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  const auto upload = world_.Upload(kDesk, letter);
  ASSERT_THAT(upload, IsOk());
  ASSERT_THAT(
      world_.payloads->Promote(*upload, letter.upload.document_id, {{"manifest.json", "{}"}}),
      IsOk());

  world_.Restart();

  EXPECT_THAT(world_.payloads->ListDocuments(), ::comity::testing::IsOkAndHolds(IsEmpty()));
  letter.submission.upload_id = *upload;
  EXPECT_THAT(world_.exchange->Submit(world_.By(kDesk), letter.submission), IsOk());
}

TEST_F(ExchangeTest, BetweenPartnersIsNoTransferOfTheAgency) {
  const SealedLetter letter = world_.Seal({.sender = kTbilisi,
                                           .recipients = {kTbilisi, kChisinau},
                                           .originators = {{.kind = "PUBLIC_SOURCE"}}});

  const auto refused = world_.exchange->CreateUpload(world_.By(kTbilisi), letter.upload);

  ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  EXPECT_EQ(DetailsOf(refused.status()).metadata.at("outcome"), "OUT_OF_SCOPE");
}

TEST_F(ExchangeTest, AReplyStaysInAThreadThatItsSenderKnows) {
  const SealedLetter request = ReceiveFromTbilisi();
  ASSERT_THAT(world_.Authorise(), IsOk());

  EXPECT_THAT(world_.Send(kDesk, world_.Seal({.thread = request.upload.document_id})), IsOk());
  EXPECT_THAT(world_.Send(kDesk, world_.Seal({.thread = NewUuid(world_.clock.Now())})),
              FailsWith(StatusCode::kInvalidArgument, "THREAD_UNKNOWN"));
}

TEST_F(ExchangeTest, TransfersAndRefusalsAreOnRecord) {
  const SealedLetter refused = world_.Seal({});
  EXPECT_THAT(world_.exchange->CreateUpload(world_.By(kDesk, "test/CreateUpload"), refused.upload),
              FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  const SealedLetter letter = SendAuthorised();
  ASSERT_THAT(world_.Release(kTbilisi, letter.upload.document_id), IsOk());

  std::vector<std::string> attempts;
  for (const TransferRecord& record : Records(false)) {
    attempts.push_back(absl::StrCat(record.attempt, record.refused ? " refused" : ""));
    EXPECT_EQ(record.recipient, kTbilisi);
    EXPECT_THAT(record.verdict, ::testing::Not(IsEmpty()));
  }
  EXPECT_THAT(attempts, ElementsAre("CreateUpload refused", "SubmitDocument", "ReleaseHeaders"));
}

}  // namespace
}  // namespace comity::document_exchange
