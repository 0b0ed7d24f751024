#include "services/partner-registry/records/change_request_proto.h"

#include <string>
#include <utility>

#include "common/status/macros.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/records/fact_proto.h"

namespace comity::partner_registry {

v1::ChangeRequest ToProto(const ChangeRequest& request, absl::string_view store_id) {
  v1::ChangeRequest made;
  made.set_name(NameOf(request));
  if (const auto* authority = std::get_if<Authority>(&request.change)) {
    *made.mutable_authority() = ToProto(*authority, store_id);
    made.mutable_authority()->set_etag(request.etag);
  } else {
    *made.mutable_contact() = ToProto(std::get<Contact>(request.change), store_id);
    made.mutable_contact()->clear_state();  // Of the contact, not of what is asked for.
    made.mutable_contact()->set_etag(request.etag);
  }
  for (const std::string& field : request.fields) made.mutable_update_mask()->add_paths(field);
  made.set_reason(request.reason);
  made.set_state(static_cast<v1::ChangeRequest::State>(static_cast<int>(request.state)));
  made.set_requested_by(request.requested_by);
  SetTime(request.request_time, made.mutable_request_time());
  made.set_decided_by(request.decided_by);
  if (request.decide_time.has_value()) SetTime(*request.decide_time, made.mutable_decide_time());
  made.set_answer(request.answer);
  if (request.recorded.revision > 0) {
    made.mutable_revision()->set_store_id(std::string(store_id));
    made.mutable_revision()->set_number(request.recorded.revision);
  }
  return made;
}

void HidePersons(v1::ChangeRequest& request) {
  if (request.state() != v1::ChangeRequest::STATE_WITHDRAWN) request.clear_decided_by();
}

void SetFootnote(const Registry& registry, v1::ChangeRequest& request) {
  if (request.has_authority()) SetFootnote(registry, *request.mutable_authority());
}

absl::StatusOr<ChangeRequest> ChangeRequestFromRecord(const v1::ChangeRequest& record) {
  ChangeRequest made;
  COMITY_ASSIGN_OR_RETURN(ChildName name, ParseChangeRequestName("name", record.name()));
  made.partner = std::move(name.partner);
  made.id = std::move(name.id);
  if (record.has_authority()) {
    COMITY_ASSIGN_OR_RETURN(made.change, AuthorityFromProto("authority", record.authority()));
    made.etag = record.authority().etag();
  } else {
    COMITY_ASSIGN_OR_RETURN(made.change, ContactFromProto("contact", record.contact()));
    made.etag = record.contact().etag();
  }
  made.fields = {record.update_mask().paths().begin(), record.update_mask().paths().end()};
  made.reason = record.reason();
  made.state = static_cast<ChangeRequestState>(static_cast<int>(record.state()));
  made.requested_by = record.requested_by();
  made.request_time = ToTime(record.request_time());
  made.decided_by = record.decided_by();
  if (record.has_decide_time()) made.decide_time = ToTime(record.decide_time());
  made.answer = record.answer();
  return made;
}

}  // namespace comity::partner_registry
