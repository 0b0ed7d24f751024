#include "services/partner-registry/domain/leases.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace comity::partner_registry {
namespace {

// The replica's clock may be that much slower, and its renewal was sent before it was stored.
constexpr absl::Duration kMargin = absl::Seconds(1);
// How long a wait sleeps at most before it looks at the clock again: a test's clock is moved by
// hand.
constexpr absl::Duration kNap = absl::Milliseconds(20);

}  // namespace

Leases::Leases(const Clock* clock, Options options)
    : clock_(clock), options_(options), started_(clock->SinceBoot()) {}

void Leases::Renew(const std::string& caller, const std::string& replica, std::int64_t confirmed) {
  const absl::Duration now = clock_->SinceBoot();
  const absl::MutexLock lock(&mutex_);
  // Rows that lapsed are in nobody's way and need not be kept.
  for (auto row = rows_.begin(); row != rows_.end();) {
    row = now - row->second.renewed > options_.lease + kMargin ? rows_.erase(row) : std::next(row);
  }
  rows_[{caller, replica}] = {.confirmed = confirmed, .renewed = now};
  changed_.SignalAll();
}

absl::Duration Leases::Outstanding(std::int64_t revision, absl::Duration now) const {
  absl::Duration longest = absl::ZeroDuration();
  if (!options_.fresh) longest = std::max(longest, started_ + options_.lease + kMargin - now);
  for (const auto& [key, row] : rows_) {
    if (row.confirmed >= revision) continue;
    longest = std::max(longest, row.renewed + options_.lease + kMargin - now);
  }
  return longest;
}

absl::Status Leases::AwaitEverywhere(std::int64_t revision, absl::Duration patience) {
  const absl::Duration give_up = clock_->SinceBoot() + patience;
  const absl::MutexLock lock(&mutex_);
  while (true) {
    const absl::Duration now = clock_->SinceBoot();
    const absl::Duration outstanding = Outstanding(revision, now);
    if (outstanding <= absl::ZeroDuration()) return absl::OkStatus();
    if (now >= give_up) {
      return MakeError(absl::StatusCode::kDeadlineExceeded,
                       absl::StrCat("The change is committed and stands, but a replica may act on "
                                    "what was before for another ",
                                    absl::FormatDuration(absl::Ceil(outstanding, absl::Seconds(1))),
                                    ": repeat the call with the same request_id to wait on."),
                       {.reason = "COMMITTED_NOT_YET_EVERYWHERE",
                        .metadata = {{"revision", absl::StrCat(revision)}}});
    }
    changed_.WaitFor(&mutex_, std::min({kNap, outstanding, give_up - now}));
  }
}

int Leases::live() const {
  const absl::Duration now = clock_->SinceBoot();
  const absl::MutexLock lock(&mutex_);
  return static_cast<int>(std::count_if(rows_.begin(), rows_.end(), [&](const auto& row) {
    return now - row.second.renewed <= options_.lease;
  }));
}

std::int64_t Leases::behind(std::int64_t revision) const {
  const absl::Duration now = clock_->SinceBoot();
  const absl::MutexLock lock(&mutex_);
  std::int64_t most = 0;
  for (const auto& [key, row] : rows_) {
    if (now - row.renewed <= options_.lease) most = std::max(most, revision - row.confirmed);
  }
  return most;
}

}  // namespace comity::partner_registry
