#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/crypto/encoding.h"
#include "common/ids/uuid.h"
#include "common/json/canonical.h"
#include "common/sealing/age_header.h"
#include "common/sealing/evidence.h"
#include "common/sealing/recipients.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/document-exchange/domain/exchange.h"
#include "services/document-exchange/domain/objects.h"
#include "services/document-exchange/domain/rows_digest.h"
#include "services/document-exchange/domain/sealed_form.h"

namespace comity::document_exchange {
namespace {

constexpr std::size_t kSaltSize = 32;
constexpr std::size_t kLargestHeader = std::size_t{4} * 1024;

// Refusals of a submission that say nothing about it: trying again is the answer.
bool IsAboutTheSubmission(const absl::Status& refusal) {
  switch (refusal.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kAlreadyExists:
      return true;
    default:
      return false;
  }
}

absl::Status CheckHeaders(const std::vector<RecipientHeaders>& headers,
                          const std::vector<std::string>& announced,
                          const sealing::Manifest& manifest) {
  std::set<std::string> named;
  std::set<std::int64_t> leaves;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const RecipientHeaders& header = headers[i];
    const std::string field = absl::StrCat("headers[", i, "]");
    if (!named.insert(header.recipient).second || !leaves.insert(header.leaf_index).second) {
      return InvalidField("RECIPIENTS_MISMATCH", field, "repeats a recipient or a leaf");
    }
    for (const std::string* const part : {&header.content_header, &header.description_header}) {
      if (part->size() > kLargestHeader || !sealing::CheckSealedHeader(*part).ok()) {
        return InvalidField("NOT_SEALED", field,
                            "is no age header with exactly one X25519 stanza; seal the file first");
      }
    }
    sealing::RecipientProof proof = {.salt = header.salt, .leaf_index = header.leaf_index};
    if (header.salt.size() != kSaltSize) {
      return InvalidField("RECIPIENTS_MISMATCH", absl::StrCat(field, ".salt"),
                          "must have 32 bytes");
    }
    for (const std::string& hash : header.path) {
      if (hash.size() != crypto::Digest().size()) {
        return InvalidField("RECIPIENTS_MISMATCH", absl::StrCat(field, ".path"),
                            "must be hashes of 32 bytes");
      }
      proof.path.push_back(crypto::ToDigest(hash));
    }
    if (!sealing::VerifyRecipient({.recipient = header.recipient,
                                   .content_header = header.content_header,
                                   .description_header = header.description_header},
                                  proof, manifest.recipients_root, manifest.recipients_size)
             .ok()) {
      return InvalidField("RECIPIENTS_MISMATCH", field,
                          "does not stand where its path says in the manifest's recipients_root");
    }
  }
  if (named != std::set<std::string>(announced.begin(), announced.end())) {
    return InvalidField("RECIPIENTS_MISMATCH", "headers",
                        "must be one for each recipient that the upload was opened for");
  }
  return absl::OkStatus();
}

absl::Status CheckDigest(absl::string_view name, const PayloadDigest& stored,
                         const PayloadDigest& signed_digest) {
  if (stored == signed_digest) return absl::OkStatus();
  const absl::string_view member = stored.length != signed_digest.length   ? "length"
                                   : stored.sha256 != signed_digest.sha256 ? "sha256"
                                                                           : "pieces_root";
  return InvalidField(
      "DIGEST_MISMATCH", absl::StrCat("manifest.", name, ".", member),
      "is not that of the payload as it arrived; sign what was uploaded, or send the "
      "file again as a new document");
}

// Makes `document` what it was when it was submitted, before anything became of it: what its rows
// do not say any more, the statements of its submission say. Times do not tell which those are, for
// a clock that was put back stands still meanwhile; a submission's leaves follow each other.
absl::Status GoBackToSubmission(Document& document,
                                const std::vector<StoredStatement>& statements) {
  const auto acceptance =
      std::find_if(statements.begin(), statements.end(), [](const StoredStatement& statement) {
        return statement.kind == StatementKind::kSubmissionAcceptance;
      });
  if (acceptance == statements.end()) {
    return MakeError(absl::StatusCode::kDataLoss,
                     "A document has no statement of its submission; restore the store.",
                     {.reason = "ROW_DAMAGED"});
  }
  COMITY_ASSIGN_OR_RETURN(const sealing::Statement accepted,
                          sealing::ParseStatement(acceptance->statement));
  if (accepted.registry_revision.has_value()) {
    document.registry_revision = {.store_id = accepted.registry_revision->store_id,
                                  .number = accepted.registry_revision->number};
  }
  std::map<std::int64_t, std::string> deliveries;  // By leaf.
  for (const StoredStatement& statement : statements) {
    if (statement.kind != StatementKind::kDelivery) continue;
    if (statement.store_id != acceptance->store_id) continue;
    deliveries[statement.leaf_index] = statement.recipient;
  }
  std::set<std::string> delivered;
  for (auto next = deliveries.find(acceptance->leaf_index + 1); next != deliveries.end();
       next = deliveries.find(next->first + 1)) {
    delivered.insert(next->second);
  }
  for (Recipient& recipient : document.recipients) {
    const bool available = recipient.own || delivered.count(recipient.spiffe_id) != 0;
    recipient.state = available ? RecipientState::kAvailable : RecipientState::kQuarantined;
    recipient.reason.clear();
    recipient.handed_over = false;
  }
  document.controller.clear();
  document.added_restrictions.clear();
  document.erasure = Erasure::kKept;
  document.erase_time.reset();
  return absl::OkStatus();
}

}  // namespace

