#include "common/client/file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_ca.h"

namespace comity::client {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

class FileTest : public ::testing::Test {
 protected:
  testing::TempDirectory folder_;
};

TEST_F(FileTest, ReadsBackWhatItWrote) {
  auto file = File::OpenToResume(folder_ / "a");
  ASSERT_THAT(file, IsOk());
  ASSERT_THAT(file->Write("witness statement"), IsOk());
  ASSERT_THAT(file->Truncate(8), IsOk());
  ASSERT_THAT(file->Write("es"), IsOk());

  std::string read(20, '\0');
  EXPECT_THAT(file->ReadAt(2, 20, read.data()), testing::IsOkAndHolds(8U));
  EXPECT_EQ(read.substr(0, 8), "tness es");
  EXPECT_THAT(file->Size(), testing::IsOkAndHolds(10));
}

TEST_F(FileTest, SaysWhatIsWrong) {
  EXPECT_THAT(File::OpenToRead(folder_ / "none"),
              FailsWith(absl::StatusCode::kNotFound, "FILE_MISSING"));
  EXPECT_THAT(File::OpenToRead(folder_.path()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "FILE_UNUSABLE"));
}

TEST_F(FileTest, NeverOverwritesWhenItRenames) {
  testing::WriteFile(folder_ / "a", "new");
  testing::WriteFile(folder_ / "b", "old");

  EXPECT_THAT(RenameToNew(folder_ / "a", folder_ / "b"),
              FailsWith(absl::StatusCode::kAlreadyExists, "FILE_EXISTS"));
  EXPECT_THAT(RenameToNew(folder_ / "a", folder_ / "c"), IsOk());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a"));
}

TEST_F(FileTest, MakesFilesThatOnlyTheOwnerReads) {
  const auto file = File::MakeTemporary(folder_.path());
  ASSERT_THAT(file, IsOk());

  EXPECT_EQ(std::filesystem::status(file->path()).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(FileTest, KnowsAPathsFolder) {
  EXPECT_EQ(FolderOf("a"), ".");
  EXPECT_EQ(FolderOf("/a"), "/");
  EXPECT_EQ(FolderOf("a/b/c"), "a/b");
  EXPECT_EQ(FolderOf("a/b/"), "a/b");
}

}  // namespace
}  // namespace comity::client
