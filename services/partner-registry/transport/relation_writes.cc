#include "services/partner-registry/transport/relation_writes.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/arrangements.h"
#include "services/partner-registry/domain/consultations.h"
#include "services/partner-registry/domain/criteria.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/domain/readiness.h"
#include "services/partner-registry/domain/secondments.h"
#include "services/partner-registry/domain/strategies.h"
#include "services/partner-registry/domain/visibility.h"
#include "services/partner-registry/domain/volumes.h"
#include "services/partner-registry/records/relation_proto.h"
#include "services/partner-registry/transport/relation_view.h"

namespace comity::partner_registry {
namespace {

// `message` as the new resource `prefix``T::kCollection`/`id`. The id is judged by the plan.
template <typename T, typename Message>
absl::StatusOr<T> New(absl::string_view path, absl::string_view prefix, absl::string_view id,
                      Message message) {
  // Of a form that can be read, whatever the caller calls it.
  message.set_name(absl::StrCat(prefix, T::kCollection, "/new"));
  COMITY_ASSIGN_OR_RETURN(T made, FromProto(path, message));
  made.id = std::string(id);
  return made;
}

template <typename T, typename Message>
absl::StatusOr<T> NewBelow(absl::string_view path, const std::string& parent, absl::string_view id,
                           const Message& message) {
  COMITY_RETURN_IF_ERROR(ParsePartnerName("parent", parent).status());
  return New<T>(path, absl::StrCat(parent, "/"), id, message);
}

// Whose report it is says the caller's certificate, never the request; "" of who is no service.
absl::StatusOr<VolumeReport> ReportOf(const identity::Principal& caller,
                                      const v1::ReportVolumesRequest& request) {
  VolumeReport report{
      .service = caller.kind == identity::PrincipalKind::kService ? caller.id : std::string(),
      .year = request.year(),
      .store_id = request.counted_at().store_id(),
      .revision = request.counted_at().number()};
  for (int i = 0; i < request.volumes_size(); ++i) {
    const v1::ReportedVolume& said = request.volumes(i);
    ReportedVolume volume{.counts = {said.counts().begin(), said.counts().end()}};
    COMITY_ASSIGN_OR_RETURN(
        volume.partner, ParsePartnerName(absl::StrCat("volumes[", i, "].partner"), said.partner()));
    report.volumes.push_back(std::move(volume));
  }
  return report;
}

}  // namespace

template <typename T, typename Request, typename Message>
absl::Status RelationWrites::Do(const rpc::Call& call, const Request& request, std::string detail,
                                RegistryStore::Planner planner, Message* response) const {
  const Viewer viewer = Viewer::Of(call.principal(), *store_->View());
  // The access table says who writes; who sees only a part may not, whatever it says.
  if (viewer.insight != Insight::kInternal) return NoSuch("resource", "RESOURCE_NOT_FOUND");
  COMITY_ASSIGN_OR_RETURN(journal::Attempt attempt, service::AttemptOf(call, request));
  COMITY_ASSIGN_OR_RETURN(const Fact fact,
                          Write(call, std::move(attempt), std::move(detail), planner));
  const RegistryStore::State::Guard now = store_->View();
  *response = RelationView{*now, DayInBrussels(clock_->Now()), viewer}.Show(std::get<T>(fact));
  return absl::OkStatus();
}

absl::Status RelationWrites::SetStrategy(const rpc::Call& call,
                                         const v1::SetStrategyRequest& request,
                                         v1::Strategy* response) const {
  COMITY_ASSIGN_OR_RETURN(const Strategy strategy, FromProto("strategy", request.strategy()));
  COMITY_ASSIGN_OR_RETURN(std::string detail, ReasonOfEdit(request.reason()));
  return Do<Strategy>(
      call, request, std::move(detail),
      [&](const Registry& latest, absl::Time) {
        return PlanSetStrategy(latest, strategy, request.strategy().etag());
      },
      response);
}

absl::Status RelationWrites::CreateCriteriaSet(const rpc::Call& call,
                                               const v1::CreateCriteriaSetRequest& request,
                                               v1::CriteriaSet* response) const {
  COMITY_ASSIGN_OR_RETURN(
      const CriteriaSet set,
      New<CriteriaSet>("criteria_set", "", request.criteria_set_id(), request.criteria_set()));
  return Do<CriteriaSet>(
      call, request, "",
      [&](const Registry& latest, absl::Time) { return PlanCreateCriteriaSet(latest, set); },
      response);
}

absl::Status RelationWrites::RecordAssessment(const rpc::Call& call,
                                              const v1::RecordAssessmentRequest& request,
                                              v1::Assessment* response) const {
  const std::string id = NewUuid(clock_->Now());
  COMITY_ASSIGN_OR_RETURN(
      const Assessment assessment,
      NewBelow<Assessment>("assessment", request.parent(), id, request.assessment()));
  return Do<Assessment>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanRecordAssessment(latest, assessment, id, call.principal(), now);
      },
      response);
}

