#include "common/client/receive_document.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/client/file.h"
#include "common/client/own_keys.h"
#include "common/client/persist.h"
#include "common/client/session.h"
#include "common/client/transfer.h"
#include "common/ids/uuid.h"
#include "common/sealing/age_payload.h"
#include "common/sealing/evidence.h"
#include "common/sealing/recipients.h"
#include "common/sealing/sealed_document.h"
#include "common/sealing/signer_trust.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "common/text/plain.h"

namespace comity::client {
namespace {

namespace v1 = document_exchange::v1;
using Exchange = v1::DocumentExchangeService::Stub;

constexpr std::size_t kBufferSize = 1 << 20;

absl::Status PayloadMismatch(absl::string_view payload) {
  return MakeError(absl::StatusCode::kDataLoss,
                   absl::StrCat("The ", payload,
                                " that the service stores is not the one whose digests the "
                                "sender signed: try again, and report it if that does not help."),
                   {.reason = "PAYLOAD_MISMATCH"});
}

// One receiving, from its options to the confirmation.
class Receiving {
 public:
  Receiving(const ReceiveOptions& options, OwnKeys own, std::unique_ptr<Exchange> exchange)
      : options_(options), own_(std::move(own)), exchange_(std::move(exchange)) {}

  absl::StatusOr<ReceivedDocument> Run();

 private:
  absl::Status CheckTarget();
  absl::Status FetchManifest();
  absl::Status DownloadDescription();
  absl::StatusOr<File> DownloadContent();
  absl::Status FetchHeaders();
  absl::Status Open(const File& sealed);
  absl::Status KeepSealed(const File& sealed, const std::string& folder) const;
  absl::Status Confirm();

  TransferSettings Settings() const {
    return {.exchange = exchange_.get(),
            .patience = options_.patience,
            .progress = options_.progress,
            .cancellation = options_.cancellation};
  }
  absl::Status Check() const {
    return options_.cancellation == nullptr ? absl::OkStatus() : options_.cancellation->Check();
  }

  const ReceiveOptions& options_;
  const OwnKeys own_;
  const std::unique_ptr<Exchange> exchange_;

  std::string folder_;
  std::string document_id_;
  std::string description_payload_;
  v1::ReleaseHeadersResponse released_;
  ReceivedDocument received_;
};

absl::Status Receiving::CheckTarget() {
  if (!absl::StartsWith(options_.document, "documents/") ||
      !IsUuid(absl::StripPrefix(options_.document, "documents/"))) {
    return InvalidField("DOCUMENT_NAME_INVALID", "document", "is not of the form documents/{id}");
  }
  document_id_ = std::string(absl::StripPrefix(options_.document, "documents/"));
  folder_ = FolderOf(options_.to);
  std::error_code error;
  if (!std::filesystem::is_directory(folder_, error)) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("There is no folder ", folder_, ": make it first."),
                     {.reason = "FILE_MISSING"});
  }
  if (!absl::EndsWith(options_.to, "/") && std::filesystem::exists(options_.to, error)) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     absl::StrCat("There is already a file ", options_.to,
                                  ": it is not overwritten; give another name or remove it."),
                     {.reason = "FILE_EXISTS"});
  }
  return absl::OkStatus();
}

absl::Status Receiving::FetchManifest() {
  v1::GetDocumentRequest request;
  request.set_name(options_.document);
  COMITY_ASSIGN_OR_RETURN(received_.document,
                          Invoke(exchange_.get(), &Exchange::GetDocument, request));
  const v1::Document& document = received_.document;
  COMITY_ASSIGN_OR_RETURN(received_.manifest, sealing::ParseManifest(document.manifest()));
  const sealing::Manifest& manifest = received_.manifest;
  COMITY_ASSIGN_OR_RETURN(
      const sealing::VerifiedSignature signature,
      sealing::VerifySignature(document.manifest(), document.signature(),
                               sealing::TrustedBy(own_.verifier.get(), absl::Now())));
  COMITY_RETURN_IF_ERROR(sealing::RequireSigner(signature, manifest.sender));
  if (manifest.document_id != document_id_) {
    return InvalidField("MANIFEST_INVALID", "manifest.document_id",
                        "is not that of the document asked for");
  }
  // Nothing is fetched that could not be opened.
  COMITY_RETURN_IF_ERROR(sealing::PlaintextLength(manifest.content.length).status());
  COMITY_RETURN_IF_ERROR(sealing::PlaintextLength(manifest.description.length).status());
  if (manifest.description.length >
      sealing::PayloadLength(static_cast<std::int64_t>(sealing::kLargestDescription))) {
    return InvalidField("MANIFEST_INVALID", "manifest.description.length",
                        "is more than a description may have");
  }
  return absl::OkStatus();
}

