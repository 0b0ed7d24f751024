#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/cosignature.h"
#include "common/ledger/hash.h"
#include "common/ledger/note.h"
#include "common/storage/files.h"

namespace comity::ledger_files {

// A witness (C2SP tlog-witness, without its HTTP): remembers the last checkpoint of each log that
// it cosigned, and cosigns only what goes on from it, so that a log cannot show two histories
// without the witness's help. Thread-compatible; one process a folder.
class Witness {
 public:
  // What it remembers is in `folder`, one file a log; made if it is not there. Losing it is losing
  // the memory: the next checkpoint of each log is then taken as the first. FAILED_PRECONDITION
  // `STORE_IN_USE`; errors of files.
  static absl::StatusOr<Witness> Open(const std::string& folder, ledger::CosignatureSigner signer);

  const ledger::CosignatureSigner& signer() const { return signer_; }

  // The last checkpoint of the log `origin` that was cosigned, whatever key the log signed it with;
  // nothing: there is none yet. DATA_LOSS `WITNESS_STATE_DAMAGED`: what is remembered is not a
  // checkpoint of this log that this witness cosigned.
  absl::StatusOr<std::optional<ledger::Checkpoint>> Seen(absl::string_view origin) const;

  // The signature line over the checkpoint in `note`, once it is remembered durably. `proof` leads
  // from the checkpoint seen to this one; empty for the first. `logs`: keys of the logs it
  // believes.
  //
  // INVALID_ARGUMENT with the reasons of ledger::OpenCheckpoint and ledger::VerifyUpdate: nothing
  // is signed. A note that the log signed and that does not go on from what was seen is kept beside
  // the memory as "<log>.refused". As large with another root, both together convict the log;
  // larger, it may also be the proof (the tiles) that was wrong. Errors of Seen and of files.
  absl::StatusOr<std::string> Cosign(absl::string_view note, absl::Span<const ledger::Hash> proof,
                                     absl::Span<const ledger::NoteVerifier> logs, absl::Time now);

 private:
  Witness(std::string folder, ledger::CosignatureSigner signer, storage::DirectoryLock lock)
      : folder_(std::move(folder)), signer_(std::move(signer)), lock_(std::move(lock)) {}

  std::string PathOf(absl::string_view origin, absl::string_view suffix) const;

  const std::string folder_;
  const ledger::CosignatureSigner signer_;
  storage::DirectoryLock lock_;
};

}  // namespace comity::ledger_files
