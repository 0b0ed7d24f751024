#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

// The closed sets of words in which facts, questions and verdicts are said. Values are those of
// protos/comity/partner_registry/v1, so that conversion is a checked cast; 0 is "not said" and is
// treated as unknown wherever the comment does not give another meaning.
namespace comity::legal {

// How sure a field is. Not said counts as unconfirmed.
enum class Certainty : std::uint8_t {
  kUnspecified = 0,
  kFound = 1,
  kMonth = 2,        // Only the month was found: the date is that month.
  kYear = 3,         // Only the year was found: the date is that year.
  kUnconfirmed = 4,  // From knowledge, not confirmed by a source.
  kUnknown = 5,
};

// Who a counterpart is in law; exactly one on a day.
enum class LegalClass {
  kUnspecified = 0,
  kMemberState = 1,
  kMemberStateNotBound = 2,  // Denmark from 12 December 2019.
  kThirdCountry = 3,
  kInternationalOrganisation = 4,
  kUnionBody = 5,
  kUnionNetwork = 6,
  kExternalNetwork = 7,
  kProject = 8,
  kPrivate = 9,
};

enum class InstrumentKind {
  kUnspecified = 0,
  kCooperationAgreementPre2019 = 1,
  kInternationalAgreement = 2,
  kAdequacyDecisionLed = 3,
  kAdequacyDecisionGdpr = 4,
  kDeemedNotATransfer = 5,
  kDenmarkAgreement = 6,
  kBindingInstrument = 7,
  kWorkingArrangement = 8,
  kMemorandumOfUnderstanding = 9,
  kLetterOfUnderstanding = 10,
  kAgreementBetweenUnionBodies = 11,
  kOtherAgreement = 12,
};

// What an evaluation, or one row of it, came to. Only kPermitted releases anything.
enum class Outcome {
  kUnspecified = 0,  // Never in a verdict.
  kPermitted = 1,
  kPermittedSubjectTo = 2,
  kDecisionRequired = 3,
  kRefused = 4,
  kUndetermined = 5,
  kOutOfScope = 6,
};

// The basis cited. Numbers 1 to 7 are the order of citation D, A, C, B, S1, S2, E.
enum class Basis {
  kNone = 0,
  kDeemedNotATransfer = 1,      // D
  kAdequacy = 2,                // A
  kInternationalAgreement = 3,  // C
  kCooperationAgreement = 4,    // B
  kBindingInstrument = 5,       // S1
  kAssessedSafeguards = 6,      // S2
  kDerogation = 7,              // E
  kDenmarkAgreement = 8,
  kMemberState = 9,
  kUnionBody = 10,
};

enum class Direction { kUnspecified = 0, kSend = 1, kReceive = 2, kOnward = 3 };  // 0: SEND
enum class Capacity { kUnspecified = 0, kEurojust = 1, kNational = 2 };           // 0: EUROJUST
enum class Volume { kUnspecified = 0, kSingle = 1, kBulk = 2 };                   // 0: SINGLE
enum class DataKind { kUnspecified = 0, kNonPersonal = 1, kAdministrative = 2, kOperational = 3 };
enum class SubjectKind { kUnspecified = 0, kSuspect = 1, kVictim = 2, kWitness = 3, kOther = 4 };
enum class AnnexCoverage { kUnspecified = 0, kWithin = 1, kFactsOfTheOffence = 2, kOutside = 3 };
enum class Geometry {
  kUnspecified = 0,
  kTwoOrMoreMemberStates = 1,
  kOneMemberStateAndThirdCountry = 2,
};

enum class OriginKind {
  kUnspecified = 0,
  kMemberState = 1,
  kThirdCountry = 2,
  kInternationalOrganisation = 3,
  kUnionBody = 4,
  kEurojust = 5,
  kPublicSource = 6,
};

enum class UseRestriction {
  kUnspecified = 0,
  kNotAsEvidence = 1,
  kNotToDefence = 2,
  kNoPassingOn = 3,
  kDeathPenaltyAssurance = 4,
  kNotToPartners = 5,
};

enum class DecisionKind {
  kUnspecified = 0,
  kAuthorisation = 1,
  kOriginatorPermission = 2,
  kSafeguardsAssessment = 3,
  kDerogationVitalInterests = 4,
  kDerogationLegitimateInterests = 5,
  kDerogationSeriousThreat = 6,
  kDerogationIndividualCase = 7,
  kUrgentWithoutAuthorisation = 8,
  kOnwardConsent = 9,
  kOtherData = 10,
  kSpecialCategories = 11,
  kNationalStatement = 12,
  kEssentialInterest = 13,
  kRestrictionLifted = 14,
  kOtherPurposeByLaw = 15,
};

// Whether a decision of this kind says why, or is none: derogations (EJR 59) and urgent transfers.
bool NeedsGrounds(DecisionKind kind);

// Whether the law ties a decision of this kind to one case, which it must name.
bool NeedsCase(DecisionKind kind);

// Liaison prosecutors to the agency (EJR 54a), liaison magistrates by it (EJR 53).
enum class SecondmentKind {
  kUnspecified = 0,
  kLiaisonProsecutor = 1,
  kLiaisonMagistrate = 2,
};

// "PERMITTED_SUBJECT_TO": as in the protos, without prefix.
absl::string_view Name(Outcome outcome);
// "MEMBER_STATE_NOT_BOUND".
absl::string_view Name(LegalClass legal_class);
// "B", "S1"; "" for kNone; "DK", "MS", "UB" for the last three.
absl::string_view Letter(Basis basis);

}  // namespace comity::legal
