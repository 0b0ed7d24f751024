#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/identity/chain_verifier.h"
#include "common/identity/principal.h"
#include "common/logging/logger.h"
#include "common/metrics/metrics.h"
#include "common/rpc/peer.h"
#include "common/time/clock.h"

namespace comity::rpc {

// The connections open now and whose they are, so that those of callers who no longer count are
// closed: also idle ones, and also if the peer does not read.
//
// Whose a connection is becomes known with its first admitted call. Until then it is nobody's: it
// may be displaced by a newer one when all places are taken, ends when certificates change, and
// lives `first_call` and takes
// `first_call_bytes` at most. Thread-safe.
class OpenConnections {
 public:
  struct Options {
    absl::Duration first_call = absl::Seconds(30);
    // What may come before the first call, whose message gRPC reads before it tells of the call:
    // twice the largest. Headers that do not end it keeps in memory.
    std::uint64_t first_call_bytes = std::uint64_t{16} << 20;
    // How long one who no longer counts may read why his streams have ended.
    absl::Duration goodbye = absl::Milliseconds(150);
  };
  // None is owned; all must outlive this object.
  struct Parts {
    const Clock* clock = nullptr;
    logging::Logger* logger = nullptr;
    metrics::Metrics* metrics = nullptr;
    const identity::ChainVerifier* verifier = nullptr;
    // OK while a caller counts; PERMISSION_DENIED and UNAUTHENTICATED say that he does not, all
    // else that nobody here can vouch for him now.
    std::function<absl::Status(const identity::Principal&)> standing;
    // Since boot: the last look at the files before the one that raised the verifier's generation.
    std::function<absl::Duration()> changed_after;
  };
  OpenConnections(Options options, Parts parts);

  // `peer` is the connection's name as gRPC has it ("ipv4:127.0.0.1:4711"). The descriptor stays
  // the listener's, and open until Remove.
  void Add(int descriptor, const std::string& peer);
  void Remove(int descriptor);

  // The connection that has waited longest for its first call, or -1 if all have had one.
  int LongestWithoutCall() const;

  // A call was admitted on the connection `peer`. `certificates` are what was verified; they are
  // asked for at its first call only.
  void Identify(const std::string& peer, const std::function<PeerCertificates()>& certificates);

  // Judges every caller with an open connection again, and closes the connections of those who
  // have not counted for `goodbye`. Called several times a second, by one thread.
  void Enforce();

 private:
  // One caller with his certificate, shared by his connections. All but the certificates is used by
  // Enforce only.
  struct Caller {
    std::string leaf;
    std::string chain;
    std::uint64_t generation = 0;
    std::shared_ptr<const identity::VerifiedCertificate> verified;
    absl::Duration last_counted;  // Since boot, as the next two.
    absl::Duration refused_at = absl::InfiniteDuration();
    absl::Duration refused_since;  // From when the delay of the enforcement counts.
    absl::Status refusal;          // The first, or the first that says no.
    bool told = false;             // The log has it.
  };
  struct Connection {
    std::string peer;
    absl::Duration opened;  // Since boot.
    std::uint64_t number = 0;
    std::shared_ptr<Caller> caller;  // Null until the first call.
    bool shut = false;
  };

  absl::Status Judge(Caller& caller) const;
  void JudgeAll();
  // A connection of `caller`, who is refused, is shut now.
  void CountEnd(Caller& caller, absl::Duration now);
  static void Shut(int descriptor, Connection& connection);

  const Options options_;
  const Parts parts_;
  metrics::Histogram* const delay_;
  metrics::Counter* const ended_certificate_;
  metrics::Counter* const ended_standing_;
  metrics::Counter* const ended_unvouched_;
  metrics::Counter* const ended_no_call_;
  std::uint64_t seen_generation_;  // Enforce only, as the next.
  // Since boot: nobody's connections opened before end.
  absl::Duration nobodys_end_ = -absl::InfiniteDuration();

  mutable absl::Mutex mutex_;
  std::unordered_map<int, Connection> open_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, int> by_peer_ ABSL_GUARDED_BY(mutex_);
  // Those without a call, oldest first.
  std::map<std::uint64_t, int> waiting_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, std::weak_ptr<Caller>> callers_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t next_number_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace comity::rpc
