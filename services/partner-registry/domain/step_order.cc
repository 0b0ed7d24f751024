#include "services/partner-registry/domain/step_order.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

#include "common/time/day.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/steps.h"

namespace comity::partner_registry {
namespace {

// The days that its day may mean.
PartialDate DaysOf(const Milestone& step) {
  const PartialDate date = DayRecorded(step.day);
  return date.known() ? date : PartialDate(DayInBrussels(step.recorded.time));
}

bool ClosesAxis(const Milestone& step, const ArrangedIds& arranged = {}) {
  return IsByHand(step, arranged) && Closes(step.axis, step.step);
}

// Whether `later` is what `step` interrupted, taken again.
bool Resumes(const Milestone& later, const Milestone& step) {
  const Step* kind = FindStep(step.axis, step.step);
  if (kind == nullptr || kind->turn != Turn::kInterrupts || IsDerived(step) || IsDerived(later) ||
      !TakenAfter(later, step)) {
    return false;
  }
  return std::any_of(kind->after.begin(), kind->after.end(), [&](const auto& one_of) {
    return std::find(one_of.begin(), one_of.end(), later.step) != one_of.end();
  });
}

}  // namespace

absl::CivilDay CountsFrom(const Milestone& milestone) { return DaysOf(milestone).earliest(); }

bool TakenAfter(const Milestone& step, const Milestone& other) {
  const PartialDate days = DaysOf(step);
  const PartialDate others = DaysOf(other);
  if (days.earliest() > others.latest() || days.latest() < others.earliest()) {
    return days.earliest() > others.latest();
  }
  // The revision of a derived step is that of the last edit, whatever was edited.
  const auto recorded = [](const Milestone& one) {
    return IsDerived(one) ? 0 : one.recorded.revision;
  };
  return std::pair(recorded(step), days.earliest()) > std::pair(recorded(other), others.earliest());
}

bool IsDerived(const Milestone& step) { return step.id.empty(); }

bool IsByHand(const Milestone& step, const ArrangedIds& arranged) {
  return !IsDerived(step) && !arranged.contains(step.id);
}

std::vector<const Milestone*> CountingOn(const std::vector<Milestone>& steps, absl::CivilDay day,
                                         const ArrangedIds& arranged) {
  std::vector<const Milestone*> taken;
  const Milestone* closing = nullptr;
  for (const Milestone& step : steps) {
    if (CountsFrom(step) > day) continue;
    taken.push_back(&step);
    if (ClosesAxis(step, arranged) && (closing == nullptr || TakenAfter(step, *closing)))
      closing = &step;
  }
  if (closing != nullptr) {
    std::erase_if(taken, [&](const Milestone* step) {
      // Whom it entitles to second was told by then: what comes after an end is a successor.
      const bool stands = !IsByHand(*step, arranged) && step->axis != Axis::kContactPoint &&
                          step->step != "ENTITLED";
      return !stands && !TakenAfter(*step, *closing);
    });
    if (taken.empty()) return {closing};
  }
  const std::vector<const Milestone*> all = taken;
  std::erase_if(taken, [&](const Milestone* step) {
    return std::any_of(all.begin(), all.end(),
                       [&](const Milestone* later) { return Resumes(*later, *step); });
  });
  return taken;
}

const Milestone* Furthest(const std::vector<Milestone>& steps, absl::CivilDay day,
                          const ArrangedIds& arranged) {
  const Milestone* furthest = nullptr;
  for (const Milestone* step : CountingOn(steps, day, arranged)) {
    if (furthest == nullptr ||
        RankOf(step->axis, step->step) > RankOf(step->axis, furthest->step) ||
        (step->step == furthest->step && CountsFrom(*step) > CountsFrom(*furthest))) {
      furthest = step;
    }
  }
  return furthest;
}

bool HasEnded(const std::vector<Milestone>& steps, absl::CivilDay day) {
  const Milestone* furthest = Furthest(steps, day);
  return furthest != nullptr && Closes(furthest->axis, furthest->step);
}

void SortHistory(std::vector<Milestone>& history) {
  // How often the axis was closed before it on its own day.
  const auto closings = [&](const Milestone& step) {
    return std::count_if(history.begin(), history.end(), [&](const Milestone& other) {
      return ClosesAxis(other) && !IsDerived(step) && other.project == step.project &&
             CountsFrom(other) == CountsFrom(step) &&
             other.recorded.revision < step.recorded.revision;
    });
  };
  using Place = std::tuple<bool, absl::CivilDay, std::ptrdiff_t, int>;
  std::vector<std::pair<Place, Milestone>> placed;
  placed.reserve(history.size());
  for (const Milestone& step : history) {
    const bool undated = !DayRecorded(step.day).known();
    placed.emplace_back(Place{undated, undated ? absl::CivilDay() : CountsFrom(step),
                              undated ? 0 : closings(step), RankOf(step.axis, step.step)},
                        step);
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  history.clear();
  for (auto& [place, step] : placed) history.push_back(std::move(step));
}

}  // namespace comity::partner_registry
