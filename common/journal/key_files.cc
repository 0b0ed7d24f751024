#include "common/journal/key_files.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/aead.h"
#include "common/crypto/random.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "common/threads/beside.h"

namespace comity::journal {
namespace {

// Of several keys that are made at once.
constexpr std::size_t kThreads = 16;
constexpr std::size_t kFilesOfAThread = 4;

absl::Status NotDestroyed(const std::error_code& error) {
  return MakeError(absl::StatusCode::kUnavailable,
                   absl::StrCat("A key cannot be destroyed (", error.message(),
                                "); check the volume and the rights of the folder of keys."),
                   {.reason = "STORAGE_IO"});
}

}  // namespace

absl::StatusOr<KeyFiles> KeyFiles::Open(std::string directory) {
  COMITY_RETURN_IF_ERROR(storage::MakePrivateDirectory(directory));
  return KeyFiles(std::move(directory));
}

std::string KeyFiles::PathOf(absl::string_view name) const {
  return absl::StrCat(directory_, "/", name);
}

absl::StatusOr<std::string> KeyFiles::Read(absl::string_view name) const {
  const std::string path = PathOf(name);
  COMITY_ASSIGN_OR_RETURN(std::string key, storage::ReadFile(path));
  if (key.empty() || key.size() == crypto::Aead::kKeySize) return key;
  return MakeError(absl::StatusCode::kDataLoss,
                   absl::StrCat("The key file ", path, " is damaged; restore it from a backup."),
                   {.reason = "SEALED_CONTENT_DAMAGED"});
}

absl::Status KeyFiles::MakeOne(const std::string& name) const {
  const absl::Status known = Read(name).status();
  if (!absl::IsNotFound(known)) return known;
  const absl::Status made =
      storage::CreateFileAtomically(PathOf(name), crypto::RandomBytes(crypto::Aead::kKeySize));
  // If another process was first: what it sealed must stay readable.
  return absl::IsAlreadyExists(made) ? absl::OkStatus() : made;
}

absl::Status KeyFiles::Make(const std::vector<std::string>& names) const {
  // What is synced at the same time a file system brings to the medium together.
  const std::size_t shares = std::clamp<std::size_t>(names.size() / kFilesOfAThread, 1, kThreads);
  std::vector<absl::Status> made(shares);
  const auto make = [&](std::size_t share) {
    for (std::size_t i = share; i < names.size() && made[share].ok(); i += shares) {
      made[share] = MakeOne(names[i]);
    }
  };
  {
    std::vector<std::jthread> beside;
    for (std::size_t share = 1; share < shares; ++share) {
      beside.push_back(Beside([&make, share] { make(share); }));
    }
    make(0);
  }
  for (const absl::Status& share : made) COMITY_RETURN_IF_ERROR(share);
  // Also if all were there: whoever made one may have died before its name was on the medium.
  return storage::SyncDirectory(directory_);
}

absl::StatusOr<std::string> KeyFiles::ReadOrMake(absl::string_view name) const {
  COMITY_RETURN_IF_ERROR(Make({std::string(name)}));
  return Read(name);
}

absl::Status KeyFiles::Destroy(absl::string_view name) const {
  // Aside first: a key that is overwritten in part must not be taken for one.
  const std::string path = PathOf(name);
  const std::string aside = absl::StrCat(path, ".destroyed");
  std::error_code error;
  std::filesystem::rename(path, aside, error);
  if (error && error != std::errc::no_such_file_or_directory) return NotDestroyed(error);
  COMITY_RETURN_IF_ERROR(storage::SyncDirectory(directory_));
  COMITY_RETURN_IF_ERROR(storage::EraseFileContent(aside));
  COMITY_RETURN_IF_ERROR(storage::EraseFileContent(path));
  std::filesystem::remove(aside, error);
  if (error) return NotDestroyed(error);
  return storage::SyncDirectory(directory_);
}

}  // namespace comity::journal
