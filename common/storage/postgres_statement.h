#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/connection.h"
#include "common/storage/postgres_connection.h"

namespace comity::storage {

// A prepared statement of a PostgreSQL session and the rows of its last run, all of them in memory.
class PostgresStatement final : public Statement {
 public:
  // Neither is owned; both live as long as the connection.
  PostgresStatement(PostgresConnection* connection, PostgresConnection::Prepared* prepared)
      : connection_(connection), prepared_(prepared) {}
  ~PostgresStatement() override { Reset(); }

  Statement& BindInt64(int parameter, std::int64_t value) override;
  Statement& BindText(int parameter, absl::string_view value) override;
  Statement& BindBlob(int parameter, absl::string_view value) override;
  Statement& BindNull(int parameter) override;
  absl::Status Start() override;
  absl::StatusOr<bool> Step() override;
  absl::Status RunLater() override;
  std::int64_t Int64(int column) const override;
  absl::string_view Text(int column) const override { return Blob(column); }
  absl::string_view Blob(int column) const override;
  bool IsNull(int column) const override;
  std::int64_t RowsAffected() const override;
  void Reset() override;

 private:
  PostgresConnection::Parameter& ParameterAt(int number);

  PostgresConnection* const connection_;
  PostgresConnection::Prepared* const prepared_;
  PostgresConnection::Parameters parameters_;
  absl::Status bind_error_;
  bool started_ = false;
  PostgresResult result_;  // Null: the next Step runs it.
  int row_ = -1;
  std::int64_t rows_affected_ = 0;
};

}  // namespace comity::storage
