// Statements and transfer records: what is only ever added.

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/sealing/evidence.h"
#include "common/status/macros.h"
#include "services/document-exchange/storage/exchange_tables.h"
#include "services/document-exchange/storage/sql_rows.h"

namespace comity::document_exchange {
namespace {

using storage::Statement;

// The store whose ledger has the statement; "" if it cannot be read.
std::string StoreIdIn(absl::string_view statement) {
  const auto parsed = sealing::ParseStatement(statement);
  return parsed.ok() ? parsed->store_id : "";
}

}  // namespace

std::string RecordContext(std::int64_t revision, std::int64_t ordinal) {
  return absl::StrCat("transferRecords/", revision, "/", ordinal);
}

absl::StatusOr<std::vector<StoredStatement>> SqlRows::StatementsOf(absl::string_view document_id) {
  return Statements("WHERE document_id = ?1 ORDER BY commit_time, leaf_index",
                    [&](Statement& s) { s.BindText(1, document_id); });
}

absl::StatusOr<std::vector<StoredStatement>> SqlRows::StatementsAfter(absl::Time commit_time,
                                                                      std::int64_t leaf_index,
                                                                      std::size_t limit) {
  return Statements(
      "WHERE (commit_time, leaf_index) > (?1, ?2) ORDER BY commit_time, leaf_index LIMIT ?3",
      [&](Statement& s) {
        s.BindInt64(1, Micros(commit_time))
            .BindInt64(2, leaf_index)
            .BindInt64(3, static_cast<std::int64_t>(limit));
      });
}

absl::StatusOr<std::vector<StoredStatement>> SqlRows::Statements(absl::string_view where,
                                                                 Binder bind) {
  std::vector<StoredStatement> statements;
  COMITY_RETURN_IF_ERROR(
      Query(absl::StrCat(
                "SELECT document_id, kind, sender, recipient, statement, signature, confirmation, "
                "confirmation_signature, leaf_index, commit_time FROM statements ",
                where),
            bind, [&](Statement& s) -> absl::Status {
              statements.push_back({.document_id = std::string(s.Text(0)),
                                    .kind = static_cast<StatementKind>(s.Int64(1)),
                                    .sender = std::string(s.Text(2)),
                                    .recipient = std::string(s.Text(3)),
                                    .statement = std::string(s.Blob(4)),
                                    .signature = std::string(s.Blob(5)),
                                    .confirmation = std::string(s.Blob(6)),
                                    .confirmation_signature = std::string(s.Blob(7)),
                                    .store_id = StoreIdIn(s.Blob(4)),
                                    .leaf_index = s.Int64(8),
                                    .commit_time = absl::FromUnixMicros(s.Int64(9))});
              return absl::OkStatus();
            }));
  return statements;
}

absl::StatusOr<std::vector<TransferRecord>> SqlRows::ScanTransferRecords(
    std::int64_t after_revision, std::int64_t after_ordinal, absl::Time start, absl::Time end,
    bool refused_only, std::size_t limit) {
  return TransferRecords(
      "WHERE (revision > ?1 OR (revision = ?1 AND ordinal > ?2)) AND commit_time >= ?3 AND "
      "commit_time < ?4 AND (?5 = 0 OR refused = 1) ORDER BY revision, ordinal LIMIT ?6",
      [&](Statement& s) {
        s.BindInt64(1, after_revision)
            .BindInt64(2, after_ordinal)
            .BindInt64(3, Micros(start))
            .BindInt64(4, Micros(end))
            .BindInt64(5, refused_only ? 1 : 0)
            .BindInt64(6, static_cast<std::int64_t>(limit));
      });
}

absl::StatusOr<std::vector<TransferRecord>> SqlRows::ScanMadeTransfers(std::int64_t before_revision,
                                                                       std::int64_t before_ordinal,
                                                                       std::size_t limit) {
  return TransferRecords(
      "WHERE (revision < ?1 OR (revision = ?1 AND ordinal < ?2)) AND refused = 0 AND document_id "
      "<> "
      "'' ORDER BY revision DESC, ordinal DESC LIMIT ?3",
      [&](Statement& s) {
        s.BindInt64(1, before_revision)
            .BindInt64(2, before_ordinal)
            .BindInt64(3, static_cast<std::int64_t>(limit));
      });
}

absl::StatusOr<std::vector<TransferRecord>> SqlRows::TransferRecords(absl::string_view where,
                                                                     Binder bind) {
  std::vector<TransferRecord> records;
  COMITY_RETURN_IF_ERROR(Query(
      absl::StrCat(
          "SELECT revision, ordinal, commit_time, document_id, attempt, sender, recipient, "
          "refused, sealed_verdict, leaf_index FROM transfer_records ",
          where),
      bind, [&](Statement& s) -> absl::Status {
        TransferRecord record = {.revision = s.Int64(0),
                                 .ordinal = s.Int64(1),
                                 .commit_time = absl::FromUnixMicros(s.Int64(2)),
                                 .document_id = std::string(s.Text(3)),
                                 .attempt = std::string(s.Text(4)),
                                 .sender = std::string(s.Text(5)),
                                 .recipient = std::string(s.Text(6)),
                                 .refused = s.Int64(7) != 0,
                                 .leaf_index = s.Int64(9)};
        COMITY_ASSIGN_OR_RETURN(const std::optional<std::string> verdict,
                                Unseal(s.Blob(8), RecordContext(record.revision, record.ordinal)));
        record.verdict = verdict.value_or("");
        records.push_back(std::move(record));
        return absl::OkStatus();
      }));
  return records;
}

absl::Status SqlRows::InsertStatement(const StoredStatement& statement) {
  return Write(
      "INSERT INTO statements (leaf_index, document_id, kind, sender, recipient, statement, "
      "signature, confirmation, confirmation_signature, commit_time) VALUES (?1, ?2, ?3, ?4, ?5, "
      "?6, ?7, ?8, ?9, ?10)",
      [&](Statement& s) {
        s.BindInt64(1, statement.leaf_index)
            .BindText(2, statement.document_id)
            .BindInt64(3, static_cast<std::int64_t>(statement.kind))
            .BindText(4, statement.sender)
            .BindText(5, statement.recipient)
            .BindBlob(6, statement.statement)
            .BindBlob(7, statement.signature)
            .BindBlob(8, statement.confirmation)
            .BindBlob(9, statement.confirmation_signature)
            .BindInt64(10, Micros(statement.commit_time));
      });
}

absl::Status SqlRows::InsertTransferRecord(const TransferRecord& record) {
  COMITY_ASSIGN_OR_RETURN(
      const std::string sealed,
      turn_->Seal(record.verdict, RecordContext(record.revision, record.ordinal)));
  return Write(
      "INSERT INTO transfer_records (revision, ordinal, commit_time, document_id, attempt, "
      "sender, recipient, refused, sealed_verdict, leaf_index) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
      "?7, ?8, ?9, ?10)",
      [&](Statement& s) {
        s.BindInt64(1, record.revision)
            .BindInt64(2, record.ordinal)
            .BindInt64(3, Micros(record.commit_time))
            .BindText(4, record.document_id)
            .BindText(5, record.attempt)
            .BindText(6, record.sender)
            .BindText(7, record.recipient)
            .BindInt64(8, record.refused ? 1 : 0)
            .BindBlob(9, sealed)
            .BindInt64(10, record.leaf_index);
      });
}

absl::Status ExchangeTables::KeepHeld(journal::Turn& turn, const journal::Rewrapper& rewrapper) {
  struct Row {
    std::int64_t revision;
    std::int64_t ordinal;
    std::string sealed;
  };
  std::vector<Row> rows;
  for (absl::string_view document : rewrapper.holds()) {
    if (!absl::ConsumePrefix(&document, "documents/")) continue;
    COMITY_ASSIGN_OR_RETURN(
        const auto select,
        turn.sql().Prepare("SELECT revision, ordinal, sealed_verdict FROM transfer_records "
                           "WHERE document_id = ?1"));
    select->BindText(1, document);
    while (true) {
      COMITY_ASSIGN_OR_RETURN(const bool more, select->Step());
      if (!more) break;
      rows.push_back({select->Int64(0), select->Int64(1), std::string(select->Blob(2))});
    }
  }
  for (const Row& row : rows) {
    COMITY_ASSIGN_OR_RETURN(const std::optional<std::string> anew,
                            rewrapper.Rewrap(row.sealed, RecordContext(row.revision, row.ordinal)));
    if (!anew) continue;
    COMITY_ASSIGN_OR_RETURN(const auto update,
                            turn.sql().Prepare("UPDATE transfer_records SET sealed_verdict = ?3 "
                                               "WHERE revision = ?1 AND ordinal = ?2"));
    COMITY_RETURN_IF_ERROR(
        update->BindInt64(1, row.revision).BindInt64(2, row.ordinal).BindBlob(3, *anew).Run());
  }
  return absl::OkStatus();
}

}  // namespace comity::document_exchange
