#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/identity/chain_verifier.h"
#include "common/logging/logger.h"
#include "common/metrics/metrics.h"
#include "common/rpc/access_table.h"
#include "common/rpc/call.h"
#include "common/rpc/delegations.h"
#include "common/rpc/evidence.h"
#include "common/rpc/executor.h"
#include "common/rpc/rate_limits.h"
#include "common/rpc/turns.h"
#include "common/time/clock.h"

namespace google::protobuf {
class Message;
}
namespace grpc {
class AuthContext;
class CallbackServerContext;
class Status;
}  // namespace grpc

namespace comity::rpc {

struct MethodEntry;
class OpenStream;
class OpenStreams;
class TableRefusals;

// One call on its way through the gate.
struct CallRecord {
  std::shared_ptr<const Call> call;  // Null if the call was refused before it had a caller.
  std::string delegation;            // Streams only, as below: of the person it is made for.
  std::string leaf_pem;              // Streams only: what Recheck verifies again.
  std::string chain_pem;
  const MethodEntry* method = nullptr;
  Evidence evidence = Evidence::kNone;
  Admission admission = Admission::kRead;
  absl::Status refused;  // Not OK: Begin refused the call; the body must not run.
  absl::Time start;
};

// What the gates of all services of one process share: who may pass, where work runs, what is
// counted and written down. Used by CallGate and by the processor that stands before every handler.
// Thread-safe.
class GateCore {
 public:
  struct Options {
    std::string service;  // "partner-registry": the ErrorInfo domain is <service>.comity.example.
    std::vector<std::string> services;  // Full proto names of the services served.
    // Writes in progress that hold no thread, and threads for those that block: they mostly wait
    // for a commit that many share.
    std::size_t write_threads = 64;
    // Bulk work may wait for its caller: one runs a quarter of them at most.
    std::size_t bulk_threads = 16;
    std::size_t watch_threads = 4;
    std::size_t queue = 1024;
    RateLimits::Options rates;
    bool log_reads = true;  // Whether successful calls with admission "read" get a log line.
    absl::Duration default_deadline = absl::Seconds(30);
    // A stream that holds a thread ends when its caller has let it wait for so long; a KiB that
    // moves makes up for a second.
    absl::Duration stall_timeout = absl::Seconds(60);
    // A stream that stays ends when its caller has not read for so long while a message waits.
    absl::Duration unread_timeout = absl::Minutes(5);
  };
  // None is owned; all must outlive this object, and `recorder` may be null where no row of the
  // table has evidence "outcome".
  struct Parts {
    const Clock* clock = nullptr;
    logging::Logger* logger = nullptr;
    metrics::Metrics* metrics = nullptr;
    const identity::ChainVerifier* verifier = nullptr;
    const AccessTableInForce* table = nullptr;
    RefusalRecorder* recorder = nullptr;
    ContactStanding standing;  // May be empty: every contact with a valid certificate counts.
  };
  GateCore(Options options, Parts parts);
  ~GateCore();
  GateCore(const GateCore&) = delete;
  GateCore& operator=(const GateCore&) = delete;

  // Says who the peer of a connection is, and whether he counts; from the verifier's cache in about
  // a microsecond. UNAUTHENTICATED or PERMISSION_DENIED. Never looks at what gRPC thinks it knows.
  absl::StatusOr<std::shared_ptr<const identity::VerifiedCertificate>> Authenticate(
      const grpc::AuthContext& peer) const;

  // What stands before every handler: identity, standing, table. Counts and notes what it refuses.
  // `path` is "/package.Service/Method"; `delegation` what the metadata say of a person the peer
  // calls for, or empty.
  absl::Status Admit(const grpc::AuthContext& peer, absl::string_view path,
                     absl::string_view delegation);

  // From here on new calls are refused with UNAVAILABLE `DRAINING`; those in progress go on.
  void StartDraining() { draining_ = true; }
  // Ends every open stream with UNAVAILABLE `DRAINING`.
  void EndStreams();
  // Ends the streams of callers who no longer count: revoked, expired, suspended, struck from the
  // table; and with ABORTED `CONSUMER_TOO_SLOW` those that stay and are not read. Called every few
  // hundred milliseconds.
  void RecheckStreams();

  // --- For CallGate and its reactors ---

