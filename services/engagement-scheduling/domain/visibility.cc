#include "services/engagement-scheduling/domain/visibility.h"

#include <algorithm>

#include "common/status/error.h"

namespace comity::engagement_scheduling {

bool IsOfAPartner(const identity::Principal& person) {
  return person.kind == identity::PrincipalKind::kPartner ||
         person.IsAgency(identity::Role::kLiaisonProsecutor);
}

bool MaySee(const identity::Principal& viewer, const Engagement& engagement) {
  using identity::Role;
  const auto& people = engagement.participants;
  if (engagement.organiser == viewer.spiffe_id ||
      std::find(people.begin(), people.end(), viewer.spiffe_id) != people.end()) {
    return true;
  }
  if (viewer.kind != identity::PrincipalKind::kAgency || IsOfAPartner(viewer)) return false;
  return engagement.engagement_class == Class::kStrategic || viewer.role == Role::kDpo ||
         viewer.role == Role::kAuditor;
}

absl::Status EngagementNotFound() {
  return MakeError(absl::StatusCode::kNotFound,
                   "There is no engagement with this name: check it with a list call.",
                   {.reason = "ENGAGEMENT_NOT_FOUND"});
}

}  // namespace comity::engagement_scheduling
