// From the opening of an upload to the submitted document: the rules, without gRPC.
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/ids/uuid.h"
#include "tests/integration/document_exchange/exchange_test.h"
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

TEST_F(ExchangeTest, WhatMayNotBeginIsRefusedAndWhatHasBegunGoesOn) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  const Request request = world_.By(kDesk, "test/CreateUpload", NewUuid(world_.clock.Now()));
  const auto begun = world_.exchange->CreateUpload(request, letter.upload);
  ASSERT_THAT(begun, IsOk());
  world_.may_begin = absl::UnavailableError("timestamps are overdue");

  const auto repeated = world_.exchange->CreateUpload(request, letter.upload);
  ASSERT_THAT(repeated, IsOk());
  EXPECT_EQ(repeated->upload.id, begun->upload.id);
  SealedLetter second = world_.Seal({});
  EXPECT_EQ(world_.exchange->CreateUpload(world_.By(kDesk), second.upload).status(),
            world_.may_begin);
  second.upload.validate_only = true;
  EXPECT_EQ(world_.exchange->CreateUpload(world_.By(kDesk), second.upload).status(),
            world_.may_begin);
  EXPECT_THAT(world_.payloads->ListUploads(), ::comity::testing::IsOkAndHolds(SizeIs(1)));

  world_.may_begin = absl::OkStatus();
  EXPECT_THAT(world_.exchange->CreateUpload(world_.By(kDesk), second.upload), IsOk());
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

TEST_F(ExchangeTest, AWrongDigestIsRefusedWithASignedRejectionAndTheFileCanBeSentAnew) {
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
  EXPECT_THAT(world_.Send(kDesk, world_.Seal({})), IsOk());
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
  letter.submission.upload_id = *world_.Upload(kDesk, letter);
  const auto submit = [&] {
    return world_.exchange->Submit(world_.By(kDesk, "test/SubmitDocument"), letter.submission);
  };
  EXPECT_THAT(submit(), FailsWith(StatusCode::kInvalidArgument, "SIGNATURE_INVALID"));

  letter.submission.signature =
      *world_.SignerOf(kDesk).Sign(letter.submission.manifest, world_.clock.Now());
  const auto refused = submit();
  ASSERT_THAT(refused, FailsWith(StatusCode::kInvalidArgument, "CONTEXT_MISMATCH"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("purpose"));
}

TEST_F(ExchangeTest, AManifestThatHoldsWhatIsNotSeenIsRefused) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  // Of a client that is not ours: the stage reads as another.
  for (const char* const unseen : {"\u202E", "\u200B", "\u0085"}) {
    SealedLetter letter = world_.Seal({});
    letter.submission.manifest = absl::StrReplaceAll(
        letter.submission.manifest, {{"investigation\"", absl::StrCat("investi", unseen, "\"")}});
    letter.manifest = *sealing::ParseManifest(letter.submission.manifest);
    letter.submission.signature =
        *world_.SignerOf(kDesk).Sign(letter.submission.manifest, world_.clock.Now());

    const auto refused = world_.Send(kDesk, letter);

    ASSERT_THAT(refused, FailsWith(StatusCode::kInvalidArgument, "MANIFEST_INVALID"));
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr("manifest.purpose.stage"));
  }
}

TEST_F(ExchangeTest, WhatNoManifestMaySayOpensNoUpload) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const auto opened = [&](std::string legal::Purpose::*member, const std::string& text) {
    SealedLetter letter = world_.Seal({});
    letter.upload.context.question.purpose.*member = text;
    return world_.exchange->CreateUpload(world_.By(kDesk, "test/CreateUpload"), letter.upload)
        .status();
  };
  const std::pair<std::string legal::Purpose::*, const char*> members[] = {
      {&legal::Purpose::task, "task"},
      {&legal::Purpose::offence, "offence"},
      {&legal::Purpose::stage, "stage"},
      {&legal::Purpose::case_reference, "case_reference"},
      {&legal::Purpose::necessity, "necessity"}};
  for (const auto& [member, name] : members) {
    for (const std::string& text : {std::string("inv\u202Eoice"), std::string(4001, 'x')}) {
      const absl::Status refused = opened(member, text);
      ASSERT_THAT(refused, FailsWith(StatusCode::kInvalidArgument, "CONTEXT_INVALID")) << name;
      EXPECT_EQ(DetailsOf(refused).metadata.at("field"),
                absl::StrCat("context.question.purpose.", name));
    }
  }
  EXPECT_THAT(opened(&legal::Purpose::necessity, "two\nlines"), IsOk());
  EXPECT_THAT(opened(&legal::Purpose::stage, "two\nlines"),
              FailsWith(StatusCode::kInvalidArgument, "CONTEXT_INVALID"));
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

  // Without the request id of then: what was signed says that it is the same.
  const journal::Head head = world_.journal->head();
  const auto third = world_.exchange->Submit(world_.By(kDesk), letter.submission);
  ASSERT_THAT(third, IsOk());
  EXPECT_EQ(third->document.revision, first->document.revision);
  EXPECT_EQ(world_.journal->head().leaf_count, head.leaf_count);
  EXPECT_THAT(world_.exchange->Submit(world_.By(kColleague), letter.submission),
              FailsWith(StatusCode::kNotFound, "UPLOAD_NOT_FOUND"));
  SealedLetter other = world_.Seal({});
  other.submission.upload_id = *upload;
  EXPECT_THAT(world_.exchange->Submit(world_.By(kDesk), other.submission),
              FailsWith(StatusCode::kNotFound, "UPLOAD_NOT_FOUND"));
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

