#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "common/storage/database.h"
#include "common/storage/sqlite_database.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::storage {

// An engine: `open` opens the same database every time it is given the same folder.
struct Backend {
  std::string name;
  std::function<absl::StatusOr<std::unique_ptr<Database>>(const std::string& root)> open;
};

inline void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

inline auto AllBackends() {
  return ::testing::Values(Backend{
      "Sqlite", [](const std::string& root) { return OpenSqlite({.directory = root + "/data"}); }});
}

class StorageContract : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    database_.reset();
    auto opened = GetParam().open(root_.path());
    ASSERT_THAT(opened, testing::IsOk());
    database_ = *std::move(opened);
  }

  Connection& sql() { return database_->writer(); }

  const testing::TempDirectory root_;
  std::unique_ptr<Database> database_;
};

// The first column of the first row of a query without parameters.
inline std::int64_t Number(Connection& connection, absl::string_view query) {
  auto select = connection.Prepare(query);
  EXPECT_THAT(select, testing::IsOk());
  EXPECT_TRUE((*select)->Step().value());
  return (*select)->Int64(0);
}

}  // namespace comity::storage
