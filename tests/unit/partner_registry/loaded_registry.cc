#include "tests/unit/partner_registry/loaded_registry.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/facts_csv/facts_csv.h"
#include "services/partner-registry/records/fact_proto.h"

namespace comity::partner_registry {
namespace {

std::vector<ImportRow> Convert(const absl::StatusOr<std::vector<facts_csv::Row>>& rows) {
  std::vector<ImportRow> converted;
  for (const facts_csv::Row& row : rows.value()) {
    converted.push_back(ImportRowFromProto(row).value());
  }
  return converted;
}

}  // namespace

std::vector<ImportRow> DataRows() {
  return Convert(
      facts_csv::ReadFolder(absl::StrCat(std::getenv("COMITY_SOURCE_DIR"), "/deploy/data")));
}

std::vector<ImportRow> Rows(absl::string_view file, absl::string_view text) {
  return Convert(facts_csv::ReadFile(file, text));
}

Registry After(Registry registry, std::vector<Fact> facts) {
  const Recorded recorded{
      .revision = registry.revision() + 1,
      .time = absl::FromCivil(absl::CivilHour(2026, 11, 23, 12), absl::UTCTimeZone())};
  for (Fact& fact : facts) SetRecorded(fact, recorded);
  registry.Apply({.revision = recorded.revision, .facts = {facts.begin(), facts.end()}});
  return registry;
}

Registry LoadedRegistry() {
  Registry empty(std::string(32, 'a'));
  auto plan = PlanImport(empty, DataRows(), kImporter, kNow);
  if (!plan.ok()) std::cerr << plan.status() << "\n";
  return After(std::move(empty), std::move(plan.value().facts));
}

}  // namespace comity::partner_registry
