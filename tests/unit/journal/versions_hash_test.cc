#include "common/journal/versions_hash.h"

#include <gtest/gtest.h>

#include <vector>

namespace comity::journal {
namespace {

crypto::Digest HashOf(const std::vector<Version>& versions) {
  VersionsHash hash;
  for (const Version& version : versions) hash.Add(version);
  return hash.digest();
}

TEST(VersionsHashTest, IsMadeOfTheBytesThatTheFormatSays) {
  using namespace std::string_literals;
  const std::string framed =
      "\0\0\0\0\0\0\0\4note"s
      "\0\0\0\0\0\0\0\1a"s
      "\0\0\0\0\0\0\0\5words"s
      "\0\0\0\0\0\0\0\4note"s
      "\0\0\0\0\0\0\0\1b"s
      "\xff\xff\xff\xff\xff\xff\xff\xff"s;

  EXPECT_EQ(HashOf({{.kind = "note", .id = "a", .body = "words"}, {.kind = "note", .id = "b"}}),
            crypto::Sha256(framed));
  EXPECT_EQ(HashOf({}), crypto::Sha256(""));
}

TEST(VersionsHashTest, TellsApartWhateverReadsAlikeOtherwise) {
  const Version a{.kind = "n", .id = "a", .body = "1"};
  const Version b{.kind = "n", .id = "b", .body = "2"};
  const std::vector<std::vector<Version>> all = {
      {},
      {a},
      {a, b},
      {b, a},
      {a, a},
      {{.kind = "na", .id = "", .body = "1"}},
      {{.kind = "n", .id = "a1", .body = ""}},
      {{.kind = "n", .id = "a", .body = ""}},
      {{.kind = "n", .id = "a"}},
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(HashOf(all[i]), HashOf(all[j])) << i << " " << j;
  }
}

TEST(VersionsHashTest, IsOfWhatWasPutAndNotOfItsRevision) {
  EXPECT_EQ(HashOf({{.revision = 1, .ordinal = 0, .kind = "n", .id = "a", .body = "1"}}),
            HashOf({{.revision = 9, .ordinal = 3, .kind = "n", .id = "a", .body = "1"}}));
}

}  // namespace
}  // namespace comity::journal
