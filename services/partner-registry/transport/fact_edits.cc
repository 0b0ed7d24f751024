#include "services/partner-registry/transport/fact_edits.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/milestones.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/domain/retractions.h"

namespace comity::partner_registry {
namespace {

// A message as the resource `collection`/`id` below `parent`. The id is judged by the plan.
template <typename Message, typename Read>
auto NewBelow(const std::string& parent, const std::string& id, const Message& message,
              absl::string_view collection, absl::string_view path, Read read)
    -> decltype(read(path, message)) {
  COMITY_ASSIGN_OR_RETURN(const std::string partner, ParsePartnerName("parent", parent));
  Message named = message;
  // Of a form that can be read, whatever the caller calls it.
  named.set_name(absl::StrCat("partners/", partner, "/", collection, "/new"));
  COMITY_ASSIGN_OR_RETURN(auto made, read(path, named));
  made.id = id;
  return made;
}

}  // namespace

absl::Status FactEdits::CreateInstrument(const rpc::Call& call,
                                         const v1::CreateInstrumentRequest& request,
                                         v1::Instrument* response) const {
  COMITY_ASSIGN_OR_RETURN(const Instrument instrument,
                          NewBelow(request.parent(), request.instrument_id(), request.instrument(),
                                   "instruments", "instrument", InstrumentFromProto));
  return Make<Instrument>(
      call, request, "",
      [&](const Registry& latest, absl::Time) {
        return PlanCreateInstrument(latest, call.caller(), instrument);
      },
      response);
}

absl::Status FactEdits::UpdateInstrument(const rpc::Call& call,
                                         const v1::UpdateInstrumentRequest& request,
                                         v1::Instrument* response) const {
  const v1::Instrument& asked = request.instrument();
  COMITY_RETURN_IF_ERROR(ParseChildName("instrument.name", "instruments", asked.name()).status());
  COMITY_ASSIGN_OR_RETURN(std::string detail, ReasonOfEdit(request.reason()));
  return Make<Instrument>(
      call, request, std::move(detail),
      [&](const Registry& latest, absl::Time now) -> absl::StatusOr<Plan> {
        COMITY_ASSIGN_OR_RETURN(const Instrument* known, InstrumentToChange(latest, asked.name()));
        COMITY_ASSIGN_OR_RETURN(Instrument changed,
                                Merge(*known, store_id(), asked, request.update_mask(),
                                      "instrument", InstrumentFromProto));
        return PlanUpdateInstrument(latest, call.caller(), std::move(changed), asked.etag(), now);
      },
      response);
}

absl::Status FactEdits::ConfirmField(const rpc::Call& call, const v1::ConfirmFieldRequest& request,
                                     v1::Instrument* response) const {
  COMITY_RETURN_IF_ERROR(ParseChildName("name", "instruments", request.name()).status());
  return Make<Instrument>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanConfirmField(latest, call.caller(), request.name(),
                                request.confirmation().field(), request.confirmation().evidence(),
                                request.etag(), now);
      },
      response);
}

absl::Status FactEdits::RetractInstrument(const rpc::Call& call,
                                          const v1::RetractInstrumentRequest& request,
                                          v1::Instrument* response) const {
  COMITY_RETURN_IF_ERROR(ParseChildName("name", "instruments", request.name()).status());
  return Make<Instrument>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanRetractInstrument(latest, call.caller(), request.name(), request.evidence(),
                                     request.etag(), now);
      },
      response);
}

absl::Status FactEdits::RecordMilestone(const rpc::Call& call,
                                        const v1::RecordMilestoneRequest& request,
                                        v1::Milestone* response) const {
  COMITY_ASSIGN_OR_RETURN(const Milestone milestone,
                          NewBelow(request.parent(), "", request.milestone(), "milestones",
                                   "milestone", MilestoneFromProto));
  return Make<Milestone>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanRecordMilestone(latest, milestone, now);
      },
      response);
}

absl::Status FactEdits::WithdrawMilestone(const rpc::Call& call,
                                          const v1::WithdrawMilestoneRequest& request,
                                          v1::Milestone* response) const {
  COMITY_RETURN_IF_ERROR(ParseChildName("name", "milestones", request.name()).status());
  return Make<Milestone>(
      call, request, "",
      [&](const Registry& latest, absl::Time) {
        return PlanWithdrawMilestone(latest, request.name(), request.evidence());
      },
      response);
}

