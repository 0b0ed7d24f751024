#include "common/ledger_service/ledger_queries.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "common/crypto/digest.h"
#include "common/journal/entry.h"
#include "common/json/canonical.h"
#include "common/ledger/proof.h"
#include "common/ledger/tlog_proof.h"
#include "common/ledger_files/folder_tiles.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::ledger_service {
namespace {

constexpr std::int32_t kDefaultPageSize = 100;
constexpr std::int32_t kMaxPageSize = 1000;
// Under the 4 MiB that a gRPC client takes in one message by default.
constexpr std::size_t kMaxPageBytes = std::size_t{2} << 20;

absl::Status LeafNotCovered() {
  return MakeError(
      absl::StatusCode::kOutOfRange,
      "No published checkpoint of this size covers the leaf; ask again after a second, "
      "or for the latest checkpoint.",
      {.reason = "LEAF_NOT_COVERED", .retry_after = absl::Seconds(1)});
}

absl::Status SizeInvalid(absl::string_view field, absl::string_view what) {
  return InvalidField("TREE_SIZE_INVALID", field, what);
}

}  // namespace

absl::StatusOr<journal::PublishedCheckpoint> LedgerQueries::LatestCheckpoint(
    absl::string_view store_id) const {
  COMITY_ASSIGN_OR_RETURN(const journal::Log* const log, journal_->FindLog(store_id));
  if (log->closed) return *log->closed;
  return journal_->LatestCheckpoint();
}

absl::StatusOr<std::shared_ptr<const ledger::TileReader>> LedgerQueries::TilesOf(
    absl::string_view store_id) const {
  COMITY_ASSIGN_OR_RETURN(const journal::Log* const log, journal_->FindLog(store_id));
  if (!log->closed) return journal_->Tiles();
  return std::make_shared<const ledger_files::FolderTiles>(log->folder, log->closed->size);
}

absl::StatusOr<InclusionProof> LedgerQueries::ProveInclusion(std::int64_t leaf_index,
                                                             std::int64_t tree_size,
                                                             absl::string_view store_id) const {
  if (leaf_index < 0) {
    return InvalidField("LEAF_INDEX_INVALID", "leaf_index", "must not be negative");
  }
  if (tree_size < 0) return SizeInvalid("tree_size", "must not be negative");

  COMITY_ASSIGN_OR_RETURN(const auto tiles, TilesOf(store_id));
  auto checkpoint = LatestCheckpoint(store_id);
  if (absl::IsNotFound(checkpoint.status())) return LeafNotCovered();
  if (!checkpoint.ok()) return std::move(checkpoint).status();
  if (leaf_index >= (tree_size == 0 ? checkpoint->size : tree_size) ||
      tree_size > checkpoint->size) {
    return LeafNotCovered();
  }
  if (tree_size != 0 && tree_size != checkpoint->size) {
    COMITY_ASSIGN_OR_RETURN(const journal::Log* const log, journal_->FindLog(store_id));
    // Of a closed log only the last is kept.
    if (!log->closed) {
      COMITY_ASSIGN_OR_RETURN(*checkpoint, journal_->CheckpointCovering(tree_size - 1));
    }
    if (checkpoint->size != tree_size) {
      return MakeError(absl::StatusCode::kNotFound,
                       "No checkpoint was published at this tree size; ask for size 0, the latest.",
                       {.reason = "NO_CHECKPOINT"});
    }
  }

  COMITY_ASSIGN_OR_RETURN(const journal::Entry entry, journal_->ReadEntry(leaf_index, store_id));
  COMITY_ASSIGN_OR_RETURN(std::vector<ledger::Hash> hashes,
                          ledger::ProveInclusion(*tiles, leaf_index, checkpoint->size));
  InclusionProof proof{.leaf_index = leaf_index,
                       .commitment = entry.commitment,
                       .hashes = std::move(hashes),
                       .checkpoint = *std::move(checkpoint),
                       .tlog_proof = {}};
  proof.tlog_proof = ledger::FormatTlogProof({.extra = {},
                                              .index = leaf_index,
                                              .hashes = proof.hashes,
                                              .checkpoint = proof.checkpoint.note});
  return proof;
}

absl::StatusOr<ConsistencyProof> LedgerQueries::ProveConsistency(std::int64_t first_size,
                                                                 std::int64_t second_size,
                                                                 absl::string_view store_id) const {
  if (first_size < 1) return SizeInvalid("first_size", "must be at least 1");
  if (second_size < 0) return SizeInvalid("second_size", "must not be negative");
  COMITY_ASSIGN_OR_RETURN(const journal::PublishedCheckpoint latest, LatestCheckpoint(store_id));
  COMITY_ASSIGN_OR_RETURN(const auto tiles, TilesOf(store_id));
  if (second_size == 0) second_size = latest.size;
  if (first_size > second_size || second_size > latest.size) {
    return MakeError(absl::StatusCode::kOutOfRange,
                     "The first size must not be above the second, nor the second above that of "
                     "the latest checkpoint; ask for other sizes.",
                     {.reason = "SIZES_OUT_OF_RANGE"});
  }
  COMITY_ASSIGN_OR_RETURN(std::vector<ledger::Hash> hashes,
                          ledger::ProveConsistency(*tiles, first_size, second_size));
  return ConsistencyProof{
      .first_size = first_size, .second_size = second_size, .hashes = std::move(hashes)};
}

