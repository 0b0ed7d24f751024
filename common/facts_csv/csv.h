#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace comity::facts_csv {

// One field of a table and where it stands.
struct Cell {
  std::string text;
  int line = 0;  // From 1; of the first character, since a quoted field may span lines.
};

// One row.
struct Record {
  std::vector<Cell> cells;
  int line = 0;  // Of the first character, from 1.
};

// At most this many bytes a file and a field.
constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20;
constexpr std::size_t kMaxFieldBytes = std::size_t{64} << 10;

// Parses `text` as RFC 4180: comma, double quotes doubled inside quotes, CRLF or LF at the end of a
// line, the last line with or without one. A byte order mark, a NUL byte or another control
// character, text that is not UTF-8, a bare quote inside an unquoted field, text after a closing
// quote, a quote that is never closed, and sizes above the limits are refused: INVALID_ARGUMENT
// `FACTS_FILE_INVALID`, naming `file`, line, column, reason and remedy. Rows may differ in their
// number of fields; empty lines are rows with one empty field.
absl::StatusOr<std::vector<Record>> ParseCsv(absl::string_view file, absl::string_view text);

// The error that every function of this folder makes. `column` is a name, or a number from 1 if the
// column has none; empty leaves it out.
absl::Status FileError(absl::string_view file, int line, absl::string_view column,
                       absl::string_view sentence);

}  // namespace comity::facts_csv
