#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/registry.h"

namespace comity::partner_registry {

// What operations and the desk watch, on one day.
struct Figures {
  // Instruments whose last day lies within so many days from the day on: 30, 90, 365.
  std::map<int, int> expiring;
  // Partners by axis and step; every step there is has an entry, and "NONE".
  std::map<std::pair<Axis, std::string>, int> relations;
  // Requests of partners for changes that wait for an answer.
  std::size_t open_requests = 0;
  // Active contacts that were not verified within the last year.
  int stale_contacts = 0;
};

// Looks at everything: tens of microseconds a partner.
Figures FiguresOn(const Registry& registry, absl::CivilDay day);

}  // namespace comity::partner_registry
