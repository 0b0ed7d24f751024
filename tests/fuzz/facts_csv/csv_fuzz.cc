#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/str_replace.h"
#include "common/facts_csv/csv.h"

namespace {

// Every field in quotes.
std::string Format(const std::vector<comity::facts_csv::Record>& records) {
  std::string text;
  for (const auto& record : records) {
    for (std::size_t i = 0; i < record.cells.size(); ++i) {
      if (i > 0) text += ",";
      text += "\"" + absl::StrReplaceAll(record.cells[i].text, {{"\"", "\"\""}}) + "\"";
    }
    text += "\n";
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto records = comity::facts_csv::ParseCsv("facts.csv", input);
  if (!records.ok()) return 0;
  // What was read can be written and is read again as the same.
  const auto again = comity::facts_csv::ParseCsv("facts.csv", Format(*records));
  if (!again.ok() || again->size() != records->size()) std::abort();
  for (std::size_t row = 0; row < records->size(); ++row) {
    const auto& cells = (*records)[row].cells;
    if ((*again)[row].cells.size() != cells.size()) std::abort();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if ((*again)[row].cells[i].text != cells[i].text) std::abort();
    }
  }
  return 0;
}
