#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// Where a relation stands on one axis on a day.
struct AxisStanding {
  Axis axis = Axis::kUnspecified;
  std::string step;  // A word of steps.h, or "NONE".
  std::string day;   // May be partial or empty; with certainty kUnknown it was so by then.
  std::string evidence;
  Certainty certainty = Certainty::kUnspecified;
  std::string next_step;
  // Everything known on this axis, oldest first, what is yet to come and what is undated included;
  // steps that follow from an instrument have the instrument's name as evidence and no id.
  std::vector<Milestone> history;
};

struct Standing {
  absl::CivilDay day;
  std::optional<absl::CivilDay> public_on;
  LegalClass legal_class = LegalClass::kUnspecified;
  std::array<AxisStanding, 5> axes;            // In the order of their numbers.
  std::vector<const Instrument*> instruments;  // Oldest first; of the registry.
};

// The days that a period covers however its days are read, both included and however sure they
// are; unset: open.
struct CoveredDays {
  explicit CoveredDays(const LegalClassPeriod& period);

  std::optional<absl::CivilDay> first;
  std::optional<absl::CivilDay> last;
};

// The class that is recorded for `day`, which may wait for a second person; kUnspecified if no
// period covers it. Whether it is sure, legal::ClassOf says.
LegalClass ClassAsRecorded(const Partner& partner, absl::CivilDay day);

// Where the relation with `partner` stands on `day`, on what `registry` knows. A partial date
// counts from the first day it may mean, and the certainty says so; a step without a day counts
// from the day on which it was recorded. What was taken after a step that closes its axis begins
// anew (step_order.h).
//
// The next step (next_step.h) is told from what counts still: not from a step that rests on one of
// an instrument that was retracted, nor from an arrangement that comes to nothing (arrangements.h).
//
// With `public_on` only what was public on that day: instruments as the transfer check takes it of
// who explores (PublicAsRecorded), other steps by their own day, since nobody knows of one before
// it was taken.
Standing StandingOn(const Registry& registry, const Partner& partner, absl::CivilDay day,
                    std::optional<absl::CivilDay> public_on = std::nullopt);

// The history that StandingOn has of one axis, without the rest and in any order.
std::vector<Milestone> HistoryOn(const Registry& registry, const Partner& partner, Axis axis,
                                 absl::CivilDay day);

}  // namespace comity::partner_registry
