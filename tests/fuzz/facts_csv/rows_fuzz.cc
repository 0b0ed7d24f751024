// One file of a folder of facts, whichever it is.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/facts_csv/facts_csv.h"
#include "common/facts_csv/write_facts.h"

namespace {

using comity::facts_csv::Row;
using comity::partner_registry::v1::Fact;

Fact FactOf(const Row& row) {
  Fact fact;
  if (row.has_partner()) *fact.mutable_partner() = row.partner();
  if (row.has_legal_class()) {
    fact.mutable_partner()->set_name(row.legal_class().partner());
    *fact.mutable_partner()->add_legal_classes() = row.legal_class().period();
  }
  if (row.has_instrument()) *fact.mutable_instrument() = row.instrument();
  if (row.has_milestone()) *fact.mutable_milestone() = row.milestone();
  if (row.has_authority()) *fact.mutable_authority() = row.authority();
  if (row.has_contact()) *fact.mutable_contact() = row.contact();
  return fact;
}

// What it says, without where it stands and what its file's columns empty.
std::string Said(Row row) {
  row.clear_source();
  row.clear_emptied();
  return row.ShortDebugString();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  for (const std::string& name : comity::facts_csv::FileNames()) {
    const auto rows = comity::facts_csv::ReadFile(name, input);
    if (!rows.ok()) continue;
    for (const Row& row : *rows) {
      // What was read can be written and is read again as the same.
      const auto files = comity::facts_csv::WriteFiles({FactOf(row)});
      const auto again = comity::facts_csv::ReadFile(name, files.at(name));
      if (!again.ok() || again->size() != 1 || Said(again->front()) != Said(row)) std::abort();
    }
  }
  return 0;
}
