#include "common/client/sealed_file.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::client {
namespace {

using sealing::kChunkSize;
using sealing::kPieceSize;
using sealing::kSealedChunkSize;

constexpr auto kNonce = static_cast<std::int64_t>(sealing::kPayloadNonceSize);
constexpr auto kTag = static_cast<std::size_t>(kSealedChunkSize - kChunkSize);

absl::Status Changed(const std::string& path) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("The file ", path,
                                " changed while it was sent: nothing of the change was sent; send "
                                "it again, as a new document."),
                   {.reason = "FILE_CHANGED"});
}

}  // namespace

absl::StatusOr<SealedForm> MeasureSealed(const File& file, const crypto::Secret& file_key,
                                         absl::string_view nonce,
                                         absl::FunctionRef<absl::Status(std::int64_t done)> check) {
  SealedForm form;
  crypto::Sha256Stream plaintext;
  sealing::PayloadDigester payload(/*keep_pieces=*/true);
  sealing::PayloadSealer sealer(file_key, nonce);
  const auto digest = [&payload](absl::string_view part) {
    payload.Update(part);
    return absl::OkStatus();
  };
  std::string buffer(static_cast<std::size_t>(kPieceSize), '\0');
  absl::Status status;
  for (std::size_t size = buffer.size(); status.ok() && size == buffer.size();) {
    auto got = file.ReadAt(form.plaintext_length, buffer.size(), buffer.data());
    if (!got.ok()) {
      status = got.status();
      break;
    }
    size = *got;
    const absl::string_view part(buffer.data(), size);
    plaintext.Update(part);
    form.plaintext_length += static_cast<std::int64_t>(size);
    status = sealer.Write(part, digest);
    if (status.ok()) status = check(form.plaintext_length);
  }
  OPENSSL_cleanse(buffer.data(), buffer.size());
  COMITY_RETURN_IF_ERROR(status);
  COMITY_RETURN_IF_ERROR(sealer.Finish(digest));
  form.plaintext_sha256 = plaintext.Peek();
  form.payload = payload.Peek();
  form.pieces = payload.Pieces();
  return form;
}

SealedFile::SealedFile(const File* file, const crypto::Secret& file_key, absl::string_view nonce,
                       const SealedForm* form, std::int64_t offset)
    : file_(file),
      form_(form),
      nonce_(nonce),
      cipher_(file_key, nonce),
      offset_(offset),
      made_(0),
      plaintext_(static_cast<std::size_t>(kChunkSize), '\0') {}

SealedFile::~SealedFile() { OPENSSL_cleanse(plaintext_.data(), plaintext_.size()); }

absl::Status SealedFile::SealChunk() {
  const std::int64_t index = (made_ - kNonce) / kSealedChunkSize;
  const std::int64_t start = index * kChunkSize;
  const std::int64_t left = form_->plaintext_length - start;
  const auto size = static_cast<std::size_t>(std::min(kChunkSize, left));
  COMITY_ASSIGN_OR_RETURN(const std::size_t got, file_->ReadAt(start, size, plaintext_.data()));
  if (got != size) return Changed(file_->path());
  const std::size_t end = buffer_.size();
  buffer_.resize(end + size + kTag);
  cipher_.Seal(static_cast<std::uint64_t>(index), left <= kChunkSize, {plaintext_.data(), size},
               buffer_.data() + end);
  made_ += static_cast<std::int64_t>(size + kTag);
  return absl::OkStatus();
}

absl::Status SealedFile::MakePiece() {
  const std::int64_t wanted = offset_ / kPieceSize;
  const std::int64_t start = wanted * kPieceSize;
  if (piece_ + 1 == wanted && piece_ >= 0) {
    buffer_.erase(0, piece_size_);
  } else {
    // Somewhere in the middle: the chunk in which the piece starts, without what is before it.
    buffer_.clear();
    if (start == 0) {
      buffer_ = nonce_;
      made_ = kNonce;
    } else {
      made_ = kNonce + (start - kNonce) / kSealedChunkSize * kSealedChunkSize;
      const std::int64_t before = start - made_;
      COMITY_RETURN_IF_ERROR(SealChunk());
      buffer_.erase(0, static_cast<std::size_t>(before));
    }
  }
  piece_ = wanted;
  piece_size_ = static_cast<std::size_t>(std::min(kPieceSize, form_->payload.length - start));
  while (buffer_.size() < piece_size_) COMITY_RETURN_IF_ERROR(SealChunk());
  if (sealing::PieceHash({buffer_.data(), piece_size_}) !=
      form_->pieces[static_cast<std::size_t>(piece_)]) {
    piece_ = -1;
    return Changed(file_->path());
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::string_view> SealedFile::Next(std::size_t most) {
  if (offset_ >= form_->payload.length) return absl::string_view();
  if (piece_ != offset_ / kPieceSize) COMITY_RETURN_IF_ERROR(MakePiece());
  const auto at = static_cast<std::size_t>(offset_ % kPieceSize);
  const absl::string_view part = absl::string_view(buffer_.data(), piece_size_).substr(at, most);
  offset_ += static_cast<std::int64_t>(part.size());
  return part;
}

}  // namespace comity::client
