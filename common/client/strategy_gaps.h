#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/client/session.h"

// What is not in accord with the strategy (R60): the registry's relations, and the engagements that
// are planned in engagement-scheduling. It is said, and nothing is kept from anybody.
namespace comity::client {

// An engagement that is planned with a partner which the strategy of its day does not list.
struct EngagementGap {
  engagement_scheduling::v1::Engagement engagement;
  std::string partner;  // "partners/{partner}"
  std::string sentence;
};

// The States that second liaison prosecutors, by the SPIFFE id whom they second on which day.
using SecondedOn = std::map<std::pair<std::string, absl::CivilDay>, std::string>;

// Those of `engagements`, a gap for each partner that they are about or that takes part in them; a
// liaison prosecutor is his State's (EJR 54a). A third country or international organisation needs
// to be listed (EJR 52), and so does whose class on that day is not known. `partners` are by name;
// one that is not among them is not known.
std::vector<EngagementGap> GapsOf(
    const std::vector<engagement_scheduling::v1::Engagement>& engagements,
    const std::vector<partner_registry::v1::Strategy>& strategies,
    const std::map<std::string, partner_registry::v1::Partner>& partners,
    const SecondedOn& seconded);

struct GapsEverywhere {
  using Partners = std::map<std::string, partner_registry::v1::Partner>;

  absl::StatusOr<partner_registry::v1::ListStrategyGapsResponse> registry;
  absl::StatusOr<std::vector<EngagementGap>> engagements;
  absl::StatusOr<Partners> looked_at;  // By name: who is on the register.

  // As of inquiries.h.
  absl::Status status() const;

  // The names of those who were looked at and have no gap, as far as is known; nobody, if no
  // strategy covers the day.
  std::vector<std::string> InAccord() const;
};

// The registry's gaps of `day` (today if empty), and the engagements from `now` on that the caller
// may see.
GapsEverywhere ListStrategyGaps(Session& session, const std::string& day, absl::Time now,
                                absl::Duration patience);

}  // namespace comity::client