  const MethodEntry* FindMethod(absl::string_view service, absl::string_view method) const;
  CallRecord Begin(grpc::CallbackServerContext* context, const MethodEntry* method, bool stream,
                   const google::protobuf::Message* request);
  // OK, or why a call that waited for a thread need not run any more.
  absl::Status StillWanted(const CallRecord& record) const;
  // Whether Settle would write evidence of `outcome`.
  bool WantsEvidence(const CallRecord& record, const absl::Status& outcome) const;
  // On an executor thread: writes the evidence of a refusal, where the table wants it. Returns what
  // the caller gets.
  absl::Status Settle(const CallRecord& record, absl::Status outcome);
  // Metrics and log line; the status for the wire.
  grpc::Status End(const CallRecord& record, const absl::Status& outcome);

  // Cuts off a stream that has ended, if it is not over by the next time RecheckStreams is called:
  // a peer that does not read keeps it open otherwise.
  void CutSoon(std::weak_ptr<OpenStream> stream);
  absl::Duration stall_timeout() const { return options_.stall_timeout; }
  absl::Duration unread_timeout() const { return options_.unread_timeout; }
  // What a caller is told who let a stream wait for longer.
  absl::Status Stalled() const;

  // OK while the caller of an open stream still counts and the table still lets him.
  absl::Status Recheck(const CallRecord& record) const;
  absl::Time Now() const { return parts_.clock->Now(); }
  const Clock& clock() const { return *parts_.clock; }
  // Whether a caller counts today, whatever he calls.
  absl::Status Standing(const identity::Principal& principal) const {
    return parts_.standing ? parts_.standing(principal) : absl::OkStatus();
  }

  Turns& write_turns() { return write_turns_; }
  Executor& write_executor() { return write_executor_; }
  Executor& bulk_executor() { return bulk_executor_; }
  Executor& watch_executor() { return watch_executor_; }
  OpenStreams& open_streams() { return *open_streams_; }

 private:
  struct Methods;

  // Whose call it is: the certificate's owner's, or that of the person he carries.
  struct Caller {
    std::shared_ptr<const identity::VerifiedCertificate> certificate;
    std::shared_ptr<const identity::Principal> person;  // Null: his own.

    const identity::Principal& principal() const {
      return person != nullptr ? *person : certificate->principal;
    }
  };
  // Finds the caller and whether he counts. PERMISSION_DENIED `DELEGATION_NOT_ALLOWED` if the table
  // does not let the owner call for others; errors of Delegations.
  absl::StatusOr<Caller> Identify(std::shared_ptr<const identity::VerifiedCertificate> certificate,
                                  absl::string_view delegation, const AccessTable& table) const;
  // The owner's SPIFFE id if he calls for a person, otherwise "".
  static absl::string_view ViaOf(const Caller& caller);
  // `caller` counts today, and `row` lets him in.
  absl::Status Counts(const Caller& caller, const AccessTable::Row* row) const;
  static absl::string_view CodeName(absl::StatusCode code);
  void CountRefusal(absl::string_view method, const absl::Status& refusal);
  // Whether a refusal for want of room gets a log line: a few a second, for a flood makes many.
  bool LogsExhaustion();

  RateLimits rates_;  // First: it is aligned to cache lines.
  const Options options_;
  const Parts parts_;
  const std::string domain_;
  std::atomic<std::int64_t> next_exhaustion_log_ = 0;  // Nanoseconds since boot.
  std::unique_ptr<Methods> methods_;
  std::unique_ptr<TableRefusals> refusals_;
  const Delegations delegations_;
  std::unique_ptr<OpenStreams> open_streams_;
  absl::Mutex to_cut_mutex_;
  // Ended a while ago.
  std::vector<std::weak_ptr<OpenStream>> to_cut_ ABSL_GUARDED_BY(to_cut_mutex_);
  struct QueueGauge {
    metrics::Gauge* gauge;
    std::function<std::size_t()> queued;
  };
  std::vector<QueueGauge> queue_gauges_;
  metrics::Counter* const unread_;
  std::atomic<bool> draining_ = false;
  Executor write_executor_;
  Executor bulk_executor_;
  Executor watch_executor_;
  Turns write_turns_;  // Last: what is in progress may end on the executor.
};

}  // namespace comity::rpc
