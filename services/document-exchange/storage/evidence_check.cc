#include "services/document-exchange/storage/evidence_check.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/crypto/encoding.h"
#include "common/journal/entry.h"
#include "common/sealing/cades.h"
#include "common/sealing/evidence.h"
#include "common/status/macros.h"
#include "services/document-exchange/storage/sql_rows.h"

namespace comity::document_exchange {
namespace {

using journal::FoundEntry;
using journal::RowsReport;
using journal::StoreView;
using journal::TextIn;
using State = journal::FoundEntry::State;

constexpr std::size_t kChunk = 256;
constexpr char kStatementEntry[] = "STATEMENT";
constexpr char kRefusalEntry[] = "REFUSAL";

// Whether `signature` is one of `signer` over `data`. Whether the signer counts is judged where
// certificates are: `comity evidence verify`.
bool IsSignedBy(absl::string_view data, absl::string_view signature, absl::string_view signer) {
  const auto verified = sealing::VerifySignature(
      data, signature, [](const sealing::VerifiedSignature&) { return absl::OkStatus(); });
  return verified.ok() && verified->spiffe_id == signer;
}

std::string HexOf(absl::string_view data) {
  return crypto::Hex(crypto::View(crypto::Sha256(data)));
}

absl::StatusOr<std::int64_t> Count(StoreView& store, absl::string_view question, std::int64_t first,
                                   std::int64_t second) {
  COMITY_ASSIGN_OR_RETURN(const auto count, store.sql().Prepare(question));
  COMITY_RETURN_IF_ERROR(count->BindInt64(1, first).BindInt64(2, second).Step().status());
  return count->Int64(0);
}

// What of a statement's row is not as it says itself; "" if all is.
std::string WrongInItself(const StoredStatement& row) {
  const auto said = sealing::ParseStatement(row.statement);
  if (!said.ok()) return "It cannot be read.";
  if (said->kind != Name(row.kind) || said->document_id != row.document_id ||
      said->sender != row.sender || said->recipient != row.recipient ||
      said->leaf_index != row.leaf_index) {
    return "Its columns are not what the statement says.";
  }
  if (!IsSignedBy(row.statement, row.signature, said->service)) {
    return "Its signature is not one of its service over it.";
  }
  const std::optional<crypto::Digest>& confirmed = said->confirmation_sha256;
  if (confirmed.has_value() == row.confirmation.empty() ||
      (confirmed && *confirmed != crypto::Sha256(row.confirmation))) {
    return "Its confirmation is not the one that it names.";
  }
  if (confirmed ? !IsSignedBy(row.confirmation, row.confirmation_signature, said->recipient)
                : !row.confirmation_signature.empty()) {
    return "The signature of its confirmation is not one of its recipient over it.";
  }
  return "";
}

// The stages that a recipient may be in for whom such a statement was made.
bool MayBeIn(RecipientState state, StatementKind kind, absl::string_view reason_code) {
  const bool rejected = state == RecipientState::kRejected;
  if (kind == StatementKind::kRetrieval) return rejected || state == RecipientState::kRetrieved;
  if (reason_code == "DECISION_WITHDRAWN") return state == RecipientState::kWithheld;
  return true;
}

// What the rows of its document say against it.
absl::StatusOr<std::string> WrongInDocument(SqlRows& rows, const StoredStatement& row) {
  // Of a submission that was rejected there is no document, or a later one with its id.
  if (row.kind == StatementKind::kSubmissionRejection) return std::string();
  const auto said = sealing::ParseStatement(row.statement);
  const absl::StatusOr<std::optional<Document>> found = rows.FindDocument(row.document_id);
  if (absl::IsDataLoss(found.status())) return std::string();  // A finding of its own.
  COMITY_RETURN_IF_ERROR(found.status());
  const std::optional<Document>& document = *found;
  if (!document) return std::string("Its document is gone.");
  if (document->sender != row.sender || document->manifest_sha256 != said->manifest_sha256) {
    return std::string("Its document has another sender or manifest.");
  }
  if (row.recipient.empty()) return std::string();
  const Recipient* const recipient = document->Find(row.recipient);
  if (recipient == nullptr) return std::string("Its document lacks its recipient.");
  return std::string(MayBeIn(recipient->state, row.kind, said->reason_code)
                         ? ""
                         : "Its recipient is in a stage that it excludes.");
}

absl::Status CheckStatement(StoreView& store, SqlRows& rows, const StoredStatement& row,
                            RowsReport& report) {
  const std::string where = absl::StrCat("statements/", row.leaf_index);
  std::string wrong = WrongInItself(row);
  if (wrong.empty()) {
    COMITY_ASSIGN_OR_RETURN(wrong, WrongInDocument(rows, row));
  }
  COMITY_ASSIGN_OR_RETURN(const FoundEntry entry, store.FindEntry(row.leaf_index, row.commit_time));
  if (wrong.empty() && entry.state == State::kMissing) {
    wrong = "The ledger has no entry that it was made with.";
  }
  if (wrong.empty() && entry.state == State::kOpened &&
      (entry.Text("kind") != kStatementEntry ||
       entry.Text("statement_sha256") != HexOf(row.statement))) {
    wrong = absl::StrCat("It is not the one that ", entry.place, " commits to.");
  }
  if (!wrong.empty()) {
    report.find(where, std::move(wrong));
  } else {
    ++(entry.state == State::kOpened ? report.compared : report.uncompared);
  }
  return absl::OkStatus();
}

// A transfer record, with its verdict still sealed.
struct RecordRow {
  TransferRecord record;
  std::string sealed;
};

absl::StatusOr<std::vector<RecordRow>> RecordsAfter(StoreView& store, std::int64_t revision,
                                                    std::int64_t ordinal) {
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      store.sql().Prepare("SELECT revision, ordinal, commit_time, document_id, attempt, sender, "
                          "recipient, refused, leaf_index, sealed_verdict FROM transfer_records "
                          "WHERE (revision, ordinal) > (?1, ?2) ORDER BY revision, ordinal "
                          "LIMIT ?3"));
  select->BindInt64(1, revision).BindInt64(2, ordinal).BindInt64(3, kChunk);
  std::vector<RecordRow> found;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool row, select->Step());
    if (!row) return found;
    found.push_back({.record = {.revision = select->Int64(0),
                                .ordinal = select->Int64(1),
                                .commit_time = absl::FromUnixMicros(select->Int64(2)),
                                .document_id = std::string(select->Text(3)),
                                .attempt = std::string(select->Text(4)),
                                .sender = std::string(select->Text(5)),
                                .recipient = std::string(select->Text(6)),
                                .refused = select->Int64(7) != 0,
                                .leaf_index = select->Int64(8)},
                     .sealed = std::string(select->Blob(9))});
  }
}

