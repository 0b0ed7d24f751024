#include "common/evidence/evidence_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "common/evidence/file_names.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::evidence {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;
using ::testing::UnorderedElementsAre;

std::vector<std::string> Names(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST(EvidenceFolderTest, EveryPartGetsItsFileAndEmptyOnesNone) {
  const testing::TempDirectory root;
  const EvidenceFiles files{
      .manifest = "m",
      .manifest_signature = "s",
      .statements = {{.statement = "1", .signature = "s", .leaf_salt = "x", .leaf_body = "b"},
                     {.statement = "2",
                      .signature = "s",
                      .leaf_salt = "x",
                      .leaf_body = "b",
                      .tlog_proof = "p",
                      .confirmation = "c",
                      .confirmation_signature = "s"}}};

  ASSERT_THAT(SaveFolder(root / "new/evidence", files), IsOk());

  EXPECT_THAT(
      Names(root / "new/evidence"),
      UnorderedElementsAre("manifest.json", "manifest.p7s", "statement-1.json", "statement-1.p7s",
                           "statement-1.salt", "statement-1.entry.json", "statement-2.json",
                           "statement-2.p7s", "statement-2.salt", "statement-2.entry.json",
                           "statement-2.tlog-proof", "statement-2.confirmation.json",
                           "statement-2.confirmation.p7s", "VERIFY.txt"));
}

TEST(EvidenceFolderTest, NothingIsWrittenOverOtherFiles) {
  const testing::TempDirectory root;
  ASSERT_THAT(SaveFolder(root.path(), {.manifest = "m"}), IsOk());

  EXPECT_THAT(SaveFolder(root.path(), {.manifest = "m"}),
              FailsWith(absl::StatusCode::kFailedPrecondition, "FOLDER_NOT_EMPTY"));
  EXPECT_THAT(SaveFolder(root / "manifest.json/under", {.manifest = "m"}),
              FailsWith(absl::StatusCode::kFailedPrecondition, "FOLDER_NOT_WRITABLE"));
}

TEST(FileNamesTest, OnlyTheFilesOfStatementsHaveNumbers) {
  EXPECT_EQ(StatementNumber("statement-1.json"), 1);
  EXPECT_EQ(StatementNumber("statement-12.confirmation.p7s"), 12);
  for (const char* const name : {"statement-0.json", "statement-01.json", "statement-.json",
                                 "statement-1", "statement-1.txt", "statement--1.json",
                                 "statement-1.json.bak", "Statement-1.json", "manifest.json"}) {
    EXPECT_EQ(StatementNumber(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace comity::evidence
