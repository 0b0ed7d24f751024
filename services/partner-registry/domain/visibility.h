#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "common/identity/principal.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// Whose eyes see. Everybody of the agency, its applications and services sees all; a partner's
// contact sees his own partner.
struct Viewer {
  bool all = false;
  std::string partner;  // If not all.

  static Viewer Of(const identity::Principal& principal);
};

// Whether `viewer` may see `fact` on `today`. What is not visible is, to him, not there.
//
// A partner's contact sees: its own partner, authorities and contacts; its own partner's milestones
// and instruments; instruments of others once they are public; decisions of its own partner; key
// statements of the agency's holders and of its own partner's.
bool MaySee(const Viewer& viewer, const Fact& fact, absl::CivilDay today);

}  // namespace comity::partner_registry
