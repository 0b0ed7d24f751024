#include <string>

#include "absl/strings/str_cat.h"
#include "services/partner-registry/domain/types.h"
#include "services/partner-registry/records/relation_proto.h"

namespace comity::partner_registry {
namespace {

// Numbers are the same on both sides (domain/types.h).
template <typename To, typename From>
To Cast(From value) {
  return static_cast<To>(static_cast<int>(value));
}

std::string PartnerName(absl::string_view id) {
  return id.empty() ? "" : absl::StrCat("partners/", id);
}

// A message with what all have: name, revision, etag.
template <typename Message, typename T>
Message Begin(const T& value, absl::string_view store_id) {
  Message made;
  made.set_name(Name(value));
  if (value.recorded.revision == 0) return made;
  made.mutable_revision()->set_store_id(store_id.data(), store_id.size());
  made.mutable_revision()->set_number(value.recorded.revision);
  made.set_etag(EtagOf(value.recorded));
  return made;
}

}  // namespace

v1::Strategy ToProto(const Strategy& strategy, absl::string_view store_id) {
  auto made = Begin<v1::Strategy>(strategy, store_id);
  made.set_title(strategy.title);
  made.set_from(strategy.from);
  made.set_to(strategy.to);
  made.set_adopted(strategy.adopted);
  made.set_evidence(strategy.evidence);
  for (const StrategyPriority& priority : strategy.priorities) {
    v1::StrategyPriority& added = *made.add_priorities();
    added.set_id(priority.id);
    added.set_title(priority.title);
  }
  for (const StrategyPartner& listed : strategy.partners) {
    v1::StrategyPartner& added = *made.add_partners();
    added.set_partner(PartnerName(listed.partner));
    for (const std::string& priority : listed.priorities) added.add_priorities(priority);
  }
  return made;
}

v1::CriteriaSet ToProto(const CriteriaSet& set, absl::string_view store_id) {
  auto made = Begin<v1::CriteriaSet>(set, store_id);
  made.set_title(set.title);
  made.set_adopted(set.adopted);
  made.set_evidence(set.evidence);
  for (const Criterion& criterion : set.criteria) {
    v1::Criterion& added = *made.add_criteria();
    added.set_id(criterion.id);
    added.set_question(criterion.question);
    added.set_weight(criterion.weight);
    added.set_minimum(criterion.minimum);
    added.set_measure(Cast<v1::Criterion::Measure>(criterion.measure));
  }
  return made;
}

v1::Assessment ToProto(const Assessment& assessment, absl::string_view store_id) {
  auto made = Begin<v1::Assessment>(assessment, store_id);
  made.set_criteria_set(absl::StrCat("criteriaSets/", assessment.criteria_set));
  made.set_day(assessment.day);
  for (const Score& score : assessment.scores) {
    v1::Score& added = *made.add_scores();
    added.set_criterion(score.criterion);
    added.set_points(score.points);
    added.set_source(score.source);
  }
  made.set_recorded_by(assessment.recorded_by);
  return made;
}

v1::Volume ToProto(const Volume& volume, absl::string_view store_id) {
  auto made = Begin<v1::Volume>(volume, store_id);
  made.mutable_counts()->insert(volume.counts.begin(), volume.counts.end());
  made.set_source(volume.source);
  for (const MeasuredVolume& measured : volume.measured) {
    v1::MeasuredVolume& added = *made.add_measured();
    added.set_service(measured.service);
    added.mutable_counts()->insert(measured.counts.begin(), measured.counts.end());
    added.mutable_counted_at()->set_store_id(measured.store_id);
    added.mutable_counted_at()->set_number(measured.revision);
  }
  return made;
}

v1::Consultation ToProto(const Consultation& consultation, absl::string_view store_id) {
  auto made = Begin<v1::Consultation>(consultation, store_id);
  made.set_question(consultation.question);
  made.set_opened(consultation.opened);
  made.set_deadline(consultation.deadline);
  made.set_evidence(consultation.evidence);
  for (const std::string& state : consultation.member_states) {
    made.add_member_states(PartnerName(state));
  }
  for (const Reply& reply : consultation.replies) {
    v1::ConsultationReply& added = *made.add_replies();
    added.set_member_state(PartnerName(reply.member_state));
    added.set_position(Cast<v1::ConsultationReply::Position>(reply.position));
    added.set_day(reply.day);
    added.set_evidence(reply.evidence);
    added.set_recorded_by(reply.recorded_by);
  }
  made.set_state(Cast<v1::Consultation::State>(consultation.state));
  made.set_closed(consultation.closed);
  made.set_override_reason(consultation.override_reason);
  return made;
}

v1::Readiness ToProto(const Readiness& readiness, absl::string_view store_id) {
  auto made = Begin<v1::Readiness>(readiness, store_id);
  for (const ReadinessItem& item : readiness.items) {
    v1::ReadinessItem& added = *made.add_items();
    added.set_topic(Cast<v1::ReadinessItem::Topic>(item.topic));
    added.set_state(Cast<v1::ReadinessItem::State>(item.state));
    added.set_statement(item.statement);
    added.set_day(item.day);
    added.set_evidence(item.evidence);
  }
  return made;
}

v1::Arrangement ToProto(const Arrangement& arrangement, absl::string_view store_id) {
  auto made = Begin<v1::Arrangement>(arrangement, store_id);
  made.set_title(arrangement.title);
  for (const std::string& authority : arrangement.authorities) {
    made.add_authorities(
        absl::StrCat("partners/", arrangement.partner, "/authorities/", authority));
  }
  made.set_state(Cast<v1::Arrangement::State>(StateOf(arrangement)));
  for (const ArrangementStep& step : arrangement.steps) {
    v1::ArrangementStep& added = *made.add_steps();
    added.set_state(Cast<v1::Arrangement::State>(step.state));
    added.set_day(step.day);
    added.set_evidence(step.evidence);
  }
  for (const ArrangementDraft& draft : arrangement.drafts) {
    v1::ArrangementDraft& added = *made.add_drafts();
    added.set_number(draft.number);
    added.set_day(draft.day);
    added.set_evidence(draft.evidence);
    added.set_sha256(draft.sha256);
    added.set_note(draft.note);
  }
  for (const ArrangementTransmission& transmission : arrangement.transmissions) {
    v1::ArrangementTransmission& added = *made.add_transmissions();
    added.set_member_state(PartnerName(transmission.member_state));
    added.set_day(transmission.day);
    added.set_evidence(transmission.evidence);
  }
  made.set_opened(arrangement.opened);
  made.set_evidence(arrangement.evidence);
  return made;
}

v1::Secondment ToProto(const Secondment& secondment, absl::string_view store_id) {
  auto made = Begin<v1::Secondment>(secondment, store_id);
  made.set_kind(Cast<v1::Secondment::Kind>(secondment.kind));
  made.set_instrument(secondment.instrument);
  made.set_from(secondment.from);
  made.set_to(secondment.to);
  made.set_ended(secondment.ended);
  if (!secondment.contact.empty()) {
    made.set_contact(
        absl::StrCat("partners/", secondment.partner, "/contacts/", secondment.contact));
  }
  made.set_identity(secondment.identity);
  if (!secondment.authority.empty()) {
    made.set_authority(
        absl::StrCat("partners/", secondment.partner, "/authorities/", secondment.authority));
  }
  made.set_evidence(secondment.evidence);
  return made;
}

}  // namespace comity::partner_registry
