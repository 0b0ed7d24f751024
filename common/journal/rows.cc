#include "common/journal/rows.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "absl/numeric/bits.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::journal::rows {
namespace {

using storage::Connection;
using storage::Statement;

constexpr int kOrdinalBits = 20;

std::int64_t FirstPosition(std::int64_t revision) {
  // Revisions from outside may be anything; none that exists comes near the limits.
  return std::clamp<std::int64_t>(revision, 0, std::int64_t{1} << 42) << kOrdinalBits;
}

std::int64_t Next(std::int64_t revision) {
  return revision == std::numeric_limits<std::int64_t>::max() ? revision : revision + 1;
}

absl::StatusOr<crypto::Digest> DigestOf(absl::string_view bytes) {
  if (bytes.size() == crypto::Digest().size()) return crypto::ToDigest(bytes);
  return MakeError(absl::StatusCode::kDataLoss,
                   "The database holds a digest of a wrong length; stop the service, keep the file "
                   "for examination and restore the last backup.",
                   {.reason = "DATABASE_CORRUPT"});
}

Version VersionOf(const Statement& row) {
  Version version{.revision = row.Int64(0) >> kOrdinalBits,
                  .ordinal = static_cast<int>(row.Int64(0) & kMaxOrdinal),
                  .kind = std::string(row.Text(1)),
                  .id = std::string(row.Text(2))};
  if (!row.IsNull(3)) version.body = std::string(row.Blob(3));
  return version;
}

// In column 4, behind the version.
absl::StatusOr<absl::Time> TimeOfVersion(const Statement& row) {
  if (!row.IsNull(4)) return absl::FromUnixMicros(row.Int64(4));
  return MakeError(absl::StatusCode::kDataLoss,
                   "The database has changes of a revision and not its time; stop the service, "
                   "keep the file for examination and restore the last backup.",
                   {.reason = "DATABASE_CORRUPT"});
}

// The versions from position ?1 on, ?2 more than one of them at least, to the end of a revision:
// half a mutation is a state that never was.
constexpr absl::string_view kFeedRange =
    "v.position >= ?1 AND v.position < COALESCE("
    "(SELECT ((p.position >> 20) + 1) << 20 FROM journal_versions p WHERE p.position >= ?1 "
    "ORDER BY p.position LIMIT 1 OFFSET ?2), 9223372036854775807)";

void BindFeedRange(Statement& select, std::int64_t after_revision, std::size_t limit) {
  constexpr std::size_t kMost = std::size_t{1} << 40;
  select.BindInt64(1, FirstPosition(Next(after_revision)))
      .BindInt64(2, static_cast<std::int64_t>(std::clamp<std::size_t>(limit, 1, kMost)) - 1);
}

absl::StatusOr<std::vector<Version>> AllVersions(Statement& select) {
  std::vector<Version> versions;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return versions;
    versions.push_back(VersionOf(select));
  }
}

absl::StatusOr<std::optional<PublishedCheckpoint>> CheckpointOf(Statement& select) {
  COMITY_ASSIGN_OR_RETURN(const bool row, select.Step());
  if (!row) return std::optional<PublishedCheckpoint>();
  COMITY_ASSIGN_OR_RETURN(const crypto::Digest root, DigestOf(select.Blob(1)));
  return std::optional<PublishedCheckpoint>(
      PublishedCheckpoint{.size = select.Int64(0),
                          .root = root,
                          .note = std::string(select.Text(2)),
                          .publish_time = absl::FromUnixMicros(select.Int64(3))});
}

absl::StatusOr<std::vector<SealedEntry>> EntriesOf(Statement& select) {
  std::vector<SealedEntry> entries;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return entries;
    COMITY_ASSIGN_OR_RETURN(const crypto::Digest commitment, DigestOf(select.Blob(3)));
    entries.push_back({.leaf_index = select.Int64(0),
                       .revision = select.Int64(1),
                       .commit_time = absl::FromUnixMicros(select.Int64(2)),
                       .commitment = commitment,
                       .sealed = std::string(select.Blob(4))});
  }
}

absl::StatusOr<std::optional<Head>> HeadOf(Statement& select) {
  COMITY_ASSIGN_OR_RETURN(const bool row, select.Step());
  if (!row) return std::optional<Head>();
  return std::optional<Head>(Head{.store_id = std::string(select.Text(0)),
                                  .revision = select.Int64(1),
                                  .leaf_count = select.Int64(2),
                                  .commit_time = absl::FromUnixMicros(select.Int64(3)),
                                  .batch = select.Int64(4)});
}

}  // namespace

