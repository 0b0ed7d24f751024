#include "services/document-exchange/storage/posix_folder.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "services/document-exchange/storage/posix_file.h"

namespace comity::document_exchange {
namespace {

absl::Status RemoveFile(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return FileError(errno, "remove an object");
}

}  // namespace

absl::Status MakeFolder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return FileError(errno, "make a folder");
  }
  return absl::OkStatus();
}

bool Exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

absl::StatusOr<std::vector<std::string>> NamesIn(const std::string& folder) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(folder.c_str()), &::closedir);
  if (stream == nullptr) return FileError(errno, "list a folder");
  std::vector<std::string> names;
  while (const dirent* const entry = ::readdir(stream.get())) {
    const absl::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

absl::Status RemoveFolder(const std::string& folder, const std::string& parent) {
  absl::StatusOr<std::vector<std::string>> names = NamesIn(folder);
  if (absl::IsNotFound(names.status())) return absl::OkStatus();
  COMITY_RETURN_IF_ERROR(names.status());
  for (const std::string& name : *names) {
    COMITY_RETURN_IF_ERROR(RemoveFile(absl::StrCat(folder, "/", name)));
  }
  if (::rmdir(folder.c_str()) != 0 && errno != ENOENT) return FileError(errno, "remove a folder");
  return SyncFolder(parent);
}

absl::Status EraseFiles(const std::string& folder, const std::set<std::string>& kept,
                        const std::set<std::string>& bulky) {
  absl::StatusOr<std::vector<std::string>> names = NamesIn(folder);
  if (absl::IsNotFound(names.status())) return absl::OkStatus();
  COMITY_RETURN_IF_ERROR(names.status());
  std::partition(names->begin(), names->end(),
                 [&](const std::string& name) { return bulky.count(name) == 0; });
  for (const std::string& name : *names) {
    if (kept.count(name) > 0) continue;
    const std::string path = absl::StrCat(folder, "/", name);
    if (bulky.count(name) == 0) COMITY_RETURN_IF_ERROR(storage::EraseFileContent(path));
    COMITY_RETURN_IF_ERROR(RemoveFile(path));
  }
  return SyncFolder(folder);
}

}  // namespace comity::document_exchange
