#include "services/partner-registry/domain/milestones.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/text/plain.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/arrangements.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fact_limits.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/domain/step_order.h"
#include "services/partner-registry/domain/steps.h"
#include "services/partner-registry/domain/transitions.h"
#include "services/partner-registry/domain/validation.h"

namespace comity::partner_registry {
namespace {

// "council-mandate", "joined-icpa", and "seconded-2" if that is taken.
std::string NewMilestoneId(const Registry& registry, const Milestone& milestone) {
  const std::string step = absl::AsciiStrToLower(absl::StrReplaceAll(milestone.step, {{"_", "-"}}));
  std::string base = milestone.project.empty() ? step : absl::StrCat(step, "-", milestone.project);
  constexpr std::size_t kRoomForNumber = 8;
  if (base.size() > 63 - kRoomForNumber) base = step;
  // Withdrawn ones, of which there may be many, keep theirs.
  std::set<absl::string_view> taken;
  for (const Milestone* each : registry.MilestonesOf(milestone.partner)) taken.insert(each->id);
  std::string id = base;
  for (int number = 2; taken.contains(id); ++number) id = absl::StrCat(base, "-", number);
  return id;
}

// Whether the step could be recorded, whatever its source lacked.
bool CouldBeTaken(Histories& histories, const Partner& partner, Milestone step) {
  if (step.day.empty()) step.day = FormatDay(CountsFrom(step));
  if (step.evidence.empty()) step.evidence = "as recorded";
  return CheckTransition(histories, partner, step).ok() &&
         !Check(step, histories.registry()).has_value();
}

// How many of the decisions that the days of an agreement need were not taken: sources that were
// imported may lack some.
std::size_t Lacks(Histories& histories, const Instrument& instrument) {
  return DetailsOf(CheckEffect(histories, nullptr, instrument)).preconditions.size();
}

// Names of what rests on the milestone: it is its step, or it could be recorded before `after`, in
// which that is withdrawn, and cannot be since.
std::vector<std::string> RestingOn(const Registry& registry, const Registry& after,
                                   const Milestone& milestone) {
  const Partner& partner = *registry.FindPartner(milestone.partner);
  std::vector<std::string> names;
  const auto arrangements = ArrangementsBySteps(registry, partner.id);
  if (const auto of = arrangements.find(milestone.id); of != arrangements.end()) {
    names.push_back(Name(*of->second));
  }
  for (const Consultation* each : registry.relations().Of<Consultation>(partner.id)) {
    if (ComposedId(each->id, "-consulted") == milestone.id) names.push_back(Name(*each));
  }
  Histories with(registry);
  Histories without(after);
  for (const Milestone* each : registry.MilestonesOf(partner.id)) {
    if (each->withdrawn() || each->id == milestone.id || each->axis != milestone.axis) continue;
    if (CouldBeTaken(with, partner, *each) && !CouldBeTaken(without, partner, *each)) {
      names.push_back(NameOf(*each));
    }
  }
  if (milestone.axis != Axis::kTreaty) return names;  // No instrument needs another's steps.
  for (const Instrument* each : registry.InstrumentsOf(partner.id)) {
    if (Lacks(without, *each) > Lacks(with, *each)) names.push_back(NameOf(*each));
  }
  return names;
}

}  // namespace

absl::StatusOr<Plan> PlanRecordMilestone(const Registry& registry, Milestone milestone,
                                         absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const Partner* partner, FindOnRegister(registry, milestone.partner));
  COMITY_RETURN_IF_ERROR(CheckRoom(milestone, registry));
  COMITY_RETURN_IF_ERROR(
      Fields("MILESTONE_INVALID", "milestone").MayBePast("day", milestone.day, DayInBrussels(now)));
  if (RankOf(milestone.axis, milestone.step) >= 0) {
    COMITY_RETURN_IF_ERROR(CheckTransition(registry, *partner, milestone));
  }
  COMITY_RETURN_IF_ERROR(
      CheckProblem(Check(milestone, registry), "MILESTONE_INVALID", "milestone"));
  COMITY_RETURN_IF_ERROR(
      CheckProblem(TooLarge(nullptr, milestone), "MILESTONE_INVALID", "milestone"));
  milestone.id = NewMilestoneId(registry, milestone);
  std::string name = NameOf(milestone);
  return Plan{.facts = {std::move(milestone)}, .resource = std::move(name)};
}

absl::StatusOr<Plan> PlanWithdrawMilestone(const Registry& registry, absl::string_view name,
                                           const std::string& evidence) {
  const std::optional<Fact> known = registry.Find(name);
  if (!known.has_value() || !std::holds_alternative<Milestone>(*known)) {
    return NoSuch("milestone", "MILESTONE_NOT_FOUND");
  }
  Milestone changed = std::get<Milestone>(*known);
  COMITY_RETURN_IF_ERROR(FindOnRegister(registry, changed.partner).status());
  const std::string fault = text::FaultOf(
      evidence, kEvidenceForm, "name what shows that it was a mistake, in 1 to 500 characters");
  if (!fault.empty()) return InvalidField("EVIDENCE_MISSING", "evidence", fault);
  if (changed.withdrawn()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "The milestone is withdrawn already: nothing is left to do.",
                     {.reason = "MILESTONE_WITHDRAWN"});
  }
  const Milestone before = changed;
  changed.withdrawal_evidence = evidence;
  Registry after = registry;
  after.Apply({.revision = registry.revision(), .facts = {changed}});
  const std::vector<std::string> resting = RestingOn(registry, after, before);
  if (!resting.empty()) {
    ErrorDetails details{.reason = "STEP_NOT_POSSIBLE"};
    for (const std::string& each : resting) {
      details.preconditions.push_back(
          {.type = "RESTS_ON_IT",
           .subject = each,
           .description = "rests on it: withdraw or correct that first, or record the step anew "
                          "with its right day before this one is withdrawn"});
    }
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat("The milestone cannot be withdrawn, since something rests on it: ",
                     absl::StrJoin(resting, ", "), "."),
        std::move(details));
  }
  return Plan{.facts = {std::move(changed)}, .resource = std::string(name)};
}

std::optional<Problem> CheckStepStays(const Registry& registry, const Milestone& known,
                                      const Milestone& made) {
  if (FieldsOf(known) == FieldsOf(made)) return std::nullopt;
  const auto arrangements = ArrangementsBySteps(registry, known.partner);
  if (const auto of = arrangements.find(known.id); of != arrangements.end()) {
    return Problem{"id", absl::StrCat(NameOf(known), " is a step of ", Name(*of->second),
                                      ", and changes with that alone: leave the row out")};
  }
  const char* const column = known.axis != made.axis         ? "axis"
                             : known.step != made.step       ? "step"
                             : known.project != made.project ? "project"
                                                             : nullptr;
  if (column == nullptr) return std::nullopt;
  return Problem{
      column,
      absl::StrCat(NameOf(known), " is ", Word(known.axis), " ", known.step,
                   known.project.empty() ? "" : absl::StrCat(" of ", known.project),
                   ", on which other facts may rest: withdraw it with `comity milestones withdraw ",
                   known.partner, "/", known.id,
                   " --evidence DOCUMENT`, and record the other step under another id")};
}

}  // namespace comity::partner_registry