std::string ValuesText(int columns, std::size_t rows) {
  std::string text = "VALUES ";
  int parameter = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      absl::StrAppend(&text, column > 0 ? ", ?" : row > 0 ? "), (?" : "(?", ++parameter);
    }
  }
  text.push_back(')');
  return text;
}

std::int64_t PositionOf(const Place& place) {
  return FirstPosition(place.revision) + place.ordinal;
}

absl::StatusOr<std::optional<Head>> ReadHead(Connection& sql) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare("SELECT store_id, revision, leaf_count, commit_micros, batch FROM journal_head"));
  return HeadOf(*select);
}

absl::StatusOr<std::optional<Head>> LockHead(Connection& sql) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare("SELECT store_id, revision, leaf_count, commit_micros, batch FROM journal_head "
                  "FOR UPDATE"));
  return HeadOf(*select);
}

absl::Status InsertHead(Connection& sql, const Head& head) {
  COMITY_ASSIGN_OR_RETURN(const auto insert,
                          sql.Prepare("INSERT INTO journal_head VALUES (1, ?1, ?2, ?3, ?4, 0) "
                                      "ON CONFLICT (id) DO NOTHING"));
  return insert->BindText(1, head.store_id)
      .BindInt64(2, head.revision)
      .BindInt64(3, head.leaf_count)
      .BindInt64(4, absl::ToUnixMicros(head.commit_time))
      .Run();
}

absl::Status UpdateHead(Connection& sql, const Head& head) {
  COMITY_ASSIGN_OR_RETURN(const auto update,
                          sql.Prepare("UPDATE journal_head SET revision = ?1, leaf_count = ?2, "
                                      "commit_micros = ?3, batch = ?4 WHERE id = 1"));
  return update->BindInt64(1, head.revision)
      .BindInt64(2, head.leaf_count)
      .BindInt64(3, absl::ToUnixMicros(head.commit_time))
      .BindInt64(4, head.batch)
      .RunLater();
}

absl::StatusOr<std::vector<LogRow>> ReadLogs(Connection& sql) {
  COMITY_ASSIGN_OR_RETURN(const auto select,
                          sql.Prepare("SELECT number, store_id, note, close_micros "
                                      "FROM journal_logs ORDER BY number"));
  std::vector<LogRow> logs;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool row, select->Step());
    if (!row) return logs;
    logs.push_back({.number = select->Int64(0),
                    .store_id = std::string(select->Text(1)),
                    .note = std::string(select->Text(2)),
                    .close_time = absl::FromUnixMicros(select->Int64(3))});
  }
}

absl::Status PutLog(Connection& sql, const LogRow& log) {
  COMITY_ASSIGN_OR_RETURN(
      const auto insert,
      sql.Prepare("INSERT INTO journal_logs VALUES (?1, ?2, ?3, ?4) ON CONFLICT (number) DO UPDATE "
                  "SET note = excluded.note, close_micros = excluded.close_micros"));
  return insert->BindInt64(1, log.number)
      .BindText(2, log.store_id)
      .BindText(3, log.note)
      .BindInt64(4, absl::ToUnixMicros(log.close_time))
      .Run();
}

absl::Status CloseLog(Connection& sql, std::int64_t number) {
  COMITY_ASSIGN_OR_RETURN(
      const auto move,
      sql.Prepare("INSERT INTO journal_closed_entries SELECT CAST(?1 AS INTEGER), leaf_index, "
                  "revision, commit_micros, commitment, sealed FROM journal_entries"));
  COMITY_RETURN_IF_ERROR(move->BindInt64(1, number).Run());
  return sql.Execute(
      "DELETE FROM journal_entries; DELETE FROM journal_tiles; DELETE FROM journal_checkpoints; "
      "DELETE FROM journal_copy");
}

absl::Status ReplaceHead(Connection& sql, const Head& head) {
  COMITY_RETURN_IF_ERROR(UpdateHead(sql, head));
  COMITY_ASSIGN_OR_RETURN(const auto update,
                          sql.Prepare("UPDATE journal_head SET store_id = ?1 WHERE id = 1"));
  return update->BindText(1, head.store_id).Run();
}

absl::Status MarkCopy(Connection& sql, absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(
      const auto insert,
      sql.Prepare("INSERT INTO journal_copy VALUES (1, ?1) "
                  "ON CONFLICT (id) DO UPDATE SET copy_micros = excluded.copy_micros"));
  return insert->BindInt64(1, absl::ToUnixMicros(now)).Run();
}

