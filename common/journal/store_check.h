#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/journal/rows_check.h"
#include "common/journal/types.h"
#include "common/ledger/note.h"

namespace comity::journal {

// A store, and what of its surroundings is at hand to compare it with.
struct StoreToCheck {
  // The embedded store's directory, or the address of a PostgreSQL database; see Options.
  std::string directory;
  std::string database;
  // Where the expiry keys are; "": sealed salts and bodies are not opened.
  std::string expiry_keys;
  // The publication directory; "": what was published is not compared.
  std::string publication;
  // Who signs its checkpoints, or did, all named as one log of this store; empty: signatures are
  // not verified. Needed for `publication`.
  std::vector<ledger::NoteVerifier> keys;
  // Of the services that have tables of their own; each looks whether the store is its. Not owned.
  std::vector<const RowsCheck*> rows;
};

// Something that is not as it was written.
struct Finding {
  std::string where;  // "entry 17", "tile 0/3", "revision 5"; a table, if it is not known closer.
  std::string what;   // A sentence. Carries no content.
};

struct StoreReport {
  // Beyond these, findings are only counted.
  static constexpr std::size_t kMostListed = 100;

  Head head;
  crypto::Digest root{};  // Of the tree that the commitments make; zeros if entries are missing.
  std::optional<absl::Time> copied;  // When it was made, if it is a copy (BackUp).
  std::int64_t versions = 0;
  std::int64_t checkpoints = 0;
  std::int64_t unverified = 0;  // Earlier checkpoints, signed with none of the keys at hand.
  std::int64_t opened = 0;      // Entries whose salt and body are as committed.
  std::int64_t pruned = 0;      // Entries whose key was destroyed.
  std::int64_t unopened = 0;    // Entries that no key was at hand for.
  std::int64_t vouched = 0;     // Mutations whose versions are those that their entry commits to.
  std::int64_t unhashed = 0;    // Mutations whose entry commits to none: written by older binaries.
  // Revisions whose versions no opened entry commits to: `unhashed` ones, those of entries that
  // were pruned or not opened, and those without an entry of kind MUTATION.
  std::int64_t unvouched = 0;
  // Rows of the service's own tables that are what versions and entries say, and those of which
  // nothing that can be read says anything (RowsReport).
  std::int64_t rows = 0;
  std::int64_t rows_uncompared = 0;
  // Of the logs that were closed: entries under their checkpoints that the database does not have.
  std::vector<Log>
      logs;  // As Journal::logs; without origins and keys if StoreToCheck has no `keys`.
  std::int64_t lost = 0;
  std::int64_t published = 0;  // Entries under the published checkpoint; 0: not compared, or none.
  std::vector<Finding> findings;
  std::int64_t found = 0;  // Findings, listed or not.

  bool ok() const { return found == 0; }
};

// Reads one committed state of a store, all of it, also beside the service that writes it, and
// compares: the database's own structure (SQLite), revisions and leaf indices without gaps, the
// feed with the revisions, each entry with its commitment, the versions with what the entries say,
// the service's own rows with both (StoreToCheck::rows), tiles and checkpoints with the tree made
// anew from the commitments, closed logs with the checkpoints they were closed at, and the
// published checkpoint with all that. Changes nothing.
//
// What is wrong with the store is a finding; an error means that it could not be looked at:
// NOT_FOUND `STORE_MISSING`, `KEYS_MISSING`; FAILED_PRECONDITION `DATABASE_NEWER`; errors of
// storage and files.
absl::StatusOr<StoreReport> CheckStore(const StoreToCheck& store);

}  // namespace comity::journal
