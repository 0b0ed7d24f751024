// Phase 4: where the data come from. Every origin must be cleared.
#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/legal/decisions.h"
#include "common/legal/rows.h"

namespace comity::legal {
namespace {

std::string AuthorisationArticle(const Evaluation& e) {
  return e.article_56() ? "EJR 47(5), 56(1)(c)" : "EJR 47(5)";
}

bool IsMemberState(LegalClass legal_class) {
  return legal_class == LegalClass::kMemberState || legal_class == LegalClass::kMemberStateNotBound;
}

// Who can lift its restrictions: "" for the agency. Nobody, if the originator is not named, or for
// public sources.
std::optional<absl::string_view> Originator(const Origin& origin) {
  switch (origin.kind) {
    case OriginKind::kEurojust:
      return "";
    case OriginKind::kMemberState:
    case OriginKind::kThirdCountry:
    case OriginKind::kInternationalOrganisation:
    case OriginKind::kUnionBody:
      if (origin.partner.empty()) return std::nullopt;
      return origin.partner;
    case OriginKind::kUnspecified:
    case OriginKind::kPublicSource:
      break;
  }
  return std::nullopt;
}

// 4.1: the competent authority of the Member State authorised it. False if it did not.
bool Row4_1Authorised(Evaluation& e, const Origin& origin) {
  const Decision* const authorisation =
      FindDecision(e, origin.partner, {DecisionKind::kAuthorisation});
  if (authorisation == nullptr) return false;
  CarryConditions(e, *authorisation);
  Reason reason{.row = "4.1",
                .outcome = Outcome::kPermitted,
                .article = AuthorisationArticle(e),
                .sentence = absl::StrCat(DisplayName(e.facts, origin.partner),
                                         " authorised that its data are made available."),
                .facts = FactsOf(*authorisation),
                .code = "AUTHORISED"};
  reason.facts.push_back(origin.partner);
  e.Say(std::move(reason));
  return true;
}

// 4.3: urgent, without the authorisation that cannot be obtained in good time. It dispenses with
// nothing else. False if no such statement is recorded.
bool Row4_3Urgent(Evaluation& e, const Origin& origin) {
  if (!e.article_56()) return false;
  // A State that withdrew its authorisation has answered.
  if (WithdrawnDecision(e, origin.partner, {DecisionKind::kAuthorisation})) return false;
  const Decision* const urgent = FindDecision(e, "", {DecisionKind::kUrgentWithoutAuthorisation});
  if (urgent == nullptr) return false;
  const std::string name = DisplayName(e.facts, origin.partner);
  CarryConditions(e, *urgent);
  Reason reason{.row = "4.3",
                .outcome = Outcome::kPermitted,
                .article = "EJR 56(4)",
                .sentence = absl::StrCat("The authorisation of ", name,
                                         " cannot be obtained in good time and an immediate and "
                                         "serious threat, or an essential interest of a Member "
                                         "State, is stated."),
                .facts = FactsOf(*urgent),
                .code = "URGENT_WITHOUT_AUTHORISATION"};
  reason.facts.push_back(origin.partner);
  e.Say(std::move(reason));
  e.Duty(absl::StrCat("Inform the competent authority of ", name,
                      " of the urgent transfer without delay (EJR 56(4))."));
  return true;
}

// 4.2: not authorised.
void Row4_2Outstanding(Evaluation& e, const Origin& origin) {
  const std::string name = DisplayName(e.facts, origin.partner);
  const bool lapsed = LapsedDecision(e, origin.partner, {DecisionKind::kAuthorisation});
  e.Say({.row = "4.2",
         .outcome = Outcome::kPermittedSubjectTo,
         .article = AuthorisationArticle(e),
         .sentence = lapsed ? absl::StrCat("The authorisation of ", name,
                                           " was withdrawn or does not hold on ", Day(e), ".")
                            : absl::StrCat(name,
                                           " has not authorised that its data are made "
                                           "available to ",
                                           e.counterpart_name(), "."),
         .remedy = absl::StrCat("The national member for ", name,
                                " obtains the authorisation of its competent authority and "
                                "records it."),
         .facts = Cite(origin.partner),
         .code = lapsed ? "AUTHORISATION_WITHDRAWN" : "AUTHORISATION_OUTSTANDING"});
}

// 4.4: data of third countries, organisations and Union bodies travel on with their permission.
void Row4_4Permission(Evaluation& e, const Origin& origin) {
  const std::string name = DisplayName(e.facts, origin.partner);
  Reason reason{.row = "4.4",
                .outcome = Outcome::kPermitted,
                .article = origin.kind == OriginKind::kUnionBody ? "EJR 49-51; EUDPR 75"
                                                                 : "its instrument; EUDPR 75",
                .facts = Cite(origin.partner)};
  if (origin.partner == e.partner) {
    reason.code = "RETURNED_TO_ORIGIN";
    reason.sentence = absl::StrCat("The data go back to ", name, ", from which they came.");
  } else if (const Decision* const permission =
                 FindDecision(e, origin.partner, {DecisionKind::kOriginatorPermission})) {
    CarryConditions(e, *permission);
    reason.code = "ORIGINATOR_PERMITS";
    reason.sentence = absl::StrCat(name, " permits that its data are made available.");
    for (std::string& fact : FactsOf(*permission)) reason.facts.push_back(std::move(fact));
  } else {
    reason.outcome = Outcome::kPermittedSubjectTo;
    reason.code = "ORIGINATOR_PERMISSION_OUTSTANDING";
    reason.sentence =
        absl::StrCat("Data that come from ", name, " need its permission to travel on.");
    reason.remedy = AskPermission(name);
  }
  e.Say(std::move(reason));
}

// 4.6: the agency's own data and public sources need nobody's leave.
void Row4_6Free(Evaluation& e, const Origin& origin) {
  e.Say({.row = "4.6",
         .outcome = Outcome::kPermitted,
         .article = AuthorisationArticle(e),
         .sentence = origin.kind == OriginKind::kEurojust
                         ? "Data of the agency itself need no authorisation."
                         : "Data from public sources need no authorisation.",
         .code = "ORIGIN_FREE"});
}

void UnknownOrigin(Evaluation& e, const Origin& origin) {
  const bool member_state = origin.kind == OriginKind::kMemberState;
  e.Say({.row = member_state ? "4.2" : "4.4",
         .outcome = Outcome::kUndetermined,
         .article = AuthorisationArticle(e),
         .sentence = origin.partner.empty()
                         ? "An origin of the data is not named."
                         : absl::StrCat(origin.partner,
                                        " is not known to be what the origin says "
                                        "on ",
                                        Day(e), "."),
         .remedy = "Whoever asks names the origin as the registry knows it on that day.",
         .facts = Cite(origin.partner),
         .code = "ORIGIN_UNKNOWN"});
}

void ClearOrigin(Evaluation& e, const Origin& origin) {
  switch (origin.kind) {
    case OriginKind::kEurojust:
    case OriginKind::kPublicSource:
      Row4_6Free(e, origin);
      return;
    case OriginKind::kMemberState:
      if (!IsWhatItSays(e, origin)) break;
      if (Row4_1Authorised(e, origin) || Row4_3Urgent(e, origin)) return;
      Row4_2Outstanding(e, origin);
      return;
    case OriginKind::kThirdCountry:
    case OriginKind::kInternationalOrganisation:
    case OriginKind::kUnionBody:
      if (!IsWhatItSays(e, origin)) break;
      Row4_4Permission(e, origin);
      return;
    case OriginKind::kUnspecified:
      break;
  }
  UnknownOrigin(e, origin);
}

// Whether the recipient is of `partner`, or of what that turned out to be.
bool IsRecipient(const Evaluation& e, const std::string& partner) {
  if (partner == e.partner || partner == e.question.counterpart) return true;
  const Partner* const known = e.facts.FindPartner(partner);
  return known != nullptr && !known->merged_into.empty() && known->merged_into == e.partner;
}

bool Excludes(const Evaluation& e, const Origin& origin, const Restriction& restriction) {
  switch (restriction.use) {
    case UseRestriction::kNoPassingOn:
      return Originator(origin) != e.partner;
    case UseRestriction::kNotToPartners:
      return std::any_of(restriction.partners.begin(), restriction.partners.end(),
                         [&e](const std::string& partner) { return IsRecipient(e, partner); });
    // One that is not understood is not taken lightly.
    case UseRestriction::kUnspecified:
      return true;
    default:
      return false;
  }
}

// Whether it is known for sure what the partner is in law. An entry alone tells nothing: whoever
// makes one may name the recipient anew by it.
bool IsKnown(const Evaluation& e, absl::string_view partner) {
  const Partner* const known = e.facts.FindPartner(partner);
  return known != nullptr && ClassOf(*known, e.lens).known == Tri::kYes;
}

// The first that restrictions name and that is not known, which could be the recipient; or empty.
absl::string_view NamesNobody(const Evaluation& e, const Origin& origin) {
  for (const Restriction& restriction : origin.restrictions) {
    if (restriction.use != UseRestriction::kNotToPartners) continue;
    for (const std::string& partner : restriction.partners) {
      if (!IsKnown(e, partner)) return partner;
    }
  }
  return "";
}

// The restrictions that do not exclude travel as conditions.
void Communicate(Evaluation& e, const Restriction& restriction) {
  switch (restriction.use) {
    case UseRestriction::kNotAsEvidence:
      e.Condition("Not to be used as evidence without consent (EUDPR 75).");
      break;
    case UseRestriction::kNotToDefence:
      e.Condition("Not to be disclosed to the defence without consent (EUDPR 75).");
      break;
    case UseRestriction::kDeathPenaltyAssurance:
      e.Condition(
          "Assurance that the data are not used to seek or carry out a death penalty or "
          "any ill-treatment.");
      break;
    case UseRestriction::kNoPassingOn:
      e.Condition("Not to be passed on to anybody without consent (EUDPR 75).");
      break;
    case UseRestriction::kNotToPartners:
    case UseRestriction::kUnspecified:
      break;
  }
}

Reason Excluded(const Evaluation& e, const std::string& originator) {
  return {.row = "4.5",
          .outcome = Outcome::kRefused,
          .article = "EUDPR 75; EJR 21(8)",
          .sentence = absl::StrCat("A restriction of ", originator,
                                   " excludes that its data are made available to ",
                                   e.counterpart_name(), "."),
          .remedy = absl::StrCat("Only ", originator, " can lift it."),
          .code = "RESTRICTED_BY_ORIGINATOR"};
}

Reason Unclear(const Evaluation& e, const std::string& originator, absl::string_view nobody) {
  return {
      .row = "4.5",
      .outcome = Outcome::kUndetermined,
      .article = "EUDPR 75; EJR 21(8)",
      .sentence = absl::StrCat("A restriction of ", originator, " excludes ", nobody,
                               ", of which the registry does not know for sure what it is in "
                               "law on ",
                               Day(e), ": it may be the recipient."),
      .remedy = absl::StrCat("Whoever asks names the partner as the registry knows it; a second "
                             "person confirms its legal class if that is not sure; what is "
                             "recorded already only ",
                             originator, " can lift."),
      .code = "RESTRICTION_UNCLEAR"};
}

// 4.5: what an originator excludes stays excluded until the originator lifts it.
void Row4_5Restrictions(Evaluation& e, const Origin& origin) {
  bool excluded = false;
  for (const Restriction& restriction : origin.restrictions) {
    excluded |= Excludes(e, origin, restriction);
    Communicate(e, restriction);
  }
  const absl::string_view nobody = NamesNobody(e, origin);
  if (!excluded && nobody.empty()) return;
  const std::string name =
      origin.partner.empty() ? "the originator" : DisplayName(e.facts, origin.partner);
  const std::optional<absl::string_view> originator = Originator(origin);
  const Decision* const lifted =
      originator ? FindDecision(e, *originator, {DecisionKind::kRestrictionLifted}) : nullptr;
  Reason reason = excluded ? Excluded(e, name) : Unclear(e, name, nobody);
  if (lifted != nullptr) {
    CarryConditions(e, *lifted);
    reason = {
        .row = "4.5",
        .outcome = Outcome::kPermitted,
        .article = "EUDPR 75; EJR 21(8)",
        .sentence = absl::StrCat("The restriction of ", name, " was lifted for this recipient."),
        .facts = FactsOf(*lifted),
        .code = "RESTRICTION_LIFTED"};
  }
  if (!origin.partner.empty()) reason.facts.push_back(origin.partner);
  e.Say(std::move(reason));
}

}  // namespace

std::string AskPermission(absl::string_view name) {
  return absl::StrCat("Whoever asks obtains the permission of ", name,
                      "; its contact or a national member records it.");
}

bool IsWhatItSays(const Evaluation& e, const Origin& origin) {
  const Dossier* const dossier = e.facts.Find(origin.partner);
  if (origin.partner.empty() || dossier == nullptr || !dossier->partner) return false;
  const ClassOnDay on_day = ClassOf(*dossier->partner, e.lens);
  if (on_day.known != Tri::kYes) return false;
  switch (origin.kind) {
    case OriginKind::kMemberState:
      return IsMemberState(on_day.legal_class);
    case OriginKind::kThirdCountry:
      return on_day.legal_class == LegalClass::kThirdCountry;
    case OriginKind::kInternationalOrganisation:
      return on_day.legal_class == LegalClass::kInternationalOrganisation;
    case OriginKind::kUnionBody:
      return on_day.legal_class == LegalClass::kUnionBody;
    default:
      return false;
  }
}

void EvaluateRestrictions(Evaluation& evaluation) {
  for (const Origin& origin : evaluation.question.origins) Row4_5Restrictions(evaluation, origin);
}

void EvaluateOrigins(Evaluation& evaluation) {
  if (evaluation.question.origins.empty()) {
    evaluation.Say({.row = "4.2",
                    .outcome = Outcome::kUndetermined,
                    .article = AuthorisationArticle(evaluation),
                    .sentence = "It is not said where the data come from.",
                    .remedy = "Whoever asks names every origin of the data.",
                    .code = "ORIGINS_NOT_SAID"});
    return;
  }
  for (const Origin& origin : evaluation.question.origins) ClearOrigin(evaluation, origin);
  EvaluateRestrictions(evaluation);
}

}  // namespace comity::legal
