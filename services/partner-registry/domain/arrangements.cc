#include "services/partner-registry/domain/arrangements.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/candidates.h"
#include "services/partner-registry/domain/consultations.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fact_limits.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/names.h"

namespace comity::partner_registry {
namespace {

constexpr std::size_t kMostAuthorities = 50;
constexpr std::size_t kMostDrafts = 200;
constexpr char kEuropeanParliament[] = "-";

constexpr Fields kDraft("ARRANGEMENT_INVALID", "draft");
constexpr Fields kStep("ARRANGEMENT_INVALID", "step");
constexpr Fields kTransmission("ARRANGEMENT_INVALID", "transmission");

// The steps that may follow.
std::vector<ArrangementState> After(ArrangementState state) {
  using enum ArrangementState;
  switch (state) {
    case kDrafting:
      return {kCollegeAdopted, kAbandoned};
    case kCollegeAdopted:
      return {kSigned, kAbandoned};
    case kSigned:
      return {kInEffect, kEnded};
    case kInEffect:
      return {kEnded};
    case kUnspecified:
    case kEnded:
    case kAbandoned:
      break;
  }
  return {};
}

absl::Status OutOfTurn(const Arrangement& arrangement, absl::string_view wanted) {
  const ArrangementState state = StateOf(arrangement);
  const std::vector<ArrangementState> next = After(state);
  const std::string remedy =
      next.empty() ? "nothing can follow: open another arrangement"
                   : absl::StrCat("what can follow is ",
                                  absl::StrJoin(next, " or ",
                                                [](std::string* out, ArrangementState step) {
                                                  out->append(Word(step));
                                                }),
                                  " (EJR 5, 47(3))");
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("The arrangement is ", Word(state), ", so ", wanted, "; ", remedy, "."),
      {.reason = "ARRANGEMENT_STEP", .metadata = {{"state", Word(state)}}});
}

// Whether the step is one that `RetractedSideOf` keeps nobody from.
bool Closes(ArrangementState step) {
  return step == ArrangementState::kAbandoned || step == ArrangementState::kEnded;
}

absl::Status SideRetracted(const std::string& authority, ArrangementState wanted) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat(authority,
                   ", a party to the arrangement, was recorded by mistake and retracted, so ",
                   Word(wanted),
                   " is not possible: abandon the arrangement, or end it if it was signed, and "
                   "open another one with the authority that is right."),
      {.reason = "ENTRY_RETRACTED", .metadata = {{"authority", authority}}});
}

absl::CivilDay DayOf(const ArrangementStep& step) {
  return ParseDay(step.day).value_or(absl::CivilDay(1900, 1, 1));
}

bool IsSha256(absl::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Milestone MilestoneOf(const Arrangement& arrangement, const ArrangementStep& step) {
  return {.partner = arrangement.partner,
          .id = MilestoneIdOf(arrangement, step.state),
          .axis = Axis::kWorkingArrangement,
          .step = Word(step.state),
          .day = step.day,
          .evidence = absl::StrCat(Name(arrangement), ": ", step.evidence),
          .certainty = Certainty::kFound,
          .note = arrangement.title};
}

// The arrangement as it will be, with the milestone of its last step.
Plan WithMilestone(Arrangement changed) {
  std::string name = Name(changed);
  Milestone milestone = MilestoneOf(changed, changed.steps.back());
  return {.facts = {std::move(changed), std::move(milestone)}, .resource = std::move(name)};
}

}  // namespace

std::string MilestoneIdOf(const Arrangement& arrangement, ArrangementState state) {
  return ComposedId(arrangement.id,
                    absl::StrCat("-arrangement-", absl::AsciiStrToLower(absl::StrReplaceAll(
                                                      Word(state), {{"_", "-"}}))));
}

std::map<std::string, const Arrangement*> ArrangementsBySteps(const Registry& registry,
                                                              absl::string_view partner) {
  std::map<std::string, const Arrangement*> by_step;
  for (const Arrangement* each : registry.relations().Of<Arrangement>(partner)) {
    for (const ArrangementStep& step : each->steps) {
      by_step.emplace(MilestoneIdOf(*each, step.state), each);
    }
  }
  return by_step;
}

