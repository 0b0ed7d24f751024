#pragma once

#include <fstream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/registry_snapshot/snapshot_files.h"

namespace comity::registry_snapshot {

// A folder that takes a snapshot as it comes, and is there complete and verified, or not at all.
class SnapshotFolder {
 public:
  // Takes the snapshot beside `folder`, which must not be there yet: FAILED_PRECONDITION
  // `FOLDER_EXISTS`, `FOLDER_NOT_WRITABLE`.
  static absl::StatusOr<SnapshotFolder> Create(const std::string& folder);

  // Removes what was not finished.
  ~SnapshotFolder();
  SnapshotFolder(SnapshotFolder&& other) noexcept
      : folder_(std::move(other.folder_)),
        arriving_(std::exchange(other.arriving_, "")),
        facts_(std::move(other.facts_)) {}
  SnapshotFolder& operator=(SnapshotFolder&&) = delete;

  // The next part of the facts. FAILED_PRECONDITION `FOLDER_NOT_WRITABLE`.
  absl::Status Append(absl::string_view facts);

  // Writes the rest, verifies all of it and puts the folder in its place, durably. Errors of
  // VerifyFolder and of files.
  absl::StatusOr<sealing::RegistrySnapshot> Finish(absl::string_view statement,
                                                   absl::string_view signature,
                                                   const sealing::SignerCheck& check,
                                                   absl::Time at);

 private:
  SnapshotFolder(std::string folder, std::string arriving);

  std::string folder_;
  std::string arriving_;  // Where it is until then; empty once there is nothing to remove.
  std::ofstream facts_;
};

}  // namespace comity::registry_snapshot
