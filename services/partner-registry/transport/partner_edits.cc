#include "services/partner-registry/transport/partner_edits.h"

#include <string>
#include <utility>

#include "common/service/field_masks.h"
#include "common/status/macros.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/domain/partner_mutations.h"

namespace comity::partner_registry {

absl::Status PartnerEdits::CreatePartner(const rpc::Call& call,
                                         const v1::CreatePartnerRequest& request,
                                         v1::Partner* response) const {
  v1::Partner named = request.partner();
  named.set_name("partners/new");  // Of a form that can be read; the plan judges the id.
  COMITY_ASSIGN_OR_RETURN(Partner partner, PartnerFromProto("partner", named));
  partner.id = request.partner_id();
  return Make<Partner>(
      call, request, "",
      [&](const Registry& latest, absl::Time) {
        return PlanCreatePartner(latest, call.caller(), partner, request.allow_alike());
      },
      response);
}

absl::Status PartnerEdits::UpdatePartner(const rpc::Call& call,
                                         const v1::UpdatePartnerRequest& request,
                                         v1::Partner* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string id,
                          ParsePartnerName("partner.name", request.partner().name()));
  COMITY_ASSIGN_OR_RETURN(std::string detail, ReasonOfEdit(request.reason()));
  return Make<Partner>(
      call, request, std::move(detail),
      [&](const Registry& latest, absl::Time now) -> absl::StatusOr<Plan> {
        const Partner* known = latest.FindPartner(id);
        if (known == nullptr) return NoSuch("partner", "PARTNER_NOT_FOUND");
        v1::Partner merged = ToProto(*known, store_id());
        COMITY_RETURN_IF_ERROR(service::Update(request.update_mask(), request.partner(), merged));
        COMITY_ASSIGN_OR_RETURN(Partner changed, PartnerFromProto("partner", merged));
        changed.id = id;
        return PlanUpdatePartner(latest, call.caller(), std::move(changed),
                                 request.partner().etag(), now);
      },
      response);
}

absl::Status PartnerEdits::ConfirmLegalClass(const rpc::Call& call,
                                             const v1::ConfirmLegalClassRequest& request,
                                             v1::Partner* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string id, ParsePartnerName("name", request.name()));
  return Make<Partner>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanConfirmLegalClass(latest, call.caller(), id, request.from(), request.evidence(),
                                     request.etag(), now);
      },
      response);
}

absl::Status PartnerEdits::ConfirmCompetence(const rpc::Call& call,
                                             const v1::ConfirmCompetenceRequest& request,
                                             v1::Partner* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string id, ParsePartnerName("name", request.name()));
  return Make<Partner>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanConfirmCompetence(latest, call.caller(), id, request.evidence(), request.etag(),
                                     now);
      },
      response);
}

absl::Status PartnerEdits::DeletePartner(const rpc::Call& call,
                                         const v1::DeletePartnerRequest& request,
                                         v1::Partner* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string id, ParsePartnerName("name", request.name()));
  COMITY_ASSIGN_OR_RETURN(std::string detail, ReasonOfEdit(request.reason()));
  return Make<Partner>(
      call, request, std::move(detail),
      [&](const Registry& latest, absl::Time now) {
        return PlanDeletePartner(latest, id, request.etag(), now);
      },
      response);
}

absl::Status PartnerEdits::UndeletePartner(const rpc::Call& call,
                                           const v1::UndeletePartnerRequest& request,
                                           v1::Partner* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string id, ParsePartnerName("name", request.name()));
  COMITY_ASSIGN_OR_RETURN(std::string detail, ReasonOfEdit(request.reason()));
  return Make<Partner>(
      call, request, std::move(detail),
      [&](const Registry& latest, absl::Time) {
        return PlanUndeletePartner(latest, id, request.etag());
      },
      response);
}

absl::Status PartnerEdits::MergePartners(const rpc::Call& call,
                                         const v1::MergePartnersRequest& request,
                                         v1::Partner* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string id, ParsePartnerName("name", request.name()));
  COMITY_ASSIGN_OR_RETURN(const std::string into, ParsePartnerName("into", request.into()));
  COMITY_ASSIGN_OR_RETURN(std::string detail, ReasonOfEdit(request.reason()));
  return Make<Partner>(
      call, request, std::move(detail),
      [&](const Registry& latest, absl::Time now) {
        return PlanMergePartners(latest, id, into, now);
      },
      response);
}

absl::Status PartnerEdits::PurgePartner(const rpc::Call& call,
                                        const v1::PurgePartnerRequest& request,
                                        v1::PurgePartnerResponse* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string id, ParsePartnerName("name", request.name()));
  COMITY_ASSIGN_OR_RETURN(std::string detail, ReasonOfEdit(request.reason()));
  COMITY_ASSIGN_OR_RETURN(journal::Attempt attempt, service::AttemptOf(call, request));
  COMITY_ASSIGN_OR_RETURN(
      const RegistryStore::Written written,
      Commit(call, std::move(attempt), std::move(detail), [&](const Registry& latest, absl::Time) {
        return PlanPurgePartner(latest, id, request.etag());
      }));
  service::SetRevision(store_id(), written.committed.revision, response->mutable_revision());
  return absl::OkStatus();
}

}  // namespace comity::partner_registry
