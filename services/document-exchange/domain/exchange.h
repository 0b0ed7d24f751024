#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/identity/principal.h"
#include "common/journal/journal.h"
#include "common/legal/supposition.h"
#include "common/release/release_lock.h"
#include "common/sealing/cades.h"
#include "common/sealing/manifest.h"
#include "common/time/clock.h"
#include "services/document-exchange/domain/affected.h"
#include "services/document-exchange/domain/decision_rules.h"
#include "services/document-exchange/domain/document.h"
#include "services/document-exchange/domain/payload_store.h"
#include "services/document-exchange/domain/question.h"
#include "services/document-exchange/domain/registry_view.h"
#include "services/document-exchange/domain/rows.h"
#include "services/document-exchange/domain/transfer_context.h"
#include "services/document-exchange/domain/visibility.h"

namespace comity::document_exchange {

// What can be configured.
struct Settings {
  absl::Duration upload_life = absl::Hours(24);
  // e-CODEX's values: in the recipient's box within a day, retrieved within a day and a half.
  absl::Duration delivery_timeout = absl::Hours(24);
  absl::Duration retrieval_timeout = absl::Hours(36);
  std::int64_t largest_content = std::int64_t{16} << 30;
  std::int64_t most_open_uploads = 64;  // Of one caller.
};

// Something happened that operations count. Thread-safe.
class ExchangeEvents {
 public:
  virtual ~ExchangeEvents() = default;

  virtual void TransferChecked(absl::string_view attempt, legal::Outcome outcome) = 0;
  virtual void StatementMade(StatementKind kind) = 0;
  virtual void Withheld() = 0;
  virtual void ReleaseStopped(absl::string_view reason) = 0;  // REGISTRY_LEASE_LAPSED and the like.
  virtual void DocumentCondemned() = 0;
  virtual void DocumentErased() = 0;
};

// Who asks for what.
struct Request {
  const identity::Principal* caller = nullptr;
  std::string via;          // SPIFFE id of who calls for the caller; mostly empty.
  std::string method;       // gRPC path without the leading slash.
  std::string request_id;   // A UUID or empty.
  crypto::Digest digest{};  // Of the request without request_id and validate_only.
  absl::Time deadline = absl::InfiniteFuture();
  // Set when the refusal that is returned has its ledger entry already.
  mutable bool evidenced = false;
};

// The headers of one recipient, with the proof that they were addressed to it.
struct RecipientHeaders {
  std::string recipient;
  std::string content_header;
  std::string description_header;
  std::string salt;
  std::int64_t leaf_index = 0;
  std::vector<std::string> path;

  friend bool operator==(const RecipientHeaders&, const RecipientHeaders&) = default;
};

struct NewUpload {
  std::string document_id;
  PayloadSizes announced;
  std::vector<std::string> recipients;
  TransferContext context;
  bool validate_only = false;
};

// An upload as its owner sees it.
struct UploadStatus {
  Upload upload;
  PayloadSizes on_disk;
  std::vector<RecipientVerdict> verdicts;  // Of CreateUpload.
};

struct Submission {
  std::string upload_id;
  std::string manifest;
  std::string signature;
  std::vector<RecipientHeaders> headers;
};

// An upload opened for writing.
struct OpenedUpload {
  std::unique_ptr<UploadWriter> writer;
  PayloadSizes announced;
};

// A document as one caller may see it: what is not visible is left out.
struct DocumentView {
  Document document;     // Recipients: only those the caller may see.
  std::string manifest;  // Empty without contents.
  std::string signature;
  std::vector<legal::Restriction> restrictions;
};

// Whether a hold keeps a document.
struct Hold {
  std::string document_id;
  bool in_force = false;
  std::optional<absl::Time> erase_time;  // Of its payloads and headers.
};

struct ReleasedHeaders {
  RecipientHeaders headers;
  std::string verdict;  // As encoded.
  std::vector<legal::Restriction> restrictions;
  // To be held until the headers have left: meanwhile no withdrawal is confirmed to anybody.
  ReleasePermit permit;
};

// Exchanges sealed documents: the rules, in the order in which things happen. README.md says what
// each refusal means.
//
// Everything that changes something is one mutation of the journal, with its evidence; what is
// refused by the transfer check leaves an entry and a record too. Thread-safe; calls block on the
// disk.
class Exchange {
 public:
  // None is owned; all must outlive this object.
  struct Parts {
    journal::Journal* journal = nullptr;
    RowsSource* rows = nullptr;
    PayloadStore* payloads = nullptr;
    const RegistryView* registry = nullptr;
    // Who signs for the service now. Must not block.
    std::function<std::shared_ptr<const sealing::Signer>()> signer;
    // The condition that a signature of now must meet besides its form.
    std::function<sealing::SignerCheck(absl::Time at)> signer_check;
    std::function<std::string(const legal::Verdict&)> encode_verdict;
    const Clock* clock = nullptr;
    ExchangeEvents* events = nullptr;
    // Whether new exchanges may begin; CreateUpload passes the error on. Must not block.
    std::function<absl::Status()> may_begin = [] { return absl::OkStatus(); };
  };
  Exchange(Parts parts, Settings settings);