absl::Status Receiving::DownloadDescription() {
  COMITY_RETURN_IF_ERROR(DownloadPayload(Settings(), options_.document, v1::PAYLOAD_DESCRIPTION, 0,
                                         received_.manifest.description.length,
                                         [this](absl::string_view part) {
                                           description_payload_.append(part.data(), part.size());
                                           return absl::OkStatus();
                                         }));
  sealing::PayloadDigester digester;
  digester.Update(description_payload_);
  if (digester.Peek() != received_.manifest.description) return PayloadMismatch("description");
  return absl::OkStatus();
}

// The sealed content in a file beside the one to come, which stays until all is done: an
// interrupted download goes on where it was.
absl::StatusOr<File> Receiving::DownloadContent() {
  const std::int64_t length = received_.manifest.content.length;
  COMITY_ASSIGN_OR_RETURN(File sealed,
                          File::OpenToResume(absl::StrCat(folder_, "/.", document_id_, ".sealed")));
  COMITY_ASSIGN_OR_RETURN(std::int64_t have, sealed.Size());
  if (have > length) have = 0;
  for (;;) {
    const bool resumed = have > 0;
    sealing::PayloadDigester digester;
    std::string buffer(kBufferSize, '\0');
    while (digester.length() < have) {
      const auto size =
          static_cast<std::size_t>(std::min<std::int64_t>(have - digester.length(), kBufferSize));
      COMITY_ASSIGN_OR_RETURN(const std::size_t got,
                              sealed.ReadAt(digester.length(), size, buffer.data()));
      if (got == 0) break;
      digester.Update({buffer.data(), got});
    }
    have = digester.length();
    COMITY_RETURN_IF_ERROR(sealed.Truncate(have));
    COMITY_RETURN_IF_ERROR(DownloadPayload(Settings(), options_.document, v1::PAYLOAD_CONTENT, have,
                                           length, [&](absl::string_view part) {
                                             digester.Update(part);
                                             return sealed.Write(part);
                                           }));
    if (digester.Peek() == received_.manifest.content) return sealed;
    // What an earlier attempt left may be the culprit: once more from the front.
    have = 0;
    if (!resumed) {
      RemoveFile(sealed.path());
      return PayloadMismatch("content");
    }
  }
}

absl::Status Receiving::FetchHeaders() {
  v1::ReleaseHeadersRequest request;
  request.set_name(options_.document);
  request.set_purpose(options_.purpose);
  request.set_request_id(NewUuid(absl::Now()));
  COMITY_ASSIGN_OR_RETURN(released_, Persist(options_.patience, options_.cancellation, [&] {
                            return Invoke(exchange_.get(), &Exchange::ReleaseHeaders, request);
                          }));
  const v1::RecipientHeader& header = released_.header();
  sealing::RecipientProof proof{.salt = header.salt(), .leaf_index = header.leaf_index()};
  for (const std::string& hash : header.path()) {
    if (hash.size() != crypto::Digest().size()) {
      return InvalidField("RECIPIENTS_MISMATCH", "header.path", "has a hash that is not 32 bytes");
    }
    proof.path.push_back(crypto::ToDigest(hash));
  }
  // The recipient is this identity, whatever the service wrote there.
  return sealing::VerifyRecipient({.recipient = own_.spiffe_id(),
                                   .content_header = header.content_header(),
                                   .description_header = header.description_header()},
                                  proof, received_.manifest.recipients_root,
                                  received_.manifest.recipients_size);
}

absl::Status Receiving::Open(const File& sealed) {
  const v1::RecipientHeader& header = released_.header();
  COMITY_ASSIGN_OR_RETURN(received_.description,
                          sealing::OpenDescription(received_.manifest, header.description_header(),
                                                   description_payload_, own_.sealing_key));
  received_.file = absl::EndsWith(options_.to, "/")
                       ? absl::StrCat(options_.to, text::Shown(received_.description.file_name))
                       : options_.to;

  COMITY_ASSIGN_OR_RETURN(File opened, File::MakeTemporary(folder_));
  absl::Cleanup remove = [&opened] { RemoveFile(opened.path()); };
  std::string buffer(kBufferSize, '\0');
  std::int64_t read = 0;
  std::int64_t done = 0;
  const auto source = [&]() -> absl::StatusOr<absl::string_view> {
    COMITY_RETURN_IF_ERROR(Check());
    COMITY_ASSIGN_OR_RETURN(const std::size_t got,
                            sealed.ReadAt(read, buffer.size(), buffer.data()));
    read += static_cast<std::int64_t>(got);
    return absl::string_view(buffer.data(), got);
  };
  const auto sink = [&](absl::string_view part) -> absl::Status {
    done += static_cast<std::int64_t>(part.size());
    if (options_.progress) {
      options_.progress(Stage::kOpening, done, received_.description.content_plaintext_length);
    }
    return opened.Write(part);
  };
  COMITY_RETURN_IF_ERROR(sealing::OpenContent(received_.manifest, received_.description,
                                              header.content_header(), own_.sealing_key, source,
                                              sink));
  COMITY_RETURN_IF_ERROR(opened.Sync());
  COMITY_RETURN_IF_ERROR(RenameToNew(opened.path(), received_.file));
  std::move(remove).Cancel();
  return absl::OkStatus();
}

