#include "common/client/send_document.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/client/file.h"
#include "common/client/manifest_draft.h"
#include "common/client/own_keys.h"
#include "common/client/persist.h"
#include "common/client/recipients.h"
#include "common/client/sealed_file.h"
#include "common/client/session.h"
#include "common/client/transfer.h"
#include "common/client/upload_state.h"
#include "common/crypto/encoding.h"
#include "common/crypto/random.h"
#include "common/ids/uuid.h"
#include "common/sealing/age_header.h"
#include "common/sealing/description.h"
#include "common/sealing/recipients.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::client {
namespace {

namespace v1 = document_exchange::v1;
using Exchange = v1::DocumentExchangeService::Stub;

absl::Status FileChanged(const std::string& path) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("The file ", path, " changed while it was read: send it again."),
                   {.reason = "FILE_CHANGED"});
}

// Whether nothing can come of a sending that was begun: its upload has expired, the file is another
// by now, or other bytes arrived than were signed. It begins anew, under new keys.
bool IsLost(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return reason == "UPLOAD_NOT_FOUND" || reason == "FILE_CHANGED" || reason == "DIGEST_MISMATCH";
}

// A file as a payload source that can begin anywhere.
class SealedFileSource final : public PayloadSource {
 public:
  SealedFileSource(const File* file, const UploadState* state) : file_(file), state_(state) {}

  std::int64_t length() const override { return state_->form->payload.length; }
  absl::Status Seek(std::int64_t offset) override {
    sealed_.emplace(file_, state_->content_key, state_->content_nonce, &*state_->form, offset);
    return absl::OkStatus();
  }
  absl::StatusOr<absl::string_view> Next(std::size_t most) override { return sealed_->Next(most); }

 private:
  const File* const file_;
  const UploadState* const state_;
  std::optional<SealedFile> sealed_;
};

// One sending, from its options to the submitted document.
class Sending {
 public:
  Sending(Session& session, const SendOptions& options, OwnKeys own,
          std::unique_ptr<Exchange> exchange, File file)
      : session_(session),
        options_(options),
        own_(std::move(own)),
        exchange_(std::move(exchange)),
        file_(std::move(file)),
        states_(session.File("uploads"), &own_.sealing_key) {}

  absl::StatusOr<SentDocument> Run();

 private:
  absl::Status Prepare();
  absl::Status LoadThread();
  std::string Fingerprint() const;
  UploadState NewState() const;
  absl::StatusOr<SentDocument> Send(UploadState state);
  v1::CreateUploadRequest CreateRequest(const UploadState& state,
                                        std::int64_t description_length) const;
  absl::StatusOr<v1::Upload> OpenUpload(UploadState& state);
  absl::Status Measure(UploadState& state);
  absl::StatusOr<std::string> DescriptionOf(const UploadState& state) const;
  absl::StatusOr<std::string> SealDescription(const UploadState& state) const;
  absl::Status MakeSubmission(UploadState& state, absl::string_view description,
                              absl::string_view description_payload) const;
  absl::StatusOr<v1::Document> Submit(UploadState& state);
  absl::Status Check() const {
    return options_.cancellation == nullptr ? absl::OkStatus() : options_.cancellation->Check();
  }

  Session& session_;
  const SendOptions& options_;
  const OwnKeys own_;
  const std::unique_ptr<Exchange> exchange_;
  const File file_;
  const UploadStates states_;

  std::int64_t size_ = 0;
  std::string file_name_;
  std::string state_name_;
  std::vector<TrustedKey> recipients_;
  partner_registry::v1::TransferQuestion question_;
  sealing::Manifest draft_;
  SentDocument sent_;
};

absl::Status Sending::Prepare() {
  COMITY_ASSIGN_OR_RETURN(size_, file_.Size());
  file_name_ = options_.file_name.empty() ? std::filesystem::path(options_.file).filename().string()
                                          : options_.file_name;
  question_ = CompleteQuestion(options_, own_.spiffe_id());
  draft_ = DraftManifest(options_, question_);
  draft_.sender = own_.spiffe_id();
  // Before a long upload, not after it.
  COMITY_RETURN_IF_ERROR(sealing::CheckPlain(draft_));
  COMITY_RETURN_IF_ERROR(LoadThread());
  COMITY_ASSIGN_OR_RETURN(recipients_, ResolveRecipients(session_, own_, options_));
  for (const TrustedKey& key : recipients_) sent_.recipients.push_back(key.holder);
  state_name_ = Fingerprint();
  return absl::OkStatus();
}

