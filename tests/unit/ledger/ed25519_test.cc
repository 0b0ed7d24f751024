#include "common/crypto/ed25519.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/escaping.h"
#include "tests/testing/status_matchers.h"

namespace comity::crypto {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

auto KeyInvalid() { return FailsWith(absl::StatusCode::kInvalidArgument, "KEY_INVALID"); }

std::string HexOf(const Ed25519PublicKey& key) {
  return absl::BytesToHexString({reinterpret_cast<const char*>(key.data()), key.size()});
}

// The seed of RFC 8032, 7.1, test 2, in PKCS #8.
constexpr absl::string_view kPem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
    "-----END PRIVATE KEY-----\n";
constexpr absl::string_view kSeedHex =
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";

class TemporaryFile {
 public:
  explicit TemporaryFile(absl::string_view content)
      : path_(std::filesystem::path(::testing::TempDir()) /
              ("ed25519_" + std::to_string(::getpid()))) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(Ed25519Test, SignsTheVectorsOfTheStandard) {
  const auto key = Ed25519Key::FromSeed(absl::HexStringToBytes(kSeedHex));

  ASSERT_THAT(key, IsOk());
  EXPECT_EQ(HexOf(key->public_key()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(absl::BytesToHexString(key->Sign("\x72")),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(Ed25519Test, EveryChangedByteOfASignatureIsSeen) {
  const auto key = Ed25519Key::FromSeed(std::string(32, 's'));
  std::string signature = key->Sign("message");
  ASSERT_TRUE(VerifyEd25519(key->public_key(), "message", signature));

  EXPECT_FALSE(VerifyEd25519(key->public_key(), "massage", signature));
  EXPECT_FALSE(VerifyEd25519(key->public_key(), "message", signature.substr(1)));
  EXPECT_FALSE(VerifyEd25519(key->public_key(), "message", ""));
  for (char& byte : signature) {
    byte = static_cast<char>(byte ^ 1);
    EXPECT_FALSE(VerifyEd25519(key->public_key(), "message", signature));
    byte = static_cast<char>(byte ^ 1);
  }
}

TEST(Ed25519Test, TheKeyOfAPemFileAndOfASeedFileIsTheSame) {
  const std::string seed = absl::HexStringToBytes(kSeedHex);
  const TemporaryFile seed_file(seed);
  const auto from_seed = Ed25519Key::FromFile(seed_file.path());
  ASSERT_THAT(from_seed, IsOk());

  EXPECT_EQ(from_seed->public_key(), Ed25519Key::FromSeed(seed)->public_key());

  const TemporaryFile pem_file(kPem);
  const auto from_pem = Ed25519Key::FromFile(pem_file.path());
  ASSERT_THAT(from_pem, IsOk());
  EXPECT_EQ(from_pem->public_key(), from_seed->public_key());
}

TEST(Ed25519Test, WhatIsNoEd25519KeyIsRefused) {
  EXPECT_THAT(Ed25519Key::FromSeed(std::string(31, 's')), KeyInvalid());
  EXPECT_THAT(Ed25519Key::FromPem(""), KeyInvalid());
  EXPECT_THAT(Ed25519Key::FromPem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
              KeyInvalid());
  EXPECT_THAT(Ed25519Key::FromPem(std::string(20000, 'x')), KeyInvalid());
}

TEST(Ed25519Test, AFileThatIsNotThereIsNamed) {
  EXPECT_THAT(Ed25519Key::FromFile("/nowhere/key"),
              FailsWith(absl::StatusCode::kNotFound, "KEY_FILE_UNREADABLE"));
}

}  // namespace
}  // namespace comity::crypto
