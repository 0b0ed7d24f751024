#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "comity/partner_registry/v1/relations.pb.h"
#include "services/partner-registry/transport/relation_view.h"
#include "services/partner-registry/transport/snapshot_reads.h"

namespace comity::partner_registry {

// The methods of RelationService that read. What a caller may not see is answered exactly as what
// is not there. Thread-safe.
class RelationReads final : SnapshotReads {
 public:
  // None is owned; all must outlive this object.
  RelationReads(RegistryStore* store, const journal::PageTokens* pages, const Clock* clock)
      : SnapshotReads(store, pages, clock) {}

#define COMITY_READ(Method, Response)                                            \
  absl::Status Method(const rpc::Call& call, const v1::Method##Request& request, \
                      v1::Response* response) const
  COMITY_READ(GetStrategy, Strategy);
  COMITY_READ(ListStrategies, ListStrategiesResponse);
  COMITY_READ(ListStrategyGaps, ListStrategyGapsResponse);
  COMITY_READ(ListCriteriaSets, ListCriteriaSetsResponse);
  COMITY_READ(ListAssessments, ListAssessmentsResponse);
  COMITY_READ(RankPartners, RankPartnersResponse);
  COMITY_READ(ListVolumes, ListVolumesResponse);
  COMITY_READ(GetConsultation, Consultation);
  COMITY_READ(ListConsultations, ListConsultationsResponse);
  COMITY_READ(GetReadiness, Readiness);
  COMITY_READ(GetArrangement, Arrangement);
  COMITY_READ(ListArrangements, ListArrangementsResponse);
  COMITY_READ(ListSecondments, ListSecondmentsResponse);
#undef COMITY_READ

 private:
  absl::CivilDay Today() const;
  // `text`, or today if it is empty. INVALID_ARGUMENT `DAY_INVALID`.
  absl::StatusOr<absl::CivilDay> DayOf(const std::string& text) const;

  // One resource, or NOT_FOUND `reason`.
  template <typename T, typename Request, typename Message>
  absl::Status Get(const rpc::Call& call, const Request& request, absl::string_view what,
                   absl::string_view reason, Message* response) const;

  // A page of `facts`, each with the position it has in the list, in the order of positions.
  template <typename T, typename Request, typename Messages>
  absl::StatusOr<std::string> FillPage(const rpc::Call& call, const Request& request, Then& then,
                                       absl::CivilDay day,
                                       std::vector<std::pair<std::string, const T*>> (*list)(
                                           const Registry&, const std::string& partner),
                                       const std::string& partner, Messages* messages) const;

  // A page of what is below a partner, or below all (`partners/-`).
  template <typename T, typename Request, typename Messages>
  absl::StatusOr<std::string> PageBelow(const rpc::Call& call, const Request& request,
                                        absl::CivilDay day, Messages* messages) const;
};

}  // namespace comity::partner_registry
