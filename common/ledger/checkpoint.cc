#include "common/ledger/checkpoint.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/crypto/encoding.h"
#include "common/ledger/decimal.h"
#include "common/ledger/proof.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::ledger {
namespace {

// Longer texts cannot be three such lines.
constexpr std::size_t kMaxCheckpointSize = 4096;

absl::Status Malformed(absl::string_view why) {
  return InvalidField("CHECKPOINT_MALFORMED", "checkpoint", why);
}

// Whether one of `keys` that is called `name` signed `note`, which VerifyNote accepts.
bool IsSignedBy(const Note& note, absl::Span<const NoteVerifier> keys, absl::string_view name) {
  const auto is_signers = [&](const NoteVerifier& key) {
    return key.name() == name &&
           std::any_of(note.signatures.begin(), note.signatures.end(), [&](const auto& signature) {
             return signature.name == name && signature.key_id == key.key_id();
           });
  };
  return std::any_of(keys.begin(), keys.end(), is_signers);
}

}  // namespace

std::string FormatCheckpoint(const Checkpoint& checkpoint) {
  return absl::StrCat(checkpoint.origin, "\n", checkpoint.size, "\n",
                      crypto::Base64(crypto::View(checkpoint.root)), "\n");
}

absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view text) {
  if (text.size() > kMaxCheckpointSize) return Malformed("is too long");
  if (!absl::ConsumeSuffix(&text, "\n")) return Malformed("does not end in a line feed");
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.size() != 3)
    return Malformed("must have the lines origin, size and root, and no other");
  if (!IsKeyName(lines[0])) return Malformed("its origin cannot be the name of a key");
  const auto size = ParseDecimal(lines[1]);
  if (!size) return Malformed("its size is not a decimal number without leading zeros");
  const auto root = crypto::FromBase64(lines[2]);
  if (!root.ok() || root->size() != sizeof(Hash)) {
    return Malformed("its root is not canonical base64 of 32 bytes");
  }
  Checkpoint checkpoint{
      .origin = std::string(lines[0]), .size = *size, .root = crypto::ToDigest(*root)};
  if (checkpoint.size == 0 && checkpoint.root != EmptyRoot()) {
    return Malformed("the tree without leaves has another root");
  }
  return checkpoint;
}

absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint, const NoteSigner& signer) {
  if (checkpoint.origin != signer.name() || checkpoint.size < 0) {
    return Malformed("its origin must be the name of the key that signs it, its size not negative");
  }
  return signer.Sign(FormatCheckpoint(checkpoint));
}

absl::StatusOr<Checkpoint> OpenCheckpoint(absl::string_view message,
                                          absl::Span<const NoteVerifier> logs,
                                          const WitnessPolicy& policy) {
  COMITY_ASSIGN_OR_RETURN(const Note note, ParseNote(message));
  COMITY_RETURN_IF_ERROR(VerifyNote(note, logs));
  COMITY_RETURN_IF_ERROR(policy.Check(note));
  COMITY_ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseCheckpoint(note.text));
  if (!IsSignedBy(note, logs, checkpoint.origin)) {
    return InvalidField("ORIGIN_MISMATCH", "checkpoint", "is of another log than its key's");
  }
  return checkpoint;
}

absl::Status VerifyUpdate(const Checkpoint& seen, const Checkpoint& next,
                          absl::Span<const Hash> proof) {
  if (next.origin != seen.origin) {
    return InvalidField("ORIGIN_MISMATCH", "checkpoint", "is of another log than the one seen");
  }
  if (next.size < seen.size) {
    return InvalidField("CHECKPOINT_STALE", "checkpoint", "is older than the one seen before");
  }
  if (next.size == seen.size && next.root != seen.root) {
    return InvalidField("CHECKPOINT_FORKED", "checkpoint",
                        "has as many entries as the one seen before and another root: the log "
                        "shows two histories; keep both checkpoints");
  }
  return VerifyConsistency(proof, seen.size, next.size, seen.root, next.root);
}

}  // namespace comity::ledger
