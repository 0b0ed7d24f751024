#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace comity::journal {

// Keys of 32 bytes, each a file of a private folder outside the database and its backups, so that
// one can be destroyed for good. An empty file says that its key was destroyed: it gets no second
// one. Processes may share the folder. Thread-safe: keeps nothing in memory.
class KeyFiles {
 public:
  // `directory` is made if it is not there (0700).
  static absl::StatusOr<KeyFiles> Open(std::string directory);

  // `name` is that of the file without its folder.
  std::string PathOf(absl::string_view name) const;

  // "" if it was destroyed; NOT_FOUND if there never was one. DATA_LOSS `SEALED_CONTENT_DAMAGED`.
  absl::StatusOr<std::string> Read(absl::string_view name) const;

  // Makes those of these keys that there never were, of many several at a time. When it returns all
  // are on the medium; their folder is synced once.
  absl::Status Make(const std::vector<std::string>& names) const;

  // As Read, after Make.
  absl::StatusOr<std::string> ReadOrMake(absl::string_view name) const;

  // On the medium; OK if there is none. UNAVAILABLE `STORAGE_IO`: repeat it.
  absl::Status Destroy(absl::string_view name) const;

 private:
  explicit KeyFiles(std::string directory) : directory_(std::move(directory)) {}

  // As Make, but for the folder.
  absl::Status MakeOne(const std::string& name) const;

  std::string directory_;
};

}  // namespace comity::journal
