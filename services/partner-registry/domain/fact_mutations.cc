#include "services/partner-registry/domain/fact_mutations.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/change_requests.h"
#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/documents.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fact_limits.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/domain/second_person.h"
#include "services/partner-registry/domain/transitions.h"
#include "services/partner-registry/domain/validation.h"

namespace comity::partner_registry {

absl::StatusOr<Plan> PlanCreateInstrument(const Registry& registry, absl::string_view caller,
                                          Instrument instrument) {
  COMITY_RETURN_IF_ERROR(FindOnRegister(registry, instrument.partner).status());
  COMITY_RETURN_IF_ERROR(CheckNewId("INSTRUMENT_INVALID", "instrument_id", instrument.id));
  std::string name = NameOf(instrument);
  if (registry.Find(name).has_value()) return Taken("an instrument", "INSTRUMENT_EXISTS");
  COMITY_RETURN_IF_ERROR(CheckRoom(instrument, registry));
  COMITY_RETURN_IF_ERROR(
      CheckProblem(Check(instrument, registry), "INSTRUMENT_INVALID", "instrument"));
  COMITY_RETURN_IF_ERROR(
      CheckProblem(TooLarge(nullptr, instrument), "INSTRUMENT_INVALID", "instrument"));
  COMITY_RETURN_IF_ERROR(CheckEffect(registry, nullptr, instrument));
  COMITY_RETURN_IF_ERROR(CheckNotSurer(MadeSurer(registry, nullptr, instrument), "instrument"));
  COMITY_RETURN_IF_ERROR(
      CheckProblem(WithoutEvidence(nullptr, instrument), kEvidenceMissing, "instrument"));
  RecordBy(caller, nullptr, instrument);
  AnswerFor(caller, instrument);
  // What is new may forbid, too: a later version governs in the place of an earlier one.
  return Plan{.facts = {std::move(instrument)}, .resource = std::move(name), .barrier = true};
}

absl::StatusOr<Plan> PlanUpdateInstrument(const Registry& registry, absl::string_view caller,
                                          Instrument changed, absl::string_view etag,
                                          absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const Instrument* known, InstrumentToChange(registry, NameOf(changed)));
  COMITY_RETURN_IF_ERROR(FindOnRegister(registry, changed.partner).status());
  COMITY_RETURN_IF_ERROR(CheckEtag(etag, known->recorded));
  COMITY_RETURN_IF_ERROR(
      CheckProblem(CheckKindStays(*known, changed), "INSTRUMENT_INVALID", "instrument"));
  COMITY_RETURN_IF_ERROR(
      CheckProblem(Check(changed, registry), "INSTRUMENT_INVALID", "instrument"));
  COMITY_RETURN_IF_ERROR(
      CheckProblem(TooLarge(known, changed), "INSTRUMENT_INVALID", "instrument"));
  COMITY_RETURN_IF_ERROR(CheckEffect(registry, known, changed));
  COMITY_RETURN_IF_ERROR(CheckNotSurer(MadeSurer(registry, known, changed), "instrument"));
  COMITY_RETURN_IF_ERROR(
      CheckProblem(WithoutEvidence(known, changed), kEvidenceMissing, "instrument"));
  COMITY_RETURN_IF_ERROR(CheckProblem(CheckStaysPublic(*known, changed, DayInBrussels(now)),
                                      "INSTRUMENT_INVALID", "instrument"));
  RecordBy(caller, known, changed);
  const Instrument* const earlier = NoMoreReplaced(registry, *known, changed);
  Plan plan = Replace(*known, std::move(changed), /*barrier=*/true);
  if (earlier != nullptr) {
    Instrument free = *earlier;
    AnswerFor(caller, free);
    plan.facts.emplace_back(std::move(free));
  }
  return plan;
}

absl::StatusOr<Plan> PlanConfirmField(const Registry& registry, absl::string_view caller,
                                      absl::string_view instrument, absl::string_view field,
                                      const std::string& evidence, absl::string_view etag,
                                      absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const Instrument* known, InstrumentToChange(registry, instrument));
  COMITY_RETURN_IF_ERROR(FindOnRegister(registry, known->partner).status());
  COMITY_RETURN_IF_ERROR(CheckSeen(etag, "the instrument", known->recorded));
  Instrument changed = *known;
  COMITY_RETURN_IF_ERROR(Confirm(caller, field, evidence, now, changed));
  std::string name = NameOf(changed);
  return Plan{.facts = {std::move(changed)}, .resource = std::move(name)};
}