// What the entry of a refused transfer says of this record.
bool FitsRefusal(const FoundEntry& entry, const TransferRecord& record) {
  const json::Json detail = entry.Detail();
  const auto verdicts = detail.find("verdicts");
  if (verdicts == detail.end() || !verdicts->is_array() || record.ordinal < 0 ||
      record.ordinal >= static_cast<std::int64_t>(verdicts->size())) {
    return false;
  }
  const json::Json& verdict = (*verdicts)[static_cast<std::size_t>(record.ordinal)];
  return TextIn(verdict, "recipient") == record.recipient &&
         (TextIn(verdict, "outcome") == legal::Name(legal::Outcome::kPermitted)) !=
             record.refused &&
         entry.Text("caller") == record.sender;
}

// What the entry and the document of a transfer that was made say of this record.
absl::StatusOr<bool> FitsMutation(SqlRows& rows, const FoundEntry& entry,
                                  const TransferRecord& record) {
  if (record.refused || entry.Text("resource") != absl::StrCat("documents/", record.document_id)) {
    return false;
  }
  const std::string recipient = TextIn(entry.Detail(), "recipient");
  if (!recipient.empty() && recipient != record.recipient) return false;
  const absl::StatusOr<std::optional<Document>> document = rows.FindDocument(record.document_id);
  if (absl::IsDataLoss(document.status())) return true;  // A finding of its own.
  COMITY_RETURN_IF_ERROR(document.status());
  return document->has_value() && (*document)->sender == record.sender &&
         (*document)->Find(record.recipient) != nullptr;
}

absl::Status CheckRecord(StoreView& store, SqlRows& rows, const RecordRow& row,
                         RowsReport& report) {
  const TransferRecord& record = row.record;
  const std::string context = RecordContext(record.revision, record.ordinal);
  const auto verdict = store.Unseal(row.sealed, context);
  if (!verdict.ok()) {
    report.find(context, std::string(verdict.status().message()));
    return absl::OkStatus();
  }
  COMITY_ASSIGN_OR_RETURN(const FoundEntry entry,
                          store.FindEntry(record.leaf_index, record.commit_time));
  if (entry.state == State::kMissing || entry.revision != record.revision) {
    report.find(context, "The ledger has no entry that it was made with.");
    return absl::OkStatus();
  }
  if (entry.state == State::kUnread) {
    ++report.uncompared;
    return absl::OkStatus();
  }
  bool fits = FitsRefusal(entry, record);
  if (entry.Text("kind") == journal::kMutationEntry) {
    COMITY_ASSIGN_OR_RETURN(fits, FitsMutation(rows, entry, record));
  }
  const std::string method = entry.Text("method");
  if (fits && absl::string_view(method).substr(method.rfind('/') + 1) == record.attempt) {
    ++report.compared;
  } else {
    report.find(context, absl::StrCat("It is not what ", entry.place, " says."));
  }
  return absl::OkStatus();
}

