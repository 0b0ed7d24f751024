#include "common/sealing/age_payload.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "common/crypto/kdf.h"
#include "common/crypto/random.h"
#include "common/sealing/age_header.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::sealing {
namespace {

constexpr auto kChunk = static_cast<std::size_t>(kChunkSize);
constexpr auto kSealedChunk = static_cast<std::size_t>(kSealedChunkSize);
constexpr std::int64_t kTag = kSealedChunkSize - kChunkSize;
constexpr auto kNonce = static_cast<std::int64_t>(kPayloadNonceSize);

crypto::Secret PayloadKey(const crypto::Secret& file_key, absl::string_view nonce) {
  if (file_key.size() != kFileKeySize || nonce.size() != kPayloadNonceSize) std::abort();
  return crypto::Hkdf(file_key.view(), nonce, "payload");
}

// 11 bytes of counter, big-endian, then whether it is the last chunk.
std::array<char, crypto::Aead::kNonceSize> ChunkNonce(std::uint64_t index, bool last) {
  std::array<char, crypto::Aead::kNonceSize> nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[10 - i] = static_cast<char>(index >> (8 * i) & 0xff);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

absl::Status Forged(absl::string_view sentence) {
  return MakeError(absl::StatusCode::kDataLoss, sentence, {.reason = "PAYLOAD_FORGED"});
}

}  // namespace

std::int64_t PayloadLength(std::int64_t plaintext_length) {
  const std::int64_t chunks =
      std::max<std::int64_t>(1, (plaintext_length + kChunkSize - 1) / kChunkSize);
  return kNonce + plaintext_length + chunks * kTag;
}

absl::StatusOr<std::int64_t> PlaintextLength(std::int64_t payload_length) {
  const std::int64_t body = payload_length - kNonce;
  const std::int64_t chunks = (body + kSealedChunkSize - 1) / kSealedChunkSize;
  const std::int64_t plaintext = body - chunks * kTag;
  if (payload_length < kNonce + kTag || plaintext < 0 ||
      PayloadLength(plaintext) != payload_length) {
    return InvalidField("PAYLOAD_LENGTH_INVALID", "payload length",
                        "is not the length of any age payload");
  }
  return plaintext;
}

std::string NewPayloadNonce() { return crypto::RandomBytes(kPayloadNonceSize); }

ChunkCipher::ChunkCipher(const crypto::Secret& file_key, absl::string_view nonce)
    : aead_(crypto::Aead::Algorithm::kChaCha20Poly1305, PayloadKey(file_key, nonce).view()) {}

void ChunkCipher::Seal(std::uint64_t index, bool last, absl::string_view plaintext, char* out) {
  const auto nonce = ChunkNonce(index, last);
  aead_.SealTo({nonce.data(), nonce.size()}, "", plaintext, out);
}

bool ChunkCipher::Open(std::uint64_t index, bool last, absl::string_view sealed, char* out) {
  const auto nonce = ChunkNonce(index, last);
  return aead_.OpenTo({nonce.data(), nonce.size()}, "", sealed, out);
}

PayloadSealer::PayloadSealer(const crypto::Secret& file_key, absl::string_view nonce)
    : cipher_(file_key, nonce), nonce_(nonce), sealed_(kSealedChunk, '\0') {
  pending_.reserve(kChunk);
}

PayloadSealer::~PayloadSealer() { OPENSSL_cleanse(pending_.data(), pending_.capacity()); }

absl::Status PayloadSealer::Flush(absl::string_view chunk, bool last, Sink sink) {
  cipher_.Seal(index_, last, chunk, sealed_.data());
  ++index_;
  const std::size_t size = chunk.size() + static_cast<std::size_t>(kTag);
  pending_.clear();
  return sink({sealed_.data(), size});
}

absl::Status PayloadSealer::Write(absl::string_view plaintext, Sink sink) {
  if (!started_) {
    started_ = true;
    COMITY_RETURN_IF_ERROR(sink(nonce_));
  }
  while (!plaintext.empty()) {
    // A full chunk is sealed only once more follows: until then it may be the last.
    if (pending_.size() == kChunk) COMITY_RETURN_IF_ERROR(Flush(pending_, false, sink));
    if (pending_.empty() && plaintext.size() > kChunk) {
      COMITY_RETURN_IF_ERROR(Flush(plaintext.substr(0, kChunk), false, sink));
      plaintext.remove_prefix(kChunk);
      continue;
    }
    const std::size_t size = std::min(plaintext.size(), kChunk - pending_.size());
    pending_.append(plaintext.data(), size);
    plaintext.remove_prefix(size);
  }
  return absl::OkStatus();
}

absl::Status PayloadSealer::Finish(Sink sink) {
  COMITY_RETURN_IF_ERROR(Write("", sink));
  return Flush(pending_, true, sink);
}

PayloadOpener::PayloadOpener(const crypto::Secret& file_key) : file_key_(file_key.view()) {
  pending_.reserve(kSealedChunk);
  opened_.resize(kChunk);
}

PayloadOpener::PayloadOpener(const crypto::Secret& file_key, absl::string_view nonce,
                             std::uint64_t first_chunk)
    : PayloadOpener(file_key) {
  cipher_ = std::make_unique<ChunkCipher>(file_key, nonce);
  index_ = first_chunk;
}

PayloadOpener::~PayloadOpener() { OPENSSL_cleanse(opened_.data(), opened_.size()); }

absl::Status PayloadOpener::Flush(absl::string_view chunk, bool last, Sink sink) {
  if (!cipher_->Open(index_, last, chunk, opened_.data())) {
    return Forged("a chunk of the payload was changed, moved, cut or sealed under another key");
  }
  const std::size_t size = chunk.size() - static_cast<std::size_t>(kTag);
  if (last && size == 0 && index_ > 0) {
    return Forged("the payload ends in an empty chunk, which no sealer writes");
  }
  ++index_;
  pending_.clear();
  return size == 0 ? absl::OkStatus() : sink({opened_.data(), size});
}

absl::Status PayloadOpener::Write(absl::string_view payload, Sink sink) {
  while (!payload.empty()) {
    const std::size_t full = cipher_ ? kSealedChunk : kPayloadNonceSize;
    if (cipher_ && pending_.size() == full) COMITY_RETURN_IF_ERROR(Flush(pending_, false, sink));
    if (cipher_ && pending_.empty() && payload.size() > full) {
      COMITY_RETURN_IF_ERROR(Flush(payload.substr(0, full), false, sink));
      payload.remove_prefix(full);
      continue;
    }
    const std::size_t size = std::min(payload.size(), full - pending_.size());
    pending_.append(payload.data(), size);
    payload.remove_prefix(size);
    if (!cipher_ && pending_.size() == full) {
      cipher_ = std::make_unique<ChunkCipher>(file_key_, pending_);
      pending_.clear();
    }
  }
  return absl::OkStatus();
}

absl::Status PayloadOpener::Finish(Sink sink) {
  if (!cipher_) return Forged("the payload is shorter than its nonce");
  return Flush(pending_, true, sink);
}

}  // namespace comity::sealing
