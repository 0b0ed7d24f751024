#include "services/partner-registry/domain/secondments.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/identity/principal.h"
#include "common/legal/secondments.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fields.h"

namespace comity::partner_registry {
namespace {

bool Reached(const Arrangement& arrangement, ArrangementState state, absl::CivilDay day) {
  const ArrangementStep* step = StepOf(arrangement, state);
  const PartialDate reached = step == nullptr ? PartialDate() : DayRecorded(step->day);
  return reached.known() && reached.latest() <= day;
}

// As legal::WhyNotPermitted, which knows nothing of the agency's own arrangements.
std::string WhyNotPermitted(const Registry& registry, const Secondment& secondment,
                            absl::CivilDay day) {
  const Arrangement* arrangement = registry.relations().Find<Arrangement>(secondment.instrument);
  if (arrangement != nullptr && secondment.kind == SecondmentKind::kLiaisonMagistrate) {
    if (Reached(*arrangement, ArrangementState::kInEffect, day) &&
        !Reached(*arrangement, ArrangementState::kEnded, day)) {
      return "";
    }
    return "its working arrangement has no effect on that day (EJR 53(1))";
  }
  return legal::WhyNotPermitted(registry.facts(), Relations::ToLegal(secondment).kind,
                                secondment.instrument, day);
}

// Whether there is a day on which both run, by their own days.
bool Overlap(const legal::Secondment& one, const legal::Secondment& other) {
  const absl::CivilDay begin = std::max(one.from.earliest(), other.from.earliest());
  return legal::WhyNotRunning(one, begin).empty() && legal::WhyNotRunning(other, begin).empty();
}

// What is wrong with the identity that it names; empty: nothing.
std::string WrongIdentity(const Registry& registry, const Secondment& secondment,
                          absl::string_view trust_domain) {
  const auto who = identity::Principal::Parse(secondment.identity);
  const Partner* partner = registry.FindPartner(secondment.partner);
  const bool of_state =
      who.ok() &&
      (who->unit == secondment.partner ||
       (!partner->iso_alpha2.empty() && who->unit == absl::AsciiStrToLower(partner->iso_alpha2)));
  if (!of_state || !who->IsAgency(identity::Role::kLiaisonProsecutor) ||
      who->trust_domain != trust_domain) {
    return absl::StrCat("write spiffe://", trust_domain, "/agency/liaison-prosecutor/",
                        secondment.partner, "/<person>");
  }
  for (const auto& [name, other] : registry.relations().All<Secondment>()) {
    if (other->identity == secondment.identity &&
        Overlap(Relations::ToLegal(*other), Relations::ToLegal(secondment))) {
      return absl::StrCat(name, " names it in that time: end that first");
    }
  }
  return "";
}

}  // namespace

std::string WhyNotInEffect(const Registry& registry, const Secondment& secondment,
                           absl::CivilDay day) {
  std::string why = legal::WhyNotRunning(Relations::ToLegal(secondment), day);
  return why.empty() ? WhyNotPermitted(registry, secondment, day) : why;
}

std::string EndOf(const Registry& registry, const Secondment& secondment, absl::CivilDay day) {
  const PartialDate from = DayRecorded(secondment.from);
  if (!from.known() || day < from.earliest() || WhyNotInEffect(registry, secondment, day).empty()) {
    return "";
  }
  const PartialDate to = DayRecorded(secondment.to);
  if (to.known() && (to.latest() < day || secondment.ended)) {
    return FormatDay(to.latest() + (secondment.ended ? 0 : 1));
  }
  const Instrument* instrument = registry.FindInstrument(secondment.instrument);
  const PartialDate ended = instrument == nullptr ? PartialDate() : DayRecorded(instrument->ended);
  return FormatDay(ended.known() && ended.latest() < day ? ended.latest() + 1 : day);
}

absl::StatusOr<Plan> PlanCreateSecondment(const Registry& registry, Secondment secondment,
                                          absl::string_view trust_domain) {
  COMITY_RETURN_IF_ERROR(FindOnRegister(registry, secondment.partner).status());
  const Fields fields("SECONDMENT_INVALID", "secondment");
  COMITY_RETURN_IF_ERROR(fields.Id("secondment_id", secondment.id));
  const bool prosecutor = secondment.kind == SecondmentKind::kLiaisonProsecutor;
  if (secondment.kind == SecondmentKind::kUnspecified) {
    return fields.Bad("kind", "say whether a liaison prosecutor or a liaison magistrate");
  }
  COMITY_ASSIGN_OR_RETURN(const absl::CivilDay from, fields.Day("from", secondment.from));
  if (!secondment.to.empty()) {
    COMITY_ASSIGN_OR_RETURN(const absl::CivilDay to, fields.Day("to", secondment.to));
    if (to < from) return fields.Bad("to", "it lies before `from`");
  }
  const bool known =
      registry.FindInstrument(secondment.instrument) != nullptr ||
      (!prosecutor && registry.relations().Find<Arrangement>(secondment.instrument) != nullptr);
  if (!known || !absl::StartsWith(secondment.instrument,
                                  absl::StrCat("partners/", secondment.partner, "/"))) {
    return fields.Bad("instrument",
                      absl::StrCat("name a recorded instrument of partners/", secondment.partner,
                                   ", such as partners/", secondment.partner,
                                   "/instruments/cooperation-agreement"));
  }
  const legal::Secondment named = Relations::ToLegal(secondment);
  for (const auto& [field, value] :
       {std::pair("contact", named.contact), std::pair("identity", named.identity),
        std::pair("authority", named.authority)}) {
    if (!value.empty() && !prosecutor) {
      return fields.Bad(field, "leave it empty: a liaison magistrate is of the agency");
    }
  }
  if (!named.contact.empty() && registry.FindContact(named.contact) == nullptr) {
    return fields.Bad("contact", absl::StrCat("there is no ", named.contact));
  }
  if (!named.authority.empty() && registry.FindAuthority(named.authority) == nullptr) {
    return fields.Bad("authority", absl::StrCat("there is no ", named.authority));
  }
  COMITY_RETURN_IF_ERROR(fields.Evidence(secondment.evidence));
  std::string name = Name(secondment);
  if (registry.relations().Find<Secondment>(name) != nullptr) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     "The partner has a secondment with this id: choose another.",
                     {.reason = "SECONDMENT_EXISTS"});
  }
  secondment.ended = false;
  if (!secondment.identity.empty()) {
    const std::string wrong = WrongIdentity(registry, secondment, trust_domain);
    if (!wrong.empty()) return fields.Bad("identity", wrong);
  }
  if (const std::string why = WhyNotPermitted(registry, secondment, from); !why.empty()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat("The secondment is not permitted on ", secondment.from, ": ", why,
                     ". Name an instrument that permits it, or a day on which this one does."),
        {.reason = "SECONDMENT_NOT_PERMITTED"});
  }
  return Plan{.facts = {std::move(secondment)},
              .resource = std::move(name),
              .barrier = !named.contact.empty()};
}

