// The service over mutual TLS, with a registry that stands still.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <string>

#include "comity/document_exchange/v1/document_exchange.grpc.pb.h"
#include "comity/ledger/v1/ledger.grpc.pb.h"
#include "common/journal/pruning.h"
#include "common/ledger/hash.h"
#include "common/ledger/note.h"
#include "common/ledger/tlog_proof.h"
#include "common/ledger_service/ledger_service.h"
#include "common/rpc/grpc_status.h"
#include "common/sealing/evidence.h"
#include "common/sealing/sealed_document.h"
#include "services/document-exchange/transport/exchange_proto.h"
#include "tests/integration/document_exchange/exchange_server.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_journal.h"

namespace comity::document_exchange {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kPiece = std::int64_t{128} * 1024;

class ServiceTest : public ExchangeServerTest {
 protected:
  absl::StatusOr<v1::Upload> Create(const std::string& sender, const SealedLetter& letter) {
    grpc::ClientContext context;
    v1::Upload upload;
    const absl::Status status =
        Status(As(sender).CreateUpload(&context, CreateRequest(letter), &upload));
    if (!status.ok()) return status;
    return upload;
  }

  static v1::UploadPiecesRequest Piece(const std::string& upload, v1::Payload payload,
                                       const std::string& bytes, std::int64_t offset) {
    v1::UploadPiecesRequest piece;
    piece.set_upload(upload);
    piece.set_payload(payload);
    piece.set_offset(offset);
    piece.set_data(bytes.substr(static_cast<std::size_t>(offset), kPiece));
    return piece;
  }

  // Sends what is missing and returns the last acknowledgement.
  v1::UploadPiecesResponse SendRest(const std::string& sender, const v1::Upload& upload,
                                    const SealedLetter& letter) {
    grpc::ClientContext context;
    const auto stream = As(sender).UploadPieces(&context);
    const auto send = [&](v1::Payload payload, const std::string& bytes, std::int64_t offset) {
      for (; offset < static_cast<std::int64_t>(bytes.size()); offset += kPiece) {
        EXPECT_TRUE(stream->Write(Piece(upload.name(), payload, bytes, offset)));
      }
    };
    send(v1::PAYLOAD_CONTENT, letter.content, upload.content_offset());
    send(v1::PAYLOAD_DESCRIPTION, letter.description, upload.description_offset());
    stream->WritesDone();
    v1::UploadPiecesResponse last;
    while (stream->Read(&last)) {
    }
    EXPECT_THAT(Status(stream->Finish()), IsOk());
    return last;
  }

  absl::StatusOr<v1::Document> Submit(const std::string& sender, const v1::Upload& upload,
                                      const SealedLetter& letter) {
    v1::SubmitDocumentRequest request;
    request.set_upload(upload.name());
    request.set_manifest(letter.submission.manifest);
    request.set_signature(letter.submission.signature);
    for (const RecipientHeaders& headers : letter.submission.headers) {
      *request.add_headers() = ToProto(headers);
    }
    grpc::ClientContext context;
    v1::Document document;
    const absl::Status status = Status(As(sender).SubmitDocument(&context, request, &document));
    if (!status.ok()) return status;
    return document;
  }

  absl::StatusOr<v1::Document> Send(const std::string& sender, const SealedLetter& letter) {
    const auto upload = Create(sender, letter);
    if (!upload.ok()) return upload.status();
    SendRest(sender, *upload, letter);
    return Submit(sender, *upload, letter);
  }

