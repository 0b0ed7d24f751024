#include "common/client/upload_state.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/json/canonical.h"
#include "common/sealing/age_header.h"
#include "common/sealing/age_payload.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::client {
namespace {

using json::Json;

constexpr absl::string_view kFormat = "comity.upload-state.v1";
// Pieces take 64 digits a MiB: enough for a terabyte.
constexpr std::size_t kLargestState = 256U << 20;

std::string Hex(const crypto::Digest& digest) { return crypto::Hex(crypto::View(digest)); }

Json ToJson(const SealedForm& form) {
  std::string pieces;
  for (const crypto::Digest& piece : form.pieces) pieces += Hex(piece);
  return {{"plaintext_length", form.plaintext_length},
          {"plaintext_sha256", Hex(form.plaintext_sha256)},
          {"length", form.payload.length},
          {"sha256", Hex(form.payload.sha256)},
          {"pieces_root", Hex(form.payload.pieces_root)},
          {"pieces", std::move(pieces)}};
}

// Reads members of a file that only we write; anything unexpected makes it no state.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  std::string Text(const char* name) {
    const auto found = object_.is_object() ? object_.find(name) : object_.end();
    if (!object_.is_object() || found == object_.end() || !found->is_string()) {
      good_ = false;
      return "";
    }
    return found->get<std::string>();
  }

  std::int64_t Number(const char* name) {
    const auto found = object_.is_object() ? object_.find(name) : object_.end();
    if (!object_.is_object() || found == object_.end() || !found->is_number_integer()) {
      good_ = false;
      return 0;
    }
    return found->get<std::int64_t>();
  }

  std::string Bytes(const char* name, std::size_t size) {
    auto bytes = crypto::FromHex(Text(name));
    if (!bytes.ok() || (size != 0 && bytes->size() != size)) {
      good_ = false;
      return std::string(size, '\0');
    }
    return *std::move(bytes);
  }

  bool good() const { return good_; }

 private:
  const Json& object_;
  bool good_ = true;
};

std::optional<SealedForm> ReadForm(const Json& object) {
  Members members(object);
  SealedForm form;
  form.plaintext_length = members.Number("plaintext_length");
  form.plaintext_sha256 = crypto::ToDigest(members.Bytes("plaintext_sha256", 32));
  form.payload.length = members.Number("length");
  form.payload.sha256 = crypto::ToDigest(members.Bytes("sha256", 32));
  form.payload.pieces_root = crypto::ToDigest(members.Bytes("pieces_root", 32));
  const std::string pieces = members.Bytes("pieces", 0);
  if (!members.good() || form.plaintext_length < 0 ||
      form.payload.length != sealing::PayloadLength(form.plaintext_length) ||
      static_cast<std::int64_t>(pieces.size()) !=
          (form.payload.length + sealing::kPieceSize - 1) / sealing::kPieceSize * 32) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < pieces.size(); i += 32) {
    form.pieces.push_back(crypto::ToDigest(absl::string_view(pieces).substr(i, 32)));
  }
  return form;
}

std::string Write(const UploadState& state) {
  Json document = {
      {"format", std::string(kFormat)},
      {"document_id", state.document_id},
      {"create_request_id", state.create_request_id},
      {"submit_request_id", state.submit_request_id},
      {"content_key", crypto::Hex(state.content_key.view())},
      {"description_key", crypto::Hex(state.description_key.view())},
      {"content_nonce", crypto::Hex(state.content_nonce)},
      {"description_nonce", crypto::Hex(state.description_nonce)},
      {"blind", crypto::Hex(state.blind)},
      {"recipients", state.recipients},
      {"content_length", state.content_length},
      {"upload", state.upload},
      {"submit_request", crypto::Hex(state.submit_request)},
  };
  if (state.form) document["form"] = ToJson(*state.form);
  return json::Canonical(document);
}

std::optional<UploadState> Read(absl::string_view text) {
  const auto document = json::ParseCanonical(text);
  if (!document.ok()) return std::nullopt;
  Members members(*document);
  if (members.Text("format") != kFormat) return std::nullopt;
  UploadState state;
  state.document_id = members.Text("document_id");
  state.create_request_id = members.Text("create_request_id");
  state.submit_request_id = members.Text("submit_request_id");
  state.content_key = crypto::Secret(members.Bytes("content_key", sealing::kFileKeySize));
  state.description_key = crypto::Secret(members.Bytes("description_key", sealing::kFileKeySize));
  state.content_nonce = members.Bytes("content_nonce", sealing::kPayloadNonceSize);
  state.description_nonce = members.Bytes("description_nonce", sealing::kPayloadNonceSize);
  state.blind = members.Bytes("blind", 32);
  state.content_length = members.Number("content_length");
  state.upload = members.Text("upload");
  state.submit_request = members.Bytes("submit_request", 0);
  const auto recipients = document->find("recipients");
  if (!members.good() || recipients == document->end() || !recipients->is_array()) {
    return std::nullopt;
  }
  for (const Json& recipient : *recipients) {
    if (!recipient.is_string()) return std::nullopt;
    state.recipients.push_back(recipient.get<std::string>());
  }
  if (const auto form = document->find("form"); form != document->end()) {
    state.form = ReadForm(*form);
    if (!state.form) return std::nullopt;
  }
  return state;
}

}  // namespace

UploadStates::UploadStates(std::string folder, const sealing::AgeIdentity* key)
    : folder_(std::move(folder)), key_(key) {}

std::string UploadStates::FileOf(const std::string& name) const {
  return absl::StrCat(folder_, "/", name, ".age");
}

absl::Status UploadStates::Save(const std::string& name, const UploadState& state) const {
  const crypto::Secret file_key = sealing::NewFileKey();
  const crypto::Secret text(Write(state));
  std::string file = sealing::MakeHeader(file_key, key_->recipient());
  const auto append = [&file](absl::string_view part) {
    file.append(part.data(), part.size());
    return absl::OkStatus();
  };
  sealing::PayloadSealer sealer(file_key, sealing::NewPayloadNonce());
  COMITY_RETURN_IF_ERROR(sealer.Write(text.view(), append));
  COMITY_RETURN_IF_ERROR(sealer.Finish(append));
  COMITY_RETURN_IF_ERROR(storage::MakePrivateDirectory(folder_));
  return storage::WriteFileAtomically(FileOf(name), file);
}

absl::StatusOr<std::optional<UploadState>> UploadStates::Load(const std::string& name) const {
  const auto file = storage::ReadFile(FileOf(name), kLargestState);
  if (absl::IsNotFound(file.status())) return std::optional<UploadState>();
  if (!file.ok()) return file.status();
  const auto header = sealing::ParseHeader(*file);
  const auto file_key = sealing::OpenHeader(*file, *key_);
  if (!header.ok() || !file_key.ok()) return std::optional<UploadState>();
  std::string text;
  // Reserved, so that growing leaves no unwiped copy behind.
  text.reserve(file->size());
  const auto append = [&text](absl::string_view part) {
    text.append(part.data(), part.size());
    return absl::OkStatus();
  };
  sealing::PayloadOpener opener(*file_key);
  const bool opened = opener.Write(absl::string_view(*file).substr(header->size), append).ok() &&
                      opener.Finish(append).ok();
  std::optional<UploadState> state;
  if (opened) state = Read(text);
  OPENSSL_cleanse(text.data(), text.size());
  return state;
}

void UploadStates::Remove(const std::string& name) const { RemoveFile(FileOf(name)); }

}  // namespace comity::client
