#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/testing/faults/control.h"

namespace comity::testing::faults {

// What was changed below a folder and not synced since, with what it takes to undo it.
//
// The model is what POSIX promises and no more: fsync and fdatasync of a file keep its bytes and
// length, not its name; names are kept by fsync of the folder they are in (a rename by that of the
// folder it went to). A file whose sync failed has lost what was to be synced, though it still
// reads well, and a later sync does not bring it back.
//
// Called before the change is made, where nothing else is said. Not thread-safe.
class UnsyncedChanges {
 public:
  // Undone and overwritten things are kept in `<root>/.faults`.
  explicit UnsyncedChanges(std::string root);
  ~UnsyncedChanges();
  UnsyncedChanges(const UnsyncedChanges&) = delete;
  UnsyncedChanges& operator=(const UnsyncedChanges&) = delete;

  void Write(int file, off_t offset, const void* data, std::size_t size);
  void Truncate(int file, off_t size);
  // After.
  void SyncFile(int file);
  void FailToSync(int file);
  void SyncFolder(int folder);

  // After. Paths are absolute.
  void Make(const std::string& path);  // A file or a folder.
  void Remove(const std::string& path);
  void RemoveFolder(const std::string& path);
  void Rename(const std::string& from, const std::string& to);

  // Loses all of it, or what chance says.
  void Undo(Unsynced how, std::uint64_t seed);

 private:
  using FileId = std::pair<dev_t, ino_t>;

  // A folder that changed, wherever it is by now.
  struct Folder {
    ~Folder();
    int descriptor = -1;
  };
  using FolderPtr = std::shared_ptr<Folder>;

  struct DataChange {
    bool truncation = false;
    bool lost = false;  // Its sync failed.
    off_t offset = 0;
    off_t old_size = 0;
    std::string old_bytes;
    std::string new_bytes;
  };
  struct File {
    int descriptor = -1;
    std::vector<DataChange> changes;
  };

  enum class NameKind { kMade, kRemoved, kFolderRemoved, kRenamed };
  struct NameChange {
    NameKind kind;
    FolderPtr folder;
    std::string name;
    FolderPtr from;  // kRenamed.
    std::string from_name;
    std::string saved;  // What was removed or replaced; empty: nothing.
    FolderPtr self;     // kFolderRemoved.
  };

  File& FileOf(int descriptor);
  // A file with nothing to undo: a long walk writes more files than a process may have open.
  void Forget(int descriptor);
  FolderPtr FolderAt(const std::string& path);
  std::pair<FolderPtr, std::string> Split(const std::string& path);
  // A second name for the file, so that it survives.
  std::string Save(const std::string& path);
  std::string NewSavedName();
  void UndoName(const NameChange& change);
  static void UndoData(int descriptor, const DataChange& change);

  const std::string root_;
  int saved_ = 0;
  std::map<FileId, File> files_;
  std::map<FileId, std::weak_ptr<Folder>> folders_;
  std::vector<NameChange> names_;
};

}  // namespace comity::testing::faults
