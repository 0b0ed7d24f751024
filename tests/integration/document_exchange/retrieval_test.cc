// What becomes of a submitted document until it is retrieved, rejected or withheld.
#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <future>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/sealing/evidence.h"
#include "common/sealing/sealed_document.h"
#include "common/sealing/signer_trust.h"
#include "tests/integration/document_exchange/exchange_test.h"
#include "tests/testing/status_matchers.h"

namespace comity::document_exchange {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

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

TEST_F(ExchangeTest, WhyItIsWithheldIsSaidWithTheFootnoteOfThePartner) {
  world_.registry.SetFootnote("partners/georgia", "* As to status.");
  const SealedLetter letter = SendAuthorised();
  const std::string decision = decision_->decision.name.substr(10);

  ASSERT_THAT(world_.exchange->WithdrawDecision(world_.By(kFrance), decision, "closed"), IsOk());

  const auto rows = world_.tables->Read();
  const auto document = (*rows)->FindDocument(letter.upload.document_id);
  EXPECT_THAT((*document)->Find(kTbilisi)->reason, ::testing::EndsWith(") * As to status."));
}

TEST_F(ExchangeTest, ASuspendedContactDoesNotKeepAnAuthorisationFromBeingWithdrawn) {
  const SealedLetter letter = SendAuthorised();
  const std::string decision = decision_->decision.name.substr(10);
  world_.registry.Suspend(kTbilisi);

  ASSERT_THAT(world_.exchange->WithdrawDecision(world_.By(kFrance), decision, "closed"), IsOk());

  EXPECT_EQ(world_.StateFor(letter.upload.document_id, kTbilisi), RecipientState::kWithheld);
  EXPECT_THAT(world_.Kinds(kDesk, letter.upload.document_id),
              ElementsAre("SUBMISSION_ACCEPTANCE", "DELIVERY", "NON_DELIVERY"));
}

TEST_F(ExchangeTest, AWithdrawalIsNotConfirmedWhileReleasedHeadersHaveNotLeft) {
  const SealedLetter letter = SendAuthorised();
  const std::string decision = decision_->decision.name.substr(10);
  absl::StatusOr<ReleasedHeaders> leaving = world_.Release(kTbilisi, letter.upload.document_id);
  ASSERT_THAT(leaving, IsOk());

  const auto withdrawn = std::async(std::launch::async, [&] {
    EXPECT_THAT(world_.exchange->WithdrawDecision(world_.By(kFrance), decision, "closed"), IsOk());
  });
  EXPECT_EQ(withdrawn.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
  leaving->permit = nullptr;
  withdrawn.wait();

  EXPECT_THAT(world_.Release(kTbilisi, letter.upload.document_id),
              FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
}

TEST_F(ExchangeTest, AnAuthorisationIsWithdrawnByItsOwnSideOnly) {
  SendAuthorised();
  const std::string decision = decision_->decision.name.substr(10);

  EXPECT_THAT(world_.exchange->WithdrawDecision(world_.By(kDesk), decision, "closed"),
              FailsWith(StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
  EXPECT_THAT(world_.exchange->WithdrawDecision(world_.By(kTbilisi), decision, "closed"),
              FailsWith(StatusCode::kNotFound, "DECISION_NOT_FOUND"));
}

TEST_F(ExchangeTest, AStateOffTheRegisterWithdrawsAndRestrictsAndAuthorisesNothing) {
  const SealedLetter letter = SendAuthorised();
  const std::string decision = decision_->decision.name.substr(10);
  world_.registry.Delete("partners/france");

  EXPECT_THAT(world_.Authorise(), FailsWith(StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
  EXPECT_THAT(world_.exchange->AddRestriction(world_.By(kFrance), letter.upload.document_id,
                                              {.use = legal::UseRestriction::kNoPassingOn}),
              IsOk());
  EXPECT_THAT(world_.exchange->WithdrawDecision(world_.By(kFrance), decision, "closed"), IsOk());
}

TEST_F(ExchangeTest, AContactOfAnAuthorityThatIsNotSurelyCompetentDoesNotAuthorise) {
  RecordedDecision authorisation;
  authorisation.decision.kind = legal::DecisionKind::kAuthorisation;
  authorisation.decision.partner = "partners/france";
  authorisation.decision.case_reference = kCase;
  authorisation.decision.valid_from = *PartialDate::Parse("2026-11-01");
  authorisation.evidence = "FR-1";
  world_.registry.List(kParis, {.partner = "partners/france",
                                .authority = "partners/france/authorities/not-recorded",
                                .active = true});

  EXPECT_THAT(world_.exchange->RecordDecision(world_.By(kParis), authorisation),
              FailsWith(StatusCode::kPermissionDenied, "AUTHORITY_NOT_COMPETENT"));
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

TEST_F(ExchangeTest, ReceivedDataAreNotHandedOverBeforeWhatIsOpenIsAnswered) {
  const SealedLetter letter = ReceiveFromTbilisi("FACTS_OF_THE_OFFENCE");
  const std::string& id = letter.upload.document_id;

  const auto open = world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), id, kFrance);
  ASSERT_THAT(open, FailsWith(StatusCode::kFailedPrecondition, "RECEIVED_DATA_OPEN"));
  const ErrorDetails details = DetailsOf(open.status());
  EXPECT_EQ(details.metadata.at("outcome"), "DECISION_REQUIRED");
  ASSERT_THAT(details.preconditions, SizeIs(2));
  EXPECT_THAT(details.preconditions[0].subject, HasSubstr("27(1)-(3)"));
  EXPECT_THAT(details.preconditions[0].description, HasSubstr("national member"));
  EXPECT_EQ(details.preconditions[1].type, "TRANSFER_ROUTE");
  EXPECT_EQ(world_.StateFor(id, kDesk), RecipientState::kQuarantined);
  EXPECT_THAT(Records(true), SizeIs(1));

  const auto decided = world_.DecideOtherData("partners/georgia");
  ASSERT_THAT(decided, IsOk());
  ASSERT_THAT(world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), id, kFrance), IsOk());
  EXPECT_THAT(world_.Release(kDesk, id), IsOk());

  const std::string decision = decided->decision.name.substr(10);
  ASSERT_THAT(world_.exchange->WithdrawDecision(world_.By(kFrance), decision, "reversed"), IsOk());
  EXPECT_THAT(world_.Release(kDesk, id),
              FailsWith(StatusCode::kFailedPrecondition, "RECEIVED_DATA_OPEN"));
  EXPECT_THAT(world_.Release(kTbilisi, id), IsOk()) << "its own side opens what it sent";
}

TEST_F(ExchangeTest, ReceivedDataThatMustNotBeProcessedStayClosed) {
  const SealedLetter letter = ReceiveFromTbilisi("OUTSIDE");
  const std::string& id = letter.upload.document_id;

  const auto refused = world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), id, kFrance);

  ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "RECEIVED_DATA_REFUSED"));
  EXPECT_EQ(DetailsOf(refused.status()).metadata.at("outcome"), "REFUSED");
  EXPECT_THAT(world_.Release(kDesk, id), FailsWith(StatusCode::kFailedPrecondition, "QUARANTINED"));
}

