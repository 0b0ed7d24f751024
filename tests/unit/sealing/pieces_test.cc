#include "common/sealing/pieces.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/crypto/random.h"
#include "common/ledger/hash.h"

namespace comity::sealing {
namespace {

// RFC 6962, 2.1, word for word.
crypto::Digest Root(const std::vector<std::string>& leaves) {
  if (leaves.empty()) return ledger::EmptyRoot();
  if (leaves.size() == 1) return ledger::LeafHash(leaves.front());
  std::size_t split = 1;
  while (2 * split < leaves.size()) split *= 2;
  const auto middle = leaves.begin() + static_cast<std::ptrdiff_t>(split);
  return ledger::NodeHash(Root({leaves.begin(), middle}), Root({middle, leaves.end()}));
}

TEST(PayloadDigesterTest, ReckonsTheRootOfItsPieces) {
  constexpr auto kPiece = static_cast<std::size_t>(kPieceSize);
  const std::string payload = crypto::RandomBytes(7 * kPiece + 12'345);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kPiece - 1, kPiece, kPiece + 1,
                                 3 * kPiece, 4 * kPiece, 6 * kPiece + 1, payload.size()}) {
    const absl::string_view data(payload.data(), size);
    std::vector<std::string> pieces;
    for (std::size_t i = 0; i < size; i += kPiece) pieces.emplace_back(data.substr(i, kPiece));

    PayloadDigester digester;
    for (std::size_t i = 0; i < size; i += 300'007) digester.Update(data.substr(i, 300'007));

    EXPECT_EQ(digester.Peek().length, static_cast<std::int64_t>(size));
    EXPECT_EQ(digester.Peek().sha256, crypto::Sha256(data));
    EXPECT_EQ(digester.Peek().pieces_root, Root(pieces)) << size;
  }
}

TEST(PayloadDigesterTest, GoesOnAfterALook) {
  PayloadDigester looked_at;
  PayloadDigester other;
  for (const char* part : {"one", "two"}) {
    looked_at.Update(part);
    looked_at.Peek();
    other.Update(part);
  }

  EXPECT_EQ(looked_at.Peek(), other.Peek());
}

}  // namespace
}  // namespace comity::sealing
