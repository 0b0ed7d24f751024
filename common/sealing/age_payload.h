#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/aead.h"
#include "common/crypto/secret.h"

namespace comity::sealing {

// The payload of an age file: a 16-byte nonce, then chunks of 64 KiB of plaintext, each with a tag
// of 16 bytes; only the last may be shorter, and only of an empty plaintext it is empty.

inline constexpr std::size_t kPayloadNonceSize = 16;
inline constexpr std::int64_t kChunkSize = std::int64_t{64} * 1024;
inline constexpr std::int64_t kSealedChunkSize = kChunkSize + 16;

// The payload's length for a plaintext of `plaintext_length` bytes, and back: INVALID_ARGUMENT
// `PAYLOAD_LENGTH_INVALID` for lengths no payload has.
std::int64_t PayloadLength(std::int64_t plaintext_length);
absl::StatusOr<std::int64_t> PlaintextLength(std::int64_t payload_length);

// A new random payload nonce.
std::string NewPayloadNonce();

// Takes what comes out of a stream, in order. An error stops the stream, which returns it.
using Sink = absl::FunctionRef<absl::Status(absl::string_view)>;

// Seals and opens single chunks, in any order: the base of the streams below and of resuming.
// Not thread-safe.
class ChunkCipher {
 public:
  // Aborts if `file_key` or `nonce` has the wrong size.
  ChunkCipher(const crypto::Secret& file_key, absl::string_view nonce);

  // Writes plaintext.size() + 16 bytes to `out`. A chunk of another plaintext must never have been
  // sealed under this file key, nonce and index: both plaintexts would lie open.
  void Seal(std::uint64_t index, bool last, absl::string_view plaintext, char* out);

  // Writes sealed.size() - 16 bytes to `out`; false and zeros if the tag does not fit.
  [[nodiscard]] bool Open(std::uint64_t index, bool last, absl::string_view sealed, char* out);

 private:
  crypto::Aead aead_;
};

// Seals a plaintext of any length as it streams by, holding one chunk. Not thread-safe.
class PayloadSealer {
 public:
  PayloadSealer(const crypto::Secret& file_key, absl::string_view nonce);
  ~PayloadSealer();
  PayloadSealer(const PayloadSealer&) = delete;
  PayloadSealer& operator=(const PayloadSealer&) = delete;

  // Gives the nonce first, then whole sealed chunks, to `sink`.
  absl::Status Write(absl::string_view plaintext, Sink sink);

  // Seals the last chunk. Nothing may be written afterwards.
  absl::Status Finish(Sink sink);

 private:
  absl::Status Flush(absl::string_view chunk, bool last, Sink sink);

  ChunkCipher cipher_;
  std::string nonce_;
  std::string pending_;
  std::string sealed_;
  std::uint64_t index_ = 0;
  bool started_ = false;
};

// Opens a payload as it streams by, holding one chunk; gives no byte to the sink before the tag of
// its chunk was checked. What it gave before an error is genuine but may be cut short: callers keep
// it to themselves until Finish succeeds. Not thread-safe.
class PayloadOpener {
 public:
  // From the front: the payload's nonce is read from the stream.
  explicit PayloadOpener(const crypto::Secret& file_key);
  // From chunk `first_chunk` on: the stream starts at that chunk, `nonce` is the payload's.
  PayloadOpener(const crypto::Secret& file_key, absl::string_view nonce, std::uint64_t first_chunk);
  ~PayloadOpener();
  PayloadOpener(const PayloadOpener&) = delete;
  PayloadOpener& operator=(const PayloadOpener&) = delete;

  // DATA_LOSS `PAYLOAD_FORGED` if a chunk was changed, moved or sealed under another key.
  absl::Status Write(absl::string_view payload, Sink sink);

  // DATA_LOSS `PAYLOAD_FORGED` if the last chunk is missing, or was changed.
  absl::Status Finish(Sink sink);

 private:
  absl::Status Flush(absl::string_view chunk, bool last, Sink sink);

  crypto::Secret file_key_;
  std::unique_ptr<ChunkCipher> cipher_;
  std::string pending_;
  std::string opened_;
  std::uint64_t index_ = 0;
};

}  // namespace comity::sealing
