#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "services/partner-registry/domain/lease_rows.h"

namespace comity::partner_registry {

// What one process knows of the leases, and until when each may run on its own clock since boot:
// that clock never jumps, the database's may. A row that was renewed since this process last looked
// is no older than that look, whatever the database's clock says; so a jump of it matters only to a
// process that started less than a lease ago.
//
// Not thread-safe.
class LeaseTable {
 public:
  // Leases last `lease`, and a second for clocks that run apart. `own` is nobody to wait for.
  LeaseTable(absl::Duration lease, LeaseHolder own);

  // Takes in all rows, as read between `begun` and `ended`. One that is not there any more counts
  // until its lease is over: a database that lost it does not end the lease.
  void Merge(const std::vector<LeaseRow>& rows, absl::Duration begun, absl::Duration ended);

  // How long at most somebody may still act on less than `revision`; not positive: nobody can.
  absl::Duration Outstanding(std::int64_t revision, absl::Duration now) const;

  // What is in nobody's way any more.
  std::vector<LeaseRow> Lapsed(absl::Duration now) const;

  // Others with a running lease, and how many revisions the one that is furthest behind lacks.
  int live(absl::Duration now) const;
  std::int64_t behind(std::int64_t revision, absl::Duration now) const;

 private:
  struct Known {
    LeaseRow row;
    absl::Duration until = absl::ZeroDuration();
  };

  bool Runs(const Known& known, absl::Duration now) const;

  const absl::Duration lease_;
  const LeaseHolder own_;
  std::map<LeaseHolder, Known> known_;
  std::optional<absl::Duration> looked_;  // When the last look began.
};

}  // namespace comity::partner_registry
