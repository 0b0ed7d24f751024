#include "services/partner-registry/domain/consultations.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/legal/effect.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/candidates.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/names.h"

namespace comity::partner_registry {
namespace {

// How long after its opening a consultation may be recorded.
constexpr int kMostDaysLate = 31;

absl::Status Closed(const Consultation& consultation) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("The consultation was closed on ", consultation.closed, ": open another one."),
      {.reason = "CONSULTATION_CLOSED"});
}

std::vector<std::string> Objecting(const Consultation& consultation) {
  std::vector<std::string> states;
  for (const Reply& reply : consultation.replies) {
    if (reply.position == Position::kObjects) states.push_back(reply.member_state);
  }
  return states;
}

bool RepliesFor(const identity::Principal& caller, const std::string& member_state,
                const Registry& registry) {
  if (caller.IsAgency(identity::Role::kDeskOfficer)) return true;
  if (!caller.IsAgency(identity::Role::kNationalMember)) return false;
  const Partner* state = registry.FindPartner(member_state);
  return state != nullptr && !state->iso_alpha2.empty() &&
         caller.unit == absl::AsciiStrToLower(state->iso_alpha2);
}

// Whether `partner` is a Member State on `day`, or may be one for all that is sure. What one person
// records is unsure until a second one confirms it, and may take the place of what was sure.
bool MayBeMemberState(const Partner& partner, absl::CivilDay day) {
  if (partner.kind != PartnerKind::kState || partner.legal_classes.empty()) return false;
  const legal::ClassOnDay on_day = legal::ClassOf(ToLegal(partner), {.day = day});
  return on_day.known != legal::Tri::kYes || on_day.legal_class == LegalClass::kMemberState;
}

// Whether the State itself replied, and not the desk for it.
bool ByTheState(const Reply& reply) {
  const auto who = identity::Principal::Parse(reply.recorded_by);
  return who.ok() && who->IsAgency(identity::Role::kNationalMember);
}

// Of whom the desk recorded a reply, or nobody: the States that have not replied themselves. The
// desk's word counts for a State once the deadline is over.
std::vector<std::string> NotRepliedThemselves(const Consultation& consultation) {
  std::vector<std::string> states;
  for (const std::string& state : consultation.member_states) {
    if (std::none_of(
            consultation.replies.begin(), consultation.replies.end(),
            [&](const Reply& reply) { return reply.member_state == state && ByTheState(reply); })) {
      states.push_back(state);
    }
  }
  return states;
}

}  // namespace

std::vector<std::string> MemberStatesOn(const Registry& registry, absl::CivilDay day) {
  std::vector<std::string> states;
  for (const auto& [id, partner] : registry.partners()) {
    if (MayBeMemberState(*partner, day)) states.emplace_back(id);
  }
  return states;
}

std::vector<std::string> Outstanding(const Consultation& consultation) {
  std::vector<std::string> states;
  for (const std::string& state : consultation.member_states) {
    if (std::none_of(consultation.replies.begin(), consultation.replies.end(),
                     [&](const Reply& reply) { return reply.member_state == state; })) {
      states.push_back(state);
    }
  }
  return states;
}

bool ReminderDue(const Consultation& consultation, absl::CivilDay today) {
  const auto deadline = ParseDay(consultation.deadline);
  return consultation.state == ConsultationState::kOpen && deadline.ok() && today > *deadline &&
         !Outstanding(consultation).empty();
}

absl::StatusOr<Plan> PlanOpenConsultation(const Registry& registry, Consultation consultation,
                                          absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const Partner* partner, FindOnRegister(registry, consultation.partner));
  const absl::CivilDay today = DayInBrussels(now);
  COMITY_RETURN_IF_ERROR(CheckCandidate(*partner, today));
  const Fields fields("CONSULTATION_INVALID", "consultation");
  COMITY_RETURN_IF_ERROR(fields.Id("consultation_id", consultation.id));
  COMITY_RETURN_IF_ERROR(fields.Text("question", consultation.question, kTextForm));
  COMITY_ASSIGN_OR_RETURN(const absl::CivilDay opened,
                          fields.PastDay("opened", consultation.opened, today));
  if (opened < today - kMostDaysLate) {
    return fields.Bad("opened", absl::StrCat("it lies before ", FormatDay(today - kMostDaysLate),
                                             ": a consultation is recorded at most ", kMostDaysLate,
                                             " days after it was opened"));
  }
  COMITY_ASSIGN_OR_RETURN(const absl::CivilDay deadline,
                          fields.Day("deadline", consultation.deadline));
  if (deadline <= today) {
    return fields.Bad("deadline",
                      "give the Member States until a day that is yet to come; one that was held "
                      "before the registry was set up comes with its initial load");
  }
  COMITY_RETURN_IF_ERROR(fields.Evidence(consultation.evidence));
  std::string name = Name(consultation);
  if (registry.relations().Find<Consultation>(name) != nullptr) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     "The partner has a consultation with this id: choose another.",
                     {.reason = "CONSULTATION_EXISTS"});
  }
  consultation.member_states = MemberStatesOn(registry, today);
  if (consultation.member_states.empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("No Member State is recorded for ", FormatDay(today),
                                  ": import the legal classes of the Member States first."),
                     {.reason = "NO_MEMBER_STATES"});
  }
  consultation.replies.clear();
  consultation.state = ConsultationState::kOpen;
  consultation.closed.clear();
  consultation.override_reason.clear();
  return Plan{.facts = {std::move(consultation)}, .resource = std::move(name)};
}

