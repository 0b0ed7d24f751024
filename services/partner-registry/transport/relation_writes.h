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

#define COMITY_WRITE(Method, Response)                                           \
  absl::Status Method(const rpc::Call& call, const v1::Method##Request& request, \
                      v1::Response* response) const
  COMITY_WRITE(SetStrategy, Strategy);
  COMITY_WRITE(CreateCriteriaSet, CriteriaSet);
  COMITY_WRITE(RecordAssessment, Assessment);
  COMITY_WRITE(RecordVolume, Volume);
  COMITY_WRITE(OpenConsultation, Consultation);
  COMITY_WRITE(RecordReply, Consultation);
  COMITY_WRITE(CloseConsultation, Consultation);
  COMITY_WRITE(UpdateReadiness, Readiness);
  COMITY_WRITE(CreateArrangement, Arrangement);
  COMITY_WRITE(AddDraft, Arrangement);
  COMITY_WRITE(AdvanceArrangement, Arrangement);
  COMITY_WRITE(RecordTransmission, Arrangement);
  COMITY_WRITE(CreateSecondment, Secondment);
  COMITY_WRITE(EndSecondment, Secondment);
#undef COMITY_WRITE

 private:
  // As Make of Edits; the answer is shown as the caller sees it.
  template <typename T, typename Request, typename Message>
  absl::Status Do(const rpc::Call& call, const Request& request, std::string detail,
                  RegistryStore::Planner planner, Message* response) const;

  RegistryStore* const store_;
  const Clock* const clock_;
};

}  // namespace comity::partner_registry