  absl::StatusOr<v1::ReleaseHeadersResponse> Release(const std::string& recipient,
                                                     const std::string& name) {
    grpc::ClientContext context;
    v1::ReleaseHeadersRequest request;
    request.set_name(name);
    request.set_purpose("execution of the request");
    v1::ReleaseHeadersResponse response;
    const absl::Status status = Status(As(recipient).ReleaseHeaders(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }

  std::string Download(const std::string& recipient, const std::string& name, v1::Payload payload) {
    grpc::ClientContext context;
    v1::DownloadRequest request;
    request.set_name(name);
    request.set_payload(payload);
    const auto stream = As(recipient).Download(&context, request);
    std::string bytes;
    v1::DownloadResponse part;
    while (stream->Read(&part)) {
      EXPECT_EQ(part.offset(), static_cast<std::int64_t>(bytes.size()));
      bytes += part.data();
    }
    EXPECT_THAT(Status(stream->Finish()), IsOk());
    return bytes;
  }
};

TEST_F(ServiceTest, AnUploadCutHalfWayResumesAndTheDocumentArrivesWithEvidenceAnybodyCanCheck) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const SealedLetter letter = world_.Seal({.size = 6'000'000});
  const auto upload = Create(kDesk, letter);
  ASSERT_THAT(upload, IsOk());
  {
    grpc::ClientContext context;
    const auto stream = As(kDesk).UploadPieces(&context);
    for (std::int64_t offset = 0; offset < 40 * kPiece; offset += kPiece) {
      ASSERT_TRUE(
          stream->Write(Piece(upload->name(), v1::PAYLOAD_CONTENT, letter.content, offset)));
    }
    v1::UploadPiecesResponse acknowledged;
    ASSERT_TRUE(stream->Read(&acknowledged));
    EXPECT_GE(acknowledged.content_offset(), std::int64_t{4} << 20);
    context.TryCancel();
    stream->Finish();
  }
  grpc::ClientContext get;
  v1::GetUploadRequest which;
  which.set_name(upload->name());
  v1::Upload standing;
  ASSERT_THAT(Status(As(kDesk).GetUpload(&get, which, &standing)), IsOk());
  EXPECT_GE(standing.content_offset(), std::int64_t{4} << 20);
  const v1::UploadPiecesResponse last = SendRest(kDesk, standing, letter);
  EXPECT_EQ(last.content_offset(), upload->content_length());

  const auto document = Submit(kDesk, *upload, letter);
  ASSERT_THAT(document, IsOk());
  const auto released = Release(kTbilisi, document->name());
  ASSERT_THAT(released, IsOk());
  EXPECT_EQ(released->verdict().outcome(), partner_registry::v1::TRANSFER_OUTCOME_PERMITTED);

  const std::string description = Download(kTbilisi, document->name(), v1::PAYLOAD_DESCRIPTION);
  const std::string content = Download(kTbilisi, document->name(), v1::PAYLOAD_CONTENT);
  EXPECT_EQ(content, letter.content);
  const auto opened =
      sealing::OpenDescription(letter.manifest, released->header().description_header(),
                               description, world_.KeyOf(kTbilisi));
  ASSERT_THAT(opened, IsOk());

  const auto [confirmation, signature] = world_.Confirmation(kTbilisi, letter);
  v1::ConfirmRetrievalRequest confirm;
  confirm.set_name(document->name());
  confirm.set_confirmation(confirmation);
  confirm.set_signature(signature);
  grpc::ClientContext confirming;
  v1::Statement statement;
  ASSERT_THAT(Status(As(kTbilisi).ConfirmRetrieval(&confirming, confirm, &statement)), IsOk());

  // Every statement of the sender is proven, offline, with the log's public key only.
  v1::ListStatementsResponse evidence;
  const absl::Time patience = absl::Now() + absl::Seconds(20);
  do {
    grpc::ClientContext listing;
    v1::ListStatementsRequest list;
    list.set_parent(document->name());
    ASSERT_THAT(Status(As(kDesk).ListStatements(&listing, list, &evidence)), IsOk());
  } while (evidence.statements(evidence.statements_size() - 1).tlog_proof().empty() &&
           absl::Now() < patience);
  ASSERT_THAT(evidence.statements(), SizeIs(3));
  const auto log = ledger::NoteVerifier::FromVkey(evidence.ledger_vkey());
  ASSERT_THAT(log, IsOk());
  for (const v1::Statement& one : evidence.statements()) {
    const auto proven = ledger::VerifyTlogProof(
        one.tlog_proof(), ledger::Commitment(one.leaf_salt(), one.leaf_body()), {*log});
    ASSERT_THAT(proven, IsOk());
    EXPECT_EQ(proven->index, one.leaf_index());
    EXPECT_THAT(sealing::ParseStatement(one.statement()), IsOk());
  }
}

TEST_F(ServiceTest, ARefusalListsEverythingOnTheWire) {
  const SealedLetter letter = world_.Seal({});

  const auto refused = Create(kDesk, letter);

  ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  const ErrorDetails details = DetailsOf(refused.status());
  EXPECT_EQ(details.metadata.at("outcome"), "PERMITTED_SUBJECT_TO");
  EXPECT_THAT(details.preconditions, ::testing::Not(IsEmpty()));
}

TEST_F(ServiceTest, AForeignCallerGetsTheSameBytesAsForNothing) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const auto document = Send(kDesk, world_.Seal({}));
  ASSERT_THAT(document, IsOk());
  const auto ask = [&](const std::string& name) {
    grpc::ClientContext context;
    v1::GetDocumentRequest request;
    request.set_name(name);
    v1::Document response;
    return As(kChisinau).GetDocument(&context, request, &response);
  };