TEST_F(ExchangeTest, DataOfAMemberStateWaitTooWhileSomethingIsOpen) {
  const SealedLetter complete = ReceiveFromParis("WITHIN");
  EXPECT_EQ(world_.StateFor(complete.upload.document_id, kDesk), RecipientState::kAvailable);
  EXPECT_THAT(world_.Release(kDesk, complete.upload.document_id), IsOk());

  const SealedLetter open = ReceiveFromParis("FACTS_OF_THE_OFFENCE");
  const std::string& id = open.upload.document_id;
  EXPECT_THAT(world_.Kinds(kParis, id), ElementsAre("SUBMISSION_ACCEPTANCE"));
  EXPECT_THAT(world_.Release(kDesk, id), FailsWith(StatusCode::kFailedPrecondition, "QUARANTINED"));
  EXPECT_THAT(world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), id, kFrance),
              FailsWith(StatusCode::kFailedPrecondition, "RECEIVED_DATA_OPEN"));

  ASSERT_THAT(world_.DecideOtherData("partners/france"), IsOk());
  ASSERT_THAT(world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), id, kFrance), IsOk());
  EXPECT_THAT(world_.Release(kDesk, id), IsOk());
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
  world_.registry.RaiseBarriers(1);
  const std::int64_t before = world_.journal->head().revision;

  EXPECT_THAT(world_.Release(kTbilisi, letter.upload.document_id), IsOk());

  EXPECT_EQ(world_.journal->head().revision, before + 2);
}

