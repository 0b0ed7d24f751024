#include "common/journal/ledger_check.h"

#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/crypto/random.h"
#include "common/journal/publication.h"
#include "common/journal/rows.h"
#include "common/ledger/checkpoint.h"
#include "common/ledger/proof.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::journal {

absl::StatusOr<ledger::Tree> LoadTree(storage::Connection& sql, std::int64_t size,
                                      const ledger::TileReader& tiles) {
  COMITY_ASSIGN_OR_RETURN(const std::vector<crypto::Digest> tail,
                          rows::ReadCommitments(sql, size - size % ledger::kTileWidth));
  return ledger::Tree::Load(size, tail, tiles);
}

namespace {

constexpr absl::string_view kBehind = "LEDGER_BEHIND_CHECKPOINT";

// Missing or broken tiles convict like other ones. That they cannot be read now proves nothing.
bool Convicts(const absl::Status& unread) {
  return absl::IsNotFound(unread) || absl::IsDataLoss(unread);
}

}  // namespace

absl::Status LedgerBehind(absl::string_view why) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat(
          "The ledger takes no more entries because ", why,
          ": the database was restored from a backup or changed by other hands. Bring back "
          "the database that goes with the published checkpoint, or close this log and "
          "open its successor (comity admin ledger succeed). Reading goes on."),
      {.reason = std::string(kBehind)});
}

bool IsLedgerBehind(const absl::Status& status) { return ReasonOf(status) == kBehind; }

absl::Status CheckPrefix(std::int64_t size, const ledger::Hash& root, absl::string_view what,
                         const ledger::Tree& tree, const ledger::TileReader& tiles) {
  if (size > tree.size()) {
    return LedgerBehind(absl::StrCat("it has ", tree.size(), " entries and ", what, " has ", size));
  }
  const auto found = ledger::RootAt(tiles, size);
  if (!found.ok() && !Convicts(found.status())) return found.status();
  if (!found.ok() || *found != root) {
    return LedgerBehind(absl::StrCat("its first ", size, " entries are not those of ", what));
  }
  return absl::OkStatus();
}

absl::Status CheckSomeTile(storage::Connection& sql, std::int64_t size,
                           const ledger::TileReader& tiles) {
  const std::int64_t complete = size / ledger::kTileWidth;
  if (complete == 0) return absl::OkStatus();
  std::uint64_t drawn = 0;
  const std::string random = crypto::RandomBytes(sizeof drawn);
  std::memcpy(&drawn, random.data(), sizeof drawn);
  const auto index = static_cast<std::int64_t>(drawn % static_cast<std::uint64_t>(complete));
  const std::int64_t first = index * ledger::kTileWidth;
  const auto tile = tiles.ReadTile({.level = 0, .index = index});
  if (!tile.ok() && !Convicts(tile.status())) return tile.status();
  const auto below = rows::ReadCommitments(sql, first, ledger::kTileWidth);
  if (!below.ok() && !Convicts(below.status())) return below.status();
  ledger::Tree tree;
  // A tile has leaf hashes, entries have what these are made of.
  std::vector<ledger::Tile> made;
  if (below.ok()) {
    for (const crypto::Digest& commitment : *below) made = tree.Append(commitment);
  }
  if (tile.ok() && !made.empty() && made.front().hashes == *tile) return absl::OkStatus();
  return LedgerBehind(absl::StrCat("its entries ", first, " to ", first + ledger::kTileWidth - 1,
                                   " are not those of their tile"));
}

absl::StatusOr<Published> CheckPublished(storage::Connection& sql, const std::string& path,
                                         absl::Span<const ledger::NoteVerifier> keys,
                                         const ledger::Tree& tree,
                                         const ledger::TileReader& tiles) {
  constexpr absl::string_view kWhat = "a published checkpoint";
  Published published;
  COMITY_ASSIGN_OR_RETURN(published.last, rows::FindLastCheckpoint(sql));
  std::int64_t recorded = 0;
  if (published.last) {
    recorded = published.last->size;
    published.refusal = CheckPrefix(recorded, published.last->root, kWhat, tree, tiles);
  }
  // What waits for witnesses was shown to them.
  for (const std::string& file : {PendingFile(path), path}) {
    COMITY_ASSIGN_OR_RETURN(const auto note, ReadPublication(file));
    if (!note || !published.refusal.ok()) continue;
    const auto head = ledger::OpenCheckpoint(*note, keys);
    if (!head.ok()) {
      published.refusal = LedgerBehind(
          "the published checkpoint is not one of this log, signed with a key that it is "
          "configured with (after a change of keys: until the new one signed, the old one too)");
    } else if (head->size > recorded) {
      // The row is committed before the file is written: where the row is gone, more may be.
      published.refusal = LedgerBehind(absl::StrCat("the published checkpoint has ", head->size,
                                                    " entries and the database remembers only ",
                                                    recorded, " as published"));
    } else {
      published.refusal = CheckPrefix(head->size, head->root, kWhat, tree, tiles);
      if (file != path) continue;
      COMITY_ASSIGN_OR_RETURN(published.file, rows::FindCheckpointCovering(sql, head->size - 1));
      if (published.file) published.file->note = *note;
    }
  }
  // What could not be read is asked again; only a conviction stays.
  if (!published.refusal.ok() && !IsLedgerBehind(published.refusal)) return published.refusal;
  return published;
}

}  // namespace comity::journal
