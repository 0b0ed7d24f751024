#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"
#include "services/partner-registry/domain/validation.h"

// How much one partner has of what its other facts are judged by: else one partner's would hold up
// whoever writes after them. What was recorded before is not judged.
namespace comity::partner_registry {

// Milestones, withdrawn ones included and those of arrangements not; and instruments, retracted
// ones included. With texts as long as they may be, all of them and of the arrangements are told in
// one answer.
inline constexpr std::size_t kMostOfAPartner = 250;
// Whoever filled an axis keeps nobody from recording that it ended or is interrupted.
inline constexpr std::size_t kMoreThatEnd = 50;
inline constexpr std::size_t kMostArrangementsOfAPartner = 50;

// RESOURCE_EXHAUSTED `PARTNER_FULL`: the partner of a new fact has as many already.
absl::Status CheckRoom(const Milestone& made, const Registry& registry);
absl::Status CheckRoom(const Instrument& made, const Registry& registry);
absl::Status CheckRoom(const Arrangement& made, const Registry& registry);

// The same of what an import brings, by what it leaves. Not thread-safe.
class ImportLimits {
 public:
  // `after` is not owned and must outlive this object.
  explicit ImportLimits(const Registry& after) : after_(after) {}

  // Of a fact that is new.
  std::optional<Problem> Check(const Fact& made);

 private:
  template <typename T>
  std::optional<Problem> CheckOf(const T* made, std::map<std::string, std::size_t>& counts);

  const Registry& after_;
  std::map<std::string, std::size_t> milestones_;  // By partner, once each.
  std::map<std::string, std::size_t> instruments_;
};

}  // namespace comity::partner_registry