// What an entry says of its document, and the document's rows do not; "" if they do.
absl::StatusOr<std::string> WrongByEntry(StoreView& store, const FoundEntry& entry,
                                         const Document& document) {
  const json::Json detail = entry.Detail();
  const auto wrong_if = [](bool wrong, const char* what) { return std::string(wrong ? what : ""); };
  const std::string manifest = TextIn(detail, "manifest_sha256");
  const std::string recipient = TextIn(detail, "recipient");
  const std::string controller = TextIn(detail, "controller");
  const std::string reason_code = TextIn(detail, "reason_code");
  const std::string use = TextIn(detail, "use");
  if (!manifest.empty()) {
    const auto count = detail.find("recipients");
    return wrong_if(manifest != crypto::Hex(crypto::View(document.manifest_sha256)) ||
                        document.sender != entry.Text("caller") ||
                        document.revision != entry.revision || count == detail.end() ||
                        *count != document.recipients.size(),
                    "another submission than");
  }
  if (!recipient.empty()) {
    const Recipient* const row = document.Find(recipient);
    return wrong_if(row == nullptr || !row->handed_over, "no hand-over as");
  }
  if (!controller.empty()) {
    return wrong_if(document.controller != controller, "another controller than");
  }
  if (!reason_code.empty()) {
    const Recipient* const row = document.Find(entry.Text("caller"));
    return wrong_if(
        row == nullptr || row->state != RecipientState::kRejected || row->reason != reason_code,
        "no rejection as");
  }
  if (use.empty()) return std::string();
  COMITY_ASSIGN_OR_RETURN(
      const auto select,
      store.sql().Prepare("SELECT use, partners FROM restrictions WHERE document_revision = ?1 "
                          "AND revision = ?2"));
  COMITY_ASSIGN_OR_RETURN(
      const bool row, select->BindInt64(1, document.revision).BindInt64(2, entry.revision).Step());
  return wrong_if(!row || select->Text(0) != use ||
                      json::Json(Split(select->Text(1))) != detail.value("partners", json::Json()),
                  "no restriction as");
}

// How many transfer records an entry was committed with; nullopt: the entry does not say.
std::optional<std::int64_t> RecordsOf(const FoundEntry& entry, const Document* document) {
  const json::Json detail = entry.Detail();
  if (entry.Text("kind") == kRefusalEntry) {
    const auto verdicts = detail.find("verdicts");
    if (verdicts == detail.end()) return std::nullopt;
    return static_cast<std::int64_t>(verdicts->size());
  }
  if (document == nullptr) return std::nullopt;
  const auto transfers = detail.find("transfers");
  if (transfers != detail.end() && transfers->is_number_integer()) {
    return transfers->get<std::int64_t>();
  }
  const auto foreign = [](const Recipient* recipient) {
    return recipient != nullptr && !recipient->own ? 1 : 0;
  };
  const std::string recipient = TextIn(detail, "recipient");
  if (!recipient.empty()) return foreign(document->Find(recipient));
  if (TextIn(detail, "manifest_sha256").empty()) return std::nullopt;
  std::int64_t count = 0;
  for (const Recipient& one : document->recipients) count += foreign(&one);
  return count;
}

absl::Status CheckDocumentEntry(StoreView& store, SqlRows& rows, const FoundEntry& entry,
                                RowsReport& report) {
  std::optional<Document> document;
  const std::string resource = entry.Text("resource");
  const bool made = entry.Text("kind") == journal::kMutationEntry;
  if (absl::string_view id = resource; made && absl::ConsumePrefix(&id, "documents/")) {
    absl::StatusOr<std::optional<Document>> found = rows.FindDocument(id);
    if (absl::IsDataLoss(found.status())) return absl::OkStatus();  // A finding of its own.
    COMITY_RETURN_IF_ERROR(found.status());
    document = *std::move(found);
    if (!document) return absl::OkStatus();  // So is this.
    COMITY_ASSIGN_OR_RETURN(const std::string wrong, WrongByEntry(store, entry, *document));
    if (!wrong.empty()) {
      report.find(resource, absl::StrCat("Its rows have ", wrong, " ", entry.place, " says."));
    }
  }
  const std::optional<std::int64_t> expected = RecordsOf(entry, document ? &*document : nullptr);
  if (!expected) return absl::OkStatus();
  COMITY_ASSIGN_OR_RETURN(
      const std::int64_t there,
      Count(store, "SELECT COUNT(*) FROM transfer_records WHERE revision = ?1 AND leaf_index = ?2",
            entry.revision, entry.leaf_index));
  if (there != *expected) {
    report.find(entry.place, absl::StrCat("It was committed with ", *expected,
                                          " transfer records, and there are ", there, "."));
  }
  return absl::OkStatus();
}

