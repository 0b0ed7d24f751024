#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/ids/uuid.h"
#include "common/json/canonical.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/document-exchange/domain/exchange.h"
#include "services/document-exchange/domain/sealed_form.h"

namespace comity::document_exchange {
namespace {

constexpr std::size_t kMostRecipients = 100;
constexpr std::int64_t kLargestDescription = std::int64_t{64} * 1024;
constexpr std::size_t kMostDerived = 100;

// Whether a recipient is of the sender's own unit or partner.
bool OwnSide(const identity::Principal& sender, const identity::Principal& recipient) {
  return SameSide(sender, recipient) || (sender.kind == identity::PrincipalKind::kPartner &&
                                         recipient.kind == identity::PrincipalKind::kPartner &&
                                         sender.partner == recipient.partner);
}

absl::Status CheckRecipients(const identity::Principal& sender,
                             const std::vector<std::string>& recipients) {
  if (recipients.empty() || recipients.size() > kMostRecipients) {
    return InvalidField("RECIPIENTS_INVALID", "recipients", "must be 1 to 100 SPIFFE ids");
  }
  bool own = false;
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    const std::string field = absl::StrCat("recipients[", i, "]");
    const absl::StatusOr<identity::Principal> recipient = identity::Principal::Parse(recipients[i]);
    if (!recipient.ok()) {
      return InvalidField("RECIPIENTS_INVALID", field, "must be a SPIFFE id of this suite");
    }
    if (std::count(recipients.begin(), recipients.end(), recipients[i]) > 1) {
      return InvalidField("RECIPIENTS_INVALID", field, "is named twice");
    }
    own = own || OwnSide(sender, *recipient);
  }
  if (!own) {
    return InvalidField(
        "OWN_SIDE_MISSING", "recipients",
        "must name somebody of the sender's own unit, so that the sender's side can "
        "open what it sent: add yourself");
  }
  return absl::OkStatus();
}

absl::Status CheckNotTaken(Rows& rows, absl::string_view document_id) {
  COMITY_ASSIGN_OR_RETURN(const std::optional<Document> taken, rows.FindDocument(document_id));
  if (!taken.has_value()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kAlreadyExists,
                   "There is already a document with this id; make a new id.",
                   {.reason = "DOCUMENT_ID_TAKEN"});
}

// Two open uploads of one document could not be told apart after a crash. The name of the other one
// is for its owner only.
absl::Status CheckNotOpen(Rows& rows, absl::string_view document_id, absl::string_view caller,
                          absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const std::vector<Upload> uploads, rows.UploadsOfDocument(document_id));
  for (const Upload& open : uploads) {
    if (open.expire_time <= now) continue;
    ErrorDetails details = {.reason = "UPLOAD_OPEN"};
    if (open.owner == caller) details.metadata["upload"] = absl::StrCat("uploads/", open.id);
    return MakeError(
        absl::StatusCode::kAlreadyExists,
        "There is already an open upload with this document id; go on with it if it is "
        "yours, or make a new id.",
        std::move(details));
  }
  return absl::OkStatus();
}

// Whether `upload` may be opened beside those that are.
absl::Status CheckMayOpen(Rows& rows, const Upload& upload, std::int64_t most, absl::Time now) {
  COMITY_RETURN_IF_ERROR(CheckNotOpen(rows, upload.document_id, upload.owner, now));
  COMITY_ASSIGN_OR_RETURN(const std::int64_t open, rows.CountUploadsOf(upload.owner));
  if (open < most) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kResourceExhausted,
      absl::StrCat("You have ", open, " uploads open; submit one, or wait until one expires."),
      {.reason = "TOO_MANY_UPLOADS"});
}

}  // namespace

absl::Status UploadNotFound() {
  return MakeError(absl::StatusCode::kNotFound,
                   "There is no such upload: it was submitted, it expired after 24 hours, or it is "
                   "not yours; open a new one.",
                   {.reason = "UPLOAD_NOT_FOUND"});
}

