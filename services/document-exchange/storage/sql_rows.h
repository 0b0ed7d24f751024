#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/journal/journal.h"
#include "common/journal/rows_check.h"
#include "common/journal/turn.h"
#include "common/storage/connection.h"
#include "common/storage/database.h"
#include "services/document-exchange/domain/rows.h"

namespace comity::document_exchange {

// A list in one column. Names here have neither spaces nor line feeds: SPIFFE ids and
// `partners/{partner}`.
std::string Join(const std::vector<std::string>& names);
std::vector<std::string> Split(absl::string_view text);

// Times are microseconds of Unix time, and NULL for none. Micros takes the ends of open intervals.
std::int64_t Micros(absl::Time time);
void BindTime(storage::Statement& statement, int parameter, const std::optional<absl::Time>& time);
std::optional<absl::Time> TimeAt(const storage::Statement& statement, int column);

// What the verdict of a transfer record is sealed for.
std::string RecordContext(std::int64_t revision, std::int64_t ordinal);

// Both kinds of rows: reading needs a connection, writing the turn besides. One file a subject:
// document_rows.cc, decision_rows.cc, record_rows.cc. Not thread-safe.
class SqlRows final : public WritableRows {
 public:
  // Of `snapshot`, which it keeps, or else of `sql`, a turn's connection. Nothing is owned; `turn`
  // is null in a snapshot.
  SqlRows(journal::Journal* journal, std::optional<storage::Snapshot> snapshot,
          storage::Connection* sql, journal::Turn* turn)
      : journal_(journal),
        snapshot_(std::move(snapshot)),
        sql_(snapshot_.has_value() ? &snapshot_->sql() : sql),
        turn_(turn) {}

  // For a check, without a journal: sealed text is opened by `unseal`, which must outlive it.
  SqlRows(storage::Connection* sql, journal::StoreView* unseal)
      : journal_(nullptr), sql_(sql), turn_(nullptr), view_(unseal) {}

  absl::StatusOr<std::optional<Upload>> FindUpload(absl::string_view id) override;
  absl::StatusOr<std::vector<Upload>> UploadsOfDocument(absl::string_view document_id) override;
  absl::StatusOr<std::vector<Upload>> ScanExpiredUploads(absl::Time now,
                                                         std::size_t limit) override;
  absl::StatusOr<std::int64_t> CountUploadsOf(absl::string_view owner) override;
  absl::StatusOr<std::optional<Document>> FindDocument(absl::string_view id) override;
  absl::StatusOr<std::vector<Document>> ListDocuments(const DocumentPage& page) override;
  absl::StatusOr<std::vector<Document>> WaitingOfCase(absl::string_view case_reference) override;
  absl::StatusOr<std::vector<Document>> WaitingFor(absl::string_view side,
                                                   std::int64_t after_revision,
                                                   std::size_t limit) override;
  absl::StatusOr<std::vector<Document>> Unretrieved(const std::optional<std::string>& side,
                                                    std::int64_t after_revision,
                                                    std::size_t limit) override;
  absl::StatusOr<std::vector<Document>> DueDocuments(absl::Time now, std::size_t limit) override;
  absl::StatusOr<std::vector<Document>> ErasableDocuments(absl::Time now, absl::Time condemned_by,
                                                          std::size_t limit) override;
  absl::StatusOr<std::optional<RecordedDecision>> FindDecision(absl::string_view id) override;
  absl::StatusOr<std::vector<legal::Decision>> DecisionsOfCase(
      absl::string_view case_reference) override;
  absl::StatusOr<std::vector<RecordedDecision>> ListDecisions(const DecisionFilter& filter,
                                                              std::int64_t before_revision,
                                                              std::size_t limit) override;
  absl::StatusOr<std::vector<StoredStatement>> StatementsOf(absl::string_view document_id) override;
  absl::StatusOr<std::vector<TransferRecord>> ScanTransferRecords(std::int64_t after_revision,
                                                                  std::int64_t after_ordinal,
                                                                  absl::Time start, absl::Time end,
                                                                  bool refused_only,
                                                                  std::size_t limit) override;
  absl::StatusOr<std::vector<TransferRecord>> ScanMadeTransfers(std::int64_t before_revision,
                                                                std::int64_t before_ordinal,
                                                                std::size_t limit) override;
  absl::StatusOr<std::vector<DocumentParties>> ScanParties(absl::Time start, absl::Time end,
                                                           absl::Time after_time,
                                                           std::int64_t after_revision,
                                                           std::size_t limit) override;
  absl::Status InsertUpload(const Upload& upload) override;
  absl::Status EraseUpload(absl::string_view id) override;
  absl::Status InsertDocument(const Document& document) override;
  absl::Status UpdateDocument(const Document& document) override;
  absl::Status UpdateErasure(const Document& document) override;
  absl::Status UpdateRecipient(absl::string_view document_id, const Recipient& recipient) override;
  absl::Status InsertRestriction(absl::string_view document_id,
                                 const AddedRestriction& restriction) override;
  absl::Status InsertDecision(const RecordedDecision& recorded) override;
  absl::Status WithdrawDecision(absl::string_view id, absl::Time when) override;
  absl::Status InsertStatement(const StoredStatement& statement) override;
  absl::Status InsertTransferRecord(const TransferRecord& record) override;

  // For a check. Whether the columns that are made from others of a document's rows, or of a
  // decision's, are what these make.
  absl::StatusOr<bool> DerivedFit(const Document& document);
  static bool DerivedFit(const RecordedDecision& recorded);
  // In the order of the ledger, after (`commit_time`, `leaf_index`).
  absl::StatusOr<std::vector<StoredStatement>> StatementsAfter(absl::Time commit_time,
                                                               std::int64_t leaf_index,
                                                               std::size_t limit);

 private:
  using Binder = absl::FunctionRef<void(storage::Statement&)>;
  using Reader = absl::FunctionRef<absl::Status(storage::Statement&)>;

  template <typename T>
  static std::optional<T> First(std::vector<T> found) {
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
  }

  absl::Status Query(absl::string_view text, Binder bind, Reader read);
  absl::Status Write(absl::string_view text, Binder bind);
  // nullopt: it was pruned.
  absl::StatusOr<std::optional<std::string>> Unseal(absl::string_view sealed,
                                                    absl::string_view context);
  absl::StatusOr<std::vector<Upload>> Uploads(absl::string_view where, Binder bind);
  absl::StatusOr<std::vector<Document>> Documents(absl::string_view where, Binder bind);
  // Recipients and restrictions.
  absl::Status Complete(Document& document);
  absl::StatusOr<std::vector<RecordedDecision>> Decisions(absl::string_view where, Binder bind);
  absl::StatusOr<std::vector<TransferRecord>> TransferRecords(absl::string_view where, Binder bind);
  absl::StatusOr<std::vector<StoredStatement>> Statements(absl::string_view where, Binder bind);

  journal::Journal* const journal_;
  const std::optional<storage::Snapshot> snapshot_;
  storage::Connection* const sql_;
  journal::Turn* const turn_;  // Null in a snapshot.
  journal::StoreView* const view_ = nullptr;
};

}  // namespace comity::document_exchange
