#include "common/storage/postgres_connection.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/postgres_dialect.h"
#include "common/storage/postgres_error.h"
#include "common/storage/postgres_statement.h"

namespace comity::storage {
namespace {

constexpr int kOldestServer = 150000;
constexpr int kBinary = 1;

bool Succeeded(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

absl::Status Settings(absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("The database cannot be used: ", what, "."),
                   {.reason = "STORAGE_SETTINGS"});
}

absl::Status InDoubt() {
  return MakeError(absl::StatusCode::kUnavailable,
                   "The connection to the database was lost while it committed, and whether it did "
                   "is not known; repeat the request with the same request_id.",
                   {.reason = "COMMIT_IN_DOUBT", .retry_after = absl::Seconds(1)});
}

constexpr std::array<std::pair<const char*, const char*>, 7> kDefaults = {{
    {"application_name", "comity"},
    {"connect_timeout", "5"},
    // Sessions are encrypted by TLS: Kerberos would be looked for at each, in every thread.
    {"gssencmode", "disable"},
    {"keepalives_idle", "5"},
    {"keepalives_interval", "3"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "15000"},
}};

// Values as libpq takes them.
struct Wire {
  template <typename Parameters>
  explicit Wire(const Parameters& parameters) {
    for (const auto& parameter : parameters) {
      values.push_back(parameter.null ? nullptr : parameter.value.c_str());
      lengths.push_back(static_cast<int>(parameter.value.size()));
      formats.push_back(parameter.binary ? kBinary : 0);
    }
  }
  int count() const { return static_cast<int>(values.size()); }

  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
};

}  // namespace

PGconn* ConnectPostgres(const std::string& url) {
  // What comes before the address gives way to it, what comes after does not.
  std::vector<const char*> keys;
  std::vector<const char*> values;
  for (const auto& [key, value] : kDefaults) {
    keys.push_back(key);
    values.push_back(value);
  }
  keys.insert(keys.end(), {"dbname", "client_encoding", nullptr});
  values.insert(values.end(), {url.c_str(), "UTF8", nullptr});
  PGconn* const db = PQconnectdbParams(keys.data(), values.data(), /*expand_dbname=*/1);
  PQsetNoticeProcessor(
      db, [](void*, const char*) {}, nullptr);
  return db;
}

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(
    const std::string& url, const std::string& setup) {
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(url, setup));
  COMITY_RETURN_IF_ERROR(connection->Connect());
  return connection;
}

PostgresConnection::~PostgresConnection() { PQfinish(db_); }

absl::Status PostgresConnection::Connect() {
  PQfinish(std::exchange(db_, nullptr));
  pending_.clear();
  ++generation_;
  db_ = ConnectPostgres(url_);
  if (lost()) return PostgresConnectError(db_);
  if (PQserverVersion(db_) < kOldestServer) {
    return Settings("its server is older than PostgreSQL 15; upgrade it");
  }
  const char* const encoding = PQparameterStatus(db_, "server_encoding");
  if (encoding == nullptr || absl::string_view(encoding) != "UTF8") {
    return Settings("it is not in UTF-8; create one with ENCODING 'UTF8'");
  }
  return Check(PostgresResult(PQexec(db_, setup_.c_str())));
}

absl::Status PostgresConnection::Check(PostgresResult result) const {
  return Succeeded(result.get()) ? absl::OkStatus() : PostgresError(db_, result.get());
}

absl::StatusOr<PostgresConnection::Prepared*> PostgresConnection::Find(absl::string_view sql) {
  auto found = prepared_.find(sql);
  if (found == prepared_.end()) {
    auto prepared = std::make_unique<Prepared>(
        Prepared{.sql = QueryForPostgres(sql), .name = absl::StrCat("s", prepared_.size())});
    found = prepared_.emplace(std::string(sql), std::move(prepared)).first;
  }
  COMITY_RETURN_IF_ERROR(Ensure(*found->second));
  return found->second.get();
}

absl::StatusOr<std::unique_ptr<Statement>> PostgresConnection::Prepare(absl::string_view sql) {
  COMITY_ASSIGN_OR_RETURN(Prepared* const prepared, Find(sql));
  return std::make_unique<PostgresStatement>(this, prepared);
}

absl::Status PostgresConnection::Ensure(Prepared& prepared) {
  if (prepared.generation == generation_) return absl::OkStatus();
  COMITY_RETURN_IF_ERROR(Drain());
  COMITY_RETURN_IF_ERROR(Check(PostgresResult(
      PQprepare(db_, prepared.name.c_str(), prepared.sql.c_str(), 0, /*types=*/nullptr))));
  prepared.generation = generation_;
  return absl::OkStatus();
}

absl::Status PostgresConnection::Execute(absl::string_view sql) {
  COMITY_RETURN_IF_ERROR(Drain());
  return Check(PostgresResult(PQexec(db_, ScriptForPostgres(sql).c_str())));
}

absl::StatusOr<PostgresResult> PostgresConnection::Run(Prepared& prepared,
                                                       const Parameters& parameters) {
  COMITY_RETURN_IF_ERROR(spoiled_);
  COMITY_RETURN_IF_ERROR(Ensure(prepared));
  if (pending_.empty()) {
    const Wire wire(parameters);
    PostgresResult result(PQexecPrepared(db_, prepared.name.c_str(), wire.count(),
                                         wire.values.data(), wire.lengths.data(),
                                         wire.formats.data(), kBinary));
    if (!Succeeded(result.get())) return PostgresError(db_, result.get());
    return result;
  }
  COMITY_RETURN_IF_ERROR(Send(prepared, parameters, nullptr));
  const std::size_t own = pending_.size() - 1;
  Outcome outcome = Collect();
  if (outcome.error.ok()) return std::move(outcome.last);
  // Its own error can be undone with its savepoint; an earlier one belongs to a caller that went on
  // without knowing.
  if (outcome.at != own) spoiled_ = outcome.error;
  return outcome.error;
}

