#include "common/journal/expiry_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/storage/files.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::journal {
namespace {

using testing::FailsWith;
using testing::IsOk;

constexpr absl::CivilMonth kMonth(2029, 11);

class ExpiryKeysTest : public ::testing::Test {
 protected:
  std::unique_ptr<ExpiryKeys> Open() { return *ExpiryKeys::Open(root_ / "keys"); }

  const testing::TempDirectory root_;
  std::unique_ptr<ExpiryKeys> keys_ = Open();
};

TEST_F(ExpiryKeysTest, WhatIsSealedIsOpenedAlsoByTheNextProcess) {
  const std::string sealed = *keys_->Seal(kMonth, "words", "here");

  EXPECT_EQ(sealed.find("words"), std::string::npos);
  EXPECT_EQ(*keys_->Open(sealed, "here").value(), "words");
  EXPECT_EQ(*Open()->Open(sealed, "here").value(), "words");
}

TEST_F(ExpiryKeysTest, EmptyContentIsSealedToo) {
  EXPECT_EQ(*keys_->Open(*keys_->Seal(kMonth, "", "here"), "here").value(), "");
}

TEST_F(ExpiryKeysTest, NoSealedBytesRepeat) {
  const auto other = Open();
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    seen.insert(*keys_->Seal(kMonth, "words", "here"));
    seen.insert(*other->Seal(kMonth, "words", "here"));
  }

  EXPECT_EQ(seen.size(), 200U);
}

TEST_F(ExpiryKeysTest, EveryByteAndTheContextAreProtected) {
  const std::string sealed = *keys_->Seal(kMonth, "words", "here");

  EXPECT_THAT(keys_->Open(sealed, "there"),
              FailsWith(absl::StatusCode::kDataLoss, "SEALED_CONTENT_DAMAGED"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto opened = keys_->Open(changed, "here");
    // Another month has no key: it reads as destroyed, not as the text.
    EXPECT_TRUE(!opened.ok() || !opened->has_value()) << i;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(keys_->Open(sealed.substr(0, size), "here").ok()) << size;
  }
}

TEST_F(ExpiryKeysTest, ADestroyedKeyOpensNothingAndIsNotMadeAgain) {
  const std::string gone = *keys_->Seal(kMonth, "words", "here");
  const std::string kept = *keys_->Seal(kMonth + 1, "words", "here");

  ASSERT_THAT(keys_->Destroy(kMonth), IsOk());

  EXPECT_EQ(keys_->Open(gone, "here").value(), std::nullopt);
  EXPECT_EQ(*keys_->Open(kept, "here").value(), "words");
  EXPECT_THAT(keys_->Seal(kMonth, "words", "here"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "KEY_MONTH_OVER"));
  EXPECT_EQ(Open()->Open(gone, "here").value(), std::nullopt);
}

TEST_F(ExpiryKeysTest, AKeyThatAnotherProcessDestroyedOpensNothingAnyMore) {
  const std::string sealed = *keys_->Seal(kMonth, "words", "here");
  ASSERT_EQ(*keys_->Open(sealed, "here").value(), "words");

  ASSERT_THAT(Open()->Destroy(kMonth), IsOk());

  EXPECT_EQ(keys_->Open(sealed, "here").value(), std::nullopt);
}

TEST_F(ExpiryKeysTest, TheMonthsWhoseKeysAreThereAreListedInOrder) {
  for (const int ahead : {14, 0, 2, 1}) ASSERT_THAT(keys_->Seal(kMonth + ahead, "", ""), IsOk());
  ASSERT_THAT(keys_->Destroy(kMonth + 1), IsOk());
  ASSERT_THAT(storage::WriteFileAtomically(root_ / "keys/expires-2029-1.key", "x"), IsOk());
  ASSERT_THAT(storage::WriteFileAtomically(root_ / "keys/notes", "x"), IsOk());

  EXPECT_THAT(keys_->LiveBefore(kMonth).value(), ::testing::IsEmpty());
  EXPECT_THAT(keys_->LiveBefore(kMonth + 14).value(), ::testing::ElementsAre(kMonth, kMonth + 2));
}

TEST_F(ExpiryKeysTest, SealedContentSaysItsMonth) {
  EXPECT_EQ(ExpiryKeys::MonthOf(*keys_->Seal(kMonth, "words", "here")).value(), kMonth);
  EXPECT_THAT(ExpiryKeys::MonthOf("words"),
              FailsWith(absl::StatusCode::kDataLoss, "SEALED_CONTENT_DAMAGED"));
}

}  // namespace
}  // namespace comity::journal
