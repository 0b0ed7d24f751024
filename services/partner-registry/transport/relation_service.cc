#include "services/partner-registry/transport/relation_service.h"

namespace comity::partner_registry {

// All methods have one form; what differs is their name and who answers.
#define COMITY_UNARY(Method, Response, parts)                                                   \
  grpc::ServerUnaryReactor* RelationService::Method(grpc::CallbackServerContext* context,       \
                                                    const v1::Method##Request* request,         \
                                                    v1::Response* response) {                   \
    return gate_.Unary(                                                                         \
        context, #Method, request, response,                                                    \
        [this](const rpc::Call& call, const v1::Method##Request& asked, v1::Response* answer) { \
          return parts->Method(call, asked, answer);                                            \
        });                                                                                     \
  }
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
#undef COMITY_UNARY

}  // namespace comity::partner_registry
