#include "services/partner-registry/reports/words.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/legal/effect.h"
#include "common/legal/scope.h"
#include "services/partner-registry/domain/legal_facts.h"

namespace comity::partner_registry {
namespace {

constexpr char kEverybody[] =
    "Never replaces the authorisation of a providing Member State (EJR 47(5), 56(1)(c)), nor "
    "allows "
    "onward transfer without consent (EJR 47(6))";

constexpr char kNoSecondment[] =
    "Never entitles to second a liaison prosecutor (EJR 54a(1)), nor replaces the authorisation of "
    "a providing Member State (EJR 47(5), 56(1)(c))";

}  // namespace

std::string NameWithFootnote(const Partner& partner) {
  if (partner.status_footnote.empty()) return partner.display_name;
  return absl::StrCat(partner.display_name, " (", partner.status_footnote, ")");
}

absl::string_view Text(InstrumentKind kind) {
  switch (kind) {
    case InstrumentKind::kCooperationAgreementPre2019:
      return "Cooperation agreement concluded before 12 December 2019";
    case InstrumentKind::kInternationalAgreement:
      return "International agreement (TFEU 218)";
    case InstrumentKind::kAdequacyDecisionLed:
      return "Adequacy decision (LED 36)";
    case InstrumentKind::kAdequacyDecisionGdpr:
      return "Adequacy decision (GDPR 45)";
    case InstrumentKind::kDeemedNotATransfer:
      return "Provision by which transmission is deemed not to be a transfer";
    case InstrumentKind::kDenmarkAgreement:
      return "Agreement with Denmark";
    case InstrumentKind::kBindingInstrument:
      return "Legally binding instrument with safeguards";
    case InstrumentKind::kWorkingArrangement:
      return "Working arrangement";
    case InstrumentKind::kMemorandumOfUnderstanding:
      return "Memorandum of understanding";
    case InstrumentKind::kLetterOfUnderstanding:
      return "Letter of understanding";
    case InstrumentKind::kAgreementBetweenUnionBodies:
      return "Agreement between Union bodies";
    case InstrumentKind::kOtherAgreement:
      return "Other agreement";
    case InstrumentKind::kUnspecified:
      break;
  }
  return "Instrument of unknown kind";
}

absl::string_view Text(LegalClass legal_class) {
  switch (legal_class) {
    case LegalClass::kMemberState:
      return "a Member State (EJR 21, 22, 24)";
    case LegalClass::kMemberStateNotBound:
      return "a Member State not bound by the EJR (agreement of 7 October 2019)";
    case LegalClass::kThirdCountry:
      return "a third country (EJR 56)";
    case LegalClass::kInternationalOrganisation:
      return "an international organisation (EJR 56)";
    case LegalClass::kUnionBody:
      return "a Union body (EJR 55)";
    case LegalClass::kUnionNetwork:
      return "a Union network, whose contact points are Member State authorities (EJR 47(1))";
    case LegalClass::kExternalNetwork:
      return "an external network, without capacity to receive (EJR 47(1), 56(1)(b))";
    case LegalClass::kProject:
      return "a project, without capacity to receive (EJR 47(1), 56(1)(b))";
    case LegalClass::kPrivate:
      return "a private party, without capacity to receive (EJR 47(1), 56(1)(b))";
    case LegalClass::kUnspecified:
      break;
  }
  return "of a legal class that is not known";
}

absl::string_view Text(PartnerKind kind) {
  switch (kind) {
    case PartnerKind::kState:
      return "State or territory";
    case PartnerKind::kInternationalOrganisation:
      return "international organisation";
    case PartnerKind::kUnionBody:
      return "body of the Union";
    case PartnerKind::kJudicialNetwork:
      return "judicial network or association";
    case PartnerKind::kProjectOrCentre:
      return "project or centre";
    case PartnerKind::kUnspecified:
      break;
  }
  return "partner of unknown kind";
}

absl::string_view Text(Certainty certainty) {
  switch (certainty) {
    case Certainty::kFound:
      return "found in a public source";
    case Certainty::kMonth:
      return "only the month was found";
    case Certainty::kYear:
      return "only the year was found";
    case Certainty::kUnconfirmed:
      return "not confirmed";
    case Certainty::kUnknown:
      return "unknown";
    case Certainty::kUnspecified:
      break;
  }
  return "not said";
}

absl::string_view Text(legal::Outcome outcome) {
  switch (outcome) {
    case legal::Outcome::kPermitted:
      return "permissible";
    case legal::Outcome::kPermittedSubjectTo:
      return "permissible subject to what is outstanding";
    case legal::Outcome::kDecisionRequired:
      return "no legal basis established; a decision is required";
    case legal::Outcome::kRefused:
      return "not permissible";
    case legal::Outcome::kUndetermined:
      return "undetermined: a fact that decides is unknown or not confirmed";
    case legal::Outcome::kOutOfScope:
      return "other law decides";
    case legal::Outcome::kUnspecified:
      break;
  }
  return "not evaluated";
}

absl::string_view Text(Axis axis) {
  switch (axis) {
    case Axis::kTreaty:
      return "treaty (TFEU 218)";
    case Axis::kWorkingArrangement:
      return "working arrangement (EJR 47(3))";
    case Axis::kContactPoint:
      return "contact point (EJR 52)";
    case Axis::kLiaisonProsecutor:
      return "seconded liaison prosecutor (EJR 54a)";
    case Axis::kProjectMembership:
      return "membership of projects";
    case Axis::kUnspecified:
      break;
  }
  return "unknown axis";
}

std::string StepText(absl::string_view step) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(step, {{"_", " "}}));
}

