#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "services/partner-registry/domain/lease_rows.h"

namespace comity::partner_registry {

// What one process knows of the leases, and until when each may run on its own clock since boot:
// that clock never jumps, the database's may. A lease that was renewed since this process last
// looked counts from the end of this look, whatever the database's clock says; so a jump of it
// matters only to the first look of a process.
//
// Not thread-safe.
class LeaseTable {
 public:
  // Leases last `lease`, and a second for clocks that run apart. `own` is nobody to wait for.
  LeaseTable(absl::Duration lease, LeaseHolder own);

  // Takes in all rows; reading them was over at `ended`. One that is not there any more counts
  // until its lease is over: a database that lost it does not end the lease.
  void Merge(const std::vector<LeaseRow>& rows, absl::Duration ended);

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
  bool looked_ = false;
};

}  // namespace comity::partner_registry
