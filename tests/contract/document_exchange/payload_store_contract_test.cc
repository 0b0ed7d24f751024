#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "common/crypto/random.h"
#include "common/ids/uuid.h"
#include "common/sealing/pieces.h"
#include "services/document-exchange/domain/payload_store.h"
#include "services/document-exchange/storage/file_payload_store.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::document_exchange {
namespace {

using absl::StatusCode;
using comity::testing::FailsWith;
using comity::testing::IsOk;
using comity::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

// A store under the folder `root`, as the last one left it. A full one has no room for a byte more.
struct Implementation {
  std::string name;
  std::function<absl::StatusOr<std::unique_ptr<PayloadStore>>(const std::string& root, bool full)>
      open;
};

void PrintTo(const Implementation& implementation, std::ostream* out) {
  *out << implementation.name;
}

Implementation Files() {
  return {"Files",
          [](const std::string& root, bool full) -> absl::StatusOr<std::unique_ptr<PayloadStore>> {
            return FilePayloadStore::Open(root + "/payloads", full ? std::int64_t{1} << 60 : 0);
          }};
}

auto Holds(const std::string& id) {
  return IsOkAndHolds(ElementsAre(Field("id", &StoredFolder::id, id)));
}

class PayloadStoreContractTest : public ::testing::TestWithParam<Implementation> {
 protected:
  PayloadStoreContractTest() { Reopen(); }

