#include "services/partner-registry/transport/relation_view.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/partner-registry/domain/arrangements.h"
#include "services/partner-registry/domain/consultations.h"
#include "services/partner-registry/domain/readiness.h"
#include "services/partner-registry/domain/secondments.h"
#include "services/partner-registry/records/relation_proto.h"

namespace comity::partner_registry {
namespace {

// The name with what has to stand beside it.
std::string NameWithFootnote(const Registry& registry, const std::string& id) {
  const Partner* partner = registry.FindPartner(id);
  if (partner == nullptr) return "";
  return partner->status_footnote.empty()
             ? partner->display_name
             : absl::StrCat(partner->display_name, " (", partner->status_footnote, ")");
}

}  // namespace

v1::Strategy RelationView::Show(const Strategy& strategy) const {
  return ToProto(strategy, registry.store_id());
}

v1::CriteriaSet RelationView::Show(const CriteriaSet& set) const {
  return ToProto(set, registry.store_id());
}

v1::Assessment RelationView::Show(const Assessment& assessment) const {
  return ToProto(assessment, registry.store_id());
}

v1::Volume RelationView::Show(const Volume& volume) const {
  return ToProto(volume, registry.store_id());
}

v1::Consultation RelationView::Show(Consultation consultation) const {
  // Who is silent is part of what the Member States replied.
  const bool internal = viewer.insight == Insight::kInternal;
  const auto silent = internal ? Outstanding(consultation) : std::vector<std::string>();
  const bool due = internal && ReminderDue(consultation, day);
  Redact(viewer, consultation);
  v1::Consultation shown = ToProto(consultation, registry.store_id());
  for (const std::string& state : silent) {
    shown.add_outstanding(absl::StrCat("partners/", state));
  }
  shown.set_reminder_due(due);
  return shown;
}

v1::Readiness RelationView::Show(const Readiness& readiness) const {
  v1::Readiness shown = ToProto(readiness, registry.store_id());
  for (const Topic topic : MissingTopics(readiness)) {
    shown.add_missing(static_cast<v1::ReadinessItem::Topic>(static_cast<int>(topic)));
  }
  return shown;
}

v1::Arrangement RelationView::Show(Arrangement arrangement) const {
  Redact(viewer, arrangement);
  v1::Arrangement shown = ToProto(arrangement, registry.store_id());
  for (const std::string& one : TransmissionsOutstanding(registry, arrangement)) {
    shown.add_transmissions_outstanding(one == "-" ? one : absl::StrCat("partners/", one));
  }
  return shown;
}

v1::Secondment RelationView::Show(const Secondment& secondment) const {
  v1::Secondment shown = ToProto(secondment, registry.store_id());
  shown.set_reason(WhyNotInEffect(registry, secondment, day));
  shown.set_in_effect(shown.reason().empty());
  return shown;
}

v1::RankedPartner RelationView::Show(const RankedPartner& ranked) const {
  v1::RankedPartner shown;
  shown.set_place(ranked.place);
  shown.set_partner(absl::StrCat("partners/", ranked.partner));
  shown.set_partner_name(NameWithFootnote(registry, ranked.partner));
  shown.set_milli_points(static_cast<std::int32_t>(ranked.milli_points));
  for (const RankedLine& line : ranked.lines) {
    v1::RankedPartner::Line& added = *shown.add_lines();
    added.set_criterion(line.criterion);
    added.set_milli_points(static_cast<std::int32_t>(line.milli_points));
    added.set_weight(line.weight);
    added.set_source(line.source);
  }
  for (const std::string& criterion : ranked.failed) shown.add_failed(criterion);
  shown.set_assessment(ranked.assessment);
  return shown;
}

v1::StrategyGap RelationView::Show(const StrategyGap& gap) const {
  v1::StrategyGap shown;
  shown.set_kind(static_cast<v1::StrategyGap::Kind>(static_cast<int>(gap.kind)));
  if (!gap.partner.empty()) shown.set_partner(absl::StrCat("partners/", gap.partner));
  shown.set_partner_name(NameWithFootnote(registry, gap.partner));
  shown.set_sentence(gap.sentence);
  return shown;
}

}  // namespace comity::partner_registry
