#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/journal/turn.h"
#include "common/legal/facts.h"
#include "services/document-exchange/domain/document.h"
#include "services/document-exchange/domain/statement.h"

namespace comity::document_exchange {

// A case-specific decision, as recorded. `decision.name` is `decisions/{id}`.
struct RecordedDecision {
  legal::Decision decision;
  std::string evidence;
  std::string recorded_by;  // SPIFFE id.
  std::string side;         // Of who recorded it (visibility.h).
  absl::Time record_time;
  std::int64_t position = 0;  // Of the recording: its place in lists.
  std::int64_t revision = 0;  // Of the last change.
  // Its conditions, grounds and evidence were pruned with their key. Without its conditions it
  // permits nothing any more.
  bool pruned = false;
};

// Who may see which decisions: all, or those of these partners and of this side.
struct DecisionFilter {
  bool all = false;
  std::string partner;  // `partners/{partner}`; empty: none.
  std::string side;
  bool agency = false;         // The agency's own decisions too.
  std::string case_reference;  // Empty: any.
};

// A record of a transfer that was made or refused (EJR 38(d), EUDPR 94(4)).
struct TransferRecord {
  std::int64_t revision = 0;  // Of the mutation that wrote it, with `ordinal` its key.
  std::int64_t ordinal = 0;
  absl::Time commit_time;
  std::string document_id;  // Empty: a refused opening of an upload.
  std::string attempt;      // "ReleaseHeaders".
  std::string sender;
  std::string recipient;
  bool refused = false;
  std::string verdict;  // As encoded by the transport; opaque here.
  std::int64_t leaf_index = 0;
};

// Who exchanged a document, and about what.
struct DocumentParties {
  std::int64_t revision = 0;  // Of the submission, with `submit_time` its key.
  absl::Time submit_time;
  std::string sender;
  std::string case_reference;
  std::vector<std::string> recipients;  // SPIFFE ids, the sender's own side included.
};

// A place in a list of documents, newest first.
struct DocumentPage {
  enum class Box { kBoth, kInbox, kSent };

  Box box = Box::kBoth;
  std::string side;                  // The caller's (visibility.h).
  std::string thread;                // Empty: any.
  std::int64_t before_revision = 0;  // Submitted before this one.
  std::size_t limit = 50;
};

// The service's tables in one state: a snapshot, or a mutation's turn, which sees what it and
// earlier mutations wrote. Short-lived; not thread-safe. Find returns nullopt for what is not
// there; every call may fail with storage's errors.
class Rows {
 public:
  virtual ~Rows() = default;

  virtual absl::StatusOr<std::optional<Upload>> FindUpload(absl::string_view id) = 0;
  // Open or expired, oldest first; more than one only if the others have expired.
  virtual absl::StatusOr<std::vector<Upload>> UploadsOfDocument(absl::string_view document_id) = 0;
  virtual absl::StatusOr<std::vector<Upload>> ScanExpiredUploads(absl::Time now,
                                                                 std::size_t limit) = 0;
  virtual absl::StatusOr<std::int64_t> CountUploadsOf(absl::string_view owner) = 0;

  virtual absl::StatusOr<std::optional<Document>> FindDocument(absl::string_view id) = 0;
  // Newest first.
  virtual absl::StatusOr<std::vector<Document>> ListDocuments(const DocumentPage& page) = 0;
  // Documents of a case that some recipient is not yet able to open.
  virtual absl::StatusOr<std::vector<Document>> WaitingOfCase(absl::string_view case_reference) = 0;
  // Documents that wait for recipients of `side`, oldest first, after `after_revision`.
  virtual absl::StatusOr<std::vector<Document>> WaitingFor(absl::string_view side,
                                                           std::int64_t after_revision,
                                                           std::size_t limit) = 0;
  // Kept documents of `side`, or of all if it is nullopt, with a recipient of another side than the
  // sender's that has not retrieved them: QUARANTINED, AVAILABLE or RELEASED. Oldest first, after
  // `after_revision`.
  virtual absl::StatusOr<std::vector<Document>> Unretrieved(const std::optional<std::string>& side,
                                                            std::int64_t after_revision,
                                                            std::size_t limit) = 0;
  // Documents with a time-out that has fallen due, at most `limit`.
  virtual absl::StatusOr<std::vector<Document>> DueDocuments(absl::Time now, std::size_t limit) = 0;

