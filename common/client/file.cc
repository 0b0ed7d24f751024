#include "common/client/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::client {
namespace {

absl::Status Failed(absl::string_view what, const std::string& path, int error) {
  const std::string sentence =
      absl::StrCat("The file ", path, " cannot be ", what, ": ", std::strerror(error), ".");
  switch (error) {
    case ENOENT:
      return MakeError(absl::StatusCode::kNotFound, sentence, {.reason = "FILE_MISSING"});
    case EEXIST:
      return MakeError(absl::StatusCode::kAlreadyExists,
                       absl::StrCat("There is already a file ", path,
                                    ": it is not overwritten; give another name or remove it."),
                       {.reason = "FILE_EXISTS"});
    case ENOSPC:
    case EDQUOT:
      return MakeError(absl::StatusCode::kResourceExhausted, sentence, {.reason = "DISK_FULL"});
    default:
      return MakeError(absl::StatusCode::kFailedPrecondition, sentence,
                       {.reason = "FILE_UNUSABLE"});
  }
}

}  // namespace

absl::Status File::Failure(absl::string_view what) const { return Failed(what, path_, errno); }

absl::StatusOr<File> File::Open(const std::string& path, int flags) {
  File file(path, open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, S_IRUSR | S_IWUSR));
  if (file.descriptor_ < 0) return file.Failure("opened");
  struct stat status = {};
  if (fstat(file.descriptor_, &status) != 0) return file.Failure("read");
  if (!S_ISREG(status.st_mode)) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("The file ", path, " is no regular file: copy it to one first."),
                     {.reason = "FILE_UNUSABLE"});
  }
  return file;
}

absl::StatusOr<File> File::OpenToRead(const std::string& path) {
  // Without O_NONBLOCK a FIFO would wait for its other end before it is refused.
  return Open(path, O_RDONLY | O_NONBLOCK);
}

absl::StatusOr<File> File::OpenToResume(const std::string& path) {
  return Open(path, O_RDWR | O_CREAT | O_NOFOLLOW);
}

absl::StatusOr<File> File::MakeTemporary(const std::string& folder) {
  std::string path = absl::StrCat(folder, "/.comity-XXXXXX");
  const int descriptor = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) return Failed("made", path, errno);
  return File(std::move(path), descriptor);
}

File::~File() {
  if (descriptor_ >= 0) close(descriptor_);
}

absl::StatusOr<std::int64_t> File::Size() const {
  struct stat status = {};
  if (fstat(descriptor_, &status) != 0) return Failure("read");
  return status.st_size;
}

absl::StatusOr<std::size_t> File::ReadAt(std::int64_t offset, std::size_t size, char* out) const {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got =
        pread(descriptor_, out + done, size - done, offset + static_cast<std::int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failure("read");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

absl::Status File::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Failure("written");
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return absl::OkStatus();
}

absl::Status File::Truncate(std::int64_t size) {
  if (ftruncate(descriptor_, size) != 0 || lseek(descriptor_, size, SEEK_SET) < 0) {
    return Failure("written");
  }
  return absl::OkStatus();
}

absl::Status File::Sync() const {
  return fsync(descriptor_) == 0 ? absl::OkStatus() : Failure("made durable");
}

absl::Status RenameToNew(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
    return storage::SyncDirectory(FolderOf(to));
  }
  if (errno != EINVAL && errno != ENOSYS) return Failed("made", to, errno);
  // Some file systems cannot rename so; a second link fails as well if the name is taken.
  if (link(from.c_str(), to.c_str()) != 0) return Failed("made", to, errno);
  RemoveFile(from);
  return storage::SyncDirectory(FolderOf(to));
}

void RemoveFile(const std::string& path) { unlink(path.c_str()); }

std::string FolderOf(absl::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return std::string(slash == 0 ? path.substr(0, 1) : path.substr(0, slash));
}

}  // namespace comity::client