absl::Status RelationWrites::RecordVolume(const rpc::Call& call,
                                          const v1::RecordVolumeRequest& request,
                                          v1::Volume* response) const {
  COMITY_ASSIGN_OR_RETURN(
      const Volume volume,
      NewBelow<Volume>("volume", request.parent(), absl::StrCat(request.year()), request.volume()));
  return Do<Volume>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanRecordVolume(latest, request.year(), volume, now);
      },
      response);
}

absl::Status RelationWrites::ReportVolumes(const rpc::Call& call,
                                           const v1::ReportVolumesRequest& request,
                                           v1::ReportVolumesResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(const VolumeReport report, ReportOf(call.principal(), request));
  COMITY_ASSIGN_OR_RETURN(journal::Attempt attempt, service::AttemptOf(call, request));
  COMITY_ASSIGN_OR_RETURN(
      const RegistryStore::Written written,
      Commit(call, std::move(attempt), "", [&](const Registry& latest, absl::Time now) {
        return PlanReportVolumes(latest, report, now);
      }));
  service::SetRevision(store_id(), written.committed.revision, response->mutable_revision());
  return absl::OkStatus();
}

absl::Status RelationWrites::OpenConsultation(const rpc::Call& call,
                                              const v1::OpenConsultationRequest& request,
                                              v1::Consultation* response) const {
  COMITY_ASSIGN_OR_RETURN(
      const Consultation consultation,
      NewBelow<Consultation>("consultation", request.parent(), request.consultation_id(),
                             request.consultation()));
  return Do<Consultation>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanOpenConsultation(latest, consultation, now);
      },
      response);
}

absl::Status RelationWrites::RecordReply(const rpc::Call& call,
                                         const v1::RecordReplyRequest& request,
                                         v1::Consultation* response) const {
  COMITY_RETURN_IF_ERROR(
      ParseChildName("name", Consultation::kCollection, request.name()).status());
  COMITY_ASSIGN_OR_RETURN(const Reply reply, FromProto("reply", request.reply()));
  return Do<Consultation>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanRecordReply(latest, request.name(), reply, call.principal(), now);
      },
      response);
}

absl::Status RelationWrites::CloseConsultation(const rpc::Call& call,
                                               const v1::CloseConsultationRequest& request,
                                               v1::Consultation* response) const {
  COMITY_RETURN_IF_ERROR(
      ParseChildName("name", Consultation::kCollection, request.name()).status());
  std::string detail;
  if (!request.override_reason().empty()) {
    COMITY_ASSIGN_OR_RETURN(detail, ReasonOfEdit(request.override_reason(), "override_reason"));
  }
  return Do<Consultation>(
      call, request, std::move(detail),
      [&](const Registry& latest, absl::Time now) {
        return PlanCloseConsultation(latest, request.name(), request.override_reason(),
                                     request.etag(), now);
      },
      response);
}

