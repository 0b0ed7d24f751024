#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/hash.h"
#include "common/ledger/note.h"

namespace comity::ledger {

// Proof files longer than this are refused unread.
inline constexpr std::size_t kMaxTlogProofSize = kMaxNoteSize + std::size_t{16} * 1024;

// A proof file taken apart (C2SP tlog-proof, version 1): everything that shows offline that a leaf
// is in a log. Nothing in it is to be believed before VerifyTlogProof.
struct TlogProof {
  std::string extra;         // Opaque bytes that nothing authenticates; usually empty.
  std::int64_t index = 0;    // The leaf.
  std::vector<Hash> hashes;  // From the leaf's sibling up.
  std::string checkpoint;    // The signed note, byte for byte.
};

// The text of a ".tlog-proof" file.
std::string FormatTlogProof(const TlogProof& proof);

// Reverses FormatTlogProof. INVALID_ARGUMENT `TLOG_PROOF_MALFORMED` for anything that it would not
// have written; the note inside is taken as it is.
absl::StatusOr<TlogProof> ParseTlogProof(absl::string_view text);

// What a proof file shows.
struct ProvenLeaf {
  std::int64_t index = 0;
  Checkpoint checkpoint;
};

// Checks that `text` proves the leaf whose data is `commitment` to be in a log of `logs`: the
// form, the signature of the checkpoint, its origin and witnesses, and the path to its root.
// INVALID_ARGUMENT with the reasons of ParseTlogProof, OpenCheckpoint and VerifyInclusion.
absl::StatusOr<ProvenLeaf> VerifyTlogProof(absl::string_view text, const Hash& commitment,
                                           absl::Span<const NoteVerifier> logs,
                                           const WitnessPolicy& policy = {});

}  // namespace comity::ledger