  const grpc::Status invisible = ask(document->name());
  const grpc::Status absent = ask("documents/01910000-0000-7000-8000-000000000000");

  EXPECT_EQ(invisible.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(invisible.error_message(), absent.error_message());
  EXPECT_EQ(invisible.error_details(), absent.error_details());
}

TEST_F(ServiceTest, ListsGoPageByPage) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  for (int i = 0; i < 3; ++i) ASSERT_THAT(Send(kDesk, world_.Seal({})), IsOk());
  v1::ListDocumentsRequest request;
  request.set_page_size(2);
  v1::ListDocumentsResponse page;
  grpc::ClientContext one;
  ASSERT_THAT(Status(As(kTbilisi).ListDocuments(&one, request, &page)), IsOk());
  EXPECT_THAT(page.documents(), SizeIs(2));
  request.set_page_token(page.next_page_token());
  grpc::ClientContext two;
  ASSERT_THAT(Status(As(kTbilisi).ListDocuments(&two, request, &page)), IsOk());
  EXPECT_THAT(page.documents(), SizeIs(1));
  EXPECT_THAT(page.next_page_token(), IsEmpty());
  grpc::ClientContext three;
  EXPECT_THAT(Status(As(kDesk).ListDocuments(&three, request, &page)),
              FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  // The same token, but asked of another box, or of another method.
  v1::ListDocumentsRequest other = request;
  other.set_box(v1::ListDocumentsRequest::BOX_INBOX);
  grpc::ClientContext four;
  EXPECT_THAT(Status(As(kTbilisi).ListDocuments(&four, other, &page)),
              FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  v1::ListDecisionsRequest decisions;
  decisions.set_page_token(request.page_token());
  v1::ListDecisionsResponse none;
  grpc::ClientContext five;
  EXPECT_THAT(Status(As(kTbilisi).ListDecisions(&five, decisions, &none)),
              FailsWith(StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
}

TEST_F(ServiceTest, TheDpoExportsTransfersAndTheOperatorDoesNot) {
  EXPECT_THAT(Create(kDesk, world_.Seal({})),
              FailsWith(StatusCode::kFailedPrecondition, "TRANSFER_NOT_PERMITTED"));
  ASSERT_THAT(world_.Authorise(), IsOk());
  ASSERT_THAT(Send(kDesk, world_.Seal({})), IsOk());
  v1::ExportTransferRecordsRequest request;
  request.set_purpose("yearly review");
  const auto read = [&](const std::string& who, v1::ExportTransferRecordsResponse* records) {
    grpc::ClientContext context;
    const auto stream = As(who).ExportTransferRecords(&context, request);
    stream->Read(records);
    v1::ExportTransferRecordsResponse more;
    while (stream->Read(&more)) {
    }
    return Status(stream->Finish());
  };
  const std::int64_t leaves = world_.journal->head().leaf_count;

  v1::ExportTransferRecordsResponse records;
  ASSERT_THAT(read(kDpo, &records), IsOk());

  ASSERT_THAT(records.records(), SizeIs(2));
  EXPECT_EQ(records.records(0).verdict().outcome(),
            partner_registry::v1::TRANSFER_OUTCOME_PERMITTED_SUBJECT_TO);
  EXPECT_EQ(records.records(1).attempt(), "SubmitDocument");
  EXPECT_EQ(world_.journal->head().leaf_count, leaves + 1);
  v1::ExportTransferRecordsResponse nothing;
  EXPECT_EQ(read(kOperator, &nothing).code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(nothing.records(), IsEmpty());
}

TEST_F(ServiceTest, TheOfficerHoldsADocumentAndWhatIsErasedSaysSo) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const SealedLetter letter = world_.Seal({});
  const auto sent = Send(kDesk, letter);
  ASSERT_THAT(sent, IsOk());
  EXPECT_TRUE(sent->has_expire_time());
  const auto place = [&](const std::string& who, v1::Hold* hold) {
    grpc::ClientContext context;
    v1::PlaceHoldRequest request;
    request.set_name(sent->name());
    request.set_reason("a complaint");
    return Status(As(who).PlaceHold(&context, request, hold));
  };
  const auto lift = [&](const std::string& who, v1::Hold* hold) {
    grpc::ClientContext context;
    v1::LiftHoldRequest request;
    request.set_name(sent->name());
    request.set_reason("settled");
    return Status(As(who).LiftHold(&context, request, hold));
  };
  v1::Hold hold;
  for (const char* const other : {kDesk, kAuditor, kTbilisi}) {
    EXPECT_EQ(place(other, &hold).code(), StatusCode::kPermissionDenied);
    EXPECT_EQ(lift(other, &hold).code(), StatusCode::kPermissionDenied);
  }
  ASSERT_THAT(place(kDpo, &hold), IsOk());
  EXPECT_TRUE(hold.in_force());
  ASSERT_THAT(lift(kDpo, &hold), IsOk());
  EXPECT_FALSE(hold.in_force());
  ASSERT_THAT(place(kDpo, &hold), IsOk());
  world_.clock.Advance(absl::Hours(24 * 28));
  ASSERT_THAT(world_.exchange->RunTimers(), IsOk());
  EXPECT_EQ(Download(kTbilisi, sent->name(), v1::PAYLOAD_CONTENT), letter.content);

  // Not over the wire: deadlines are of the machine's clock.
  ASSERT_THAT(world_.exchange->LiftHold(world_.By(kDpo), letter.upload.document_id, "settled"),
              IsOk());
  for (const absl::Duration wait : {absl::ZeroDuration(), journal::kErasureDelay}) {
    world_.clock.Advance(wait);
    ASSERT_THAT(world_.exchange->RunTimers(), IsOk());
  }

  {
    grpc::ClientContext context;
    v1::DownloadRequest request;
    request.set_name(sent->name());
    request.set_payload(v1::PAYLOAD_CONTENT);
    const auto stream = As(kTbilisi).Download(&context, request);
    v1::DownloadResponse part;
    EXPECT_FALSE(stream->Read(&part));
    EXPECT_THAT(Status(stream->Finish()), FailsWith(StatusCode::kFailedPrecondition, "ERASED"));
  }
  grpc::ClientContext context;
  v1::GetDocumentRequest request;
  request.set_name(sent->name());
  v1::Document document;
  ASSERT_THAT(Status(As(kTbilisi).GetDocument(&context, request, &document)), IsOk());
  EXPECT_TRUE(document.has_erase_time());
  EXPECT_EQ(document.manifest(), letter.submission.manifest);
}

TEST_F(ServiceTest, APrunedEntryIsListedByItsCommitmentAlone) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const journal::Entry before = world_.journal->ReadEntry(0).value();
  world_.clock.Advance(absl::Hours(24 * 31 * 38));
  const auto pruner = *journal::Pruner::Open(world_.journal.get(), world_.folder / "keys");
  for (const absl::Duration wait : {absl::ZeroDuration(), journal::kErasureDelay}) {
    world_.clock.Advance(wait);
    ASSERT_THAT(pruner->Prune(world_.clock.Now()), IsOk());
  }

  const auto stub = ledger::v1::LedgerService::NewStub(server_->Channel(kAuditor));
  grpc::ClientContext context;
  ledger::v1::ListEntriesRequest request;
  request.set_purpose("review");
  ledger::v1::ListEntriesResponse listed;
  ASSERT_THAT(Status(stub->ListEntries(&context, request, &listed)), IsOk());

  ASSERT_THAT(listed.entries(), SizeIs(3));
  EXPECT_THAT(listed.entries(0).body(), IsEmpty());
  EXPECT_THAT(listed.entries(0).salt(), IsEmpty());
  EXPECT_EQ(listed.entries(0).commitment(), std::string(crypto::View(before.commitment)));
  EXPECT_THAT(listed.entries(1).body(), HasSubstr("PRUNING"));
}

TEST_F(ServiceTest, AGapInAnUploadIsRefusedAndNothingIsLost) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const SealedLetter letter = world_.Seal({});
  const auto upload = Create(kDesk, letter);
  ASSERT_THAT(upload, IsOk());
  grpc::ClientContext context;
  const auto stream = As(kDesk).UploadPieces(&context);
  stream->Write(Piece(upload->name(), v1::PAYLOAD_CONTENT, letter.content, kPiece));
  stream->WritesDone();
  EXPECT_THAT(Status(stream->Finish()), FailsWith(StatusCode::kOutOfRange, "UPLOAD_OFFSET"));

  SendRest(kDesk, *upload, letter);
  EXPECT_THAT(Submit(kDesk, *upload, letter), IsOk());
}

TEST_F(ServiceTest, AWholeAgeFileIsNotTakenForAPayload) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  const auto upload = Create(kDesk, letter);
  ASSERT_THAT(upload, IsOk());
  const std::string file = letter.submission.headers[0].content_header + letter.content;
  grpc::ClientContext context;
  const auto stream = As(kDesk).UploadPieces(&context);
  stream->Write(Piece(upload->name(), v1::PAYLOAD_CONTENT, file, 0));
  stream->WritesDone();
  EXPECT_THAT(Status(stream->Finish()), FailsWith(StatusCode::kInvalidArgument, "NOT_SEALED"));
}

TEST_F(ServiceTest, WhatIsNotSealedIsRefusedByItsLengthAndByItsHeaders) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  SealedLetter letter = world_.Seal({});
  SealedLetter plain = letter;
  plain.upload.announced.content = 20;
  const auto refused = Create(kDesk, plain);
  ASSERT_THAT(refused, FailsWith(StatusCode::kInvalidArgument, "NOT_SEALED"));
  EXPECT_EQ(DetailsOf(refused.status()).fields.front().field, "content_length");

