// What callers send of facts, as bytes: an import, and a fact of any kind. Each input is read as
// both.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "services/partner-registry/domain/import.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/records/fact_proto.h"
#include "tests/fuzz/messages.h"

namespace {

namespace registry = comity::partner_registry;
namespace v1 = comity::partner_registry::v1;

constexpr char kImporter[] = "spiffe://agency.example/agency/registry-operator/-/importer";
const std::string& StoreId() {
  static const auto* const id = new std::string(32, 'a');
  return *id;
}
using comity::fuzz::kNow;

// What is kept can be read when the service starts, and is what was kept.
void CheckKept(const registry::Fact& fact) {
  const v1::Fact record = registry::ToRecord(fact, StoreId());
  const auto again = registry::FactFromRecord(record);
  if (!again.ok()) std::abort();
  if (registry::ToRecord(*again, StoreId()).DebugString() != record.DebugString()) std::abort();
}

void CheckImport(const v1::ImportFactsRequest& request) {
  std::vector<registry::ImportRow> rows;
  for (const v1::ImportFactsRequest::Row& row : request.rows()) {
    auto read = registry::ImportRowFromProto(row);
    if (!read.ok()) return;
    rows.push_back(*std::move(read));
  }
  registry::Registry loaded(StoreId());
  auto plan = registry::PlanImport(loaded, rows, kImporter, kNow);
  if (!plan.ok()) return;
  for (registry::Fact& fact : plan->facts) {
    CheckKept(fact);
    registry::SetRecorded(fact, {.revision = 1, .time = kNow});
  }
  // What passed can be applied, which cannot fail.
  loaded.Apply({.revision = 1, .facts = {plan->facts.begin(), plan->facts.end()}});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  comity::fuzz::SilenceProtobuf();
  v1::ImportFactsRequest request;
  if (request.ParseFromArray(data, static_cast<int>(size))) CheckImport(request);
  v1::Fact sent;
  if (!sent.ParseFromArray(data, static_cast<int>(size))) return 0;
  const auto fact = registry::FactFromRecord(sent);
  if (fact.ok()) CheckKept(*fact);
  return 0;
}
