#pragma once

// Every metric common/ exports, so that a dashboard's author has one list. Services keep their own
// in a header like this one. Labels are closed sets: never ids, never text of a caller.
namespace comity::metrics {

// Calls of the gRPC server by service, method (short name) and status code.
inline constexpr char kServerCalls[] = "comity_grpc_server_calls_total";
// How long they took, seconds, by service and method; streams are not in it.
inline constexpr char kServerCallDuration[] = "comity_grpc_server_call_duration_seconds";
// Calls being handled now, by service and method (streams included).
inline constexpr char kServerCallsOpen[] = "comity_grpc_server_calls_open";
// Streams that stay, ended since their callers did not read, by service.
inline constexpr char kStreamsUnread[] = "comity_streams_unread_total";
// Calls refused before any handler, by method ("unlisted" if it has no row) and reason.
inline constexpr char kAccessRefusals[] = "comity_access_refusals_total";
// Refusals at the table that no leaf or count could be kept of, since the queue was full.
inline constexpr char kAccessRefusalsUnrecorded[] = "comity_access_refusals_unrecorded_total";
// Access tables that did not parse; the last good one stays in force.
inline constexpr char kAccessTableReloadFailures[] = "comity_access_table_reload_failures_total";
// Identity files (certificate, key, bundle, CRL) that were not accepted; the last good stay.
inline constexpr char kIdentityReloadFailures[] = "comity_identity_reload_failures_total";
// 1 while what is on disk was not accepted and the last good is in force, by part ("certificate",
// "bundles", "access_table").
inline constexpr char kReloadRejected[] = "comity_reload_rejected";
// When the service's own TLS certificate ends, seconds since 1970.
inline constexpr char kCertificateExpiry[] = "comity_certificate_expiry_timestamp_seconds";
// Connections: open now, and refused by reason.
inline constexpr char kConnectionsOpen[] = "comity_connections_open";
inline constexpr char kConnectionsRefused[] = "comity_connections_refused_total";
// Open connections closed by the service, by reason: the caller's certificate or standing no longer
// counts, or no call was admitted on it.
inline constexpr char kConnectionsEnded[] = "comity_connections_ended_total";
// From the last look that saw a caller count to the end of his connection, seconds.
inline constexpr char kRevocationEnforcement[] = "comity_revocation_enforcement_seconds";
// Work waiting for a thread, by executor ("write", "bulk").
inline constexpr char kExecutorQueue[] = "comity_executor_queue_calls";
// 1, labelled with service and version.
inline constexpr char kBuildInfo[] = "comity_build_info";
// When the process started, seconds since 1970.
inline constexpr char kStartTime[] = "comity_start_time_seconds";

}  // namespace comity::metrics