std::string RetractedSideOf(const Registry& registry, const Arrangement& arrangement) {
  for (const std::string& id : arrangement.authorities) {
    std::string name = absl::StrCat("partners/", arrangement.partner, "/authorities/", id);
    if (registry.FindRetracted<Authority>(name) != nullptr) return name;
  }
  return "";
}

std::vector<std::string> TransmissionsOutstanding(const Registry& registry,
                                                  const Arrangement& arrangement) {
  const ArrangementStep* signature = StepOf(arrangement, ArrangementState::kSigned);
  if (signature == nullptr) return {};
  std::set<std::string> told;
  for (const ArrangementTransmission& sent : arrangement.transmissions) {
    told.insert(sent.member_state.empty() ? kEuropeanParliament : sent.member_state);
  }
  std::vector<std::string> outstanding = {kEuropeanParliament};
  for (std::string& state : MemberStatesOn(registry, DayOf(*signature))) {
    outstanding.push_back(std::move(state));
  }
  std::erase_if(outstanding, [&](const std::string& one) { return told.contains(one); });
  return outstanding;
}

absl::StatusOr<Plan> PlanCreateArrangement(const Registry& registry, Arrangement arrangement,
                                           absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const Partner* partner, FindOnRegister(registry, arrangement.partner));
  const Fields fields("ARRANGEMENT_INVALID", "arrangement");
  COMITY_RETURN_IF_ERROR(fields.Id("arrangement_id", arrangement.id));
  COMITY_RETURN_IF_ERROR(fields.Text("title", arrangement.title, kTitleForm));
  if (arrangement.authorities.empty() || arrangement.authorities.size() > kMostAuthorities) {
    return fields.Bad("authorities", "name 1 to 50 authorities of the partner: the other side");
  }
  std::set<std::string> seen;
  for (const std::string& id : arrangement.authorities) {
    const std::string name = absl::StrCat("partners/", arrangement.partner, "/authorities/", id);
    if (registry.FindAuthority(name) == nullptr) {
      return fields.Bad("authorities", absl::StrCat("there is no ", name));
    }
    if (!seen.insert(id).second) return fields.Bad("authorities", "name each once");
  }
  COMITY_ASSIGN_OR_RETURN(const absl::CivilDay opened,
                          fields.PastDay("opened", arrangement.opened, DayInBrussels(now)));
  COMITY_RETURN_IF_ERROR(CheckArrangedWith(*partner, opened));
  COMITY_RETURN_IF_ERROR(fields.Evidence(arrangement.evidence));
  if (registry.relations().Find<Arrangement>(Name(arrangement)) != nullptr) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     "The partner has an arrangement with this id: choose another.",
                     {.reason = "ARRANGEMENT_EXISTS"});
  }
  COMITY_RETURN_IF_ERROR(CheckRoom(arrangement, registry, now));
  arrangement.steps = {{.state = ArrangementState::kDrafting,
                        .day = arrangement.opened,
                        .evidence = arrangement.evidence}};
  arrangement.drafts.clear();
  arrangement.transmissions.clear();
  return WithMilestone(std::move(arrangement));
}

absl::StatusOr<Plan> PlanAddDraft(const Registry& registry, absl::string_view name,
                                  ArrangementDraft draft, absl::Time now) {
  const Arrangement* known = registry.relations().Find<Arrangement>(name);
  if (known == nullptr) return NoSuch("arrangement", "ARRANGEMENT_NOT_FOUND");
  COMITY_RETURN_IF_ERROR(
      kDraft.PastDay("day", draft.day, DayInBrussels(now), DayOf(known->steps.front())).status());
  COMITY_RETURN_IF_ERROR(kDraft.Evidence(draft.evidence));
  if (!draft.sha256.empty() && !IsSha256(draft.sha256)) {
    return kDraft.Bad("sha256", "write 64 lower-case hexadecimal digits, or leave it empty");
  }
  COMITY_RETURN_IF_ERROR(kDraft.Text("note", draft.note, kNoteForm));
  if (StateOf(*known) != ArrangementState::kDrafting) {
    return OutOfTurn(*known, "no draft can be added");
  }
  if (known->drafts.size() >= kMostDrafts) {
    return kDraft.Bad("number", "an arrangement has 200 drafts at most: open another one");
  }
  Arrangement changed = *known;
  draft.number = static_cast<int>(changed.drafts.size()) + 1;
  changed.drafts.push_back(std::move(draft));
  return Plan{.facts = {std::move(changed)}, .resource = std::string(name)};
}

