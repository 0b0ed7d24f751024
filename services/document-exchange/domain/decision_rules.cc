#include "services/document-exchange/domain/decision_rules.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/identity/office.h"
#include "common/legal/effect.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/document-exchange/domain/rows.h"
#include "services/document-exchange/domain/texts.h"

namespace comity::document_exchange {
namespace {

using legal::DecisionKind;

// Whose decision a kind is.
enum class Taker { kNobody, kMemberState, kOriginator, kAuthorisedPerson, kAgencyMember };

Taker TakerOf(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::kAuthorisation:
    case DecisionKind::kNationalStatement:
      return Taker::kMemberState;
    case DecisionKind::kOriginatorPermission:
    case DecisionKind::kRestrictionLifted:
      return Taker::kOriginator;
    case DecisionKind::kSafeguardsAssessment:
    case DecisionKind::kDerogationVitalInterests:
    case DecisionKind::kDerogationLegitimateInterests:
    case DecisionKind::kDerogationSeriousThreat:
    case DecisionKind::kDerogationIndividualCase:
    case DecisionKind::kOnwardConsent:
    case DecisionKind::kEssentialInterest:
    case DecisionKind::kOtherPurposeByLaw:
      return Taker::kAuthorisedPerson;
    case DecisionKind::kUrgentWithoutAuthorisation:
    case DecisionKind::kOtherData:
    case DecisionKind::kSpecialCategories:
      return Taker::kAgencyMember;
    case DecisionKind::kUnspecified:
      break;
  }
  return Taker::kNobody;
}

bool IsPartnerName(absl::string_view name) {
  return absl::StartsWith(name, "partners/") && legal::PartnerOf(name) == name;
}

absl::Status CheckText(absl::string_view field, absl::string_view text, std::size_t limit,
                       bool required, text::Lines lines = text::Lines::kOne) {
  if (text.size() > limit || (required && text.empty())) {
    return InvalidField(
        "DECISION_INVALID", absl::StrCat("decision.", field),
        absl::StrCat("must be text of ", required ? 1 : 0, " to ", limit, " bytes"));
  }
  return CheckPlainText("DECISION_INVALID", absl::StrCat("decision.", field), text, lines);
}

}  // namespace

absl::Status CheckMayDecide(const identity::Principal& caller, absl::string_view caller_partner,
                            const legal::Decision& decision) {
  using identity::Role;
  const bool own = !decision.partner.empty() && decision.partner == caller_partner;
  const bool contact = caller.kind == identity::PrincipalKind::kPartner;
  const bool member = caller.IsAgency(Role::kNationalMember);
  const bool authorised_person =
      caller.IsAgency(Role::kCollege) || caller.IsAgency(Role::kPresident);
  bool may = false;
  absl::string_view who;
  switch (TakerOf(decision.kind)) {
    case Taker::kMemberState:
      may = own && (contact || member);
      who = "the national member or a contact of the Member State itself";
      break;
    case Taker::kOriginator:
      may = decision.partner.empty()
                ? authorised_person
                : own && (contact || member || caller.IsAgency(Role::kLiaisonProsecutor));
      who = "the originator, for the agency's own data the college or the president";
      break;
    case Taker::kAuthorisedPerson:
      may = decision.partner.empty() && authorised_person;
      who = "the college or the president";
      break;
    case Taker::kAgencyMember:
      may = decision.partner.empty() && (member || authorised_person);
      who = "a national member, the college or the president";
      break;
    case Taker::kNobody:
      who = "nobody: its kind is not known";
      break;
  }
  if (may) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied,
                   absl::StrCat("This decision is taken and withdrawn by ", who, "."),
                   {.reason = "DECISION_NOT_YOURS"});
}

absl::Status CheckMayWithdraw(const identity::Principal& caller, absl::string_view caller_partner,
                              const RecordedDecision& recorded) {
  if (identity::OfSameOffice(caller, recorded.recorded_by)) return absl::OkStatus();
  return CheckMayDecide(caller, caller_partner, recorded.decision);
}

absl::Status CheckStandsFor(const identity::Principal& caller, const legal::Decision& decision,
                            const registry_view::RegistrySnapshot& registry, absl::CivilDay day) {
  const legal::Dossier* const dossier = registry.facts().Find(decision.partner);
  if (dossier != nullptr && dossier->partner && dossier->partner->deleted) {
    return MakeError(absl::StatusCode::kPermissionDenied,
                     absl::StrCat(decision.partner,
                                  " is off the register: nothing is decided in its name, and what "
                                  "was is withdrawn; have a registry operator put it back first."),
                     {.reason = "DECISION_NOT_YOURS"});
  }
  if (TakerOf(decision.kind) != Taker::kMemberState ||
      caller.kind != identity::PrincipalKind::kPartner) {
    return absl::OkStatus();
  }
  const auto contact = registry.FindContact(caller.spiffe_id);
  const bool counts = contact && contact->active && contact->validity.Covers(day) &&
                      contact->partner == decision.partner;
  if (counts && dossier != nullptr) {
    for (const legal::Authority& authority : dossier->authorities) {
      if (authority.name == contact->authority && authority.competent_in_criminal_matters &&
          legal::Confirmed(authority.certainty)) {
        return absl::OkStatus();
      }
    }
  }
  return MakeError(
      absl::StatusCode::kPermissionDenied,
      absl::StrCat("This is decided by a competent authority of the Member State (EJR 47(5)), and ",
                   counts ? contact->authority : "that of the caller",
                   " is not surely competent in criminal matters: have the State's national member "
                   "record it, or the agency record the competence and a second person confirm it "
                   "(`comity authorities confirm`)."),
      {.reason = "AUTHORITY_NOT_COMPETENT"});
}

absl::Status CheckDecision(const RecordedDecision& recorded) {
  const legal::Decision& decision = recorded.decision;
  if (!decision.partner.empty() && !IsPartnerName(decision.partner)) {
    return InvalidField("DECISION_INVALID", "decision.partner", "must be partners/{partner}");
  }
  for (std::size_t i = 0; i < decision.counterparts.size(); ++i) {
    if (!IsPartnerName(decision.counterparts[i])) {
      return InvalidField("DECISION_INVALID", absl::StrCat("decision.counterparts[", i, "]"),
                          "must be partners/{partner}");
    }
  }
  COMITY_RETURN_IF_ERROR(CheckText("case_reference", decision.case_reference, 200, true));
  COMITY_RETURN_IF_ERROR(CheckText("evidence", recorded.evidence, 500, true));
  COMITY_RETURN_IF_ERROR(CheckText("grounds", decision.grounds, 4000,
                                   legal::NeedsGrounds(decision.kind), text::Lines::kMany));
  if (decision.conditions.size() > 20) {
    return InvalidField("DECISION_INVALID", "decision.conditions",
                        "name at most 20: put what belongs together into one");
  }
  for (std::size_t i = 0; i < decision.conditions.size(); ++i) {
    COMITY_RETURN_IF_ERROR(CheckText(absl::StrCat("conditions[", i, "]"), decision.conditions[i],
                                     1000, true, text::Lines::kMany));
  }
  if (!decision.valid_from.exact()) {
    return InvalidField("DECISION_INVALID", "decision.valid_from", "must be a day, as 2026-11-23");
  }
  if (decision.valid_to.known() &&
      (!decision.valid_to.exact() || decision.valid_to.latest() < decision.valid_from.earliest())) {
    return InvalidField("DECISION_INVALID", "decision.valid_to",
                        "must be a day that is not before valid_from, or empty");
  }
  return absl::OkStatus();
}

}  // namespace comity::document_exchange
