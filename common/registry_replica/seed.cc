#include "common/registry_replica/seed.h"

#include <utility>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/facts_csv/json_lines.h"
#include "common/registry_snapshot/snapshot_files.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::registry_replica {

absl::StatusOr<partner_registry::v1::Change> ReadSeed(const Seed& seed, absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(
      const registry_snapshot::VerifiedSnapshot snapshot,
      registry_snapshot::VerifyFolder(
          seed.folder, registry_snapshot::SignedBy(seed.registry, seed.verifier, now), now));
  if (snapshot.statement.revision == 0) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "The snapshot is of a registry in which nothing was recorded.",
                     {.reason = "SNAPSHOT_EMPTY"});
  }
  partner_registry::v1::Change change;
  change.mutable_revision()->set_store_id(snapshot.statement.store_id);
  change.mutable_revision()->set_number(snapshot.statement.revision);
  for (const absl::string_view line :
       absl::StrSplit(absl::StripSuffix(snapshot.facts, "\n"), '\n', absl::SkipEmpty())) {
    COMITY_ASSIGN_OR_RETURN(*change.add_facts(), facts_csv::ReadFactLine(line));
  }
  return change;
}

}  // namespace comity::registry_replica
