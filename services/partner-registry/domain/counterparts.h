#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// Whom somebody wants to turn to, and when.
struct CounterpartQuestion {
  std::string partner;    // An id.
  std::string authority;  // An id of one of its authorities; empty: whichever.
  absl::Time instant;
  std::vector<std::string> languages;  // BCP 47; empty: whichever.
  bool openers_only = false;
};

// Somebody to turn to.
struct Counterpart {
  const Contact* contact = nullptr;  // As long-lived as the registry it was found in.
  bool at_work = false;
  // When it is at work next and counts, the instant itself if it is then; unset: not within 30
  // days, or its hours are not recorded.
  std::optional<absl::Time> next_at_work;
  const Contact* stands_in_for = nullptr;  // Null: it was asked for itself.
  bool stale = false;                      // Not verified within the year before.
  std::string sentence;                    // "at work until 17:00 Asia/Tbilisi"
};

struct CounterpartAnswer {
  std::vector<Counterpart> counterparts;  // At most 100.
  std::string sentence;                   // With nobody only: why, and what to do.
};

// INVALID_ARGUMENT `FIELD_INVALID`: a language is no BCP 47 tag, more than 20 are named, or the
// instant is none of the years 1970 to 2999.
absl::Status CheckCounterpartQuestion(const CounterpartQuestion& question);

// Finds whom to turn to (R22): the contacts asked for that count on that day, and for those of them
// who are not at work or lack what is asked for, in turn, their deputies. Whoever can be reached
// soonest comes first; of equals who opens documents, then who was verified within the year, then
// who was asked for itself. A language also fits if it is a kind of the one asked for (`pt-BR` for
// `pt`). Pure. The partner and the authority are on the register; `question` was checked.
CounterpartAnswer FindCounterparts(const Registry& registry, const CounterpartQuestion& question);

}  // namespace comity::partner_registry
