#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace comity::storage {

// The SQL that callers write is a common subset of SQLite's and PostgreSQL's:
//   - parameters are ?1, ?2, ... without gaps (an engine rewrites them), at most 32,766;
//   - column types are INTEGER (64 bits), TEXT (UTF-8 without NUL, compared byte by byte) and BLOB,
//     in capitals (an engine renames them);
//   - INSERT ... ON CONFLICT, RETURNING, LIMIT/OFFSET, common table expressions and window
//     functions are the same in both; no rowid, no AUTOINCREMENT, no PRAGMA, no now(): times are
//     integers of microseconds since 1970 and come from the caller;
//   - a query in FROM has a name; a sum is CAST(SUM(x) AS INTEGER); conditions are not numbers;
//   - a table that is read in the order of its composite primary key may say WITHOUT ROWID at the
//     end of its definition (an engine without it drops the words);
//   - tables are made by Execute only.
//
// Errors of every call, on every engine:
//   RESOURCE_EXHAUSTED `DISK_FULL`: no room on the volume; what was being written is rolled back.
//   DATA_LOSS `DATABASE_CORRUPT`: the file is damaged or is no database.
//   UNAVAILABLE `STORAGE_IO`: the medium failed; `STORAGE_BUSY`: a lock was not free in time;
//   `STORAGE_LOST`: the connection to the server broke, what was not committed is undone;
//   `STORAGE_READ_ONLY`: a snapshot, or a server that takes no writes.
//   INVALID_ARGUMENT `TEXT_NOT_STORABLE`: a bound text is not UTF-8 or has a NUL (PostgreSQL only).
//   ALREADY_EXISTS `CONSTRAINT_VIOLATED`: unique or primary key; FAILED_PRECONDITION with the same
//   reason: foreign key, NOT NULL, CHECK.
//   INTERNAL `STATEMENT_FAILED`: everything else, which is an error of the program.
// None carries values: neither parameters nor rows.

// One prepared statement in use. The object is a lease: the engine keeps the compiled statement and
// reuses it when the same text is prepared again. Must not outlive its Connection, nor the
// transaction it ran in. Not thread-safe.
class Statement {
 public:
  virtual ~Statement() = default;

  // Bind parameter `parameter` (from 1); values are copied. An error (too many parameters) shows at
  // the next Step.
  virtual Statement& BindInt64(int parameter, std::int64_t value) = 0;
  virtual Statement& BindText(int parameter, absl::string_view value) = 0;
  virtual Statement& BindBlob(int parameter, absl::string_view value) = 0;
  virtual Statement& BindNull(int parameter) = 0;

  // Sends the statement ahead, in a transaction: the next Step waits for its answer. Several may be
  // under way, so that a server far away is asked many things at the price of one. It may do
  // nothing.
  virtual absl::Status Start() { return absl::OkStatus(); }

  // Goes to the next row; false: there is none (any more), and the statement may be bound and
  // stepped again.
  virtual absl::StatusOr<bool> Step() = 0;

  // The current row's columns, from 0. Views are valid until the next Step or the end of the
  // statement. NULL reads as 0 or "".
  virtual std::int64_t Int64(int column) const = 0;
  virtual absl::string_view Text(int column) const = 0;
  virtual absl::string_view Blob(int column) const = 0;
  virtual bool IsNull(int column) const = 0;

  // Rows that the last INSERT, UPDATE or DELETE touched.
  virtual std::int64_t RowsAffected() const = 0;

  // Makes it ready to be bound and stepped again, whether or not all rows were read.
  virtual void Reset() = 0;

  // Steps to the end and resets.
  absl::Status Run();

  // As Run, for statements that can only fail if the database does: in a transaction an engine may
  // answer before it knows. An error then spoils the whole transaction, savepoints or not, and is
  // what the next call that waits fails with.
  virtual absl::Status RunLater() { return Run(); }
};

// A reading of a database's clock.
struct DatabaseTime {
  std::string era;          // Only readings of one era can be compared.
  std::int64_t micros = 0;  // Since some moment of the era.
};

// One connection to one database. Not thread-safe.
class Connection {
 public:
  virtual ~Connection() = default;

  // A lease on the compiled form of `sql` (one statement).
  virtual absl::StatusOr<std::unique_ptr<Statement>> Prepare(absl::string_view sql) = 0;

  // Runs a script of statements without parameters.
  virtual absl::Status Execute(absl::string_view sql) = 0;

  // Used by Transaction and Savepoint, which callers should use instead.
  // BeginWrite takes the write lock at once; BeginSnapshot sees one committed state until its end.
  virtual absl::Status BeginWrite() = 0;
  virtual absl::Status BeginSnapshot() = 0;
  // Durable when it returns OK. On failure nothing is durable and no transaction is open, except
  // for UNAVAILABLE `COMMIT_IN_DOUBT` (client-server engines): the answer was lost.
  virtual absl::Status Commit() = 0;
  virtual void Rollback() = 0;

  // Inside a write transaction: nobody else changes tables until its end.
  virtual absl::Status LockSchema() { return absl::OkStatus(); }

  // Inside a write transaction: tells every listener of `channel` (Database::Listen), once it is
  // committed.
  virtual absl::Status Notify(absl::string_view channel, absl::string_view payload) {
    (void)channel;
    (void)payload;
    return absl::OkStatus();
  }

  // The clock that all processes share which may write to the database: the machine's, counted from
  // its boot, for a file; the server's for a server.
  virtual absl::StatusOr<DatabaseTime> ReadClock() = 0;

  // Another number after the connection was lost and made anew: what was known of the database may
  // not hold any more.
  virtual std::int64_t generation() const { return 0; }
};

// A write transaction: rolled back when it goes out of scope uncommitted.
class Transaction {
 public:
  // `connection` is not owned and must outlive the transaction. Transactions do not nest.
  static absl::StatusOr<Transaction> Begin(Connection* connection);

  ~Transaction();
  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;

  // At most once.
  absl::Status Commit();

 private:
  explicit Transaction(Connection* connection) : connection_(connection) {}

  Connection* connection_;
};

// A part of a transaction that can be undone alone: rolled back when it goes out of scope
// unreleased. Savepoints nest, last in, first out. After a failed statement the only thing that may
// be done inside a savepoint is to end it: PostgreSQL refuses all else.
class Savepoint {
 public:
  static absl::StatusOr<Savepoint> Begin(Connection* connection);

  ~Savepoint();
  Savepoint(Savepoint&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Savepoint& operator=(Savepoint&&) = delete;

  // Keeps what was done, as part of the transaction around it.
  absl::Status Release();

  // Undoes it. Fails only if the whole transaction is lost (disk full): then roll that back.
  absl::Status RollBack();

 private:
  explicit Savepoint(Connection* connection) : connection_(connection) {}

  Connection* connection_;
};

}  // namespace comity::storage
