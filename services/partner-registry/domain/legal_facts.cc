#include "services/partner-registry/domain/legal_facts.h"

#include "absl/strings/str_cat.h"
#include "common/legal/effect.h"
#include "services/partner-registry/domain/fields.h"

namespace comity::partner_registry {

legal::Partner ToLegal(const Partner& partner) {
  legal::Partner made;
  made.name = NameOf(partner);
  made.display_name = partner.display_name;
  made.footnote = partner.status_footnote;
  for (const LegalClassPeriod& period : partner.legal_classes) {
    made.classes.push_back(
        {.legal_class = period.legal_class,
         .from = DayRecorded(period.from),
         .to = DayRecorded(period.to),
         .certainty = period.confirmation.has_value() ? Certainty::kFound : period.certainty});
  }
  made.exchanges_suspended = partner.exchanges_suspended;
  made.deleted = partner.deleted();
  if (!partner.merged_into.empty()) {
    made.merged_into = absl::StrCat("partners/", partner.merged_into);
  }
  made.competent_in_criminal_matters = partner.competence.criminal_matters;
  made.competence_certainty = partner.competence.confirmation.has_value()
                                  ? Certainty::kFound
                                  : partner.competence.certainty;
  return made;
}

legal::Instrument ToLegal(const Instrument& instrument) {
  legal::Instrument made;
  made.name = NameOf(instrument);
  made.kind = instrument.kind;
  made.title = instrument.title;
  made.signed_on = DayRecorded(instrument.signed_on);
  made.provisional_from = DayRecorded(instrument.provisional_from);
  made.in_force = DayRecorded(instrument.in_force);
  made.in_force_by = DayRecorded(instrument.in_force_by);
  made.applied_from = DayRecorded(instrument.applied_from);
  made.not_before = DayRecorded(instrument.not_before);
  made.notified_end = DayRecorded(instrument.notified_end);
  made.ended = DayRecorded(instrument.ended);
  made.parts_suspended = instrument.parts_suspended;
  made.suspended_from = DayRecorded(instrument.suspended_from);
  made.public_since = DayRecorded(instrument.public_since);
  if (!instrument.supersedes.empty()) {
    made.supersedes =
        absl::StrCat("partners/", instrument.partner, "/instruments/", instrument.supersedes);
  }
  made.allows_secondment = instrument.allows_secondment;
  made.scope = legal::Limits(instrument.scope);
  // Fields that are never decisive, such as `reference`, are not for the check.
  for (const auto& [field, certainty] : instrument.certainty) {
    legal::SetCertainty(made, field, certainty);
  }
  // RecordBy keeps confirmations of present values only.
  for (const Confirmation& confirmation : instrument.confirmations) {
    legal::SetCertainty(made, confirmation.field, Certainty::kFound);
  }
  return made;
}

legal::Authority ToLegal(const Authority& authority) {
  legal::Authority made;
  made.name = NameOf(authority);
  made.competent_in_criminal_matters = authority.competent_in_criminal_matters;
  made.territory = authority.territory;
  made.sectors = authority.sectors;
  for (const std::string& id : authority.listed_in) {
    made.listed_in.push_back(absl::StrCat("partners/", authority.partner, "/instruments/", id));
  }
  made.last_verified = DayRecorded(authority.last_verified);
  made.certainty = authority.confirmation.has_value() ? Certainty::kFound : authority.certainty;
  return made;
}

legal::Decision ToLegal(const Decision& decision) {
  legal::Decision made;
  made.name = NameOf(decision);
  made.kind = decision.kind;
  if (!decision.partner.empty()) made.partner = absl::StrCat("partners/", decision.partner);
  for (const std::string& id : decision.counterparts) {
    made.counterparts.push_back(absl::StrCat("partners/", id));
  }
  made.case_reference = decision.case_reference;
  made.conditions = decision.conditions;
  made.valid_from = DayRecorded(decision.valid_from);
  made.valid_to = DayRecorded(decision.valid_to);
  made.grounds = decision.grounds;
  made.withdrawn = decision.withdraw_time;
  return made;
}

bool SurelyPublic(const Instrument& instrument, absl::CivilDay day) {
  return legal::PublicUnder(ToLegal(instrument), {.day = day, .public_on = day}) ==
         legal::Tri::kYes;
}

bool PublicAsRecorded(const Instrument& instrument, absl::CivilDay day) {
  return legal::PublicUnder(ToLegal(instrument), {.day = day, .explore = true, .public_on = day}) ==
         legal::Tri::kYes;
}

Certainty CertaintyOf(const Instrument& instrument, absl::string_view field) {
  for (const Confirmation& confirmation : instrument.confirmations) {
    if (confirmation.field == field) return Certainty::kFound;
  }
  const auto found = instrument.certainty.find(std::string(field));
  return found == instrument.certainty.end() ? Certainty::kUnconfirmed : found->second;
}

legal::Validity ValidityOf(const Contact& contact) {
  return legal::Validity::Of(contact.valid_from, contact.valid_to);
}

}  // namespace comity::partner_registry