// Reads the documents this one answers or derives from, whose manifests it names by digest.
absl::Status Sending::LoadThread() {
  const auto get = [this](const std::string& name) {
    v1::GetDocumentRequest request;
    request.set_name(name);
    return Invoke(exchange_.get(), &Exchange::GetDocument, request);
  };
  if (!options_.in_reply_to.empty()) {
    COMITY_ASSIGN_OR_RETURN(const v1::Document answered, get(options_.in_reply_to));
    COMITY_ASSIGN_OR_RETURN(const sealing::Manifest manifest,
                            sealing::ParseManifest(answered.manifest()));
    draft_.thread.thread_id = manifest.thread.thread_id;
    draft_.thread.in_reply_to = crypto::Sha256(answered.manifest());
  }
  for (const std::string& name : options_.derived_from) {
    COMITY_ASSIGN_OR_RETURN(const v1::Document source, get(name));
    draft_.derived_from.push_back(
        {.document_id = std::string(absl::StripPrefix(name, "documents/")),
         .manifest_sha256 = crypto::Sha256(source.manifest())});
  }
  return absl::OkStatus();
}

// Stands for what is sent to whom, so that the same call finds its unfinished upload again.
std::string Sending::Fingerprint() const {
  std::error_code ignored;
  std::string text =
      absl::StrCat(std::filesystem::absolute(options_.file, ignored).string(), "\n", size_);
  const auto add = [&text](absl::string_view part) {
    absl::StrAppend(&text, "\n", part.size(), ":", part);
  };
  for (const std::string& part :
       {own_.spiffe_id(), options_.title, file_name_, options_.media_type, options_.case_reference,
        options_.note, options_.classification, options_.thread_kind, options_.in_reply_to,
        question_.SerializeAsString(), absl::StrCat(options_.delete_after_days)}) {
    add(part);
  }
  for (const auto& restriction : options_.use_restrictions) add(restriction.SerializeAsString());
  for (const std::string& name : options_.derived_from) add(name);
  for (const std::string& recipient : sent_.recipients) add(recipient);
  return crypto::Hex(crypto::View(crypto::Sha256(text)));
}

UploadState Sending::NewState() const {
  const absl::Time now = absl::Now();
  UploadState state;
  state.document_id = NewUuid(now);
  state.create_request_id = NewUuid(now);
  state.submit_request_id = NewUuid(now);
  state.content_key = sealing::NewFileKey();
  state.description_key = sealing::NewFileKey();
  state.content_nonce = sealing::NewPayloadNonce();
  state.description_nonce = sealing::NewPayloadNonce();
  state.blind = crypto::RandomBytes(32);
  state.recipients = sent_.recipients;
  state.content_length = sealing::PayloadLength(size_);
  return state;
}

absl::StatusOr<SentDocument> Sending::Run() {
  COMITY_RETURN_IF_ERROR(Prepare());
  if (options_.validate_only) {
    const UploadState state = NewState();
    COMITY_ASSIGN_OR_RETURN(const std::string description, DescriptionOf(state));
    v1::CreateUploadRequest request =
        CreateRequest(state, sealing::PayloadLength(static_cast<std::int64_t>(description.size())));
    request.set_validate_only(true);
    COMITY_ASSIGN_OR_RETURN(const v1::Upload upload,
                            Invoke(exchange_.get(), &Exchange::CreateUpload, request));
    sent_.verdicts.assign(upload.verdicts().begin(), upload.verdicts().end());
    return sent_;
  }

  COMITY_ASSIGN_OR_RETURN(std::optional<UploadState> state, states_.Load(state_name_));
  if (state) {
    absl::StatusOr<SentDocument> sent = Send(*std::move(state));
    if (!IsLost(sent.status())) return sent;
    states_.Remove(state_name_);
  }
  absl::StatusOr<SentDocument> sent = Send(NewState());
  if (IsLost(sent.status())) states_.Remove(state_name_);
  return sent;
}

