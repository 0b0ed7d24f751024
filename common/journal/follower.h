#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/journal/participant.h"
#include "common/journal/types.h"
#include "common/ledger/note.h"
#include "common/ledger/tile.h"
#include "common/ledger/tree.h"
#include "common/storage/connection.h"

namespace comity::journal {

// Brings into memory what other processes committed to a shared database. Of the writer thread.
class Follower {
 public:
  // Nothing is owned. `keys` verify the file `publication`. The session that `sql` has now was
  // checked.
  Follower(storage::Connection* sql, const ledger::TileReader* stored_tiles,
           std::vector<ledger::NoteVerifier> keys, std::string publication)
      : sql_(sql),
        stored_tiles_(stored_tiles),
        keys_(std::move(keys)),
        publication_(std::move(publication)),
        checked_(sql->generation()) {}

  // Where the store stands now.
  struct News {
    Head head;
    ledger::Tree tree;
  };

  // In a transaction: reads what was committed since `known`, whose tree is `tree`, and gives it to
  // those of `participants` that do not have it, which then wait for Publish. `locked`: under the
  // head's lock. nullopt: there is nothing new.
  //
  // FAILED_PRECONDITION `LEDGER_BEHIND_CHECKPOINT`: this is not the store that was known, or an
  // older state of it: nothing may be written from here on. UNAVAILABLE `SESSION_NOT_CHECKED`: the
  // session is new, which can be checked under the lock only. On any failure the participants must
  // Discard.
  absl::StatusOr<std::optional<News>> Read(bool locked, const Head& known, const ledger::Tree& tree,
                                           const std::vector<Participant*>& participants);

 private:
  // After a session was lost the server may be another one: a standby that lacks what was
  // acknowledged, a backup.
  absl::Status CheckSession(const Head& latest, const Head& known, const ledger::Tree& tree);
  absl::Status Follow(const Head& latest, const std::vector<Participant*>& participants);

  storage::Connection* const sql_;
  const ledger::TileReader* const stored_tiles_;
  const std::vector<ledger::NoteVerifier> keys_;
  const std::string publication_;
  std::int64_t checked_;
};

}  // namespace comity::journal
