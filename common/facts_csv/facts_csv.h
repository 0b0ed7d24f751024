#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"

namespace comity::facts_csv {

using Row = partner_registry::v1::ImportFactsRequest::Row;

// The files a folder of facts may hold, in the order in which their rows are sent, such as
// "partners.csv".
const std::vector<std::string>& FileNames();

// The columns that one of these files may have, in the order in which they are written.
std::vector<std::string> ColumnsOf(absl::string_view file);

// Reads the folder `path` (layout: deploy/data/README.md) into rows for ImportFacts, in the order
// of FileNames() and then of lines. Each file may be missing, but not all of them; other files are
// not looked at.
//
// What is checked here is the form: the shape of the table, known and needed columns, words, days,
// numbers. Whether the facts agree with each other and with what is recorded is the registry's
// business.
//
// INVALID_ARGUMENT `FACTS_FILE_INVALID`: names file, line, column, reason and remedy. A column that
// would set when or at which revision something was recorded is refused by a sentence of its own.
// NOT_FOUND `FACTS_FOLDER_NOT_FOUND`: no such folder, or none of the files in it.
absl::StatusOr<std::vector<Row>> ReadFolder(absl::string_view path);

// Reads one file's text; `file` must be one of FileNames(). Errors as above.
absl::StatusOr<std::vector<Row>> ReadFile(absl::string_view file, absl::string_view text);

}  // namespace comity::facts_csv
