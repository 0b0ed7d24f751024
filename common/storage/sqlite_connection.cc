#include "common/storage/sqlite_connection.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "common/storage/sqlite_error.h"
#include "common/storage/sqlite_gathered_log.h"
#include "common/time/clock.h"

namespace comity::storage {

class SqliteStatement final : public Statement {
 public:
  // `idle` takes the compiled statement back; it lives as long as the connection.
  SqliteStatement(sqlite3* db, sqlite3_stmt* statement, SqliteConnection::Idle* idle)
      : db_(db), statement_(statement), idle_(idle) {}

  ~SqliteStatement() override {
    Reset();
    idle_->statements.push_back(statement_);
  }

  Statement& BindInt64(int parameter, std::int64_t value) override {
    return Note(sqlite3_bind_int64(Ready(), parameter, value));
  }
  Statement& BindText(int parameter, absl::string_view value) override {
    // A null pointer would bind NULL.
    const char* const data = value.data() == nullptr ? "" : value.data();
    return Note(
        sqlite3_bind_text64(Ready(), parameter, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  }
  Statement& BindBlob(int parameter, absl::string_view value) override {
    const char* const data = value.data() == nullptr ? "" : value.data();
    return Note(sqlite3_bind_blob64(Ready(), parameter, data, value.size(), SQLITE_TRANSIENT));
  }
  Statement& BindNull(int parameter) override {
    return Note(sqlite3_bind_null(Ready(), parameter));
  }

  absl::StatusOr<bool> Step() override {
    if (bind_error_ != SQLITE_OK) {
      absl::Status error = SqliteError(nullptr, bind_error_);
      Reset();
      return error;
    }
    Ready();
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
      rows_affected_ = sqlite3_changes64(db_);
      done_ = true;
      return false;
    }
    absl::Status error = SqliteError(db_, code);
    Reset();
    return error;
  }

  std::int64_t Int64(int column) const override { return sqlite3_column_int64(statement_, column); }

  absl::string_view Text(int column) const override {
    const auto* const data = sqlite3_column_text(statement_, column);
    if (data == nullptr) return "";
    return {reinterpret_cast<const char*>(data), Size(column)};
  }

  absl::string_view Blob(int column) const override {
    const void* const data = sqlite3_column_blob(statement_, column);
    if (data == nullptr) return "";
    return {static_cast<const char*>(data), Size(column)};
  }

  bool IsNull(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }

  std::int64_t RowsAffected() const override { return rows_affected_; }

  void Reset() override {
    // Its result repeats the error of the last Step, which was answered.
    (void)sqlite3_reset(statement_);
    (void)sqlite3_clear_bindings(statement_);
    bind_error_ = SQLITE_OK;
    done_ = false;
  }

 private:
  std::size_t Size(int column) const {
    return static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  }

  // A statement that ran to its end is bound and stepped anew.
  sqlite3_stmt* Ready() {
    if (done_) {
      (void)sqlite3_reset(statement_);
      done_ = false;
    }
    return statement_;
  }

  SqliteStatement& Note(int code) {
    if (code != SQLITE_OK && bind_error_ == SQLITE_OK) bind_error_ = code;
    return *this;
  }

  sqlite3* const db_;
  sqlite3_stmt* const statement_;
  SqliteConnection::Idle* const idle_;
  int bind_error_ = SQLITE_OK;
  bool done_ = false;
  std::int64_t rows_affected_ = 0;
};

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(const std::string& path,
                                                                         const std::string& setup,
                                                                         int busy_millis) {
  return OpenWith(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, path, setup, busy_millis);
}

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::OpenReadOnly(
    const std::string& path, const std::string& setup, int busy_millis) {
  return OpenWith(SQLITE_OPEN_READONLY, path, setup, busy_millis);
}

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::OpenWith(
    int flags, const std::string& path, const std::string& setup, int busy_millis) {
  // Nobody asks how much memory SQLite takes, and to count it costs a lock for each piece. Too late
  // if somebody used it before, which does no harm.
  [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(
      path.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, GatheredLogVfs());
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(db));
  if (code != SQLITE_OK) return SqliteError(db, code);
  sqlite3_busy_timeout(db, busy_millis);
  // The schema is ours, but the file may have been in other hands.
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (const int prepared = PrepareForGatheredLog(db); prepared != SQLITE_OK) {
    return SqliteError(db, prepared);
  }
  COMITY_RETURN_IF_ERROR(connection->Execute(setup));
  return connection;
}

SqliteConnection::~SqliteConnection() {
  for (auto& [sql, idle] : idle_) {
    for (sqlite3_stmt* const statement : idle->statements) sqlite3_finalize(statement);
  }
  sqlite3_close_v2(db_);
}

absl::StatusOr<std::unique_ptr<Statement>> SqliteConnection::Prepare(absl::string_view sql) {
  auto found = idle_.find(sql);
  if (found == idle_.end()) {
    found = idle_.emplace(std::string(sql), std::make_unique<Idle>()).first;
  }
  Idle* const idle = found->second.get();
  sqlite3_stmt* compiled = nullptr;
  if (!idle->statements.empty()) {
    compiled = idle->statements.back();
    idle->statements.pop_back();
  } else {
    const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &compiled, nullptr);
    if (code != SQLITE_OK) return SqliteError(db_, code);
    if (compiled == nullptr) return SqliteError(nullptr, SQLITE_ERROR);
  }
  return std::make_unique<SqliteStatement>(db_, compiled, idle);
}

absl::Status SqliteConnection::Execute(absl::string_view sql) {
  const int code = sqlite3_exec(db_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : SqliteError(db_, code);
}

absl::Status SqliteConnection::RunCached(absl::string_view sql) {
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Statement> statement, Prepare(sql));
  return statement->Run();
}

absl::Status SqliteConnection::BeginWrite() {
  if (turns_ != nullptr) {
    has_turn_ = turns_->Take(patience_);
    if (!has_turn_) return SqliteError(nullptr, SQLITE_BUSY);
  }
  absl::Status begun = RunCached("BEGIN IMMEDIATE");
  if (!begun.ok()) EndTurn();
  return begun;
}

void SqliteConnection::EndTurn() {
  if (std::exchange(has_turn_, false)) turns_->GiveBack();
}

absl::Status SqliteConnection::BeginSnapshot() {
  COMITY_RETURN_IF_ERROR(RunCached("BEGIN"));
  // The state is fixed by the first read.
  absl::Status fixed = RunCached("SELECT 1 FROM sqlite_schema LIMIT 1");
  if (!fixed.ok()) Rollback();
  return fixed;
}

absl::Status SqliteConnection::Commit() {
  absl::Status done = RunCached("COMMIT");
  // Some failures end the transaction by themselves, some leave it open.
  if (!done.ok()) Rollback();
  EndTurn();
  return done;
}

void SqliteConnection::Rollback() {
  if (sqlite3_get_autocommit(db_) == 0) (void)RunCached("ROLLBACK");
  EndTurn();
}

absl::StatusOr<DatabaseTime> SqliteConnection::ReadClock() {
  // The file is one process's, but processes follow each other. The clock that only counts begins
  // anew with the machine, whose boots have random ids.
  COMITY_ASSIGN_OR_RETURN(const std::string boot, ReadFile("/proc/sys/kernel/random/boot_id"));
  return DatabaseTime{.era = std::string(absl::StripTrailingAsciiWhitespace(boot)),
                      .micros = absl::ToInt64Microseconds(SystemClock().SinceBoot())};
}

}  // namespace comity::storage
