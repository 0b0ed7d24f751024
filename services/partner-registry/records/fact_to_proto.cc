#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/fact_limits.h"
#include "services/partner-registry/records/fact_proto.h"
#include "services/partner-registry/records/relation_proto.h"

namespace comity::partner_registry {
namespace {

// Numbers are the same on both sides (domain/types.h).
template <typename To, typename From>
To Cast(From value) {
  return static_cast<To>(static_cast<int>(value));
}

// Nothing of a state that was never recorded.
template <typename Message>
void SetRevision(const Recorded& recorded, absl::string_view store_id, Message& message) {
  if (recorded.revision == 0) return;
  message.mutable_revision()->set_store_id(store_id.data(), store_id.size());
  message.mutable_revision()->set_number(recorded.revision);
}

template <typename Message>
void SetRecorded(const Recorded& recorded, absl::string_view store_id, Message& message) {
  SetRevision(recorded, store_id, message);
  if (recorded.revision > 0) SetTime(recorded.time, message.mutable_record_time());
}

std::string InstrumentName(absl::string_view partner, absl::string_view id) {
  return absl::StrCat("partners/", partner, "/instruments/", id);
}

void SetScope(const legal::Scope& scope, v1::InstrumentScope& made) {
  for (const std::string& territory : scope.territories) made.add_territories(territory);
  for (const std::string& sector : scope.sectors) made.add_sectors(sector);
  for (const std::string& offence : scope.offences) made.add_offences(offence);
  for (const std::string& stage : scope.stages) made.add_stages(stage);
  for (const legal::SubjectKind subject : scope.subjects) {
    made.add_subjects(Cast<v1::SubjectKind>(subject));
  }
  made.set_excludes_special_categories(scope.excludes_special_categories);
}

std::string PartnerName(absl::string_view id) {
  return id.empty() ? "" : absl::StrCat("partners/", id);
}

void SetConfirmation(const Confirmation& confirmation, v1::Confirmation& made) {
  made.set_field(confirmation.field);
  made.set_value(confirmation.value);
  made.set_evidence(confirmation.evidence);
  made.set_confirmed_by(confirmation.confirmed_by);
  SetTime(confirmation.confirm_time, made.mutable_confirm_time());
}

template <typename T, typename Message>
void SetRetraction(const T& fact, Message& made) {
  if (!fact.retraction.has_value()) return;
  v1::Retraction& retraction = *made.mutable_retraction();
  retraction.set_evidence(fact.retraction->evidence);
  retraction.set_retracted_by(fact.retraction->retracted_by);
  SetTime(fact.retraction->time, retraction.mutable_retract_time());
}

// Of what is confirmed as a whole the record has who recorded it in the place of the field that is
// confirmed, which is always the same.
template <typename T, typename Message>
void KeepRecorders(const T& fact, Message& record,
                   v1::Confirmation* (Message::*confirmation)() = &Message::mutable_confirmation) {
  if (fact.recorded_by.empty() && !fact.confirmation.has_value()) return;
  (record.*confirmation)()->set_field(absl::StrJoin(fact.recorded_by, " "));
}

// Those that were withdrawn last, in the order of names.
std::vector<const Milestone*> LastWithdrawn(const Registry& registry, absl::string_view partner) {
  std::vector<const Milestone*> withdrawn = registry.MilestonesOf(partner);
  std::erase_if(withdrawn, [](const Milestone* each) { return !each->withdrawn(); });
  if (withdrawn.size() <= kMostWithdrawnTold) return withdrawn;
  std::stable_sort(withdrawn.begin(), withdrawn.end(), [](const Milestone* a, const Milestone* b) {
    return a->recorded.revision > b->recorded.revision;
  });
  withdrawn.resize(kMostWithdrawnTold);
  std::sort(withdrawn.begin(), withdrawn.end(),
            [](const Milestone* a, const Milestone* b) { return a->id < b->id; });
  return withdrawn;
}

}  // namespace

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  const std::int64_t micros = absl::ToUnixMicros(time);
  std::int64_t seconds = micros / 1'000'000;
  std::int64_t rest = micros % 1'000'000;
  if (rest < 0) {
    rest += 1'000'000;
    --seconds;
  }
  out->set_seconds(seconds);
  out->set_nanos(static_cast<std::int32_t>(rest * 1000));
}

