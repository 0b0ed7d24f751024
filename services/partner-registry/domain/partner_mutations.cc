#include "services/partner-registry/domain/partner_mutations.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/references.h"
#include "services/partner-registry/domain/renaming.h"
#include "services/partner-registry/domain/search.h"
#include "services/partner-registry/domain/second_person.h"
#include "services/partner-registry/domain/validation.h"

namespace comity::partner_registry {
namespace {

absl::Status Alike(const Partner& other, absl::string_view what, absl::string_view remedy) {
  return MakeError(absl::StatusCode::kAlreadyExists,
                   absl::StrCat(NameOf(other), " has the same ", what, ": ", remedy),
                   {.reason = "PARTNER_ALIKE", .metadata = {{"partner", NameOf(other)}}});
}

absl::Status CheckAlike(const Registry& registry, const Partner& partner, bool names,
                        absl::string_view remedy) {
  // Units of the agency stand for a State by its code: it is one partner's only.
  if (!partner.iso_alpha2.empty()) {
    const Partner* other = registry.index().FindByIso(partner.iso_alpha2, partner.id);
    if (other != nullptr) return Alike(*other, "ISO code", "an ISO code is one partner's only.");
  }
  if (!names) return absl::OkStatus();
  const Partner* other = registry.index().FindNamesake(partner);
  return other == nullptr ? absl::OkStatus() : Alike(*other, "name or alias", remedy);
}

// FAILED_PRECONDITION `PARTNER_HAS_FACTS`, one precondition for each kind of fact but those of
// `except`, if there is any.
absl::Status CheckNothingRefersTo(const Registry& registry, const std::string& id,
                                  absl::string_view remedy,
                                  const std::set<absl::string_view>& except = {}) {
  ErrorDetails details{.reason = "PARTNER_HAS_FACTS"};
  for (const Reference& reference : ReferencesTo(registry, id)) {
    if (except.contains(reference.what)) continue;
    details.preconditions.push_back(
        {.type = "FACTS",
         .subject = reference.what,
         .description = absl::StrCat("there are ", reference.count,
                                     " below it or naming it: they are evidence")});
  }
  if (details.preconditions.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("Facts hang on partners/", id, " or name it: ", remedy),
                   std::move(details));
}

}  // namespace

absl::StatusOr<Plan> PlanCreatePartner(const Registry& registry, absl::string_view caller,
                                       Partner partner, bool allow_alike) {
  COMITY_RETURN_IF_ERROR(CheckNewId("PARTNER_INVALID", "partner_id", partner.id));
  if (registry.FindPartner(partner.id) != nullptr) return Taken("a partner", "PARTNER_EXISTS");
  COMITY_RETURN_IF_ERROR(CheckAlike(registry, partner, !allow_alike,
                                    "change that one, or say that this is another (allow_alike)."));
  SortPeriods(partner);
  COMITY_RETURN_IF_ERROR(CheckProblem(Check(partner, registry), "PARTNER_INVALID", "partner"));
  COMITY_RETURN_IF_ERROR(CheckNotSurer(MadeSurer(nullptr, partner), "partner"));
  RecordBy(caller, nullptr, partner);
  std::string name = NameOf(partner);
  return Plan{.facts = {std::move(partner)}, .resource = std::move(name)};
}

absl::StatusOr<Plan> PlanUpdatePartner(const Registry& registry, absl::string_view caller,
                                       Partner changed, absl::string_view etag, absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const Partner* known, FindOnRegister(registry, changed.id));
  COMITY_RETURN_IF_ERROR(CheckEtag(etag, known->recorded));
  changed.exchanges_suspended = known->exchanges_suspended;
  SortPeriods(changed);
  COMITY_RETURN_IF_ERROR(CheckProblem(CheckStays(*known, changed), "PARTNER_INVALID", "partner"));
  if (const Partner* other = FindNewNamesake(registry, known, changed); other != nullptr) {
    return Alike(*other, "name or alias", absl::StrCat(kAnotherName, "."));
  }
  COMITY_RETURN_IF_ERROR(CheckProblem(Check(changed, registry), "PARTNER_INVALID", "partner"));
  COMITY_RETURN_IF_ERROR(CheckNotSurer(RestsOnTheOldName(registry, *known, changed), "partner"));
  COMITY_RETURN_IF_ERROR(CheckNotSurer(MadeSurer(known, changed), "partner"));
  if (changed.legal_classes.empty() && !known->legal_classes.empty()) {
    return InvalidField("PARTNER_INVALID", "partner.legal_classes",
                        "end the last one or say that it is UNCONFIRMED: a partner that was "
                        "something in law is not left without, and is never purged");
  }
  RecordBy(caller, known, changed);
  // What may forbid what was permitted.
  Partner same_in_law = *known;
  same_in_law.legal_classes = changed.legal_classes;
  same_in_law.competence = changed.competence;
  // Another name takes the confirmations away, too.
  const bool barrier = FieldsOf(same_in_law) != FieldsOf(*known) || HasAnotherName(*known, changed);
  Plan plan = Replace(*known, std::move(changed), barrier);
  RecordRenamed(registry, caller, now, plan.facts);
  return plan;
}

