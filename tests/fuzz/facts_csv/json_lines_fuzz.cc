#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "common/facts_csv/json_lines.h"

namespace {

using comity::partner_registry::v1::Fact;

// A fact has one line, which is read as the same fact.
void CheckLine(const Fact& fact) {
  const auto line = comity::facts_csv::FactLine(fact);
  if (!line.ok()) std::abort();
  const auto again =
      comity::facts_csv::ReadFactLine(absl::string_view(*line).substr(0, line->size() - 1));
  if (!again.ok()) std::abort();
  if (*comity::facts_csv::FactLine(*again) != *line) std::abort();
}

// What an export writes of facts an import reads, and it says all that the export does.
void CheckExport(const std::vector<Fact>& facts) {
  const auto lines = comity::facts_csv::WriteJsonLines(facts);
  if (!lines.ok()) std::abort();
  if (!comity::facts_csv::ReadJsonLines("facts.jsonl", *lines).ok()) std::abort();
  std::vector<Fact> again;
  for (const absl::string_view line : absl::StrSplit(*lines, '\n', absl::SkipEmpty())) {
    again.push_back(*comity::facts_csv::ReadFactLine(line));
  }
  if (*comity::facts_csv::WriteJsonLines(again) != *lines) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  std::vector<Fact> facts;
  for (const absl::string_view line : absl::StrSplit(input, '\n')) {
    auto fact = comity::facts_csv::ReadFactLine(line);
    if (!fact.ok()) continue;
    CheckLine(*fact);
    facts.push_back(*std::move(fact));
  }
  CheckExport(facts);
  const auto rows = comity::facts_csv::ReadJsonLines("facts.jsonl", input);
  if (!rows.ok()) return 0;
  for (const auto& row : *rows) {
    if (row.fact_case() == 0 || row.source().line() < 1) std::abort();
  }
  return 0;
}
