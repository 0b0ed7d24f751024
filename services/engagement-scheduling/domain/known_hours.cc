#include "services/engagement-scheduling/domain/known_hours.h"

#include "common/identity/principal.h"

namespace comity::engagement_scheduling {

std::optional<WorkingHours> KnownHours(const std::string& who, const Schedule& schedule,
                                       const RegistrySnapshot* registry,
                                       const WorkingHours& office) {
  if (const Calendar* calendar = schedule.FindCalendar(who)) return calendar->hours;
  const auto principal = identity::Principal::Parse(who);
  if (!principal.ok()) return std::nullopt;  // A resource without a calendar.
  if (principal->kind == identity::PrincipalKind::kAgency) return office;
  if (registry == nullptr) return std::nullopt;
  const std::optional<ContactEntry> contact = registry->FindContact(who);
  return contact.has_value() && contact->active ? contact->hours : std::nullopt;
}

}  // namespace comity::engagement_scheduling
