#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "comity/partner_registry/v1/change_requests.pb.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

// What partners ask to have changed, as protos and back: for storage, which keeps v1.ChangeRequest,
// and for transport.
namespace comity::partner_registry {

// Of a contact that was erased the name alone. The etag of the change is that of the day it was
// asked for.
v1::ChangeRequest ToProto(const ChangeRequest& request, absl::string_view store_id);

// Removes who of the agency answered: for nobody outside it to know.
void HidePersons(v1::ChangeRequest& request);

// That of the authority to be changed; see fact_proto.h.
void SetFootnote(const Registry& registry, v1::ChangeRequest& request);

// What ToProto made, but for Recorded. Errors of the readers of fact_proto.h.
absl::StatusOr<ChangeRequest> ChangeRequestFromRecord(const v1::ChangeRequest& record);

}  // namespace comity::partner_registry
