#include "services/partner-registry/domain/fact_limits.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "services/partner-registry/domain/arrangements.h"
#include "services/partner-registry/domain/steps.h"

namespace comity::partner_registry {
namespace {

std::string WhatElse(const Milestone& made) {
  return absl::StrCat("withdraw what was recorded by mistake, with `comity milestones withdraw ",
                      made.partner,
                      "/MILESTONE --evidence DOCUMENT`, and keep what is no step of its own in the "
                      "note of one");
}

std::string WhatElse(const Instrument& made) {
  return absl::StrCat("retract what was recorded by mistake, with `comity instruments retract ",
                      made.partner,
                      "/INSTRUMENT --evidence DOCUMENT`, and keep what is no instrument of its own "
                      "in the note of one");
}

std::string WhatElse(const Arrangement& made) {
  return absl::StrCat(
      "draft the next text in one that is still being drafted, or give up what comes to nothing, "
      "with `comity arrangements advance ",
      made.partner, "/ARRANGEMENT abandoned --evidence DOCUMENT`, and open this one tomorrow");
}

// Those of arrangements are bounded with them.
std::size_t CountLike(const Milestone& made, const Registry& registry) {
  const auto of_arrangements = ArrangementsBySteps(registry, made.partner);
  const std::vector<const Milestone*> all = registry.MilestonesOf(made.partner);
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const Milestone* each) {
    return !each->withdrawn() && !of_arrangements.contains(each->id);
  }));
}

std::size_t CountLike(const Instrument& made, const Registry& registry) {
  return registry.InstrumentsOf(made.partner).size();
}

// Whoever opens and abandons one after the other fills the axis with their steps all the same:
// those of a day are as many as may be open.
std::size_t CountOpen(const Arrangement& made, const Registry& registry, absl::Time now) {
  const auto all = registry.relations().Of<Arrangement>(made.partner);
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const Arrangement* each) {
        const ArrangementState state = each->steps.back().state;
        const bool closed =
            state == ArrangementState::kEnded || state == ArrangementState::kAbandoned;
        return !closed || each->recorded.time > now - absl::Hours(24);
      }));
}

std::size_t RoomFor(const Milestone& made) {
  const Step* const step = FindStep(made.axis, made.step);
  const bool ends = step != nullptr && step->turn != Turn::kOnwards;
  return ends ? kMostMilestonesOfAPartner + kMoreThatEnd : kMostMilestonesOfAPartner;
}

std::size_t RoomFor(const Instrument&) { return kMostInstrumentsOfAPartner; }

template <typename T>
absl::Status CheckRoomOf(const T& made, std::size_t count, std::size_t room,
                         absl::string_view field, absl::string_view what) {
  if (count < room) return absl::OkStatus();
  const std::string full = absl::StrCat("partners/", made.partner, " has ", count, " ", what,
                                        " and can have no more: ", WhatElse(made));
  return MakeError(absl::StatusCode::kResourceExhausted, absl::StrCat(full, "."),
                   {.reason = "PARTNER_FULL", .fields = {{std::string(field), full}}});
}

struct Part {
  const char* field;
  std::size_t bytes;
};

// Names the part that takes most of it.
std::optional<Problem> LargerThan(std::size_t most, const std::vector<Part>& parts) {
  std::size_t bytes = 0;
  for (const Part& part : parts) bytes += part.bytes;
  if (bytes <= most) return std::nullopt;
  const auto largest = std::max_element(
      parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.bytes < b.bytes; });
  return Problem{largest->field,
                 absl::StrCat("with all else that it says it has ", bytes, " bytes of at most ",
                              most, ": shorten this, and name the document that has it in full")};
}

std::size_t BytesOf(const std::vector<std::string>& list) {
  std::size_t bytes = 0;
  for (const std::string& entry : list) bytes += entry.size();
  return bytes;
}

std::vector<Part> PartsOf(const Instrument& instrument) {
  return {{"title", instrument.title.size()},
          {"legal_base", instrument.legal_base.size()},
          {"reference", instrument.reference.size()},
          {"parts_suspended", instrument.parts_suspended.size()},
          {"note", instrument.note.size()},
          {"scope.territories", BytesOf(instrument.scope.territories)},
          {"scope.sectors", BytesOf(instrument.scope.sectors)},
          {"scope.offences", BytesOf(instrument.scope.offences)},
          {"scope.stages", BytesOf(instrument.scope.stages)}};
}

std::vector<Part> PartsOf(const Milestone& milestone) {
  return {{"evidence", milestone.evidence.size()}, {"note", milestone.note.size()}};
}

// Whether none of its parts is longer than it was.
template <typename T>
bool NoLonger(const T& known, const T& made) {
  const std::vector<Part> before = PartsOf(known);
  const std::vector<Part> after = PartsOf(made);
  return std::equal(after.begin(), after.end(), before.begin(),
                    [](const Part& a, const Part& b) { return a.bytes <= b.bytes; });
}

template <typename T>
std::optional<Problem> TooLargeFor(std::size_t most, const T* known, const T& made) {
  if (known != nullptr && NoLonger(*known, made)) return std::nullopt;
  return LargerThan(most, PartsOf(made));
}

}  // namespace

absl::Status CheckRoom(const Milestone& made, const Registry& registry) {
  return CheckRoomOf(made, CountLike(made, registry), RoomFor(made), "milestone", "milestones");
}

absl::Status CheckRoom(const Instrument& made, const Registry& registry) {
  return CheckRoomOf(made, CountLike(made, registry), RoomFor(made), "instrument", "instruments");
}

absl::Status CheckRoom(const Arrangement& made, const Registry& registry, absl::Time now) {
  return CheckRoomOf(made, CountOpen(made, registry, now), kMostArrangementsOfAPartner,
                     "arrangement", "arrangements that go on or were closed within 24 hours");
}

std::optional<Problem> TooLarge(const Instrument* known, const Instrument& made) {
  return TooLargeFor(kMostBytesOfAnInstrument, known, made);
}

std::optional<Problem> TooLarge(const Milestone* known, const Milestone& made) {
  return TooLargeFor(kMostBytesOfAMilestone, known, made);
}

template <typename T>
std::optional<Problem> ImportLimits::CheckOf(const std::optional<Fact>& old, const T* made,
                                             std::map<std::string, std::size_t>& counts) {
  if (made == nullptr) return std::nullopt;
  if (auto large = TooLarge(old.has_value() ? &std::get<T>(*old) : nullptr, *made)) return large;
  if (old.has_value()) return std::nullopt;
  const auto [at, is_new] = counts.try_emplace(made->partner);
  if (is_new) at->second = CountLike(*made, after_);
  if (at->second <= RoomFor(*made)) return std::nullopt;
  return Problem{"partner",
                 absl::StrCat("partners/", made->partner, " would have ", at->second,
                              " of these, and can have ", RoomFor(*made), ": ", WhatElse(*made))};
}

std::optional<Problem> ImportLimits::Check(const std::optional<Fact>& old, const Fact& made) {
  const std::optional<Problem> problem = CheckOf(old, std::get_if<Milestone>(&made), milestones_);
  return problem.has_value() ? problem : CheckOf(old, std::get_if<Instrument>(&made), instruments_);
}

}  // namespace comity::partner_registry
