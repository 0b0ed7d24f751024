#include "common/storage/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::storage {
namespace {

absl::Status SystemError(absl::string_view action, absl::string_view path, int error) {
  const std::string why = std::generic_category().message(error);
  if (error == ENOENT) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("Cannot ", action, " ", path, ": there is no such file."),
                     {.reason = "FILE_MISSING"});
  }
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return MakeError(absl::StatusCode::kResourceExhausted,
                     absl::StrCat("Cannot ", action, " ", path, ": ", why,
                                  "; make room on the volume, writing then goes on by itself."),
                     {.reason = "DISK_FULL"});
  }
  return MakeError(absl::StatusCode::kUnavailable,
                   absl::StrCat("Cannot ", action, " ", path, ": ", why,
                                "; check that it is there and owned by the service's user."),
                   {.reason = "STORAGE_IO"});
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return number_; }
  int Release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

// Writes and syncs all of it; on failure the file is gone.
absl::Status Fill(int file, const std::string& path, absl::string_view content, unsigned int mode) {
  int error = fchmod(file, mode) == 0 ? 0 : errno;
  while (error == 0 && !content.empty()) {
    const ssize_t put = write(file, content.data(), content.size());
    if (put > 0) {
      content.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (error == 0 && fsync(file) != 0) error = errno;
  if (error == 0) return absl::OkStatus();
  unlink(path.c_str());
  return SystemError("write", path, error);
}

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace

absl::Status MakePrivateDirectory(const std::string& path) {
  std::vector<std::string> missing;
  std::error_code error;
  for (std::string at = path; !std::filesystem::exists(at, error); at = FolderOf(at)) {
    missing.push_back(at);
  }
  std::filesystem::create_directories(path, error);
  if (error) return SystemError("make the directory", path, error.value());
  if (chmod(path.c_str(), 0700) != 0) return SystemError("protect the directory", path, errno);
  // A directory that is lost in a crash takes everything in it along.
  for (const std::string& made : missing) COMITY_RETURN_IF_ERROR(SyncDirectory(FolderOf(made)));
  // Who made it earlier may have died before this; where its parent cannot be opened, it was not
  // us.
  if (missing.empty()) SyncDirectory(FolderOf(path)).IgnoreError();
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t limit) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return SystemError("read", path, errno);
  std::string content;
  char buffer[16 * 1024];
  while (true) {
    const ssize_t got = read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError("read", path, errno);
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
    if (content.size() > limit) {
      return MakeError(absl::StatusCode::kResourceExhausted,
                       absl::StrCat("The file ", path, " is longer than the ", limit,
                                    " bytes it may have; it is not what is expected there."),
                       {.reason = "FILE_TOO_LARGE"});
    }
  }
}

absl::Status WriteFileAtomically(const std::string& path, absl::string_view content,
                                 unsigned int mode) {
  const std::string temporary = absl::StrCat(path, ".tmp");
  {
    const Descriptor file(
        open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
    if (file.get() < 0) return SystemError("write", temporary, errno);
    COMITY_RETURN_IF_ERROR(Fill(file.get(), temporary, content, mode));
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(temporary.c_str());
    return SystemError("replace", path, error);
  }
  return SyncDirectory(FolderOf(path));
}

absl::Status CreateFileAtomically(const std::string& path, absl::string_view content,
                                  unsigned int mode) {
  // A name of its own, whatever other machine makes the same file now.
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  {
    const Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
    if (file.get() < 0) return SystemError("write", temporary, errno);
    COMITY_RETURN_IF_ERROR(Fill(file.get(), temporary, content, mode));
  }
  const int error = link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  unlink(temporary.c_str());
  if (error == EEXIST) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     absl::StrCat("The file ", path, " is there already."),
                     {.reason = "FILE_EXISTS"});
  }
  return error == 0 ? absl::OkStatus() : SystemError("make", path, error);
}

absl::Status EraseFileContent(const std::string& path) {
  {
    const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    struct stat found {};
    if (file.get() < 0 || fstat(file.get(), &found) != 0) return SystemError("erase", path, errno);
    const std::string zeros(static_cast<std::size_t>(found.st_size), '\0');
    if (pwrite(file.get(), zeros.data(), zeros.size(), 0) != found.st_size ||
        fsync(file.get()) != 0 || ftruncate(file.get(), 0) != 0 || fsync(file.get()) != 0) {
      return SystemError("erase", path, errno);
    }
  }
  return SyncDirectory(FolderOf(path));
}

absl::Status SyncDirectory(const std::string& path) {
  const Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || fsync(folder.get()) != 0) return SystemError("sync", path, errno);
  return absl::OkStatus();
}

absl::StatusOr<FileLock> FileLock::Wait(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (file.get() < 0) return SystemError("open", path, errno);
  while (flock(file.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return SystemError("lock", path, errno);
  }
  return FileLock(file.Release());
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

absl::StatusOr<DirectoryLock> DirectoryLock::Acquire(const std::string& directory) {
  const std::string path = absl::StrCat(directory, "/lock");
  Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return SystemError("open", path, errno);
  while (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return SystemError("lock", path, errno);
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat("The data directory ", directory,
                     " is in use by another process; stop that one first, or configure "
                     "another directory."),
        {.reason = "STORE_IN_USE"});
  }
  return DirectoryLock(file.Release());
}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace comity::storage
