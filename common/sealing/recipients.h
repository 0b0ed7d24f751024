#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/digest.h"

namespace comity::sealing {

inline constexpr std::size_t kMostRecipients = 128;

// One recipient's two headers.
struct AddressedHeaders {
  std::string recipient;  // SPIFFE id.
  std::string content_header;
  std::string description_header;
};

// What one recipient gets to check that the document was addressed to it as the manifest says, and
// that these are its headers; it tells nothing of the others.
struct RecipientProof {
  std::string salt;  // 32 bytes.
  std::int64_t leaf_index = 0;
  std::vector<crypto::Digest> path;  // Siblings from leaf to root.
};

// The tree of recipients of one document.
struct RecipientsTree {
  crypto::Digest root;
  std::int64_t size = 0;               // Leaves, padding included: a power of two.
  std::vector<RecipientProof> proofs;  // In the order of the recipients given.
};

// Builds the tree with fresh salts, padding and order. INVALID_ARGUMENT `RECIPIENTS_INVALID` for
// none, more than kMostRecipients, or one named twice.
absl::StatusOr<RecipientsTree> BuildRecipientsTree(const std::vector<AddressedHeaders>& headers);

// Whether `headers` stand at `proof` in the tree of `size` leaves under `root`. INVALID_ARGUMENT
// `RECIPIENTS_MISMATCH` if not, or if the proof has not the form for that size.
absl::Status VerifyRecipient(const AddressedHeaders& headers, const RecipientProof& proof,
                             const crypto::Digest& root, std::int64_t size);

}  // namespace comity::sealing