absl::StatusOr<Plan> PlanRecordReply(const Registry& registry, absl::string_view name, Reply reply,
                                     const identity::Principal& caller, absl::Time now) {
  const Consultation* known = registry.relations().Find<Consultation>(name);
  if (known == nullptr) return NoSuch("consultation", "CONSULTATION_NOT_FOUND");
  if (!RepliesFor(caller, reply.member_state, registry)) {
    return MakeError(
        absl::StatusCode::kPermissionDenied,
        "A national member replies for his own Member State, the desk officer for any; "
        "nobody else does.",
        {.reason = "REPLY_NOT_YOURS"});
  }
  const Fields fields("REPLY_INVALID", "reply");
  if (std::find(known->member_states.begin(), known->member_states.end(), reply.member_state) ==
      known->member_states.end()) {
    return fields.Bad("member_state",
                      "name a State that was asked: the consultation lists them, those that were "
                      "Member States when it was recorded");
  }
  if (reply.position == Position::kUnspecified) {
    return fields.Bad("position", "say whether it is in favour, objects or has no observations");
  }
  COMITY_ASSIGN_OR_RETURN(const absl::CivilDay opened, ParseDay(known->opened));
  COMITY_RETURN_IF_ERROR(fields.PastDay("day", reply.day, DayInBrussels(now), opened).status());
  COMITY_RETURN_IF_ERROR(fields.Evidence(reply.evidence));
  if (known->state == ConsultationState::kClosed) return Closed(*known);

  reply.recorded_by = caller.spiffe_id;
  Plan plan{.resource = std::string(name)};
  Consultation changed = *known;
  const auto at = std::lower_bound(
      changed.replies.begin(), changed.replies.end(), reply.member_state,
      [](const Reply& one, const std::string& state) { return one.member_state < state; });
  if (at != changed.replies.end() && at->member_state == reply.member_state) {
    if (*at == reply) return plan;
    // Who replies for his own State was found to be of it above.
    if (ByTheState(*at) && !caller.IsAgency(identity::Role::kNationalMember)) {
      return MakeError(absl::StatusCode::kPermissionDenied,
                       "The State's own national member recorded its reply: only a national member "
                       "of that State corrects it.",
                       {.reason = "REPLY_OF_THE_STATE"});
    }
    *at = std::move(reply);
  } else {
    changed.replies.insert(at, std::move(reply));
  }
  plan.facts.emplace_back(std::move(changed));
  return plan;
}

absl::StatusOr<Plan> PlanCloseConsultation(const Registry& registry, absl::string_view name,
                                           const std::string& override_reason,
                                           absl::string_view etag, absl::Time now) {
  const Consultation* known = registry.relations().Find<Consultation>(name);
  if (known == nullptr) return NoSuch("consultation", "CONSULTATION_NOT_FOUND");
  COMITY_RETURN_IF_ERROR(CheckEtag(etag, known->recorded));
  if (known->state == ConsultationState::kClosed) return Closed(*known);

  const absl::CivilDay today = DayInBrussels(now);
  const std::vector<std::string> silent = Outstanding(*known);
  COMITY_ASSIGN_OR_RETURN(const absl::CivilDay deadline, ParseDay(known->deadline));
  const std::vector<std::string> awaited = NotRepliedThemselves(*known);
  if (!awaited.empty() && today <= deadline) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat("Replies are awaited until ", known->deadline,
                     " from the national members of ", absl::StrJoin(awaited, ", "),
                     ": close it when each of them has replied himself, or the deadline is over; "
                     "what the desk recorded for a State counts from then on."),
        {.reason = "CONSULTATION_OPEN"});
  }
  const std::vector<std::string> objecting = Objecting(*known);
  if (silent.empty() && objecting.empty()) {
    if (!override_reason.empty()) {
      return InvalidField("OVERRIDE_NOT_NEEDED", "override_reason",
                          "all have replied and none objects: leave it empty");
    }
  } else if (override_reason.empty()) {
    std::string why;
    if (!objecting.empty()) absl::StrAppend(&why, absl::StrJoin(objecting, ", "), " object. ");
    if (!silent.empty()) absl::StrAppend(&why, absl::StrJoin(silent, ", "), " have not replied. ");
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat(why, "Say in `override_reason` why the agency goes on."),
                     {.reason = "OVERRIDE_NEEDED"});
  } else {
    COMITY_RETURN_IF_ERROR(
        Fields("CONSULTATION_INVALID", "").Text("override_reason", override_reason, kTextForm));
  }
  Consultation changed = *known;
  changed.state = ConsultationState::kClosed;
  changed.closed = FormatDay(today);
  changed.override_reason = override_reason;
  Milestone consulted{.partner = changed.partner,
                      .id = ComposedId(changed.id, "-consulted"),
                      .axis = Axis::kTreaty,
                      .step = "CONSULTED",
                      .day = changed.closed,
                      .evidence = absl::StrCat(name, ": ", changed.evidence),
                      .certainty = Certainty::kFound};
  return Plan{.facts = {std::move(changed), std::move(consulted)}, .resource = std::string(name)};
}

}  // namespace comity::partner_registry
