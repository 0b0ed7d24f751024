#include "common/ledger_files/witness.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/ledger/vkey.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::ledger_files {
namespace {

// The log's own signature lines, without which a checkpoint convicts nobody. Not those of unknown
// keys: a log could add wrong ones.
std::string LinesOf(const ledger::Note& note, absl::Span<const ledger::NoteVerifier> logs) {
  std::string lines;
  for (const ledger::NoteSignature& signature : note.signatures) {
    const auto signs = [&](const ledger::NoteVerifier& key) {
      return signature.name == key.name() && signature.key_id == key.key_id();
    };
    if (std::none_of(logs.begin(), logs.end(), signs)) continue;
    absl::StrAppend(
        &lines, ledger::SignatureLine({.name = signature.name, .key = {}, .id = signature.key_id},
                                      signature.signature));
  }
  return lines;
}

}  // namespace

absl::StatusOr<Witness> Witness::Open(const std::string& folder, ledger::CosignatureSigner signer) {
  COMITY_RETURN_IF_ERROR(storage::MakePrivateDirectory(folder));
  COMITY_ASSIGN_OR_RETURN(storage::DirectoryLock lock, storage::DirectoryLock::Acquire(folder));
  return Witness(folder, std::move(signer), std::move(lock));
}

std::string Witness::PathOf(absl::string_view origin, absl::string_view suffix) const {
  // Origins have slashes.
  return absl::StrCat(folder_, "/", crypto::Hex(crypto::View(crypto::Sha256(origin))), suffix);
}

absl::StatusOr<std::optional<ledger::Checkpoint>> Witness::Seen(absl::string_view origin) const {
  const std::string path = PathOf(origin, ".checkpoint");
  const auto file = storage::ReadFile(path, ledger::kMaxNoteSize);
  if (absl::IsNotFound(file.status())) return std::optional<ledger::Checkpoint>();
  COMITY_RETURN_IF_ERROR(file.status());
  const auto note = ledger::ParseNote(*file);
  COMITY_ASSIGN_OR_RETURN(const ledger::WitnessPolicy self,
                          ledger::WitnessPolicy::Create({signer_.verifier()}, 1));
  if (note.ok() && self.Check(*note).ok()) {
    auto seen = ledger::ParseCheckpoint(note->text);
    if (seen.ok() && seen->origin == origin) {
      return std::optional<ledger::Checkpoint>(*std::move(seen));
    }
  }
  return MakeError(absl::StatusCode::kDataLoss,
                   absl::StrCat("What the witness remembers of ", origin, " in ", path,
                                " is not what it cosigned with this key; bring the file back, or "
                                "begin with an empty folder, which forgets what it saw."),
                   {.reason = "WITNESS_STATE_DAMAGED"});
}

absl::StatusOr<std::string> Witness::Cosign(absl::string_view note,
                                            absl::Span<const ledger::Hash> proof,
                                            absl::Span<const ledger::NoteVerifier> logs,
                                            absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const ledger::Note parsed, ledger::ParseNote(note));
  COMITY_ASSIGN_OR_RETURN(const ledger::Checkpoint next, ledger::OpenCheckpoint(note, logs));
  COMITY_ASSIGN_OR_RETURN(const std::optional<ledger::Checkpoint> seen, Seen(next.origin));
  const ledger::Checkpoint nothing{.origin = next.origin, .size = 0, .root = ledger::EmptyRoot()};
  const absl::Status goes_on = ledger::VerifyUpdate(seen.value_or(nothing), next, proof);
  if (!goes_on.ok()) {
    // An older one alone is no lie: somebody was slow.
    if (ReasonOf(goes_on) != "CHECKPOINT_STALE") {
      COMITY_RETURN_IF_ERROR(storage::WriteFileAtomically(PathOf(next.origin, ".refused"), note));
    }
    return goes_on;
  }
  // Remembered first: a witness that signs and forgets would sign a fork.
  std::string line = signer_.Line(parsed.text, now);
  COMITY_RETURN_IF_ERROR(
      storage::WriteFileAtomically(PathOf(next.origin, ".checkpoint"),
                                   absl::StrCat(parsed.text, "\n", LinesOf(parsed, logs), line)));
  return line;
}

}  // namespace comity::ledger_files
