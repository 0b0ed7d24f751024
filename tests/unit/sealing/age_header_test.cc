#include "common/sealing/age_header.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/testing/status_matchers.h"

namespace comity::sealing {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

class AgeHeaderTest : public ::testing::Test {
 protected:
  AgeIdentity identity_ = AgeIdentity::Generate();
  crypto::Secret file_key_ = NewFileKey();
  std::string header_ = MakeHeader(file_key_, identity_.recipient());
};

TEST_F(AgeHeaderTest, GivesItsRecipientTheFileKey) {
  const auto opened = OpenHeader(header_, identity_);

  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->view(), file_key_.view());
  EXPECT_EQ(header_.size(), kSealedHeaderSize);
  EXPECT_THAT(CheckSealedHeader(header_), IsOk());
}

TEST_F(AgeHeaderTest, IsFollowedByAPayloadInAFile) {
  const auto parsed = ParseHeader(absl::StrCat(header_, "payload bytes"));

  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->size, header_.size());
  EXPECT_THAT(CheckSealedHeader(absl::StrCat(header_, "p")),
              FailsWith(kInvalid, "AGE_HEADER_INVALID"));
}

TEST_F(AgeHeaderTest, GivesNobodyElseAnything) {
  EXPECT_THAT(OpenHeader(header_, AgeIdentity::Generate()),
              FailsWith(absl::StatusCode::kPermissionDenied, "AGE_NOT_FOR_THIS_KEY"));
}

TEST_F(AgeHeaderTest, DiffersEveryTime) {
  EXPECT_NE(MakeHeader(file_key_, identity_.recipient()), header_);
}

TEST_F(AgeHeaderTest, DoesNotOpenAfterAnyChange) {
  for (std::size_t i = 0; i < header_.size(); ++i) {
    for (const char mask : {'\x01', '\x20', '\x80'}) {
      std::string changed = header_;
      changed[i] = static_cast<char>(changed[i] ^ mask);
      EXPECT_FALSE(OpenHeader(changed, identity_).ok()) << i;
    }
  }
}

TEST_F(AgeHeaderTest, DoesNotParseWhenCutAnywhere) {
  for (std::size_t size = 0; size < header_.size(); ++size) {
    EXPECT_THAT(ParseHeader(header_.substr(0, size)), FailsWith(kInvalid, "AGE_HEADER_INVALID"));
  }
}

TEST_F(AgeHeaderTest, NoticesAForgedMac) {
  // A stanza of an unknown type is legal, but the MAC covers it.
  const std::string forged = absl::StrReplaceAll(header_, {{"-> X25519", "-> other\n\n-> X25519"}});

  EXPECT_THAT(ParseHeader(forged), IsOk());
  EXPECT_THAT(OpenHeader(forged, identity_),
              FailsWith(absl::StatusCode::kDataLoss, "AGE_HEADER_FORGED"));
}

TEST_F(AgeHeaderTest, RefusesEveryLooseForm) {
  const std::string stanza = header_.substr(22, header_.size() - 22 - 48);
  const std::string mac = header_.substr(header_.size() - 48);
  const std::string version = header_.substr(0, 22);
  const std::string line64(64, 'A');
  for (const std::string& loose : {
           absl::StrReplaceAll(header_, {{"\n", "\r\n"}}),                 // Other line ends.
           absl::StrReplaceAll(header_, {{"v1\n", "v2\n"}}),               // Another version.
           absl::StrReplaceAll(header_, {{"-> X25519 ", "->  X25519 "}}),  // An empty argument.
           absl::StrReplaceAll(header_, {{"\n--- ", "=\n--- "}}),          // Padding.
           absl::StrReplaceAll(header_, {{"\n--- ", " \n--- "}}),          // White space.
           absl::StrReplaceAll(header_, {{"--- ", "---"}}),
           absl::StrCat(version, mac),  // No stanza.
           absl::StrCat(version, "-> X25519 \n", mac),
           absl::StrCat(version, "-> a\n", line64, "\n", mac),     // No short last line.
           absl::StrCat(version, "-> a\n", line64, "A\n\n", mac),  // 65 columns.
           absl::StrCat(version, "-> a\n", "AB\n", mac),           // Stray bits.
           absl::StrCat(version, "-> a\n", "+-\n", mac),           // Another alphabet.
           absl::StrCat(version, "-> \x7f\n\n", mac),
           absl::StrCat("x", header_),
       }) {
    EXPECT_THAT(ParseHeader(loose), FailsWith(kInvalid, "AGE_HEADER_INVALID")) << loose;
  }
}

TEST_F(AgeHeaderTest, RefusesAShareOfLowOrder) {
  const std::string share = header_.substr(32, 43);
  const std::string weak = absl::StrReplaceAll(header_, {{share, std::string(43, 'A')}});

  EXPECT_THAT(OpenHeader(weak, identity_), FailsWith(kInvalid, "AGE_HEADER_INVALID"));
}

TEST_F(AgeHeaderTest, RefusesAHeaderWithoutEnd) {
  std::string endless = header_.substr(0, 22);
  while (endless.size() < 2 * kLargestHeader) absl::StrAppend(&endless, "-> a\n\n");

  EXPECT_THAT(ParseHeader(absl::StrCat(endless, header_.substr(22))),
              FailsWith(kInvalid, "AGE_HEADER_INVALID"));
}

TEST_F(AgeHeaderTest, IsNoneOfOursWithSeveralStanzas) {
  const std::string two = absl::StrReplaceAll(header_, {{"\n--- ", "\n-> x\n\n--- "}});

  EXPECT_THAT(ParseHeader(two), IsOk());
  EXPECT_THAT(CheckSealedHeader(two), FailsWith(kInvalid, "AGE_HEADER_INVALID"));
}

}  // namespace
}  // namespace comity::sealing
