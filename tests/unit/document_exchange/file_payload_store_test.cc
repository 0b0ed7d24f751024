#include "services/document-exchange/storage/file_payload_store.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::document_exchange {
namespace {

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

}  // namespace
}  // namespace comity::document_exchange