absl::StatusOr<Plan> PlanConfirmLegalClass(const Registry& registry, absl::string_view caller,
                                           absl::string_view id, absl::string_view from,
                                           const std::string& evidence, absl::string_view etag,
                                           absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const Partner* known, FindOnRegister(registry, id));
  COMITY_RETURN_IF_ERROR(CheckSeen(etag, "the partner", known->recorded));
  Partner changed = *known;
  COMITY_RETURN_IF_ERROR(Confirm(caller, from, evidence, now, changed));
  std::string name = NameOf(changed);
  // A class that becomes known may forbid: a Member State is never given data on a derogation.
  return Plan{.facts = {std::move(changed)}, .resource = std::move(name), .barrier = true};
}

absl::StatusOr<Plan> PlanConfirmCompetence(const Registry& registry, absl::string_view caller,
                                           absl::string_view id, const std::string& evidence,
                                           absl::string_view etag, absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const Partner* known, FindOnRegister(registry, id));
  COMITY_RETURN_IF_ERROR(CheckSeen(etag, "the partner", known->recorded));
  Partner changed = *known;
  COMITY_RETURN_IF_ERROR(Confirm(caller, evidence, now, changed));
  std::string name = NameOf(changed);
  return Plan{.facts = {std::move(changed)}, .resource = std::move(name)};
}

absl::StatusOr<Plan> PlanDeletePartner(const Registry& registry, absl::string_view id,
                                       absl::string_view etag, absl::Time now) {
  const Partner* known = registry.FindPartner(id);
  if (known == nullptr) return NoSuch("partner", "PARTNER_NOT_FOUND");
  Plan plan{.resource = NameOf(*known), .barrier = true};
  if (known->deleted()) return plan;
  COMITY_RETURN_IF_ERROR(CheckEtag(etag, known->recorded));
  Partner changed = *known;
  changed.delete_time = now;
  plan.facts.push_back(std::move(changed));
  return plan;
}

