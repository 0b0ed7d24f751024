#include "services/partner-registry/domain/change_requests.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/legal/facts.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/text/plain.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fact_mutations.h"
#include "services/partner-registry/domain/names.h"

namespace comity::partner_registry {
namespace {

constexpr int kLongestText = 500;

absl::Status Bad(absl::string_view field, absl::string_view what) {
  return InvalidField("CHANGE_REQUEST_INVALID", field, what);
}

// What the edit that is asked for comes to, made by `caller`.
absl::StatusOr<Plan> EditOf(const Registry& registry, absl::string_view caller,
                            const ChangeRequest& request, absl::Time now) {
  const bool is_new = request.fields.empty();
  if (const auto* authority = std::get_if<Authority>(&request.change)) {
    constexpr char kPath[] = "change_request.authority";
    return is_new ? PlanCreateAuthority(registry, caller, *authority, now, kPath)
                  : PlanUpdateAuthority(registry, caller, *authority, request.etag, now, kPath);
  }
  constexpr char kPath[] = "change_request.contact";
  const Contact& contact = std::get<Contact>(request.change);
  return is_new ? PlanCreateContact(registry, contact, now, kPath)
                : PlanUpdateContact(registry, contact, request.etag, now, kPath);
}

// The edit is refused to who approves, who only named it. What is wrong with the request itself
// nobody can correct in it, nor make what it rests on as it was.
absl::Status NotApproved(const ChangeRequest& request, const absl::Status& refused) {
  if (ReasonOf(refused) == "PARTNER_DELETED") return refused;
  ErrorDetails details = DetailsOf(refused);
  for (FieldViolation& violation : details.fields) {
    violation = {.field = "name",
                 .description = absl::StrCat(violation.field, ": ", violation.description)};
  }
  if (details.metadata.contains("field")) details.metadata["field"] = "name";
  return MakeError(refused.code(),
                   absl::StrCat("As it is the request cannot be approved: decline it with `comity "
                                "changes reject ",
                                NameOf(request),
                                " --answer ANSWER`, and have what is still right asked for anew. ",
                                refused.message()),
                   std::move(details));
}

// Of the same once more: what was entered is there to be changed.
std::string HowToAsk(const ChangeRequest& request) {
  const bool is_new = request.fields.empty() && request.state != ChangeRequestState::kApproved;
  const auto* const authority = std::get_if<Authority>(&request.change);
  return absl::StrCat(
      "`comity changes request ",
      authority != nullptr
          ? absl::StrCat("--authority ", authority->partner, "/", authority->id)
          : absl::StrCat("--contact ", std::get<Contact>(request.change).id, "@", request.partner),
      is_new ? " --new" : "", " --set FIELD=VALUE --reason REASON`");
}

absl::Status Pending(int most, absl::string_view what) {
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat(most, " requests of yours ", what),
                   {.reason = "CHANGE_REQUESTS_PENDING"});
}

// Whether the contact may make one more: each is kept, and looked at with the next. Of each by
// itself, so that none keeps its colleagues from asking.
absl::Status CheckMayAsk(const Registry& registry, const ChangeRequest& asked,
                         absl::string_view caller, absl::Time now) {
  int open = 0;
  int of_the_day = 0;
  const ChangeRequest* oldest = nullptr;  // Of those that wait.
  for (const ChangeRequest* each : registry.ChangeRequestsOf(asked.partner)) {
    if (each->requested_by != caller) continue;
    if (each->request_time > now - absl::Hours(24)) ++of_the_day;
    if (each->state != ChangeRequestState::kOpen) continue;
    ++open;
    if (oldest == nullptr || each->request_time < oldest->request_time) oldest = each;
  }
  if (open >= kMostOpenRequests) {
    return Pending(kMostOpenRequests,
                   absl::StrCat("wait for an answer: wait for it, or take one back, such as the "
                                "oldest with `comity changes reject ",
                                NameOf(*oldest), " --answer ANSWER`."));
  }
  if (of_the_day >= kMostRequestsADay) {
    return Pending(kMostRequestsADay,
                   "were made within 24 hours, those taken back included: ask again tomorrow.");
  }
  return absl::OkStatus();
}

// The open request, with the answer.
absl::StatusOr<ChangeRequest> Answered(const Registry& registry, const identity::Principal& caller,
                                       absl::string_view name, std::string answer,
                                       ChangeRequestState state, absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const ChangeRequest* known, FindRequest(registry, caller, name));
  const int least = state == ChangeRequestState::kApproved ? 0 : 1;
  const std::string fault =
      text::FaultOf(answer, {.least = least, .most = kLongestText},
                    least == 0 ? "write at most 500 characters"
                               : "say why, in 1 to 500 characters: the partner reads it");
  if (!fault.empty()) return Bad("answer", fault);
  if (known->state != ChangeRequestState::kOpen) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("The request was answered already: ask anew for what is still "
                                  "wanted, with ",
                                  HowToAsk(*known), "."),
                     {.reason = "CHANGE_REQUEST_CLOSED"});
  }
  ChangeRequest changed = *known;
  changed.state = state;
  changed.decided_by = caller.spiffe_id;
  changed.decide_time = now;
  changed.answer = std::move(answer);
  return changed;
}

}  // namespace