v1::Partner ToProto(const Partner& partner, absl::string_view store_id) {
  v1::Partner made;
  made.set_name(NameOf(partner));
  made.set_kind(Cast<v1::PartnerKind>(partner.kind));
  made.set_display_name(partner.display_name);
  made.set_iso_alpha2(partner.iso_alpha2);
  made.set_iso_alpha3(partner.iso_alpha3);
  made.set_region(partner.region);
  made.set_status_footnote(partner.status_footnote);
  for (const LegalClassPeriod& period : partner.legal_classes) {
    v1::LegalClassPeriod& added = *made.add_legal_classes();
    added.set_legal_class(Cast<v1::LegalClass>(period.legal_class));
    added.set_from(period.from);
    added.set_to(period.to);
    added.set_certainty(Cast<v1::Certainty>(period.certainty));
    added.set_note(period.note);
    if (period.confirmation.has_value()) {
      SetConfirmation(*period.confirmation, *added.mutable_confirmation());
    }
  }
  made.set_exchanges_suspended(partner.exchanges_suspended);
  made.set_competent_in_criminal_matters(partner.competence.criminal_matters);
  made.set_competence_certainty(Cast<v1::Certainty>(partner.competence.certainty));
  if (partner.competence.confirmation.has_value()) {
    SetConfirmation(*partner.competence.confirmation, *made.mutable_competence_confirmation());
  }
  SetRecorded(partner.recorded, store_id, made);
  made.set_etag(EtagOf(partner.recorded));
  for (const std::string& alias : partner.aliases) made.add_aliases(alias);
  if (partner.delete_time.has_value()) SetTime(*partner.delete_time, made.mutable_delete_time());
  made.set_merged_into(PartnerName(partner.merged_into));
  return made;
}

v1::Instrument ToProto(const Instrument& instrument, absl::string_view store_id) {
  v1::Instrument made;
  made.set_name(NameOf(instrument));
  made.set_kind(Cast<v1::InstrumentKind>(instrument.kind));
  made.set_title(instrument.title);
  made.set_legal_base(instrument.legal_base);
  made.set_signed_(instrument.signed_on);
  made.set_provisional_from(instrument.provisional_from);
  made.set_in_force(instrument.in_force);
  made.set_in_force_by(instrument.in_force_by);
  made.set_applied_from(instrument.applied_from);
  made.set_not_before(instrument.not_before);
  made.set_notified_end(instrument.notified_end);
  made.set_ended(instrument.ended);
  made.set_parts_suspended(instrument.parts_suspended);
  made.set_suspended_from(instrument.suspended_from);
  made.set_public_since(instrument.public_since);
  made.set_reference(instrument.reference);
  for (const auto& [field, certainty] : instrument.certainty) {
    (*made.mutable_certainty())[field] = Cast<v1::Certainty>(certainty);
  }
  made.set_note(instrument.note);
  made.set_allows_secondment(instrument.allows_secondment);
  if (!instrument.supersedes.empty()) {
    made.set_supersedes(InstrumentName(instrument.partner, instrument.supersedes));
  }
  made.set_last_evaluated(instrument.last_evaluated);
  made.set_review_by(instrument.review_by);
  if (instrument.scope != legal::Scope()) SetScope(instrument.scope, *made.mutable_scope());
  for (const Confirmation& confirmation : instrument.confirmations) {
    SetConfirmation(confirmation, *made.add_confirmations());
  }
  made.set_recorded_by(instrument.recorded_by);
  for (const auto& [field, who] : instrument.value_recorded_by) {
    (*made.mutable_value_recorded_by())[field] = who;
  }
  SetRetraction(instrument, made);
  SetRecorded(instrument.recorded, store_id, made);
  made.set_etag(EtagOf(instrument.recorded));
  return made;
}

v1::Milestone ToProto(const Milestone& milestone, absl::string_view store_id) {
  v1::Milestone made;
  // A step that follows from an instrument is no resource of its own.
  if (!milestone.id.empty()) made.set_name(NameOf(milestone));
  made.set_axis(Cast<v1::Axis>(milestone.axis));
  made.set_step(milestone.step);
  made.set_day(milestone.day);
  made.set_evidence(milestone.evidence);
  made.set_certainty(Cast<v1::Certainty>(milestone.certainty));
  made.set_project(PartnerName(milestone.project));
  made.set_note(milestone.note);
  made.set_withdrawal_evidence(milestone.withdrawal_evidence);
  SetRevision(milestone.recorded, store_id, made);
  return made;
}

