#include "common/journal/subject_keys.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/aead.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/crypto/random.h"
#include "common/journal/bytes.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::journal {
namespace {

constexpr char kVersion = 2;
constexpr std::size_t kRunAt = 1;
constexpr std::size_t kRunSize = 16;
constexpr std::size_t kCountAt = kRunAt + kRunSize;
constexpr std::size_t kCountSize = 8;
constexpr std::size_t kHeaderSize = kCountAt + kCountSize;

crypto::Aead CipherOf(absl::string_view file_key, absl::string_view run) {
  const crypto::Digest key = crypto::HmacSha256(file_key, run);
  return crypto::Aead(crypto::Aead::Algorithm::kAes256Gcm, crypto::View(key));
}

std::string Nonce(absl::string_view count) {
  return absl::StrCat(std::string(crypto::Aead::kNonceSize - count.size(), '\0'), count);
}

absl::Status Damaged() {
  return MakeError(absl::StatusCode::kDataLoss,
                   "Sealed content is damaged or was moved to another place; restore it from a "
                   "backup and check the volume.",
                   {.reason = "SEALED_CONTENT_DAMAGED"});
}

}  // namespace

SubjectKeys::SubjectKeys(KeyFiles files)
    : files_(std::move(files)), run_(crypto::RandomBytes(kRunSize)) {}

absl::StatusOr<std::unique_ptr<SubjectKeys>> SubjectKeys::Open(std::string directory) {
  COMITY_ASSIGN_OR_RETURN(KeyFiles files, KeyFiles::Open(std::move(directory)));
  return std::unique_ptr<SubjectKeys>(new SubjectKeys(std::move(files)));
}

std::string SubjectKeys::FileOf(absl::string_view subject) {
  return absl::StrCat("subject-", crypto::Hex(crypto::View(crypto::Sha256(subject))), ".key");
}

absl::StatusOr<std::string> SubjectKeys::Seal(absl::string_view subject,
                                              absl::string_view plaintext) {
  COMITY_RETURN_IF_ERROR(Prepare({std::string(subject)}));
  COMITY_ASSIGN_OR_RETURN(const std::string key, Read(FileOf(subject)));
  if (key.empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("The data of ", subject,
                                  " were erased, and nothing can be sealed for it any more."),
                     {.reason = "SUBJECT_ERASED"});
  }
  std::string sealed(1, kVersion);
  sealed.append(run_);
  AppendBigEndian(sealed, count_.fetch_add(1));
  const std::string nonce = Nonce(absl::string_view(sealed).substr(kCountAt));
  sealed.resize(kHeaderSize + plaintext.size() + crypto::Aead::kTagSize);
  CipherOf(key, run_).SealTo(nonce, subject, plaintext, sealed.data() + kHeaderSize);
  return sealed;
}

absl::StatusOr<std::optional<std::string>> SubjectKeys::Open(absl::string_view subject,
                                                             absl::string_view sealed) const {
  if (sealed.size() < kHeaderSize + crypto::Aead::kTagSize || sealed[0] != kVersion) {
    return Damaged();
  }
  COMITY_ASSIGN_OR_RETURN(const std::string key, Read(FileOf(subject)));
  if (key.empty()) return std::optional<std::string>();
  auto plaintext =
      CipherOf(key, sealed.substr(kRunAt, kRunSize))
          .Open(Nonce(sealed.substr(kCountAt, kCountSize)), subject, sealed.substr(kHeaderSize));
  if (!plaintext.ok()) return Damaged();
  return std::optional<std::string>(*std::move(plaintext));
}

absl::StatusOr<std::string> SubjectKeys::Read(const std::string& file) const {
  absl::StatusOr<std::string> key = files_.Read(file);
  if (!absl::IsNotFound(key.status())) return key;
  if (IsAside(file)) return std::string();
  // It may have been aside between the two looks.
  key = files_.Read(file);
  if (!absl::IsNotFound(key.status())) return key;
  return MakeError(absl::StatusCode::kDataLoss,
                   absl::StrCat("The key file ", files_.PathOf(file),
                                " is missing, and nothing says that it was destroyed: restore the "
                                "folder of keys from its own backup."),
                   {.reason = "SUBJECT_KEY_MISSING"});
}

absl::Status SubjectKeys::Prepare(const std::vector<std::string>& subjects) {
  std::vector<std::string> files;
  {
    const absl::MutexLock lock(&mutex_);
    // What was there is not made anew: what was sealed with it would be lost.
    for (const std::string& subject : subjects) {
      std::string file = FileOf(subject);
      if (!synced_.contains(file)) files.push_back(std::move(file));
    }
  }
  if (files.empty()) return absl::OkStatus();
  COMITY_RETURN_IF_ERROR(files_.Make(files));
  const absl::MutexLock lock(&mutex_);
  synced_.insert(files.begin(), files.end());
  return absl::OkStatus();
}

bool SubjectKeys::IsAside(const std::string& file) const {
  std::error_code error;
  return std::filesystem::exists(absl::StrCat(files_.PathOf(file), ".destroyed"), error);
}

absl::StatusOr<bool> SubjectKeys::Destroy(absl::string_view subject) const {
  const std::string file = FileOf(subject);
  // An empty file with nothing aside: that was done.
  std::error_code error;
  const auto size = std::filesystem::file_size(files_.PathOf(file), error);
  if (!error && size == 0 && !IsAside(file)) return false;
  COMITY_RETURN_IF_ERROR(files_.Destroy(file));
  return true;
}

}  // namespace comity::journal
