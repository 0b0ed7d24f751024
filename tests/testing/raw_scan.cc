#include "tests/testing/raw_scan.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "common/storage/files.h"
#include "tests/testing/postgres_server.h"

namespace comity::testing {

bool HoldsBytes(const std::filesystem::path& folder, absl::string_view bytes) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file()) continue;
    const auto content = storage::ReadFile(file.path(), std::size_t{1} << 30);
    if (absl::IsNotFound(content.status())) continue;  // Gone meanwhile.
    // What is not read is not shown to be without them.
    EXPECT_TRUE(content.ok()) << content.status();
    if (content.ok() && absl::StrContains(*content, bytes)) return true;
  }
  return false;
}

std::vector<std::filesystem::path> FoldersOf(const journal::Options& options,
                                             const std::string& root) {
  std::vector<std::filesystem::path> folders = {root};
  if (!options.database.empty()) {
    const PostgresServer& server = PostgresServer::Shared();
    server.Run("CHECKPOINT");
    folders.emplace_back(server.Run("SHOW data_directory"));
  }
  return folders;
}

std::vector<std::string> ExpiryKeysOf(const journal::Options& options) {
  std::vector<std::string> keys;
  for (const auto& file : std::filesystem::directory_iterator(options.expiry_key_directory)) {
    if (!absl::StartsWith(file.path().filename().string(), "expires-")) continue;
    auto key = storage::ReadFile(file.path());
    if (key.ok() && !key->empty()) keys.push_back(*std::move(key));
  }
  return keys;
}

}  // namespace comity::testing
