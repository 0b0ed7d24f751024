#include "services/partner-registry/domain/fact_limits.h"

#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "services/partner-registry/domain/arrangements.h"
#include "services/partner-registry/domain/steps.h"

namespace comity::partner_registry {
namespace {

constexpr char kWhatElse[] =
    "none is removed, so keep what is no step and no instrument of its own in the note of one";
constexpr char kWhatElseIsArranged[] =
    "none is removed, so draft the next text in one that is still being drafted, or enter what was "
    "signed as an instrument";

// Those of arrangements are bounded with them.
std::size_t CountLike(const Milestone& made, const Registry& registry) {
  const auto of_arrangements = ArrangementsBySteps(registry, made.partner);
  std::size_t count = 0;
  for (const Milestone* each : registry.MilestonesOf(made.partner)) {
    if (!of_arrangements.contains(each->id)) ++count;
  }
  return count;
}

std::size_t CountLike(const Instrument& made, const Registry& registry) {
  return registry.InstrumentsOf(made.partner).size() +
         registry.RetractedInstrumentsOf(made.partner).size();
}

std::size_t CountLike(const Arrangement& made, const Registry& registry) {
  return registry.relations().Of<Arrangement>(made.partner).size();
}

std::size_t RoomFor(const Milestone& made) {
  const Step* const step = FindStep(made.axis, made.step);
  const bool ends = step != nullptr && step->turn != Turn::kOnwards;
  return ends ? kMostOfAPartner + kMoreThatEnd : kMostOfAPartner;
}

std::size_t RoomFor(const Instrument&) { return kMostOfAPartner; }

std::size_t RoomFor(const Arrangement&) { return kMostArrangementsOfAPartner; }

template <typename T>
absl::Status CheckRoomOf(const T& made, const Registry& registry, absl::string_view field,
                         absl::string_view what, absl::string_view what_else = kWhatElse) {
  const std::size_t count = CountLike(made, registry);
  if (count < RoomFor(made)) return absl::OkStatus();
  const std::string full = absl::StrCat("partners/", made.partner, " has ", count, " ", what,
                                        " and can have no more: ", what_else);
  return MakeError(absl::StatusCode::kResourceExhausted, absl::StrCat(full, "."),
                   {.reason = "PARTNER_FULL", .fields = {{std::string(field), full}}});
}

}  // namespace

absl::Status CheckRoom(const Milestone& made, const Registry& registry) {
  return CheckRoomOf(made, registry, "milestone", "milestones");
}

absl::Status CheckRoom(const Instrument& made, const Registry& registry) {
  return CheckRoomOf(made, registry, "instrument", "instruments");
}

absl::Status CheckRoom(const Arrangement& made, const Registry& registry) {
  return CheckRoomOf(made, registry, "arrangement", "arrangements", kWhatElseIsArranged);
}

template <typename T>
std::optional<Problem> ImportLimits::CheckOf(const T* made,
                                             std::map<std::string, std::size_t>& counts) {
  if (made == nullptr) return std::nullopt;
  const auto [at, is_new] = counts.try_emplace(made->partner);
  if (is_new) at->second = CountLike(*made, after_);
  if (at->second <= RoomFor(*made)) return std::nullopt;
  return Problem{"partner",
                 absl::StrCat("partners/", made->partner, " would have ", at->second,
                              " of these, and can have ", RoomFor(*made), ": ", kWhatElse)};
}

std::optional<Problem> ImportLimits::Check(const Fact& made) {
  const std::optional<Problem> problem = CheckOf(std::get_if<Milestone>(&made), milestones_);
  return problem.has_value() ? problem : CheckOf(std::get_if<Instrument>(&made), instruments_);
}

}  // namespace comity::partner_registry