absl::StatusOr<Plan> PlanCreateAuthority(const Registry& registry, absl::string_view caller,
                                         Authority authority, absl::Time now,
                                         absl::string_view path) {
  COMITY_RETURN_IF_ERROR(FindOnRegister(registry, authority.partner).status());
  COMITY_RETURN_IF_ERROR(CheckNewId("AUTHORITY_INVALID", "authority_id", authority.id));
  std::string name = NameOf(authority);
  if (registry.Find(name).has_value()) return Taken("an authority", "AUTHORITY_EXISTS");
  COMITY_RETURN_IF_ERROR(CheckProblem(Check(authority, registry), "AUTHORITY_INVALID", path));
  COMITY_RETURN_IF_ERROR(
      CheckProblem(CheckVerified(authority.last_verified, now), "AUTHORITY_INVALID", path));
  COMITY_RETURN_IF_ERROR(CheckNotSurer(MadeSurer(nullptr, authority), path));
  RecordBy(caller, nullptr, authority);
  return Plan{.facts = {std::move(authority)}, .resource = std::move(name)};
}

absl::StatusOr<Plan> PlanUpdateAuthority(const Registry& registry, absl::string_view caller,
                                         Authority changed, absl::string_view etag, absl::Time now,
                                         absl::string_view path) {
  COMITY_ASSIGN_OR_RETURN(const Authority* known, AuthorityToChange(registry, NameOf(changed)));
  COMITY_RETURN_IF_ERROR(FindOnRegister(registry, changed.partner).status());
  COMITY_RETURN_IF_ERROR(CheckEtag(etag, known->recorded));
  COMITY_RETURN_IF_ERROR(CheckProblem(Check(changed, registry), "AUTHORITY_INVALID", path));
  COMITY_RETURN_IF_ERROR(
      CheckProblem(CheckVerified(changed.last_verified, now), "AUTHORITY_INVALID", path));
  COMITY_RETURN_IF_ERROR(CheckNotSurer(MadeSurer(known, changed), path));
  RecordBy(caller, known, changed);
  return Replace(*known, std::move(changed), /*barrier=*/true);
}

absl::StatusOr<Plan> PlanConfirmAuthority(const Registry& registry, absl::string_view caller,
                                          absl::string_view name, const std::string& evidence,
                                          absl::string_view etag, absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const Authority* known, AuthorityToChange(registry, name));
  COMITY_RETURN_IF_ERROR(FindOnRegister(registry, known->partner).status());
  COMITY_RETURN_IF_ERROR(CheckSeen(etag, "the authority", known->recorded));
  Authority changed = *known;
  COMITY_RETURN_IF_ERROR(Confirm(caller, evidence, now, changed));
  return Plan{.facts = {std::move(changed)}, .resource = std::string(name)};
}

absl::StatusOr<Plan> PlanUpdateContact(const Registry& registry, Contact changed,
                                       absl::string_view etag, absl::Time now,
                                       absl::string_view path) {
  const Contact* known = registry.FindContact(NameOf(changed));
  if (known == nullptr) return NoSuch("contact", "CONTACT_NOT_FOUND");
  COMITY_RETURN_IF_ERROR(FindOnRegister(registry, changed.partner).status());
  COMITY_RETURN_IF_ERROR(CheckEtag(etag, known->recorded));
  COMITY_RETURN_IF_ERROR(CheckNotErased(*known));
  changed.state = known->state;
  COMITY_RETURN_IF_ERROR(CheckProblem(Check(changed, registry), "CONTACT_INVALID", path));
  COMITY_RETURN_IF_ERROR(
      CheckProblem(CheckVerified(changed.last_verified, now), "CONTACT_INVALID", path));
  const bool barrier = changed.spiffe_id != known->spiffe_id ||
                       changed.authority != known->authority || changed.opener != known->opener ||
                       changed.valid_from != known->valid_from ||
                       changed.valid_to != known->valid_to;
  return Replace(*known, std::move(changed), barrier);
}

absl::StatusOr<Plan> PlanEraseContact(const Registry& registry, absl::string_view name,
                                      absl::string_view etag, absl::Time now) {
  const Contact* known = registry.FindContact(name);
  std::vector<ChangeRequest> asked = EmptiedOf(registry, name, now);
  // Who was only asked for has data, too.
  if (known == nullptr && asked.empty()) return NoSuch("contact", "CONTACT_NOT_FOUND");
  Plan plan{.resource = std::string(name), .barrier = true};
  // Erased, and recorded so: whoever asks again waits for it to hold everywhere.
  if (known != nullptr && known->erase_time.has_value()) return plan;
  if (known != nullptr) COMITY_RETURN_IF_ERROR(CheckEtag(etag, known->recorded));
  COMITY_ASSIGN_OR_RETURN(const ChildName named, ParseChildName("name", "contacts", name));
  plan.facts.emplace_back(Contact{
      .partner = named.partner, .id = named.id, .erase_time = now, .state = ContactState::kErased});
  for (const Contact* other : registry.ContactsOf(named.partner)) {
    Contact changed = *other;
    if (std::erase(changed.deputies, named.id) > 0) plan.facts.emplace_back(std::move(changed));
  }
  for (ChangeRequest& request : asked) plan.facts.emplace_back(std::move(request));
  return plan;
}

}  // namespace comity::partner_registry
