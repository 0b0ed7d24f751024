#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace comity::client {

// An open regular file. Errors name the path: NOT_FOUND `FILE_MISSING`, ALREADY_EXISTS
// `FILE_EXISTS`, RESOURCE_EXHAUSTED `DISK_FULL`, FAILED_PRECONDITION `FILE_UNUSABLE` with the
// system's reason. Not thread-safe.
class File {
 public:
  static absl::StatusOr<File> OpenToRead(const std::string& path);
  // Makes it (mode 0600) or opens what is there, to read and write.
  static absl::StatusOr<File> OpenToResume(const std::string& path);
  // Makes a new one (mode 0600) that only this process knows the name of, in `folder`.
  static absl::StatusOr<File> MakeTemporary(const std::string& folder);

  ~File();
  File(File&& other) noexcept
      : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&&) = delete;

  const std::string& path() const { return path_; }
  absl::StatusOr<std::int64_t> Size() const;

  // Reads up to `size` bytes at `offset`; fewer only at the end of the file. Returns how many.
  absl::StatusOr<std::size_t> ReadAt(std::int64_t offset, std::size_t size, char* out) const;

  // Appends where writing stands: the front of a new file, or what Truncate said.
  absl::Status Write(absl::string_view bytes);
  absl::Status Truncate(std::int64_t size);
  absl::Status Sync() const;

 private:
  File(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  static absl::StatusOr<File> Open(const std::string& path, int flags);
  absl::Status Failure(absl::string_view what) const;

  std::string path_;
  int descriptor_;
};

// Gives `from` the name `to` at once and durably, unless something has it: ALREADY_EXISTS
// `FILE_EXISTS`.
absl::Status RenameToNew(const std::string& from, const std::string& to);

// Removes a file if it is there.
void RemoveFile(const std::string& path);

// The folder of `path`, "." if it names none.
std::string FolderOf(absl::string_view path);

}  // namespace comity::client