  // Whose erasure has a next step, at most `limit`, those that are furthest first: destroyed in
  // part; condemned until `condemned_by`, or held or not past their retention after all; kept,
  // perhaps past it and not held.
  virtual absl::StatusOr<std::vector<Document>> ErasableDocuments(absl::Time now,
                                                                  absl::Time condemned_by,
                                                                  std::size_t limit) = 0;

  virtual absl::StatusOr<std::optional<RecordedDecision>> FindDecision(absl::string_view id) = 0;
  // Without those that were pruned.
  virtual absl::StatusOr<std::vector<legal::Decision>> DecisionsOfCase(
      absl::string_view case_reference) = 0;
  // Newest first, recorded before `before_revision`.
  virtual absl::StatusOr<std::vector<RecordedDecision>> ListDecisions(const DecisionFilter& filter,
                                                                      std::int64_t before_revision,
                                                                      std::size_t limit) = 0;

  // In the order of the ledger.
  virtual absl::StatusOr<std::vector<StoredStatement>> StatementsOf(
      absl::string_view document_id) = 0;

  // Oldest first, after (revision, ordinal), committed in [start, end).
  virtual absl::StatusOr<std::vector<TransferRecord>> ScanTransferRecords(
      std::int64_t after_revision, std::int64_t after_ordinal, absl::Time start, absl::Time end,
      bool refused_only, std::size_t limit) = 0;
  // Of documents, not refused; newest first, before (revision, ordinal).
  virtual absl::StatusOr<std::vector<TransferRecord>> ScanMadeTransfers(
      std::int64_t before_revision, std::int64_t before_ordinal, std::size_t limit) = 0;

  // Of documents submitted in [start, end), oldest first, after (after_time, after_revision).
  virtual absl::StatusOr<std::vector<DocumentParties>> ScanParties(absl::Time start, absl::Time end,
                                                                   absl::Time after_time,
                                                                   std::int64_t after_revision,
                                                                   std::size_t limit) = 0;
};

// Rows in a turn.
class WritableRows : public Rows {
 public:
  virtual absl::Status InsertUpload(const Upload& upload) = 0;
  virtual absl::Status EraseUpload(absl::string_view id) = 0;

  // ALREADY_EXISTS `DOCUMENT_ID_TAKEN`.
  virtual absl::Status InsertDocument(const Document& document) = 0;
  // Controller and registry revision.
  virtual absl::Status UpdateDocument(const Document& document) = 0;
  // The end of its retention, its erasure, its hold.
  virtual absl::Status UpdateErasure(const Document& document) = 0;
  virtual absl::Status UpdateRecipient(absl::string_view document_id,
                                       const Recipient& recipient) = 0;
  virtual absl::Status InsertRestriction(absl::string_view document_id,
                                         const AddedRestriction& restriction) = 0;

  virtual absl::Status InsertDecision(const RecordedDecision& decision) = 0;
  virtual absl::Status WithdrawDecision(absl::string_view id, absl::Time when) = 0;

  virtual absl::Status InsertStatement(const StoredStatement& statement) = 0;
  virtual absl::Status InsertTransferRecord(const TransferRecord& record) = 0;
};

// Where rows are. Thread-safe.
class RowsSource {
 public:
  virtual ~RowsSource() = default;

  // The latest committed state.
  virtual absl::StatusOr<std::unique_ptr<Rows>> Read() = 0;

  // For the body of a mutation; not to be kept beyond it.
  virtual std::unique_ptr<WritableRows> In(journal::Turn& turn) = 0;
};

}  // namespace comity::document_exchange
