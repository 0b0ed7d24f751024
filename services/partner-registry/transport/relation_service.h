#pragma once

#include <grpcpp/grpcpp.h>

#include <utility>

#include "comity/partner_registry/v1/relations.grpc.pb.h"
#include "common/rpc/call_gate.h"
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

#define COMITY_UNARY(Method, Response)                                                         \
  grpc::ServerUnaryReactor* Method(grpc::CallbackServerContext* context,                       \
                                   const v1::Method##Request* request, v1::Response* response) \
      override
  COMITY_UNARY(SetStrategy, Strategy);
  COMITY_UNARY(GetStrategy, Strategy);
  COMITY_UNARY(ListStrategies, ListStrategiesResponse);
  COMITY_UNARY(ListStrategyGaps, ListStrategyGapsResponse);
  COMITY_UNARY(CreateCriteriaSet, CriteriaSet);
  COMITY_UNARY(ListCriteriaSets, ListCriteriaSetsResponse);
  COMITY_UNARY(RecordAssessment, Assessment);
  COMITY_UNARY(ListAssessments, ListAssessmentsResponse);
  COMITY_UNARY(RankPartners, RankPartnersResponse);
  COMITY_UNARY(RecordVolume, Volume);
  COMITY_UNARY(ListVolumes, ListVolumesResponse);
  COMITY_UNARY(OpenConsultation, Consultation);
  COMITY_UNARY(RecordReply, Consultation);
  COMITY_UNARY(CloseConsultation, Consultation);
  COMITY_UNARY(GetConsultation, Consultation);
  COMITY_UNARY(ListConsultations, ListConsultationsResponse);
  COMITY_UNARY(UpdateReadiness, Readiness);
  COMITY_UNARY(GetReadiness, Readiness);
  COMITY_UNARY(CreateArrangement, Arrangement);
  COMITY_UNARY(AddDraft, Arrangement);
  COMITY_UNARY(AdvanceArrangement, Arrangement);
  COMITY_UNARY(RecordTransmission, Arrangement);
  COMITY_UNARY(GetArrangement, Arrangement);
  COMITY_UNARY(ListArrangements, ListArrangementsResponse);
  COMITY_UNARY(CreateSecondment, Secondment);
  COMITY_UNARY(EndSecondment, Secondment);
  COMITY_UNARY(ListSecondments, ListSecondmentsResponse);
#undef COMITY_UNARY

 private:
  const rpc::CallGate gate_;
  const RelationReads* const reads_;
  const RelationWrites* const writes_;
};

}  // namespace comity::partner_registry
