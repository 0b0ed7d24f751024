#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/legal/facts.h"

// What if: facts as they would be if something happened to an instrument.
namespace comity::legal {

// What would happen to an instrument. Numbers are those of the proto.
enum class Supposition { kUnspecified, kLapses, kSuspended, kExtended };

struct WhatIf {
  std::string instrument;  // "partners/georgia/instruments/cooperation-agreement"
  Supposition supposition = Supposition::kUnspecified;
  // The first day without effect; of kExtended the new last day with it.
  absl::CivilDay day;
};

// `instrument` as it would be if that happened to it; what is supposed counts as confirmed. An
// instrument that ends earlier anyway, or goes on without an end, stays as it is; of an extension a
// notice that was given is taken back.
//
// INVALID_ARGUMENT `FIELD_INVALID`: an extension that would end before it does now.
absl::StatusOr<Instrument> Suppose(Instrument instrument, Supposition supposition,
                                   absl::CivilDay day);

struct Supposed {
  Facts facts;          // Of the same revision: nothing was recorded.
  absl::CivilDay from;  // The first day on which they can lead to another answer.
};

// `facts` with that one instrument changed. NOT_FOUND `INSTRUMENT_NOT_FOUND`; INVALID_ARGUMENT as
// above.
absl::StatusOr<Supposed> Suppose(const Facts& facts, const WhatIf& what_if);

// For whom the transfer check would come to another outcome, and what to do then.
struct ChangedOutcome {
  std::string counterpart;
  Outcome before = Outcome::kUnspecified;
  Outcome after = Outcome::kUnspecified;
  std::string sentence;
};

}  // namespace comity::legal