absl::StatusOr<ledger::Tile> LedgerQueries::ReadTile(ledger::TileId id,
                                                     absl::string_view store_id) const {
  COMITY_ASSIGN_OR_RETURN(const auto tiles, TilesOf(store_id));
  const auto latest = LatestCheckpoint(store_id);
  if (!latest.ok() && !absl::IsNotFound(latest.status())) return latest.status();
  const int width = latest.ok() ? ledger::TileWidthAt(id, latest->size) : 0;
  if (width == 0) {
    return MakeError(absl::StatusCode::kNotFound,
                     "There is no such tile under the latest checkpoint; ask for another.",
                     {.reason = "TILE_NOT_FOUND"});
  }
  COMITY_ASSIGN_OR_RETURN(std::vector<ledger::Hash> hashes, tiles->ReadTile(id));
  if (hashes.size() < static_cast<std::size_t>(width)) {
    return MakeError(absl::StatusCode::kDataLoss,
                     "A tile of the ledger is narrower than its tree; restore the store.",
                     {.reason = "LEDGER_INCONSISTENT"});
  }
  hashes.resize(static_cast<std::size_t>(width));
  return ledger::Tile{.id = id, .hashes = std::move(hashes)};
}

absl::StatusOr<EntriesPage> LedgerQueries::ListEntries(const Disclosure& disclosure,
                                                       std::int64_t first, std::int32_t page_size,
                                                       absl::string_view store_id) const {
  if (absl::StripAsciiWhitespace(disclosure.purpose).empty()) {
    return InvalidField("PURPOSE_REQUIRED", "purpose",
                        "must say why the entries are read; it is recorded with the reading");
  }
  if (disclosure.purpose.size() > kMaxPurposeSize) {
    return InvalidField("PURPOSE_INVALID", "purpose", "must have at most 1,000 bytes");
  }
  if (first < 0) {
    return InvalidField("LEAF_INDEX_INVALID", "first_leaf_index", "must not be negative");
  }
  if (page_size < 0) return InvalidField("PAGE_SIZE_INVALID", "page_size", "must not be negative");
  const std::int32_t wanted = page_size == 0 ? kDefaultPageSize : std::min(page_size, kMaxPageSize);

  COMITY_ASSIGN_OR_RETURN(const journal::Log* const log, journal_->FindLog(store_id));
  // The end as it is before this reading's own entry makes it longer.
  const std::int64_t end = log->closed ? log->closed->size : journal_->head().leaf_count;
  EntriesPage page;
  if (first < end) {
    const auto limit = static_cast<std::size_t>(std::min<std::int64_t>(wanted, end - first));
    COMITY_ASSIGN_OR_RETURN(page.entries, journal_->ReadEntriesOf(*log, first, limit));
  }
  std::size_t bytes = 0;
  std::size_t kept = 0;
  for (; kept < page.entries.size(); ++kept) {
    bytes += page.entries[kept].body.value_or("").size();
    if (kept > 0 && bytes > kMaxPageBytes) break;
  }
  page.entries.resize(kept);
  const auto count = static_cast<std::int64_t>(kept);
  // Of a closed log the last may have been lost.
  if (count > 0 && first + count < end) page.next_leaf_index = first + count;

  // EUDPR 88: who consulted what, when and why. Durable before anything is handed out.
  json::Json query = {{"first_leaf_index", first}, {"page_size", wanted}};
  json::Json detail = {{"first_leaf_index", first}, {"entries", count}};
  if (log->closed) query["store_id"] = detail["store_id"] = log->store_id;
  COMITY_RETURN_IF_ERROR(journal_
                             ->RecordLeaf([&](absl::Time commit_time) {
                               return journal::FormatEntry(
                                   {.time = commit_time,
                                    .kind = "DISCLOSURE",
                                    .caller = disclosure.caller,
                                    .method = disclosure.method,
                                    .request_id = disclosure.request_id,
                                    .outcome = "DONE",
                                    .purpose = disclosure.purpose,
                                    .count = count,
                                    .query_sha256 = crypto::Sha256(json::Canonical(query)),
                                    .via = disclosure.via,
                                    .detail = json::Canonical(detail)});
                             })
                             .status());
  return page;
}

}  // namespace comity::ledger_service