TEST_F(ExchangeTest, ADocumentHasOneOpenUploadAtATime) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  const std::string request_id = NewUuid(world_.clock.Now());
  const auto create = [&](const std::string& who, const std::string& request = "") {
    return world_.exchange->CreateUpload(world_.By(who, "test/CreateUpload", request),
                                         letter.upload);
  };
  const auto first = create(kDesk, request_id);
  ASSERT_THAT(first, IsOk());

  const auto second = create(kDesk);
  ASSERT_THAT(second, FailsWith(StatusCode::kAlreadyExists, "UPLOAD_OPEN"));
  EXPECT_EQ(DetailsOf(second.status()).metadata.at("upload"), "uploads/" + first->upload.id);
  const auto foreign = create(kColleague);
  ASSERT_THAT(foreign, FailsWith(StatusCode::kAlreadyExists, "UPLOAD_OPEN"));
  EXPECT_THAT(DetailsOf(foreign.status()).metadata, IsEmpty());
  letter.upload.validate_only = true;
  EXPECT_THAT(create(kDesk), FailsWith(StatusCode::kAlreadyExists, "UPLOAD_OPEN"));
  letter.upload.validate_only = false;
  EXPECT_THAT(world_.payloads->ListUploads(), ::comity::testing::IsOkAndHolds(SizeIs(1)));

  const auto repeated = create(kDesk, request_id);
  ASSERT_THAT(repeated, IsOk());
  EXPECT_EQ(repeated->upload.id, first->upload.id);
  world_.clock.Advance(absl::Hours(25));
  EXPECT_THAT(create(kDesk), IsOk()) << "the first has expired";
}

TEST_F(ExchangeTest, AfterACrashTheFolderGoesBackToTheUploadItCameFrom) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  const auto expired = world_.Upload(kDesk, letter);
  ASSERT_THAT(expired, IsOk());
  world_.clock.Advance(absl::Hours(25));
  const auto open = world_.Upload(kDesk, letter);
  ASSERT_THAT(open, IsOk());
  for (const std::string& from : {*open, *expired}) {
    ASSERT_THAT(
        world_.payloads->Promote(from, letter.upload.document_id, {{"manifest.json", "{}"}}),
        IsOk());

    ASSERT_THAT(world_.TryRestart(), IsOk());

    EXPECT_THAT(world_.payloads->ListDocuments(), ::comity::testing::IsOkAndHolds(IsEmpty()));
    EXPECT_THAT(world_.payloads->UploadSizes(from),
                ::comity::testing::IsOkAndHolds(letter.upload.announced));
  }
  letter.submission.upload_id = *open;
  EXPECT_THAT(world_.exchange->Submit(world_.By(kDesk), letter.submission), IsOk());
}

TEST_F(ExchangeTest, TheAgencySaysNoOtherDirectionThanThatItSends) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  for (const char* const direction : {"ONWARD", "RECEIVE"}) {
    const SealedLetter letter = world_.Seal({.direction = direction});
    EXPECT_THAT(world_.exchange->CreateUpload(world_.By(kDesk), letter.upload),
                FailsWith(StatusCode::kInvalidArgument, "DIRECTION_INVALID"))
        << direction;
  }
  // A partner asks itself; then the rules on onward transfers decide.
  const SealedLetter onward =
      world_.Seal({.sender = kTbilisi, .recipients = {kTbilisi, kChisinau}, .direction = "ONWARD"});
  const auto refused = world_.exchange->CreateUpload(world_.By(kTbilisi), onward.upload);
  ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  EXPECT_EQ(DetailsOf(refused.status()).metadata.at("outcome"), "DECISION_REQUIRED");
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

}  // namespace
}  // namespace comity::document_exchange
