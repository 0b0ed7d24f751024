#include "common/sealing/recipients.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/testing/status_matchers.h"

namespace comity::sealing {
namespace {

using ::comity::testing::FailsWith;
using ::comity::testing::IsOk;

std::vector<AddressedHeaders> Headers(int count) {
  std::vector<AddressedHeaders> headers;
  for (int i = 0; i < count; ++i) {
    headers.push_back({absl::StrCat("spiffe://georgia.example/partner/georgia/contact/c", i),
                       absl::StrCat("content header ", i), absl::StrCat("description ", i)});
  }
  return headers;
}

TEST(RecipientsTest, EveryRecipientVerifiesItsOwnHeaders) {
  for (const int count : {1, 2, 3, 4, 5, 100, 128}) {
    const std::vector<AddressedHeaders> headers = Headers(count);
    const auto tree = BuildRecipientsTree(headers);
    ASSERT_THAT(tree, IsOk());
    std::set<std::int64_t> places;
    for (std::size_t i = 0; i < headers.size(); ++i) {
      EXPECT_THAT(VerifyRecipient(headers[i], tree->proofs[i], tree->root, tree->size), IsOk());
      places.insert(tree->proofs[i].leaf_index);
    }
    EXPECT_EQ(places.size(), headers.size());
    EXPECT_LT(tree->size, 2 * count + (count == 1 ? 1 : 0));
  }
}

TEST(RecipientsTest, NothingElseVerifies) {
  const std::vector<AddressedHeaders> headers = Headers(3);
  const auto tree = BuildRecipientsTree(headers);
  ASSERT_THAT(tree, IsOk());
  const auto refused = [&](AddressedHeaders claimed, const RecipientProof& proof,
                           std::int64_t size) {
    EXPECT_THAT(VerifyRecipient(claimed, proof, tree->root, size),
                FailsWith(absl::StatusCode::kInvalidArgument, "RECIPIENTS_MISMATCH"));
  };
  const RecipientProof& good = tree->proofs[0];

  refused(headers[1], good, tree->size);
  AddressedHeaders other = headers[0];
  other.content_header += " ";
  refused(other, good, tree->size);
  other = headers[0];
  std::swap(other.content_header, other.description_header);
  refused(other, good, tree->size);
  RecipientProof proof = good;
  proof.salt[0] = static_cast<char>(proof.salt[0] ^ 1);
  refused(headers[0], proof, tree->size);
  proof = good;
  proof.salt.pop_back();
  refused(headers[0], proof, tree->size);
  proof = good;
  proof.leaf_index ^= 1;
  refused(headers[0], proof, tree->size);
  proof.leaf_index = -1;
  refused(headers[0], proof, tree->size);
  proof.leaf_index = 4;
  refused(headers[0], proof, tree->size);
  proof = good;
  proof.path.pop_back();
  refused(headers[0], proof, tree->size);
  proof = good;
  proof.path[1][5] ^= 1;
  refused(headers[0], proof, tree->size);
  for (const std::int64_t size : {0, -4, 2, 3, 8, 256}) refused(headers[0], good, size);
}

TEST(RecipientsTest, TellsNothingTwice) {
  const auto one = BuildRecipientsTree(Headers(3));
  const auto two = BuildRecipientsTree(Headers(3));

  EXPECT_NE(one->root, two->root);
  EXPECT_NE(one->proofs[0].salt, two->proofs[0].salt);
}

TEST(RecipientsTest, RefusesNoneTooManyAndTwice) {
  std::vector<AddressedHeaders> twice = Headers(2);
  twice[1].recipient = twice[0].recipient;
  for (const auto& headers : {Headers(0), Headers(129), twice}) {
    EXPECT_THAT(BuildRecipientsTree(headers),
                FailsWith(absl::StatusCode::kInvalidArgument, "RECIPIENTS_INVALID"));
  }
}

}  // namespace
}  // namespace comity::sealing
