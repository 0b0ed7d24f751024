#pragma once

#include <string>

#include "absl/status/status.h"
#include "comity/partner_registry/v1/relations.pb.h"
#include "services/partner-registry/transport/edits.h"

namespace comity::partner_registry {

// The methods of RelationService that write. Thread-safe; all may block.
class RelationWrites final : Edits {
 public:
  // None is owned; all must outlive this object.
  RelationWrites(RegistryStore* store, Leases* leases, const Clock* clock)
      : Edits(store, leases, clock), store_(store), clock_(clock) {}

#define COMITY_RELATION(Method, Response)                                        \
  absl::Status Method(const rpc::Call& call, const v1::Method##Request& request, \
                      v1::Response* response) const
  COMITY_RELATION(SetStrategy, Strategy);
  COMITY_RELATION(CreateCriteriaSet, CriteriaSet);
  COMITY_RELATION(RecordAssessment, Assessment);
  COMITY_RELATION(RecordVolume, Volume);
  COMITY_RELATION(ReportVolumes, ReportVolumesResponse);
  COMITY_RELATION(OpenConsultation, Consultation);
  COMITY_RELATION(RecordReply, Consultation);
  COMITY_RELATION(CloseConsultation, Consultation);
  COMITY_RELATION(UpdateReadiness, Readiness);
  COMITY_RELATION(CreateArrangement, Arrangement);
  COMITY_RELATION(AddDraft, Arrangement);
  COMITY_RELATION(AdvanceArrangement, Arrangement);
  COMITY_RELATION(RecordTransmission, Arrangement);
  COMITY_RELATION(CreateSecondment, Secondment);
  COMITY_RELATION(EndSecondment, Secondment);
#undef COMITY_RELATION

 private:
  // As Make of Edits; the answer is shown as the caller sees it.
  template <typename T, typename Request, typename Message>
  absl::Status Do(const rpc::Call& call, const Request& request, std::string detail,
                  RegistryStore::Planner planner, Message* response) const;

  RegistryStore* const store_;
  const Clock* const clock_;
};

}  // namespace comity::partner_registry
