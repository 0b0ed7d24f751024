#pragma once

// The registry's own metrics; those every service has are in common/metrics/names.h. No labels with
// ids.
namespace comity::partner_registry {

// The last committed revision.
inline constexpr char kRevision[] = "comity_partner_registry_revision";
// Partners, by nothing.
inline constexpr char kPartners[] = "comity_partner_registry_partners";
// Contacts, by state ("active", "suspended").
inline constexpr char kContacts[] = "comity_partner_registry_contacts";
// Replicas with a running lease.
inline constexpr char kReplicas[] = "comity_partner_registry_replicas";
// Revisions that the live replica that is furthest behind has yet to confirm.
inline constexpr char kReplicaLag[] = "comity_partner_registry_replica_lag_revisions";
// Mutations committed, refused, repeated, and lost with their batch, since the start.
inline constexpr char kMutations[] = "comity_partner_registry_mutations_total";
// Durable transactions since the start.
inline constexpr char kBatches[] = "comity_partner_registry_batches_total";
// Mutations waiting for their turn.
inline constexpr char kQueue[] = "comity_partner_registry_write_queue_mutations";
// 1 if writes are accepted, 0 if the database is behind its published ledger.
inline constexpr char kWritable[] = "comity_partner_registry_writable";
// How far the wall clock is behind the last commit, seconds.
inline constexpr char kClockBehind[] = "comity_partner_registry_clock_behind_seconds";

}  // namespace comity::partner_registry