v1::Authority ToProto(const Authority& authority, absl::string_view store_id) {
  v1::Authority made;
  made.set_name(NameOf(authority));
  made.set_display_name(authority.display_name);
  made.set_competent_in_criminal_matters(authority.competent_in_criminal_matters);
  made.set_territory(authority.territory);
  for (const std::string& sector : authority.sectors) made.add_sectors(sector);
  for (const std::string& id : authority.listed_in) {
    made.add_listed_in(InstrumentName(authority.partner, id));
  }
  made.set_last_verified(authority.last_verified);
  made.set_certainty(Cast<v1::Certainty>(authority.certainty));
  if (authority.confirmation.has_value()) {
    SetConfirmation(*authority.confirmation, *made.mutable_confirmation());
  }
  SetRetraction(authority, made);
  SetRevision(authority.recorded, store_id, made);
  made.set_etag(EtagOf(authority.recorded));
  return made;
}

v1::Contact ToProto(const Contact& contact, absl::string_view store_id) {
  v1::Contact made;
  made.set_name(NameOf(contact));
  made.set_spiffe_id(contact.spiffe_id);
  made.set_function(contact.function);
  // Of an erased one the name alone is left.
  if (!contact.authority.empty()) {
    made.set_authority(
        absl::StrCat("partners/", contact.partner, "/authorities/", contact.authority));
  }
  made.set_opener(contact.opener);
  for (const std::string& language : contact.languages) made.add_languages(language);
  if (contact.working_hours.has_value()) {
    v1::WorkingHours& hours = *made.mutable_working_hours();
    hours.set_time_zone(contact.working_hours->time_zone);
    for (const int day : contact.working_hours->days) hours.add_days(day);
    hours.set_start_minute(contact.working_hours->start_minute);
    hours.set_end_minute(contact.working_hours->end_minute);
    for (const std::string& day : contact.working_hours->holidays) hours.add_holidays(day);
  }
  made.set_state(Cast<v1::Contact::State>(contact.state));
  made.set_last_verified(contact.last_verified);
  for (const std::string& id : contact.deputies) {
    made.add_deputies(absl::StrCat("partners/", contact.partner, "/contacts/", id));
  }
  for (const Absence& absence : contact.absences) {
    v1::Absence& added = *made.add_absences();
    added.set_first_day(absence.first_day);
    added.set_last_day(absence.last_day);
  }
  made.set_valid_from(contact.valid_from);
  made.set_valid_to(contact.valid_to);
  if (contact.erase_time.has_value()) SetTime(*contact.erase_time, made.mutable_erase_time());
  SetRevision(contact.recorded, store_id, made);
  made.set_etag(EtagOf(contact.recorded));
  return made;
}

v1::Decision ToProto(const Decision& decision, absl::string_view store_id) {
  v1::Decision made;
  made.set_name(NameOf(decision));
  made.set_kind(Cast<v1::DecisionKind>(decision.kind));
  made.set_partner(PartnerName(decision.partner));
  for (const std::string& id : decision.counterparts) made.add_counterparts(PartnerName(id));
  made.set_case_reference(decision.case_reference);
  for (const std::string& condition : decision.conditions) made.add_conditions(condition);
  made.set_valid_from(decision.valid_from);
  made.set_valid_to(decision.valid_to);
  made.set_evidence(decision.evidence);
  made.set_grounds(decision.grounds);
  if (decision.withdraw_time.has_value()) {
    SetTime(*decision.withdraw_time, made.mutable_withdraw_time());
  }
  made.set_recorded_by(decision.recorded_by);
  SetRecorded(decision.recorded, store_id, made);
  return made;
}

v1::KeyStatement ToProto(const KeyStatement& statement, absl::string_view store_id) {
  v1::KeyStatement made;
  made.set_name(NameOf(statement));
  made.set_holder(statement.holder);
  made.set_statement(statement.statement);
  made.set_signature(statement.signature);
  SetRevision(statement.recorded, store_id, made);
  made.set_leaf_index(statement.leaf_index);
  return made;
}

void HidePersons(v1::Instrument& instrument) {
  instrument.clear_recorded_by();
  instrument.clear_value_recorded_by();
  for (v1::Confirmation& confirmation : *instrument.mutable_confirmations()) {
    confirmation.clear_confirmed_by();
  }
  if (instrument.has_retraction()) instrument.mutable_retraction()->clear_retracted_by();
}

void HidePersons(v1::Authority& authority) {
  if (authority.has_confirmation()) authority.mutable_confirmation()->clear_confirmed_by();
  if (authority.has_retraction()) authority.mutable_retraction()->clear_retracted_by();
}

void SetFootnote(const Registry& registry, v1::Authority& authority) {
  const Partner* partner = registry.FindPartner(legal::PartnerOf(authority.name()).substr(9));
  if (partner != nullptr) authority.set_status_footnote(partner->status_footnote);
}

void SetFootnote(const Registry& registry, v1::Fact& fact) {
  if (fact.has_authority()) SetFootnote(registry, *fact.mutable_authority());
}