absl::StatusOr<UploadStatus> Exchange::CreateUpload(const Request& request,
                                                    const NewUpload& wanted) {
  if (!IsUuid(wanted.document_id)) {
    return InvalidField("DOCUMENT_ID_INVALID", "document_id", "must be a UUID in lower case");
  }
  COMITY_RETURN_IF_ERROR(
      CheckSealedLength("content_length", wanted.announced.content, settings_.largest_content));
  COMITY_RETURN_IF_ERROR(
      CheckSealedLength("description_length", wanted.announced.description, kLargestDescription));
  COMITY_RETURN_IF_ERROR(CheckRecipients(*request.caller, wanted.recipients));
  if (wanted.context.question.data_kind == legal::DataKind::kUnspecified) {
    return InvalidField("DATA_KIND_MISSING", "context.question.data_kind", "must be said");
  }
  // Before a long upload, not after it: the manifest says the same in these words.
  const legal::Purpose& purpose = wanted.context.question.purpose;
  COMITY_RETURN_IF_ERROR(sealing::CheckTexts({.task = purpose.task,
                                              .offence = purpose.offence,
                                              .stage = purpose.stage,
                                              .case_reference = purpose.case_reference,
                                              .necessity = purpose.necessity},
                                             "CONTEXT_INVALID", "context.question.purpose"));
  if (wanted.context.derived_from.size() > kMostDerived) {
    return InvalidField("DERIVED_FROM_INVALID", "context.derived_from", "names more than 100");
  }

  COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> registry,
                          parts_.registry->Latest());
  const absl::Time now = parts_.clock->Now();
  Upload upload = {.id = NewUuid(now),
                   .document_id = wanted.document_id,
                   .owner = request.caller->spiffe_id,
                   .announced = wanted.announced,
                   .recipients = wanted.recipients,
                   .flags = FlagsOf(wanted.context.question.purpose),
                   .context_digests = DigestContext(wanted.context)};
  const auto check = [&](Rows& rows) -> absl::StatusOr<std::vector<RecipientVerdict>> {
    COMITY_ASSIGN_OR_RETURN(std::vector<Derived> derived,
                            LoadDerived(rows, request.caller, wanted.context.derived_from));
    return CheckTransfer(rows, *registry,
                         {.sender = *request.caller,
                          .recipients = wanted.recipients,
                          .context = wanted.context,
                          .derived = std::move(derived)},
                         now);
  };
  // Of a repetition: the upload as it was opened, whatever became of it and of the registry since.
  // All of it is the request's, whose digest the journal compared, or the commit's. Verdicts are
  // not kept: those of now, or none if there are none any more.
  const auto answer_again = [&](const journal::Committed& then) -> absl::StatusOr<UploadStatus> {
    upload.id = std::string(absl::StripPrefix(then.resource, "uploads/"));
    upload.create_time = then.commit_time;
    upload.expire_time = then.commit_time + settings_.upload_life;
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
    absl::StatusOr<std::vector<RecipientVerdict>> verdicts = check(*rows);
    if (absl::IsUnavailable(verdicts.status())) return verdicts.status();
    UploadStatus status = {.upload = std::move(upload)};
    if (verdicts.ok()) status.verdicts = *std::move(verdicts);
    return status;
  };
  // Asked first: what is refused today may have been permitted when it was answered.
  COMITY_ASSIGN_OR_RETURN(const std::optional<journal::Committed> answered,
                          parts_.journal->FindAnswer(AttemptOf(request)));
  if (answered.has_value()) return answer_again(*answered);

  std::vector<RecipientVerdict> verdicts;
  {
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
    COMITY_RETURN_IF_ERROR(CheckNotTaken(*rows, wanted.document_id));
    COMITY_ASSIGN_OR_RETURN(verdicts, check(*rows));
  }
  if (const absl::Status refusal = NotPermitted(verdicts); !refusal.ok()) {
    if (wanted.validate_only) return refusal;
    return RefuseTransfer(request, "", verdicts, refusal);
  }
  if (wanted.validate_only) {
    COMITY_RETURN_IF_ERROR(parts_.may_begin());
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
    COMITY_RETURN_IF_ERROR(CheckMayOpen(*rows, upload, settings_.most_open_uploads, now));
    upload.id.clear();
    return UploadStatus{.upload = std::move(upload), .verdicts = std::move(verdicts)};
  }

  COMITY_RETURN_IF_ERROR(parts_.payloads->CreateUpload(upload.id, upload.announced));
  const absl::StatusOr<journal::Committed> committed =
      parts_.journal->Mutate(AttemptOf(request), [&](journal::Turn& turn) -> absl::Status {
        // Here, where a repetition of what has begun already does not come.
        COMITY_RETURN_IF_ERROR(parts_.may_begin());
        const std::unique_ptr<WritableRows> rows = parts_.rows->In(turn);
        COMITY_RETURN_IF_ERROR(CheckNotTaken(*rows, upload.document_id));
        COMITY_RETURN_IF_ERROR(
            CheckMayOpen(*rows, upload, settings_.most_open_uploads, turn.now()));
        upload.create_time = turn.now();
        upload.expire_time = turn.now() + settings_.upload_life;
        const std::string name = absl::StrCat("uploads/", upload.id);
        COMITY_RETURN_IF_ERROR(rows->InsertUpload(upload));
        COMITY_RETURN_IF_ERROR(turn.Put("upload", upload.id, ""));
        COMITY_RETURN_IF_ERROR(
            AddMutationLeaf(turn, request, name,
                            json::Canonical({{"document_id", upload.document_id},
                                             {"registry_revision", registry->revision().number}})));
        turn.SetResource(name);
        return absl::OkStatus();
      });
  if (!committed.ok()) {
    // In doubt its row may stand; RemoveForgottenUploads finds out.
    if (ReasonOf(committed.status()) != "COMMIT_IN_DOUBT") {
      parts_.payloads->RemoveUpload(upload.id).IgnoreError();
    }
    return committed.status();
  }
  if (committed->replayed) {
    // The same request, answered since it was looked for.
    parts_.payloads->RemoveUpload(upload.id).IgnoreError();
    return answer_again(*committed);
  }
  return UploadStatus{.upload = std::move(upload), .verdicts = std::move(verdicts)};
}

