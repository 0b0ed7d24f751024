#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace comity::partner_registry {

// Confirmed by who needs no lease any more: every revision, also those to come.
inline constexpr std::int64_t kEverything = std::numeric_limits<std::int64_t>::max();

// Who holds a lease: a service's SPIFFE id and the random id of one of its processes; "-" for the
// registry's own processes; "" for whoever may hold one that no row tells of.
struct LeaseHolder {
  std::string caller;
  std::string replica;

  friend bool operator==(const LeaseHolder& a, const LeaseHolder& b) {
    return std::tie(a.caller, a.replica) == std::tie(b.caller, b.replica);
  }
  friend bool operator<(const LeaseHolder& a, const LeaseHolder& b) {
    return std::tie(a.caller, a.replica) < std::tie(b.caller, b.replica);
  }
};

// `holder` lives and acts on nothing before `confirmed`.
struct LeaseRenewal {
  LeaseHolder holder;
  std::int64_t confirmed = 0;
};

struct LeaseRow {
  LeaseHolder holder;
  std::int64_t confirmed = 0;
  // When it was stored, on the database's clock (storage::DatabaseTime): tells versions of a row
  // apart.
  std::string era;
  std::int64_t renewed = 0;
  // How long ago that was when it was read; nullopt: the clock began anew since.
  std::optional<absl::Duration> age;
};

// Where leases are kept, for all processes of the registry: a lost row would let a withdrawal be
// answered while somebody still acts on what was before. Errors are those of the database.
//
// Of one thread, but for Usable, shared and Subscribe.
class LeaseRows {
 public:
  virtual ~LeaseRows() = default;

  // Makes all of `renewals` durable, or none, and tells the other processes. Returns the revision
  // that the registry had reached *afterwards*, at whichever process. FAILED_PRECONDITION as
  // Usable, also if that is found out only now.
  virtual absl::StatusOr<std::int64_t> Store(const std::vector<LeaseRenewal>& renewals) = 0;

  // Every row that was stored before the call, and perhaps later ones.
  virtual absl::StatusOr<std::vector<LeaseRow>> Read() = 0;

  // Drops rows that are over, unless they were renewed since they were read.
  virtual absl::Status Forget(const std::vector<LeaseRow>& rows) = 0;

  // OK, or why no lease may rest on this store: FAILED_PRECONDITION `LEDGER_BEHIND_CHECKPOINT`, it
  // was restored and may lack withdrawals that were answered.
  virtual absl::Status Usable() const = 0;

  // Whether several processes may be this registry.
  virtual bool shared() const = 0;

  // Calls `callback`, which must only wake somebody, when another process may have stored
  // something, until the handle is gone. Null if nobody else can.
  virtual std::shared_ptr<void> Subscribe(std::function<void()> callback) = 0;
};

}  // namespace comity::partner_registry
