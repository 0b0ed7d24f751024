#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/crypto/digest.h"

namespace comity::sealing {

// Pieces of a payload have 1 MiB, the last may be shorter.
inline constexpr std::int64_t kPieceSize = std::int64_t{1024} * 1024;

// What a manifest says of a stored payload.
struct PayloadDigest {
  std::int64_t length = 0;
  crypto::Digest sha256 = {};
  crypto::Digest pieces_root = {};

  friend bool operator==(const PayloadDigest&, const PayloadDigest&) = default;
};

// Reckons length, SHA-256 and the RFC 6962 root over the pieces as a payload streams by, in memory
// for one hash a tree level. Not thread-safe.
class PayloadDigester {
 public:
  // With `keep_pieces` the pieces' hashes are kept too: 32 bytes a piece.
  explicit PayloadDigester(bool keep_pieces = false);

  void Update(absl::string_view data);

  // Of everything so far; the stream may go on.
  PayloadDigest Peek() const;

  std::int64_t length() const { return length_; }

  // PieceHash of every piece so far; only with `keep_pieces`.
  std::vector<crypto::Digest> Pieces() const;

 private:
  void AddLeaf(const crypto::Digest& leaf);

  std::int64_t length_ = 0;
  crypto::Sha256Stream whole_;
  crypto::Sha256Stream piece_;
  std::int64_t in_piece_ = 0;
  std::int64_t leaves_ = 0;
  bool keep_pieces_;
  std::vector<crypto::Digest> pieces_;
  std::vector<crypto::Digest> frontier_;  // Roots of the complete subtrees, largest first.
};

// The RFC 6962 leaf hash of one piece.
crypto::Digest PieceHash(absl::string_view piece);

}  // namespace comity::sealing