absl::StatusOr<Plan> PlanAdvanceArrangement(const Registry& registry, absl::string_view name,
                                            ArrangementStep step, absl::string_view etag,
                                            absl::Time now) {
  const Arrangement* known = registry.relations().Find<Arrangement>(name);
  if (known == nullptr) return NoSuch("arrangement", "ARRANGEMENT_NOT_FOUND");
  if (step.state == ArrangementState::kUnspecified) {
    return kStep.Bad("state", "name the step that was taken");
  }
  if (step.evidence.empty()) {
    return InvalidField("EVIDENCE_MISSING", "step.evidence",
                        "name the document that shows the step, such as the College's decision");
  }
  COMITY_RETURN_IF_ERROR(kStep.Evidence(step.evidence));
  COMITY_ASSIGN_OR_RETURN(
      const absl::CivilDay day,
      kStep.PastDay("day", step.day, DayInBrussels(now), DayOf(known->steps.back())));
  COMITY_RETURN_IF_ERROR(CheckEtag(etag, known->recorded));
  const std::vector<ArrangementState> next = After(StateOf(*known));
  if (std::find(next.begin(), next.end(), step.state) == next.end()) {
    return OutOfTurn(*known, absl::StrCat(Word(step.state), " is not its turn"));
  }
  const std::string retracted = RetractedSideOf(registry, *known);
  if (!Closes(step.state)) {
    if (!retracted.empty()) return SideRetracted(retracted, step.state);
    const Partner* const partner = registry.FindPartner(known->partner);
    if (partner != nullptr) COMITY_RETURN_IF_ERROR(CheckArrangedWith(*partner, day));
  }
  Arrangement changed = *known;
  changed.steps.push_back(std::move(step));
  return WithMilestone(std::move(changed));
}

absl::StatusOr<Plan> PlanRecordTransmission(const Registry& registry, absl::string_view name,
                                            ArrangementTransmission transmission, absl::Time now) {
  const Arrangement* known = registry.relations().Find<Arrangement>(name);
  if (known == nullptr) return NoSuch("arrangement", "ARRANGEMENT_NOT_FOUND");
  COMITY_RETURN_IF_ERROR(kTransmission.Evidence(transmission.evidence));
  COMITY_RETURN_IF_ERROR(kTransmission.Day("day", transmission.day).status());
  const ArrangementStep* signature = StepOf(*known, ArrangementState::kSigned);
  if (signature == nullptr) {
    return OutOfTurn(*known, "it cannot be transmitted before it is signed (EJR 67)");
  }
  COMITY_RETURN_IF_ERROR(
      kTransmission.PastDay("day", transmission.day, DayInBrussels(now), DayOf(*signature))
          .status());
  const std::vector<std::string> states = MemberStatesOn(registry, DayOf(*signature));
  if (!transmission.member_state.empty() &&
      std::find(states.begin(), states.end(), transmission.member_state) == states.end()) {
    return kTransmission.Bad("member_state",
                             absl::StrCat("name a Member State of ", signature->day,
                                          ", the day of signature, or nobody for the European "
                                          "Parliament"));
  }
  Arrangement changed = *known;
  const auto same = std::find_if(changed.transmissions.begin(), changed.transmissions.end(),
                                 [&](const ArrangementTransmission& one) {
                                   return one.member_state == transmission.member_state;
                                 });
  if (same != changed.transmissions.end()) {
    *same = std::move(transmission);
  } else {
    changed.transmissions.push_back(std::move(transmission));
  }
  return Plan{.facts = {std::move(changed)}, .resource = std::string(name)};
}

}  // namespace comity::partner_registry
