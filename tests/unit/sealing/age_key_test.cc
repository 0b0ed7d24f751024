#include "common/sealing/age_key.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/sealing/bech32.h"
#include "tests/testing/status_matchers.h"

namespace comity::sealing {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

TEST(AgeKeyTest, WritesAndReadsBothHalves) {
  const AgeIdentity identity = AgeIdentity::Generate();

  const auto recipient = AgeRecipient::Parse(identity.recipient().ToString());
  const auto again = AgeIdentity::Parse(identity.ToSecretString().view());

  ASSERT_THAT(recipient, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(*recipient, identity.recipient());
  EXPECT_EQ(again->recipient(), identity.recipient());
  EXPECT_EQ(identity.recipient().ToString().substr(0, 4), "age1");
  EXPECT_EQ(identity.recipient().ToString().size(), 62U);
  EXPECT_EQ(identity.ToSecretString().view().substr(0, 16), "AGE-SECRET-KEY-1");
}

TEST(AgeKeyTest, ReadsAKeyFileWithComments) {
  const AgeIdentity identity = AgeIdentity::Generate();

  const auto read =
      AgeIdentity::ParseFile(absl::StrCat("# created: 2026-11-23T09:30:00Z\n# public key: ...\n\n",
                                          identity.ToSecretString().view(), "\r\n"));

  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->recipient(), identity.recipient());
  EXPECT_THAT(AgeIdentity::ParseFile(identity.ToFile().view()), IsOk());
}

TEST(AgeKeyTest, RefusesAKeyFileWithNoneOrTwo) {
  const AgeIdentity identity = AgeIdentity::Generate();
  const crypto::Secret file = identity.ToFile();

  EXPECT_THAT(AgeIdentity::ParseFile("# nothing\n"), FailsWith(kInvalid, "AGE_IDENTITY_INVALID"));
  EXPECT_THAT(AgeIdentity::ParseFile(absl::StrCat(file.view(), file.view())),
              FailsWith(kInvalid, "AGE_IDENTITY_INVALID"));
}

TEST(AgeKeyTest, RefusesEveryOtherSpellingOfARecipient) {
  const std::string good = AgeIdentity::Generate().recipient().ToString();

  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = changed[i] == 'q' ? 'p' : 'q';
    EXPECT_FALSE(AgeRecipient::Parse(changed).ok()) << changed;
  }
  for (const std::string& other :
       {absl::AsciiStrToUpper(good), absl::StrCat(" ", good), absl::StrCat(good, "\n"),
        absl::StrCat(good, "q"), good.substr(0, 61), std::string(), std::string("age1")}) {
    EXPECT_THAT(AgeRecipient::Parse(other), FailsWith(kInvalid, "AGE_RECIPIENT_INVALID")) << other;
  }
}

TEST(AgeKeyTest, RefusesARecipientOfLowOrder) {
  const crypto::Secret text = Bech32Encode("age", std::string(32, '\0'));

  EXPECT_THAT(AgeRecipient::Parse(text.view()), FailsWith(kInvalid, "AGE_RECIPIENT_INVALID"));
}

TEST(AgeKeyTest, RefusesAnIdentityInLowerCase) {
  const AgeIdentity identity = AgeIdentity::Generate();

  EXPECT_THAT(AgeIdentity::Parse(absl::AsciiStrToLower(identity.ToSecretString().view())),
              FailsWith(kInvalid, "AGE_IDENTITY_INVALID"));
}

TEST(AgeKeyTest, DoesNotRepeatASecretInAnError) {
  std::string text(AgeIdentity::Generate().ToSecretString().view());
  text.back() = text.back() == 'Q' ? 'P' : 'Q';

  const auto refused = AgeIdentity::Parse(text);

  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(std::string(refused.status().message()).find(text.substr(16, 20)), std::string::npos);
}

// BIP 173's own vectors, with the prefix apart.
TEST(Bech32Test, DecodesTheVectorsOfItsSpecification) {
  const auto decoded = Bech32Decode("abcdef", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw");
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(crypto::Hex(decoded->view()), "00443214c74254b635cf84653a56d7c675be77df");
  EXPECT_FALSE(Bech32Decode("split", "split1cheo2y9e2w").has_value());
  EXPECT_FALSE(Bech32Decode("a", "a12uel").has_value());
}

}  // namespace
}  // namespace comity::sealing
