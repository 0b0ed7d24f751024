#include "common/sealing/age_payload.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/crypto/random.h"
#include "common/sealing/age_header.h"
#include "common/status/macros.h"
#include "tests/testing/status_matchers.h"

namespace comity::sealing {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

constexpr auto kChunk = static_cast<std::size_t>(kChunkSize);
constexpr auto kSealedChunk = static_cast<std::size_t>(kSealedChunkSize);

class AgePayloadTest : public ::testing::Test {
 protected:
  // Seals in steps of `step` bytes.
  std::string Seal(absl::string_view plaintext, std::size_t step) {
    std::string payload;
    const auto sink = [&](absl::string_view part) {
      payload.append(part.data(), part.size());
      return absl::OkStatus();
    };
    PayloadSealer sealer(key_, nonce_);
    for (std::size_t i = 0; i < plaintext.size(); i += step) {
      EXPECT_THAT(sealer.Write(plaintext.substr(i, step), sink), IsOk());
    }
    EXPECT_THAT(sealer.Finish(sink), IsOk());
    return payload;
  }

  // Opens in steps of `step` bytes; `released_` is what came out, also before an error.
  absl::Status Open(absl::string_view payload, std::size_t step = 1 << 20) {
    released_.clear();
    const auto sink = [&](absl::string_view part) {
      released_.append(part.data(), part.size());
      return absl::OkStatus();
    };
    PayloadOpener opener(key_);
    for (std::size_t i = 0; i < payload.size(); i += step) {
      COMITY_RETURN_IF_ERROR(opener.Write(payload.substr(i, step), sink));
    }
    return opener.Finish(sink);
  }

  crypto::Secret key_ = NewFileKey();
  std::string nonce_ = NewPayloadNonce();
  std::string released_;
};

TEST_F(AgePayloadTest, OpensWhatItSealedWhateverTheSizeAndTheSteps) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kChunk - 1, kChunk, kChunk + 1,
                                 2 * kChunk, 3 * kChunk + 17}) {
    const std::string plaintext = crypto::RandomBytes(size);
    const std::string payload = Seal(plaintext, 1000);
    EXPECT_EQ(payload, Seal(plaintext, 1 << 20));
    EXPECT_EQ(static_cast<std::int64_t>(payload.size()),
              PayloadLength(static_cast<std::int64_t>(size)));
    EXPECT_EQ(*PlaintextLength(static_cast<std::int64_t>(payload.size())),
              static_cast<std::int64_t>(size));

    ASSERT_THAT(Open(payload, 999), IsOk()) << size;
    EXPECT_EQ(released_, plaintext);
  }
}

TEST_F(AgePayloadTest, ReleasesNothingOfAChangedChunk) {
  const std::string plaintext = crypto::RandomBytes(2 * kChunk + 100);
  const std::string payload = Seal(plaintext, 1 << 20);

  for (const std::size_t at : {std::size_t{0}, std::size_t{15}, std::size_t{16},
                               16 + kSealedChunk - 1, 16 + kSealedChunk, payload.size() - 1}) {
    std::string changed = payload;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    EXPECT_THAT(Open(changed), FailsWith(absl::StatusCode::kDataLoss, "PAYLOAD_FORGED")) << at;
    const std::size_t chunk = at < 16 ? 0 : (at - 16) / kSealedChunk;
    EXPECT_EQ(released_, plaintext.substr(0, chunk * kChunk));
  }
}

TEST_F(AgePayloadTest, NoticesEveryCut) {
  const std::string plaintext = crypto::RandomBytes(2 * kChunk);
  const std::string payload = Seal(plaintext, 1 << 20);

  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{16}, std::size_t{20},
                                 16 + kSealedChunk, 16 + kSealedChunk + 16, payload.size() - 1}) {
    EXPECT_THAT(Open(payload.substr(0, size)),
                FailsWith(absl::StatusCode::kDataLoss, "PAYLOAD_FORGED"))
        << size;
    EXPECT_LT(released_.size(), plaintext.size());
  }
}

TEST_F(AgePayloadTest, NoticesChunksMovedRepeatedOrAppended) {
  const std::string payload = Seal(crypto::RandomBytes(3 * kChunk), 1 << 20);
  const std::string nonce = payload.substr(0, 16);
  const std::string a = payload.substr(16, kSealedChunk);
  const std::string b = payload.substr(16 + kSealedChunk, kSealedChunk);
  const std::string c = payload.substr(16 + 2 * kSealedChunk);

  for (const std::string& other :
       {absl::StrCat(nonce, b, a, c), absl::StrCat(nonce, a, c), absl::StrCat(nonce, a, a, b, c),
        absl::StrCat(payload, c), absl::StrCat(payload, a),
        absl::StrCat(payload, std::string(16, '\0')), absl::StrCat(payload, "x")}) {
    EXPECT_THAT(Open(other), FailsWith(absl::StatusCode::kDataLoss, "PAYLOAD_FORGED"));
  }
}

TEST_F(AgePayloadTest, RefusesAnEmptyLastChunkAfterOthers) {
  std::string payload = nonce_;
  ChunkCipher cipher(key_, nonce_);
  std::string sealed(kSealedChunk, '\0');
  cipher.Seal(0, false, std::string(kChunk, 'a'), sealed.data());
  payload += sealed;
  sealed.resize(16);
  cipher.Seal(1, true, "", sealed.data());
  payload += sealed;

  EXPECT_THAT(Open(payload), FailsWith(absl::StatusCode::kDataLoss, "PAYLOAD_FORGED"));
}

TEST_F(AgePayloadTest, OpensFromAnyChunkOn) {
  const std::string plaintext = crypto::RandomBytes(3 * kChunk + 5);
  const std::string payload = Seal(plaintext, 1 << 20);
  std::string opened;
  const auto sink = [&](absl::string_view part) {
    opened.append(part.data(), part.size());
    return absl::OkStatus();
  };

  PayloadOpener opener(key_, nonce_, 2);
  ASSERT_THAT(opener.Write(absl::string_view(payload).substr(16 + 2 * kSealedChunk), sink), IsOk());
  ASSERT_THAT(opener.Finish(sink), IsOk());

  EXPECT_EQ(opened, plaintext.substr(2 * kChunk));
}

TEST_F(AgePayloadTest, KnowsLengthsThatNoPayloadHas) {
  for (const std::int64_t length : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{31},
                                    16 + kSealedChunkSize + 1, 16 + kSealedChunkSize + 16}) {
    EXPECT_THAT(PlaintextLength(length),
                FailsWith(absl::StatusCode::kInvalidArgument, "PAYLOAD_LENGTH_INVALID"))
        << length;
  }
}

}  // namespace
}  // namespace comity::sealing
