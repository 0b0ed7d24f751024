#include "services/document-exchange/storage/exchange_tables.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/json/canonical.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/connection.h"
#include "common/storage/database.h"
#include "services/document-exchange/domain/visibility.h"

namespace comity::document_exchange {
namespace {

using storage::Connection;
using storage::Statement;

constexpr absl::string_view kDocumentColumns =
    "revision, id, sender, manifest_sha256, thread, case_reference, operational, flags, "
    "content_length, description_length, controller, submit_time, registry_store, registry_number";
constexpr absl::string_view kDecisionColumns =
    "revision, id, kind, partner, counterparts, case_reference, valid_from, valid_to, sealed_text, "
    "recorded_by, side, record_time, withdraw_time, changed_revision";

// Names here have neither spaces nor line feeds: SPIFFE ids and `partners/{partner}`.
std::string Join(const std::vector<std::string>& names) { return absl::StrJoin(names, "\n"); }
std::vector<std::string> Split(absl::string_view text) {
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

std::int64_t Micros(absl::Time time) {
  // The ends of an open interval do not fit.
  if (time == absl::InfiniteFuture()) return std::int64_t{1} << 62;
  if (time == absl::InfinitePast()) return 0;
  return absl::ToUnixMicros(time);
}

void BindTime(Statement& statement, int parameter, const std::optional<absl::Time>& time) {
  if (time.has_value()) {
    statement.BindInt64(parameter, Micros(*time));
  } else {
    statement.BindNull(parameter);
  }
}

std::optional<absl::Time> TimeAt(const Statement& statement, int column) {
  if (statement.IsNull(column)) return std::nullopt;
  return absl::FromUnixMicros(statement.Int64(column));
}

std::int64_t Pack(const PurposeFlags& flags) {
  return (flags.offence_outside_annex_i ? 1 : 0) | (flags.requested_by_member_state ? 2 : 0) |
         (flags.incompatible_with_collection ? 4 : 0) | (flags.eppo_exercises_competence ? 8 : 0) |
         (flags.eppo_exception ? 16 : 0);
}

PurposeFlags Unpack(std::int64_t bits) {
  return {.offence_outside_annex_i = (bits & 1) != 0,
          .requested_by_member_state = (bits & 2) != 0,
          .incompatible_with_collection = (bits & 4) != 0,
          .eppo_exercises_competence = (bits & 8) != 0,
          .eppo_exception = (bits & 16) != 0};
}

// Rows hold only ids that were parsed on their way in.
std::string SideOfId(const std::string& spiffe_id) {
  const absl::StatusOr<identity::Principal> principal = identity::Principal::Parse(spiffe_id);
  return principal.ok() ? SideOf(*principal) : spiffe_id;
}

std::string DecisionText(const RecordedDecision& recorded) {
  return json::Canonical({{"conditions", recorded.decision.conditions},
                          {"grounds", recorded.decision.grounds},
                          {"evidence", recorded.evidence}});
}

void ReadDecisionText(absl::string_view text, RecordedDecision& recorded) {
  const absl::StatusOr<json::Json> object = json::ParseCanonical(text);
  if (!object.ok() || !object->is_object()) return;
  const auto grounds = object->find("grounds");
  const auto evidence = object->find("evidence");
  const auto conditions = object->find("conditions");
  if (grounds != object->end() && grounds->is_string()) {
    recorded.decision.grounds = grounds->get<std::string>();
  }
  if (evidence != object->end() && evidence->is_string()) {
    recorded.evidence = evidence->get<std::string>();
  }
  if (conditions == object->end() || !conditions->is_array()) return;
  for (const json::Json& condition : *conditions) {
    if (condition.is_string()) recorded.decision.conditions.push_back(condition.get<std::string>());
  }
}

std::string RecordContext(std::int64_t revision, std::int64_t ordinal) {
  return absl::StrCat("transferRecords/", revision, "/", ordinal);
}

// Both kinds of rows: reading needs a connection, writing the turn besides.
class SqlRows final : public WritableRows {
 public:
  SqlRows(journal::Journal* journal, std::optional<storage::Snapshot> snapshot, Connection* sql,
          journal::Turn* turn)
      : journal_(journal),
        snapshot_(std::move(snapshot)),
        sql_(snapshot_.has_value() ? &snapshot_->sql() : sql),
        turn_(turn) {}

  absl::StatusOr<std::optional<Upload>> FindUpload(absl::string_view id) override {
    COMITY_ASSIGN_OR_RETURN(std::vector<Upload> found,
                            Uploads("WHERE id = ?1", [&](Statement& s) { s.BindText(1, id); }));
    return First(std::move(found));
  }

  absl::StatusOr<std::optional<Upload>> FindUploadOfDocument(
      absl::string_view document_id) override {
    COMITY_ASSIGN_OR_RETURN(std::vector<Upload> found,
                            Uploads("WHERE document_id = ?1 ORDER BY id DESC LIMIT 1",
                                    [&](Statement& s) { s.BindText(1, document_id); }));
    return First(std::move(found));
  }

  absl::StatusOr<std::vector<Upload>> ScanExpiredUploads(absl::Time now,
                                                         std::size_t limit) override {
    return Uploads("WHERE expire_time <= ?1 ORDER BY expire_time LIMIT ?2", [&](Statement& s) {
      s.BindInt64(1, Micros(now)).BindInt64(2, static_cast<std::int64_t>(limit));
    });
  }

  absl::StatusOr<std::int64_t> CountUploadsOf(absl::string_view owner) override {
    std::int64_t count = 0;
    COMITY_RETURN_IF_ERROR(Query(
        "SELECT count(*) FROM uploads WHERE owner = ?1",
        [&](Statement& s) { s.BindText(1, owner); },
        [&](Statement& s) -> absl::Status {
          count = s.Int64(0);
          return absl::OkStatus();
        }));
    return count;
  }

  absl::StatusOr<std::optional<Document>> FindDocument(absl::string_view id) override {
    COMITY_ASSIGN_OR_RETURN(std::vector<Document> found,
                            Documents("WHERE id = ?1", [&](Statement& s) { s.BindText(1, id); }));
    return First(std::move(found));
  }

  absl::StatusOr<std::vector<Document>> ListDocuments(const DocumentPage& page) override {
    // The same rule as Look(): the sender's side, and every recipient's. Each branch walks its own
    // index backwards and stops at the page's size.
    const bool sent = page.box != DocumentPage::Box::kInbox;
    const bool inbox = page.box != DocumentPage::Box::kSent;
    const std::string sent_branch =
        "SELECT revision FROM (SELECT revision FROM documents WHERE sender_side = ?1 AND revision "
        "< "
        "?2 AND (?3 = '' OR thread = ?3) ORDER BY revision DESC LIMIT ?4)";
    const std::string inbox_branch =
        "SELECT revision FROM (SELECT DISTINCT r.revision AS revision FROM recipients r JOIN "
        "documents d ON d.revision = r.revision WHERE r.side = ?1 AND r.own = 0 AND r.revision < "
        "?2 "
        "AND (?3 = '' OR d.thread = ?3) ORDER BY r.revision DESC LIMIT ?4)";
    const std::string keys = sent && inbox ? absl::StrCat(sent_branch, " UNION ", inbox_branch)
                             : sent        ? sent_branch
                                           : inbox_branch;
    return Documents(absl::StrCat("WHERE revision IN (", keys, ") ORDER BY revision DESC LIMIT ?4"),
                     [&](Statement& s) {
                       s.BindText(1, page.side)
                           .BindInt64(2, page.before_revision)
                           .BindText(3, page.thread)
                           .BindInt64(4, static_cast<std::int64_t>(page.limit));
                     });
  }

  absl::StatusOr<std::vector<Document>> WaitingOfCase(absl::string_view case_reference) override {
    return Documents(
        "WHERE case_reference = ?1 AND EXISTS (SELECT 1 FROM recipients r WHERE r.revision = "
        "documents.revision AND r.own = 0 AND r.waiting = 1) ORDER BY revision",
        [&](Statement& s) { s.BindText(1, case_reference); });
  }

  absl::StatusOr<std::vector<Document>> WaitingFor(absl::string_view side,
                                                   std::int64_t after_revision,
                                                   std::size_t limit) override {
    return Documents(
        "WHERE revision IN (SELECT revision FROM recipients WHERE side = ?1 AND waiting = 1 AND "
        "own = 0 AND revision > ?2) ORDER BY revision LIMIT ?3",
        [&](Statement& s) {
          s.BindText(1, side)
              .BindInt64(2, after_revision)
              .BindInt64(3, static_cast<std::int64_t>(limit));
        });
  }

  absl::StatusOr<std::vector<Document>> DueDocuments(absl::Time now, std::size_t limit) override {
    return Documents(
        "WHERE revision IN (SELECT revision FROM recipients WHERE delivery_due <= ?1 UNION SELECT "
        "revision FROM recipients WHERE retrieval_due <= ?1) ORDER BY revision LIMIT ?2",
        [&](Statement& s) {
          s.BindInt64(1, Micros(now)).BindInt64(2, static_cast<std::int64_t>(limit));
        });
  }

  absl::StatusOr<std::optional<RecordedDecision>> FindDecision(absl::string_view id) override {
    COMITY_ASSIGN_OR_RETURN(std::vector<RecordedDecision> found,
                            Decisions("WHERE id = ?1", [&](Statement& s) { s.BindText(1, id); }));
    return First(std::move(found));
  }

  absl::StatusOr<std::vector<legal::Decision>> DecisionsOfCase(
      absl::string_view case_reference) override {
    std::vector<legal::Decision> decisions;
    if (case_reference.empty()) return decisions;
    COMITY_ASSIGN_OR_RETURN(const std::vector<RecordedDecision> found,
                            Decisions("WHERE case_reference = ?1 ORDER BY revision",
                                      [&](Statement& s) { s.BindText(1, case_reference); }));
    for (const RecordedDecision& recorded : found) decisions.push_back(recorded.decision);
    return decisions;
  }

  absl::StatusOr<std::vector<RecordedDecision>> ListDecisions(const DecisionFilter& filter,
                                                              std::int64_t before_revision,
                                                              std::size_t limit) override {
    return Decisions(
        "WHERE revision < ?1 AND (?2 = '' OR case_reference = ?2) AND (?3 = 1 OR side = ?4 OR "
        "(partner <> '' AND partner = ?5) OR (partner = '' AND ?6 = 1)) ORDER BY revision DESC "
        "LIMIT ?7",
        [&](Statement& s) {
          s.BindInt64(1, before_revision)
              .BindText(2, filter.case_reference)
              .BindInt64(3, filter.all ? 1 : 0)
              .BindText(4, filter.side)
              .BindText(5, filter.partner)
              .BindInt64(6, filter.agency ? 1 : 0)
              .BindInt64(7, static_cast<std::int64_t>(limit));
        });
  }

  absl::StatusOr<std::vector<StoredStatement>> StatementsOf(
      absl::string_view document_id) override {
    std::vector<StoredStatement> statements;
    COMITY_RETURN_IF_ERROR(Query(
        "SELECT document_id, kind, sender, recipient, statement, signature, confirmation, "
        "confirmation_signature, leaf_index, commit_time FROM statements WHERE document_id = ?1 "
        "ORDER BY leaf_index",
        [&](Statement& s) { s.BindText(1, document_id); },
        [&](Statement& s) -> absl::Status {
          statements.push_back({.document_id = std::string(s.Text(0)),
                                .kind = static_cast<StatementKind>(s.Int64(1)),
                                .sender = std::string(s.Text(2)),
                                .recipient = std::string(s.Text(3)),
                                .statement = std::string(s.Blob(4)),
                                .signature = std::string(s.Blob(5)),
                                .confirmation = std::string(s.Blob(6)),
                                .confirmation_signature = std::string(s.Blob(7)),
                                .leaf_index = s.Int64(8),
                                .commit_time = absl::FromUnixMicros(s.Int64(9))});
          return absl::OkStatus();
        }));
    return statements;
  }

  absl::StatusOr<std::vector<TransferRecord>> ScanTransferRecords(std::int64_t after_revision,
                                                                  std::int64_t after_ordinal,
                                                                  absl::Time start, absl::Time end,
                                                                  bool refused_only,
                                                                  std::size_t limit) override {
    std::vector<TransferRecord> records;
    COMITY_RETURN_IF_ERROR(Query(
        "SELECT revision, ordinal, commit_time, document_id, attempt, sender, recipient, refused, "
        "sealed_verdict, leaf_index FROM transfer_records WHERE (revision > ?1 OR (revision = ?1 "
        "AND "
        "ordinal > ?2)) AND commit_time >= ?3 AND commit_time < ?4 AND (?5 = 0 OR refused = 1) "
        "ORDER BY revision, ordinal LIMIT ?6",
        [&](Statement& s) {
          s.BindInt64(1, after_revision)
              .BindInt64(2, after_ordinal)
              .BindInt64(3, Micros(start))
              .BindInt64(4, Micros(end))
              .BindInt64(5, refused_only ? 1 : 0)
              .BindInt64(6, static_cast<std::int64_t>(limit));
        },
        [&](Statement& s) -> absl::Status {
          TransferRecord record = {.revision = s.Int64(0),
                                   .ordinal = s.Int64(1),
                                   .commit_time = absl::FromUnixMicros(s.Int64(2)),
                                   .document_id = std::string(s.Text(3)),
                                   .attempt = std::string(s.Text(4)),
                                   .sender = std::string(s.Text(5)),
                                   .recipient = std::string(s.Text(6)),
                                   .refused = s.Int64(7) != 0,
                                   .leaf_index = s.Int64(9)};
          COMITY_ASSIGN_OR_RETURN(
              record.verdict, Unseal(s.Blob(8), RecordContext(record.revision, record.ordinal)));
          records.push_back(std::move(record));
          return absl::OkStatus();
        }));
    return records;
  }

  absl::Status InsertUpload(const Upload& upload) override {
    return Write(
        "INSERT INTO uploads (id, document_id, owner, content_length, description_length, "
        "recipients, flags, context_digests, create_time, expire_time) VALUES (?1, ?2, ?3, ?4, ?5, "
        "?6, ?7, ?8, ?9, ?10)",
        [&](Statement& s) {
          s.BindText(1, upload.id)
              .BindText(2, upload.document_id)
              .BindText(3, upload.owner)
              .BindInt64(4, upload.announced.content)
              .BindInt64(5, upload.announced.description)
              .BindText(6, Join(upload.recipients))
              .BindInt64(7, Pack(upload.flags))
              .BindText(8, upload.context_digests)
              .BindInt64(9, Micros(upload.create_time))
              .BindInt64(10, Micros(upload.expire_time));
        });
  }

  absl::Status EraseUpload(absl::string_view id) override {
    return Write("DELETE FROM uploads WHERE id = ?1", [&](Statement& s) { s.BindText(1, id); });
  }

  absl::Status InsertDocument(const Document& document) override {
    const absl::Status inserted = Write(
        "INSERT INTO documents (revision, id, sender, sender_side, manifest_sha256, thread, "
        "case_reference, operational, flags, content_length, description_length, controller, "
        "submit_time, registry_store, registry_number) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
        "?10, ?11, ?12, ?13, ?14, ?15)",
        [&](Statement& s) {
          s.BindInt64(1, document.revision)
              .BindText(2, document.id)
              .BindText(3, document.sender)
              .BindText(4, SideOfId(document.sender))
              .BindBlob(5, crypto::View(document.manifest_sha256))
              .BindText(6, document.thread)
              .BindText(7, document.case_reference)
              .BindInt64(8, document.operational ? 1 : 0)
              .BindInt64(9, Pack(document.flags))
              .BindInt64(10, document.sizes.content)
              .BindInt64(11, document.sizes.description)
              .BindText(12, document.controller)
              .BindInt64(13, Micros(document.submit_time))
              .BindText(14, document.registry_revision.store_id)
              .BindInt64(15, document.registry_revision.number);
        });
    if (absl::IsAlreadyExists(inserted)) {
      return MakeError(absl::StatusCode::kAlreadyExists,
                       "There is already a document with this id; make a new id.",
                       {.reason = "DOCUMENT_ID_TAKEN"});
    }
    COMITY_RETURN_IF_ERROR(inserted);
    for (std::size_t i = 0; i < document.recipients.size(); ++i) {
      const Recipient& recipient = document.recipients[i];
      COMITY_RETURN_IF_ERROR(Write(
          "INSERT INTO recipients (revision, ordinal, document_id, spiffe_id, side, own, state, "
          "reason, handed_over, waiting, delivery_due, retrieval_due) VALUES (?1, ?2, ?3, ?4, ?5, "
          "?6, ?7, ?8, ?9, ?10, ?11, ?12)",
          [&](Statement& s) {
            s.BindInt64(1, document.revision)
                .BindInt64(2, static_cast<std::int64_t>(i))
                .BindText(3, document.id)
                .BindText(4, recipient.spiffe_id)
                .BindText(5, SideOfId(recipient.spiffe_id))
                .BindInt64(6, recipient.own ? 1 : 0)
                .BindInt64(7, static_cast<std::int64_t>(recipient.state))
                .BindText(8, recipient.reason)
                .BindInt64(9, recipient.handed_over ? 1 : 0)
                .BindInt64(10, NotYetAvailable(recipient.state) ? 1 : 0);
            BindTime(s, 11, recipient.delivery_due);
            BindTime(s, 12, recipient.retrieval_due);
          }));
    }
    return absl::OkStatus();
  }

  absl::Status UpdateDocument(const Document& document) override {
    return Write(
        "UPDATE documents SET controller = ?2, registry_store = ?3, registry_number = ?4 WHERE "
        "revision = ?1",
        [&](Statement& s) {
          s.BindInt64(1, document.revision)
              .BindText(2, document.controller)
              .BindText(3, document.registry_revision.store_id)
              .BindInt64(4, document.registry_revision.number);
        });
  }

  absl::Status UpdateRecipient(absl::string_view document_id, const Recipient& recipient) override {
    return Write(
        "UPDATE recipients SET state = ?3, reason = ?4, handed_over = ?5, waiting = ?6, "
        "delivery_due = ?7, retrieval_due = ?8 WHERE revision = (SELECT revision FROM documents "
        "WHERE id = ?1) AND spiffe_id = ?2",
        [&](Statement& s) {
          s.BindText(1, document_id)
              .BindText(2, recipient.spiffe_id)
              .BindInt64(3, static_cast<std::int64_t>(recipient.state))
              .BindText(4, recipient.reason)
              .BindInt64(5, recipient.handed_over ? 1 : 0)
              .BindInt64(6, NotYetAvailable(recipient.state) ? 1 : 0);
          BindTime(s, 7, recipient.delivery_due);
          BindTime(s, 8, recipient.retrieval_due);
        });
  }

  absl::Status InsertRestriction(absl::string_view document_id,
                                 const AddedRestriction& restriction) override {
    return Write(
        "INSERT INTO restrictions (document_revision, revision, use, partners, by_partner) SELECT "
        "revision, ?2, ?3, ?4, ?5 FROM documents WHERE id = ?1",
        [&](Statement& s) {
          s.BindText(1, document_id)
              .BindInt64(2, turn_->revision())
              .BindText(3, restriction.use)
              .BindText(4, Join(restriction.partners))
              .BindText(5, restriction.by_partner);
        });
  }

  absl::Status InsertDecision(const RecordedDecision& recorded) override {
    const legal::Decision& decision = recorded.decision;
    COMITY_ASSIGN_OR_RETURN(const std::string sealed,
                            turn_->Seal(DecisionText(recorded), decision.name));
    return Write(
        "INSERT INTO decisions (revision, id, kind, partner, counterparts, case_reference, "
        "valid_from, valid_to, sealed_text, recorded_by, side, record_time, withdraw_time, "
        "changed_revision) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, NULL, ?1)",
        [&](Statement& s) {
          s.BindInt64(1, recorded.revision)
              .BindText(2, decision.name.substr(decision.name.find('/') + 1))
              .BindInt64(3, static_cast<std::int64_t>(decision.kind))
              .BindText(4, decision.partner)
              .BindText(5, Join(decision.counterparts))
              .BindText(6, decision.case_reference)
              .BindText(7, decision.valid_from.ToString())
              .BindText(8, decision.valid_to.ToString())
              .BindBlob(9, sealed)
              .BindText(10, recorded.recorded_by)
              .BindText(11, recorded.side)
              .BindInt64(12, Micros(recorded.record_time));
        });
  }

  absl::Status WithdrawDecision(absl::string_view id, absl::Time when) override {
    return Write("UPDATE decisions SET withdraw_time = ?2, changed_revision = ?3 WHERE id = ?1",
                 [&](Statement& s) {
                   s.BindText(1, id).BindInt64(2, Micros(when)).BindInt64(3, turn_->revision());
                 });
  }

  absl::Status InsertStatement(const StoredStatement& statement) override {
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

  absl::Status InsertTransferRecord(const TransferRecord& record) override {
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

 private:
  using Binder = absl::FunctionRef<void(Statement&)>;
  using Reader = absl::FunctionRef<absl::Status(Statement&)>;

  template <typename T>
  static std::optional<T> First(std::vector<T> found) {
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
  }

  absl::Status Query(absl::string_view text, Binder bind, Reader read) {
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Statement> statement, sql_->Prepare(text));
    bind(*statement);
    while (true) {
      COMITY_ASSIGN_OR_RETURN(const bool row, statement->Step());
      if (!row) return absl::OkStatus();
      COMITY_RETURN_IF_ERROR(read(*statement));
    }
  }

  absl::Status Write(absl::string_view text, Binder bind) {
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Statement> statement, sql_->Prepare(text));
    bind(*statement);
    return statement->Run();
  }

  absl::StatusOr<std::string> Unseal(absl::string_view sealed, absl::string_view context) {
    COMITY_ASSIGN_OR_RETURN(std::optional<std::string> text, journal_->Unseal(sealed, context));
    return text.has_value() ? *std::move(text) : std::string();
  }

  absl::StatusOr<std::vector<Upload>> Uploads(absl::string_view where, Binder bind) {
    std::vector<Upload> uploads;
    COMITY_RETURN_IF_ERROR(Query(
        absl::StrCat("SELECT id, document_id, owner, content_length, description_length, "
                     "recipients, flags, context_digests, create_time, expire_time FROM uploads ",
                     where),
        bind, [&](Statement& s) -> absl::Status {
          uploads.push_back({.id = std::string(s.Text(0)),
                             .document_id = std::string(s.Text(1)),
                             .owner = std::string(s.Text(2)),
                             .announced = {.content = s.Int64(3), .description = s.Int64(4)},
                             .recipients = Split(s.Text(5)),
                             .flags = Unpack(s.Int64(6)),
                             .context_digests = std::string(s.Text(7)),
                             .create_time = absl::FromUnixMicros(s.Int64(8)),
                             .expire_time = absl::FromUnixMicros(s.Int64(9))});
          return absl::OkStatus();
        }));
    return uploads;
  }

  absl::StatusOr<std::vector<Document>> Documents(absl::string_view where, Binder bind) {
    std::vector<Document> documents;
    COMITY_RETURN_IF_ERROR(Query(
        absl::StrCat("SELECT ", kDocumentColumns, " FROM documents ", where), bind,
        [&](Statement& s) -> absl::Status {
          if (s.Blob(3).size() != crypto::Digest().size()) {
            return MakeError(absl::StatusCode::kDataLoss, "A document's row is damaged.",
                             {.reason = "ROW_DAMAGED"});
          }
          documents.push_back(
              {.id = std::string(s.Text(1)),
               .sender = std::string(s.Text(2)),
               .manifest_sha256 = crypto::ToDigest(s.Blob(3)),
               .thread = std::string(s.Text(4)),
               .case_reference = std::string(s.Text(5)),
               .operational = s.Int64(6) != 0,
               .flags = Unpack(s.Int64(7)),
               .sizes = {.content = s.Int64(8), .description = s.Int64(9)},
               .controller = std::string(s.Text(10)),
               .submit_time = absl::FromUnixMicros(s.Int64(11)),
               .revision = s.Int64(0),
               .registry_revision = {.store_id = std::string(s.Text(12)), .number = s.Int64(13)}});
          return absl::OkStatus();
        }));
    for (Document& document : documents) COMITY_RETURN_IF_ERROR(Complete(document));
    return documents;
  }

  // Recipients and restrictions.
  absl::Status Complete(Document& document) {
    COMITY_RETURN_IF_ERROR(Query(
        "SELECT spiffe_id, own, state, reason, handed_over, delivery_due, retrieval_due FROM "
        "recipients WHERE revision = ?1 ORDER BY ordinal",
        [&](Statement& s) { s.BindInt64(1, document.revision); },
        [&](Statement& s) -> absl::Status {
          document.recipients.push_back({.spiffe_id = std::string(s.Text(0)),
                                         .state = static_cast<RecipientState>(s.Int64(2)),
                                         .reason = std::string(s.Text(3)),
                                         .own = s.Int64(1) != 0,
                                         .handed_over = s.Int64(4) != 0,
                                         .delivery_due = TimeAt(s, 5),
                                         .retrieval_due = TimeAt(s, 6)});
          return absl::OkStatus();
        }));
    return Query(
        "SELECT use, partners, by_partner FROM restrictions WHERE document_revision = ?1 ORDER BY "
        "revision",
        [&](Statement& s) { s.BindInt64(1, document.revision); },
        [&](Statement& s) -> absl::Status {
          document.added_restrictions.push_back({.use = std::string(s.Text(0)),
                                                 .partners = Split(s.Text(1)),
                                                 .by_partner = std::string(s.Text(2))});
          return absl::OkStatus();
        });
  }

  absl::StatusOr<std::vector<RecordedDecision>> Decisions(absl::string_view where, Binder bind) {
    std::vector<RecordedDecision> decisions;
    COMITY_RETURN_IF_ERROR(
        Query(absl::StrCat("SELECT ", kDecisionColumns, " FROM decisions ", where), bind,
              [&](Statement& s) -> absl::Status {
                RecordedDecision recorded = {.recorded_by = std::string(s.Text(9)),
                                             .side = std::string(s.Text(10)),
                                             .record_time = absl::FromUnixMicros(s.Int64(11)),
                                             .position = s.Int64(0),
                                             .revision = s.Int64(13)};
                legal::Decision& decision = recorded.decision;
                decision.name = absl::StrCat("decisions/", s.Text(1));
                decision.kind = static_cast<legal::DecisionKind>(s.Int64(2));
                decision.partner = std::string(s.Text(3));
                decision.counterparts = Split(s.Text(4));
                decision.case_reference = std::string(s.Text(5));
                COMITY_ASSIGN_OR_RETURN(decision.valid_from, PartialDate::Parse(s.Text(6)));
                COMITY_ASSIGN_OR_RETURN(decision.valid_to, PartialDate::Parse(s.Text(7)));
                decision.withdrawn = TimeAt(s, 12);
                COMITY_ASSIGN_OR_RETURN(const std::string text, Unseal(s.Blob(8), decision.name));
                ReadDecisionText(text, recorded);
                decisions.push_back(std::move(recorded));
                return absl::OkStatus();
              }));
    return decisions;
  }

  journal::Journal* const journal_;
  const std::optional<storage::Snapshot> snapshot_;
  Connection* const sql_;
  journal::Turn* const turn_;  // Null in a snapshot.
};

}  // namespace

absl::StatusOr<std::unique_ptr<Rows>> ExchangeTables::Read() {
  COMITY_ASSIGN_OR_RETURN(storage::Snapshot snapshot, journal_->Read());
  return std::make_unique<SqlRows>(journal_, std::move(snapshot), nullptr, nullptr);
}

std::unique_ptr<WritableRows> ExchangeTables::In(journal::Turn& turn) {
  return std::make_unique<SqlRows>(journal_, std::nullopt, &turn.sql(), &turn);
}

}  // namespace comity::document_exchange