  letter.submission.headers[0].content_header = "%PDF-1.7 and so on";
  const auto unsealed = Send(kDesk, letter);
  ASSERT_THAT(unsealed, FailsWith(StatusCode::kInvalidArgument, "NOT_SEALED"));
  EXPECT_EQ(DetailsOf(unsealed.status()).fields.front().field, "headers[0]");
}

TEST_F(ServiceTest, ADigestThatIsNotThatOfTheBytesIsRefusedAndTheRejectionIsOnRecord) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const SealedLetter letter = world_.Seal({});
  SealedLetter spoiled = letter;
  spoiled.content[100] = static_cast<char>(spoiled.content[100] ^ 1);

  const auto refused = Send(kDesk, spoiled);

  ASSERT_THAT(refused, FailsWith(StatusCode::kInvalidArgument, "DIGEST_MISMATCH"));
  EXPECT_EQ(DetailsOf(refused.status()).fields.front().field, "manifest.content.sha256");
  grpc::ClientContext listing;
  v1::ListStatementsRequest list;
  list.set_parent("documents/" + letter.upload.document_id);
  v1::ListStatementsResponse evidence;
  ASSERT_THAT(Status(As(kDesk).ListStatements(&listing, list, &evidence)), IsOk());
  ASSERT_THAT(evidence.statements(), SizeIs(1));
  const auto rejection = sealing::ParseStatement(evidence.statements(0).statement());
  ASSERT_THAT(rejection, IsOk());
  EXPECT_EQ(rejection->kind, "SUBMISSION_REJECTION");
  EXPECT_EQ(rejection->reason_code, "DIGEST_MISMATCH");
}

