#pragma once

// Files, for the sources of this folder only.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace comity::identity {

// The whole file, at most 16 MiB. NOT_FOUND, PERMISSION_DENIED or FAILED_PRECONDITION; the message
// is a fragment such as "cannot be read: Permission denied".
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);

// Names in a folder, sorted, hidden ones left out. Errors likewise.
absl::StatusOr<std::vector<std::string>> ListFolder(const std::string& path);

// Whether `path` is a folder, links followed.
bool IsFolder(const std::string& path);

// Writes a new file, mode 0600, synced. Errors likewise.
absl::Status WriteNewFile(const std::string& path, absl::string_view content);

}  // namespace comity::identity
