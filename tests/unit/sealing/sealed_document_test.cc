#include "common/sealing/sealed_document.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/crypto/kdf.h"
#include "common/crypto/random.h"
#include "common/sealing/age_header.h"
#include "common/sealing/pieces.h"
#include "tests/testing/status_matchers.h"

namespace comity::sealing {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

std::string Seal(const crypto::Secret& file_key, absl::string_view plaintext) {
  std::string payload;
  const auto sink = [&](absl::string_view part) {
    payload.append(part.data(), part.size());
    return absl::OkStatus();
  };
  PayloadSealer sealer(file_key, NewPayloadNonce());
  EXPECT_THAT(sealer.Write(plaintext, sink), IsOk());
  EXPECT_THAT(sealer.Finish(sink), IsOk());
  return payload;
}

PayloadDigest DigestOf(absl::string_view payload) {
  PayloadDigester digester;
  digester.Update(payload);
  return digester.Peek();
}

class SealedDocumentTest : public ::testing::Test {
 protected:
  SealedDocumentTest() {
    description_.title = "Request";
    description_.file_name = "request.txt";
    description_.media_type = "text/plain";
    description_.content_plaintext_length = static_cast<std::int64_t>(content_.size());
    description_.content_plaintext_sha256 = crypto::Sha256(content_);
    const std::string text = *BuildDescription(description_);
    description_payload_ = Seal(description_key_, text);
    content_payload_ = Seal(content_key_, content_);
    manifest_.content = DigestOf(content_payload_);
    manifest_.description = DigestOf(description_payload_);
    manifest_.description_plaintext_sha256 = crypto::Sha256(text);
  }