TEST_F(ServiceTest, AManifestChangedAfterItWasSignedIsRefusedAndTheSignedOneAccepted) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const SealedLetter letter = world_.Seal({});
  const auto upload = Create(kDesk, letter);
  ASSERT_THAT(upload, IsOk());
  SendRest(kDesk, *upload, letter);
  SealedLetter changed = letter;
  changed.manifest.purpose.offence = "fraud";
  changed.submission.manifest = *sealing::BuildManifest(changed.manifest);

  EXPECT_THAT(Submit(kDesk, *upload, changed),
              FailsWith(StatusCode::kInvalidArgument, "SIGNATURE_INVALID"));

  changed = letter;
  changed.submission.signature = "no signature";
  EXPECT_THAT(Submit(kDesk, *upload, changed),
              FailsWith(StatusCode::kInvalidArgument, "SIGNATURE_INVALID"));
  EXPECT_THAT(Submit(kDesk, *upload, letter), IsOk());
}

TEST_F(ServiceTest, AnUploadIsGoneAfterADay) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const SealedLetter letter = world_.Seal({});
  const auto upload = Create(kDesk, letter);
  ASSERT_THAT(upload, IsOk());
  SendRest(kDesk, *upload, letter);
  const auto get = [&] {
    grpc::ClientContext context;
    v1::GetUploadRequest request;
    request.set_name(upload->name());
    v1::Upload found;
    return Status(As(kDesk).GetUpload(&context, request, &found));
  };
  world_.clock.Advance(absl::Hours(23));
  ASSERT_THAT(world_.exchange->RunTimers(), IsOk());
  EXPECT_THAT(get(), IsOk());

  world_.clock.Advance(absl::Hours(2));
  ASSERT_THAT(world_.exchange->RunTimers(), IsOk());

  EXPECT_THAT(world_.payloads->ListUploads(), ::comity::testing::IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(get(), FailsWith(StatusCode::kNotFound, "UPLOAD_NOT_FOUND"));
  EXPECT_THAT(Submit(kDesk, *upload, letter), FailsWith(StatusCode::kNotFound, "UPLOAD_NOT_FOUND"));
  grpc::ClientContext context;
  const auto stream = As(kDesk).UploadPieces(&context);
  stream->Write(Piece(upload->name(), v1::PAYLOAD_CONTENT, letter.content, 0));
  stream->WritesDone();
  EXPECT_THAT(Status(stream->Finish()), FailsWith(StatusCode::kNotFound, "UPLOAD_NOT_FOUND"));
}

