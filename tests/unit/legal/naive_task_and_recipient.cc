#include <algorithm>

#include "tests/unit/legal/naive_table.h"

namespace comity::legal::naive {
namespace {

absl::CivilDay AYearAfter(absl::CivilDay day) {
  return absl::CivilDay(day.year() + 1, day.month(), day.day());
}

}  // namespace

// --- 2 Task and data -----------------------------------------------------------------------------

void Table::Phase2() {
  const Purpose& purpose = question_.purpose;

  // 2.1 Purpose incomplete, or necessity for a task not stated.
  if (purpose.task.empty() || purpose.offence.empty() || purpose.stage.empty() ||
      purpose.case_reference.empty() || purpose.necessity.empty()) {
    Say("2.1", Outcome::kPermittedSubjectTo);
  }

  // 2.2 Offence outside Annex I without request of a Member State authority.
  if (purpose.offence_outside_annex_i && !purpose.requested_by_member_state) {
    Say("2.2", Outcome::kPermittedSubjectTo);
  }

  // 2.3 EPPO exercises its competence, counterpart is not the EPPO, and no exception.
  const bool to_the_eppo = PartnerIn(question_.counterpart) == "partners/eppo";
  if (purpose.eppo_exercises_competence && !to_the_eppo && !purpose.eppo_exception) {
    Say("2.3", Outcome::kRefused);
  }

  Row2_4();

  // 2.5 Purpose not compatible with that of collection, unless authorised by Union law, recorded.
  if (purpose.incompatible_with_collection) {
    const bool by_law = Decided("", {DecisionKind::kOtherPurposeByLaw});
    Say("2.5", by_law ? Outcome::kPermitted : Outcome::kRefused);
  }

  Row2_6();

  // 2.7 Special categories: SUBJECT_TO strict necessity.
  if (question_.special_categories) {
    const bool necessary = Decided("", {DecisionKind::kSpecialCategories});
    Say("2.7", necessary ? Outcome::kPermitted : Outcome::kPermittedSubjectTo);
  }
}

// One Member State + third country: neither agreement nor arrangement: essential interest. The
// third country is the counterpart or, if that is none, each of those among the origins.
void Table::Row2_4() {
  if (question_.geometry == Geometry::kUnspecified) return Say("2.4", Outcome::kUndetermined);
  if (question_.geometry == Geometry::kTwoOrMoreMemberStates) return;
  std::vector<Answer> concluded;
  if (Is(LegalClass::kThirdCountry)) {
    concluded.push_back(Cooperates(partner_->name));
  } else {
    for (const Origin& origin : question_.origins) {
      if (origin.kind == OriginKind::kThirdCountry) concluded.push_back(Cooperates(origin.partner));
    }
  }
  const Answer with_all = concluded.empty() ? Answer::kUnknown : All(concluded);
  if (with_all == Answer::kYes) return;
  if (Decided("", {DecisionKind::kEssentialInterest})) return Say("2.4", Outcome::kPermitted);
  if (with_all == Answer::kUnknown) return Say("2.4", Outcome::kUndetermined);
  Say("2.4", Outcome::kDecisionRequired);
  Route({DecisionKind::kEssentialInterest});
}

// A cooperation agreement, an agreement under Article 218 TFEU or a working arrangement.
Answer Table::Cooperates(const std::string& country) const {
  if (!IsKnown(country)) return Answer::kUnknown;
  std::vector<Answer> answers;
  for (const Instrument& instrument : world_.instruments) {
    if (PartnerIn(instrument.name) != country) continue;
    if (instrument.kind == InstrumentKind::kCooperationAgreementPre2019 ||
        instrument.kind == InstrumentKind::kInternationalAgreement ||
        instrument.kind == InstrumentKind::kWorkingArrangement) {
      answers.push_back(HasEffect(instrument, world_, view_));
    }
  }
  return Any(answers);
}

// Data outside Annex II.1 / II.2 for the subject: DECISION_REQUIRED 27(3) if facts of the
// offence, temporary; else REFUSED. Not said: UNDETERMINED.
void Table::Row2_6() {
  const auto about = [this](SubjectKind kind) {
    return std::find(question_.subjects.begin(), question_.subjects.end(), kind) !=
           question_.subjects.end();
  };
  const bool subjects_said = !question_.subjects.empty() && !about(SubjectKind::kUnspecified);
  if (!subjects_said || question_.annex_ii == AnnexCoverage::kUnspecified) {
    return Say("2.6", Outcome::kUndetermined);
  }
  if (question_.annex_ii == AnnexCoverage::kOutside) return Say("2.6", Outcome::kRefused);
  // Annex II names suspects (1), victims and witnesses (2): data of others lie outside it.
  const bool outside =
      question_.annex_ii == AnnexCoverage::kFactsOfTheOffence || about(SubjectKind::kOther);
  if (!outside) return;
  if (Decided("", {DecisionKind::kOtherData})) return Say("2.6", Outcome::kPermitted);
  Say("2.6", Outcome::kDecisionRequired);
  Route({DecisionKind::kOtherData});
}

// --- 3 Recipient ---------------------------------------------------------------------------------

void Table::Phase3() {
  Row3_1();
  Row3_2();
  Row3_3();
  Row3_4();
}

void Table::AuthorityMustBeConfirmed() {
  if (authority_ != nullptr && Usable(authority_->certainty, view_) != Answer::kYes) {
    Say("3.1", Outcome::kUndetermined);
  }
}

// Not competent in law enforcement and criminal matters (authority or organisation). Article
// 56(1)(b) is not for Union bodies; their authorities are confirmed as others'.
void Table::Row3_1() {
  if (Is(LegalClass::kUnionBody)) return AuthorityMustBeConfirmed();
  const bool organisation = Is(LegalClass::kInternationalOrganisation);
  if (organisation && !partner_->competent_in_criminal_matters) {
    return Say("3.1", Outcome::kRefused);
  }
  if (organisation && Usable(partner_->competence_certainty, view_) != Answer::kYes) {
    return Say("3.1", Outcome::kUndetermined);
  }
  if (authority_ != nullptr) {
    if (Usable(authority_->certainty, view_) != Answer::kYes) {
      return Say("3.1", Outcome::kUndetermined);
    }
    const bool competent = authority_->competent_in_criminal_matters;
    return Say("3.1", competent ? Outcome::kPermitted : Outcome::kRefused);
  }
  // A State acts by its authorities; exploring, a competent one is assumed, and that is said.
  if (!organisation) {
    Say("3.1", view_.explore ? Outcome::kPermitted : Outcome::kPermittedSubjectTo);
  }
}

// An instrument of a kind that could be a basis has effect, or may have, but does not cover.
void Table::Row3_2() {
  for (const Instrument& instrument : world_.instruments) {
    if (!IsOfCounterpart(instrument) || Covers(instrument)) continue;
    if (HasEffect(instrument, world_, view_) == Answer::kNo) continue;
    switch (instrument.kind) {
      case InstrumentKind::kDeemedNotATransfer:
      case InstrumentKind::kAdequacyDecisionLed:
      case InstrumentKind::kInternationalAgreement:
      case InstrumentKind::kCooperationAgreementPre2019:
      case InstrumentKind::kBindingInstrument:
      case InstrumentKind::kDenmarkAgreement:
        explaining_.insert("3.2");
        break;
      default:
        break;
    }
  }
}

// Sealing key (of an opener who counts) or verification of the authority missing or stale. A
// liaison prosecutor has a key of his own, which is looked at elsewhere.
void Table::Row3_3() {
  if (authority_ == nullptr) return;
  bool key = question_.to_prosecutor;
  for (const Opener& opener : authority_->openers) {
    if (opener.key_until > question_.instant && CountsOn(opener, world_, view_.day)) key = true;
  }
  const PartialDate& verified = authority_->last_verified;
  const bool fresh = verified.known() && AYearAfter(verified.earliest()) >= view_.day;
  if (!key || !fresh) Say("3.3", Outcome::kPermittedSubjectTo);
}

// Exchanges with the partner are suspended.
void Table::Row3_4() {
  if (partner_->exchanges_suspended) Say("3.4", Outcome::kRefused);
}

}  // namespace comity::legal::naive
