#pragma once

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/types.h"

// With whom relations are won, by the legal class of a day.
namespace comity::partner_registry {

// Agreements are for third countries and international organisations (EJR 52; TFEU 218).
bool MayBeCandidate(LegalClass legal_class);

// Working arrangements are for Union bodies and networks of other States besides (EJR 47(1),
// 47(3)).
bool MayBeArrangedWith(LegalClass legal_class);

// FAILED_PRECONDITION `NOT_A_CANDIDATE`: the partner is none on `day`, or its class is not known. A
// candidate is one whose class is sure, so that no one person makes one.
absl::Status CheckCandidate(const Partner& partner, absl::CivilDay day);
absl::Status CheckArrangedWith(const Partner& partner, absl::CivilDay day);

}  // namespace comity::partner_registry
