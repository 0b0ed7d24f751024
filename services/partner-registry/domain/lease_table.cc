#include "services/partner-registry/domain/lease_table.h"

#include <algorithm>
#include <set>
#include <utility>

namespace comity::partner_registry {
namespace {

// The replica's clock may be that much slower, and its renewal was sent before it was stored.
constexpr absl::Duration kMargin = absl::Seconds(1);

bool SameVersion(const LeaseRow& a, const LeaseRow& b) {
  return a.confirmed == b.confirmed && a.renewed == b.renewed && a.era == b.era;
}

}  // namespace

LeaseTable::LeaseTable(absl::Duration lease, LeaseHolder own)
    : lease_(lease), own_(std::move(own)) {}

void LeaseTable::Merge(const std::vector<LeaseRow>& rows, absl::Duration ended) {
  std::set<LeaseHolder> read;
  for (const LeaseRow& row : rows) {
    if (row.holder == own_) continue;
    read.insert(row.holder);
    const auto [known, added] = known_.try_emplace(row.holder);
    if (!added && SameVersion(known->second.row, row)) continue;
    // Renewed since the last look, it may have been just now.
    const absl::Duration age =
        looked_ ? absl::ZeroDuration()
                : std::max(row.age.value_or(absl::ZeroDuration()), absl::ZeroDuration());
    known->second = {.row = row,
                     .until = std::max(known->second.until, ended - age + lease_ + kMargin)};
  }
  for (auto at = known_.begin(); at != known_.end();) {
    const bool over = at->second.until <= ended && read.count(at->first) == 0;
    at = over ? known_.erase(at) : std::next(at);
  }
  looked_ = true;
}

absl::Duration LeaseTable::Outstanding(std::int64_t revision, absl::Duration now) const {
  absl::Duration longest = absl::ZeroDuration();
  for (const auto& [holder, known] : known_) {
    if (known.row.confirmed < revision) longest = std::max(longest, known.until - now);
  }
  return longest;
}

std::vector<LeaseRow> LeaseTable::Lapsed(absl::Duration now) const {
  std::vector<LeaseRow> lapsed;
  for (const auto& [holder, known] : known_) {
    const bool settled = holder.caller.empty() && known.row.confirmed == kEverything;
    if (known.until <= now && !settled) lapsed.push_back(known.row);
  }
  return lapsed;
}

bool LeaseTable::Runs(const Known& known, absl::Duration now) const {
  return !known.row.holder.caller.empty() && known.row.confirmed != kEverything &&
         now < known.until - kMargin;
}

int LeaseTable::live(absl::Duration now) const {
  return static_cast<int>(std::count_if(
      known_.begin(), known_.end(), [&](const auto& known) { return Runs(known.second, now); }));
}

std::int64_t LeaseTable::behind(std::int64_t revision, absl::Duration now) const {
  std::int64_t most = 0;
  for (const auto& [holder, known] : known_) {
    if (Runs(known, now)) most = std::max(most, revision - known.row.confirmed);
  }
  return most;
}

}  // namespace comity::partner_registry
