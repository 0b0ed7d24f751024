#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "common/storage/database.h"
#include "common/storage/postgres_database.h"
#include "common/storage/sqlite_database.h"
#include "tests/testing/postgres_server.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"

namespace comity::storage {

// An engine: `make` makes a database, in the folder `root` if it wants one, and says where it is;
// `open` opens it.
struct Backend {
  std::string name;
  std::function<std::string(const std::string& root)> make;
  std::function<absl::StatusOr<std::unique_ptr<Database>>(const std::string& where)> open;
};

inline void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

inline auto AllBackends() {
  return ::testing::Values(
      Backend{"Sqlite", [](const std::string& root) { return root + "/data"; },
              [](const std::string& where) { return OpenSqlite({.directory = where}); }},
      Backend{"Postgres",
              [](const std::string&) { return testing::PostgresServer::Shared().NewDatabase(); },
              [](const std::string& where) { return OpenPostgres({.url = where}); }});
}

class StorageContract : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    database_.reset();
    auto opened = GetParam().open(where_);
    ASSERT_THAT(opened, testing::IsOk());
    database_ = *std::move(opened);
  }

  Connection& sql() { return database_->writer(); }

  const testing::TempDirectory root_;
  const std::string where_ = GetParam().make(root_.path());
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
