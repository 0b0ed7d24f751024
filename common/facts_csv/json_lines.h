#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "common/facts_csv/facts_csv.h"

namespace comity::facts_csv {

// One fact as a line, line feed included, with all that is in it; equal facts give the same line.
// INTERNAL `FACT_UNWRITABLE`.
absl::StatusOr<std::string> FactLine(const partner_registry::v1::Fact& fact);

// The fact of a line without its line feed. INVALID_ARGUMENT `FACT_LINE_INVALID` says what is
// wrong; a field or word that this program does not know is, too.
absl::StatusOr<partner_registry::v1::Fact> ReadFactLine(absl::string_view line);

// Whether files hold the fact: one of a kind that an import can set, and neither an erased contact
// nor a withdrawn milestone, nor what was retracted, which do not come back.
bool IsImportable(const partner_registry::v1::Fact& fact);

// Facts as JSON lines: one `comity.partner_registry.v1.Fact` a line, in proto3 JSON. Only what an
// import can set is written, limits included (exchanges and contacts that are suspended, partners
// that are deleted); a partner's line has its legal classes. INTERNAL `FACT_UNWRITABLE` if
// a fact cannot be said in JSON: no export is better than one that lacks a line.
absl::StatusOr<std::string> WriteJsonLines(const std::vector<partner_registry::v1::Fact>& facts);

// The rows for ImportFacts that `text` holds, those of partners first whatever their lines. Only
// kinds that an import can set. INVALID_ARGUMENT `FACTS_FILE_INVALID` names file, line, reason and
// remedy.
absl::StatusOr<std::vector<Row>> ReadJsonLines(absl::string_view file, absl::string_view text);

}  // namespace comity::facts_csv
