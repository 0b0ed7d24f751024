#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/rpc/call.h"

namespace comity::rpc {

// A caller with a verified identity whom the access table (or his standing) refused, `count` times
// since `first`.
struct TableRefusal {
  std::string caller;  // SPIFFE id.
  std::string method;  // "" if the method has no row.
  std::string reason;  // Such as ACCESS_DENIED.
  absl::Time first;
  std::int64_t count = 1;
};

// Where refusals become leaves of the ledger; a service implements it over its journal. Called from
// executor threads, never from gRPC's; may block until the leaf is durable. Thread-safe.
class RefusalRecorder {
 public:
  virtual ~RefusalRecorder() = default;

  // A handler of a method with evidence "outcome" failed with `refusal` (a code that refuses, not
  // one that says try again) and wrote no leaf itself. If this fails, the caller gets UNAVAILABLE
  // `EVIDENCE_UNAVAILABLE` instead of the refusal.
  virtual absl::Status RecordRefusal(const Call& call, const absl::Status& refusal) = 0;

  // Refusals before any handler: the first of each (caller, method, reason) a minute at once, those
  // that follow as one count at the end of that minute.
  virtual absl::Status RecordTableRefusal(const TableRefusal& refusal) = 0;
};

// Whether a principal with a valid certificate counts today: a partner's contact must be active in
// the registry and exchanges with the partner not suspended. OK, or PERMISSION_DENIED with a reason
// and a sentence. Asked on every call, on gRPC's threads: answer from memory, without blocking.
using ContactStanding = std::function<absl::Status(const identity::Principal& principal)>;

}  // namespace comity::rpc