absl::Status FactEdits::CreateAuthority(const rpc::Call& call,
                                        const v1::CreateAuthorityRequest& request,
                                        v1::Authority* response) const {
  COMITY_ASSIGN_OR_RETURN(const Authority authority,
                          NewBelow(request.parent(), request.authority_id(), request.authority(),
                                   "authorities", "authority", AuthorityFromProto));
  return Make<Authority>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanCreateAuthority(latest, call.caller(), authority, now);
      },
      response);
}

absl::Status FactEdits::UpdateAuthority(const rpc::Call& call,
                                        const v1::UpdateAuthorityRequest& request,
                                        v1::Authority* response) const {
  const v1::Authority& asked = request.authority();
  COMITY_RETURN_IF_ERROR(ParseChildName("authority.name", "authorities", asked.name()).status());
  COMITY_ASSIGN_OR_RETURN(std::string detail, ReasonOfEdit(request.reason()));
  return Make<Authority>(
      call, request, std::move(detail),
      [&](const Registry& latest, absl::Time now) -> absl::StatusOr<Plan> {
        COMITY_ASSIGN_OR_RETURN(const Authority* known, AuthorityToChange(latest, asked.name()));
        COMITY_ASSIGN_OR_RETURN(Authority changed,
                                Merge(*known, store_id(), asked, request.update_mask(), "authority",
                                      AuthorityFromProto));
        return PlanUpdateAuthority(latest, call.caller(), std::move(changed), asked.etag(), now);
      },
      response);
}

absl::Status FactEdits::ConfirmAuthority(const rpc::Call& call,
                                         const v1::ConfirmAuthorityRequest& request,
                                         v1::Authority* response) const {
  COMITY_RETURN_IF_ERROR(ParseChildName("name", "authorities", request.name()).status());
  return Make<Authority>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanConfirmAuthority(latest, call.caller(), request.name(), request.evidence(),
                                    request.etag(), now);
      },
      response);
}

absl::Status FactEdits::RetractAuthority(const rpc::Call& call,
                                         const v1::RetractAuthorityRequest& request,
                                         v1::Authority* response) const {
  COMITY_RETURN_IF_ERROR(ParseChildName("name", "authorities", request.name()).status());
  return Make<Authority>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanRetractAuthority(latest, call.caller(), request.name(), request.evidence(),
                                    request.etag(), now);
      },
      response);
}

absl::Status FactEdits::CreateContact(const rpc::Call& call,
                                      const v1::CreateContactRequest& request,
                                      v1::Contact* response) const {
  COMITY_ASSIGN_OR_RETURN(const Contact contact,
                          NewBelow(request.parent(), request.contact_id(), request.contact(),
                                   "contacts", "contact", ContactFromProto));
  return Make<Contact>(
      call, request, "",
      [&](const Registry& latest, absl::Time now) {
        return PlanCreateContact(latest, contact, now);
      },
      response);
}

absl::Status FactEdits::UpdateContact(const rpc::Call& call,
                                      const v1::UpdateContactRequest& request,
                                      v1::Contact* response) const {
  const v1::Contact& asked = request.contact();
  COMITY_RETURN_IF_ERROR(ParseChildName("contact.name", "contacts", asked.name()).status());
  COMITY_ASSIGN_OR_RETURN(std::string detail, ReasonOfEdit(request.reason()));
  return Make<Contact>(
      call, request, std::move(detail),
      [&](const Registry& latest, absl::Time now) -> absl::StatusOr<Plan> {
        const Contact* known = latest.FindContact(asked.name());
        if (known == nullptr) return NoSuch("contact", "CONTACT_NOT_FOUND");
        COMITY_ASSIGN_OR_RETURN(
            Contact changed,
            Merge(*known, store_id(), asked, request.update_mask(), "contact", ContactFromProto));
        return PlanUpdateContact(latest, std::move(changed), asked.etag(), now);
      },
      response);
}

absl::Status FactEdits::EraseContact(const rpc::Call& call, const v1::EraseContactRequest& request,
                                     v1::Contact* response) const {
  COMITY_RETURN_IF_ERROR(ParseChildName("name", "contacts", request.name()).status());
  COMITY_ASSIGN_OR_RETURN(std::string detail, ReasonOfEdit(request.reason()));
  return Make<Contact>(
      call, request, std::move(detail),
      [&](const Registry& latest, absl::Time now) {
        return PlanEraseContact(latest, request.name(), request.etag(), now);
      },
      response);
}

}  // namespace comity::partner_registry
