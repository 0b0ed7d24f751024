#pragma once

#include <grpcpp/grpcpp.h>

#include <utility>

#include "comity/partner_registry/v1/relations.grpc.pb.h"
#include "common/rpc/handlers.h"
#include "services/partner-registry/transport/relation_reads.h"
#include "services/partner-registry/transport/relation_writes.h"

namespace comity::partner_registry {

// The gRPC handlers of RelationService: each is the gate around one method of RelationReads or
// RelationWrites. Thread-safe.
class RelationService final : public v1::RelationService::CallbackService {
 public:
  // None is owned; all must outlive this object and every call.
  RelationService(rpc::CallGate gate, const RelationReads* reads, const RelationWrites* writes)
      : gate_(std::move(gate)), reads_(reads), writes_(writes) {}

  COMITY_UNARY(SetStrategy, Strategy, writes_)
  COMITY_UNARY(GetStrategy, Strategy, reads_)
  COMITY_UNARY(ListStrategies, ListStrategiesResponse, reads_)
  COMITY_UNARY(ListStrategyGaps, ListStrategyGapsResponse, reads_)
  COMITY_UNARY(CreateCriteriaSet, CriteriaSet, writes_)
  COMITY_UNARY(ListCriteriaSets, ListCriteriaSetsResponse, reads_)
  COMITY_UNARY(RecordAssessment, Assessment, writes_)
  COMITY_UNARY(ListAssessments, ListAssessmentsResponse, reads_)
  COMITY_UNARY(RankPartners, RankPartnersResponse, reads_)
  COMITY_UNARY(RecordVolume, Volume, writes_)
  COMITY_UNARY(ReportVolumes, ReportVolumesResponse, writes_)
  COMITY_UNARY(ListVolumes, ListVolumesResponse, reads_)
  COMITY_UNARY(OpenConsultation, Consultation, writes_)
  COMITY_UNARY(RecordReply, Consultation, writes_)
  COMITY_UNARY(CloseConsultation, Consultation, writes_)
  COMITY_UNARY(GetConsultation, Consultation, reads_)
  COMITY_UNARY(ListConsultations, ListConsultationsResponse, reads_)
  COMITY_UNARY(UpdateReadiness, Readiness, writes_)
  COMITY_UNARY(GetReadiness, Readiness, reads_)
  COMITY_UNARY(CreateArrangement, Arrangement, writes_)
  COMITY_UNARY(AddDraft, Arrangement, writes_)
  COMITY_UNARY(AdvanceArrangement, Arrangement, writes_)
  COMITY_UNARY(RecordTransmission, Arrangement, writes_)
  COMITY_UNARY(GetArrangement, Arrangement, reads_)
  COMITY_UNARY(ListArrangements, ListArrangementsResponse, reads_)
  COMITY_UNARY(CreateSecondment, Secondment, writes_)
  COMITY_UNARY(EndSecondment, Secondment, writes_)
  COMITY_UNARY(ListSecondments, ListSecondmentsResponse, reads_)

 private:
  const rpc::CallGate gate_;
  const RelationReads* const reads_;
  const RelationWrites* const writes_;
};

}  // namespace comity::partner_registry
