#include "common/sealing/pieces.h"

#include <algorithm>
#include <bit>
#include <cstddef>

#include "common/ledger/hash.h"

namespace comity::sealing {
namespace {

// Domain separation of a leaf (RFC 6962, 2.1); the piece streams by, so LeafHash cannot be used.
constexpr absl::string_view kLeafPrefix("\0", 1);

}  // namespace

PayloadDigester::PayloadDigester(bool keep_pieces) : keep_pieces_(keep_pieces) {
  piece_.Update(kLeafPrefix);
}

void PayloadDigester::AddLeaf(const crypto::Digest& leaf) {
  if (keep_pieces_) pieces_.push_back(leaf);
  crypto::Digest node = leaf;
  // Each trailing one bit of the old count is a complete subtree that the new leaf completes.
  for (int i = std::countr_one(static_cast<std::uint64_t>(leaves_)); i > 0; --i) {
    node = ledger::NodeHash(frontier_.back(), node);
    frontier_.pop_back();
  }
  frontier_.push_back(node);
  ++leaves_;
}

void PayloadDigester::Update(absl::string_view data) {
  whole_.Update(data);
  length_ += static_cast<std::int64_t>(data.size());
  while (!data.empty()) {
    const auto room = static_cast<std::size_t>(kPieceSize - in_piece_);
    const absl::string_view part = data.substr(0, room);
    piece_.Update(part);
    in_piece_ += static_cast<std::int64_t>(part.size());
    data.remove_prefix(part.size());
    if (in_piece_ == kPieceSize) {
      AddLeaf(piece_.Peek());
      piece_ = crypto::Sha256Stream();
      piece_.Update(kLeafPrefix);
      in_piece_ = 0;
    }
  }
}

PayloadDigest PayloadDigester::Peek() const {
  std::vector<crypto::Digest> nodes = frontier_;
  if (in_piece_ > 0) nodes.push_back(piece_.Peek());
  crypto::Digest root = ledger::EmptyRoot();
  if (!nodes.empty()) {
    root = nodes.back();
    for (auto node = std::next(nodes.rbegin()); node != nodes.rend(); ++node) {
      root = ledger::NodeHash(*node, root);
    }
  }
  return {.length = length_, .sha256 = whole_.Peek(), .pieces_root = root};
}

std::vector<crypto::Digest> PayloadDigester::Pieces() const {
  std::vector<crypto::Digest> pieces = pieces_;
  if (keep_pieces_ && in_piece_ > 0) pieces.push_back(piece_.Peek());
  return pieces;
}

crypto::Digest PieceHash(absl::string_view piece) { return ledger::LeafHash(piece); }

}  // namespace comity::sealing
