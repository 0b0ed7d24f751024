#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/facts_csv/fields.h"

// The columns of instruments.csv that say what an instrument covers, by the names of the fields of
// InstrumentScope.
namespace comity::facts_csv {

// `columns`, and after them those of the scope.
std::vector<std::string> WithScope(std::vector<std::string> columns);

// Reads them into the instrument of `row`, and what they empty.
absl::Status ReadScope(const Fields& fields, Row& row);

// What a row says of it, by column.
std::map<std::string, std::string> ScopeValues(const partner_registry::v1::InstrumentScope& scope);

}  // namespace comity::facts_csv
