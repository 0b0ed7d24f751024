#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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
// lives `first_call` and takes `first_call_bytes` at most. Later, what comes has to make calls or
// messages of them: gRPC limits a frame of headers, and keeps in memory what frames without end
// bring. Thread-safe.
class OpenConnections {
 public:
  struct Options {
    absl::Duration first_call = absl::Seconds(30);
    // What may come of which no call or message has come: on a connection before its first call,
    // whose message gRPC reads before it tells of the call (and 16 times that on all of these), and
    // after it on all of one caller's. Clients acknowledge what they read, so a 64th of what was
    // sent may come besides.
    std::uint64_t first_call_bytes = std::uint64_t{16} << 20;
    std::uint64_t unused_bytes = std::uint64_t{64} << 20;
    // Calls of a connection of which only headers have come; where others get on, five a second
    // are forgotten, for some never come. gRPC holds to its cap of streams only once the peer has
    // acknowledged it, and keeps some KiB of each.
    int calls_without_message = 1024;
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

  // The headers of a call have come whole on a connection (ConnectionOf), and it was admitted or
  // not.
  void Begin(const void* connection, bool admitted);

  // The call of a Begin has come to its handler (`call`), or a message on its stream. Of its
  // connection `presented` is asked once.
  struct Presented {
    std::string peer;
    PeerCertificates certificates;  // Verified.
  };
  void Progress(const void* connection, bool call, const std::function<Presented()>& presented);

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
  struct Bytes {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;  // And acknowledged.
  };
  struct Connection {
    std::string peer;
    absl::Duration opened;  // Since boot.
    std::uint64_t number = 0;
    std::shared_ptr<Caller> caller;  // Null until the first call.
    const void* known_as = nullptr;  // Then its ConnectionOf.
    std::optional<Bytes> stood;      // When Enforce looked first after the last progress.
    std::uint64_t unused = 0;        // What has come since.
    bool shut = false;
  };

  static absl::string_view NameOf(const Caller& caller);
  absl::Status Judge(Caller& caller) const;
  void JudgeAll();
  // A connection of `caller`, who is refused, is shut now.
  void CountEnd(Caller& caller, absl::Duration now);
  // Nullopt where the kernel does not say.
  static std::optional<Bytes> BytesOf(int descriptor);
  // Brings `unused` of all up to date. Returns its sums by caller; those that are nobody's are
  // null's.
  std::unordered_map<const Caller*, std::uint64_t> SumUnused()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Forgets calls of connections that were nobody's and are closed. Returns whether one that is
  // nobody's has too many: which one it is gRPC does not tell.
  bool NobodyHasTooManyCalls(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // `sum` is that of its caller.
  bool Floods(const Connection& connection, std::uint64_t sum, bool nobody_calls) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void Shut(int descriptor, Connection& connection);

  const Options options_;
  const Parts parts_;
  metrics::Histogram* const delay_;
  metrics::Counter* const ended_certificate_;
  metrics::Counter* const ended_standing_;
  metrics::Counter* const ended_unvouched_;
  metrics::Counter* const ended_no_call_;
  metrics::Counter* const ended_flood_;
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
  struct Begun {
    int calls = 0;        // Begun and not come.
    bool known = false;   // Whose the connection is.
    bool moved = false;   // Headers or a message have come whole since Enforce looked.
    absl::Duration last;  // Since boot; of those that are nobody's.
    void Come() { calls = std::max(0, calls - 1); }
  };
  // By ConnectionOf.
  std::unordered_map<const void*, Begun> begun_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::rpc