absl::StatusOr<SentDocument> Sending::Send(UploadState state) {
  if (state.submit_request.empty()) {
    COMITY_ASSIGN_OR_RETURN(const v1::Upload upload, OpenUpload(state));
    if (!state.form) COMITY_RETURN_IF_ERROR(Measure(state));
    COMITY_ASSIGN_OR_RETURN(const std::string description, DescriptionOf(state));
    COMITY_ASSIGN_OR_RETURN(const std::string description_payload, SealDescription(state));
    PayloadInMemory description_source(description_payload);
    SealedFileSource content_source(&file_, &state);
    COMITY_RETURN_IF_ERROR(UploadPayloads({.exchange = exchange_.get(),
                                           .patience = options_.patience,
                                           .progress = options_.progress,
                                           .cancellation = options_.cancellation},
                                          upload, description_source, content_source));
    COMITY_RETURN_IF_ERROR(Check());
    COMITY_RETURN_IF_ERROR(MakeSubmission(state, description, description_payload));
    COMITY_RETURN_IF_ERROR(states_.Save(state_name_, state));
  }
  COMITY_ASSIGN_OR_RETURN(sent_.document, Submit(state));
  states_.Remove(state_name_);
  return sent_;
}

v1::CreateUploadRequest Sending::CreateRequest(const UploadState& state,
                                               std::int64_t description_length) const {
  v1::CreateUploadRequest request;
  request.set_document_id(state.document_id);
  request.set_content_length(state.content_length);
  request.set_description_length(description_length);
  for (const std::string& recipient : state.recipients) request.add_recipients(recipient);
  *request.mutable_context()->mutable_question() = question_;
  for (const std::string& name : options_.derived_from) {
    request.mutable_context()->add_derived_from(name);
  }
  request.set_request_id(state.create_request_id);
  return request;
}

absl::StatusOr<v1::Upload> Sending::OpenUpload(UploadState& state) {
  if (!state.upload.empty()) {
    v1::GetUploadRequest request;
    request.set_name(state.upload);
    return Persist(options_.patience, options_.cancellation,
                   [&] { return Invoke(exchange_.get(), &Exchange::GetUpload, request); });
  }
  // The length of the description does not depend on the digest that is not known yet.
  COMITY_ASSIGN_OR_RETURN(const std::string description, DescriptionOf(state));
  const v1::CreateUploadRequest request =
      CreateRequest(state, sealing::PayloadLength(static_cast<std::int64_t>(description.size())));
  // Saved first: should the answer be lost, the same request finds the same upload.
  COMITY_RETURN_IF_ERROR(states_.Save(state_name_, state));
  absl::StatusOr<v1::Upload> upload = Persist(options_.patience, options_.cancellation, [&] {
    return Invoke(exchange_.get(), &Exchange::CreateUpload, request);
  });
  if (!upload.ok()) {
    // What was refused holds nothing; tomorrow it may be permitted.
    if (!IsAway(upload.status())) states_.Remove(state_name_);
    return upload.status();
  }
  sent_.verdicts.assign(upload->verdicts().begin(), upload->verdicts().end());
  state.upload = upload->name();
  COMITY_RETURN_IF_ERROR(states_.Save(state_name_, state));
  return upload;
}

absl::Status Sending::Measure(UploadState& state) {
  COMITY_ASSIGN_OR_RETURN(
      SealedForm form,
      MeasureSealed(file_, state.content_key, state.content_nonce, [this](std::int64_t done) {
        if (options_.progress) options_.progress(Stage::kSealing, done, size_);
        return Check();
      }));
  if (form.payload.length != state.content_length) return FileChanged(options_.file);
  state.form = std::move(form);
  return states_.Save(state_name_, state);
}

absl::StatusOr<std::string> Sending::DescriptionOf(const UploadState& state) const {
  return sealing::BuildDescription(
      {.title = options_.title,
       .file_name = file_name_,
       .media_type = options_.media_type,
       .case_reference = options_.case_reference,
       .note = options_.note,
       .content_plaintext_length = size_,
       .content_plaintext_sha256 = state.form ? state.form->plaintext_sha256 : crypto::Digest{},
       .blind = crypto::ToDigest(state.blind)});
}