  // --- Uploads (uploads.cc) ---
  absl::StatusOr<UploadStatus> CreateUpload(const Request& request, const NewUpload& upload);
  absl::StatusOr<UploadStatus> GetUpload(const Request& request, absl::string_view upload_id);
  absl::StatusOr<OpenedUpload> OpenUpload(const Request& request, absl::string_view upload_id);

  // --- Submission (submission.cc) ---
  // The document as it was submitted; what the caller submitted with this very manifest before too,
  // whatever became of it.
  absl::StatusOr<DocumentView> Submit(const Request& request, const Submission& submission);

  // --- Reading (reading.cc) ---
  absl::StatusOr<DocumentView> Get(const Request& request, absl::string_view document_id);
  // As visible to `caller`; `document` came from rows.
  absl::StatusOr<DocumentView> ViewFor(const identity::Principal& caller,
                                       const Document& document) const;
  absl::StatusOr<std::unique_ptr<PayloadReader>> OpenPayload(const Request& request,
                                                             absl::string_view document_id,
                                                             PayloadKind kind);
  absl::StatusOr<std::vector<StoredStatement>> Statements(const Request& request,
                                                          absl::string_view document_id);

  // --- Release (release.cc) ---
  absl::StatusOr<ReleasedHeaders> ReleaseHeaders(const Request& request,
                                                 absl::string_view document_id,
                                                 absl::string_view purpose);

  // --- What recipients and originators say (receipts.cc) ---
  // What was said before, in the same terms, changes nothing: the answer is that of then.
  absl::StatusOr<StoredStatement> ConfirmRetrieval(const Request& request,
                                                   absl::string_view document_id,
                                                   const std::string& confirmation,
                                                   const std::string& signature);
  absl::StatusOr<StoredStatement> Reject(const Request& request, absl::string_view document_id,
                                         absl::string_view reason_code, absl::string_view reason);
  absl::StatusOr<DocumentView> ReleaseFromQuarantine(const Request& request,
                                                     absl::string_view document_id,
                                                     absl::string_view controller);
  absl::StatusOr<DocumentView> AddRestriction(const Request& request, absl::string_view document_id,
                                              const legal::Restriction& restriction);

  // --- Decisions (decisions.cc) ---
  absl::StatusOr<RecordedDecision> RecordDecision(const Request& request,
                                                  const RecordedDecision& decision);
  // Whatever rested on it and is not yet available is withheld.
  absl::StatusOr<RecordedDecision> WithdrawDecision(const Request& request,
                                                    absl::string_view decision_id,
                                                    absl::string_view reason);
  absl::StatusOr<DecisionFilter> VisibleDecisions(const Request& request,
                                                  absl::string_view case_reference) const;

  // --- What if (affected.cc) ---
  // Recipients who have not retrieved a document that `viewer` may see, submitted after
  // `after_revision`, and to whom the release would come to another outcome on the day from which
  // `supposed` makes a difference, today if that is past. A question: no record, no evidence.
  absl::StatusOr<AffectedPage> AffectedBy(const identity::Principal& viewer,
                                          const RegistrySnapshot& registry,
                                          const legal::Supposed& supposed,
                                          std::int64_t after_revision) const;

  // --- The end of retention (erasure.cc; its timer is RunTimers) ---
  // A hold keeps the document, and the ledger's entries about it, past their terms. Placed or
  // lifted again, nothing changes. Who may is the access table's; it need not be a party.
  absl::StatusOr<Hold> PlaceHold(const Request& request, absl::string_view document_id,
                                 absl::string_view reason);
  absl::StatusOr<Hold> LiftHold(const Request& request, absl::string_view document_id,
                                absl::string_view reason);

  // --- Time (timers.cc) ---
  // Makes every negative statement that is due, exactly once, removes what is left of expired
  // uploads, and erases documents at the end of their retention. Call it every few seconds. Returns
  // how many statements were made; or the first error, once everything else was done.
  absl::StatusOr<int> RunTimers();
  // At start, before the first call: what a crash left in the payload store is put right.
  absl::Status Reconcile();

 private:
  struct Derived {
    std::string id;
    sealing::Manifest manifest;
  };
  struct Check {
    identity::Principal sender;
    std::vector<std::string> recipients;
    TransferContext context;
    std::vector<Derived> derived;
    const Document* document = nullptr;  // Null before there is one.
  };

