#include "common/crypto/kdf.h"

#include <gtest/gtest.h>

#include <string>

#include "common/crypto/encoding.h"

namespace comity::crypto {
namespace {

// RFC 5869, A.1 and A.3; the first 32 bytes of their 42.
TEST(KdfTest, DerivesAsInTheRfc) {
  EXPECT_EQ(Hex(Hkdf(std::string(22, '\x0b'), *FromHex("000102030405060708090a0b0c"),
                     *FromHex("f0f1f2f3f4f5f6f7f8f9"))
                    .view()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  EXPECT_EQ(Hex(Hkdf(std::string(22, '\x0b'), "", "").view()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

}  // namespace
}  // namespace comity::crypto