absl::StatusOr<std::string> Sending::SealDescription(const UploadState& state) const {
  COMITY_ASSIGN_OR_RETURN(const std::string description, DescriptionOf(state));
  std::string payload;
  const auto append = [&payload](absl::string_view part) {
    payload.append(part.data(), part.size());
    return absl::OkStatus();
  };
  sealing::PayloadSealer sealer(state.description_key, state.description_nonce);
  COMITY_RETURN_IF_ERROR(sealer.Write(description, append));
  COMITY_RETURN_IF_ERROR(sealer.Finish(append));
  return payload;
}

absl::Status Sending::MakeSubmission(UploadState& state, absl::string_view description,
                                     absl::string_view description_payload) const {
  std::vector<sealing::AddressedHeaders> headers;
  for (const TrustedKey& key : recipients_) {
    headers.push_back(
        {.recipient = key.holder,
         .content_header = sealing::MakeHeader(state.content_key, key.recipient),
         .description_header = sealing::MakeHeader(state.description_key, key.recipient)});
  }
  COMITY_ASSIGN_OR_RETURN(const sealing::RecipientsTree tree,
                          sealing::BuildRecipientsTree(headers));

  const absl::Time now = absl::Now();
  sealing::Manifest manifest = draft_;
  manifest.document_id = state.document_id;
  manifest.time = now;
  if (manifest.thread.thread_id.empty()) manifest.thread.thread_id = state.document_id;
  manifest.content = state.form->payload;
  sealing::PayloadDigester description_digest;
  description_digest.Update(description_payload);
  manifest.description = description_digest.Peek();
  manifest.description_plaintext_sha256 = crypto::Sha256(description);
  manifest.recipients_root = tree.root;
  manifest.recipients_size = tree.size;

  v1::SubmitDocumentRequest request;
  request.set_upload(state.upload);
  COMITY_ASSIGN_OR_RETURN(*request.mutable_manifest(), sealing::BuildManifest(manifest));
  COMITY_ASSIGN_OR_RETURN(*request.mutable_signature(), own_.signer.Sign(request.manifest(), now));
  for (std::size_t i = 0; i < headers.size(); ++i) {
    v1::RecipientHeader& header = *request.add_headers();
    header.set_recipient(headers[i].recipient);
    header.set_content_header(headers[i].content_header);
    header.set_description_header(headers[i].description_header);
    header.set_salt(tree.proofs[i].salt);
    header.set_leaf_index(tree.proofs[i].leaf_index);
    for (const crypto::Digest& sibling : tree.proofs[i].path) {
      header.add_path(std::string(crypto::View(sibling)));
    }
  }
  request.set_request_id(state.submit_request_id);
  state.submit_request = request.SerializeAsString();
  return absl::OkStatus();
}

absl::StatusOr<v1::Document> Sending::Submit(UploadState& state) {
  v1::SubmitDocumentRequest request;
  if (!request.ParseFromString(state.submit_request)) {
    return MakeError(absl::StatusCode::kInternal, "A saved submission cannot be read.",
                     {.reason = "UPLOAD_STATE_UNREADABLE"});
  }
  absl::StatusOr<v1::Document> document = Persist(options_.patience, options_.cancellation, [&] {
    return Invoke(exchange_.get(), &Exchange::SubmitDocument, request);
  });
  if (!document.ok() && !IsAway(document.status())) {
    // Refused: what was uploaded stays, and the next attempt signs anew.
    state.submit_request.clear();
    state.submit_request_id = NewUuid(absl::Now());
    states_.Save(state_name_, state).IgnoreError();
  }
  return document;
}

}  // namespace

absl::StatusOr<SentDocument> SendDocument(Session& session, const SendOptions& options) {
  COMITY_ASSIGN_OR_RETURN(OwnKeys own, LoadOwnKeys(session.identity_folder()));
  COMITY_ASSIGN_OR_RETURN(File file, File::OpenToRead(options.file));
  COMITY_ASSIGN_OR_RETURN(auto exchange, session.Exchange());
  Sending sending(session, options, std::move(own), std::move(exchange), std::move(file));
  return sending.Run();
}

}  // namespace comity::client