absl::Status Receiving::KeepSealed(const File& sealed, const std::string& folder) const {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const auto path = [&folder](absl::string_view name) { return absl::StrCat(folder, "/", name); };
  COMITY_RETURN_IF_ERROR(
      storage::WriteFileAtomically(path("manifest.json"), received_.document.manifest()));
  COMITY_RETURN_IF_ERROR(
      storage::WriteFileAtomically(path("manifest.p7s"), received_.document.signature()));
  COMITY_RETURN_IF_ERROR(storage::WriteFileAtomically(
      path("description.age"),
      absl::StrCat(released_.header().description_header(), description_payload_)));

  COMITY_ASSIGN_OR_RETURN(File content, File::OpenToResume(path("content.age")));
  COMITY_RETURN_IF_ERROR(content.Truncate(0));
  COMITY_RETURN_IF_ERROR(content.Write(released_.header().content_header()));
  std::string buffer(kBufferSize, '\0');
  for (std::int64_t at = 0;;) {
    COMITY_ASSIGN_OR_RETURN(const std::size_t got, sealed.ReadAt(at, buffer.size(), buffer.data()));
    if (got == 0) return content.Sync();
    COMITY_RETURN_IF_ERROR(content.Write({buffer.data(), got}));
    at += static_cast<std::int64_t>(got);
  }
}

absl::Status Receiving::Confirm() {
  const absl::Time now = absl::Now();
  v1::ConfirmRetrievalRequest request;
  request.set_name(options_.document);
  COMITY_ASSIGN_OR_RETURN(
      *request.mutable_confirmation(),
      sealing::BuildRetrievalConfirmation(
          {.document_id = document_id_,
           .manifest_sha256 = crypto::Sha256(received_.document.manifest()),
           .recipient = own_.spiffe_id(),
           .time = now,
           .content_plaintext_sha256 = received_.description.content_plaintext_sha256}));
  COMITY_ASSIGN_OR_RETURN(*request.mutable_signature(),
                          own_.signer.Sign(request.confirmation(), now));
  request.set_request_id(NewUuid(now));
  absl::StatusOr<v1::Statement> retrieval = Persist(options_.patience, options_.cancellation, [&] {
    return Invoke(exchange_.get(), &Exchange::ConfirmRetrieval, request);
  });
  if (!retrieval.ok()) {
    return MakeError(
        retrieval.status().code(),
        absl::StrCat("The document was received as ", received_.file,
                     ", but that could not be recorded: ", retrieval.status().message()),
        DetailsOf(retrieval.status()));
  }
  received_.retrieval = *std::move(retrieval);
  return absl::OkStatus();
}

absl::StatusOr<ReceivedDocument> Receiving::Run() {
  COMITY_RETURN_IF_ERROR(CheckTarget());
  COMITY_RETURN_IF_ERROR(FetchManifest());
  COMITY_RETURN_IF_ERROR(DownloadDescription());
  COMITY_ASSIGN_OR_RETURN(const File sealed, DownloadContent());
  COMITY_RETURN_IF_ERROR(Check());
  COMITY_RETURN_IF_ERROR(FetchHeaders());
  if (options_.before_opening) COMITY_RETURN_IF_ERROR(options_.before_opening(released_));
  const absl::Status opened = Open(sealed);
  if (ReasonOf(opened) == "PLAINTEXT_MISMATCH") {
    COMITY_RETURN_IF_ERROR(
        KeepSealed(sealed, absl::StrCat(folder_, "/", document_id_, ".mismatch")));
  }
  COMITY_RETURN_IF_ERROR(opened);
  if (!options_.keep_sealed.empty()) {
    COMITY_RETURN_IF_ERROR(KeepSealed(sealed, options_.keep_sealed));
  }
  RemoveFile(sealed.path());
  if (options_.confirm) COMITY_RETURN_IF_ERROR(Confirm());
  return received_;
}

}  // namespace

absl::StatusOr<ReceivedDocument> ReceiveDocument(Session& session, const ReceiveOptions& options) {
  COMITY_ASSIGN_OR_RETURN(OwnKeys own, LoadOwnKeys(session.identity_folder()));
  COMITY_ASSIGN_OR_RETURN(auto exchange, session.Exchange());
  Receiving receiving(options, std::move(own), std::move(exchange));
  return receiving.Run();
}

}  // namespace comity::client