TEST_F(ExchangeTest, ARetrievalConfirmedAgainIsAnsweredAsBefore) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  ASSERT_THAT(world_.Release(kTbilisi, id), IsOk());
  const auto confirm = [&] {
    // Signed anew, as a client does that was started again.
    world_.clock.Advance(absl::Seconds(1));
    const auto [confirmation, signature] = world_.Confirmation(kTbilisi, letter);
    return world_.exchange->ConfirmRetrieval(world_.By(kTbilisi), id, confirmation, signature);
  };
  const auto first = confirm();
  ASSERT_THAT(first, IsOk());
  const journal::Head head = world_.journal->head();

  const auto second = confirm();

  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->statement, first->statement);
  EXPECT_EQ(world_.journal->head().leaf_count, head.leaf_count);
}

TEST_F(ExchangeTest, ADocumentRejectedAgainForTheSameReasonIsAnsweredAsBefore) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  const auto first = world_.exchange->Reject(world_.By(kTbilisi), id, "NOT_FOR_ME", "");
  ASSERT_THAT(first, IsOk());

  const auto second = world_.exchange->Reject(world_.By(kTbilisi), id, "NOT_FOR_ME", "");

  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->statement, first->statement);
  EXPECT_THAT(world_.exchange->Reject(world_.By(kTbilisi), id, "UNREADABLE", ""),
              FailsWith(StatusCode::kFailedPrecondition, "REJECTED"));
}

TEST_F(ExchangeTest, ARestrictionExcludesWhoIsOnTheRegisterAndIsRecordedOnce) {
  const SealedLetter request = ReceiveFromTbilisi();
  const auto restrict_to = [&](std::vector<std::string> partners) {
    return world_.exchange->AddRestriction(
        world_.By(kTbilisi), request.upload.document_id,
        {.use = legal::UseRestriction::kNotToPartners, .partners = std::move(partners)});
  };
  const absl::Status nobody = restrict_to({"partners/france", "partners/frankreich"}).status();
  EXPECT_THAT(nobody, FailsWith(StatusCode::kInvalidArgument, "RESTRICTION_INVALID"));
  EXPECT_THAT(std::string(nobody.message()), HasSubstr("restriction.partners[1]"));

  ASSERT_THAT(restrict_to({"partners/france"}), IsOk());
  const journal::Head head = world_.journal->head();
  EXPECT_THAT(restrict_to({"partners/france", "partners/france"}), IsOk());
  EXPECT_EQ(world_.journal->head().revision, head.revision);

  const auto both = restrict_to({"partners/georgia", "partners/france"});
  ASSERT_THAT(both, IsOk());
  ASSERT_EQ(both->document.added_restrictions.size(), 2U);
  EXPECT_THAT(both->document.added_restrictions[1].partners, ElementsAre("partners/georgia"));
}

TEST_F(ExchangeTest, WhatIsReleasedOrRestrictedOrWithdrawnAlreadyComesBackAsItIs) {
  const SealedLetter request = ReceiveFromTbilisi();
  const std::string& id = request.upload.document_id;
  ASSERT_THAT(world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), id, kFrance), IsOk());
  const legal::Restriction none = {.use = legal::UseRestriction::kNoPassingOn};
  ASSERT_THAT(world_.exchange->AddRestriction(world_.By(kTbilisi), id, none), IsOk());
  const auto authorised = world_.Authorise();
  ASSERT_THAT(authorised, IsOk());
  const std::string decision = authorised->decision.name.substr(10);
  const auto withdrawn =
      world_.exchange->WithdrawDecision(world_.By(kFrance), decision, "proceedings closed");
  ASSERT_THAT(withdrawn, IsOk());
  const journal::Head head = world_.journal->head();
  world_.clock.Advance(absl::Seconds(1));

  const auto released = world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), id, kFrance);
  const auto restricted = world_.exchange->AddRestriction(world_.By(kTbilisi), id, none);
  const auto again = world_.exchange->WithdrawDecision(world_.By(kFrance), decision, "closed");

  ASSERT_THAT(released, IsOk());
  EXPECT_EQ(released->document.controller, kFrance);
  ASSERT_THAT(restricted, IsOk());
  EXPECT_THAT(restricted->document.added_restrictions, SizeIs(1));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->revision, withdrawn->revision);
  EXPECT_EQ(world_.journal->head().revision, head.revision);
  EXPECT_EQ(world_.journal->head().leaf_count, head.leaf_count);
  EXPECT_THAT(world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), id, kDesk),
              FailsWith(StatusCode::kFailedPrecondition, "NOT_QUARANTINED"));
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

