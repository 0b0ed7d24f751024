#include "services/partner-registry/transport/change_requests.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/ids/uuid.h"
#include "common/json/canonical.h"
#include "common/service/page_room.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/partner-registry/domain/change_requests.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/records/change_request_proto.h"

namespace comity::partner_registry {
namespace {

// More than an authority or contact has.
constexpr int kMostFields = 100;

// The contact to be changed; see AuthorityToChange.
absl::StatusOr<const Contact*> ContactToChange(const Registry& registry, absl::string_view name) {
  const Contact* known = registry.FindContact(name);
  if (known == nullptr) return NoSuch("contact", "CONTACT_NOT_FOUND");
  return known;
}

// Puts into `made` what `message`, a resource of its partner, is to be.
template <typename Message, typename Read, typename ToChange>
absl::Status ReadChange(const Registry& registry, const Message& message,
                        const google::protobuf::FieldMask& mask, absl::string_view collection,
                        const std::string& path, Read read, ToChange to_change,
                        ChangeRequest& made) {
  COMITY_ASSIGN_OR_RETURN(const ChildName name,
                          ParseChildName(absl::StrCat(path, ".name"), collection, message.name()));
  if (name.partner != made.partner) {
    return InvalidField("CHANGE_REQUEST_INVALID", absl::StrCat(path, ".name"),
                        absl::StrCat("name one of partners/", made.partner));
  }
  if (mask.paths().empty()) {
    COMITY_ASSIGN_OR_RETURN(made.change, read(path, message));
    return absl::OkStatus();
  }
  if (std::find(mask.paths().begin(), mask.paths().end(), "*") != mask.paths().end()) {
    return InvalidField("CHANGE_REQUEST_INVALID", "change_request.update_mask",
                        "name each field to be changed: who approves has to see which");
  }
  if (mask.paths_size() > kMostFields) {
    return InvalidField("CHANGE_REQUEST_INVALID", "change_request.update_mask",
                        "name each field to be changed once");
  }
  COMITY_ASSIGN_OR_RETURN(const auto* known, to_change(registry, message.name()));
  COMITY_RETURN_IF_ERROR(CheckEtag(message.etag(), known->recorded));
  COMITY_ASSIGN_OR_RETURN(made.change, Merge(*known, registry.store_id(), message, mask, path, read,
                                             "change_request.update_mask"));
  made.fields = {mask.paths().begin(), mask.paths().end()};
  made.etag = EtagOf(known->recorded);
  return absl::OkStatus();
}

absl::StatusOr<ChangeRequest> Asked(const Registry& registry, std::string partner, std::string id,
                                    const v1::ChangeRequest& asked) {
  ChangeRequest made{.partner = std::move(partner), .id = std::move(id), .reason = asked.reason()};
  switch (asked.change_case()) {
    case v1::ChangeRequest::kAuthority:
      COMITY_RETURN_IF_ERROR(ReadChange(registry, asked.authority(), asked.update_mask(),
                                        "authorities", "change_request.authority",
                                        AuthorityFromProto, AuthorityToChange, made));
      return made;
    case v1::ChangeRequest::kContact:
      COMITY_RETURN_IF_ERROR(ReadChange(registry, asked.contact(), asked.update_mask(), "contacts",
                                        "change_request.contact", ContactFromProto, ContactToChange,
                                        made));
      return made;
    case v1::ChangeRequest::CHANGE_NOT_SET:
      break;
  }
  return InvalidField("CHANGE_REQUEST_INVALID", "change_request.change",
                      "say which authority or contact is to be what");
}

}  // namespace

absl::Status ChangeRequestReads::GetChangeRequest(const rpc::Call& call,
                                                  const v1::GetChangeRequestRequest& request,
                                                  v1::ChangeRequest* response) const {
  COMITY_ASSIGN_OR_RETURN(const Then then, Now(call));
  COMITY_ASSIGN_OR_RETURN(const ChangeRequest* found,
                          FindRequest(*then, call.principal(), request.name()));
  *response = ToProto(*found, then->store_id());
  SetFootnote(*then, *response);
  if (!then.viewer().all) HidePersons(*response);
  return absl::OkStatus();
}

absl::Status ChangeRequestReads::ListChangeRequests(
    const rpc::Call& call, const v1::ListChangeRequestsRequest& request,
    v1::ListChangeRequestsResponse* response) const {
  const bool all = request.parent() == "partners/-";
  std::string partner;
  if (!all) {
    COMITY_ASSIGN_OR_RETURN(partner, ParsePartnerName("parent", request.parent()));
  }
  COMITY_ASSIGN_OR_RETURN(Then then, Now(call));
  COMITY_ASSIGN_OR_RETURN(const Page page, OpenPage(call, request, then));
  const Registry& registry = *then;
  const Sight sight(then.viewer(), *clock_);
  if (!all && (registry.FindPartner(partner) == nullptr || !sight.SeesPartner(partner))) {
    return NoSuch("partner", "PARTNER_NOT_FOUND");
  }
  // Who sees one partner only walks through that one's.
  if (!sight.viewer.all) partner = sight.viewer.partner;
  const std::string prefix =
      partner.empty() ? "" : absl::StrCat("partners/", partner, "/changeRequests/");
  const auto& requests = !partner.empty()        ? registry.requests_by_name()
                         : request.show_closed() ? registry.change_requests()
                                                 : registry.open_requests();
  service::PageRoom room(page.size);
  std::string last;
  for (auto at = requests.upper_bound(absl::StrCat(prefix, page.after));
       at != requests.end() && absl::StartsWith(at->first, prefix); ++at) {
    const ChangeRequest& each = *at->second;
    if ((each.state != ChangeRequestState::kOpen && !request.show_closed()) || !sight.Sees(each)) {
      continue;
    }
    v1::ChangeRequest shown = ToProto(each, registry.store_id());
    SetFootnote(registry, shown);
    if (!sight.viewer.all) HidePersons(shown);
    if (!room.Take(shown)) {
      response->set_next_page_token(NextToken(call, request, last, registry.revision()));
      break;
    }
    last = each.id;
    *response->add_change_requests() = std::move(shown);
  }
  return absl::OkStatus();
}

absl::Status ChangeRequestWrites::CreateChangeRequest(const rpc::Call& call,
                                                      const v1::CreateChangeRequestRequest& request,
                                                      v1::ChangeRequest* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string partner, ParsePartnerName("parent", request.parent()));
  const std::string id = NewUuid(clock_->Now());
  return Make<ChangeRequest>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) -> absl::StatusOr<Plan> {
        // Before anything is said of what is there.
        if (call.principal().partner != partner) return NoSuch("partner", "PARTNER_NOT_FOUND");
        COMITY_ASSIGN_OR_RETURN(ChangeRequest asked,
                                Asked(latest, partner, id, request.change_request()));
        return PlanCreateChangeRequest(latest, call.principal(), std::move(asked), now);
      },
      response);
}

