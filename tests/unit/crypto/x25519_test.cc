#include "common/crypto/x25519.h"

#include <gtest/gtest.h>

#include <string>

#include "common/crypto/encoding.h"

namespace comity::crypto {
namespace {

Secret Key(absl::string_view hex) { return Secret(*FromHex(hex)); }

TEST(X25519Test, BothSidesAgree) {
  const Secret alice = NewX25519Key();
  const Secret bob = NewX25519Key();

  EXPECT_EQ(X25519Shared(alice, X25519Public(bob))->view(),
            X25519Shared(bob, X25519Public(alice))->view());
}

// RFC 7748, 6.1.
TEST(X25519Test, MakesThePublicPointAsInTheRfc) {
  EXPECT_EQ(
      Hex(X25519Public(Key("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))),
      "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
}

// RFC 7748, 5.2.
TEST(X25519Test, MultipliesAsInTheRfc) {
  const auto shared =
      X25519Shared(Key("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                   *FromHex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"));

  EXPECT_EQ(Hex(shared->view()),
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
}

TEST(X25519Test, RefusesPointsOfLowOrder) {
  for (const char* point : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
       }) {
    EXPECT_FALSE(X25519Shared(NewX25519Key(), *FromHex(point)).has_value()) << point;
  }
}

TEST(X25519Test, MakesADifferentKeyEveryTime) {
  EXPECT_NE(NewX25519Key().view(), NewX25519Key().view());
}

}  // namespace
}  // namespace comity::crypto
