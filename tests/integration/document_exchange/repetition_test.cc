// A request that comes again with its request_id is answered as it was, byte for byte, whatever
// became of what it made (AIP-155). The clock stands still, so that no time tells what came later.
#include <gmock/gmock.h>

#include <string>

#include "common/ids/uuid.h"
#include "common/status/error.h"
#include "services/document-exchange/transport/exchange_proto.h"
#include "tests/integration/document_exchange/exchange_test.h"
#include "tests/testing/status_matchers.h"

namespace comity::document_exchange {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::SizeIs;

std::string Bytes(const UploadStatus& answer) { return ToProto(answer).SerializeAsString(); }
std::string Bytes(const StoredStatement& answer) { return ToProto(answer).SerializeAsString(); }
std::string Bytes(const Hold& answer) { return ToProto(answer).SerializeAsString(); }
std::string Bytes(const DocumentView& answer) {
  return ToProto(answer, "store").SerializeAsString();
}
std::string Bytes(const RecordedDecision& answer) {
  return ToProto(answer, "store").SerializeAsString();
}
template <typename Answer>
std::string Bytes(const absl::StatusOr<Answer>& answer) {
  EXPECT_THAT(answer, IsOk());
  return answer.ok() ? Bytes(*answer) : answer.status().ToString();
}

class RepetitionTest : public ExchangeTest {
 protected:
  // Always the same request of `who`.
  Request Again(const std::string& who, const std::string& method) {
    return world_.By(who, method, request_id_);
  }
  absl::StatusOr<DocumentView> Submit(const std::string& who, const SealedLetter& letter) {
    return world_.exchange->Submit(Again(who, "test/SubmitDocument"), letter.submission);
  }

  const std::string request_id_ = NewUuid(world_.clock.Now());
};

TEST_F(RepetitionTest, AnUploadComesAsItWasOpenedAlsoOnceItWasFilledAndSubmitted) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  const auto create = [&] {
    return world_.exchange->CreateUpload(Again(kDesk, "test/CreateUpload"), letter.upload);
  };
  const auto first = create();
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(first->verdicts, SizeIs(2));
  letter.submission.upload_id = first->upload.id;
  {
    const auto opened = world_.exchange->OpenUpload(world_.By(kDesk), first->upload.id);
    ASSERT_THAT(opened, IsOk());
    ASSERT_THAT(opened->writer->Append(PayloadKind::kContent, 0, letter.content), IsOk());
    ASSERT_THAT(opened->writer->Append(PayloadKind::kDescription, 0, letter.description), IsOk());
    ASSERT_THAT(opened->writer->Sync(), IsOk());
  }
  EXPECT_EQ(Bytes(create()), Bytes(first)) << "filled";

  ASSERT_THAT(world_.exchange->Submit(world_.By(kDesk), letter.submission), IsOk());
  EXPECT_EQ(Bytes(create()), Bytes(first)) << "submitted";
  letter.upload.validate_only = true;
  EXPECT_EQ(Bytes(create()), Bytes(first)) << "asked only";
  letter.upload.validate_only = false;

  // Verdicts are of the day: it is the same upload, but would be submitted no more.
  const journal::Head head = world_.journal->head();
  world_.registry.Suspend(kTbilisi);
  const auto later = create();
  ASSERT_THAT(later, IsOk());
  EXPECT_EQ(later->upload.id, first->upload.id);
  EXPECT_EQ(world_.journal->head().leaf_count, head.leaf_count) << "and nothing was refused";
  EXPECT_THAT(world_.payloads->ListUploads(),
              ::comity::testing::IsOkAndHolds(::testing::IsEmpty()));
}

TEST_F(RepetitionTest, ADocumentComesAsItWasSubmittedWhateverBecameOfIt) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  const std::string& id = letter.upload.document_id;
  const auto upload = world_.Upload(kDesk, letter);
  ASSERT_THAT(upload, IsOk());
  letter.submission.upload_id = *upload;
  const std::string first = Bytes(Submit(kDesk, letter));
  EXPECT_EQ(Bytes(world_.exchange->Get(world_.By(kDesk), id)), first) << "nothing happened yet";

  // The registry goes on, the document is handed over, restricted and rejected.
  world_.registry.SetFootnote("partners/moldova", "* As to status.");
  ASSERT_THAT(world_.Release(kTbilisi, id), IsOk());
  ASSERT_THAT(world_.exchange->AddRestriction(world_.By(kFrance), id,
                                              {.use = legal::UseRestriction::kNoPassingOn}),
              IsOk());
  ASSERT_THAT(
      world_.exchange->Reject(world_.By(kTbilisi), id, "PLAINTEXT_MISMATCH", "another file"),
      IsOk());
  const auto now = world_.exchange->Get(world_.By(kDesk), id);
  ASSERT_THAT(now, IsOk());
  EXPECT_EQ(now->document.Find(kTbilisi)->state, RecipientState::kRejected);
  EXPECT_THAT(now->restrictions, SizeIs(1));

  EXPECT_EQ(Bytes(Submit(kDesk, letter)), first);
  EXPECT_EQ(Bytes(world_.exchange->Submit(world_.By(kDesk), letter.submission)), first)
      << "without the request id of then: what was signed says that it is the same";
}

