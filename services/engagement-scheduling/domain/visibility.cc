#include "services/engagement-scheduling/domain/visibility.h"

#include <algorithm>

#include "absl/strings/strip.h"
#include "common/status/error.h"

namespace comity::engagement_scheduling {
namespace {

// A contact, or a liaison prosecutor, who is his State's (EJR 54a).
bool IsOfAPartner(const identity::Principal& person) {
  return person.kind == identity::PrincipalKind::kPartner ||
         person.IsAgency(identity::Role::kLiaisonProsecutor);
}

bool IsDelegationTo(const identity::Principal& viewer, absl::string_view partner) {
  return viewer.IsAgency(identity::Role::kEuDelegation) &&
         absl::ConsumePrefix(&partner, "partners/") && partner == viewer.unit;
}

}  // namespace

bool TakesPart(const identity::Principal& viewer, const Engagement& engagement) {
  const auto& people = engagement.participants;
  return engagement.organiser == viewer.spiffe_id ||
         std::find(people.begin(), people.end(), viewer.spiffe_id) != people.end();
}

bool MaySee(const identity::Principal& viewer, const Engagement& engagement) {
  using identity::Role;
  if (TakesPart(viewer, engagement)) return true;
  if (viewer.kind != identity::PrincipalKind::kAgency || IsOfAPartner(viewer)) return false;
  if (viewer.role == Role::kDpo || viewer.role == Role::kAuditor) return true;
  if (engagement.engagement_class != Class::kStrategic) return false;
  if (viewer.role != Role::kEuDelegation) return true;
  const auto& partners = engagement.partners;
  return std::any_of(partners.begin(), partners.end(),
                     [&](const std::string& partner) { return IsDelegationTo(viewer, partner); });
}

bool IsShownWith(const identity::Principal& viewer, const Engagement& engagement,
                 absl::string_view partner) {
  const auto& partners = engagement.partners;
  return std::find(partners.begin(), partners.end(), partner) != partners.end() &&
         (!viewer.IsAgency(identity::Role::kEuDelegation) || TakesPart(viewer, engagement) ||
          IsDelegationTo(viewer, partner));
}

Engagement ShownTo(const identity::Principal& viewer, Engagement engagement) {
  if (!viewer.IsAligned() || TakesPart(viewer, engagement)) return engagement;
  if (viewer.IsAgency(identity::Role::kEuDelegation)) {
    std::erase_if(engagement.partners,
                  [&](const std::string& partner) { return !IsDelegationTo(viewer, partner); });
  }
  engagement.participants.clear();
  engagement.resources.clear();
  engagement.organiser.clear();
  return engagement;
}

bool MaySeeHours(const identity::Principal& viewer, absl::string_view owner) {
  return viewer.spiffe_id == owner || !(IsOfAPartner(viewer) || viewer.IsAligned());
}

absl::Status EngagementNotFound() {
  return MakeError(absl::StatusCode::kNotFound,
                   "There is no engagement with this name: check it with a list call.",
                   {.reason = "ENGAGEMENT_NOT_FOUND"});
}

}  // namespace comity::engagement_scheduling
