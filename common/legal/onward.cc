// Phase 4b: a recipient asks to pass on what the agency gave it.
#include "absl/strings/str_cat.h"
#include "common/legal/decisions.h"
#include "common/legal/rows.h"

namespace comity::legal {
namespace {

std::string Article(const Evaluation& e, absl::string_view own, absl::string_view third) {
  return e.article_56() ? absl::StrCat(own, ", ", third) : std::string(own);
}

// Whose consent it takes depends on what the originator is.
void SayUnknown(Evaluation& e, absl::string_view row, absl::string_view article,
                std::string sentence) {
  e.Say({.row = std::string(row),
         .outcome = Outcome::kUndetermined,
         .article = std::string(article),
         .sentence = std::move(sentence),
         .remedy =
             "Whoever asks names every origin of the data as the registry knows it on that day.",
         .code = "ORIGIN_UNKNOWN"});
}

std::string NotWhatItSays(const Origin& origin) {
  return origin.partner.empty()
             ? "An origin of the data is not named."
             : absl::StrCat(origin.partner, " is not known to be what the origin says.");
}

// 4b.1: the consent of each Member State that provided the data.
void Row4b_1MemberStates(Evaluation& e, const Origin& origin) {
  if (origin.kind != OriginKind::kMemberState) return;
  if (!IsWhatItSays(e, origin)) {
    SayUnknown(e, "4b.1", "EJR 47(6)(a)", NotWhatItSays(origin));
    return;
  }
  const std::string name = DisplayName(e.facts, origin.partner);
  const Decision* const consent = FindDecision(e, origin.partner, {DecisionKind::kAuthorisation});
  if (consent != nullptr) CarryConditions(e, *consent);
  e.Say({.row = "4b.1",
         .outcome = consent != nullptr ? Outcome::kPermitted : Outcome::kPermittedSubjectTo,
         .article = "EJR 47(6)(a)",
         .sentence = absl::StrCat(name, consent != nullptr ? " consented to the onward transfer."
                                                           : " has not consented to the onward "
                                                             "transfer of the data it provided."),
         .remedy = consent != nullptr
                       ? ""
                       : absl::StrCat("The national member for ", name,
                                      " obtains the consent of its competent authority and records "
                                      "it."),
         .facts = Cite(origin.partner),
         .code = consent != nullptr ? "ONWARD_CONSENT_OF_STATE"
                                    : "ONWARD_CONSENT_OF_STATE_OUTSTANDING"});
}

// 4b.2: the permission of every other originator.
void Row4b_2Others(Evaluation& e, const Origin& origin) {
  switch (origin.kind) {
    case OriginKind::kThirdCountry:
    case OriginKind::kInternationalOrganisation:
    case OriginKind::kUnionBody:
    case OriginKind::kUnspecified:
      break;
    default:
      return;
  }
  if (!IsWhatItSays(e, origin)) {
    SayUnknown(e, "4b.2", "its instrument; EUDPR 75", NotWhatItSays(origin));
    return;
  }
  const std::string name = DisplayName(e.facts, origin.partner);
  const Decision* const permission =
      FindDecision(e, origin.partner, {DecisionKind::kOriginatorPermission});
  if (permission != nullptr) CarryConditions(e, *permission);
  e.Say({.row = "4b.2",
         .outcome = permission != nullptr ? Outcome::kPermitted : Outcome::kPermittedSubjectTo,
         .article = "its instrument; EUDPR 75",
         .sentence = absl::StrCat(name, permission != nullptr
                                            ? " permits the onward transfer."
                                            : " has not permitted the onward transfer of its "
                                              "data."),
         .remedy = permission != nullptr ? "" : AskPermission(name),
         .facts = Cite(origin.partner),
         .code = permission != nullptr ? "ONWARD_PERMISSION" : "ONWARD_PERMISSION_OUTSTANDING"});
}

// 4b.3: the agency's explicit consent for this case.
void Row4b_3Agency(Evaluation& e) {
  Reason reason{.row = "4b.3",
                .outcome = Outcome::kPermitted,
                .article = Article(e, "EJR 47(6)(b)", "56(1)(d), 56(5)")};
  if (const Decision* const consent = FindDecision(e, "", {DecisionKind::kOnwardConsent})) {
    CarryConditions(e, *consent);
    reason.code = "ONWARD_CONSENT_OF_AGENCY";
    reason.sentence = "The agency consented explicitly to this onward transfer.";
    reason.facts = FactsOf(*consent);
  } else {
    reason.outcome = Outcome::kDecisionRequired;
    reason.code = "ONWARD_CONSENT_OF_AGENCY_OUTSTANDING";
    reason.sentence = "The agency has not consented explicitly to this onward transfer.";
    reason.remedy = "The authorised person of the agency decides for this case.";
    e.verdict.routes.push_back(
        {.decisions = {DecisionKind::kOnwardConsent},
         .article = reason.article,
         .sentence = "The agency consents explicitly for this case, having weighed the seriousness "
                     "of the offence, the original purpose and the level of protection.",
         .decided_by = "the authorised person of the agency"});
  }
  e.Say(std::move(reason));
}

// 4b.4: a specific purpose that is not incompatible with the original one.
void Row4b_4Purpose(Evaluation& e) {
  const Purpose& purpose = e.question.purpose;
  const bool specific =
      !purpose.offence.empty() && !purpose.case_reference.empty() && !purpose.necessity.empty();
  const bool good = specific && !purpose.incompatible_with_collection;
  e.Say({.row = "4b.4",
         .outcome = good ? Outcome::kPermitted : Outcome::kRefused,
         .article = "EJR 47(6)(c)",
         .sentence = good ? "The purpose is specific and not incompatible with the original one."
                     : specific
                         ? "The purpose is incompatible with that for which the data were given."
                         : "The purpose is not specific: offence, case and necessity must be said.",
         .remedy = good || !specific ? (good ? "" : "Whoever asks states a specific purpose.") : "",
         .code = good       ? "ONWARD_PURPOSE_SPECIFIC"
                 : specific ? "ONWARD_PURPOSE_INCOMPATIBLE"
                            : "ONWARD_PURPOSE_NOT_SPECIFIC"});
}

}  // namespace

void EvaluateOnward(Evaluation& evaluation) {
  for (const Origin& origin : evaluation.question.origins) Row4b_1MemberStates(evaluation, origin);
  if (evaluation.question.origins.empty()) {
    SayUnknown(evaluation, "4b.1", "EJR 47(6)(a)", "It is not said where the data came from.");
  }
  for (const Origin& origin : evaluation.question.origins) Row4b_2Others(evaluation, origin);
  Row4b_3Agency(evaluation);
  Row4b_4Purpose(evaluation);
}

}  // namespace comity::legal
