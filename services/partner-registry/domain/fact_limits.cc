#include "services/partner-registry/domain/fact_limits.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace comity::partner_registry {
namespace {

constexpr char kWhatElse[] =
    "none is removed, so keep what is no step and no instrument of its own in the note of one";

std::size_t CountLike(const Milestone& made, const Registry& registry) {
  return registry.MilestonesOf(made.partner).size();
}

std::size_t CountLike(const Instrument& made, const Registry& registry) {
  return registry.InstrumentsOf(made.partner).size() +
         registry.RetractedInstrumentsOf(made.partner).size();
}

template <typename T>
absl::Status CheckRoomOf(const T& made, const Registry& registry, absl::string_view what) {
  if (CountLike(made, registry) < kMostOfAPartner) return absl::OkStatus();
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat("partners/", made.partner, " has ", kMostOfAPartner, " ", what,
                                " and can have no more: ", kWhatElse, "."),
                   {.reason = "PARTNER_FULL"});
}

}  // namespace

absl::Status CheckRoom(const Milestone& made, const Registry& registry) {
  return CheckRoomOf(made, registry, "milestones");
}

absl::Status CheckRoom(const Instrument& made, const Registry& registry) {
  return CheckRoomOf(made, registry, "instruments");
}

template <typename T>
std::optional<Problem> ImportLimits::CheckOf(const T* made,
                                             std::map<std::string, std::size_t>& counts) {
  if (made == nullptr) return std::nullopt;
  const auto [at, is_new] = counts.try_emplace(made->partner);
  if (is_new) at->second = CountLike(*made, after_);
  if (at->second <= kMostOfAPartner) return std::nullopt;
  return Problem{"partner",
                 absl::StrCat("partners/", made->partner, " would have ", at->second,
                              " of these, and can have ", kMostOfAPartner, ": ", kWhatElse)};
}

std::optional<Problem> ImportLimits::Check(const Fact& made) {
  const std::optional<Problem> problem = CheckOf(std::get_if<Milestone>(&made), milestones_);
  return problem.has_value() ? problem : CheckOf(std::get_if<Instrument>(&made), instruments_);
}

}  // namespace comity::partner_registry
