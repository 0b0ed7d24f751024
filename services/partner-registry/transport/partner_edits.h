#pragma once

#include "absl/status/status.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "common/rpc/call.h"
#include "services/partner-registry/transport/edits.h"

namespace comity::partner_registry {

// The methods that change partners. Thread-safe; all may block.
class PartnerEdits : private Edits {
 public:
  using Edits::Edits;

  absl::Status CreatePartner(const rpc::Call& call, const v1::CreatePartnerRequest& request,
                             v1::Partner* response) const;
  absl::Status UpdatePartner(const rpc::Call& call, const v1::UpdatePartnerRequest& request,
                             v1::Partner* response) const;
  absl::Status ConfirmLegalClass(const rpc::Call& call, const v1::ConfirmLegalClassRequest& request,
                                 v1::Partner* response) const;
  absl::Status ConfirmCompetence(const rpc::Call& call, const v1::ConfirmCompetenceRequest& request,
                                 v1::Partner* response) const;
  absl::Status DeletePartner(const rpc::Call& call, const v1::DeletePartnerRequest& request,
                             v1::Partner* response) const;
  absl::Status UndeletePartner(const rpc::Call& call, const v1::UndeletePartnerRequest& request,
                               v1::Partner* response) const;
  absl::Status MergePartners(const rpc::Call& call, const v1::MergePartnersRequest& request,
                             v1::Partner* response) const;
  absl::Status PurgePartner(const rpc::Call& call, const v1::PurgePartnerRequest& request,
                            v1::PurgePartnerResponse* response) const;
};

}  // namespace comity::partner_registry
