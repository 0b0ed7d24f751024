#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/connection.h"

namespace comity::storage {

// Frees what a call of libpq returned.
struct PostgresResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, PostgresResultDeleter>;

// Connects to `url` with our defaults for what it leaves open: a server that is gone is noticed
// within some 15 s, whatever the network says. To be finished by the caller, connected or not.
PGconn* ConnectPostgres(const std::string& url);

// A session of a PostgreSQL server, with its prepared statements. Made anew by itself at the
// beginning of a transaction if it was lost. Not thread-safe.
//
// What is sent ahead (Statement::Start, Statement::RunLater) goes through libpq's pipeline: without
// waiting, with everything up to it answered at the next call that does wait.
class PostgresConnection final : public Connection {
 public:
  // Connects to `url` (postgresql://..., or libpq's key=value) and runs `setup` in every session.
  // UNAVAILABLE `STORAGE_LOST`; FAILED_PRECONDITION `STORAGE_SETTINGS`: a server older than 15, or
  // a database that is not in UTF-8.
  static absl::StatusOr<std::unique_ptr<PostgresConnection>> Open(const std::string& url,
                                                                  const std::string& setup);
  ~PostgresConnection() override;

  absl::StatusOr<std::unique_ptr<Statement>> Prepare(absl::string_view sql) override;
  absl::Status Execute(absl::string_view sql) override;
  absl::Status BeginWrite() override;
  absl::Status BeginSnapshot() override;
  absl::Status Commit() override;
  void Rollback() override;
  absl::Status LockSchema() override;
  absl::Status Notify(absl::string_view channel, absl::string_view payload) override;
  absl::StatusOr<DatabaseTime> ReadClock() override;
  std::int64_t generation() const override { return generation_; }

  // Whether the session is known to be lost.
  bool lost() const { return PQstatus(db_) != CONNECTION_OK; }

 private:
  friend class PostgresStatement;

  // A text that was prepared, in this session or an earlier one.
  struct Prepared {
    std::string sql;
    std::string name;
    std::int64_t generation = 0;
  };

  // Values in the order of their parameters.
  struct Parameter {
    std::string value;
    bool null = true;
    bool binary = false;
  };
  using Parameters = std::vector<Parameter>;

  PostgresConnection(std::string url, std::string setup)
      : url_(std::move(url)), setup_(std::move(setup)) {}

  absl::Status Connect();
  absl::Status Begin(const char* script);

  // The prepared form of `sql`, and that it is known to this session.
  absl::StatusOr<Prepared*> Find(absl::string_view sql);
  absl::Status Ensure(Prepared& prepared);

  bool InTransaction() const { return PQtransactionStatus(db_) != PQTRANS_IDLE; }

  // Runs it and waits, also for all that was sent ahead.
  absl::StatusOr<PostgresResult> Run(Prepared& prepared, const Parameters& parameters);

  // Sends it ahead; `answer`, if not null, takes its result when it is there.
  absl::Status Send(Prepared& prepared, const Parameters& parameters, PostgresResult* answer);

  // Waits for all that was sent ahead. An error of it spoils the whole transaction.
  absl::Status Drain();

  // Ends the pipeline: fills the answers; the first error, and at which of what was sent.
  struct Outcome {
    absl::Status error;
    std::size_t at = 0;
    PostgresResult last;
  };
  Outcome Collect();

  absl::Status Check(PostgresResult result) const;

  const std::string url_;
  const std::string setup_;
  PGconn* db_ = nullptr;
  std::int64_t generation_ = 0;
  absl::flat_hash_map<std::string, std::unique_ptr<Prepared>> prepared_;

  // Where the answers go to what was sent ahead, in order. Not empty: libpq is in pipeline mode.
  std::vector<PostgresResult*> pending_;
  // What spoiled this transaction; it can only be rolled back.
  absl::Status spoiled_;
};

}  // namespace comity::storage
