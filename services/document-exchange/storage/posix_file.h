#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace comity::document_exchange {

// An open file descriptor, closed at the end. Movable.
class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}
  ~File();
  File(File&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int fd() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// What `errno` `error` means for a store: RESOURCE_EXHAUSTED `DISK_FULL`, NOT_FOUND
// `OBJECT_NOT_FOUND`, else INTERNAL `PAYLOAD_STORE`. `what` says what was attempted, without paths.
absl::Status FileError(int error, absl::string_view what);

absl::StatusOr<File> OpenFile(const std::string& path, int flags, absl::string_view what);
absl::StatusOr<std::int64_t> SizeOf(const File& file);
// Writes all of `data` at `offset`.
absl::Status WriteAt(const File& file, std::int64_t offset, absl::string_view data);
absl::Status SyncData(const File& file);
absl::Status SyncFolder(const std::string& path);
absl::StatusOr<std::string> ReadWhole(const std::string& path, std::int64_t limit);
// Writes a new file and makes its bytes durable; the folder is not synced.
absl::Status WriteNew(const std::string& path, absl::string_view data);

}  // namespace comity::document_exchange