absl::StatusOr<std::optional<absl::Time>> FindCopy(Connection& sql) {
  COMITY_ASSIGN_OR_RETURN(const auto select, sql.Prepare("SELECT copy_micros FROM journal_copy"));
  COMITY_ASSIGN_OR_RETURN(const bool row, select->Step());
  if (!row) return std::optional<absl::Time>();
  return std::optional<absl::Time>(absl::FromUnixMicros(select->Int64(0)));
}

absl::Status InsertBatch(Connection& sql, std::int64_t batch, absl::string_view id) {
  COMITY_ASSIGN_OR_RETURN(const auto insert,
                          sql.Prepare("INSERT INTO journal_batches VALUES (?1, ?2)"));
  COMITY_RETURN_IF_ERROR(insert->BindInt64(1, batch).BindText(2, id).RunLater());
  COMITY_ASSIGN_OR_RETURN(const auto erase,
                          sql.Prepare("DELETE FROM journal_batches WHERE batch = ?1"));
  return erase->BindInt64(1, batch - kBatchesKept).RunLater();
}

absl::StatusOr<std::optional<std::string>> FindBatch(Connection& sql, std::int64_t batch) {
  COMITY_ASSIGN_OR_RETURN(const auto select,
                          sql.Prepare("SELECT id FROM journal_batches WHERE batch = ?1"));
  COMITY_ASSIGN_OR_RETURN(const bool row, select->BindInt64(1, batch).Step());
  if (!row) return std::optional<std::string>();
  return std::optional<std::string>(std::string(select->Text(0)));
}

absl::StatusOr<std::vector<std::int64_t>> FindAnswered(
    Connection& sql, const std::vector<const Attempt*>& attempts) {
  // A query for each within one statement, so that every one takes its index however large the
  // table became since the statement was planned. Repetitions fill it up, so that few texts are
  // compiled.
  const std::size_t count = absl::bit_ceil(attempts.size());
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare(absl::StrCat(
          "SELECT answered.revision FROM (SELECT (SELECT r.revision FROM journal_requests r WHERE "
          "r.request_id = asked.column1 AND r.caller = asked.column2 AND r.method = asked.column3) "
          "AS revision FROM (",
          ValuesText(3, count), ") asked) answered WHERE answered.revision IS NOT NULL")));
  for (std::size_t i = 0; i < count; ++i) {
    const Attempt& attempt = *attempts[std::min(i, attempts.size() - 1)];
    const int at = 1 + 3 * static_cast<int>(i);
    select->BindText(at, attempt.request_id)
        .BindText(at + 1, attempt.caller)
        .BindText(at + 2, attempt.method);
  }
  std::vector<std::int64_t> revisions;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool row, select->Step());
    if (!row) return revisions;
    revisions.push_back(select->Int64(0));
  }
}

absl::StatusOr<std::optional<Request>> FindRequest(Connection& sql, std::int64_t revision) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare("SELECT r.caller, r.method, r.request_id, r.digest, m.commit_micros, m.resource "
                  "FROM journal_requests r JOIN journal_mutations m ON m.revision = r.revision "
                  "WHERE r.revision = ?1"));
  COMITY_ASSIGN_OR_RETURN(const bool row, select->BindInt64(1, revision).Step());
  if (!row) return std::optional<Request>();
  COMITY_ASSIGN_OR_RETURN(const crypto::Digest digest, DigestOf(select->Blob(3)));
  return std::optional<Request>(
      Request{.caller = std::string(select->Text(0)),
              .method = std::string(select->Text(1)),
              .request_id = std::string(select->Text(2)),
              .digest = digest,
              .mutation = {revision, absl::FromUnixMicros(select->Int64(4)),
                           std::string(select->Text(5))}});
}

absl::Status EraseRequest(Connection& sql, std::int64_t revision) {
  COMITY_ASSIGN_OR_RETURN(const auto erase,
                          sql.Prepare("DELETE FROM journal_requests WHERE revision = ?1"));
  return erase->BindInt64(1, revision).RunLater();
}

absl::StatusOr<std::unique_ptr<Statement>> AskForOldestRequest(Connection& sql) {
  return sql.Prepare(
      "SELECT m.commit_micros "
      "FROM journal_requests r JOIN journal_mutations m ON m.revision = r.revision "
      "ORDER BY r.revision LIMIT 1");
}

absl::StatusOr<std::optional<absl::Time>> TimeOfOldest(Statement& asked) {
  COMITY_ASSIGN_OR_RETURN(const bool row, asked.Step());
  if (!row) return std::optional<absl::Time>();
  return std::optional<absl::Time>(absl::FromUnixMicros(asked.Int64(0)));
}