  static journal::Attempt AttemptOf(const Request& request);
  absl::StatusOr<sealing::Manifest> LoadManifest(absl::string_view document_id) const;
  // What is passed on must be visible to who passes it on. Null: nobody asks.
  absl::StatusOr<std::vector<Derived>> LoadDerived(Rows& rows, const identity::Principal* caller,
                                                   const std::vector<std::string>& ids) const;
  absl::StatusOr<std::vector<RecipientVerdict>> CheckTransfer(Rows& rows,
                                                              const RegistrySnapshot& registry,
                                                              const Check& check,
                                                              absl::Time instant) const;
  // What the agency received and may not use, it may not pass on (row 1.7): QUARANTINED, or as
  // NotPermitted says.
  absl::Status CheckUsable(Rows& rows, const RegistrySnapshot& registry, const Document& source,
                           absl::Time instant) const;
  // What CheckTransfer is asked about a stored document, without recipients. `document` must
  // outlive it.
  absl::StatusOr<Check> LoadCheck(Rows& rows, const Document& document) const;
  // CheckTransfer for one recipient, with what was loaded once for all of them.
  absl::StatusOr<RecipientVerdict> CheckRecipient(Rows& rows, const RegistrySnapshot& registry,
                                                  Check& check, absl::string_view recipient,
                                                  absl::Time instant) const;
  // Records and a ledger entry of a transfer that the check refused; returns `refusal`, or what
  // kept it from being recorded.
  absl::Status RefuseTransfer(const Request& request, absl::string_view document_id,
                              const std::vector<RecipientVerdict>& verdicts,
                              const absl::Status& refusal,
                              const StatementDraft* rejection = nullptr) const;
  absl::Status AddRecords(journal::Turn& turn, WritableRows& rows, const Request& request,
                          absl::string_view document_id,
                          const std::vector<RecipientVerdict>& verdicts,
                          absl::string_view sender) const;
  // The entry of a mutation; `detail` is canonical JSON or empty.
  absl::Status AddMutationLeaf(journal::Turn& turn, const Request& request,
                               absl::string_view resource, absl::string_view detail,
                               absl::string_view purpose = "") const;
  absl::Status StateAndCount(journal::Turn& turn, WritableRows& rows, absl::string_view method,
                             const StatementDraft& draft) const;
  absl::StatusOr<Document> FindVisible(Rows& rows, const identity::Principal& caller,
                                       absl::string_view document_id) const;
  // The caller's own row; PERMISSION_DENIED `NOT_A_RECIPIENT`.
  static absl::StatusOr<Recipient*> OwnRow(Document& document, const identity::Principal& caller);
  // Where a submission failed and could not be undone because the disk failed too, the payloads
  // still lie in the document's folder: brings them back. Only while the upload is in submitting_.
  absl::Status BringBack(const Upload& upload);
  // The steps of RunTimers (timers.cc).
  absl::Status ExpireUpload(const std::string& upload_id);
  // Folders whose upload never got its row, and could not be removed because the disk failed.
  absl::Status RemoveForgottenUploads(absl::Time now);
  // How many statements were made.
  absl::StatusOr<int> StateTimeouts(const std::string& document_id, absl::Time now);
  absl::Status CheckSubmission(const Request& request, const Upload& upload,
                               const Submission& submission, const sealing::Manifest& manifest);
  // A submitted document as it was then.
  absl::StatusOr<DocumentView> ReadBack(const Request& request, absl::string_view document_id);
  absl::StatusOr<StoredStatement> StatementOf(absl::string_view document_id,
                                              absl::string_view recipient,
                                              std::initializer_list<StatementKind> kinds) const;

  // Between the commit of a withdrawal and its confirmation: waits until what was decided before it
  // has left.
  void AwaitReleases() const;

  // Payloads and headers of documents past their retention are condemned, and destroyed
  // journal::kErasureDelay later if by `now` they still are past it and no hold came. The decision
  // is committed before and the completion after, so that a crash leaves neither a destroyed
  // document without a record nor a record that lies; what it left half done is done by the next
  // call.
  absl::Status EraseOverdue(absl::Time now);
  absl::Status EraseIfOverdue(const Document& candidate, absl::Time now);
  absl::StatusOr<Hold> SetHold(const Request& request, absl::string_view document_id,
                               absl::string_view reason, bool held);

  const Parts parts_;
  const Settings settings_;
  const std::shared_ptr<ReleaseLock> releases_ = std::make_shared<ReleaseLock>();
  absl::Mutex mutex_;
  std::set<std::string> submitting_ ABSL_GUARDED_BY(mutex_);  // Uploads.
};

// NOT_FOUND `DOCUMENT_NOT_FOUND`: the same for absent and for invisible.
absl::Status DocumentNotFound();

// FAILED_PRECONDITION `ERASED`, if it was.
absl::Status CheckNotErased(const Document& document);

// NOT_FOUND `UPLOAD_NOT_FOUND`: the same for submitted, expired and another's.
absl::Status UploadNotFound();

}  // namespace comity::document_exchange
