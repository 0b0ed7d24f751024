#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/client/file.h"
#include "common/crypto/digest.h"
#include "common/crypto/secret.h"
#include "common/sealing/age_payload.h"
#include "common/sealing/pieces.h"

namespace comity::client {

// What the sealed form of a file will be under one file key and nonce.
struct SealedForm {
  std::int64_t plaintext_length = 0;
  crypto::Digest plaintext_sha256 = {};
  sealing::PayloadDigest payload;
  std::vector<crypto::Digest> pieces;  // sealing::PieceHash of each.

  friend bool operator==(const SealedForm&, const SealedForm&) = default;
};

// Reads the whole file once and seals it, keeping digests only. `check` is asked with the bytes
// read so far now and then; its error stops.
absl::StatusOr<SealedForm> MeasureSealed(const File& file, const crypto::Secret& file_key,
                                         absl::string_view nonce,
                                         absl::FunctionRef<absl::Status(std::int64_t done)> check);

// Makes a file's payload again, from any place on, in memory for one piece. No byte leaves before
// its whole piece was compared with what was measured: if the file changed, nothing of another
// plaintext is ever sent under the key, however often it is resumed. Not thread-safe.
class SealedFile {
 public:
  // `form` must be MeasureSealed's for the same file, key and nonce; it and `file` are not owned.
  SealedFile(const File* file, const crypto::Secret& file_key, absl::string_view nonce,
             const SealedForm* form, std::int64_t offset);
  ~SealedFile();
  SealedFile(const SealedFile&) = delete;
  SealedFile& operator=(const SealedFile&) = delete;

  // The next bytes, at most `most` and good until the next call; empty at the end.
  // FAILED_PRECONDITION `FILE_CHANGED`: the file is not what was measured.
  absl::StatusOr<absl::string_view> Next(std::size_t most);

  // Where Next goes on.
  std::int64_t offset() const { return offset_; }

 private:
  absl::Status SealChunk();
  absl::Status MakePiece();

  const File* const file_;
  const SealedForm* const form_;
  const std::string nonce_;
  sealing::ChunkCipher cipher_;
  std::int64_t offset_;      // Of the next byte to give.
  std::int64_t made_;        // Payload bytes made, up to the end of buffer_.
  std::int64_t piece_ = -1;  // Number of the piece in front of buffer_; -1 before the first.
  std::string buffer_;       // The piece, and what of the last chunk lies behind it.
  std::size_t piece_size_ = 0;
  std::string plaintext_;
};

}  // namespace comity::client
