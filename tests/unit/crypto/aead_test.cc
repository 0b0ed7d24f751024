#include "common/crypto/aead.h"

#include <gtest/gtest.h>

#include <string>

#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/crypto/random.h"
#include "tests/testing/status_matchers.h"

namespace comity::crypto {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOkAndHolds;

std::string Unhex(absl::string_view text) { return *FromHex(text); }

// RFC 8439, 2.8.2.
TEST(AeadTest, ChaCha20Poly1305SealsAsInTheRfc) {
  Aead aead(Aead::Algorithm::kChaCha20Poly1305,
            Unhex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"));

  const std::string sealed = aead.Seal(
      Unhex("070000004041424344454647"), Unhex("50515253c0c1c2c3c4c5c6c7"),
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
      "sunscreen would be it.");

  EXPECT_EQ(Hex(sealed.substr(0, 16)), "d31a8d34648e60db7b86afbc53ef7ec2");
  EXPECT_EQ(Hex(sealed.substr(sealed.size() - 16)), "1ae10b594f09e26a7e902ecbd0600691");
}

// The GCM specification's test case 14: key, nonce and 16 bytes of zeros.
TEST(AeadTest, Aes256GcmSealsAsInTheSpecification) {
  Aead aead(Aead::Algorithm::kAes256Gcm, std::string(32, '\0'));

  const std::string sealed = aead.Seal(std::string(12, '\0'), "", std::string(16, '\0'));

  EXPECT_EQ(Hex(sealed), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

class EveryAeadTest : public ::testing::TestWithParam<Aead::Algorithm> {};

TEST_P(EveryAeadTest, OpensWhatItSealedHoweverOftenTheContextIsUsed) {
  Aead aead(GetParam(), RandomBytes(32));
  for (const std::size_t size : {0U, 1U, 16U, 65536U, 3U, 0U}) {
    const std::string nonce = RandomBytes(12);
    const std::string text = RandomBytes(size);
    const std::string sealed = aead.Seal(nonce, "where it stands", text);
    EXPECT_THAT(aead.Open(nonce, "where it stands", sealed), IsOkAndHolds(text));
  }
}

TEST_P(EveryAeadTest, RefusesAChangeAtEveryPlace) {
  Aead aead(GetParam(), RandomBytes(32));
  const std::string nonce = RandomBytes(12);
  const std::string sealed = aead.Seal(nonce, "a", "seven witnesses");

  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_THAT(aead.Open(nonce, "a", changed),
                FailsWith(absl::StatusCode::kDataLoss, "AEAD_TAG_MISMATCH"));
  }
  EXPECT_FALSE(aead.Open(nonce, "b", sealed).ok());
  EXPECT_FALSE(aead.Open(RandomBytes(12), "a", sealed).ok());
  EXPECT_FALSE(aead.Open(nonce, "a", sealed.substr(0, 15)).ok());
}

TEST_P(EveryAeadTest, LeavesNothingOfARefusedTextBehind) {
  Aead aead(GetParam(), RandomBytes(32));
  const std::string nonce = RandomBytes(12);
  std::string sealed = aead.Seal(nonce, "", "the name of the witness");
  sealed.back() = static_cast<char>(sealed.back() ^ 1);

  std::string out(sealed.size() - Aead::kTagSize, 'x');
  EXPECT_FALSE(aead.OpenTo(nonce, "", sealed, out.data()));

  EXPECT_EQ(out, std::string(out.size(), '\0'));
}

TEST_P(EveryAeadTest, WorksInPlace) {
  Aead aead(GetParam(), RandomBytes(32));
  const std::string nonce = RandomBytes(12);
  const std::string text = RandomBytes(1000);
  std::string buffer = text + std::string(Aead::kTagSize, '\0');

  aead.SealTo(nonce, "", {buffer.data(), text.size()}, buffer.data());
  ASSERT_TRUE(aead.OpenTo(nonce, "", buffer, buffer.data()));

  EXPECT_EQ(buffer.substr(0, text.size()), text);
}

INSTANTIATE_TEST_SUITE_P(Both, EveryAeadTest,
                         ::testing::Values(Aead::Algorithm::kChaCha20Poly1305,
                                           Aead::Algorithm::kAes256Gcm));

}  // namespace
}  // namespace comity::crypto
