#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/problems.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// The rules that each fact must meet. Those that look at other facts find them in `registry`, which
// must already have what the fact came with. nullopt: nothing is wrong.
//
// Partner: id, name, aliases, ISO codes that belong together and are nobody else's on the register,
// legal classes in order, without overlap and of its kind. Instrument: days in a possible order
// (nothing in force before it was signed), secondment only under agreements that can allow it (EJR
// 54a(1)), certainty of fields that exist, what it covers (scope_rules.h), what it supersedes.
// Milestone: a step of its axis; no negotiation without the Council's mandate. Authority: a
// territory that is a part of the partner, instruments that exist. Contact: a SPIFFE id that names
// this partner and contact and nobody else, an authority that exists, working hours in a zone that
// exists, no list longer than anybody needs.
std::optional<Problem> Check(const Partner& partner, const Registry& registry);
std::optional<Problem> Check(const Instrument& instrument, const Registry& registry);
std::optional<Problem> Check(const Milestone& milestone, const Registry& registry);
std::optional<Problem> Check(const Authority& authority, const Registry& registry);
std::optional<Problem> Check(const Contact& contact, const Registry& registry);

// A SPIFFE id that no contact of `before` has, but under which a key was stated there, is given to
// nobody. A part of Check, if that is asked of the registry before the contact is in it.
std::optional<Problem> CheckIdentity(const Contact& contact, const Registry& before);

// An authority is entered in the list of no instrument that `before` has as retracted, unless it
// stands there already. A part of Check, as above.
std::optional<Problem> CheckListing(const Authority& authority, const Registry& before);

// `last_verified` of an authority or contact lies in the past: nobody vouches for what is to come.
// `now` counts by its day in Europe/Brussels; of a partial day the first one it may mean.
std::optional<Problem> CheckVerified(const std::string& last_verified, absl::Time now);

// The first day a period may begin on; the first of all if it holds since ever.
absl::CivilDay FirstDay(const LegalClassPeriod& period);

// Puts the legal classes in the order of their first days.
void SortPeriods(Partner& partner);

// Whether it is written like a BCP 47 tag, such as "pt-BR".
bool IsLanguageTag(const std::string& text);

}  // namespace comity::partner_registry