absl::StatusOr<Plan> PlanEndSecondment(const Registry& registry, absl::string_view name,
                                       const std::string& day, absl::string_view etag,
                                       absl::Time now) {
  const Secondment* known = registry.relations().Find<Secondment>(name);
  if (known == nullptr) return NoSuch("secondment", "SECONDMENT_NOT_FOUND");
  const absl::CivilDay today = DayInBrussels(now);
  const PartialDate to = DayRecorded(known->to);
  absl::CivilDay last = to.known() ? std::min(today, to.latest()) : today;
  if (!day.empty()) {
    const Fields fields("SECONDMENT_INVALID", "");
    COMITY_ASSIGN_OR_RETURN(last, fields.Day("day", day));
    if (to.known() && last > to.latest()) {
      return fields.Bad("day", absl::StrCat("it lies after its end on ", known->to,
                                            ": enter another secondment to go on"));
    }
  }
  COMITY_RETURN_IF_ERROR(CheckEtag(etag, known->recorded));
  Plan plan{.resource = std::string(name), .barrier = true};
  Secondment changed = *known;
  changed.to = FormatDay(last);
  changed.ended = last <= today;
  if (changed.to != known->to || changed.ended != known->ended) {
    plan.facts.emplace_back(std::move(changed));
  }
  return plan;
}

}  // namespace comity::partner_registry
