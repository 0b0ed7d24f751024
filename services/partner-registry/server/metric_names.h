#pragma once

// The registry's own metrics; those every service has are in common/metrics/names.h and
// common/service. No labels with ids.
namespace comity::partner_registry {

// The last committed revision.
inline constexpr char kRevision[] = "comity_partner_registry_revision";
// Partners, by nothing.
inline constexpr char kPartners[] = "comity_partner_registry_partners";
// Contacts, by state ("active", "suspended").
inline constexpr char kContacts[] = "comity_partner_registry_contacts";
// Replicas with a running lease, other processes of the registry included.
inline constexpr char kReplicas[] = "comity_partner_registry_replicas";
// Revisions that the live replica that is furthest behind has yet to confirm.
inline constexpr char kReplicaLag[] = "comity_partner_registry_replica_lag_revisions";
// Withdrawals and imports that wait until they hold everywhere.
inline constexpr char kBarriersWaiting[] = "comity_partner_registry_barriers_waiting";
// Instruments by the days within which they end ("30", "90", "365").
inline constexpr char kInstrumentsExpiring[] = "comity_partner_registry_instruments_expiring";
// Partners, by axis and step (README.md has the words).
inline constexpr char kRelations[] = "comity_partner_registry_relations";
// Requests of partners for changes that wait for an answer.
inline constexpr char kChangeRequestsOpen[] = "comity_partner_registry_change_requests_open";
// Active contacts that were not verified within the last year.
inline constexpr char kContactsStale[] = "comity_partner_registry_contacts_stale";
// Transfer checks answered, by outcome and code (common/legal/deciding_reason.h).
inline constexpr char kTransferChecks[] = "comity_partner_registry_transfer_checks_total";
// Whether this process may answer what somebody acts on (1 or 0).
inline constexpr char kAnswers[] = "comity_partner_registry_answers";

}  // namespace comity::partner_registry