absl::StatusOr<UploadStatus> Exchange::GetUpload(const Request& request,
                                                 absl::string_view upload_id) {
  if (!IsUuid(upload_id)) return UploadNotFound();
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
  COMITY_ASSIGN_OR_RETURN(std::optional<Upload> upload, rows->FindUpload(upload_id));
  if (!upload.has_value() || upload->owner != request.caller->spiffe_id ||
      upload->expire_time <= parts_.clock->Now()) {
    return UploadNotFound();
  }
  absl::StatusOr<PayloadSizes> on_disk = parts_.payloads->UploadSizes(upload_id);
  if (absl::IsNotFound(on_disk.status())) {
    {
      absl::MutexLock lock(&mutex_);
      if (!submitting_.insert(upload->id).second) return UploadNotFound();
    }
    const absl::Status back = BringBack(*upload);
    {
      absl::MutexLock lock(&mutex_);
      submitting_.erase(upload->id);
    }
    COMITY_RETURN_IF_ERROR(back);
    on_disk = parts_.payloads->UploadSizes(upload_id);
  }
  COMITY_RETURN_IF_ERROR(on_disk.status());
  return UploadStatus{.upload = *std::move(upload), .on_disk = *on_disk};
}

absl::Status Exchange::BringBack(const Upload& upload) {
  absl::Status there = parts_.payloads->UploadSizes(upload.id).status();
  if (!absl::IsNotFound(there)) return there;
  {
    // A submission that ended meanwhile may have succeeded; what is committed is nobody's upload.
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
    COMITY_ASSIGN_OR_RETURN(const std::optional<Upload> still, rows->FindUpload(upload.id));
    COMITY_ASSIGN_OR_RETURN(const std::optional<Document> document,
                            rows->FindDocument(upload.document_id));
    if (!still.has_value() || document.has_value()) return UploadNotFound();
  }
  const absl::Status back = parts_.payloads->Demote(upload.document_id, upload.id);
  return absl::IsNotFound(back) ? UploadNotFound() : back;
}

absl::StatusOr<OpenedUpload> Exchange::OpenUpload(const Request& request,
                                                  absl::string_view upload_id) {
  COMITY_ASSIGN_OR_RETURN(const UploadStatus status, GetUpload(request, upload_id));
  OpenedUpload opened = {.announced = status.upload.announced};
  COMITY_ASSIGN_OR_RETURN(opened.writer,
                          parts_.payloads->OpenWriter(upload_id, status.upload.announced));
  return opened;
}

}  // namespace comity::document_exchange
