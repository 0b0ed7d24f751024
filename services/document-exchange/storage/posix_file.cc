#include "services/document-exchange/storage/posix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::document_exchange {

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

File& File::operator=(File&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

absl::Status FileError(int error, absl::string_view what) {
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return MakeError(absl::StatusCode::kResourceExhausted,
                     absl::StrCat("The payload store's disk is full (", what,
                                  "); nothing was changed, try again when the operator has made "
                                  "room."),
                     {.reason = "DISK_FULL", .retry_after = absl::Minutes(1)});
  }
  if (error == ENOENT) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("There is no such object in the payload store (", what, ")."),
                     {.reason = "OBJECT_NOT_FOUND"});
  }
  return MakeError(
      absl::StatusCode::kInternal,
      absl::StrCat("The payload store failed (", what, "): ", std::strerror(error), "."),
      {.reason = "PAYLOAD_STORE"});
}

absl::StatusOr<File> OpenFile(const std::string& path, int flags, absl::string_view what) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return FileError(errno, what);
  return File(fd);
}

absl::StatusOr<std::int64_t> SizeOf(const File& file) {
  struct stat info {};
  if (::fstat(file.fd(), &info) != 0) return FileError(errno, "size");
  return static_cast<std::int64_t>(info.st_size);
}

absl::Status WriteAt(const File& file, std::int64_t offset, absl::string_view data) {
  while (!data.empty()) {
    const ssize_t written = ::pwrite(file.fd(), data.data(), data.size(), offset);
    if (written < 0) {
      if (errno == EINTR) continue;
      return FileError(errno, "write");
    }
    data.remove_prefix(static_cast<std::size_t>(written));
    offset += written;
  }
  return absl::OkStatus();
}

absl::Status SyncData(const File& file) {
  if (::fdatasync(file.fd()) != 0) return FileError(errno, "sync");
  return absl::OkStatus();
}

absl::Status SyncFolder(const std::string& path) {
  COMITY_ASSIGN_OR_RETURN(const File folder,
                          OpenFile(path, O_RDONLY | O_DIRECTORY, "open a folder"));
  if (::fsync(folder.fd()) != 0) return FileError(errno, "sync a folder");
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadWhole(const std::string& path, std::int64_t limit) {
  COMITY_ASSIGN_OR_RETURN(const File file, OpenFile(path, O_RDONLY, "read"));
  COMITY_ASSIGN_OR_RETURN(const std::int64_t size, SizeOf(file));
  if (size > limit) return FileError(EIO, "an object is longer than any we write");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count =
        ::pread(file.fd(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return FileError(count < 0 ? errno : EIO, "read");
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

absl::Status WriteNew(const std::string& path, absl::string_view data) {
  // A leftover of an attempt that failed is overwritten: the folder belongs to one upload.
  COMITY_ASSIGN_OR_RETURN(const File file,
                          OpenFile(path, O_WRONLY | O_CREAT | O_TRUNC, "make an object"));
  COMITY_RETURN_IF_ERROR(WriteAt(file, 0, data));
  return SyncData(file);
}

}  // namespace comity::document_exchange
