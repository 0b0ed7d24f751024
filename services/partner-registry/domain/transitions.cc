#include "services/partner-registry/domain/transitions.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/standing.h"
#include "services/partner-registry/domain/steps.h"

namespace comity::partner_registry {
namespace {

// The order in which steps were taken.
std::pair<absl::CivilDay, std::int64_t> Moment(const Milestone& step) {
  return {CountsFrom(step), step.recorded.revision};
}

bool FromAnInstrument(const Milestone& step) { return step.id.empty(); }

// The words of the steps that hold on `day`: taken by then, and since the axis was last closed.
std::set<std::string> HoldingOn(const Registry& registry, const Partner& partner,
                                const Milestone& step, absl::CivilDay day) {
  std::vector<Milestone> taken =
      StandingOn(registry, partner, day).axes[static_cast<std::size_t>(step.axis) - 1].history;
  std::erase_if(taken, [&](const Milestone& each) {
    return CountsFrom(each) > day || each.project != step.project;
  });
  const absl::string_view closing = StepsOf(step.axis).back().word;
  std::pair<absl::CivilDay, std::int64_t> closed{absl::CivilDay(1, 1, 1), 0};
  std::set<std::string> ended;  // Instruments, by what their steps have as evidence.
  for (const Milestone& each : taken) {
    if (each.step != closing) continue;
    if (FromAnInstrument(each)) {
      ended.insert(each.evidence);
    } else {
      closed = std::max(closed, Moment(each));
    }
  }
  std::set<std::string> words;
  for (const Milestone& each : taken) {
    if (FromAnInstrument(each) ? !ended.contains(each.evidence) : Moment(each) > closed) {
      words.insert(each.step);
    }
  }
  return words;
}

}  // namespace

absl::Status CheckTransition(const Registry& registry, const Partner& partner,
                             const Milestone& step) {
  if (step.day.empty()) {
    return InvalidField("EVIDENCE_MISSING", "milestone.day",
                        "say on which day the step was taken: 2024-04-05, 2016-10 or 2017");
  }
  if (step.evidence.empty()) {
    return InvalidField("EVIDENCE_MISSING", "milestone.evidence",
                        "name the document that shows the step, such as Decision (EU) 2024/2704");
  }
  const auto date = PartialDate::Parse(step.day);
  if (!date.ok()) return absl::OkStatus();  // Check says what is wrong with it.

  const std::vector<Step>& steps = StepsOf(step.axis);
  const Step& taken = steps[static_cast<std::size_t>(RankOf(step.axis, step.step))];
  const std::set<std::string> holding = HoldingOn(registry, partner, step, date->latest());
  ErrorDetails details{.reason = "STEP_NOT_POSSIBLE"};
  std::vector<std::string> missing;
  for (const std::vector<absl::string_view>& one_of : taken.after) {
    if (std::any_of(one_of.begin(), one_of.end(),
                    [&](absl::string_view word) { return holding.contains(std::string(word)); })) {
      continue;
    }
    const absl::string_view by =
        steps[static_cast<std::size_t>(RankOf(step.axis, one_of.front()))].by;
    missing.push_back(absl::StrCat(absl::StrJoin(one_of, " or "), " (by ", by, ")"));
    details.preconditions.push_back(
        {.type = "STEP",
         .subject = absl::StrJoin(one_of, " or "),
         .description = absl::StrCat("must have been taken by ", step.day, ", by ", by,
                                     ": record it first, with its day and evidence.")});
  }
  if (missing.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(step.step, " is not possible yet: what comes first is missing, ",
                                absl::StrJoin(missing, ", "), "."),
                   std::move(details));
}

}  // namespace comity::partner_registry
