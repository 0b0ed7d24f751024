#include "common/legal/vocabulary.h"

namespace comity::legal {

bool NeedsGrounds(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::kDerogationVitalInterests:
    case DecisionKind::kDerogationLegitimateInterests:
    case DecisionKind::kDerogationSeriousThreat:
    case DecisionKind::kDerogationIndividualCase:
    case DecisionKind::kUrgentWithoutAuthorisation:
      return true;
    default:
      return false;
  }
}

bool NeedsCase(DecisionKind kind) {
  return NeedsGrounds(kind) || kind == DecisionKind::kOnwardConsent ||
         kind == DecisionKind::kOtherData || kind == DecisionKind::kSpecialCategories ||
         kind == DecisionKind::kEssentialInterest;
}

absl::string_view Name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kUnspecified:
      return "UNSPECIFIED";
    case Outcome::kPermitted:
      return "PERMITTED";
    case Outcome::kPermittedSubjectTo:
      return "PERMITTED_SUBJECT_TO";
    case Outcome::kDecisionRequired:
      return "DECISION_REQUIRED";
    case Outcome::kRefused:
      return "REFUSED";
    case Outcome::kUndetermined:
      return "UNDETERMINED";
    case Outcome::kOutOfScope:
      return "OUT_OF_SCOPE";
  }
  return "UNSPECIFIED";
}

absl::string_view Name(LegalClass legal_class) {
  switch (legal_class) {
    case LegalClass::kUnspecified:
      return "UNSPECIFIED";
    case LegalClass::kMemberState:
      return "MEMBER_STATE";
    case LegalClass::kMemberStateNotBound:
      return "MEMBER_STATE_NOT_BOUND";
    case LegalClass::kThirdCountry:
      return "THIRD_COUNTRY";
    case LegalClass::kInternationalOrganisation:
      return "INTERNATIONAL_ORGANISATION";
    case LegalClass::kUnionBody:
      return "UNION_BODY";
    case LegalClass::kUnionNetwork:
      return "UNION_NETWORK";
    case LegalClass::kExternalNetwork:
      return "EXTERNAL_NETWORK";
    case LegalClass::kProject:
      return "PROJECT";
    case LegalClass::kPrivate:
      return "PRIVATE";
  }
  return "UNSPECIFIED";
}

absl::string_view Letter(Basis basis) {
  switch (basis) {
    case Basis::kNone:
      return "";
    case Basis::kDeemedNotATransfer:
      return "D";
    case Basis::kAdequacy:
      return "A";
    case Basis::kInternationalAgreement:
      return "C";
    case Basis::kCooperationAgreement:
      return "B";
    case Basis::kBindingInstrument:
      return "S1";
    case Basis::kAssessedSafeguards:
      return "S2";
    case Basis::kDerogation:
      return "E";
    case Basis::kDenmarkAgreement:
      return "DK";
    case Basis::kMemberState:
      return "MS";
    case Basis::kUnionBody:
      return "UB";
  }
  return "";
}

}  // namespace comity::legal