TEST_F(ServiceTest, ASecondUploadOfADocumentIsRefusedAndNamesTheFirst) {
  ASSERT_THAT(world_.Authorise(), IsOk());
  const SealedLetter letter = world_.Seal({});
  const auto first = Create(kDesk, letter);
  ASSERT_THAT(first, IsOk());

  const auto second = Create(kDesk, letter);

  ASSERT_THAT(second, FailsWith(StatusCode::kAlreadyExists, "UPLOAD_OPEN"));
  EXPECT_EQ(DetailsOf(second.status()).metadata.at("upload"), first->name());
}

TEST_F(ServiceTest, ReceivedDataThatMustNotBeProcessedAreNotHandedOver) {
  const SealedLetter letter =
      world_.Seal({.sender = kTbilisi,
                   .recipients = {kTbilisi, kDesk},
                   .direction = "RECEIVE",
                   .originators = {{.kind = "THIRD_COUNTRY", .partner = "partners/georgia"}},
                   .annex_ii = "OUTSIDE"});
  const auto document = Send(kTbilisi, letter);
  ASSERT_THAT(document, IsOk());

  EXPECT_THAT(Release(kDesk, document->name()),
              FailsWith(StatusCode::kFailedPrecondition, "QUARANTINED"));
  grpc::ClientContext context;
  v1::ReleaseFromQuarantineRequest request;
  request.set_name(document->name());
  request.set_controller(kFrance);
  v1::Document freed;
  const absl::Status refused = Status(As(kDesk).ReleaseFromQuarantine(&context, request, &freed));
  ASSERT_THAT(refused, FailsWith(StatusCode::kFailedPrecondition, "RECEIVED_DATA_REFUSED"));
  EXPECT_THAT(DetailsOf(refused).preconditions.front().subject, HasSubstr("27"));
}

}  // namespace
}  // namespace comity::document_exchange