absl::Status Exchange::CheckSubmission(const Request& request, const Upload& upload,
                                       const Submission& submission,
                                       const sealing::Manifest& manifest) {
  if (manifest.document_id != upload.document_id) {
    return InvalidField("DOCUMENT_ID_MISMATCH", "manifest.document_id",
                        "is not that of the upload");
  }
  if (manifest.sender != request.caller->spiffe_id) {
    return InvalidField("SENDER_MISMATCH", "manifest.sender", "must be the caller");
  }
  COMITY_RETURN_IF_ERROR(sealing::CheckPlain(manifest));
  const absl::Time now = parts_.clock->Now();
  COMITY_ASSIGN_OR_RETURN(const sealing::VerifiedSignature signature,
                          sealing::VerifySignature(submission.manifest, submission.signature,
                                                   parts_.signer_check(now)));
  COMITY_RETURN_IF_ERROR(sealing::RequireSigner(signature, request.caller->spiffe_id));
  COMITY_ASSIGN_OR_RETURN(const TransferContext context, ContextOf(manifest, upload.flags));
  COMITY_RETURN_IF_ERROR(CompareContexts(upload.context_digests, DigestContext(context)));
  return CheckHeaders(submission.headers, upload.recipients, manifest);
}

absl::StatusOr<DocumentView> Exchange::Submit(const Request& request,
                                              const Submission& submission) {
  if (!IsUuid(submission.upload_id)) return UploadNotFound();
  std::optional<Upload> upload;
  {
    COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
    COMITY_ASSIGN_OR_RETURN(upload, rows->FindUpload(submission.upload_id));
  }
  if (!upload.has_value() || upload->owner != request.caller->spiffe_id ||
      upload->expire_time <= parts_.clock->Now()) {
    // Unless it was submitted before: the journal knows the request, the row what was signed.
    COMITY_ASSIGN_OR_RETURN(
        const journal::Committed committed,
        parts_.journal->Mutate(AttemptOf(request), [&](journal::Turn& turn) -> absl::Status {
          const absl::StatusOr<sealing::Manifest> manifest =
              sealing::ParseManifest(submission.manifest);
          if (!manifest.ok()) return UploadNotFound();
          COMITY_ASSIGN_OR_RETURN(const std::optional<Document> document,
                                  parts_.rows->In(turn)->FindDocument(manifest->document_id));
          if (!document.has_value() || document->sender != request.caller->spiffe_id ||
              document->manifest_sha256 != crypto::Sha256(submission.manifest)) {
            return UploadNotFound();
          }
          turn.SetResource(absl::StrCat("documents/", document->id));
          turn.ChangeNothing();
          return absl::OkStatus();
        }));
    return ReadBack(request, absl::StripPrefix(committed.resource, "documents/"));
  }
  {
    absl::MutexLock lock(&mutex_);
    if (!submitting_.insert(upload->id).second) {
      return MakeError(absl::StatusCode::kAborted,
                       "This upload is being submitted by another call; ask again in a moment.",
                       {.reason = "SUBMIT_IN_PROGRESS", .retry_after = absl::Seconds(1)});
    }
  }
  const auto done = absl::MakeCleanup([&] {
    absl::MutexLock lock(&mutex_);
    submitting_.erase(upload->id);
  });

  COMITY_RETURN_IF_ERROR(BringBack(*upload));
  const crypto::Digest manifest_sha256 = crypto::Sha256(submission.manifest);
  std::vector<RecipientVerdict> verdicts;
  const auto refuse = [&](const absl::Status& refusal) -> absl::Status {
    if (!IsAboutTheSubmission(refusal)) return refusal;
    const StatementDraft rejection = {.kind = StatementKind::kSubmissionRejection,
                                      .document_id = upload->document_id,
                                      .manifest_sha256 = manifest_sha256,
                                      .sender = request.caller->spiffe_id,
                                      .reason_code = ReasonOf(refusal)};
    return RefuseTransfer(request, upload->document_id, verdicts, refusal, &rejection);
  };

  const absl::StatusOr<sealing::Manifest> manifest = sealing::ParseManifest(submission.manifest);
  if (!manifest.ok()) return refuse(manifest.status());
  if (const absl::Status fits = CheckSubmission(request, *upload, submission, *manifest);
      !fits.ok()) {
    return refuse(fits);
  }
  const absl::StatusOr<PayloadDigests> digests =
      parts_.payloads->Seal(upload->id, upload->announced);
  if (ReasonOf(digests.status()) == "UPLOAD_INCOMPLETE") return digests.status();
  COMITY_RETURN_IF_ERROR(digests.status());
  for (const absl::Status& fits :
       {CheckDigest("content", digests->content, manifest->content),
        CheckDigest("description", digests->description, manifest->description)}) {
    if (!fits.ok()) return refuse(fits);
  }

  std::map<std::string, std::string> objects = {
      {std::string(kManifestObject), submission.manifest},
      {std::string(kSignatureObject), submission.signature}};
  for (const RecipientHeaders& headers : submission.headers) {
    objects[HeaderObject(headers.recipient)] = PackHeaders(headers);
  }
  COMITY_RETURN_IF_ERROR(parts_.payloads->Promote(upload->id, upload->document_id, objects));

  const std::string name = absl::StrCat("documents/", upload->document_id);
  const absl::StatusOr<journal::Committed> committed =
      parts_.journal->Mutate(AttemptOf(request), [&](journal::Turn& turn) -> absl::Status {
        const std::unique_ptr<WritableRows> rows = parts_.rows->In(turn);
        COMITY_ASSIGN_OR_RETURN(const std::optional<Upload> still, rows->FindUpload(upload->id));
        if (!still.has_value()) return UploadNotFound();
        if (manifest->thread.thread_id != upload->document_id &&
            !FindVisible(*rows, *request.caller, manifest->thread.thread_id).ok()) {
          return InvalidField("THREAD_UNKNOWN", "manifest.thread.thread_id",
                              "is no document that you sent or were sent");
        }
        COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const RegistrySnapshot> registry,
                                parts_.registry->Latest());
        COMITY_ASSIGN_OR_RETURN(TransferContext context, ContextOf(*manifest, upload->flags));
        COMITY_ASSIGN_OR_RETURN(std::vector<Derived> derived,
                                LoadDerived(*rows, request.caller, context.derived_from));
        for (const sealing::Derivation& derivation : manifest->derived_from) {
          COMITY_ASSIGN_OR_RETURN(const std::optional<Document> source,
                                  rows->FindDocument(derivation.document_id));
          if (!source.has_value() || source->manifest_sha256 != derivation.manifest_sha256) {
            return InvalidField("DERIVED_FROM_MISMATCH", "manifest.derived_from",
                                "names another manifest than that of the document");
          }
        }
        COMITY_ASSIGN_OR_RETURN(verdicts, CheckTransfer(*rows, *registry,
                                                        {.sender = *request.caller,
                                                         .recipients = upload->recipients,
                                                         .context = std::move(context),
                                                         .derived = std::move(derived)},
                                                        turn.now()));
        COMITY_RETURN_IF_ERROR(NotPermitted(verdicts));

        Document document = {
            .id = upload->document_id,
            .sender = upload->owner,
            .manifest_sha256 = manifest_sha256,
            .thread = manifest->thread.thread_id,
            .case_reference = manifest->purpose.case_reference,
            .operational = manifest->data_kind == "OPERATIONAL",
            .flags = upload->flags,
            .sizes = upload->announced,
            .submit_time = turn.now(),
            .revision = turn.revision(),
            .registry_revision = registry->revision(),
            .erase_due = turn.now() + absl::Hours(24) * manifest->delete_after_days};
        for (const RecipientVerdict& answer : verdicts) {
          Recipient& recipient = document.recipients.emplace_back();
          recipient.spiffe_id = answer.recipient;
          recipient.own = answer.own;
          recipient.state =
              answer.quarantine ? RecipientState::kQuarantined : RecipientState::kAvailable;
          if (answer.own) continue;
          (answer.quarantine ? recipient.delivery_due : recipient.retrieval_due) =
              turn.now() +
              (answer.quarantine ? settings_.delivery_timeout : settings_.retrieval_timeout);
        }
        COMITY_RETURN_IF_ERROR(rows->InsertDocument(document));
        COMITY_RETURN_IF_ERROR(rows->EraseUpload(upload->id));
        COMITY_RETURN_IF_ERROR(turn.Put("document", document.id, RowsDigest(document)));
        COMITY_RETURN_IF_ERROR(turn.Erase("upload", upload->id));
        COMITY_RETURN_IF_ERROR(AddMutationLeaf(
            turn, request, name,
            json::Canonical({{"manifest_sha256", crypto::Hex(crypto::View(manifest_sha256))},
                             {"recipients", document.recipients.size()},
                             {"registry_revision", registry->revision().number}})));
        COMITY_RETURN_IF_ERROR(
            AddRecords(turn, *rows, request, document.id, verdicts, document.sender));
        StatementDraft draft = {.kind = StatementKind::kSubmissionAcceptance,
                                .document_id = document.id,
                                .manifest_sha256 = manifest_sha256,
                                .sender = document.sender,
                                .registry_revision = registry->revision(),
                                .registry_checkpoint_sha256 = registry->checkpoint_sha256()};
        COMITY_RETURN_IF_ERROR(StateAndCount(turn, *rows, request.method, draft));
        draft.kind = StatementKind::kDelivery;
        for (const Recipient& recipient : document.recipients) {
          if (recipient.own || recipient.state != RecipientState::kAvailable) continue;
          draft.recipient = recipient.spiffe_id;
          COMITY_RETURN_IF_ERROR(StateAndCount(turn, *rows, request.method, draft));
        }
        turn.SetResource(name);
        return absl::OkStatus();
      });
  if (!committed.ok()) {
    // A commit in doubt leaves the folder: Reconcile decides by the rows.
    const absl::StatusOr<std::unique_ptr<Rows>> rows = parts_.rows->Read();
    if (rows.ok()) {
      const absl::StatusOr<std::optional<Document>> document =
          (*rows)->FindDocument(upload->document_id);
      if (document.ok() && !document->has_value()) {
        COMITY_RETURN_IF_ERROR(parts_.payloads->Demote(upload->document_id, upload->id));
      }
    }
    return refuse(committed.status());
  }
  return ReadBack(request, upload->document_id);
}

absl::StatusOr<DocumentView> Exchange::ReadBack(const Request& request,
                                                absl::string_view document_id) {
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, parts_.rows->Read());
  COMITY_ASSIGN_OR_RETURN(Document document, FindVisible(*rows, *request.caller, document_id));
  COMITY_ASSIGN_OR_RETURN(const std::vector<StoredStatement> statements,
                          rows->StatementsOf(document_id));
  COMITY_RETURN_IF_ERROR(GoBackToSubmission(document, statements));
  return ViewFor(*request.caller, document);
}

}  // namespace comity::document_exchange
