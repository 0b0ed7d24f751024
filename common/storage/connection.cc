#include "common/storage/connection.h"

#include "common/status/macros.h"

namespace comity::storage {

absl::Status Statement::Run() {
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool row, Step());
    if (!row) break;
  }
  Reset();
  return absl::OkStatus();
}

absl::StatusOr<Transaction> Transaction::Begin(Connection* connection) {
  COMITY_RETURN_IF_ERROR(connection->BeginWrite());
  return Transaction(connection);
}

Transaction::~Transaction() {
  if (connection_ != nullptr) connection_->Rollback();
}

absl::Status Transaction::Commit() { return std::exchange(connection_, nullptr)->Commit(); }

namespace {

// Savepoints of one name nest: RELEASE and ROLLBACK TO mean the innermost. The texts are constants,
// so that engines find them compiled.
absl::Status RunLater(Connection& connection, absl::string_view sql) {
  COMITY_ASSIGN_OR_RETURN(const std::unique_ptr<Statement> statement, connection.Prepare(sql));
  return statement->RunLater();
}

}  // namespace

absl::StatusOr<Savepoint> Savepoint::Begin(Connection* connection) {
  COMITY_RETURN_IF_ERROR(RunLater(*connection, "SAVEPOINT part"));
  return Savepoint(connection);
}

Savepoint::~Savepoint() {
  if (connection_ != nullptr) (void)RollBack();
}

absl::Status Savepoint::Release() {
  return RunLater(*std::exchange(connection_, nullptr), "RELEASE SAVEPOINT part");
}

absl::Status Savepoint::RollBack() {
  Connection* const connection = std::exchange(connection_, nullptr);
  COMITY_RETURN_IF_ERROR(RunLater(*connection, "ROLLBACK TO SAVEPOINT part"));
  return RunLater(*connection, "RELEASE SAVEPOINT part");
}

}  // namespace comity::storage
