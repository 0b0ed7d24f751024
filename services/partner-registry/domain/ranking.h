#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/registry.h"

namespace comity::partner_registry {

// How a criterion counted.
struct RankedLine {
  std::string criterion;
  std::int64_t milli_points = 0;  // 0 to 5,000.
  int weight = 0;
  std::string source;

  friend bool operator==(const RankedLine&, const RankedLine&) = default;
};

// A place in the ranking.
struct RankedPartner {
  int place = 0;                  // From 1; equal totals share a place, and the next are left out.
  std::string partner;            // An id.
  std::int64_t milli_points = 0;  // The weighted mean, rounded down.
  std::vector<RankedLine> lines;  // In the order of the set.
  std::vector<std::string> failed;  // Ids of mandatory criteria.
  std::string assessment;           // Its name.

  friend bool operator==(const RankedPartner&, const RankedPartner&) = default;
};

// Ranks every partner that was assessed by `set` up to `day` and is a candidate (candidates.h) on
// it, by the last assessment of each.
// Integers only, so that everybody who knows the same comes to the same. Who fails a mandatory
// criterion comes after all who do not; of equals the first by id. A criterion that is measured has
// the volume of the last full year before `day` as a share of the largest among the ranked: of each
// word what a service measured, otherwise what was stated.
std::vector<RankedPartner> Rank(const Registry& registry, const CriteriaSet& set,
                                absl::CivilDay day);

}  // namespace comity::partner_registry
