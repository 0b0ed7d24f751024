#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"
#include "services/partner-registry/domain/validation.h"

// How much one partner has of what its other facts are judged by: else one partner's would hold up
// whoever writes after them. What was recorded before is not judged, and what was recorded by
// mistake is not counted: whoever fills a partner with it locks nobody out.
namespace comity::partner_registry {

// Milestones, withdrawn ones and those of arrangements not included: who records one, or
// withdraws one, has all of its axis told in order, each compared with each (SortHistory), while
// others wait to write.
inline constexpr std::size_t kMostMilestonesOfAPartner = 250;
// Whoever filled an axis keeps nobody from recording that it ended or is interrupted.
inline constexpr std::size_t kMoreThatEnd = 50;
// Retracted ones not included.
inline constexpr std::size_t kMostInstrumentsOfAPartner = 100;
// Ended or abandoned ones not included, but on the day of that: their steps stay on the axis.
inline constexpr std::size_t kMostArrangementsOfAPartner = 50;
// Of the milestones that were withdrawn the last ones are told with what counts: there may be any
// number of them.
inline constexpr std::size_t kMostWithdrawnTold = 50;

// Of all its texts, and of the lists of what an instrument covers. GetPartnerStanding tells a
// partner in one message, of at most 8 MiB. In letters of four bytes each these are
// - 2.9 MB: 100 instruments of 10 KB and 1 KB of days, with 7 steps that repeat title and
// reference,
// - 2.6 MB: 300 milestones of 8.5 KB,
// - 0.5 MB: 50 withdrawn ones, with 2 KB of what shows the mistake,
// - 0.7 MB: 6 steps of each of 50 arrangements, of 2.1 KB,
// - 0.8 MB: 100 legal classes with their notes.
// What is left is for what a second person writes in confirmation, 500 characters a field.
inline constexpr std::size_t kMostBytesOfAnInstrument = 10'000;
inline constexpr std::size_t kMostBytesOfAMilestone = 8'000;

// RESOURCE_EXHAUSTED `PARTNER_FULL`: the partner of a new fact has as many already.
absl::Status CheckRoom(const Milestone& made, const Registry& registry);
absl::Status CheckRoom(const Instrument& made, const Registry& registry);
absl::Status CheckRoom(const Arrangement& made, const Registry& registry, absl::Time now);

// What makes `made` too large, by the field's path. `known` is what is recorded of it, null if it
// is new: what that said already is not judged.
std::optional<Problem> TooLarge(const Instrument* known, const Instrument& made);
std::optional<Problem> TooLarge(const Milestone* known, const Milestone& made);

// The same of what an import brings, by what it leaves. Not thread-safe.
class ImportLimits {
 public:
  // `after` is not owned and must outlive this object.
  explicit ImportLimits(const Registry& after) : after_(after) {}

  // Of what is recorded of it as `old`, or is new.
  std::optional<Problem> Check(const std::optional<Fact>& old, const Fact& made);

 private:
  template <typename T>
  std::optional<Problem> CheckOf(const std::optional<Fact>& old, const T* made,
                                 std::map<std::string, std::size_t>& counts);

  const Registry& after_;
  std::map<std::string, std::size_t> milestones_;  // By partner, once each.
  std::map<std::string, std::size_t> instruments_;
};

}  // namespace comity::partner_registry
