#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/registry.h"

// How much was exchanged with a partner in a year (R17): what somebody stated, and beside it what
// the services measured, which nobody states for them. Plans are as in mutations.h.
namespace comity::partner_registry {

// What a service counted with one partner.
struct ReportedVolume {
  std::string partner;  // An id.
  std::map<std::string, std::int64_t> counts;
};

// All that a service counted of a year.
struct VolumeReport {
  std::string service;  // Who calls, and nobody else.
  int year = 0;
  std::vector<ReportedVolume> volumes;
  std::string store_id;  // Where and at which revision it counted.
  std::int64_t revision = 0;
};

// The words that `service` counts; empty: it measures no volumes.
std::vector<std::string> WordsMeasuredBy(absl::string_view service);

// What the service that counts `word` measured; null: none did.
const MeasuredVolume* MeasuredOf(const Volume& volume, absl::string_view word);

// States the volume of a year. The same year again is a correction, which says all of what is
// summed that was said before; nothing changes if it says the same. What was measured stays as it
// is, whatever `volume` says. NOT_FOUND `PARTNER_NOT_FOUND`; INVALID_ARGUMENT `VOLUME_INVALID` with
// the field.
absl::StatusOr<Plan> PlanRecordVolume(const Registry& registry, int year, Volume volume,
                                      absl::Time now);

// Puts what `report` says in the place of all that its service reported of the year before. What
// is stated stays; a partner whom it does not name has nothing measured by it any more. Of
// what one store counted, what was counted at a later revision stays.
// PERMISSION_DENIED `NOT_A_SERVICE`: the caller measures no volumes. INVALID_ARGUMENT
// `VOLUME_INVALID` with the field.
absl::StatusOr<Plan> PlanReportVolumes(const Registry& registry, const VolumeReport& report,
                                       absl::Time now);

}  // namespace comity::partner_registry
