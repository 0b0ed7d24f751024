#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "common/identity/principal.h"
#include "common/registry_view/registry_snapshot.h"

namespace comity::registry_view {

// The partner that `who` stands for on `day`, as "partners/x"; empty: none is known.
//
// A contact stands for its own partner; a liaison prosecutor for the State that seconds him on that
// day or, if none does, for the last that did, whatever unit his name says (EJR 54a(3)); everybody
// else of the agency for the partner that his unit acts for. Whether he may act on that day is
// another question (RegistrySnapshot::SecondedBy).
std::string PartnerOf(const identity::Principal& who, const RegistrySnapshot& registry,
                      absl::CivilDay day);

// The authority whose prosecutor `who`, a liaison prosecutor, is on `day`: it receives what he is
// given. By the days of his secondment alone, whether or not it is in effect. Empty: it names none,
// or he has none on that day.
std::string AuthorityOf(const identity::Principal& who, const RegistrySnapshot& registry,
                        absl::CivilDay day);

}  // namespace comity::registry_view