  void Reopen(bool full = false) {
    store_.reset();
    auto opened = GetParam().open(folder_.path(), full);
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

  void FillDocument() {
    FillUpload();
    ASSERT_THAT(store_->Promote(upload_, document_, {{"manifest.json", "{}"}}), IsOk());
  }

  static PayloadDigest DigestOf(absl::string_view payload) {
    sealing::PayloadDigester digester;
    digester.Update(payload);
    return digester.Peek();
  }

  const comity::testing::TempDirectory folder_;
  const std::string upload_ = NewUuid(absl::Now());
  const std::string document_ = NewUuid(absl::Now());
  const std::string content_ = crypto::RandomBytes(3'000'000);
  const std::string description_ = crypto::RandomBytes(400);
  const PayloadSizes announced_ = {.content = 3'000'000, .description = 400};
  std::unique_ptr<PayloadStore> store_;
};

TEST_P(PayloadStoreContractTest, AnUploadIsEmptyAndListedOnceItIsCreated) {
  ASSERT_THAT(store_->CreateUpload(upload_, announced_), IsOk());

  EXPECT_THAT(store_->UploadSizes(upload_), IsOkAndHolds(PayloadSizes{}));
  EXPECT_THAT(store_->ListUploads(), Holds(upload_));
  EXPECT_THAT(store_->ListDocuments(), IsOkAndHolds(IsEmpty()));
}

TEST_P(PayloadStoreContractTest, AnUploadCreatedAgainIsLeftAsItIs) {
  FillUpload();

  EXPECT_THAT(store_->CreateUpload(upload_, announced_), IsOk());

  EXPECT_THAT(store_->UploadSizes(upload_), IsOkAndHolds(announced_));
}

TEST_P(PayloadStoreContractTest, WhatIsNotThereIsSaidSo) {
  const auto no_upload = FailsWith(StatusCode::kNotFound, "UPLOAD_NOT_FOUND");
  EXPECT_THAT(store_->UploadSizes(upload_), no_upload);
  EXPECT_THAT(store_->OpenWriter(upload_, announced_), no_upload);

  const auto no_object = FailsWith(StatusCode::kNotFound, "OBJECT_NOT_FOUND");
  EXPECT_THAT(store_->ReadObject(document_, "manifest.json"), no_object);
  EXPECT_THAT(store_->OpenPayload(document_, PayloadKind::kContent), no_object);
}

TEST_P(PayloadStoreContractTest, AnUploadGoesOnWhereItWasAfterAReopening) {
  ASSERT_THAT(store_->CreateUpload(upload_, announced_), IsOk());
  ASSERT_THAT(Writer()->Append(PayloadKind::kContent, 0, content_.substr(0, 1000)), IsOk());

  Reopen();

  EXPECT_THAT(store_->UploadSizes(upload_), IsOkAndHolds(PayloadSizes{.content = 1000}));
  const auto writer = Writer();
  ASSERT_THAT(writer->Append(PayloadKind::kContent, 1000, content_.substr(1000)), IsOk());
  EXPECT_THAT(writer->Sync(), IsOkAndHolds(PayloadSizes{.content = announced_.content}));
}

TEST_P(PayloadStoreContractTest, WhatIsSentTwiceIsKeptOnce) {
  ASSERT_THAT(store_->CreateUpload(upload_, announced_), IsOk());
  const auto writer = Writer();
  ASSERT_THAT(writer->Append(PayloadKind::kDescription, 0, description_), IsOk());
  ASSERT_THAT(writer->Append(PayloadKind::kContent, 0, content_.substr(0, 1000)), IsOk());

  ASSERT_THAT(writer->Append(PayloadKind::kContent, 0, content_.substr(0, 1000)), IsOk());
  ASSERT_THAT(writer->Append(PayloadKind::kContent, 500, content_.substr(500)), IsOk());

  const auto digests = store_->Seal(upload_, announced_);
  ASSERT_THAT(digests, IsOk());
  EXPECT_EQ(digests->content, DigestOf(content_));
}

TEST_P(PayloadStoreContractTest, SyncSaysHowMuchIsDurable) {
  ASSERT_THAT(store_->CreateUpload(upload_, announced_), IsOk());
  const auto writer = Writer();
  ASSERT_THAT(writer->Append(PayloadKind::kContent, 0, content_.substr(0, 1000)), IsOk());
  EXPECT_EQ(writer->unsynced(), 1000);

  EXPECT_THAT(writer->Sync(), IsOkAndHolds(PayloadSizes{.content = 1000}));

  EXPECT_EQ(writer->unsynced(), 0);
}

TEST_P(PayloadStoreContractTest, AGapAndAnExcessAreRefused) {
  ASSERT_THAT(store_->CreateUpload(upload_, announced_), IsOk());
  const auto writer = Writer();

  EXPECT_THAT(writer->Append(PayloadKind::kContent, 1, "x"),
              FailsWith(StatusCode::kOutOfRange, "UPLOAD_OFFSET"));
  EXPECT_THAT(writer->Append(PayloadKind::kDescription, 0, std::string(401, 'x')),
              FailsWith(StatusCode::kOutOfRange, "UPLOAD_TOO_LONG"));
  EXPECT_THAT(store_->UploadSizes(upload_), IsOkAndHolds(PayloadSizes{}));
}

TEST_P(PayloadStoreContractTest, ALaterWriterTakesOver) {
  ASSERT_THAT(store_->CreateUpload(upload_, announced_), IsOk());
  const auto first = Writer();
  ASSERT_THAT(first->Append(PayloadKind::kContent, 0, "x"), IsOk());

  const auto second = Writer();

  const auto taken_over = FailsWith(StatusCode::kAborted, "UPLOAD_TAKEN_OVER");
  EXPECT_THAT(first->Append(PayloadKind::kContent, 1, "y"), taken_over);
  EXPECT_THAT(first->Sync(), taken_over);
  EXPECT_THAT(second->Append(PayloadKind::kContent, 1, "z"), IsOk());
  EXPECT_THAT(second->Sync(), IsOkAndHolds(PayloadSizes{.content = 2}));
}

TEST_P(PayloadStoreContractTest, APayloadLongerThanAnnouncedIsCut) {
  FillUpload();

  const auto writer = store_->OpenWriter(upload_, {.content = 1000, .description = 400});

  ASSERT_THAT(writer, IsOk());
  EXPECT_THAT((*writer)->Sync(), IsOkAndHolds(PayloadSizes{.content = 1000, .description = 400}));
}

TEST_P(PayloadStoreContractTest, SealingSaysWhatThePayloadsAre) {
  FillUpload();

  const auto digests = store_->Seal(upload_, announced_);

  ASSERT_THAT(digests, IsOk());
  EXPECT_EQ(digests->content, DigestOf(content_));
  EXPECT_EQ(digests->description, DigestOf(description_));
}

TEST_P(PayloadStoreContractTest, SealingEndsWriting) {
  FillUpload();
  const auto writer = Writer();

  ASSERT_THAT(store_->Seal(upload_, announced_), IsOk());

  const auto taken_over = FailsWith(StatusCode::kAborted, "UPLOAD_TAKEN_OVER");
  EXPECT_THAT(writer->Append(PayloadKind::kContent, 0, "x"), taken_over);
  EXPECT_THAT(writer->Sync(), taken_over);
}

TEST_P(PayloadStoreContractTest, AnIncompleteUploadIsNotSealed) {
  ASSERT_THAT(store_->CreateUpload(upload_, announced_), IsOk());
  ASSERT_THAT(Writer()->Append(PayloadKind::kContent, 0, content_), IsOk());

  EXPECT_THAT(store_->Seal(upload_, announced_),
              FailsWith(StatusCode::kFailedPrecondition, "UPLOAD_INCOMPLETE"));
}

TEST_P(PayloadStoreContractTest, AnUploadBecomesADocumentWithItsObjects) {
  FillDocument();

  EXPECT_THAT(store_->ListUploads(), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(store_->ListDocuments(), Holds(document_));
  EXPECT_THAT(store_->UploadSizes(upload_), FailsWith(StatusCode::kNotFound, "UPLOAD_NOT_FOUND"));
  EXPECT_THAT(store_->ReadObject(document_, "manifest.json"), IsOkAndHolds(std::string("{}")));
  EXPECT_THAT(store_->ReadObject(document_, "other"),
              FailsWith(StatusCode::kNotFound, "OBJECT_NOT_FOUND"));
}

TEST_P(PayloadStoreContractTest, ADocumentIsThereAfterAReopening) {
  FillDocument();

  Reopen();

  EXPECT_THAT(store_->ListDocuments(), Holds(document_));
  EXPECT_THAT(store_->ReadObject(document_, "manifest.json"), IsOkAndHolds(std::string("{}")));
  const auto reader = store_->OpenPayload(document_, PayloadKind::kDescription);
  ASSERT_THAT(reader, IsOk());
  EXPECT_EQ((*reader)->size(), announced_.description);
}

TEST_P(PayloadStoreContractTest, APayloadIsReadFromAnyOffsetToItsEnd) {
  FillDocument();
  const auto reader = store_->OpenPayload(document_, PayloadKind::kContent);
  ASSERT_THAT(reader, IsOk());
  EXPECT_EQ((*reader)->size(), announced_.content);

  std::string part(1000, '\0');
  EXPECT_THAT((*reader)->Read(5000, absl::MakeSpan(part)), IsOkAndHolds(std::size_t{1000}));
  EXPECT_EQ(part, content_.substr(5000, 1000));
  EXPECT_THAT((*reader)->Read(2'999'500, absl::MakeSpan(part)), IsOkAndHolds(std::size_t{500}));
  EXPECT_EQ(part.substr(0, 500), content_.substr(2'999'500));
  EXPECT_THAT((*reader)->Read(3'000'000, absl::MakeSpan(part)), IsOkAndHolds(std::size_t{0}));
}

TEST_P(PayloadStoreContractTest, ADocumentIdIsTakenOnce) {
  FillDocument();
  const std::string other = NewUuid(absl::Now());
  ASSERT_THAT(store_->CreateUpload(other, announced_), IsOk());

  EXPECT_THAT(store_->Promote(other, document_, {{"manifest.json", "another"}}),
              FailsWith(StatusCode::kAlreadyExists, "DOCUMENT_ID_TAKEN"));

  EXPECT_THAT(store_->ListUploads(), Holds(other));
  EXPECT_THAT(store_->ReadObject(document_, "manifest.json"), IsOkAndHolds(std::string("{}")));
}

TEST_P(PayloadStoreContractTest, DemotingLeavesTheBytesAndDropsTheObjects) {
  FillDocument();

  ASSERT_THAT(store_->Demote(document_, upload_), IsOk());

  EXPECT_THAT(store_->UploadSizes(upload_), IsOkAndHolds(announced_));
  EXPECT_THAT(store_->ListDocuments(), IsOkAndHolds(IsEmpty()));
  ASSERT_THAT(store_->Promote(upload_, document_, {}), IsOk());
  EXPECT_THAT(store_->ReadObject(document_, "manifest.json"),
              FailsWith(StatusCode::kNotFound, "OBJECT_NOT_FOUND"));
}

TEST_P(PayloadStoreContractTest, AFullStoreMakesNoUpload) {
  Reopen(/*full=*/true);

  EXPECT_THAT(store_->CreateUpload(upload_, announced_),
              FailsWith(StatusCode::kResourceExhausted, "DISK_FULL"));

  EXPECT_THAT(store_->ListUploads(), IsOkAndHolds(IsEmpty()));
}

TEST_P(PayloadStoreContractTest, AFullStoreLeavesAPayloadWhereItStood) {
  ASSERT_THAT(store_->CreateUpload(upload_, announced_), IsOk());
  ASSERT_THAT(Writer()->Append(PayloadKind::kContent, 0, content_.substr(0, 1000)), IsOk());
  Reopen(/*full=*/true);

  EXPECT_THAT(Writer()->Append(PayloadKind::kContent, 1000, content_.substr(1000)),
              FailsWith(StatusCode::kResourceExhausted, "DISK_FULL"));

  EXPECT_THAT(store_->UploadSizes(upload_), IsOkAndHolds(PayloadSizes{.content = 1000}));
}

TEST_P(PayloadStoreContractTest, IdsAreUuidsAndNothingElse) {
  const auto refused = FailsWith(StatusCode::kInvalidArgument, "ID_INVALID");
  const std::string escape = "../escape";
  EXPECT_THAT(store_->CreateUpload(escape, announced_), refused);
  EXPECT_THAT(store_->UploadSizes(escape), refused);
  EXPECT_THAT(store_->OpenWriter(escape, announced_), refused);
  EXPECT_THAT(store_->Seal(escape, announced_), refused);
  EXPECT_THAT(store_->Promote(escape, document_, {}), refused);
  EXPECT_THAT(store_->Promote(upload_, escape, {}), refused);
  EXPECT_THAT(store_->Demote(escape, upload_), refused);
  EXPECT_THAT(store_->Demote(document_, escape), refused);
  EXPECT_THAT(store_->ReadObject(escape, "manifest.json"), refused);
  EXPECT_THAT(store_->OpenPayload(escape, PayloadKind::kContent), refused);
  EXPECT_THAT(store_->RemoveUpload(escape), refused);
  EXPECT_THAT(store_->RemoveDocument(escape), refused);
  EXPECT_THAT(store_->EraseDocument(escape, {}), refused);
}

TEST_P(PayloadStoreContractTest, AnObjectOfAnotherFormIsNeitherReadNorWritten) {
  FillUpload();
  const auto refused = FailsWith(StatusCode::kInvalidArgument, "OBJECT_NAME_INVALID");
  for (const char* const name : {"../secret", "", "Manifest", "content"}) {
    EXPECT_THAT(store_->ReadObject(document_, name), refused) << name;
    EXPECT_THAT(store_->Promote(upload_, document_, {{name, "x"}}), refused) << name;
  }
  EXPECT_THAT(store_->UploadSizes(upload_), IsOkAndHolds(announced_));
}

TEST_P(PayloadStoreContractTest, ErasingDestroysEverythingButWhatIsKeptAndCanBeRepeated) {
  FillDocument();
  ASSERT_THAT(store_->ReadObject(document_, "manifest.json"), IsOk());
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(store_->EraseDocument(document_, {"manifest.json"}), IsOk());

    EXPECT_THAT(store_->ReadObject(document_, "manifest.json"), IsOk());
    for (const PayloadKind kind : {PayloadKind::kContent, PayloadKind::kDescription}) {
      EXPECT_THAT(store_->OpenPayload(document_, kind),
                  FailsWith(StatusCode::kNotFound, "OBJECT_NOT_FOUND"));
    }
  }
  EXPECT_THAT(store_->EraseDocument(document_, {}), IsOk());
  EXPECT_THAT(store_->ReadObject(document_, "manifest.json"),
              FailsWith(StatusCode::kNotFound, "OBJECT_NOT_FOUND"));
  EXPECT_THAT(store_->EraseDocument(upload_, {}), IsOk()) << "there is no such document";
}

TEST_P(PayloadStoreContractTest, RemovingIsCompleteAndCanBeRepeated) {
  FillUpload();
  EXPECT_THAT(store_->RemoveUpload(upload_), IsOk());
  EXPECT_THAT(store_->RemoveUpload(upload_), IsOk());
  EXPECT_THAT(store_->UploadSizes(upload_), FailsWith(StatusCode::kNotFound, "UPLOAD_NOT_FOUND"));

  FillDocument();
  EXPECT_THAT(store_->RemoveDocument(document_), IsOk());
  EXPECT_THAT(store_->RemoveDocument(document_), IsOk());
  EXPECT_THAT(store_->ReadObject(document_, "manifest.json"),
              FailsWith(StatusCode::kNotFound, "OBJECT_NOT_FOUND"));
}

INSTANTIATE_TEST_SUITE_P(Implementations, PayloadStoreContractTest, ::testing::Values(Files()),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace comity::document_exchange