absl::StatusOr<Plan> PlanUndeletePartner(const Registry& registry, absl::string_view id,
                                         absl::string_view etag) {
  const Partner* known = registry.FindPartner(id);
  if (known == nullptr) return NoSuch("partner", "PARTNER_NOT_FOUND");
  if (!known->deleted()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "The partner is on the register: nothing is left to do.",
                     {.reason = "PARTNER_NOT_DELETED"});
  }
  if (!known->merged_into.empty()) {
    // What forbids something of the one forbids it of the other: one person does not undo that.
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat(NameOf(*known), " is partners/", known->merged_into,
                     " since they were merged, which is not undone: if they are two after all, "
                     "enter it anew with `comity partners create ID --set kind=KIND --set "
                     "display_name=NAME --allow-alike`."),
        {.reason = "PARTNER_DELETED"});
  }
  COMITY_RETURN_IF_ERROR(CheckEtag(etag, known->recorded));
  Partner changed = *known;
  changed.delete_time.reset();
  COMITY_RETURN_IF_ERROR(CheckAlike(registry, changed, /*names=*/true,
                                    "take it from that one first (UpdatePartner)."));
  COMITY_RETURN_IF_ERROR(CheckProblem(Check(changed, registry), "PARTNER_INVALID", "partner"));
  std::string name = NameOf(changed);
  return Plan{.facts = {std::move(changed)}, .resource = std::move(name)};
}

absl::StatusOr<Plan> PlanMergePartners(const Registry& registry, absl::string_view id,
                                       absl::string_view into, absl::Time now) {
  if (id == into) {
    return InvalidField("PARTNER_INVALID", "into", "name the other one: both are one already");
  }
  const Partner* twice = registry.FindPartner(id);
  if (twice != nullptr && twice->merged_into == into) {
    return Plan{.resource = absl::StrCat("partners/", into), .barrier = true};
  }
  COMITY_RETURN_IF_ERROR(FindOnRegister(registry, id).status());
  COMITY_ASSIGN_OR_RETURN(const Partner* stays, FindOnRegister(registry, into));
  COMITY_RETURN_IF_ERROR(CheckNothingRefersTo(
      registry, twice->id, "enter them at the other partner, and delete this one.",
      /*except=*/{kMergedPartners, kLegalClasses}));

  Partner merged = *twice;
  merged.delete_time = now;
  merged.merged_into = stays->id;
  Partner named = *stays;
  std::vector<std::string> names = {twice->display_name};
  names.insert(names.end(), twice->aliases.begin(), twice->aliases.end());
  for (std::string& name : names) {
    const bool has =
        Fold(name) == Fold(named.display_name) ||
        std::any_of(named.aliases.begin(), named.aliases.end(),
                    [&](const std::string& alias) { return Fold(alias) == Fold(name); });
    if (!has) named.aliases.push_back(std::move(name));
  }
  COMITY_RETURN_IF_ERROR(CheckProblem(Check(named, registry), "PARTNER_INVALID", "into"));
  std::string name = NameOf(named);
  Plan plan{.resource = std::move(name), .barrier = true};
  plan.facts = {std::move(merged), std::move(named)};
  // Whoever was merged into this one before is that one now.
  for (const auto& [other_id, other] : registry.partners()) {
    if (other->merged_into != id) continue;
    Partner moved = *other;
    moved.merged_into = stays->id;
    plan.facts.emplace_back(std::move(moved));
  }
  return plan;
}

absl::StatusOr<Plan> PlanPurgePartner(const Registry& registry, absl::string_view id,
                                      absl::string_view etag) {
  const Partner* known = registry.FindPartner(id);
  if (known == nullptr) return NoSuch("partner", "PARTNER_NOT_FOUND");
  if (!known->deleted()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat(NameOf(*known), " is on the register: take it off first (DeletePartner)."),
        {.reason = "PARTNER_NOT_DELETED"});
  }
  COMITY_RETURN_IF_ERROR(CheckEtag(etag, known->recorded));
  // Whoever may not be given data under its name is the other one.
  if (!known->merged_into.empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat(NameOf(*known), " is partners/", known->merged_into,
                                  " since they were merged: it stays deleted, and is not removed."),
                     {.reason = "PARTNER_HAS_FACTS"});
  }
  COMITY_RETURN_IF_ERROR(
      CheckNothingRefersTo(registry, known->id, "it stays deleted, and is not removed."));
  return Plan{.removed = {NameOf(*known)}, .resource = NameOf(*known)};
}

}  // namespace comity::partner_registry
