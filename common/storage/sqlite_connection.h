#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/storage/connection.h"
#include "common/storage/write_turns.h"

namespace comity::storage {

// A connection to a SQLite file, with its compiled statements. Not thread-safe.
class SqliteConnection final : public Connection {
 public:
  // Opens `path`, which is made if it is not there, and runs `setup` on it.
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(const std::string& path,
                                                                const std::string& setup,
                                                                int busy_millis);
  // Opens `path`, which must be there, and never writes to it.
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> OpenReadOnly(const std::string& path,
                                                                        const std::string& setup,
                                                                        int busy_millis);
  ~SqliteConnection() override;

  // Write transactions wait for a turn of `turns`, for `patience` at most: for connections that
  // write to the same file. Not owned; before the first transaction.
  void ShareTurns(WriteTurns* turns, absl::Duration patience) {
    turns_ = turns;
    patience_ = patience;
  }

  absl::StatusOr<std::unique_ptr<Statement>> Prepare(absl::string_view sql) override;
  absl::Status Execute(absl::string_view sql) override;
  absl::Status BeginWrite() override;
  absl::Status BeginSnapshot() override;
  absl::Status Commit() override;
  void Rollback() override;
  absl::StatusOr<DatabaseTime> ReadClock() override;

 private:
  friend class SqliteStatement;

  // Compiled statements of one text that are not in use. The entry stays where it is: leases point
  // to it.
  struct Idle {
    std::vector<sqlite3_stmt*> statements;
  };

  explicit SqliteConnection(sqlite3* db) : db_(db) {}

  static absl::StatusOr<std::unique_ptr<SqliteConnection>> OpenWith(int flags,
                                                                    const std::string& path,
                                                                    const std::string& setup,
                                                                    int busy_millis);

  absl::Status RunCached(absl::string_view sql);
  void EndTurn();

  sqlite3* const db_;
  WriteTurns* turns_ = nullptr;
  absl::Duration patience_ = absl::ZeroDuration();
  bool has_turn_ = false;
  absl::flat_hash_map<std::string, std::unique_ptr<Idle>> idle_;
};

}  // namespace comity::storage
