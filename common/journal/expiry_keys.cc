#include "common/journal/expiry_keys.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "common/crypto/random.h"
#include "common/journal/bytes.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::journal {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kRunAt = 4;
constexpr std::size_t kRunSize = 16;
constexpr std::size_t kCountAt = kRunAt + kRunSize;
constexpr std::size_t kHeaderSize = kCountAt + 8;

absl::Status Damaged() {
  return MakeError(absl::StatusCode::kDataLoss,
                   "Sealed content is damaged or was moved to another place; restore it from a "
                   "backup and check the volume.",
                   {.reason = "SEALED_CONTENT_DAMAGED"});
}

crypto::Aead CipherOf(absl::string_view file_key, absl::string_view run) {
  const crypto::Digest key = crypto::HmacSha256(file_key, run);
  return crypto::Aead(crypto::Aead::Algorithm::kAes256Gcm, crypto::View(key));
}

std::string FileOf(absl::CivilMonth month) {
  return absl::StrFormat("expires-%04d-%02d.key", month.year(), month.month());
}

std::string Nonce(absl::string_view count) {
  return absl::StrCat(std::string(crypto::Aead::kNonceSize - count.size(), '\0'), count);
}

}  // namespace

ExpiryKeys::ExpiryKeys(std::string directory, KeyFiles files)
    : directory_(std::move(directory)),
      files_(std::move(files)),
      run_(crypto::RandomBytes(kRunSize)) {}

absl::StatusOr<std::unique_ptr<ExpiryKeys>> ExpiryKeys::Open(std::string directory) {
  COMITY_ASSIGN_OR_RETURN(KeyFiles files, KeyFiles::Open(directory));
  return std::unique_ptr<ExpiryKeys>(new ExpiryKeys(std::move(directory), std::move(files)));
}

absl::StatusOr<crypto::Aead*> ExpiryKeys::Sealer(absl::CivilMonth month) {
  if (const auto found = sealers_.find(month); found != sealers_.end()) return &found->second;

  const absl::StatusOr<std::string> key = files_.ReadOrMake(FileOf(month));
  COMITY_RETURN_IF_ERROR(key.status());
  if (key->empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("The key for data that expires in ", absl::FormatCivilTime(month),
                                  " was destroyed and nothing can be sealed under it; check the "
                                  "clock and the configured months of expiry."),
                     {.reason = "KEY_MONTH_OVER"});
  }
  return &sealers_.emplace(month, CipherOf(*key, run_)).first->second;
}

absl::StatusOr<std::string> ExpiryKeys::Seal(absl::CivilMonth month, absl::string_view plaintext,
                                             absl::string_view context) {
  std::string sealed;
  sealed.reserve(kHeaderSize + plaintext.size() + crypto::Aead::kTagSize);
  sealed.push_back(kVersion);
  AppendBigEndian(sealed, static_cast<std::uint16_t>(month.year()));
  AppendBigEndian(sealed, static_cast<std::uint8_t>(month.month()));
  sealed.append(run_);

  absl::MutexLock lock(&mutex_);
  COMITY_ASSIGN_OR_RETURN(crypto::Aead* const sealer, Sealer(month));
  AppendBigEndian(sealed, count_++);
  const std::string nonce = Nonce(absl::string_view(sealed).substr(kCountAt));
  sealed.resize(kHeaderSize + plaintext.size() + crypto::Aead::kTagSize);
  sealer->SealTo(nonce, context, plaintext, sealed.data() + kHeaderSize);
  return sealed;
}

absl::StatusOr<std::optional<std::string>> ExpiryKeys::Open(absl::string_view sealed,
                                                            absl::string_view context) {
  COMITY_ASSIGN_OR_RETURN(const absl::CivilMonth month, MonthOf(sealed));
  const absl::string_view run = sealed.substr(kRunAt, kRunSize);

  absl::MutexLock lock(&mutex_);
  // Another process, or another object of this one, may have destroyed it since.
  if (std::error_code error;
      std::filesystem::file_size(files_.PathOf(FileOf(month)), error) == 0 || error) {
    sealers_.erase(month);
    opener_ = {};
  }
  if (opener_.aead == nullptr || opener_.month != month || opener_.run != run) {
    const auto key = files_.Read(FileOf(month));
    if (absl::IsNotFound(key.status())) return std::optional<std::string>();
    COMITY_RETURN_IF_ERROR(key.status());
    if (key->empty()) return std::optional<std::string>();
    opener_ = {month, std::string(run), std::make_unique<crypto::Aead>(CipherOf(*key, run))};
  }
  auto plaintext =
      opener_.aead->Open(Nonce(sealed.substr(kCountAt, 8)), context, sealed.substr(kHeaderSize));
  if (!plaintext.ok()) return Damaged();
  return std::optional<std::string>(*std::move(plaintext));
}

absl::StatusOr<absl::CivilMonth> ExpiryKeys::MonthOf(absl::string_view sealed) {
  if (sealed.size() < kHeaderSize + crypto::Aead::kTagSize || sealed[0] != kVersion) {
    return Damaged();
  }
  const int month = static_cast<unsigned char>(sealed[3]);
  if (month < 1 || month > 12) return Damaged();
  return absl::CivilMonth(ReadBigEndian<std::uint16_t>(sealed.substr(1)), month);
}

absl::StatusOr<std::vector<absl::CivilMonth>> ExpiryKeys::LiveBefore(absl::CivilMonth month) const {
  std::vector<absl::CivilMonth> live;
  std::error_code error;
  for (std::filesystem::directory_iterator file(directory_, error), end; !error && file != end;
       file.increment(error)) {
    const std::string name = file->path().filename();
    absl::string_view text = name;
    absl::CivilMonth found;
    if (!absl::ConsumePrefix(&text, "expires-") || !absl::ConsumeSuffix(&text, ".key") ||
        !absl::ParseCivilTime(text, &found) || FileOf(found) != name) {
      continue;  // A key that is being made, or no key.
    }
    if (found >= month) continue;
    if (std::filesystem::file_size(file->path(), error) > 0) live.push_back(found);
  }
  if (error) {
    return MakeError(absl::StatusCode::kUnavailable,
                     absl::StrCat("The folder of expiry keys cannot be read (", error.message(),
                                  "); check the volume and its rights."),
                     {.reason = "STORAGE_IO"});
  }
  std::sort(live.begin(), live.end());
  return live;
}

absl::Status ExpiryKeys::Destroy(absl::CivilMonth month) {
  absl::MutexLock lock(&mutex_);
  sealers_.erase(month);
  opener_ = {};
  return files_.Destroy(FileOf(month));
}

}  // namespace comity::journal
