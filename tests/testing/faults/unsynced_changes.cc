#include "tests/testing/faults/unsynced_changes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace comity::testing::faults {
namespace {

constexpr std::size_t kSector = 512;

// A shim that fails would prove nothing.
template <typename Result>
Result Must(Result result, const char* what) {
  if (result >= 0) return result;
  std::perror(what);
  std::abort();
}

struct stat StatOf(int descriptor) {
  struct stat info {};
  Must(fstat(descriptor, &info), "faults: fstat");
  return info;
}

std::string ReadBytes(int descriptor, off_t from, off_t to) {
  std::string bytes(static_cast<std::size_t>(std::max<off_t>(0, to - from)), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = pread(descriptor, bytes.data() + done, bytes.size() - done,
                              from + static_cast<off_t>(done));
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

void WriteBytes(int descriptor, off_t offset, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t put = Must(pwrite(descriptor, data, size, offset), "faults: pwrite");
    data += put;
    size -= static_cast<std::size_t>(put);
    offset += put;
  }
}

// What failed to happen needs no undoing, hence no check.
void PutBack(const std::string& saved, int folder, const std::string& name) {
  if (saved.empty() || linkat(AT_FDCWD, saved.c_str(), folder, name.c_str(), 0) == 0) return;
}

}  // namespace

UnsyncedChanges::Folder::~Folder() {
  if (descriptor >= 0) close(descriptor);
}

UnsyncedChanges::UnsyncedChanges(std::string root) : root_(std::move(root)) {}

UnsyncedChanges::~UnsyncedChanges() {
  for (auto& [id, file] : files_) close(file.descriptor);
}

UnsyncedChanges::File& UnsyncedChanges::FileOf(int descriptor) {
  const struct stat info = StatOf(descriptor);
  File& file = files_[{info.st_dev, info.st_ino}];
  if (file.descriptor < 0) {
    // Opened anew: the program's may be for writing only. While it is open its number is not used
    // for another file.
    const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
    file.descriptor = Must(open(path.c_str(), O_RDWR | O_CLOEXEC), "faults: open");
  }
  return file;
}

UnsyncedChanges::FolderPtr UnsyncedChanges::FolderAt(const std::string& path) {
  const int descriptor =
      Must(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "faults: open a folder");
  const struct stat info = StatOf(descriptor);
  std::weak_ptr<Folder>& known = folders_[{info.st_dev, info.st_ino}];
  FolderPtr folder = known.lock();
  if (folder != nullptr) {
    close(descriptor);
    return folder;
  }
  folder = std::make_shared<Folder>();
  folder->descriptor = descriptor;
  known = folder;
  return folder;
}

std::pair<UnsyncedChanges::FolderPtr, std::string> UnsyncedChanges::Split(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  return {FolderAt(slash == 0 ? "/" : path.substr(0, slash)), path.substr(slash + 1)};
}

std::string UnsyncedChanges::NewSavedName() {
  const std::string folder = root_ + "/.faults";
  mkdir(folder.c_str(), 0700);
  return folder + "/" + std::to_string(getpid()) + "-" + std::to_string(saved_++);
}

std::string UnsyncedChanges::Save(const std::string& path) {
  std::string saved = NewSavedName();
  return link(path.c_str(), saved.c_str()) == 0 ? saved : "";
}

void UnsyncedChanges::Write(int descriptor, off_t offset, const void* data, std::size_t size) {
  File& file = FileOf(descriptor);
  const off_t old_size = StatOf(descriptor).st_size;
  const off_t end = offset + static_cast<off_t>(size);
  file.changes.push_back({.offset = offset,
                          .old_size = old_size,
                          .old_bytes = ReadBytes(file.descriptor, offset, std::min(end, old_size)),
                          .new_bytes = std::string(static_cast<const char*>(data), size)});
}

void UnsyncedChanges::Truncate(int descriptor, off_t size) {
  File& file = FileOf(descriptor);
  const off_t old_size = StatOf(descriptor).st_size;
  file.changes.push_back({.truncation = true,
                          .offset = size,
                          .old_size = old_size,
                          .old_bytes = ReadBytes(file.descriptor, size, old_size)});
}

void UnsyncedChanges::SyncFile(int descriptor) {
  std::vector<DataChange>& changes = FileOf(descriptor).changes;
  std::vector<DataChange> left;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (!changes[i].lost) continue;
    // Where the program wrote again since, the sync did its work.
    const off_t begin = changes[i].offset;
    const off_t end = begin + static_cast<off_t>(changes[i].new_bytes.size());
    std::string written(changes[i].new_bytes.size(), '\0');
    for (std::size_t j = i + 1; j < changes.size(); ++j) {
      if (changes[j].lost || changes[j].truncation) continue;
      const off_t from = std::max(begin, changes[j].offset);
      const off_t to =
          std::min(end, changes[j].offset + static_cast<off_t>(changes[j].new_bytes.size()));
      for (off_t at = from; at < to; ++at) written[static_cast<std::size_t>(at - begin)] = 1;
    }
    changes[i].old_bytes.resize(written.size());
    for (std::size_t from = 0; from < written.size();) {
      const std::size_t to =
          std::min(written.find(written[from] == 0 ? '\1' : '\0', from), written.size());
      if (written[from] == 0) {
        left.push_back({.lost = true,
                        .offset = begin + static_cast<off_t>(from),
                        .old_bytes = changes[i].old_bytes.substr(from, to - from),
                        .new_bytes = changes[i].new_bytes.substr(from, to - from)});
      }
      from = to;
    }
  }
  changes = std::move(left);
  if (changes.empty()) Forget(descriptor);
}