std::string ChangedBy(const ChangeRequest& request) {
  return std::visit([](const auto& change) { return NameOf(change); }, request.change);
}

bool CarriesContact(const ChangeRequest& request) {
  const auto* contact = std::get_if<Contact>(&request.change);
  return contact != nullptr && !contact->spiffe_id.empty();
}

std::vector<ChangeRequest> EmptiedOf(const Registry& registry, absl::string_view name,
                                     absl::Time now) {
  std::vector<ChangeRequest> emptied;
  const absl::string_view partner = legal::PartnerOf(name);
  if (partner.empty()) return emptied;
  for (const ChangeRequest* request : registry.ChangeRequestsOf(partner.substr(9))) {
    if (!CarriesContact(*request) || ChangedBy(*request) != name) continue;
    ChangeRequest without = *request;
    const Contact& contact = std::get<Contact>(request->change);
    without.change = Contact{.partner = contact.partner, .id = contact.id};
    without.reason.clear();
    without.answer.clear();
    if (without.state == ChangeRequestState::kOpen) {
      without.state = ChangeRequestState::kWithdrawn;
      without.decide_time = now;
    }
    emptied.push_back(std::move(without));
  }
  return emptied;
}

absl::StatusOr<const ChangeRequest*> FindRequest(const Registry& registry,
                                                 const identity::Principal& caller,
                                                 absl::string_view name) {
  COMITY_ASSIGN_OR_RETURN(const ChildName parts, ParseChangeRequestName("name", name));
  const ChangeRequest* known = registry.FindChangeRequest(parts.id);
  // No day has a part in who sees a request.
  if (known == nullptr || known->partner != parts.partner ||
      !MaySee(Viewer::Of(caller, registry), *known, absl::CivilDay())) {
    return NoSuch("change request", "CHANGE_REQUEST_NOT_FOUND");
  }
  return known;
}

absl::StatusOr<Plan> PlanCreateChangeRequest(const Registry& registry,
                                             const identity::Principal& caller, ChangeRequest asked,
                                             absl::Time now) {
  if (caller.kind != identity::PrincipalKind::kPartner || caller.partner != asked.partner) {
    return NoSuch("partner", "PARTNER_NOT_FOUND");
  }
  if (const std::string fault = text::FaultOf(asked.reason, {.least = 1, .most = kLongestText},
                                              "say why, in 1 to 500 characters, naming nobody");
      !fault.empty()) {
    return Bad("change_request.reason", fault);
  }
  COMITY_RETURN_IF_ERROR(CheckMayAsk(registry, asked, caller.spiffe_id, now));
  COMITY_ASSIGN_OR_RETURN(const Plan edit, EditOf(registry, caller.spiffe_id, asked, now));
  if (edit.facts.empty()) {
    return Bad("change_request.update_mask", "it is recorded so already: nothing would change");
  }
  asked.state = ChangeRequestState::kOpen;
  asked.requested_by = caller.spiffe_id;
  asked.request_time = now;
  std::string name = NameOf(asked);
  return Plan{.facts = {std::move(asked)}, .resource = std::move(name)};
}

absl::StatusOr<Plan> PlanApproveChangeRequest(const Registry& registry,
                                              const identity::Principal& caller,
                                              absl::string_view name, std::string answer,
                                              absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(ChangeRequest changed, Answered(registry, caller, name, std::move(answer),
                                                          ChangeRequestState::kApproved, now));
  if (const Contact* contact = registry.FindContact(ChangedBy(changed)); contact != nullptr) {
    COMITY_RETURN_IF_ERROR(CheckNotErased(*contact));
  }
  absl::StatusOr<Plan> plan = EditOf(registry, caller.spiffe_id, changed, now);
  if (!plan.ok()) return NotApproved(changed, plan.status());
  plan->resource = std::string(name);
  plan->facts.emplace_back(std::move(changed));
  return plan;
}

absl::StatusOr<Plan> PlanRejectChangeRequest(const Registry& registry,
                                             const identity::Principal& caller,
                                             absl::string_view name, std::string answer,
                                             absl::Time now) {
  const bool of_partner = caller.kind == identity::PrincipalKind::kPartner;
  COMITY_ASSIGN_OR_RETURN(
      ChangeRequest changed,
      Answered(registry, caller, name, std::move(answer),
               of_partner ? ChangeRequestState::kWithdrawn : ChangeRequestState::kRejected, now));
  if (of_partner && changed.requested_by != caller.spiffe_id) {
    return MakeError(absl::StatusCode::kPermissionDenied,
                     "Another contact asked for it: only that one, or the agency, takes it back.",
                     {.reason = "CHANGE_REQUEST_NOT_YOURS"});
  }
  return Plan{.facts = {std::move(changed)}, .resource = std::string(name)};
}

}  // namespace comity::partner_registry
