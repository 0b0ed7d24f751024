#include "tests/unit/legal/naive_model.h"

#include <algorithm>

#include "tests/unit/legal/naive_table.h"

namespace comity::legal::naive {
namespace {

// REFUSED > UNDETERMINED > DECISION_REQUIRED > PERMITTED_SUBJECT_TO > PERMITTED.
const std::vector<Outcome> kWorstFirst = {Outcome::kRefused, Outcome::kUndetermined,
                                          Outcome::kDecisionRequired, Outcome::kPermittedSubjectTo,
                                          Outcome::kPermitted};

// EUDPR 50(1)(d)-(g): the individual case of EJR 59(1)(d) is not among them.
const Kinds kSpecificSituations = {DecisionKind::kDerogationVitalInterests,
                                   DecisionKind::kDerogationLegitimateInterests,
                                   DecisionKind::kDerogationSeriousThreat};

}  // namespace

Conclusion Conclude(const World& world, const Question& question) {
  return Table(world, question).Read();
}

Table::Table(const World& world, const Question& question)
    : world_(world), question_(question), view_(ViewOf(question)) {
  for (const Decision& decision : world.decisions) decisions_.push_back(&decision);
  for (const Decision& decision : question.decisions) decisions_.push_back(&decision);
  for (const Partner& partner : world.partners) {
    if (partner.name == PartnerIn(question.counterpart)) partner_ = &partner;
  }
  for (const Authority& authority : world.authorities) {
    if (authority.name == question.counterpart) authority_ = &authority;
  }
  if (partner_ != nullptr) class_ = ClassOn(*partner_, view_);
}

Conclusion Table::Read() {
  Phase1();
  Explain();
  // OUT_OF_SCOPE is final, otherwise the worst of all rows.
  if (out_.outcome == Outcome::kUnspecified) out_.outcome = Worst();
  out_.before_use = out_.outcome;
  if (quarantine_) out_.outcome = Outcome::kPermitted;
  if (out_.before_use != Outcome::kDecisionRequired) out_.routes.clear();
  return out_;
}

// Rows that only explain say what the bases come to: the worst of phase 5.
void Table::Explain() {
  Outcome bases = Outcome::kPermitted;
  for (const auto& [row, outcome] : out_.rows) {
    if (row.starts_with("5.") && outcome != Outcome::kPermitted) bases = outcome;
  }
  for (const std::string& row : explaining_) Say(row, bases);
}

Outcome Table::Worst() const {
  for (const Outcome outcome : kWorstFirst) {
    for (const auto& row : out_.rows) {
      if (row.second == outcome) return outcome;
    }
  }
  return Outcome::kUnspecified;
}

bool Table::OnArticle56() const {
  return Is(LegalClass::kThirdCountry) || Is(LegalClass::kInternationalOrganisation);
}

bool Table::IsKnown(const std::string& name) const {
  return std::any_of(world_.partners.begin(), world_.partners.end(),
                     [&name](const Partner& partner) { return partner.name == name; });
}

bool Table::HasOriginOf(OriginKind kind) const {
  return std::any_of(question_.origins.begin(), question_.origins.end(),
                     [kind](const Origin& origin) { return origin.kind == kind; });
}

bool Table::Decided(const std::string& whose, const Kinds& kinds) const {
  for (const Decision* const decision : decisions_) {
    if (std::find(kinds.begin(), kinds.end(), decision->kind) == kinds.end()) continue;
    if (decision->partner == whose && Holds(*decision, question_) &&
        IsForThis(*decision, question_)) {
      return true;
    }
  }
  return false;
}

bool Table::AuthorisationWithdrawn(const std::string& whose) const {
  for (const Decision* const decision : decisions_) {
    if (decision->kind == DecisionKind::kAuthorisation && decision->partner == whose &&
        IsForThis(*decision, question_) && IsWithdrawn(*decision, question_)) {
      return true;
    }
  }
  return false;
}

bool Table::IsOfCounterpart(const Instrument& instrument) const {
  return PartnerIn(instrument.name) == PartnerIn(question_.counterpart);
}

Answer Table::Covers(InstrumentKind kind) {
  std::vector<Answer> answers;
  for (const Instrument& instrument : world_.instruments) {
    if (instrument.kind != kind || !IsOfCounterpart(instrument)) continue;
    if (!Covers(instrument)) continue;
    answers.push_back(
        All({HasEffect(instrument, world_, view_), ScopeIsSettled(instrument, view_)}));
  }
  return Any(answers);
}

// --- 1 Track -----------------------------------------------------------------------------------

// The first row that matches.
void Table::Phase1() {
  // 1.1 Whom the register no longer has; counterpart's class on that day unknown, or authority.
  if (partner_ != nullptr && partner_->deleted) return Say("1.1", Outcome::kRefused);
  const bool authority_named = question_.counterpart != PartnerIn(question_.counterpart);
  const bool unknown = Is(LegalClass::kUnspecified) || (authority_named && authority_ == nullptr) ||
                       question_.data_kind == DataKind::kUnspecified || OnwardByNobodyKnown();
  if (unknown) return Say("1.1", Outcome::kUndetermined);

  // 1.2 NON_PERSONAL.
  if (question_.data_kind == DataKind::kNonPersonal) {
    Say("1.2", Outcome::kPermitted);
    return Row4_5();
  }

  // 1.3 ADMINISTRATIVE.
  if (question_.data_kind == DataKind::kAdministrative) return Row1_3();

  // 1.4 OPERATIONAL and counterpart is NETWORK, PROJECT, PRIVATE.
  if (Is(LegalClass::kUnionNetwork) || Is(LegalClass::kExternalNetwork) ||
      Is(LegalClass::kProject) || Is(LegalClass::kPrivate)) {
    return Say("1.4", Outcome::kRefused);
  }

  // 1.5 ONWARD. 1.6 NATIONAL: OUT_OF_SCOPE, but if any data came from Eurojust: 1.5. What the
  // agency receives has not come from it.
  if (question_.direction == Direction::kOnward && AllIsOfWhoPassesOn()) {
    // Partner to partner is not the agency's transfer.
    Say("1.5", Outcome::kOutOfScope);
    out_.outcome = Outcome::kOutOfScope;
    return;
  }
  const bool national = question_.capacity == Capacity::kNational;
  if (question_.direction == Direction::kOnward ||
      (national && !Receiving() && HasOriginOf(OriginKind::kEurojust))) {
    Say("1.5", Outcome::kPermitted);
    return Phase4b();
  }
  if (national) {
    Say("1.6", Outcome::kOutOfScope);
    out_.outcome = Outcome::kOutOfScope;
    return;
  }

  // 1.7 RECEIVE: into quarantine; phase 2 must be answered before use.
  if (Receiving()) {
    quarantine_ = true;
    Say("1.7", Outcome::kPermitted);
    return Phase2();
  }

  // 1.8 SEND, MEMBER_STATE: phases 2, 3, restrictions.
  if (Is(LegalClass::kMemberState)) {
    Say("1.8", Outcome::kPermitted);
    out_.bases = {Basis::kMemberState};
    Phase2();
    Phase3();
    return Row4_5();
  }

  // 1.9 SEND, MS_NOT_BOUND.
  if (Is(LegalClass::kMemberStateNotBound)) return Row1_9();

  // 1.10 SEND, UNION_BODY: necessity for the recipient's tasks stated, else SUBJECT_TO; then
  // phases 2 to 4.
  if (Is(LegalClass::kUnionBody)) {
    Say("1.10",
        question_.purpose.necessity.empty() ? Outcome::kPermittedSubjectTo : Outcome::kPermitted);
    out_.bases = {Basis::kUnionBody};
    Phase2();
    Phase3();
    return Phase4();
  }

  // 1.11 SEND, THIRD_COUNTRY or INT_ORG: phases 2 to 5.
  Say("1.11", Outcome::kPermitted);
  Phase2();
  Phase3();
  Phase4();
  Phase5();
}

bool Table::OnwardByNobodyKnown() const {
  return question_.direction == Direction::kOnward && !IsKnown(PartnerIn(question_.onward_by));
}

bool Table::AllIsOfWhoPassesOn() const {
  for (const Origin& origin : question_.origins) {
    if (origin.partner != PartnerIn(question_.onward_by) || !IsWhatItSays(origin)) return false;
  }
  return !question_.origins.empty();
}

// Inside the Union (DK too): PERMITTED. Third country or organisation: adequacy (GDPR 45 or LED
// 36), else safeguards, else derogation recorded, else DECISION_REQUIRED.
void Table::Row1_3() {
  const bool inside_the_union = Is(LegalClass::kMemberState) ||
                                Is(LegalClass::kMemberStateNotBound) ||
                                Is(LegalClass::kUnionBody) || Is(LegalClass::kUnionNetwork);
  if (inside_the_union || Receiving()) return Say("1.3", Outcome::kPermitted);

  // Section 2: that it covers the authority is what somebody recorded of that.
  const auto as_sure_as_the_authority = [this](Answer covers) {
    const bool unsure =
        authority_ != nullptr && Usable(authority_->certainty, view_) != Answer::kYes;
    return covers == Answer::kYes && unsure ? Answer::kUnknown : covers;
  };
  const Answer adequacy =
      as_sure_as_the_authority(Any({Covers(InstrumentKind::kAdequacyDecisionGdpr),
                                    Covers(InstrumentKind::kAdequacyDecisionLed)}));
  const Answer binding = as_sure_as_the_authority(Covers(InstrumentKind::kBindingInstrument));
  const bool assessed = Decided("", {DecisionKind::kSafeguardsAssessment});
  const bool derogation = !Bulk() && Decided("", kSpecificSituations);
  if (adequacy == Answer::kYes) {
    out_.bases = {Basis::kAdequacy};
  } else if (binding == Answer::kYes || assessed) {
    if (binding == Answer::kYes) out_.bases.push_back(Basis::kBindingInstrument);
    if (assessed) out_.bases.push_back(Basis::kAssessedSafeguards);
  } else if (derogation) {
    out_.bases = {Basis::kDerogation};
  }
  Outcome outcome = Outcome::kPermitted;
  if (out_.bases.empty()) {
    const bool unknown = adequacy == Answer::kUnknown || binding == Answer::kUnknown;
    outcome = unknown ? Outcome::kUndetermined : Outcome::kDecisionRequired;
    Route({DecisionKind::kSafeguardsAssessment});
    if (!Bulk()) Route(kSpecificSituations);
  }
  Say("1.3", outcome);
}

// That agreement in force; not loaded, or unknown: UNDETERMINED; else REFUSED, as nothing else can
// take its place. Phases 2 to 4.
void Table::Row1_9() {
  const bool loaded = std::any_of(
      world_.instruments.begin(), world_.instruments.end(), [this](const Instrument& instrument) {
        return instrument.kind == InstrumentKind::kDenmarkAgreement &&
               IsOfCounterpart(instrument) && IsPublic(instrument, view_) != Answer::kNo;
      });
  switch (loaded ? Covers(InstrumentKind::kDenmarkAgreement) : Answer::kUnknown) {
    case Answer::kYes:
      Say("1.9", Outcome::kPermitted);
      out_.bases = {Basis::kDenmarkAgreement};
      break;
    case Answer::kUnknown:
      Say("1.9", Outcome::kUndetermined);
      break;
    case Answer::kNo:
      Say("1.9", Outcome::kRefused);
      break;
  }
  Phase2();
  Phase3();
  Phase4();
}

}  // namespace comity::legal::naive