  absl::Status OpenTheContent(absl::string_view header, absl::string_view payload) {
    opened_.clear();
    return OpenContent(
        manifest_, description_, header, identity_,
        [&payload]() -> absl::StatusOr<absl::string_view> {
          const absl::string_view part = payload.substr(0, 10'000);
          payload.remove_prefix(part.size());
          return part;
        },
        [this](absl::string_view part) {
          opened_.append(part.data(), part.size());
          return absl::OkStatus();
        });
  }

  std::string HeaderFor(const crypto::Secret& key) {
    return MakeHeader(key, identity_.recipient());
  }

  AgeIdentity identity_ = AgeIdentity::Generate();
  crypto::Secret content_key_ = NewFileKey();
  crypto::Secret description_key_ = NewFileKey();
  std::string content_ = crypto::RandomBytes(200'000);
  Description description_;
  Manifest manifest_;
  std::string content_payload_;
  std::string description_payload_;
  std::string opened_;
};

TEST_F(SealedDocumentTest, OpensWhatWasSigned) {
  const auto description =
      OpenDescription(manifest_, HeaderFor(description_key_), description_payload_, identity_);
  ASSERT_THAT(description, IsOk());
  EXPECT_EQ(*description, description_);
  EXPECT_THAT(OpenTheContent(HeaderFor(content_key_), content_payload_), IsOk());
  EXPECT_EQ(opened_, content_);
}

TEST_F(SealedDocumentTest, RefusesOtherStoredBytes) {
  std::string changed = description_payload_;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  EXPECT_THAT(OpenDescription(manifest_, HeaderFor(description_key_), changed, identity_),
              FailsWith(absl::StatusCode::kDataLoss, "PAYLOAD_MISMATCH"));
  EXPECT_THAT(OpenTheContent(HeaderFor(content_key_), content_payload_.substr(0, 100'000)),
              FailsWith(absl::StatusCode::kDataLoss, "PAYLOAD_MISMATCH"));
  EXPECT_THAT(OpenTheContent(HeaderFor(content_key_), content_payload_ + "x"),
              FailsWith(absl::StatusCode::kDataLoss, "PAYLOAD_MISMATCH"));
}

TEST_F(SealedDocumentTest, ReportsAHeaderThatDoesNotFitThePayload) {
  EXPECT_THAT(OpenTheContent(HeaderFor(description_key_), content_payload_),
              FailsWith(absl::StatusCode::kDataLoss, "PAYLOAD_FORGED"));
}

// The same bytes and keys, but a text that was not signed for.
TEST_F(SealedDocumentTest, ReportsPlaintextsOtherThanTheSignedOnes) {
  manifest_.description_plaintext_sha256[0] ^= 1;
  EXPECT_THAT(
      OpenDescription(manifest_, HeaderFor(description_key_), description_payload_, identity_),
      FailsWith(absl::StatusCode::kDataLoss, "PLAINTEXT_MISMATCH"));
  description_.content_plaintext_sha256[0] ^= 1;
  EXPECT_THAT(OpenTheContent(HeaderFor(content_key_), content_payload_),
              FailsWith(absl::StatusCode::kDataLoss, "PLAINTEXT_MISMATCH"));
}

struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

// Arithmetic modulo Poly1305's 2^130 - 5, for the forgery below.
class Field {
 public:
  Field() : context_(BN_CTX_new()), prime_(BN_new()) {
    BN_set_bit(prime_.get(), 130);
    BN_sub_word(prime_.get(), 5);
  }
  ~Field() { BN_CTX_free(context_); }
  Field(const Field&) = delete;
  Field& operator=(const Field&) = delete;

  static Number Little(absl::string_view bytes) {
    return Number(BN_lebin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                              static_cast<int>(bytes.size()), nullptr));
  }
  // A block of 16 bytes as Poly1305 reads it.
  static Number Block(absl::string_view bytes) {
    Number number = Little(bytes);
    BN_set_bit(number.get(), 128);
    return number;
  }
  Number Times(const Number& a, const Number& b) {
    Number result(BN_new());
    BN_mod_mul(result.get(), a.get(), b.get(), prime_.get(), context_);
    return result;
  }
  Number Plus(const Number& a, const Number& b) {
    Number result(BN_new());
    BN_mod_add(result.get(), a.get(), b.get(), prime_.get(), context_);
    return result;
  }
  Number Minus(const Number& a, const Number& b) {
    Number result(BN_new());
    BN_mod_sub(result.get(), a.get(), b.get(), prime_.get(), context_);
    return result;
  }
  Number Over(const Number& a, const Number& b) {
    const Number inverse(BN_mod_inverse(nullptr, b.get(), prime_.get(), context_));
    return Times(a, inverse);
  }

 private:
  BN_CTX* context_;
  Number prime_;
};

// Poly1305's one-time key for the only chunk of a payload.
std::pair<std::string, std::string> OneTimeKey(const crypto::Secret& file_key,
                                               absl::string_view nonce) {
  const crypto::Secret key = crypto::Hkdf(file_key.view(), nonce, "payload");
  std::string iv(16, '\0');
  iv.back() = 1;  // Counter 0, chunk 0, the last.
  std::string stream(32, '\0');
  int size = 0;
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(context, EVP_chacha20(), nullptr,
                     reinterpret_cast<const unsigned char*>(key.view().data()),
                     reinterpret_cast<const unsigned char*>(iv.data()));
  auto* const bytes = reinterpret_cast<unsigned char*>(stream.data());
  EVP_EncryptUpdate(context, bytes, &size, bytes, 32);
  EVP_CIPHER_CTX_free(context);
  std::string r = stream.substr(0, 16);
  for (const std::size_t i : {3U, 7U, 11U, 15U}) r[i] = static_cast<char>(r[i] & 15);
  for (const std::size_t i : {4U, 8U, 12U}) r[i] = static_cast<char>(r[i] & 252);
  return {r, stream.substr(16)};
}

// A payload of one chunk of four blocks that opens under both keys, to two texts: the first block
// is free, the second sought so that the tag fits both, and so is the third.
std::optional<std::string> TryPayloadForBoth(const crypto::Secret& one, const crypto::Secret& two) {
  const std::string nonce = NewPayloadNonce();
  const std::string tag = crypto::RandomBytes(16);
  const std::string first = crypto::RandomBytes(16);
  const std::string fourth = crypto::RandomBytes(16);
  std::string lengths(16, '\0');
  lengths[8] = 64;

  Field field;
  // For each key: x r^4 + y r^3 = (tag - s) - (first r^5 + fourth r^2 + lengths r).
  Number x_factor[2];
  Number y_factor[2];
  Number right[2];
  for (const int which : {0, 1}) {
    const auto [r_bytes, s_bytes] = OneTimeKey(which == 0 ? one : two, nonce);
    const Number r = Field::Little(r_bytes);
    const Number r2 = field.Times(r, r);
    const Number r3 = field.Times(r2, r);
    const Number r4 = field.Times(r3, r);
    const Number r5 = field.Times(r4, r);
    Number sum = Field::Little(tag);
    BN_set_bit(sum.get(), 128);
    BN_sub(sum.get(), sum.get(), Field::Little(s_bytes).get());
    BN_mask_bits(sum.get(), 128);
    sum = field.Minus(sum, field.Times(Field::Block(first), r5));
    sum = field.Minus(sum, field.Times(Field::Block(fourth), r2));
    sum = field.Minus(sum, field.Times(Field::Block(lengths), r));
    right[which] = std::move(sum);
    x_factor[which] = field.Times(r4, Number(BN_dup(BN_value_one())));
    y_factor[which] = field.Times(r3, Number(BN_dup(BN_value_one())));
  }
  const Number determinant =
      field.Minus(field.Times(x_factor[0], y_factor[1]), field.Times(x_factor[1], y_factor[0]));
  const Number x = field.Over(
      field.Minus(field.Times(right[0], y_factor[1]), field.Times(right[1], y_factor[0])),
      determinant);
  const Number y = field.Over(
      field.Minus(field.Times(x_factor[0], right[1]), field.Times(x_factor[1], right[0])),
      determinant);

  std::string payload = nonce + first;
  for (const Number* const number : {&x, &y}) {
    // A block is 16 bytes with bit 128 set: one solution in four is.
    if (BN_num_bits(number->get()) != 129) return std::nullopt;
    BN_clear_bit(number->get(), 128);
    std::string block(16, '\0');
    BN_bn2lebinpad(number->get(), reinterpret_cast<unsigned char*>(block.data()), 16);
    payload += block;
  }
  return payload + fourth + tag;
}

std::string OpenAll(const crypto::Secret& key, absl::string_view payload) {
  std::string opened;
  const auto sink = [&](absl::string_view part) {
    opened.append(part.data(), part.size());
    return absl::OkStatus();
  };
  PayloadOpener opener(key);
  EXPECT_THAT(opener.Write(payload, sink), IsOk());
  EXPECT_THAT(opener.Finish(sink), IsOk());
  return opened;
}

// age does not bind a payload to its key. A sender who uses that to show two recipients two texts
// under one signature is found out by the second.
TEST_F(SealedDocumentTest, FindsOutASenderWhoMadeOnePayloadForTwoTexts) {
  const crypto::Secret other_key = NewFileKey();
  std::optional<std::string> payload;
  for (int i = 0; i < 10'000 && !payload; ++i) {
    payload = TryPayloadForBoth(content_key_, other_key);
  }
  ASSERT_TRUE(payload.has_value());
  const std::string text = OpenAll(content_key_, *payload);
  const std::string other_text = OpenAll(other_key, *payload);
  ASSERT_NE(text, other_text);

  manifest_.content = DigestOf(*payload);
  description_.content_plaintext_length = static_cast<std::int64_t>(text.size());
  description_.content_plaintext_sha256 = crypto::Sha256(text);

  EXPECT_THAT(OpenTheContent(HeaderFor(content_key_), *payload), IsOk());
  EXPECT_THAT(OpenTheContent(HeaderFor(other_key), *payload),
              FailsWith(absl::StatusCode::kDataLoss, "PLAINTEXT_MISMATCH"));
}

}  // namespace
}  // namespace comity::sealing
