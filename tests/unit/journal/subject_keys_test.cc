#include "common/journal/subject_keys.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "absl/strings/match.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::journal {
namespace {

using testing::FailsWith;
using testing::IsOk;

constexpr char kOne[] = "partners/georgia/contacts/tbilisi-1";
constexpr char kOther[] = "partners/georgia/contacts/tbilisi-2";

class SubjectKeysTest : public ::testing::Test {
 protected:
  std::unique_ptr<SubjectKeys> Open() { return *SubjectKeys::Open(root_ / "keys"); }

  const testing::TempDirectory root_;
  std::unique_ptr<SubjectKeys> keys_ = Open();
};

TEST_F(SubjectKeysTest, WhatIsSealedIsOpenedAlsoByTheNextProcess) {
  const std::string sealed = *keys_->Seal(kOne, "words");

  EXPECT_FALSE(absl::StrContains(sealed, "words"));
  EXPECT_EQ(*keys_->Open(kOne, sealed).value(), "words");
  EXPECT_EQ(*Open()->Open(kOne, sealed).value(), "words");
  EXPECT_EQ(*keys_->Open(kOne, *Open()->Seal(kOne, "others")).value(), "others");
}

TEST_F(SubjectKeysTest, NoSealedBytesRepeat) {
  const auto other = Open();
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    seen.insert(*keys_->Seal(kOne, "words"));
    seen.insert(*other->Seal(kOne, "words"));
  }
  EXPECT_EQ(seen.size(), 40U);
}

TEST_F(SubjectKeysTest, EveryByteAndTheSubjectAreProtected) {
  const std::string sealed = *keys_->Seal(kOne, "words");
  ASSERT_THAT(keys_->Seal(kOther, "other words"), IsOk());

  const auto damaged = FailsWith(absl::StatusCode::kDataLoss, "SEALED_CONTENT_DAMAGED");
  EXPECT_THAT(keys_->Open(kOther, sealed), damaged);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_THAT(keys_->Open(kOne, changed), damaged) << i;
  }
  EXPECT_THAT(keys_->Open(kOne, sealed.substr(0, 40)), damaged);
}

TEST_F(SubjectKeysTest, WhatIsDestroyedStaysSoForEveryProcessAndForThisSubjectOnly) {
  const std::string sealed = *keys_->Seal(kOne, "words");
  const std::string others = *keys_->Seal(kOther, "other words");
  const auto second = Open();
  ASSERT_EQ(*second->Open(kOne, sealed).value(), "words");

  EXPECT_TRUE(keys_->Destroy(kOne).value());
  EXPECT_FALSE(second->Destroy(kOne).value()) << "twice does no harm";

  EXPECT_FALSE(second->Open(kOne, sealed).value().has_value());
  EXPECT_THAT(second->Seal(kOne, "words"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "SUBJECT_ERASED"));
  EXPECT_EQ(*keys_->Open(kOther, others).value(), "other words");
}

TEST_F(SubjectKeysTest, AKeyThatIsMissingIsNoErasureAndIsNotMadeAnew) {
  const std::string sealed = *keys_->Seal(kOne, "words");
  const std::filesystem::path file = root_ / ("keys/" + SubjectKeys::FileOf(kOne));
  const std::filesystem::path away = root_ / "away";
  std::filesystem::rename(file, away);

  const auto missing = FailsWith(absl::StatusCode::kDataLoss, "SUBJECT_KEY_MISSING");
  EXPECT_THAT(Open()->Open(kOne, sealed), missing);
  EXPECT_THAT(keys_->Open(kOne, sealed), missing);
  EXPECT_THAT(keys_->Seal(kOne, "words"), missing);

  std::filesystem::rename(away, file);
  EXPECT_EQ(*keys_->Open(kOne, sealed).value(), "words");
}

TEST_F(SubjectKeysTest, AKeyThatIsBeingDestroyedOpensNothing) {
  const std::string sealed = *keys_->Seal(kOne, "words");
  const std::filesystem::path file = root_ / ("keys/" + SubjectKeys::FileOf(kOne));
  std::filesystem::rename(file, file.string() + ".destroyed");

  EXPECT_FALSE(keys_->Open(kOne, sealed).value().has_value());
}

TEST_F(SubjectKeysTest, WhoseKeyWasAsideWhenTheProcessDiedIsDestroyedByTheNext) {
  ASSERT_THAT(keys_->Seal(kOne, "words"), IsOk());
  const std::filesystem::path file = std::filesystem::directory_iterator(root_ / "keys")->path();
  const std::string aside = file.string() + ".destroyed";
  std::filesystem::rename(file, aside);

  EXPECT_TRUE(Open()->Destroy(kOne).value());

  EXPECT_FALSE(std::filesystem::exists(aside));
  EXPECT_EQ(std::filesystem::file_size(file), 0U);
}

}  // namespace
}  // namespace comity::journal
