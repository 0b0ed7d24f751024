#pragma once

#include "absl/status/statusor.h"
#include "common/journal/journal.h"
#include "common/journal/types.h"

namespace comity::journal {

// What Succeed did.
struct Succession {
  Log closed;
  Log opened;
};

// Closes the ledger of a store as it was published and opens the next log of the service, with a
// new store id: the way out for a store that was restored or is behind its published checkpoint
// (Journal::Writable). No service may run on it.
//
// - What was published stays as it is, where it is, and is verified down to the leaves. If the
//   database has that and more, a last checkpoint over the rest is published first; what the
//   database lacks is lost and never made again.
// - The first entry of the next log (kind SUCCESSION) holds the closed log's checkpoint.
// - Entries of the closed log stay readable, and provable by what was published (Journal::FindLog).
// - Revisions go on from where the database is: their store id is new.
// - The next log has the number after the highest one that was ever begun in the publication
//   directory, also by databases that are no more.
//
// `although_intact`: also if nothing says that the store was restored, as after the restore of a
// PostgreSQL database that lost nothing.
//
// FAILED_PRECONDITION `STORE_IN_USE`, `LEDGER_INTACT`, `STORE_EMPTY`; UNAVAILABLE
// `WITNESSES_MISSING`: the last checkpoint waits for them, repeat; INVALID_ARGUMENT: what was
// published is not complete or not of this key; errors of Journal::Open. After an error, the store
// is as it was, or (`COMMIT_IN_DOUBT`) succeeded: look with CheckStore.
absl::StatusOr<Succession> Succeed(const Options& options, bool although_intact);

}  // namespace comity::journal
