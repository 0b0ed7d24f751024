#include <algorithm>

#include "tests/unit/legal/naive_table.h"

namespace comity::legal::naive {
namespace {

bool NamesAPartner(OriginKind kind) {
  return kind == OriginKind::kMemberState || kind == OriginKind::kThirdCountry ||
         kind == OriginKind::kInternationalOrganisation || kind == OriginKind::kUnionBody;
}

}  // namespace

// --- 4 Origins -----------------------------------------------------------------------------------

// The partner is, on this day, what the origin says it is.
bool Table::IsWhatItSays(const Origin& origin) const {
  LegalClass on_day = LegalClass::kUnspecified;
  for (const Partner& partner : world_.partners) {
    if (partner.name == origin.partner) on_day = ClassOn(partner, view_);
  }
  switch (origin.kind) {
    case OriginKind::kMemberState:
      return on_day == LegalClass::kMemberState || on_day == LegalClass::kMemberStateNotBound;
    case OriginKind::kThirdCountry:
      return on_day == LegalClass::kThirdCountry;
    case OriginKind::kInternationalOrganisation:
      return on_day == LegalClass::kInternationalOrganisation;
    case OriginKind::kUnionBody:
      return on_day == LegalClass::kUnionBody;
    default:
      return false;
  }
}

// Data going back to where they come from.
bool Table::IsTheCounterpart(const Origin& origin) const {
  return NamesAPartner(origin.kind) && origin.partner == PartnerIn(question_.counterpart);
}

// Every origin must be cleared.
void Table::Phase4() {
  if (question_.origins.empty()) return Say("4.2", Outcome::kUndetermined);
  for (const Origin& origin : question_.origins) {
    if (!NamesAPartner(origin.kind) && origin.kind != OriginKind::kUnspecified) {
      // 4.6 Eurojust's own or public source.
      Say("4.6", Outcome::kPermitted);
    } else if (!IsWhatItSays(origin)) {
      Say(origin.kind == OriginKind::kMemberState ? "4.2" : "4.4", Outcome::kUndetermined);
    } else if (origin.kind == OriginKind::kMemberState) {
      Rows4_1To4_3(origin);
    } else {
      // 4.4 Third-country, organisation or Union-body origin, not to itself.
      const bool cleared = IsTheCounterpart(origin) ||
                           Decided(origin.partner, {DecisionKind::kOriginatorPermission});
      Say("4.4", cleared ? Outcome::kPermitted : Outcome::kPermittedSubjectTo);
    }
  }
  Row4_5();
}

void Table::Rows4_1To4_3(const Origin& origin) {
  // 4.1 Authorisation of its competent authority, valid now.
  if (Decided(origin.partner, {DecisionKind::kAuthorisation})) {
    return Say("4.1", Outcome::kPermitted);
  }
  // 4.3 None, and 56(4) statement (Article 56 track only). One that was withdrawn is not "none".
  if (OnArticle56() && !AuthorisationWithdrawn(origin.partner) &&
      Decided("", {DecisionKind::kUrgentWithoutAuthorisation})) {
    return Say("4.3", Outcome::kPermitted);
  }
  // 4.2 None, or withdrawn.
  Say("4.2", Outcome::kPermittedSubjectTo);
}

// Any origin's restriction excludes this recipient: REFUSED until the originator lifts it. It may
// exclude this recipient, under a name that nobody knows or that stands for nothing sure in law:
// UNDETERMINED.
void Table::Row4_5() {
  for (const Origin& origin : question_.origins) {
    bool excluded = false;
    bool perhaps = false;
    for (const Restriction& restriction : origin.restrictions) {
      switch (restriction.use) {
        case UseRestriction::kNoPassingOn:
          // To return the data is not to pass them on.
          excluded = excluded || !IsTheCounterpart(origin);
          break;
        case UseRestriction::kNotToPartners:
          excluded = excluded || NamesCounterpart(restriction.partners, question_);
          for (const std::string& name : restriction.partners) {
            bool known = false;
            for (const Partner& partner : world_.partners) {
              if (partner.name != name) continue;
              // An entry that says nothing for sure may be anybody's.
              known = ClassOn(partner, view_) != LegalClass::kUnspecified;
              if (partner.merged_into == PartnerIn(question_.counterpart)) excluded = true;
            }
            perhaps = perhaps || !known;
          }
          break;
        case UseRestriction::kUnspecified:
          excluded = true;
          break;
        default:
          break;  // Travels as a condition.
      }
    }
    if (!excluded && !perhaps) continue;
    // The agency lifts its own; nobody speaks for who is not named, or for the public.
    bool lifted = false;
    if (origin.kind == OriginKind::kEurojust) {
      lifted = Decided("", {DecisionKind::kRestrictionLifted});
    } else if (NamesAPartner(origin.kind) && !origin.partner.empty()) {
      lifted = Decided(origin.partner, {DecisionKind::kRestrictionLifted});
    }
    const Outcome barred = excluded ? Outcome::kRefused : Outcome::kUndetermined;
    Say("4.5", lifted ? Outcome::kPermitted : barred);
  }
}

// --- 4b Onward -----------------------------------------------------------------------------------

void Table::Phase4b() {
  AuthorityMustBeConfirmed();
  Row3_4();
  Row4_5();
  if (question_.origins.empty()) Say("4b.1", Outcome::kUndetermined);
  for (const Origin& origin : question_.origins) {
    if (!NamesAPartner(origin.kind) && origin.kind != OriginKind::kUnspecified) continue;
    // 4b.1 MS provided the data: its consent recorded, else SUBJECT_TO.
    // 4b.2 Other origins' permission recorded, else SUBJECT_TO.
    const bool member_state = origin.kind == OriginKind::kMemberState;
    const DecisionKind consent =
        member_state ? DecisionKind::kAuthorisation : DecisionKind::kOriginatorPermission;
    Outcome outcome = Outcome::kPermittedSubjectTo;
    if (!IsWhatItSays(origin)) {
      outcome = Outcome::kUndetermined;
    } else if (Decided(origin.partner, {consent})) {
      outcome = Outcome::kPermitted;
    }
    Say(member_state ? "4b.1" : "4b.2", outcome);
  }
  // 4b.3 Eurojust's explicit consent for this case, else DECISION_REQUIRED.
  if (Decided("", {DecisionKind::kOnwardConsent})) {
    Say("4b.3", Outcome::kPermitted);
  } else {
    Say("4b.3", Outcome::kDecisionRequired);
    Route({DecisionKind::kOnwardConsent});
  }
  // 4b.4 Specific (offence, case, necessity), not incompatible purpose, else REFUSED.
  const Purpose& purpose = question_.purpose;
  const bool specific =
      !purpose.offence.empty() && !purpose.case_reference.empty() && !purpose.necessity.empty();
  const bool fitting = specific && !purpose.incompatible_with_collection;
  Say("4b.4", fitting ? Outcome::kPermitted : Outcome::kRefused);
}

// --- 5 Basis -------------------------------------------------------------------------------------

void Table::Phase5() {
  // 5.0 Deemed not a transfer. 5.1 LED adequacy. 5.2 218 agreement applied. 5.3 Cooperation
  // agreement. 5.4 No A; binding instrument with safeguards. 5.5 No A; assessment recorded.
  const Answer d = Covers(InstrumentKind::kDeemedNotATransfer);
  const Answer a = Covers(InstrumentKind::kAdequacyDecisionLed);
  const Answer c = Covers(InstrumentKind::kInternationalAgreement);
  const Answer b = Covers(InstrumentKind::kCooperationAgreementPre2019);
  const Answer s1 = Covers(InstrumentKind::kBindingInstrument);
  const bool s2 = Decided("", {DecisionKind::kSafeguardsAssessment});
  if (d == Answer::kYes) Rest(Basis::kDeemedNotATransfer, "5.0");
  if (a == Answer::kYes) Rest(Basis::kAdequacy, "5.1");
  if (c == Answer::kYes) Rest(Basis::kInternationalAgreement, "5.2");
  if (b == Answer::kYes) Rest(Basis::kCooperationAgreement, "5.3");
  if (a != Answer::kYes && s1 == Answer::kYes) Rest(Basis::kBindingInstrument, "5.4");
  if (a != Answer::kYes && s2) Rest(Basis::kAssessedSafeguards, "5.5");

  // 5.6 None of these; SINGLE; decision recorded. Never BULK.
  if (out_.bases.empty() && !Bulk() && Decided("", kDerogations)) {
    Rest(Basis::kDerogation, "5.6");
  }

  if (out_.bases.empty()) {
    if (Any({d, a, c, b, s1}) == Answer::kUnknown) {
      // 5.7 Nothing, but a decisive date or field is unknown or unconfirmed.
      Say("5.7", Outcome::kUndetermined);
    } else {
      // 5.8 Nothing, SINGLE. 5.9 Nothing, BULK: 59 is closed.
      Say(Bulk() ? "5.9" : "5.8", Outcome::kDecisionRequired);
      Route({DecisionKind::kSafeguardsAssessment});
      if (!Bulk()) Route(kDerogations);
    }
  }
  Row5_10();
}

void Table::Rest(Basis basis, const std::string& row) {
  out_.bases.push_back(basis);
  Say(row, Outcome::kPermitted);
}

// Working arrangement, MoU, letter, project, JIT, mandate, signature, GDPR adequacy: never a basis;
// say so if one exists. What has ended exists no more.
void Table::Row5_10() {
  bool exists = !question_.proposed_frame.empty();
  for (const Instrument& instrument : world_.instruments) {
    if (!IsOfCounterpart(instrument) || IsPublic(instrument, view_) == Answer::kNo) continue;
    if (HasEnded(instrument, view_) == Answer::kYes) continue;
    const Answer was_signed = WasSigned(instrument, view_);
    const Answer effect = HasEffect(instrument, world_, view_);
    switch (instrument.kind) {
      case InstrumentKind::kWorkingArrangement:
      case InstrumentKind::kMemorandumOfUnderstanding:
      case InstrumentKind::kLetterOfUnderstanding:
      case InstrumentKind::kOtherAgreement:
        exists = exists || was_signed != Answer::kNo;
        break;
      case InstrumentKind::kAdequacyDecisionGdpr:
        exists = exists || effect != Answer::kNo;
        break;
      case InstrumentKind::kInternationalAgreement:
      case InstrumentKind::kCooperationAgreementPre2019:
        // The signature.
        exists = exists || (was_signed == Answer::kYes && effect != Answer::kYes);
        break;
      default:
        break;
    }
  }
  if (exists) explaining_.insert("5.10");
}

}  // namespace comity::legal::naive
