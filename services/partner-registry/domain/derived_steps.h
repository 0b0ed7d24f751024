#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/legal/effect.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

// The steps that were not recorded as such and follow from what else is recorded. They have no id,
// and the name of what they follow from begins their evidence.
namespace comity::partner_registry {

// Whether what `day` says surely was public on `on`; always, if that is not asked.
bool WasPublic(const std::string& day, std::optional<absl::CivilDay> on);

// What follows from instruments.
struct Derived {
  std::vector<std::vector<Milestone>> treaties;  // Of each its steps.
  std::vector<std::vector<Milestone>> arrangements;
  std::vector<Milestone> entitlements;

  // With `public_on` what was public then; it entitles to nothing if it has ended by `day`.
  void Add(const Instrument& instrument, std::optional<absl::CivilDay> public_on,
           absl::CivilDay day);
};

// SECONDED and, if it has ended by `day`, ENDED.
std::vector<Milestone> StepsOfSecondment(const Registry& registry, const Secondment& secondment,
                                         absl::CivilDay day);

// VERIFIED, of a contact that was.
Milestone StepOfContact(const Contact& contact);

// What `instrument` comes to in law, its versions looked at; with its scope, where data rest on
// what it covers. nullopt: the check knows nothing of its partner.
std::optional<legal::Effect> EffectOf(const Registry& registry, const Instrument& instrument,
                                      const legal::Lens& lens);
std::optional<legal::Effect> EffectWithScope(const Registry& registry, const Instrument& instrument,
                                             const legal::Lens& lens);

// The name of what a derived step follows from.
std::string SourceOf(const Milestone& step);

}  // namespace comity::partner_registry