absl::Status EraseOldRequests(Connection& sql, absl::Time end, std::size_t limit) {
  COMITY_ASSIGN_OR_RETURN(
      const auto erase,
      sql.Prepare(absl::StrCat(
          "DELETE FROM journal_requests WHERE revision IN (SELECT oldest.revision FROM "
          "(SELECT r.revision, m.commit_micros FROM journal_requests r "
          "JOIN journal_mutations m ON m.revision = r.revision ORDER BY r.revision LIMIT ",
          limit, ") oldest WHERE oldest.commit_micros <= ?1)")));
  return erase->BindInt64(1, absl::ToUnixMicros(end)).RunLater();
}

absl::StatusOr<std::vector<Version>> ReadFeed(Connection& sql, std::int64_t after_revision,
                                              std::size_t limit) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare(absl::StrCat("SELECT position, kind, id, body FROM journal_versions v WHERE ",
                               kFeedRange, " ORDER BY position")));
  BindFeedRange(*select, after_revision, limit);
  return AllVersions(*select);
}

absl::StatusOr<std::vector<CommittedMutation>> ReadMutations(Connection& sql,
                                                             std::int64_t after_revision,
                                                             std::size_t limit) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare(absl::StrCat(
          "SELECT v.position, v.kind, v.id, v.body, m.commit_micros FROM journal_versions v "
          "LEFT JOIN journal_mutations m ON m.revision = (v.position >> 20) WHERE ",
          kFeedRange, " ORDER BY v.position")));
  BindFeedRange(*select, after_revision, limit);
  std::vector<CommittedMutation> mutations;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool row, select->Step());
    if (!row) return mutations;
    Version version = VersionOf(*select);
    if (mutations.empty() || mutations.back().revision != version.revision) {
      COMITY_ASSIGN_OR_RETURN(const absl::Time time, TimeOfVersion(*select));
      mutations.push_back({.revision = version.revision, .commit_time = time});
    }
    mutations.back().versions.push_back(std::move(version));
  }
}

absl::StatusOr<std::vector<Version>> ReadVersions(Connection& sql, const Place& last,
                                                  std::size_t limit) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare("SELECT position, kind, id, body FROM journal_versions WHERE position > ?1 "
                  "ORDER BY position LIMIT ?2"));
  select->BindInt64(1, PositionOf(last)).BindInt64(2, static_cast<std::int64_t>(limit));
  return AllVersions(*select);
}

absl::StatusOr<std::vector<Version>> ReadLatest(Connection& sql, absl::string_view kind) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare("SELECT v.position, v.kind, v.id, v.body FROM journal_versions v JOIN "
                  "  (SELECT MAX(position) AS last FROM journal_versions WHERE kind = ?1 "
                  "   GROUP BY id) newest ON v.position = newest.last "
                  "WHERE v.body IS NOT NULL ORDER BY v.id"));
  select->BindText(1, kind);
  return AllVersions(*select);
}

absl::StatusOr<std::vector<CommittedVersion>> ReadStateAt(Connection& sql, std::int64_t revision,
                                                          absl::string_view kind,
                                                          absl::string_view id, std::size_t limit) {
  // Queries of their own, so that each takes its index: joins are planned for all there is.
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare(absl::StrCat(
          "SELECT newest.last, newest.kind, newest.id, "
          "(SELECT v.body FROM journal_versions v WHERE v.position = newest.last), "
          "(SELECT m.commit_micros FROM journal_mutations m WHERE m.revision = newest.last >> 20) "
          "FROM (SELECT kind, id, MAX(position) AS last FROM journal_versions WHERE (kind, id) > "
          "(?2, ?3) AND position < ?1 GROUP BY kind, id ORDER BY kind, id LIMIT ",
          limit, ") newest")));
  select->BindInt64(1, FirstPosition(Next(revision))).BindText(2, kind).BindText(3, id);
  std::vector<CommittedVersion> versions;
  versions.reserve(limit);
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool row, select->Step());
    if (!row) return versions;
    COMITY_ASSIGN_OR_RETURN(const absl::Time time, TimeOfVersion(*select));
    versions.push_back({.version = VersionOf(*select), .commit_time = time});
  }
}

absl::StatusOr<std::optional<Version>> FindVersionAt(Connection& sql, absl::string_view kind,
                                                     absl::string_view id, std::int64_t revision) {
  COMITY_ASSIGN_OR_RETURN(const auto select,
                          sql.Prepare("SELECT position, kind, id, body FROM journal_versions "
                                      "WHERE kind = ?1 AND id = ?2 AND position < ?3 "
                                      "ORDER BY position DESC LIMIT 1"));
  COMITY_ASSIGN_OR_RETURN(
      const bool row,
      select->BindText(1, kind).BindText(2, id).BindInt64(3, FirstPosition(Next(revision))).Step());
  if (!row || select->IsNull(3)) return std::optional<Version>();
  return std::optional<Version>(VersionOf(*select));
}

