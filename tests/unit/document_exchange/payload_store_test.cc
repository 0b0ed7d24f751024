#include <gmock/gmock.h>

#include <fstream>

#include "common/crypto/random.h"
#include "common/ids/uuid.h"
#include "common/sealing/pieces.h"
#include "services/document-exchange/storage/file_payload_store.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::document_exchange {
namespace {

using absl::StatusCode;
using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::comity::testing::IsOkAndHolds;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PayloadStoreTest : public ::testing::Test {
 protected:
  PayloadStoreTest() { Reopen(); }

  void Reopen() {
    store_.reset();
    auto opened = FilePayloadStore::Open(folder_ / "payloads", 0);
    ASSERT_THAT(opened, IsOk());
    store_ = *std::move(opened);
  }

  std::unique_ptr<UploadWriter> Writer() {
    auto writer = store_->OpenWriter(upload_, announced_);
    EXPECT_THAT(writer, IsOk());
    return writer.ok() ? *std::move(writer) : nullptr;
  }

  void FillUpload() {
    ASSERT_THAT(store_->CreateUpload(upload_, announced_), IsOk());
    const auto writer = Writer();
    ASSERT_THAT(writer->Append(PayloadKind::kContent, 0, content_), IsOk());
    ASSERT_THAT(writer->Append(PayloadKind::kDescription, 0, description_), IsOk());
    ASSERT_THAT(writer->Sync(), IsOkAndHolds(announced_));
  }

  const comity::testing::TempDirectory folder_;
  const std::string upload_ = NewUuid(absl::Now());
  const std::string document_ = NewUuid(absl::Now());
  const std::string content_ = crypto::RandomBytes(3'000'000);
  const std::string description_ = crypto::RandomBytes(400);
  const PayloadSizes announced_ = {.content = 3'000'000, .description = 400};
  std::unique_ptr<FilePayloadStore> store_;
};

TEST_F(PayloadStoreTest, AnUploadGoesOnWhereItWasAfterAReopening) {
  ASSERT_THAT(store_->CreateUpload(upload_, announced_), IsOk());
  {
    const auto writer = Writer();
    ASSERT_THAT(writer->Append(PayloadKind::kContent, 0, content_.substr(0, 1000)), IsOk());
    EXPECT_EQ(writer->unsynced(), 1000);
    ASSERT_THAT(writer->Sync(), IsOk());
    EXPECT_EQ(writer->unsynced(), 0);
  }
  Reopen();
  EXPECT_THAT(store_->UploadSizes(upload_), IsOkAndHolds(PayloadSizes{.content = 1000}));
  const auto writer = Writer();
  // What a client repeats is skipped.
  ASSERT_THAT(writer->Append(PayloadKind::kContent, 500, content_.substr(500)), IsOk());
  ASSERT_THAT(writer->Append(PayloadKind::kDescription, 0, description_), IsOk());

  const auto digests = store_->Seal(upload_, announced_);

  ASSERT_THAT(digests, IsOk());
  sealing::PayloadDigester expected;
  expected.Update(content_);
  EXPECT_EQ(digests->content, expected.Peek());
}

TEST_F(PayloadStoreTest, AGapAndAnExcessAreRefused) {
  ASSERT_THAT(store_->CreateUpload(upload_, announced_), IsOk());
  const auto writer = Writer();
  EXPECT_THAT(writer->Append(PayloadKind::kContent, 1, "x"),
              FailsWith(StatusCode::kOutOfRange, "UPLOAD_OFFSET"));
  EXPECT_THAT(writer->Append(PayloadKind::kDescription, 0, std::string(401, 'x')),
              FailsWith(StatusCode::kOutOfRange, "UPLOAD_TOO_LONG"));
  EXPECT_THAT(store_->UploadSizes(upload_), IsOkAndHolds(PayloadSizes{}));
}

TEST_F(PayloadStoreTest, ALaterWriterTakesOver) {
  ASSERT_THAT(store_->CreateUpload(upload_, announced_), IsOk());
  const auto first = Writer();
  const auto second = Writer();
  EXPECT_THAT(first->Append(PayloadKind::kContent, 0, "x"),
              FailsWith(StatusCode::kAborted, "UPLOAD_TAKEN_OVER"));
  EXPECT_THAT(second->Append(PayloadKind::kContent, 0, "x"), IsOk());
}

TEST_F(PayloadStoreTest, SealingEndsWriting) {
  FillUpload();
  const auto writer = Writer();
  ASSERT_THAT(store_->Seal(upload_, announced_), IsOk());
  EXPECT_THAT(writer->Sync(), FailsWith(StatusCode::kAborted, "UPLOAD_TAKEN_OVER"));
}

TEST_F(PayloadStoreTest, AnIncompleteUploadIsNotSealed) {
  ASSERT_THAT(store_->CreateUpload(upload_, announced_), IsOk());
  EXPECT_THAT(store_->Seal(upload_, announced_),
              FailsWith(StatusCode::kFailedPrecondition, "UPLOAD_INCOMPLETE"));
}

TEST_F(PayloadStoreTest, AnUploadBecomesADocumentWithItsObjects) {
  FillUpload();
  ASSERT_THAT(store_->Promote(upload_, document_, {{"manifest.json", "{}"}}), IsOk());

  EXPECT_THAT(store_->ListUploads(), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(store_->ReadObject(document_, "manifest.json"), IsOkAndHolds(std::string("{}")));
  EXPECT_THAT(store_->ReadObject(document_, "other"),
              FailsWith(StatusCode::kNotFound, "OBJECT_NOT_FOUND"));
  const auto reader = store_->OpenPayload(document_, PayloadKind::kContent);
  ASSERT_THAT(reader, IsOk());
  std::string part(1000, '\0');
  EXPECT_THAT((*reader)->Read(2'999'500, absl::MakeSpan(part)), IsOkAndHolds(std::size_t{500}));
  EXPECT_EQ(part.substr(0, 500), content_.substr(2'999'500));
}

TEST_F(PayloadStoreTest, ADocumentIdIsTakenOnce) {
  FillUpload();
  ASSERT_THAT(store_->Promote(upload_, document_, {}), IsOk());
  const std::string other = NewUuid(absl::Now());
  ASSERT_THAT(store_->CreateUpload(other, announced_), IsOk());
  EXPECT_THAT(store_->Promote(other, document_, {}),
              FailsWith(StatusCode::kAlreadyExists, "DOCUMENT_ID_TAKEN"));
  EXPECT_THAT(store_->ListUploads(), IsOkAndHolds(SizeIs(1)));
}

TEST_F(PayloadStoreTest, DemotingLeavesTheBytesAndDropsTheObjects) {
  FillUpload();
  ASSERT_THAT(store_->Promote(upload_, document_, {{"manifest.json", "{}"}}), IsOk());
  ASSERT_THAT(store_->Demote(document_, upload_), IsOk());
  EXPECT_THAT(store_->UploadSizes(upload_), IsOkAndHolds(announced_));
  EXPECT_THAT(store_->ListDocuments(), IsOkAndHolds(IsEmpty()));
  ASSERT_THAT(store_->Promote(upload_, document_, {}), IsOk());
  EXPECT_THAT(store_->ReadObject(document_, "manifest.json"),
              FailsWith(StatusCode::kNotFound, "OBJECT_NOT_FOUND"));
}

TEST_F(PayloadStoreTest, BytesBeyondTheAnnouncedAreCut) {
  ASSERT_THAT(store_->CreateUpload(upload_, announced_), IsOk());
  std::ofstream(folder_ / "payloads/uploads/" + upload_ + "/description") << std::string(500, 'x');
  const auto writer = Writer();
  ASSERT_THAT(writer->Sync(), IsOkAndHolds(PayloadSizes{.description = 400}));
}

TEST_F(PayloadStoreTest, WhatIsNotOursInTheFolderIsLeftAlone) {
  std::ofstream(folder_ / "payloads/uploads/notes.txt") << "by the operator";
  EXPECT_THAT(store_->ListUploads(), IsOkAndHolds(IsEmpty()));
}

TEST_F(PayloadStoreTest, AFullDiskIsSaidAndLeavesNothing) {
  auto full = FilePayloadStore::Open(folder_ / "full", std::int64_t{1} << 60);
  ASSERT_THAT(full, IsOk());
  EXPECT_THAT((*full)->CreateUpload(upload_, announced_),
              FailsWith(StatusCode::kResourceExhausted, "DISK_FULL"));
  EXPECT_THAT((*full)->ListUploads(), IsOkAndHolds(IsEmpty()));
}

TEST_F(PayloadStoreTest, NamesThatLeadElsewhereAreRefused) {
  EXPECT_THAT(store_->CreateUpload("../escape", announced_),
              FailsWith(StatusCode::kInvalidArgument, "ID_INVALID"));
  EXPECT_THAT(store_->ReadObject(document_, "../../secret"),
              FailsWith(StatusCode::kInvalidArgument, "OBJECT_NAME_INVALID"));
}

TEST_F(PayloadStoreTest, RemovingIsCompleteAndCanBeRepeated) {
  FillUpload();
  EXPECT_THAT(store_->RemoveUpload(upload_), IsOk());
  EXPECT_THAT(store_->RemoveUpload(upload_), IsOk());
  EXPECT_THAT(store_->UploadSizes(upload_), FailsWith(StatusCode::kNotFound, "UPLOAD_NOT_FOUND"));
}

}  // namespace
}  // namespace comity::document_exchange