TEST_F(RepetitionTest, ADocumentThatWaitedInQuarantineComesBackWaiting) {
  SealedLetter letter =
      world_.Seal({.sender = kTbilisi,
                   .recipients = {kTbilisi, kDesk},
                   .direction = "RECEIVE",
                   .originators = {{.kind = "THIRD_COUNTRY", .partner = "partners/georgia"}}});
  const std::string& id = letter.upload.document_id;
  const auto upload = world_.Upload(kTbilisi, letter);
  ASSERT_THAT(upload, IsOk());
  letter.submission.upload_id = *upload;
  const auto first = Submit(kTbilisi, letter);
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->document.Find(kDesk)->state, RecipientState::kQuarantined);

  // Its DELIVERY is of another mutation, though of the same time.
  ASSERT_THAT(world_.exchange->ReleaseFromQuarantine(world_.By(kDesk), id, kFrance), IsOk());
  ASSERT_EQ(world_.StateFor(id, kDesk), RecipientState::kAvailable);

  EXPECT_EQ(Bytes(Submit(kTbilisi, letter)), Bytes(first));
}

TEST_F(RepetitionTest, ADecisionComesAsItWasRecordedAndItsWithdrawalAsWithdrawn) {
  RecordedDecision wanted = World::Authorisation();
  const auto record = [&] {
    return world_.exchange->RecordDecision(Again(kFrance, "test/RecordDecision"), wanted);
  };
  const auto first = record();
  ASSERT_THAT(first, IsOk());
  const auto withdraw = [&] {
    return world_.exchange->WithdrawDecision(Again(kFrance, "test/WithdrawDecision"),
                                             first->decision.name.substr(10), "closed");
  };

  const auto withdrawn = withdraw();

  ASSERT_THAT(withdrawn, IsOk());
  ASSERT_TRUE(withdrawn->decision.withdrawn.has_value());
  EXPECT_EQ(Bytes(record()), Bytes(first));
  EXPECT_EQ(Bytes(withdraw()), Bytes(withdrawn));

  world_.registry.Delete("partners/france");
  EXPECT_THAT(world_.Authorise(),
              FailsWith(absl::StatusCode::kPermissionDenied, "DECISION_NOT_YOURS"));
  EXPECT_EQ(Bytes(record()), Bytes(first)) << "though nobody decides for the State any more";
  EXPECT_EQ(Bytes(withdraw()), Bytes(withdrawn));
}

TEST_F(RepetitionTest, ARetrievalAndARejectionComeWithTheirStatementsOfThen) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  ASSERT_THAT(world_.Release(kTbilisi, id), IsOk());
  const auto [confirmation, signature] = world_.Confirmation(kTbilisi, letter);
  const auto confirm = [&, &said = confirmation, &signed_by = signature] {
    return world_.exchange->ConfirmRetrieval(Again(kTbilisi, "test/ConfirmRetrieval"), id, said,
                                             signed_by);
  };
  const auto reject = [&] {
    return world_.exchange->Reject(Again(kTbilisi, "test/RejectDocument"), id, "PLAINTEXT_MISMATCH",
                                   "another file");
  };
  const std::string confirmed = Bytes(confirm());
  const std::string rejected = Bytes(reject());

  EXPECT_NE(confirmed, rejected);
  EXPECT_EQ(Bytes(confirm()), confirmed) << "though it was rejected since";
  EXPECT_EQ(Bytes(reject()), rejected);

  world_.RevokeGeorgia();
  EXPECT_EQ(
      ReasonOf(world_.exchange->ConfirmRetrieval(world_.By(kTbilisi), id, confirmation, signature)
                   .status()),
      "CERTIFICATE_REVOKED");
  EXPECT_EQ(Bytes(confirm()), confirmed) << "though the signer's certificate is revoked since";
}

TEST_F(RepetitionTest, AHoldThatWasLiftedSinceIsAnsweredAsPlaced) {
  const SealedLetter letter = SendAuthorised();
  const std::string& id = letter.upload.document_id;
  const auto place = [&] {
    return world_.exchange->PlaceHold(Again(kDpo, "test/PlaceHold"), id, "a complaint");
  };
  const auto first = place();
  ASSERT_THAT(first, IsOk());
  ASSERT_TRUE(first->in_force);
  const auto lifted = world_.exchange->LiftHold(world_.By(kDpo), id, "settled");
  ASSERT_THAT(lifted, IsOk());
  ASSERT_FALSE(lifted->in_force);

  EXPECT_EQ(Bytes(place()), Bytes(first));
  const auto rows = world_.tables->Read();
  EXPECT_FALSE((*(*rows)->FindDocument(id))->held) << "and it stays lifted";
}

}  // namespace
}  // namespace comity::document_exchange
