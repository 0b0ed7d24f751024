#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Folders of files, without folders in them. Errors as in posix_file.h.
namespace comity::document_exchange {

// OK if it is there.
absl::Status MakeFolder(const std::string& path);
bool Exists(const std::string& path);
absl::StatusOr<std::vector<std::string>> NamesIn(const std::string& folder);

// With everything in it, durably; OK if there is none.
absl::Status RemoveFolder(const std::string& folder, const std::string& parent);

// Removes all files but `kept`, durably; those of `bulky` last and as they are, the others are
// overwritten first. OK if there is no such folder.
absl::Status EraseFiles(const std::string& folder, const std::set<std::string>& kept,
                        const std::set<std::string>& bulky);

}  // namespace comity::document_exchange