void UnsyncedChanges::Forget(int descriptor) {
  const struct stat info = StatOf(descriptor);
  const auto file = files_.find({info.st_dev, info.st_ino});
  close(file->second.descriptor);
  files_.erase(file);
}

void UnsyncedChanges::FailToSync(int descriptor) {
  for (DataChange& change : FileOf(descriptor).changes) change.lost = true;
}

void UnsyncedChanges::SyncFolder(int descriptor) {
  const struct stat info = StatOf(descriptor);
  const auto known = folders_.find({info.st_dev, info.st_ino});
  if (known == folders_.end()) return;
  const FolderPtr folder = known->second.lock();
  std::erase_if(names_, [&](const NameChange& change) { return change.folder == folder; });
}

void UnsyncedChanges::Make(const std::string& path) {
  auto [folder, name] = Split(path);
  names_.push_back({.kind = NameKind::kMade, .folder = folder, .name = name});
}

void UnsyncedChanges::Remove(const std::string& path) {
  auto [folder, name] = Split(path);
  names_.push_back(
      {.kind = NameKind::kRemoved, .folder = folder, .name = name, .saved = Save(path)});
}

void UnsyncedChanges::RemoveFolder(const std::string& path) {
  auto [folder, name] = Split(path);
  names_.push_back(
      {.kind = NameKind::kFolderRemoved, .folder = folder, .name = name, .self = FolderAt(path)});
}

void UnsyncedChanges::Rename(const std::string& from, const std::string& to) {
  auto [from_folder, from_name] = Split(from);
  auto [folder, name] = Split(to);
  names_.push_back({.kind = NameKind::kRenamed,
                    .folder = folder,
                    .name = name,
                    .from = from_folder,
                    .from_name = from_name,
                    .saved = Save(to)});
}

void UnsyncedChanges::UndoName(const NameChange& change) {
  const int folder = change.folder->descriptor;
  switch (change.kind) {
    case NameKind::kMade:
      (void)renameat(folder, change.name.c_str(), AT_FDCWD, NewSavedName().c_str());
      break;
    case NameKind::kRemoved:
      PutBack(change.saved, folder, change.name);
      break;
    case NameKind::kFolderRemoved:
      if (mkdirat(folder, change.name.c_str(), 0700) == 0) {
        // What was in it is put back through this.
        close(change.self->descriptor);
        change.self->descriptor =
            Must(openat(folder, change.name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                 "faults: open a folder");
      }
      break;
    case NameKind::kRenamed:
      (void)renameat(folder, change.name.c_str(), change.from->descriptor,
                     change.from_name.c_str());
      PutBack(change.saved, folder, change.name);
      break;
  }
}

void UnsyncedChanges::UndoData(int descriptor, const DataChange& change) {
  if (change.lost) {
    // The length is the file system's own matter: where no bytes were, there are zeros.
    if (change.truncation) return;
    std::string bytes = change.old_bytes;
    bytes.resize(change.new_bytes.size());
    const off_t room = std::max<off_t>(0, StatOf(descriptor).st_size - change.offset);
    WriteBytes(descriptor, change.offset, bytes.data(),
               std::min(bytes.size(), static_cast<std::size_t>(room)));
    return;
  }
  WriteBytes(descriptor, change.offset, change.old_bytes.data(), change.old_bytes.size());
  Must(ftruncate(descriptor, change.old_size), "faults: ftruncate");
}

void UnsyncedChanges::Undo(Unsynced how, std::uint64_t seed) {
  if (how == Unsynced::kKeep) return;
  std::mt19937_64 chance(seed);
  for (auto& [id, file] : files_) {
    for (auto change = file.changes.rbegin(); change != file.changes.rend(); ++change) {
      UndoData(file.descriptor, *change);
    }
    if (how != Unsynced::kSome) continue;
    // A medium writes in any order, and a sector at a time.
    for (const DataChange& change : file.changes) {
      if (change.lost || chance() % 2 == 0) continue;
      if (change.truncation) {
        Must(ftruncate(file.descriptor, change.offset), "faults: ftruncate");
        continue;
      }
      const std::size_t sectors = change.new_bytes.size() / kSector;
      const bool torn = sectors > 0 && chance() % 4 == 0;
      WriteBytes(file.descriptor, change.offset, change.new_bytes.data(),
                 torn ? chance() % sectors * kSector : change.new_bytes.size());
    }
  }
  // A file system keeps the order of names, up to some moment.
  const std::size_t kept = how == Unsynced::kSome ? chance() % (names_.size() + 1) : 0;
  for (std::size_t i = names_.size(); i > kept; --i) UndoName(names_[i - 1]);
}

}  // namespace comity::testing::faults
