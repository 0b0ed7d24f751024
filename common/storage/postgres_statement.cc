#include "common/storage/postgres_statement.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::storage {
namespace {

constexpr int kMostParameters = 32'766;

// Well-formed, without surrogates and overlong forms, and without NUL: what the server would refuse
// must not reach it, where it would cost the whole transaction.
bool IsStorableText(absl::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) {
      return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u;
    };
    const unsigned lead = byte(i);
    if (lead == 0) return false;
    std::size_t length = 1;
    unsigned low = 0x80;
    unsigned high = 0xbf;
    if (lead >= 0x80) {
      if (lead < 0xc2 || lead > 0xf4) return false;
      length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      if (lead == 0xe0) low = 0xa0;
      if (lead == 0xed) high = 0x9f;
      if (lead == 0xf0) low = 0x90;
      if (lead == 0xf4) high = 0x8f;
      if (byte(i + 1) < low || byte(i + 1) > high) return false;
      for (std::size_t j = 2; j < length; ++j) {
        if (byte(i + j) < 0x80 || byte(i + j) > 0xbf) return false;
      }
    }
    i += length;
  }
  return true;
}

}  // namespace

PostgresConnection::Parameter& PostgresStatement::ParameterAt(int number) {
  if (number < 1 || number > kMostParameters) std::abort();
  const auto index = static_cast<std::size_t>(number) - 1;
  if (parameters_.size() <= index) parameters_.resize(index + 1);
  return parameters_[index];
}

Statement& PostgresStatement::BindInt64(int parameter, std::int64_t value) {
  // As text: the server settles whether it is of four or eight bytes.
  ParameterAt(parameter) = {.value = absl::StrCat(value), .null = false};
  return *this;
}

Statement& PostgresStatement::BindText(int parameter, absl::string_view value) {
  if (bind_error_.ok() && !IsStorableText(value)) {
    bind_error_ = MakeError(absl::StatusCode::kInvalidArgument,
                            "A text holds a NUL or is not UTF-8 and cannot be stored; correct it.",
                            {.reason = "TEXT_NOT_STORABLE"});
  }
  ParameterAt(parameter) = {.value = std::string(value), .null = false, .binary = true};
  return *this;
}

Statement& PostgresStatement::BindBlob(int parameter, absl::string_view value) {
  ParameterAt(parameter) = {.value = std::string(value), .null = false, .binary = true};
  return *this;
}

Statement& PostgresStatement::BindNull(int parameter) {
  ParameterAt(parameter) = {};
  return *this;
}

absl::Status PostgresStatement::Start() {
  // A bind error shows at Step. Outside of a transaction nothing is sent ahead.
  if (!bind_error_.ok() || !connection_->InTransaction()) return absl::OkStatus();
  COMITY_RETURN_IF_ERROR(connection_->Send(*prepared_, parameters_, &result_));
  started_ = true;
  return absl::OkStatus();
}

absl::Status PostgresStatement::RunLater() {
  if (!connection_->InTransaction()) return Run();
  absl::Status done = bind_error_;
  if (done.ok()) done = connection_->Send(*prepared_, parameters_, nullptr);
  Reset();
  return done;
}

absl::StatusOr<bool> PostgresStatement::Step() {
  if (!bind_error_.ok()) {
    absl::Status error = bind_error_;
    Reset();
    return error;
  }
  if (started_) {
    started_ = false;
    if (const absl::Status drained = connection_->Drain(); !drained.ok()) {
      Reset();
      return drained;
    }
    row_ = -1;
  } else if (result_ == nullptr) {
    auto result = connection_->Run(*prepared_, parameters_);
    if (!result.ok()) {
      Reset();
      return result.status();
    }
    result_ = *std::move(result);
    row_ = -1;
  }
  if (++row_ < PQntuples(result_.get())) return true;
  if (!absl::SimpleAtoi(PQcmdTuples(result_.get()), &rows_affected_)) rows_affected_ = 0;
  // The next Step runs it again, with the same values unless they are bound anew.
  result_.reset();
  return false;
}

std::int64_t PostgresStatement::Int64(int column) const {
  if (IsNull(column)) return 0;
  // Numbers of two, four or eight bytes and booleans of one, most significant byte first.
  std::uint64_t value = 0;
  const absl::string_view bytes = Blob(column);
  if (!bytes.empty() && (static_cast<unsigned char>(bytes[0]) & 0x80) != 0) {
    value = ~std::uint64_t{0};
  }
  for (const char byte : bytes) value = (value << 8) | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(value);
}

absl::string_view PostgresStatement::Blob(int column) const {
  if (IsNull(column)) return "";
  return {PQgetvalue(result_.get(), row_, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
}

bool PostgresStatement::IsNull(int column) const {
  return result_ == nullptr || PQgetisnull(result_.get(), row_, column) != 0;
}

std::int64_t PostgresStatement::RowsAffected() const { return rows_affected_; }

void PostgresStatement::Reset() {
  // What was sent ahead must not come back to an object that is gone.
  if (std::exchange(started_, false)) (void)connection_->Drain();
  result_.reset();
  row_ = -1;
  parameters_.clear();
  bind_error_ = absl::OkStatus();
}

}  // namespace comity::storage
