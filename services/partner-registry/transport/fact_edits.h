#pragma once

#include "absl/status/status.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "common/rpc/call.h"
#include "services/partner-registry/transport/edits.h"

namespace comity::partner_registry {

// The methods that change instruments, milestones, authorities and contacts. Thread-safe; all may
// block.
class FactEdits : private Edits {
 public:
  using Edits::Edits;

  absl::Status CreateInstrument(const rpc::Call& call, const v1::CreateInstrumentRequest& request,
                                v1::Instrument* response) const;
  absl::Status UpdateInstrument(const rpc::Call& call, const v1::UpdateInstrumentRequest& request,
                                v1::Instrument* response) const;
  absl::Status ConfirmField(const rpc::Call& call, const v1::ConfirmFieldRequest& request,
                            v1::Instrument* response) const;
  absl::Status RetractInstrument(const rpc::Call& call, const v1::RetractInstrumentRequest& request,
                                 v1::Instrument* response) const;
  absl::Status RecordMilestone(const rpc::Call& call, const v1::RecordMilestoneRequest& request,
                               v1::Milestone* response) const;
  absl::Status WithdrawMilestone(const rpc::Call& call, const v1::WithdrawMilestoneRequest& request,
                                 v1::Milestone* response) const;
  absl::Status CreateAuthority(const rpc::Call& call, const v1::CreateAuthorityRequest& request,
                               v1::Authority* response) const;
  absl::Status UpdateAuthority(const rpc::Call& call, const v1::UpdateAuthorityRequest& request,
                               v1::Authority* response) const;
  absl::Status ConfirmAuthority(const rpc::Call& call, const v1::ConfirmAuthorityRequest& request,
                                v1::Authority* response) const;
  absl::Status RetractAuthority(const rpc::Call& call, const v1::RetractAuthorityRequest& request,
                                v1::Authority* response) const;
  absl::Status CreateContact(const rpc::Call& call, const v1::CreateContactRequest& request,
                             v1::Contact* response) const;
  absl::Status UpdateContact(const rpc::Call& call, const v1::UpdateContactRequest& request,
                             v1::Contact* response) const;
  absl::Status EraseContact(const rpc::Call& call, const v1::EraseContactRequest& request,
                            v1::Contact* response) const;
};

}  // namespace comity::partner_registry