absl::Status PostgresConnection::Send(Prepared& prepared, const Parameters& parameters,
                                      PostgresResult* answer) {
  COMITY_RETURN_IF_ERROR(spoiled_);
  COMITY_RETURN_IF_ERROR(Ensure(prepared));
  const Wire wire(parameters);
  if ((pending_.empty() && PQenterPipelineMode(db_) != 1) ||
      PQsendQueryPrepared(db_, prepared.name.c_str(), wire.count(), wire.values.data(),
                          wire.lengths.data(), wire.formats.data(), kBinary) != 1) {
    spoiled_ = PostgresError(db_, nullptr);
    if (pending_.empty()) PQexitPipelineMode(db_);
    return spoiled_;
  }
  pending_.push_back(answer);
  return absl::OkStatus();
}

absl::Status PostgresConnection::Drain() {
  if (!pending_.empty()) {
    if (const Outcome outcome = Collect(); !outcome.error.ok()) spoiled_ = outcome.error;
  }
  return spoiled_;
}

PostgresConnection::Outcome PostgresConnection::Collect() {
  Outcome outcome;
  const std::vector<PostgresResult*> answers = std::exchange(pending_, {});
  const auto fail = [&](std::size_t at, const PGresult* result) {
    if (!outcome.error.ok()) return;
    outcome.error = PostgresError(db_, result);
    outcome.at = at;
  };
  if (PQpipelineSync(db_) != 1) fail(0, nullptr);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    PostgresResult result(PQgetResult(db_));
    if (!Succeeded(result.get())) fail(i, result.get());
    // A null ends the answer to one statement.
    while (result != nullptr) {
      outcome.last = std::move(result);
      result.reset(PQgetResult(db_));
    }
    if (answers[i] != nullptr && outcome.error.ok()) *answers[i] = std::move(outcome.last);
  }
  const PostgresResult synced(PQgetResult(db_));
  if (PQresultStatus(synced.get()) != PGRES_PIPELINE_SYNC || PQexitPipelineMode(db_) != 1) {
    fail(answers.size(), nullptr);
    // Nothing can be said any more about what the session is in the middle of.
    PQfinish(std::exchange(db_, nullptr));
  }
  return outcome;
}

absl::Status PostgresConnection::Begin(const char* script) {
  spoiled_ = absl::OkStatus();
  // A session that was lost while nothing happened in it is nobody's trouble: once more.
  for (const bool last : {false, true}) {
    if (lost()) COMITY_RETURN_IF_ERROR(Connect());
    absl::Status begun = Check(PostgresResult(PQexec(db_, script)));
    if (begun.ok() || last || !lost()) return begun;
  }
  return absl::OkStatus();
}

absl::Status PostgresConnection::BeginWrite() {
  return Begin("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
}

absl::Status PostgresConnection::BeginSnapshot() {
  // The state is fixed by the first read.
  absl::Status fixed = Begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1");
  if (!fixed.ok()) Rollback();
  return fixed;
}

absl::Status PostgresConnection::Commit() {
  absl::StatusOr<Prepared*> commit = Find("COMMIT");
  absl::Status done = commit.status();
  if (done.ok()) done = spoiled_;
  if (done.ok() && lost()) done = PostgresError(db_, nullptr);
  if (!done.ok()) {
    Rollback();
    return done;
  }
  const absl::StatusOr<PostgresResult> result = Run(**commit, {});
  if (result.ok() && absl::string_view(PQcmdStatus(result->get())) == "COMMIT") {
    return absl::OkStatus();
  }
  if (lost()) {
    Rollback();
    return InDoubt();
  }
  Rollback();
  // The server answers the COMMIT of a failed transaction with ROLLBACK, as a success.
  if (result.ok()) {
    return MakeError(absl::StatusCode::kInternal,
                     "A transaction was committed after one of its statements failed.",
                     {.reason = "STATEMENT_FAILED"});
  }
  return result.status();
}

void PostgresConnection::Rollback() {
  if (!pending_.empty()) (void)Collect();
  spoiled_ = absl::OkStatus();
  if (!lost() && PQtransactionStatus(db_) != PQTRANS_IDLE) {
    const PostgresResult ignored(PQexec(db_, "ROLLBACK"));
  }
}

absl::Status PostgresConnection::LockSchema() {
  // Any number that nobody else takes: "comity" in ASCII.
  return Execute("SELECT pg_advisory_xact_lock(109291109184633)");
}

absl::Status PostgresConnection::Notify(absl::string_view channel, absl::string_view payload) {
  COMITY_ASSIGN_OR_RETURN(const auto notify, Prepare("SELECT pg_notify(?1, ?2)"));
  return notify->BindText(1, channel).BindText(2, payload).RunLater();
}

absl::StatusOr<DatabaseTime> PostgresConnection::ReadClock() {
  COMITY_ASSIGN_OR_RETURN(
      const auto clock,
      Prepare("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS INTEGER)"));
  COMITY_RETURN_IF_ERROR(clock->Step().status());
  return DatabaseTime{.era = "server", .micros = clock->Int64(0)};
}

}  // namespace comity::storage
