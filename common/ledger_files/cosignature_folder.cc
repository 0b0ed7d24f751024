#include "common/ledger_files/cosignature_folder.h"

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/ledger/note.h"
#include "common/ledger/vkey.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::ledger_files {
namespace {

constexpr std::size_t kLargestLine = 4096;

// Whether `line` is one signature line, and that of `witness` over the checkpoint `note`.
bool IsCosignature(const std::string& note, const std::string& line,
                   const ledger::CosignatureVerifier& witness) {
  const auto bare = ledger::ParseNote(note);
  const auto cosigned = ledger::ParseNote(note + line);
  if (!bare.ok() || !cosigned.ok()) return false;
  if (cosigned->signatures.size() != bare->signatures.size() + 1) return false;
  const ledger::NoteSignature& last = cosigned->signatures.back();
  return last.name == witness.name() && last.key_id == witness.key_id() &&
         witness.Verify(cosigned->text, last.signature).has_value();
}

}  // namespace

std::string CosignatureFolder::FileOf(const std::string& folder,
                                      const ledger::CosignatureVerifier& witness) {
  return absl::StrCat(folder, "/", crypto::Hex(ledger::EncodeKeyId(witness.key_id())));
}

bool CosignatureFolder::IsComplete(absl::string_view note) const {
  const auto parsed = ledger::ParseNote(note);
  return parsed.ok() && policy_.Check(*parsed).ok();
}

absl::StatusOr<std::string> CosignatureFolder::Collect(const std::string& note) const {
  std::string cosigned = note;
  int count = 0;
  for (const ledger::CosignatureVerifier& witness : policy_.witnesses()) {
    // Not there yet, or over an earlier checkpoint.
    const auto line = storage::ReadFile(FileOf(folder_, witness), kLargestLine);
    if (!line.ok() || !IsCosignature(note, *line, witness)) continue;
    cosigned += *line;
    ++count;
  }
  if (count >= policy_.quorum()) return cosigned;
  return MakeError(
      absl::StatusCode::kUnavailable,
      absl::StrCat("The checkpoint is not published yet: ", count, " of the ", policy_.quorum(),
                   " witnesses that must cosign it have; look after the others."),
      {.reason = "WITNESSES_MISSING"});
}

}  // namespace comity::ledger_files
