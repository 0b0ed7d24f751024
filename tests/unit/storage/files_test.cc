#include "common/storage/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::storage {
namespace {

using testing::FailsWith;
using testing::IsOk;
using testing::IsOkAndHolds;

unsigned int ModeOf(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(stat(path.c_str(), &found), 0);
  return found.st_mode & 0777U;
}

class FilesTest : public ::testing::Test {
 protected:
  const testing::TempDirectory root_;
};

TEST_F(FilesTest, APrivateDirectoryIsForItsOwnerOnlyWhateverItWas) {
  const std::string path = root_ / "a/b";
  ASSERT_THAT(MakePrivateDirectory(path), IsOk());
  EXPECT_EQ(ModeOf(path), 0700U);
  ASSERT_EQ(chmod(path.c_str(), 0755), 0);

  ASSERT_THAT(MakePrivateDirectory(path), IsOk());

  EXPECT_EQ(ModeOf(path), 0700U);
}

TEST_F(FilesTest, AWrittenFileHasItsContentItsRightsAndNoCompanion) {
  ASSERT_THAT(WriteFileAtomically(root_ / "f", "old", 0644), IsOk());
  ASSERT_THAT(WriteFileAtomically(root_ / "f", "new"), IsOk());

  EXPECT_THAT(ReadFile(root_ / "f"), IsOkAndHolds(std::string("new")));
  EXPECT_EQ(ModeOf(root_ / "f"), 0600U);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(root_.path()), {}), 1);
}

TEST_F(FilesTest, WhatCannotBeReadOrWrittenIsNamed) {
  EXPECT_THAT(ReadFile(root_ / "none"), FailsWith(absl::StatusCode::kNotFound, "FILE_MISSING"));
  EXPECT_THAT(WriteFileAtomically(root_ / "none/f", "x"),
              FailsWith(absl::StatusCode::kNotFound, "FILE_MISSING"));
  ASSERT_THAT(WriteFileAtomically(root_ / "f", "12345"), IsOk());
  EXPECT_THAT(ReadFile(root_ / "f", 4),
              FailsWith(absl::StatusCode::kResourceExhausted, "FILE_TOO_LARGE"));
}

TEST_F(FilesTest, AnErasedFileIsEmptyAndStays) {
  ASSERT_THAT(WriteFileAtomically(root_ / "f", "secret"), IsOk());

  ASSERT_THAT(EraseFileContent(root_ / "f"), IsOk());
  ASSERT_THAT(EraseFileContent(root_ / "g"), IsOk());

  EXPECT_THAT(ReadFile(root_ / "f"), IsOkAndHolds(std::string()));
  EXPECT_THAT(ReadFile(root_ / "g"), IsOkAndHolds(std::string()));
}

TEST_F(FilesTest, ADirectoryHasOneHolderAtATime) {
  {
    const auto first = DirectoryLock::Acquire(root_.path());
    ASSERT_THAT(first, IsOk());
    EXPECT_THAT(DirectoryLock::Acquire(root_.path()),
                FailsWith(absl::StatusCode::kFailedPrecondition, "STORE_IN_USE"));
  }

  EXPECT_THAT(DirectoryLock::Acquire(root_.path()), IsOk());
}

}  // namespace
}  // namespace comity::storage
