#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/ledger/cosignature.h"
#include "common/ledger/hash.h"
#include "common/ledger/note.h"

namespace comity::ledger {

// A head of a log: what a checkpoint says (C2SP tlog-checkpoint).
struct Checkpoint {
  std::string origin;     // The log, such as "comity.example/document-exchange/1".
  std::int64_t size = 0;  // Leaves.
  Hash root{};

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The text that is signed: origin, size, root, each on a line.
std::string FormatCheckpoint(const Checkpoint& checkpoint);

// Reverses FormatCheckpoint. INVALID_ARGUMENT `CHECKPOINT_MALFORMED` for anything else: sizes with
// leading zeros or beyond 2^63 - 1, further lines, a root that is not canonical base64 of 32 bytes,
// a tree without leaves with another root than EmptyRoot().
absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view text);

// The signed note of `checkpoint`. INVALID_ARGUMENT `CHECKPOINT_MALFORMED` unless its origin is the
// signer's name.
absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const NoteSigner& signer);

// What `message`, a signed note, says, if one of `logs` signed it that has its origin for a name,
// and if the witnesses that the policy asks for cosigned it. A log may sign with several keys, of
// which one need be among `logs`. INVALID_ARGUMENT with the reasons of ParseNote, VerifyNote,
// WitnessPolicy::Check and ParseCheckpoint, or `ORIGIN_MISMATCH`: only keys of other logs signed.
// Signatures of keys that neither `logs` nor `policy` names are ignored.
absl::StatusOr<Checkpoint> OpenCheckpoint(absl::string_view message,
                                          absl::Span<const NoteVerifier> logs,
                                          const WitnessPolicy& policy = {});

// Whether who saw `seen` may accept `next`, on this consistency proof (RFC 6962, 2.1.2).
// INVALID_ARGUMENT `ORIGIN_MISMATCH`; `CHECKPOINT_STALE`: `next` is smaller; `CHECKPOINT_FORKED`:
// as large, with another root; `PROOF_INVALID`.
absl::Status VerifyUpdate(const Checkpoint& seen, const Checkpoint& next,
                          absl::Span<const Hash> proof);

}  // namespace comity::ledger