absl::StatusOr<std::vector<SealedEntry>> ReadEntries(Connection& sql, std::int64_t first,
                                                     std::size_t limit) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare("SELECT leaf_index, revision, commit_micros, commitment, sealed "
                  "FROM journal_entries WHERE leaf_index >= ?1 ORDER BY leaf_index LIMIT ?2"));
  select->BindInt64(1, first).BindInt64(2, static_cast<std::int64_t>(limit));
  return EntriesOf(*select);
}

absl::StatusOr<std::vector<SealedEntry>> ReadClosedEntries(Connection& sql, std::int64_t log,
                                                           std::int64_t first, std::size_t limit) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare("SELECT leaf_index, revision, commit_micros, commitment, sealed "
                  "FROM journal_closed_entries WHERE log = ?1 AND leaf_index >= ?2 "
                  "ORDER BY leaf_index LIMIT ?3"));
  select->BindInt64(1, log).BindInt64(2, first).BindInt64(3, static_cast<std::int64_t>(limit));
  return EntriesOf(*select);
}

absl::StatusOr<std::vector<crypto::Digest>> ReadCommitments(Connection& sql, std::int64_t first,
                                                            std::int64_t limit) {
  COMITY_ASSIGN_OR_RETURN(const auto select,
                          sql.Prepare("SELECT commitment FROM journal_entries "
                                      "WHERE leaf_index >= ?1 ORDER BY leaf_index LIMIT ?2"));
  select->BindInt64(1, first).BindInt64(2, limit);
  std::vector<crypto::Digest> commitments;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool row, select->Step());
    if (!row) return commitments;
    COMITY_ASSIGN_OR_RETURN(const crypto::Digest commitment, DigestOf(select->Blob(0)));
    commitments.push_back(commitment);
  }
}

absl::StatusOr<std::optional<std::string>> FindTile(Connection& sql, ledger::TileId id) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare("SELECT hashes FROM journal_tiles WHERE level = ?1 AND tile_index = ?2"));
  COMITY_ASSIGN_OR_RETURN(const bool row,
                          select->BindInt64(1, id.level).BindInt64(2, id.index).Step());
  return row ? std::optional<std::string>(select->Blob(0)) : std::nullopt;
}

absl::Status InsertCheckpoint(Connection& sql, const PublishedCheckpoint& checkpoint) {
  COMITY_ASSIGN_OR_RETURN(const auto insert,
                          sql.Prepare("INSERT INTO journal_checkpoints VALUES (?1, ?2, ?3, ?4)"));
  return insert->BindInt64(1, checkpoint.size)
      .BindBlob(2, crypto::View(checkpoint.root))
      .BindText(3, checkpoint.note)
      .BindInt64(4, absl::ToUnixMicros(checkpoint.publish_time))
      .Run();
}

absl::StatusOr<std::vector<PublishedCheckpoint>> ReadCheckpoints(Connection& sql,
                                                                 std::int64_t after,
                                                                 std::size_t limit) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare("SELECT size, root, note, publish_micros FROM journal_checkpoints "
                  "WHERE size > ?1 ORDER BY size LIMIT ?2"));
  select->BindInt64(1, after).BindInt64(2, static_cast<std::int64_t>(limit));
  std::vector<PublishedCheckpoint> checkpoints;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(auto next, CheckpointOf(*select));
    if (!next) return checkpoints;
    checkpoints.push_back(*std::move(next));
  }
}

absl::StatusOr<std::optional<PublishedCheckpoint>> FindLastCheckpoint(Connection& sql) {
  COMITY_ASSIGN_OR_RETURN(const auto select,
                          sql.Prepare("SELECT size, root, note, publish_micros "
                                      "FROM journal_checkpoints ORDER BY size DESC LIMIT 1"));
  return CheckpointOf(*select);
}

absl::StatusOr<std::optional<PublishedCheckpoint>> FindCheckpointCovering(Connection& sql,
                                                                          std::int64_t leaf_index) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      sql.Prepare("SELECT size, root, note, publish_micros FROM journal_checkpoints "
                  "WHERE size > ?1 ORDER BY size LIMIT 1"));
  select->BindInt64(1, leaf_index);
  return CheckpointOf(*select);
}

}  // namespace comity::journal::rows