// The entry that recorded or withdrew a decision.
absl::Status CheckDecisionEntry(SqlRows& rows, const FoundEntry& entry, RowsReport& report) {
  const std::string where = entry.Text("resource");
  absl::string_view id = where;
  if (entry.Text("kind") != journal::kMutationEntry || !absl::ConsumePrefix(&id, "decisions/")) {
    return absl::OkStatus();
  }
  const auto found = rows.FindDecision(id);
  // Findings of their own.
  if (absl::IsDataLoss(found.status()) || absl::IsInvalidArgument(found.status())) {
    return absl::OkStatus();
  }
  COMITY_RETURN_IF_ERROR(found.status());
  if (!found->has_value()) return absl::OkStatus();
  const RecordedDecision& recorded = **found;
  const legal::Decision& decision = recorded.decision;
  const json::Json detail = entry.Detail();
  bool fits = true;
  if (detail.contains("kind")) {
    fits = detail["kind"] == static_cast<int>(decision.kind) &&
           TextIn(detail, "partner") == decision.partner &&
           detail.value("counterparts", json::Json()) == json::Json(decision.counterparts) &&
           TextIn(detail, "case_reference") == decision.case_reference &&
           entry.Text("caller") == recorded.recorded_by && entry.revision == recorded.position &&
           (recorded.pruned || (TextIn(detail, "evidence") == recorded.evidence &&
                                TextIn(detail, "grounds") == decision.grounds &&
                                (!detail.contains("conditions") ||
                                 detail["conditions"] == json::Json(decision.conditions))));
  } else {
    fits = decision.withdrawn == entry.commit_time;
  }
  if (!fits) report.find(where, absl::StrCat("It is not what ", entry.place, " says."));
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckStatements(StoreView& store, RowsReport& report) {
  SqlRows rows(&store.sql(), &store);
  absl::Time time = absl::FromUnixMicros(std::numeric_limits<std::int64_t>::min());
  std::int64_t leaf_index = std::numeric_limits<std::int64_t>::min();
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const std::vector<StoredStatement> chunk,
                            rows.StatementsAfter(time, leaf_index, kChunk));
    for (const StoredStatement& row : chunk) {
      COMITY_RETURN_IF_ERROR(CheckStatement(store, rows, row, report));
    }
    if (chunk.size() < kChunk) return absl::OkStatus();
    time = chunk.back().commit_time;
    leaf_index = chunk.back().leaf_index;
  }
}

absl::Status CheckTransferRecords(StoreView& store, RowsReport& report) {
  SqlRows rows(&store.sql(), &store);
  std::int64_t revision = std::numeric_limits<std::int64_t>::min();
  std::int64_t ordinal = 0;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const std::vector<RecordRow> chunk,
                            RecordsAfter(store, revision, ordinal));
    for (const RecordRow& row : chunk) {
      COMITY_RETURN_IF_ERROR(CheckRecord(store, rows, row, report));
    }
    if (chunk.size() < kChunk) return absl::OkStatus();
    revision = chunk.back().record.revision;
    ordinal = chunk.back().record.ordinal;
  }
}

absl::Status CheckEntriesHaveRows(StoreView& store, RowsReport& report) {
  SqlRows rows(&store.sql(), &store);
  return store.ForEachEntry([&](const FoundEntry& entry) -> absl::Status {
    if (entry.Text("kind") != kStatementEntry) {
      COMITY_RETURN_IF_ERROR(CheckDecisionEntry(rows, entry, report));
      return CheckDocumentEntry(store, rows, entry, report);
    }
    COMITY_ASSIGN_OR_RETURN(
        const std::int64_t there,
        Count(store, "SELECT COUNT(*) FROM statements WHERE commit_time = ?1 AND leaf_index = ?2",
              Micros(entry.commit_time), entry.leaf_index));
    if (there == 0) report.find(entry.place, "The statement that it commits to is gone.");
    return absl::OkStatus();
  });
}

}  // namespace comity::document_exchange
