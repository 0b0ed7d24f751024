#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/journal/types.h"
#include "common/ledger/note.h"
#include "common/ledger/tile.h"
#include "common/ledger/tree.h"
#include "common/storage/connection.h"

namespace comity::journal {

// The tree of the first `size` entries, from the rows and the complete tiles.
absl::StatusOr<ledger::Tree> LoadTree(storage::Connection& sql, std::int64_t size,
                                      const ledger::TileReader& tiles);

// FAILED_PRECONDITION `LEDGER_BEHIND_CHECKPOINT`: the database was restored or tampered with,
// because `why`.
absl::Status LedgerBehind(absl::string_view why);
bool IsLedgerBehind(const absl::Status& status);

// Whether `tree`, with all its tiles in `tiles`, has the head (size, root) as a prefix; otherwise
// LedgerBehind, also if tiles are missing or broken. `what` names the head: "a published
// checkpoint". Other errors of `tiles`, such as a session that was lost, are returned as they are.
absl::Status CheckPrefix(std::int64_t size, const ledger::Hash& root, absl::string_view what,
                         const ledger::Tree& tree, const ledger::TileReader& tiles);

// Looks whether a complete tile, which is drawn at random of a ledger of `size` entries, is what
// the commitments of its entries make; otherwise LedgerBehind. Milliseconds: for every start, which
// reads tiles and not what is below them. Other errors are returned as they are.
absl::Status CheckSomeTile(storage::Connection& sql, std::int64_t size,
                           const ledger::TileReader& tiles);

// What is published of a tree.
struct Published {
  std::optional<PublishedCheckpoint> last;  // The last row.
  std::optional<PublishedCheckpoint> file;  // What the file says.
  absl::Status refusal;                     // Why nothing may be written, or OK.
};

// Compares the last row, the file `path` and what waits beside it with `tree`; the files must be
// signed by one of `keys`. Nobody else may write a checkpoint meanwhile: under the head's lock
// where the database is shared. An error if something could not be read, which refuses nothing for
// good.
absl::StatusOr<Published> CheckPublished(storage::Connection& sql, const std::string& path,
                                         absl::Span<const ledger::NoteVerifier> keys,
                                         const ledger::Tree& tree, const ledger::TileReader& tiles);

}  // namespace comity::journal