absl::Status ChangeRequestWrites::ApproveChangeRequest(
    const rpc::Call& call, const v1::ApproveChangeRequestRequest& request,
    v1::ChangeRequest* response) const {
  COMITY_RETURN_IF_ERROR(ParseChangeRequestName("name", request.name()).status());
  return Make<ChangeRequest>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) -> absl::StatusOr<Plan> {
        COMITY_ASSIGN_OR_RETURN(Plan plan,
                                PlanApproveChangeRequest(latest, call.principal(), request.name(),
                                                         request.answer(), now));
        // The leaf names the request: also what was changed, since the request may be emptied.
        COMITY_ASSIGN_OR_RETURN(const ChangeRequest* approved,
                                FindRequest(latest, call.principal(), request.name()));
        plan.detail = json::Canonical({{"changed", ChangedBy(*approved)}});
        return plan;
      },
      response);
}

absl::Status ChangeRequestWrites::RejectChangeRequest(const rpc::Call& call,
                                                      const v1::RejectChangeRequestRequest& request,
                                                      v1::ChangeRequest* response) const {
  COMITY_RETURN_IF_ERROR(ParseChangeRequestName("name", request.name()).status());
  return Make<ChangeRequest>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanRejectChangeRequest(latest, call.principal(), request.name(), request.answer(),
                                       now);
      },
      response);
}

}  // namespace comity::partner_registry
