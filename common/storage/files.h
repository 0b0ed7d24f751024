#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace comity::storage {

// Files that survive a crash. Errors name the path: NOT_FOUND `FILE_MISSING`, RESOURCE_EXHAUSTED
// `DISK_FULL`, UNAVAILABLE `STORAGE_IO` with the system's reason.

// Of a directory that everybody may read.
inline constexpr std::filesystem::perms kPublicFolder{0755};

// Makes `path` and its parents; the last is 0700 (also if it existed). OK if it is there.
absl::Status MakePrivateDirectory(const std::string& path);

// The whole content, at most `limit` bytes (RESOURCE_EXHAUSTED `FILE_TOO_LARGE`).
absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t limit = 1 << 20);

// Replaces or makes `path` at once and durably: temporary file in the same folder, fsync, rename,
// fsync of the folder. A reader sees the old or the new content, never a part. `mode` as in chmod.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view content,
                                 unsigned int mode = 0600);

// Makes `path` at once with `content`, which is on the medium; its name is once the folder is
// synced, which is for who makes many to do. ALREADY_EXISTS `FILE_EXISTS` if it is there, whoever
// made it, on this machine or another.
absl::Status CreateFileAtomically(const std::string& path, absl::string_view content,
                                  unsigned int mode = 0600);

// Overwrites what `path` holds, then leaves it there, empty: for keys that are destroyed. Made,
// empty, if it is not there. The medium may keep copies that no program reaches.
absl::Status EraseFileContent(const std::string& path);

// Makes the entries of a folder durable.
absl::Status SyncDirectory(const std::string& path);

// An exclusive hold on a file, for as long as it takes to change another. Waits for who has it.
class FileLock {
 public:
  // Locks `path`, which is made if it is not there and stays.
  static absl::StatusOr<FileLock> Wait(const std::string& path);

  ~FileLock();
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

// An exclusive hold on a directory, given up when it goes out of scope or the process ends,
// however it ends.
class DirectoryLock {
 public:
  // Locks `<directory>/lock`. FAILED_PRECONDITION `STORE_IN_USE` if somebody has it, in this
  // process or another.
  static absl::StatusOr<DirectoryLock> Acquire(const std::string& directory);

  ~DirectoryLock();
  DirectoryLock(DirectoryLock&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)) {}
  DirectoryLock& operator=(DirectoryLock&&) = delete;

 private:
  explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace comity::storage
