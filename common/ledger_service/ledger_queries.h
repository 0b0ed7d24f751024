#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/journal/journal.h"
#include "common/journal/types.h"
#include "common/ledger/hash.h"
#include "common/ledger/tile.h"

namespace comity::ledger_service {

// A leaf and what shows that it is in the ledger.
struct InclusionProof {
  std::int64_t leaf_index = 0;
  ledger::Hash commitment{};
  std::vector<ledger::Hash> hashes;
  journal::PublishedCheckpoint checkpoint;
  std::string tlog_proof;  // The same as one file.
};

struct ConsistencyProof {
  std::int64_t first_size = 0;
  std::int64_t second_size = 0;
  std::vector<ledger::Hash> hashes;
};

// Who reads entries and why: what the disclosure's own entry says.
struct Disclosure {
  std::string caller;  // SPIFFE id.
  std::string via;     // SPIFFE id of who calls for him; mostly empty.
  std::string method;  // gRPC path without the leading slash.
  std::string request_id;
  std::string purpose;
};

struct EntriesPage {
  std::vector<journal::Entry> entries;
  std::int64_t next_leaf_index = 0;  // 0: these were the last.
};

// Longest purpose of a disclosure, in bytes.
inline constexpr std::size_t kMaxPurposeSize = 1000;

// Answers questions about the ledger of a journal, up to its latest published checkpoint: what was
// appended since proves nothing to anybody yet; and about the logs that it closed. `store_id` names
// the log by the store that kept it (NOT_FOUND `LOG_NOT_FOUND`); "": the current one. Thread-safe;
// every method but LatestCheckpoint reads the store and may block for it.
class LedgerQueries {
 public:
  // `journal` is not owned and must outlive this object.
  explicit LedgerQueries(journal::Journal* journal) : journal_(journal) {}

  // NOT_FOUND `NO_CHECKPOINT`: the ledger is empty.
  absl::StatusOr<journal::PublishedCheckpoint> LatestCheckpoint(
      absl::string_view store_id = "") const;

  // `tree_size` 0 is the latest checkpoint's. INVALID_ARGUMENT `LEAF_INDEX_INVALID`,
  // `TREE_SIZE_INVALID`; OUT_OF_RANGE `LEAF_NOT_COVERED`: no checkpoint (or not that one) covers
  // the leaf; NOT_FOUND `NO_CHECKPOINT`: none was published at `tree_size`.
  absl::StatusOr<InclusionProof> ProveInclusion(std::int64_t leaf_index, std::int64_t tree_size,
                                                absl::string_view store_id = "") const;

  // `second_size` 0 is the latest checkpoint's. INVALID_ARGUMENT `TREE_SIZE_INVALID`; OUT_OF_RANGE
  // `SIZES_OUT_OF_RANGE`: unless first_size <= second_size <= the latest checkpoint's.
  absl::StatusOr<ConsistencyProof> ProveConsistency(std::int64_t first_size,
                                                    std::int64_t second_size,
                                                    absl::string_view store_id = "") const;

  // The tile as of the latest checkpoint. NOT_FOUND `TILE_NOT_FOUND`.
  absl::StatusOr<ledger::Tile> ReadTile(ledger::TileId id, absl::string_view store_id = "") const;

  // Entries from `first` with salts and bodies, at most `page_size` (0: 100; over 1,000 is lowered)
  // and about 2 MiB. A DISCLOSURE entry is durable before this returns; if it cannot be written,
  // its error is the answer. INVALID_ARGUMENT `PURPOSE_REQUIRED`, `PURPOSE_INVALID`,
  // `LEAF_INDEX_INVALID`, `PAGE_SIZE_INVALID`.
  absl::StatusOr<EntriesPage> ListEntries(const Disclosure& disclosure, std::int64_t first,
                                          std::int32_t page_size,
                                          absl::string_view store_id = "") const;

 private:
  absl::StatusOr<std::shared_ptr<const ledger::TileReader>> TilesOf(
      absl::string_view store_id) const;

  journal::Journal* const journal_;
};

}  // namespace comity::ledger_service
