#pragma once

#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"

namespace comity::registry_replica {

// The replica between starts: one file with everything at some revision, and the changes since.
// Each record carries its digest; reading stops at the first that is torn or damaged, so that what
// is read is a state that the registry once had. Not thread-safe.
class ReplicaFile {
 public:
  // `path` "" keeps nothing: every method succeeds and does nothing.
  explicit ReplicaFile(std::string path) : path_(std::move(path)) {}
  ~ReplicaFile();
  ReplicaFile(const ReplicaFile&) = delete;
  ReplicaFile& operator=(const ReplicaFile&) = delete;

  // Whether there was never anything to keep: neither a file nor the mark beside it, which stays
  // when the file is lost. Whoever had something must not go back to what is older.
  bool NeverKept() const;

  // Everything kept, as one change at the last revision, and makes the file hold just that. Without
  // a revision if nothing is kept. Errors of common/storage/files.h.
  absl::StatusOr<partner_registry::v1::Change> Load();

  // Replaces what is kept, durably. Leaves a mark first that there was something.
  absl::Status Replace(const partner_registry::v1::Change& everything);

  // Adds a change, durably if it is a barrier; one that erases makes the file anew, without what
  // was erased. If that fails nothing is kept any more, not even
  // what was: a replica without a withdrawal must not come back.
  absl::Status Append(const partner_registry::v1::Change& change);

  // Keeps nothing any more, until the next Replace; an empty file stays, or only the mark.
  void Forget();

 private:
  absl::Status Write(const std::string& record, bool durable);
  absl::Status Mark();
  std::string mark() const;

  const std::string path_;
  int descriptor_ = -1;  // Open for appending, once there is something to append to.
  std::size_t appended_ = 0;
};

// Folds `change` into `everything`: the later state of each resource, the later revision. Facts
// that a replica does not use are left out.
class Folder {
 public:
  void Add(const partner_registry::v1::Change& change);
  partner_registry::v1::Change Take();

 private:
  std::map<std::string, partner_registry::v1::Fact> facts_;
  partner_registry::v1::Change frame_;
};

}  // namespace comity::registry_replica