std::string SinceText(const std::string& day, Certainty certainty) {
  return absl::StrCat(certainty == Certainty::kUnknown ? "by " : "", day);
}

namespace {

Uses UsesOfKind(const Instrument& instrument) {
  const char* const secondment =
      instrument.allows_secondment ? "; the secondment of a liaison prosecutor (EJR 54a(1))" : "";
  switch (instrument.kind) {
    case InstrumentKind::kCooperationAgreementPre2019:
      return {absl::StrCat("Transfers of operational personal data to the competent authorities it "
                           "covers (EJR 56(2)(b), 80(5))",
                           secondment),
              kEverybody};
    case InstrumentKind::kInternationalAgreement:
      return {absl::StrCat("Transfers of operational personal data to the competent authorities it "
                           "covers, from the day it applies (EJR 56(2)(c))",
                           secondment),
              kEverybody};
    case InstrumentKind::kAdequacyDecisionLed:
      return {
          "Transfers of operational personal data within its territory and sector (EJR 57, "
          "56(2)(a))",
          kNoSecondment};
    case InstrumentKind::kAdequacyDecisionGdpr:
      return {"Transfers of administrative personal data (EUDPR 47)",
              "Never a basis for operational personal data (EJR 56(2)(a))"};
    case InstrumentKind::kDeemedNotATransfer:
      return {"Transmission is deemed not to be a transfer to a third country (TCA 782)",
              kNoSecondment};
    case InstrumentKind::kDenmarkAgreement:
      return {"Transmission of operational personal data to the authorities of Denmark",
              "Nothing takes its place: neither adequacy, nor safeguards, nor derogations"};
    case InstrumentKind::kBindingInstrument:
      return {
          "Transfers of operational personal data with the safeguards it provides for (EJR "
          "58(1)(a))",
          kNoSecondment};
    case InstrumentKind::kWorkingArrangement:
      return {
          "Exchange of non-personal information; assistance in a case of one Member State and "
          "the partner (EJR 3(5)); posting of a liaison magistrate (EJR 53(1)); modalities of an "
          "existing basis",
          "Never a basis for personal data of any kind (EJR 47(3))"};
    case InstrumentKind::kMemorandumOfUnderstanding:
    case InstrumentKind::kLetterOfUnderstanding:
      return {"Exchange of non-personal information (EJR 47(2))",
              "Never a basis for personal data of any kind (EJR 47(3))"};
    case InstrumentKind::kAgreementBetweenUnionBodies:
      return {"Modalities; transmission to Union bodies rests on EJR 55 and needs no instrument",
              "Never a basis for transfers to third countries or organisations (EJR 56)"};
    case InstrumentKind::kOtherAgreement:
    case InstrumentKind::kUnspecified:
      break;
  }
  return {"Nothing is established",
          "Never a basis for personal data without an opinion of counsel (EJR 56(2))"};
}

}  // namespace

Uses UsesOf(const Instrument& instrument) {
  Uses uses = UsesOfKind(instrument);
  const std::vector<std::string> limits = legal::LimitsOf(instrument.scope);
  const bool sure = legal::Sure(ToLegal(instrument), legal::Field::kScope);
  if (sure && limits.empty()) return uses;
  absl::StrAppend(&uses.basis_for, "; as far as it covers them",
                  sure ? "" : ", which is not confirmed", limits.empty() ? "" : ": ",
                  absl::StrJoin(limits, "; "));
  return uses;
}

std::vector<std::pair<std::string, std::string>> DatesOf(const Instrument& i) {
  std::vector<std::pair<std::string, std::string>> dates = {
      {"signed", i.signed_on},          {"provisional_from", i.provisional_from},
      {"in_force", i.in_force},         {"in_force_by", i.in_force_by},
      {"applied_from", i.applied_from}, {"suspended_from", i.suspended_from},
      {"notified_end", i.notified_end}, {"ended", i.ended},
      {"public_since", i.public_since}};
  std::erase_if(dates, [](const auto& date) { return date.second.empty(); });
  return dates;
}

}  // namespace comity::partner_registry
