#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/journal/types.h"
#include "common/ledger/tile.h"
#include "common/storage/connection.h"

// The journal's rows: what is written and read by SQL, and nothing else; additions.h has what a
// batch adds. All pass on storage errors.
namespace comity::journal::rows {

// `VALUES (?1, ?2), (?3, ?4)`: parameters for `rows` rows.
std::string ValuesText(int columns, std::size_t rows);

inline constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

// Changes in one mutation.
inline constexpr int kMaxOrdinal = (1 << 20) - 1;

// Where a version is: all of it but what it says.
struct Place {
  std::int64_t revision = 0;
  int ordinal = 0;
};
// The key of its row: revision * 2^20 + ordinal.
std::int64_t PositionOf(const Place& place);

absl::StatusOr<std::optional<Head>> ReadHead(storage::Connection& sql);
// In a write transaction of a shared database: nobody else writes until its end.
absl::StatusOr<std::optional<Head>> LockHead(storage::Connection& sql);
// Unless there is one.
absl::Status InsertHead(storage::Connection& sql, const Head& head);
absl::Status UpdateHead(storage::Connection& sql, const Head& head);

// A log that was closed at the checkpoint `note`, or, with an empty one, that succeeded such a log.
struct LogRow {
  std::int64_t number = 0;
  std::string store_id;
  std::string note;
  absl::Time close_time = absl::UnixEpoch();
};
// In the order of numbers.
absl::StatusOr<std::vector<LogRow>> ReadLogs(storage::Connection& sql);
// Or replaces the row of the number.
absl::Status PutLog(storage::Connection& sql, const LogRow& log);
// Puts the entries aside as those of log `number`, and forgets its tiles and checkpoints and that
// the database is a copy.
absl::Status CloseLog(storage::Connection& sql, std::int64_t number);
// All of `head`, the store's id too.
absl::Status ReplaceHead(storage::Connection& sql, const Head& head);

// That the database is a copy; and when it was made; nullopt: it is none.
absl::Status MarkCopy(storage::Connection& sql, absl::Time now);
absl::StatusOr<std::optional<absl::Time>> FindCopy(storage::Connection& sql);

// The id of a durable transaction, by its number; and that of one whose answer was lost. Only the
// last kBatchesKept are kept.
inline constexpr std::int64_t kBatchesKept = 4096;
absl::Status InsertBatch(storage::Connection& sql, std::int64_t batch, absl::string_view id);
absl::StatusOr<std::optional<std::string>> FindBatch(storage::Connection& sql, std::int64_t batch);

// What a revision was.
struct Mutation {
  std::int64_t revision = 0;
  absl::Time commit_time;
  std::string resource;
};

// A request_id that was answered, and with what.
struct Request {
  std::string caller;
  std::string method;
  std::string request_id;
  crypto::Digest digest;
  Mutation mutation;
};
// Those of `attempts` that were answered: their revisions.
absl::StatusOr<std::vector<std::int64_t>> FindAnswered(storage::Connection& sql,
                                                       const std::vector<const Attempt*>& attempts);
absl::StatusOr<std::optional<Request>> FindRequest(storage::Connection& sql, std::int64_t revision);
absl::Status EraseRequest(storage::Connection& sql, std::int64_t revision);
// The oldest request that is remembered: to be started, and read later.
absl::StatusOr<std::unique_ptr<storage::Statement>> AskForOldestRequest(storage::Connection& sql);
absl::StatusOr<std::optional<absl::Time>> TimeOfOldest(storage::Statement& asked);
// Erases those of the oldest `limit` that were committed at `end` at the latest.
absl::Status EraseOldRequests(storage::Connection& sql, absl::Time end, std::size_t limit);

absl::StatusOr<std::vector<Version>> ReadFeed(storage::Connection& sql, std::int64_t after_revision,
                                              std::size_t limit);
// As ReadFeed, by mutation and with its time.
absl::StatusOr<std::vector<CommittedMutation>> ReadMutations(storage::Connection& sql,
                                                             std::int64_t after_revision,
                                                             std::size_t limit);
// Those after `last`, at most `limit`, in order; a mutation may be cut off.
absl::StatusOr<std::vector<Version>> ReadVersions(storage::Connection& sql, const Place& last,
                                                  std::size_t limit);
absl::StatusOr<std::vector<Version>> ReadLatest(storage::Connection& sql, absl::string_view kind);
// The versions at `revision` of the first `limit` resources after (`kind`, `id`), in any order;
// those of erased ones too, without a body.
absl::StatusOr<std::vector<CommittedVersion>> ReadStateAt(storage::Connection& sql,
                                                          std::int64_t revision,
                                                          absl::string_view kind,
                                                          absl::string_view id, std::size_t limit);
absl::StatusOr<std::optional<Version>> FindVersionAt(storage::Connection& sql,
                                                     absl::string_view kind, absl::string_view id,
                                                     std::int64_t revision);

// An entry with salt and body still sealed.
struct SealedEntry {
  std::int64_t leaf_index = 0;
  std::int64_t revision = 0;
  absl::Time commit_time;
  crypto::Digest commitment;
  std::string sealed;
};
absl::StatusOr<std::vector<SealedEntry>> ReadEntries(storage::Connection& sql, std::int64_t first,
                                                     std::size_t limit);
// The same of a closed log.
absl::StatusOr<std::vector<SealedEntry>> ReadClosedEntries(storage::Connection& sql,
                                                           std::int64_t log, std::int64_t first,
                                                           std::size_t limit);
// The commitments of the leaves from `first` on, at most `limit`.
absl::StatusOr<std::vector<crypto::Digest>> ReadCommitments(storage::Connection& sql,
                                                            std::int64_t first,
                                                            std::int64_t limit = kAll);

// The encoded tile; nullopt: it is not complete.
absl::StatusOr<std::optional<std::string>> FindTile(storage::Connection& sql, ledger::TileId id);

absl::Status InsertCheckpoint(storage::Connection& sql, const PublishedCheckpoint& checkpoint);
// Those of more than `after` leaves, at most `limit`, in order.
absl::StatusOr<std::vector<PublishedCheckpoint>> ReadCheckpoints(storage::Connection& sql,
                                                                 std::int64_t after,
                                                                 std::size_t limit);
absl::StatusOr<std::optional<PublishedCheckpoint>> FindLastCheckpoint(storage::Connection& sql);
// The first one of more than `leaf_index` leaves.
absl::StatusOr<std::optional<PublishedCheckpoint>> FindCheckpointCovering(storage::Connection& sql,
                                                                          std::int64_t leaf_index);

}  // namespace comity::journal::rows
