#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/records/relation_proto.h"

namespace comity::partner_registry {
namespace {

template <typename To, typename From>
To Cast(From value) {
  return static_cast<To>(static_cast<int>(value));
}

absl::Status UnknownValue(absl::string_view path, absl::string_view field) {
  return InvalidField("VALUE_UNKNOWN", absl::StrCat(path, ".", field),
                      "this version does not know the value: see the proto for those it knows");
}

// "<collection>/{id}" or "partners/{partner}/<collection>/{id}", ids as they are.
template <typename T>
absl::StatusOr<T> Named(absl::string_view path, const std::string& name) {
  T made;
  std::vector<std::string> parts = absl::StrSplit(name, '/');
  if constexpr (requires { made.partner; }) {
    if (parts.size() >= 3 && parts[0] == "partners" && parts[2] == T::kCollection) {
      made.partner = std::move(parts[1]);
      if constexpr (requires { made.id; }) {
        if (parts.size() == 4) {
          made.id = std::move(parts[3]);
          return made;
        }
      } else if (parts.size() == 3) {
        return made;
      }
    }
  } else if (parts.size() == 2 && parts[0] == T::kCollection) {
    made.id = std::move(parts[1]);
    return made;
  }
  return InvalidField("NAME_INVALID", absl::StrCat(path, ".name"),
                      absl::StrCat("it must be a name of ", T::kCollection));
}

// The id of an optional "partners/{partner}".
absl::StatusOr<std::string> OptionalPartner(absl::string_view path, absl::string_view field,
                                            const std::string& name) {
  if (name.empty()) return std::string();
  return ParsePartnerName(absl::StrCat(path, ".", field), name);
}

// The id of a resource below `partner`.
absl::StatusOr<std::string> IdBelow(absl::string_view path, absl::string_view field,
                                    absl::string_view collection, const std::string& partner,
                                    const std::string& name) {
  const std::string where = absl::StrCat(path, ".", field);
  COMITY_ASSIGN_OR_RETURN(ChildName child, ParseChildName(where, collection, name));
  if (child.partner != partner) {
    return InvalidField("NAME_INVALID", where, absl::StrCat("it must be of partners/", partner));
  }
  return std::move(child.id);
}

}  // namespace

absl::StatusOr<Strategy> FromProto(absl::string_view path, const v1::Strategy& strategy) {
  COMITY_ASSIGN_OR_RETURN(Strategy made, Named<Strategy>(path, strategy.name()));
  made.title = strategy.title();
  made.from = strategy.from();
  made.to = strategy.to();
  made.adopted = strategy.adopted();
  made.evidence = strategy.evidence();
  for (const v1::StrategyPriority& priority : strategy.priorities()) {
    made.priorities.push_back({.id = priority.id(), .title = priority.title()});
  }
  for (int i = 0; i < strategy.partners_size(); ++i) {
    const v1::StrategyPartner& listed = strategy.partners(i);
    StrategyPartner read{.priorities = {listed.priorities().begin(), listed.priorities().end()}};
    COMITY_ASSIGN_OR_RETURN(
        read.partner,
        ParsePartnerName(absl::StrCat(path, ".partners[", i, "].partner"), listed.partner()));
    made.partners.push_back(std::move(read));
  }
  return made;
}

absl::StatusOr<CriteriaSet> FromProto(absl::string_view path, const v1::CriteriaSet& set) {
  COMITY_ASSIGN_OR_RETURN(CriteriaSet made, Named<CriteriaSet>(path, set.name()));
  made.title = set.title();
  made.adopted = set.adopted();
  made.evidence = set.evidence();
  for (int i = 0; i < set.criteria_size(); ++i) {
    const v1::Criterion& criterion = set.criteria(i);
    if (!v1::Criterion::Measure_IsValid(criterion.measure())) {
      return UnknownValue(path, absl::StrCat("criteria[", i, "].measure"));
    }
    made.criteria.push_back({.id = criterion.id(),
                             .question = criterion.question(),
                             .weight = criterion.weight(),
                             .minimum = criterion.minimum(),
                             .measure = Cast<Measure>(criterion.measure())});
  }
  return made;
}

absl::StatusOr<Assessment> FromProto(absl::string_view path, const v1::Assessment& assessment) {
  COMITY_ASSIGN_OR_RETURN(Assessment made, Named<Assessment>(path, assessment.name()));
  COMITY_ASSIGN_OR_RETURN(
      made.criteria_set, ParseTopName(absl::StrCat(path, ".criteria_set"), CriteriaSet::kCollection,
                                      assessment.criteria_set()));
  made.day = assessment.day();
  for (const v1::Score& score : assessment.scores()) {
    made.scores.push_back(
        {.criterion = score.criterion(), .points = score.points(), .source = score.source()});
  }
  made.recorded_by = assessment.recorded_by();
  return made;
}

absl::StatusOr<Volume> FromProto(absl::string_view path, const v1::Volume& volume) {
  COMITY_ASSIGN_OR_RETURN(Volume made, Named<Volume>(path, volume.name()));
  made.counts.insert(volume.counts().begin(), volume.counts().end());
  made.source = volume.source();
  for (const v1::MeasuredVolume& measured : volume.measured()) {
    made.measured.push_back({.service = measured.service(),
                             .counts = {measured.counts().begin(), measured.counts().end()},
                             .store_id = measured.counted_at().store_id(),
                             .revision = measured.counted_at().number()});
  }
  return made;
}

absl::StatusOr<Reply> FromProto(absl::string_view path, const v1::ConsultationReply& reply) {
  if (!v1::ConsultationReply::Position_IsValid(reply.position())) {
    return UnknownValue(path, "position");
  }
  Reply made{.position = Cast<Position>(reply.position()),
             .day = reply.day(),
             .evidence = reply.evidence(),
             .recorded_by = reply.recorded_by()};
  COMITY_ASSIGN_OR_RETURN(made.member_state, ParsePartnerName(absl::StrCat(path, ".member_state"),
                                                              reply.member_state()));
  return made;
}

absl::StatusOr<Consultation> FromProto(absl::string_view path,
                                       const v1::Consultation& consultation) {
  COMITY_ASSIGN_OR_RETURN(Consultation made, Named<Consultation>(path, consultation.name()));
  made.question = consultation.question();
  made.opened = consultation.opened();
  made.deadline = consultation.deadline();
  made.evidence = consultation.evidence();
  for (const std::string& name : consultation.member_states()) {
    COMITY_ASSIGN_OR_RETURN(std::string id,
                            ParsePartnerName(absl::StrCat(path, ".member_states"), name));
    made.member_states.push_back(std::move(id));
  }
  for (const v1::ConsultationReply& reply : consultation.replies()) {
    COMITY_ASSIGN_OR_RETURN(Reply read, FromProto(absl::StrCat(path, ".replies"), reply));
    made.replies.push_back(std::move(read));
  }
  made.state = Cast<ConsultationState>(consultation.state());
  made.closed = consultation.closed();
  made.override_reason = consultation.override_reason();
  return made;
}

absl::StatusOr<ReadinessItem> FromProto(absl::string_view path, const v1::ReadinessItem& item) {
  if (!v1::ReadinessItem::Topic_IsValid(item.topic())) return UnknownValue(path, "topic");
  if (!v1::ReadinessItem::State_IsValid(item.state())) return UnknownValue(path, "state");
  return ReadinessItem{.topic = Cast<Topic>(item.topic()),
                       .state = Cast<ReadinessState>(item.state()),
                       .statement = item.statement(),
                       .day = item.day(),
                       .evidence = item.evidence()};
}

absl::StatusOr<Readiness> FromProto(absl::string_view path, const v1::Readiness& readiness) {
  COMITY_ASSIGN_OR_RETURN(Readiness made, Named<Readiness>(path, readiness.name()));
  for (const v1::ReadinessItem& item : readiness.items()) {
    COMITY_ASSIGN_OR_RETURN(ReadinessItem read, FromProto(absl::StrCat(path, ".items"), item));
    made.items.push_back(std::move(read));
  }
  return made;
}

ArrangementDraft FromProto(const v1::ArrangementDraft& draft) {
  return {.number = draft.number(),
          .day = draft.day(),
          .evidence = draft.evidence(),
          .sha256 = draft.sha256(),
          .note = draft.note()};
}

absl::StatusOr<ArrangementStep> FromProto(absl::string_view path, const v1::ArrangementStep& step) {
  if (!v1::Arrangement::State_IsValid(step.state())) return UnknownValue(path, "state");
  return ArrangementStep{.state = Cast<ArrangementState>(step.state()),
                         .day = step.day(),
                         .evidence = step.evidence()};
}

absl::StatusOr<ArrangementTransmission> FromProto(absl::string_view path,
                                                  const v1::ArrangementTransmission& transmission) {
  ArrangementTransmission made{.day = transmission.day(), .evidence = transmission.evidence()};
  COMITY_ASSIGN_OR_RETURN(made.member_state,
                          OptionalPartner(path, "member_state", transmission.member_state()));
  return made;
}

absl::StatusOr<Arrangement> FromProto(absl::string_view path, const v1::Arrangement& arrangement) {
  COMITY_ASSIGN_OR_RETURN(Arrangement made, Named<Arrangement>(path, arrangement.name()));
  made.title = arrangement.title();
  for (const std::string& name : arrangement.authorities()) {
    COMITY_ASSIGN_OR_RETURN(std::string id,
                            IdBelow(path, "authorities", "authorities", made.partner, name));
    made.authorities.push_back(std::move(id));
  }
  made.opened = arrangement.opened();
  made.evidence = arrangement.evidence();
  for (const v1::ArrangementStep& step : arrangement.steps()) {
    COMITY_ASSIGN_OR_RETURN(ArrangementStep read, FromProto(absl::StrCat(path, ".steps"), step));
    made.steps.push_back(std::move(read));
  }
  for (const v1::ArrangementDraft& draft : arrangement.drafts()) {
    made.drafts.push_back(FromProto(draft));
  }
  for (const v1::ArrangementTransmission& transmission : arrangement.transmissions()) {
    COMITY_ASSIGN_OR_RETURN(ArrangementTransmission read,
                            FromProto(absl::StrCat(path, ".transmissions"), transmission));
    made.transmissions.push_back(std::move(read));
  }
  return made;
}

absl::StatusOr<Secondment> FromProto(absl::string_view path, const v1::Secondment& secondment) {
  COMITY_ASSIGN_OR_RETURN(Secondment made, Named<Secondment>(path, secondment.name()));
  if (!v1::Secondment::Kind_IsValid(secondment.kind())) return UnknownValue(path, "kind");
  made.kind = Cast<SecondmentKind>(secondment.kind());
  made.instrument = secondment.instrument();
  made.from = secondment.from();
  made.to = secondment.to();
  made.ended = secondment.ended();
  if (!secondment.contact().empty()) {
    COMITY_ASSIGN_OR_RETURN(
        made.contact, IdBelow(path, "contact", "contacts", made.partner, secondment.contact()));
  }
  made.identity = secondment.identity();
  if (!secondment.authority().empty()) {
    COMITY_ASSIGN_OR_RETURN(made.authority, IdBelow(path, "authority", "authorities", made.partner,
                                                    secondment.authority()));
  }
  made.evidence = secondment.evidence();
  return made;
}

}  // namespace comity::partner_registry
