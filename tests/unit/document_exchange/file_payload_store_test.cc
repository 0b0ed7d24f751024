#include "services/document-exchange/storage/file_payload_store.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::document_exchange {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::comity::testing::IsOkAndHolds;
using ::testing::IsEmpty;

TEST(FilePayloadStoreTest, WhatIsNotOursInTheFolderIsLeftAlone) {
  const comity::testing::TempDirectory folder;
  const auto store = FilePayloadStore::Open(folder.path(), 0);
  ASSERT_THAT(store, IsOk());
  const std::string notes = folder / "uploads/notes.txt";

  std::ofstream(notes) << "by the operator";

  EXPECT_THAT((*store)->ListUploads(), IsOkAndHolds(IsEmpty()));
  EXPECT_TRUE(std::filesystem::exists(notes));
}

TEST(FilePayloadStoreTest, AFolderIsOneStores) {
  const comity::testing::TempDirectory folder;
  auto first = FilePayloadStore::Open(folder.path(), 0);
  ASSERT_THAT(first, IsOk());

  EXPECT_THAT(FilePayloadStore::Open(folder.path(), 0),
              FailsWith(absl::StatusCode::kFailedPrecondition, "STORE_IN_USE"));

  first->reset();
  EXPECT_THAT(FilePayloadStore::Open(folder.path(), 0), IsOk());
}

}  // namespace
}  // namespace comity::document_exchange