absl::Status RelationWrites::UpdateReadiness(const rpc::Call& call,
                                             const v1::UpdateReadinessRequest& request,
                                             v1::Readiness* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string partner, ParseReadinessName("name", request.name()));
  std::vector<ReadinessItem> items;
  for (int i = 0; i < request.items_size(); ++i) {
    COMITY_ASSIGN_OR_RETURN(ReadinessItem item,
                            FromProto(absl::StrCat("items[", i, "]"), request.items(i)));
    items.push_back(std::move(item));
  }
  return Do<Readiness>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanUpdateReadiness(latest, partner, items, request.etag(), now);
      },
      response);
}

absl::Status RelationWrites::CreateArrangement(const rpc::Call& call,
                                               const v1::CreateArrangementRequest& request,
                                               v1::Arrangement* response) const {
  COMITY_ASSIGN_OR_RETURN(const Arrangement arrangement,
                          NewBelow<Arrangement>("arrangement", request.parent(),
                                                request.arrangement_id(), request.arrangement()));
  return Do<Arrangement>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanCreateArrangement(latest, arrangement, now);
      },
      response);
}

absl::Status RelationWrites::AddDraft(const rpc::Call& call, const v1::AddDraftRequest& request,
                                      v1::Arrangement* response) const {
  COMITY_RETURN_IF_ERROR(ParseChildName("name", Arrangement::kCollection, request.name()).status());
  return Do<Arrangement>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanAddDraft(latest, request.name(), FromProto(request.draft()), now);
      },
      response);
}

absl::Status RelationWrites::AdvanceArrangement(const rpc::Call& call,
                                                const v1::AdvanceArrangementRequest& request,
                                                v1::Arrangement* response) const {
  COMITY_RETURN_IF_ERROR(ParseChildName("name", Arrangement::kCollection, request.name()).status());
  COMITY_ASSIGN_OR_RETURN(const ArrangementStep step, FromProto("step", request.step()));
  return Do<Arrangement>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanAdvanceArrangement(latest, request.name(), step, request.etag(), now);
      },
      response);
}

absl::Status RelationWrites::RecordTransmission(const rpc::Call& call,
                                                const v1::RecordTransmissionRequest& request,
                                                v1::Arrangement* response) const {
  COMITY_RETURN_IF_ERROR(ParseChildName("name", Arrangement::kCollection, request.name()).status());
  COMITY_ASSIGN_OR_RETURN(const ArrangementTransmission transmission,
                          FromProto("transmission", request.transmission()));
  return Do<Arrangement>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanRecordTransmission(latest, request.name(), transmission, now);
      },
      response);
}

absl::Status RelationWrites::CreateSecondment(const rpc::Call& call,
                                              const v1::CreateSecondmentRequest& request,
                                              v1::Secondment* response) const {
  COMITY_ASSIGN_OR_RETURN(const Secondment secondment,
                          NewBelow<Secondment>("secondment", request.parent(),
                                               request.secondment_id(), request.secondment()));
  return Do<Secondment>(
      call, request, "",
      [&](const Registry& latest, absl::Time) {
        return PlanCreateSecondment(latest, secondment, call.principal().trust_domain);
      },
      response);
}

absl::Status RelationWrites::EndSecondment(const rpc::Call& call,
                                           const v1::EndSecondmentRequest& request,
                                           v1::Secondment* response) const {
  COMITY_RETURN_IF_ERROR(ParseChildName("name", Secondment::kCollection, request.name()).status());
  COMITY_ASSIGN_OR_RETURN(std::string detail, ReasonOfEdit(request.reason()));
  return Do<Secondment>(
      call, request, std::move(detail),
      [&](const Registry& latest, absl::Time now) {
        return PlanEndSecondment(latest, request.name(), request.day(), request.etag(), now);
      },
      response);
}

}  // namespace comity::partner_registry
