#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/journal/entry.h"
#include "common/status/macros.h"
#include "services/document-exchange/domain/exchange.h"
#include "services/document-exchange/domain/rows_digest.h"

namespace comity::document_exchange {
namespace {

constexpr std::size_t kBatch = 100;

// Whose turn has come; exactly one statement each.
struct Due {
  StatementKind kind;
  absl::string_view reason_code;
  absl::string_view method;
};

constexpr Due kDelivery = {StatementKind::kNonDelivery, "DELIVERY_TIMEOUT", "timer/delivery"};
constexpr Due kRetrieval = {StatementKind::kNonRetrieval, "RETRIEVAL_TIMEOUT", "timer/retrieval"};

// Mutations of their own.
constexpr char kUpload[] = "timer/upload";
constexpr char kTimeouts[] = "timer/timeouts";

journal::Attempt TimerAttempt(absl::string_view timer) {
  return {.caller = "-", .method = std::string(timer)};
}

absl::Status AddTimerLeaf(journal::Turn& turn, absl::string_view timer, std::string resource) {
  return turn
      .AddLeaf({.time = turn.now(),
                .kind = journal::kMutationEntry,
                .caller = "-",
                .method = std::string(timer),
                .revision = turn.revision(),
                .resource = std::move(resource),
                .outcome = "DONE"})
      .status();
}

}  // namespace

absl::Status Exchange::ExpireUpload(const std::string& upload_id) {
  {
    absl::MutexLock lock(&mutex_);
    if (submitting_.contains(upload_id)) return absl::OkStatus();
  }
  const auto body = [&](journal::Turn& turn) -> absl::Status {
    const std::unique_ptr<WritableRows> rows = parts_.rows->In(turn);
    COMITY_RETURN_IF_ERROR(rows->EraseUpload(upload_id));
    COMITY_RETURN_IF_ERROR(turn.Erase("upload", upload_id));
    return AddTimerLeaf(turn, kUpload, absl::StrCat("uploads/", upload_id));
  };
  COMITY_RETURN_IF_ERROR(parts_.journal->Mutate(TimerAttempt(kUpload), body).status());
  // Rows first: a folder without rows is found again, rows without a folder would lie.
  return parts_.payloads->RemoveUpload(upload_id);
}

absl::Status Exchange::RemoveForgottenUploads(absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const std::vector<StoredFolder> folders, parts_.payloads->ListUploads());
  absl::Status first;
  for (const StoredFolder& folder : folders) {
    // A younger one may be about to get its row.
    if (folder.changed + settings_.upload_life > now) continue;
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
    COMITY_ASSIGN_OR_RETURN(const std::optional<Upload> upload, rows->FindUpload(folder.id));
    if (!upload.has_value()) first.Update(parts_.payloads->RemoveUpload(folder.id));
  }
  return first;
}

absl::StatusOr<int> Exchange::StateTimeouts(const std::string& document_id, absl::Time now) {
  int made = 0;
  const auto body = [&](journal::Turn& turn) -> absl::Status {
    made = 0;
    const std::unique_ptr<WritableRows> rows = parts_.rows->In(turn);
    // Read again: since the scan the recipient may have confirmed.
    COMITY_ASSIGN_OR_RETURN(std::optional<Document> document, rows->FindDocument(document_id));
    if (!document.has_value()) {
      turn.ChangeNothing();
      return absl::OkStatus();
    }
    for (Recipient& recipient : document->recipients) {
      for (const Due& timeout : {kDelivery, kRetrieval}) {
        std::optional<absl::Time>& when = timeout.kind == StatementKind::kNonDelivery
                                              ? recipient.delivery_due
                                              : recipient.retrieval_due;
        if (!when.has_value() || *when > now) continue;
        when.reset();
        COMITY_RETURN_IF_ERROR(rows->UpdateRecipient(document->id, recipient));
        COMITY_RETURN_IF_ERROR(StateAndCount(turn, *rows, timeout.method,
                                             {.kind = timeout.kind,
                                              .document_id = document->id,
                                              .manifest_sha256 = document->manifest_sha256,
                                              .sender = document->sender,
                                              .recipient = recipient.spiffe_id,
                                              .reason_code = std::string(timeout.reason_code)}));
        ++made;
      }
    }
    if (made == 0) {
      turn.ChangeNothing();
      return absl::OkStatus();
    }
    COMITY_RETURN_IF_ERROR(turn.Put("document", document->id, RowsDigest(*document)));
    return AddTimerLeaf(turn, kTimeouts, absl::StrCat("documents/", document->id));
  };
  COMITY_RETURN_IF_ERROR(parts_.journal->Mutate(TimerAttempt(kTimeouts), body).status());
  return made;
}

absl::StatusOr<int> Exchange::RunTimers() {
  const absl::Time now = parts_.clock->Now();
  std::vector<Upload> expired;
  std::vector<Document> due;
  {
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
    COMITY_ASSIGN_OR_RETURN(expired, rows->ScanExpiredUploads(now, kBatch));
    COMITY_ASSIGN_OR_RETURN(due, rows->DueDocuments(now, kBatch));
  }
  // What cannot be done of one must not keep the others.
  absl::Status first;
  for (const Upload& upload : expired) first.Update(ExpireUpload(upload.id));
  first.Update(RemoveForgottenUploads(now));
  first.Update(EraseOverdue(now));
  int made = 0;
  for (const Document& document : due) {
    const absl::StatusOr<int> stated = StateTimeouts(document.id, now);
    first.Update(stated.status());
    made += stated.value_or(0);
  }
  COMITY_RETURN_IF_ERROR(first);
  return made;
}

absl::Status Exchange::Reconcile() {
  COMITY_ASSIGN_OR_RETURN(const std::vector<StoredFolder> documents,
                          parts_.payloads->ListDocuments());
  COMITY_ASSIGN_OR_RETURN(const std::vector<StoredFolder> uploads, parts_.payloads->ListUploads());
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
  const auto has_folder = [&](const Upload& upload) {
    return std::any_of(uploads.begin(), uploads.end(),
                       [&](const StoredFolder& folder) { return folder.id == upload.id; });
  };
  for (const StoredFolder& folder : documents) {
    COMITY_ASSIGN_OR_RETURN(const std::optional<Document> document, rows->FindDocument(folder.id));
    if (document.has_value()) continue;
    // The process ended between the rename and the commit: nobody was told that it is submitted.
    // Of several uploads with this document's id it was the one that has no folder any more.
    COMITY_ASSIGN_OR_RETURN(const std::vector<Upload> known, rows->UploadsOfDocument(folder.id));
    const auto from = std::find_if_not(known.begin(), known.end(), has_folder);
    COMITY_RETURN_IF_ERROR(from != known.end() ? parts_.payloads->Demote(folder.id, from->id)
                                               : parts_.payloads->RemoveDocument(folder.id));
  }
  for (const StoredFolder& folder : uploads) {
    COMITY_ASSIGN_OR_RETURN(const std::optional<Upload> upload, rows->FindUpload(folder.id));
    if (!upload.has_value()) COMITY_RETURN_IF_ERROR(parts_.payloads->RemoveUpload(folder.id));
  }
  return absl::OkStatus();
}

}  // namespace comity::document_exchange
