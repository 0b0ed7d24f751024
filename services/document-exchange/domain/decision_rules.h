#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/identity/principal.h"
#include "common/legal/facts.h"
#include "common/registry_view/registry_snapshot.h"

namespace comity::document_exchange {

struct RecordedDecision;

// Whether `caller`, who speaks for `caller_partner` (`partners/france`; empty for nobody), may
// record or withdraw a decision of this kind by `decision.partner`:
//
//   AUTHORISATION, NATIONAL_STATEMENT    the Member State's national member, or its own contact of
//                                        an authority that is competent (CheckStandsFor)
//   ORIGINATOR_PERMISSION, RESTRICTION_LIFTED
//                                        the originator: its contact, national member or liaison
//                                        prosecutor; for the agency's own data the college
//   SAFEGUARDS_ASSESSMENT, DEROGATION_*, ONWARD_CONSENT, ESSENTIAL_INTEREST, OTHER_PURPOSE_BY_LAW
//                                        the college or the president (EJR 58, 59: the authorised
//                                        person; the policy default of this suite)
//   URGENT_WITHOUT_AUTHORISATION, OTHER_DATA, SPECIAL_CATEGORIES
//                                        a national member, the college or the president
//
// PERMISSION_DENIED `DECISION_NOT_YOURS`, whatever else is wrong with it.
absl::Status CheckMayDecide(const identity::Principal& caller, absl::string_view caller_partner,
                            const legal::Decision& decision);

// As above, of a decision that is to be withdrawn: whoever gave his word takes it back, whatever
// became of his State on the register (EJR 47(5)).
absl::Status CheckMayWithdraw(const identity::Principal& caller, absl::string_view caller_partner,
                              const RecordedDecision& recorded);

// Whether a decision of a partner is recorded on that day: it is on the register, and what a
// contact decides for a Member State is decided by a competent authority (EJR 47(5)), surely so by
// what the registry knows. PERMISSION_DENIED `DECISION_NOT_YOURS` (off the register),
// `AUTHORITY_NOT_COMPETENT`.
absl::Status CheckStandsFor(const identity::Principal& caller, const legal::Decision& decision,
                            const registry_view::RegistrySnapshot& registry, absl::CivilDay day);

// Whether the decision says what it must: kind, whose, case reference, first day, evidence, and
// grounds for derogations and urgent transfers. INVALID_ARGUMENT `DECISION_INVALID` names the
// field.
absl::Status CheckDecision(const RecordedDecision& decision);

}  // namespace comity::document_exchange
