#pragma once

#include "absl/strings/string_view.h"
#include "common/crypto/digest.h"

namespace comity::ledger {

// A node of the tree: SHA-256.
using Hash = crypto::Digest;

// What the ledger commits to for an entry, and the 32 bytes that are its leaf's data:
// SHA-256(salt || body). Once salt and body are erased it says nothing about them, and every proof
// still verifies. `salt` must be 32 random bytes: a short or known one lets anybody try bodies.
Hash Commitment(absl::string_view salt, absl::string_view body);

// The hash of a leaf with this data (RFC 6962, 2.1): SHA-256(0x00 || data).
Hash LeafHash(absl::string_view data);
inline Hash LeafHash(const Hash& commitment) { return LeafHash(crypto::View(commitment)); }

// The hash of a node with these children (RFC 6962, 2.1): SHA-256(0x01 || left || right).
Hash NodeHash(const Hash& left, const Hash& right);

// The root of the tree without leaves: SHA-256 of nothing.
Hash EmptyRoot();

}  // namespace comity::ledger
