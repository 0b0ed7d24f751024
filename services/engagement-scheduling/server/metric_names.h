#pragma once

// The service's own metrics; those every service has are in common/metrics/names.h and
// common/service/store_settings.h, those of the replica of the registry in common/registry_replica.
// No labels with ids.
namespace comity::engagement_scheduling {

// The last committed revision.
inline constexpr char kRevision[] = "comity_engagement_scheduling_revision";
// Engagements, by state ("held", "confirmed", "cancelled", "expired").
inline constexpr char kEngagements[] = "comity_engagement_scheduling_engagements";
// Holds that ran out, since the start.
inline constexpr char kExpiredHolds[] = "comity_engagement_scheduling_expired_holds_total";
// Transfer checks that confirmations of operational engagements made, by outcome.
inline constexpr char kTransferChecks[] = "comity_engagement_scheduling_transfer_checks_total";
// Times that expired holds could not be marked; tried again by itself.
inline constexpr char kTimerFailures[] = "comity_engagement_scheduling_timer_failures_total";

}  // namespace comity::engagement_scheduling
