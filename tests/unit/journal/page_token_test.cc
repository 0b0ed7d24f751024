#include "common/journal/page_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "common/crypto/encoding.h"
#include "common/storage/files.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::journal {
namespace {

using testing::FailsWith;
using testing::IsOk;

class PageTokensTest : public ::testing::Test {
 protected:
  static auto Invalid() {
    return FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID");
  }

  ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  const crypto::Digest query_ = crypto::Sha256("filter");
  const PageTokens tokens_{{crypto::Sha256("key")}, &clock_};
};

TEST_F(PageTokensTest, ATokenTellsWhereTheListGoesOn) {
  const std::string token = tokens_.Issue({"partners/georgia", 42}, query_, "alice");

  const auto position = tokens_.Parse(token, query_, "alice");

  ASSERT_THAT(position, IsOk());
  EXPECT_EQ(position->position, "partners/georgia");
  EXPECT_EQ(position->revision, 42);
}

TEST_F(PageTokensTest, ATokenIsTheCallersTheQuerysAndTheDays) {
  const std::string token = tokens_.Issue({"p", 1}, query_, "alice");

  EXPECT_THAT(tokens_.Parse(token, query_, "bob"), Invalid());
  EXPECT_THAT(tokens_.Parse(token, crypto::Sha256("other"), "alice"), Invalid());
  clock_.Advance(absl::Hours(24) - absl::Seconds(1));
  EXPECT_THAT(tokens_.Parse(token, query_, "alice"), IsOk());
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(tokens_.Parse(token, query_, "alice"), Invalid());
}

TEST_F(PageTokensTest, NothingElseIsAToken) {
  const std::string token = tokens_.Issue({"p", 1}, query_, "alice");

  EXPECT_THAT(tokens_.Parse("", query_, "alice"), Invalid());
  EXPECT_THAT(tokens_.Parse("not base64!", query_, "alice"), Invalid());
  EXPECT_THAT(tokens_.Parse(token.substr(0, token.size() - 4), query_, "alice"), Invalid());
  for (std::size_t i = 0; i + 1 < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(tokens_.Parse(changed, query_, "alice"), Invalid()) << i;
  }
}

TEST_F(PageTokensTest, WhileAKeyIsChangedBothAreAccepted) {
  const std::string old_token = tokens_.Issue({"p", 1}, query_, "alice");
  const PageTokens changing({crypto::Sha256("new"), crypto::Sha256("key")}, &clock_);
  const PageTokens changed({crypto::Sha256("new")}, &clock_);

  EXPECT_THAT(changing.Parse(old_token, query_, "alice"), IsOk());
  EXPECT_THAT(changed.Parse(changing.Issue({"p", 1}, query_, "alice"), query_, "alice"), IsOk());
  EXPECT_THAT(changed.Parse(old_token, query_, "alice"), Invalid());
}

TEST_F(PageTokensTest, TheKeyFileIsMadeOnceAndPrivate) {
  const testing::TempDirectory root;
  const auto first = PageTokens::FromFile(root / "page.key", &clock_);
  ASSERT_THAT(first, IsOk());
  const std::string token = first->Issue({"p", 1}, query_, "alice");

  const auto second = PageTokens::FromFile(root / "page.key", &clock_);

  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(second->Parse(token, query_, "alice"), IsOk());
  struct stat found {};
  ASSERT_EQ(stat((root / "page.key").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST_F(PageTokensTest, AKeyFileWithAnythingElseIsRefused) {
  const testing::TempDirectory root;
  for (const char* content : {"", "abc\n", "zz\n"}) {
    ASSERT_THAT(storage::WriteFileAtomically(root / "page.key", content), IsOk());

    EXPECT_THAT(PageTokens::FromFile(root / "page.key", &clock_),
                FailsWith(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_KEY_INVALID"));
  }
}

}  // namespace
}  // namespace comity::journal
