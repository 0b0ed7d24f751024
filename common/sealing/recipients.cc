#include "common/sealing/recipients.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <numeric>
#include <set>

#include "common/crypto/random.h"
#include "common/ledger/hash.h"
#include "common/status/error.h"

namespace comity::sealing {
namespace {

constexpr std::size_t kSaltSize = 32;

absl::Status Mismatch(absl::string_view description) {
  return InvalidField("RECIPIENTS_MISMATCH", "headers", description);
}

// The data of a real leaf.
crypto::Digest LeafData(const AddressedHeaders& headers, absl::string_view salt) {
  const crypto::Digest content = crypto::Sha256(headers.content_header);
  const crypto::Digest description = crypto::Sha256(headers.description_header);
  return crypto::Sha256(
      {salt, headers.recipient, crypto::View(content), crypto::View(description)});
}

// A random permutation of 0 ... size - 1, without bias.
std::vector<std::size_t> RandomOrder(std::size_t size) {
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = size; i > 1; --i) {
    std::uint32_t number;
    const auto bound = static_cast<std::uint32_t>(i);
    // Draws above the largest multiple of `bound` would favour small numbers.
    const std::uint32_t limit = UINT32_MAX - UINT32_MAX % bound;
    do {
      const std::string bytes = crypto::RandomBytes(sizeof(number));
      std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(&number));
    } while (number >= limit);
    std::swap(order[i - 1], order[number % bound]);
  }
  return order;
}

}  // namespace

absl::StatusOr<RecipientsTree> BuildRecipientsTree(const std::vector<AddressedHeaders>& headers) {
  std::set<std::string> seen;
  for (const AddressedHeaders& one : headers) seen.insert(one.recipient);
  if (headers.empty() || headers.size() > kMostRecipients || seen.size() != headers.size()) {
    return InvalidField("RECIPIENTS_INVALID", "recipients", "must be 1 to 128, each named once");
  }
  const std::size_t size = std::bit_ceil(headers.size());
  const std::vector<std::size_t> order = RandomOrder(size);

  RecipientsTree tree;
  tree.size = static_cast<std::int64_t>(size);
  tree.proofs.resize(headers.size());
  std::vector<crypto::Digest> level(size);
  for (std::size_t i = 0; i < size; ++i) {
    crypto::Digest data;
    if (i < headers.size()) {
      tree.proofs[i].salt = crypto::RandomBytes(kSaltSize);
      tree.proofs[i].leaf_index = static_cast<std::int64_t>(order[i]);
      data = LeafData(headers[i], tree.proofs[i].salt);
    } else {
      data = crypto::ToDigest(crypto::RandomBytes(kSaltSize));
    }
    level[order[i]] = ledger::LeafHash(data);
  }

  for (int height = 0; level.size() > 1; ++height) {
    for (RecipientProof& proof : tree.proofs) {
      proof.path.push_back(level[static_cast<std::size_t>(proof.leaf_index >> height) ^ 1]);
    }
    std::vector<crypto::Digest> above(level.size() / 2);
    for (std::size_t i = 0; i < above.size(); ++i) {
      above[i] = ledger::NodeHash(level[2 * i], level[2 * i + 1]);
    }
    level = std::move(above);
  }
  tree.root = level.front();
  return tree;
}

absl::Status VerifyRecipient(const AddressedHeaders& headers, const RecipientProof& proof,
                             const crypto::Digest& root, std::int64_t size) {
  if (size < 1 || size > static_cast<std::int64_t>(kMostRecipients) ||
      !std::has_single_bit(static_cast<std::uint64_t>(size))) {
    return Mismatch("the tree of recipients has not the size of a power of two up to 128");
  }
  if (proof.salt.size() != kSaltSize) return Mismatch("the salt has not 32 bytes");
  if (proof.leaf_index < 0 || proof.leaf_index >= size) {
    return Mismatch("the leaf is outside the tree of recipients");
  }
  if (proof.path.size() !=
      static_cast<std::size_t>(std::countr_zero(static_cast<std::uint64_t>(size)))) {
    return Mismatch("the path has not the length the tree of recipients asks for");
  }
  crypto::Digest node = ledger::LeafHash(LeafData(headers, proof.salt));
  std::int64_t index = proof.leaf_index;
  for (const crypto::Digest& sibling : proof.path) {
    node = (index & 1) == 0 ? ledger::NodeHash(node, sibling) : ledger::NodeHash(sibling, node);
    index >>= 1;
  }
  if (node != root) {
    return Mismatch("recipient and headers are not those the manifest commits to");
  }
  return absl::OkStatus();
}

}  // namespace comity::sealing