TEST_F(ExchangeTest, AFolderThatCannotBeRemovedKeepsNothingElse) {
  const std::filesystem::path uploads =
      std::filesystem::path(world_.folder.path()) / "payloads" / "uploads";
  const auto long_ago =
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(24) * 365;
  const SealedLetter quarantined = ReceiveFromTbilisi();
  const SealedLetter waiting = SendAuthorised();
  const auto stuck = world_.Upload(kDesk, world_.Seal({}));
  ASSERT_THAT(stuck, IsOk());
  std::filesystem::create_directory(uploads / *stuck / "folder");
  ASSERT_THAT(world_.Upload(kDesk, world_.Seal({})), IsOk());

  world_.clock.Advance(absl::Hours(25));
  EXPECT_THAT(world_.exchange->RunTimers().status(), Not(IsOk()));
  EXPECT_THAT(world_.Kinds(kTbilisi, quarantined.upload.document_id), Contains("NON_DELIVERY"));
  EXPECT_THAT(world_.payloads->ListUploads(), ::comity::testing::IsOkAndHolds(SizeIs(1)));

  // Now it has no row any more, and is found by its age.
  for (const std::string& id : {std::string(*stuck), NewUuid(world_.clock.Now())}) {
    std::filesystem::create_directory(uploads / id);
    std::filesystem::last_write_time(uploads / id, long_ago);
  }
  world_.clock.Advance(absl::Hours(24) * 28);
  EXPECT_THAT(world_.exchange->RunTimers().status(), Not(IsOk()));
  EXPECT_THAT(world_.payloads->ListUploads(), ::comity::testing::IsOkAndHolds(SizeIs(1)));
  EXPECT_THAT(world_.Kinds(kDesk, waiting.upload.document_id), Contains("NON_RETRIEVAL"));
  const auto condemned = world_.exchange->Get(world_.By(kDesk), waiting.upload.document_id);
  ASSERT_THAT(condemned, IsOk());
  EXPECT_EQ(condemned->document.erasure, Erasure::kCondemned);

  std::filesystem::remove(uploads / *stuck / "folder");
  std::filesystem::last_write_time(uploads / *stuck, long_ago);
  EXPECT_THAT(world_.exchange->RunTimers(), IsOk());
  EXPECT_THAT(world_.payloads->ListUploads(), ::comity::testing::IsOkAndHolds(IsEmpty()));
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

TEST_F(ExchangeTest, StatementsOfBeforeAndAfterAChangeOfTheSigningKeyVerifyEachWithItsOwn) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  world_.ChangeServiceSigner();
  ASSERT_THAT(world_.exchange->Reject(world_.By(kTbilisi), id, "NOT_FOR_ME", "another desk"),
              IsOk());

  const auto statements = world_.exchange->Statements(world_.By(kDesk), id);

  ASSERT_THAT(statements, IsOk());
  ASSERT_THAT(*statements, SizeIs(3));
  const identity::ChainVerifier verifier(world_.pki.bundles());
  std::vector<std::string> certificates;
  for (const StoredStatement& statement : *statements) {
    const auto verified =
        sealing::VerifySignature(statement.statement, statement.signature,
                                 sealing::TrustedBy(&verifier, statement.commit_time));
    ASSERT_THAT(verified, IsOk());
    EXPECT_EQ(verified->spiffe_id, kService);
    certificates.push_back(verified->certificate_der);
  }
  EXPECT_EQ(certificates[0], certificates[1]);
  EXPECT_NE(certificates[1], certificates[2]);
}

TEST_F(ExchangeTest, WhyIsSaidInWordsThatAreRead) {
  const std::string id = SendAuthorised().upload.document_id;
  const std::string decision = decision_->decision.name.substr(10);
  const auto not_plain = FailsWith(StatusCode::kInvalidArgument, "TEXT_NOT_PLAIN");
  for (const char* const unseen : {"read\u202E", "re\u200Bad", "read\x01"}) {
    EXPECT_THAT(world_.exchange->ReleaseHeaders(world_.By(kTbilisi), id, unseen), not_plain);
    EXPECT_THAT(world_.exchange->Reject(world_.By(kTbilisi), id, "NOT_FOR_ME", unseen), not_plain);
    EXPECT_THAT(world_.exchange->PlaceHold(world_.By(kDpo), id, unseen), not_plain);
    EXPECT_THAT(world_.exchange->LiftHold(world_.By(kDpo), id, unseen), not_plain);
    EXPECT_THAT(world_.exchange->WithdrawDecision(world_.By(kFrance), decision, unseen), not_plain);
  }
  EXPECT_THAT(world_.exchange->Reject(world_.By(kTbilisi), id, "NOT_FOR_ME", "two\nlines"), IsOk());
}

}  // namespace
}  // namespace comity::document_exchange
