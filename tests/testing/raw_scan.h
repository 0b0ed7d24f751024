#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/journal/journal.h"

// What lies in the files, whoever may read it.
namespace comity::testing {

// Whether a file below `folder` holds `bytes`. The test fails if one cannot be read.
bool HoldsBytes(const std::filesystem::path& folder, absl::string_view bytes);

// Where everything of a store lies: `root` (database, log files, keys, backups), and of a store on
// the tests' own PostgreSQL server that server's folder, last, with all it knows written.
std::vector<std::filesystem::path> FoldersOf(const journal::Options& options,
                                             const std::string& root);

// The content of every expiry key that is there, 32 bytes each.
std::vector<std::string> ExpiryKeysOf(const journal::Options& options);

}  // namespace comity::testing