void HidePersons(v1::Partner& partner) {
  for (v1::LegalClassPeriod& period : *partner.mutable_legal_classes()) {
    if (period.has_confirmation()) period.mutable_confirmation()->clear_confirmed_by();
  }
  if (partner.has_competence_confirmation()) {
    partner.mutable_competence_confirmation()->clear_confirmed_by();
  }
}

v1::Fact ToRecord(const Fact& fact, absl::string_view store_id) {
  v1::Fact record = ToProto(fact, store_id);
  if (const auto* authority = std::get_if<Authority>(&fact)) {
    KeepRecorders(*authority, *record.mutable_authority());
  }
  if (const auto* partner = std::get_if<Partner>(&fact)) {
    for (std::size_t i = 0; i < partner->legal_classes.size(); ++i) {
      KeepRecorders(partner->legal_classes[i],
                    *record.mutable_partner()->mutable_legal_classes(static_cast<int>(i)));
    }
    KeepRecorders(partner->competence, *record.mutable_partner(),
                  &v1::Partner::mutable_competence_confirmation);
  }
  return record;
}

v1::Fact ToProto(const Fact& fact, absl::string_view store_id) {
  struct Visitor {
    absl::string_view store_id;
    v1::Fact made;
    void operator()(const Partner& f) { *made.mutable_partner() = ToProto(f, store_id); }
    void operator()(const Instrument& f) { *made.mutable_instrument() = ToProto(f, store_id); }
    void operator()(const Milestone& f) { *made.mutable_milestone() = ToProto(f, store_id); }
    void operator()(const Authority& f) { *made.mutable_authority() = ToProto(f, store_id); }
    void operator()(const Contact& f) { *made.mutable_contact() = ToProto(f, store_id); }
    void operator()(const Decision& f) { *made.mutable_decision() = ToProto(f, store_id); }
    void operator()(const KeyStatement& f) { *made.mutable_key_statement() = ToProto(f, store_id); }
    void operator()(const Strategy& f) { *made.mutable_strategy() = ToProto(f, store_id); }
    void operator()(const CriteriaSet& f) { *made.mutable_criteria_set() = ToProto(f, store_id); }
    void operator()(const Assessment& f) { *made.mutable_assessment() = ToProto(f, store_id); }
    void operator()(const Volume& f) { *made.mutable_volume() = ToProto(f, store_id); }
    void operator()(const Consultation& f) { *made.mutable_consultation() = ToProto(f, store_id); }
    void operator()(const Readiness& f) { *made.mutable_readiness() = ToProto(f, store_id); }
    void operator()(const Arrangement& f) { *made.mutable_arrangement() = ToProto(f, store_id); }
    void operator()(const Secondment& f) { *made.mutable_secondment() = ToProto(f, store_id); }
    void operator()(const ChangeRequest&) {}  // No fact: see change_request_proto.h.
  } visitor{store_id, {}};
  std::visit(visitor, fact);
  return std::move(visitor.made);
}

v1::PartnerStanding ToProto(const Standing& standing, const Partner& partner,
                            const Registry& registry) {
  v1::PartnerStanding made;
  *made.mutable_partner() = ToProto(partner, registry.store_id());
  made.set_legal_class(Cast<v1::LegalClass>(standing.legal_class));
  const std::vector<const Milestone*> withdrawn = LastWithdrawn(registry, partner.id);
  for (const AxisStanding& axis : standing.axes) {
    v1::AxisStanding& added = *made.add_axes();
    added.set_axis(Cast<v1::Axis>(axis.axis));
    added.set_step(axis.step);
    added.set_day(axis.day);
    added.set_evidence(axis.evidence);
    added.set_certainty(Cast<v1::Certainty>(axis.certainty));
    added.set_next_step(axis.next_step);
    for (const Milestone& step : axis.history) {
      *added.add_history() = ToProto(step, registry.store_id());
    }
    // What was withdrawn counts no more and stays readable. What was public is another question.
    if (standing.public_on.has_value()) continue;
    for (const Milestone* step : withdrawn) {
      if (step->axis == axis.axis) *added.add_history() = ToProto(*step, registry.store_id());
    }
  }
  for (const Instrument* instrument : standing.instruments) {
    *made.add_instruments() = ToProto(*instrument, registry.store_id());
  }
  made.set_day(FormatDay(standing.day));
  if (standing.public_on.has_value()) made.set_public_on(FormatDay(*standing.public_on));
  made.mutable_registry_revision()->set_store_id(registry.store_id());
  made.mutable_registry_revision()->set_number(registry.revision());
  return made;
}

}  // namespace comity::partner_registry
