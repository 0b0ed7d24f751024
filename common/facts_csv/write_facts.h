#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"

namespace comity::facts_csv {

// The files that ReadFolder would read as the same rows, by name, such as "partners.csv": every
// file has its header with all columns, rows in the order of names. Facts that no file holds
// (decisions, keys) are left out, and so is what only the server sets.
std::map<std::string, std::string> WriteFiles(const std::vector<partner_registry::v1::Fact>& facts);

// One field as RFC 4180 wants it: in quotes if it has a comma, a quote or the end of a line.
std::string QuoteField(absl::string_view text);

}  // namespace comity::facts_csv
