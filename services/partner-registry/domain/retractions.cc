#include "services/partner-registry/domain/retractions.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/text/plain.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/remedies.h"

namespace comity::partner_registry {
namespace {

// What is to be retracted, as it would be then.
template <typename T, typename ToChange>
absl::StatusOr<T> Retracted(const Registry& registry, absl::string_view caller,
                            const std::string& name, const std::string& evidence,
                            absl::string_view etag, absl::Time now, ToChange to_change) {
  if (registry.FindRetracted<T>(name) != nullptr) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat(name, " is retracted already: nothing is left to do."),
                     {.reason = "ALREADY_RETRACTED"});
  }
  COMITY_ASSIGN_OR_RETURN(const T* known, to_change(registry, name));
  COMITY_RETURN_IF_ERROR(FindOnRegister(registry, known->partner).status());
  COMITY_RETURN_IF_ERROR(CheckEtag(etag, known->recorded));
  const std::string fault = text::FaultOf(
      evidence, kEvidenceForm, "name what shows that it was a mistake, in 1 to 500 characters");
  if (!fault.empty()) return InvalidField("EVIDENCE_MISSING", "evidence", fault);
  T changed = *known;
  changed.retraction =
      Retraction{.evidence = evidence, .retracted_by = std::string(caller), .time = now};
  return changed;
}

}  // namespace

absl::StatusOr<Plan> PlanRetractInstrument(const Registry& registry, absl::string_view caller,
                                           const std::string& name, const std::string& evidence,
                                           absl::string_view etag, absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(
      Instrument changed,
      Retracted<Instrument>(registry, caller, name, evidence, etag, now, InstrumentToChange));
  Plan plan{.resource = name, .barrier = true};
  // The earlier version stays replaced, by the later one.
  for (const Instrument* later : registry.InstrumentsOf(changed.partner)) {
    if (later->supersedes != changed.id) continue;
    Instrument relinked = *later;
    relinked.supersedes = changed.supersedes;
    plan.facts.emplace_back(std::move(relinked));
  }
  if (plan.facts.empty() && !changed.supersedes.empty()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat(name, " replaces ", changed.supersedes,
                     ", which would govern again without it: first say that it does, with ",
                     HowToUpdate(changed, {"supersedes="}), ", or end it instead."),
        {.reason = "INSTRUMENT_SUPERSEDES", .metadata = {{"supersedes", changed.supersedes}}});
  }
  plan.facts.emplace_back(std::move(changed));
  return plan;
}

absl::StatusOr<Plan> PlanRetractAuthority(const Registry& registry, absl::string_view caller,
                                          const std::string& name, const std::string& evidence,
                                          absl::string_view etag, absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(Authority changed, Retracted<Authority>(registry, caller, name, evidence,
                                                                  etag, now, AuthorityToChange));
  ErrorDetails details{.reason = "AUTHORITY_HAS_CONTACTS"};
  for (const Contact* contact : registry.ContactsOf(changed.partner)) {
    if (contact->authority != changed.id) continue;
    details.preconditions.push_back({.type = "BELONGS_TO_IT",
                                     .subject = NameOf(*contact),
                                     .description = "give it another authority, or erase it"});
  }
  if (!details.preconditions.empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("Contacts belong to ", name,
                                  ": give each another authority, or erase it, first."),
                     std::move(details));
  }
  return Plan{.facts = {std::move(changed)}, .resource = name, .barrier = true};
}

}  // namespace comity::partner_registry
