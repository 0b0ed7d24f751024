#include "common/registry_snapshot/snapshot_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/crypto/random.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::registry_snapshot {
namespace {

namespace fs = std::filesystem;

// What the registry gives its replicas is for whoever saved it.
constexpr unsigned int kPrivate = 0600;
constexpr std::size_t kSuffixBytes = 8;

absl::Status NotWritable(const std::string& folder) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(folder,
                                " cannot be written; check its folder's permissions and the space "
                                "left on the disk."),
                   {.reason = "FOLDER_NOT_WRITABLE"});
}

bool Sync(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = fsync(descriptor) == 0;
  close(descriptor);
  return synced;
}

// Without a slash at its end, which would name what is in the folder.
std::string Plain(const std::string& folder) {
  const fs::path path = fs::path(folder).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).string();
}

std::string FolderOf(const std::string& path) {
  const std::string above = fs::path(path).parent_path().string();
  return above.empty() ? "." : above;
}

}  // namespace

absl::StatusOr<SnapshotFolder> SnapshotFolder::Create(const std::string& folder) {
  const std::string path = Plain(folder);
  std::error_code error;
  if (fs::exists(fs::symlink_status(path, error))) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("The folder ", path, " is there already; name a new one."),
                     {.reason = "FOLDER_EXISTS"});
  }
  fs::create_directories(FolderOf(path), error);
  std::string arriving =
      absl::StrCat(path, ".part-", crypto::Hex(crypto::RandomBytes(kSuffixBytes)));
  if (!storage::MakePrivateDirectory(arriving).ok()) return NotWritable(path);
  SnapshotFolder made(path, std::move(arriving));
  if (!made.facts_) return NotWritable(path);
  return made;
}

SnapshotFolder::SnapshotFolder(std::string folder, std::string arriving)
    : folder_(std::move(folder)),
      arriving_(std::move(arriving)),
      facts_(absl::StrCat(arriving_, "/", kFactsFile), std::ios::binary) {}

SnapshotFolder::~SnapshotFolder() {
  if (arriving_.empty()) return;
  std::error_code ignored;
  fs::remove_all(arriving_, ignored);
}

absl::Status SnapshotFolder::Append(absl::string_view facts) {
  facts_.write(facts.data(), static_cast<std::streamsize>(facts.size()));
  return facts_ ? absl::OkStatus() : NotWritable(folder_);
}

absl::StatusOr<sealing::RegistrySnapshot> SnapshotFolder::Finish(absl::string_view statement,
                                                                 absl::string_view signature,
                                                                 const sealing::SignerCheck& check,
                                                                 absl::Time at) {
  facts_.close();
  if (!facts_ || !Sync(absl::StrCat(arriving_, "/", kFactsFile))) return NotWritable(folder_);
  const auto write = [this](const char* name, absl::string_view content) {
    return storage::WriteFileAtomically(absl::StrCat(arriving_, "/", name), content, kPrivate);
  };
  COMITY_RETURN_IF_ERROR(write(kStatementFile, statement));
  COMITY_RETURN_IF_ERROR(write(kSignatureFile, signature));
  COMITY_ASSIGN_OR_RETURN(const VerifiedSnapshot snapshot, VerifyFolder(arriving_, check, at));
  if (std::rename(arriving_.c_str(), folder_.c_str()) != 0) return NotWritable(folder_);
  arriving_.clear();
  COMITY_RETURN_IF_ERROR(storage::SyncDirectory(FolderOf(folder_)));
  return snapshot.statement;
}

}  // namespace comity::registry_snapshot
