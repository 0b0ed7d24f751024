#include "services/partner-registry/transport/reads.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/service/calls.h"
#include "common/service/field_masks.h"
#include "common/service/page_room.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/counterparts.h"
#include "services/partner-registry/domain/filter.h"
#include "services/partner-registry/domain/mutations.h"
#include "services/partner-registry/domain/names.h"
#include "services/partner-registry/domain/standing.h"
#include "services/partner-registry/records/fact_proto.h"

namespace comity::partner_registry {
namespace {

constexpr Below kContacts = {"contacts", "contact", "CONTACT_NOT_FOUND"};
constexpr Below kInstruments = {"instruments", "instrument", "INSTRUMENT_NOT_FOUND"};
constexpr Below kAuthorities = {"authorities", "authority", "AUTHORITY_NOT_FOUND"};

// Visits what both have behind `after`, in the order of names, as long as `visit` says so.
template <typename Map, typename Visit>
void VisitInOrder(const Map& some, const Map& others, const std::string& after, Visit visit) {
  auto at = some.upper_bound(after);
  auto other = others.upper_bound(after);
  while (at != some.end() || other != others.end()) {
    const bool first = other == others.end() || (at != some.end() && at->first < other->first);
    if (!visit(*(first ? at : other))) return;
    ++(first ? at : other);
  }
}

// What a list shows of one kind: what counts and, if asked for, what was retracted.
template <typename T, typename Request>
const Registry::ById<T>& RetractedIfShown(const Registry& registry, const Request& request) {
  static const Registry::ById<T> none;
  return request.show_retracted() ? registry.retracted<T>() : none;
}

template <typename T>
std::optional<T> FindAlsoRetracted(const Registry& registry, const std::string& name) {
  std::optional<Fact> found = registry.Find(name);
  if (!found.has_value()) return std::nullopt;
  return std::get<T>(*std::move(found));
}

}  // namespace

absl::Status Reads::GetPartner(const rpc::Call& call, const v1::GetPartnerRequest& request,
                               v1::Partner* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string id, ParsePartnerName("name", request.name()));
  COMITY_ASSIGN_OR_RETURN(const Then then, At(call, request));
  const Partner* partner = then->FindPartner(id);
  const Sight sight(then.viewer(), *clock_);
  if (partner == nullptr || !sight.SeesPartner(id)) {
    return NoSuch("partner", "PARTNER_NOT_FOUND");
  }
  *response = sight.Show(ToProto(*partner, then->store_id()));
  return absl::OkStatus();
}

absl::Status Reads::ListPartners(const rpc::Call& call, const v1::ListPartnersRequest& request,
                                 v1::ListPartnersResponse* response) const {
  constexpr std::size_t kLongestQuery = 200;
  if (request.query().size() > kLongestQuery) {
    return InvalidField("QUERY_TOO_LONG", "query", "write at most 200 bytes");
  }
  COMITY_ASSIGN_OR_RETURN(const PartnerFilter filter, PartnerFilter::Parse(request.filter()));
  COMITY_RETURN_IF_ERROR(service::CheckReadMask(request.read_mask(), *v1::Partner::descriptor()));
  COMITY_ASSIGN_OR_RETURN(Then then, At(call, request));
  COMITY_ASSIGN_OR_RETURN(const Page page, OpenPage(call, request, then));
  const Registry& registry = *then;
  const Sight sight(then.viewer(), *clock_);
  const absl::CivilDay today = DayInBrussels(clock_->Now());
  service::PageRoom room(page.size);
  std::string last;
  const auto show = [&](const Partner& partner) {
    if ((partner.deleted() && !request.show_deleted()) || !sight.SeesPartner(partner.id)) {
      return true;
    }
    v1::Partner shown = sight.Show(ToProto(partner, registry.store_id()));
    service::KeepOnly(request.read_mask(), shown);
    if (!room.Take(shown)) {
      response->set_next_page_token(NextToken(call, request, last, registry.revision()));
      return false;
    }
    last = partner.id;
    *response->add_partners() = std::move(shown);
    return true;
  };
  if (sight.viewer.all) {
    registry.index().Visit(request.query(), filter, today, page.after, show);
  } else if (const Partner* own =
                 registry.index().Match(sight.viewer.partner, request.query(), filter, today);
             own != nullptr && own->id > page.after) {
    show(*own);
  }
  service::SetRevision(registry.store_id(), registry.revision(),
                       response->mutable_registry_revision());
  return absl::OkStatus();
}

absl::Status Reads::GetPartnerStanding(const rpc::Call& call,
                                       const v1::GetPartnerStandingRequest& request,
                                       v1::PartnerStanding* response) const {
  COMITY_ASSIGN_OR_RETURN(const std::string id, ParsePartnerName("name", request.name()));
  absl::CivilDay day = DayInBrussels(clock_->Now());
  if (!request.day().empty()) {
    COMITY_ASSIGN_OR_RETURN(day, ParseDay(request.day()));
  }
  std::optional<absl::CivilDay> public_on;
  if (!request.public_on().empty()) {
    COMITY_ASSIGN_OR_RETURN(public_on, ParseDay(request.public_on()));
  }
  COMITY_ASSIGN_OR_RETURN(const Then then, At(call, request));
  const Partner* partner = then->FindPartner(id);
  if (partner == nullptr || !Sight(then.viewer(), *clock_).SeesPartner(id)) {
    return NoSuch("partner", "PARTNER_NOT_FOUND");
  }
  *response = ToProto(StandingOn(*then, *partner, day, public_on), *partner, *then);
  const Sight sight(then.viewer(), *clock_);
  for (v1::Instrument& instrument : *response->mutable_instruments()) {
    instrument = sight.Show(std::move(instrument));
  }
  return absl::OkStatus();
}

template <typename Request, typename Message, typename Find>
absl::Status Reads::GetBelow(const rpc::Call& call, const Request& request, const Below& below,
                             Find find, Message* response) const {
  COMITY_RETURN_IF_ERROR(ParseChildName("name", below.collection, request.name()).status());
  COMITY_ASSIGN_OR_RETURN(const Then then, At(call, request));
  const Sight sight(then.viewer(), *clock_);
  const auto fact = find(*then, request.name());
  if (!fact || !sight.Sees(*fact)) return NoSuch(below.word, below.not_found);
  *response = sight.Show(ToProto(*fact, then->store_id()));
  SetFootnote(*then, *response);
  return absl::OkStatus();
}

template <typename Request, typename Response, typename All, typename Message>
absl::Status Reads::ListBelow(const rpc::Call& call, const Request& request, const Below& below,
                              All all_of, google::protobuf::RepeatedPtrField<Message>* found,
                              Response* response) const {
  const bool all = request.parent() == "partners/-";
  std::string partner;
  if (!all) {
    COMITY_ASSIGN_OR_RETURN(partner, ParsePartnerName("parent", request.parent()));
  }
  COMITY_ASSIGN_OR_RETURN(Then then, At(call, request));
  COMITY_ASSIGN_OR_RETURN(const Page page, OpenPage(call, request, then));
  const Registry& registry = *then;
  const Sight sight(then.viewer(), *clock_);
  if (!all && (registry.FindPartner(partner) == nullptr || !sight.SeesPartner(partner))) {
    return NoSuch("partner", "PARTNER_NOT_FOUND");
  }
  const std::string prefix =
      all ? "" : absl::StrCat("partners/", partner, "/", below.collection, "/");
  service::PageRoom room(page.size);
  all_of(registry, page.after.empty() ? prefix : page.after, [&](const auto& entry) {
    if (!absl::StartsWith(entry.first, prefix)) return false;
    if (!sight.Sees(*entry.second)) return true;
    Message shown = sight.Show(ToProto(*entry.second, registry.store_id()));
    SetFootnote(registry, shown);
    if (!room.Take(shown)) {
      response->set_next_page_token(
          NextToken(call, request, found->rbegin()->name(), registry.revision()));
      return false;
    }
    *found->Add() = std::move(shown);
    return true;
  });
  return absl::OkStatus();
}

absl::Status Reads::GetContact(const rpc::Call& call, const v1::GetContactRequest& request,
                               v1::Contact* response) const {
  return GetBelow(call, request, kContacts, std::mem_fn(&Registry::FindContact), response);
}

absl::Status Reads::ListContacts(const rpc::Call& call, const v1::ListContactsRequest& request,
                                 v1::ListContactsResponse* response) const {
  return ListBelow(
      call, request, kContacts,
      [&](const Registry& registry, const std::string& after, auto visit) {
        VisitInOrder(registry.contacts(), Registry::ById<Contact>(), after, visit);
      },
      response->mutable_contacts(), response);
}

absl::Status Reads::FindCounterpart(const rpc::Call& call,
                                    const v1::FindCounterpartRequest& request,
                                    v1::FindCounterpartResponse* response) const {
  CounterpartQuestion question{
      .instant = request.has_instant() ? ToTime(request.instant()) : clock_->Now(),
      .languages = {request.languages().begin(), request.languages().end()},
      .openers_only = request.openers_only()};
  const bool of_authority = absl::StrContains(request.parent(), "/authorities/");
  if (of_authority) {
    COMITY_ASSIGN_OR_RETURN(ChildName name,
                            ParseChildName("parent", "authorities", request.parent()));
    question.partner = std::move(name.partner);
    question.authority = std::move(name.id);
  } else {
    COMITY_ASSIGN_OR_RETURN(question.partner, ParsePartnerName("parent", request.parent()));
  }
  COMITY_RETURN_IF_ERROR(CheckCounterpartQuestion(question));
  COMITY_RETURN_IF_ERROR(leases_->MayAnswer());  // Before the view, as for the transfer check.
  COMITY_ASSIGN_OR_RETURN(const Then then, Now(call));
  const Sight sight(then.viewer(), *clock_);
  const bool there = of_authority ? then->FindAuthority(request.parent()) != nullptr
                                  : then->FindPartner(question.partner) != nullptr;
  // Of whom one sees no contacts, one is told of none.
  if (!there || !sight.Sees(Contact{.partner = question.partner})) {
    return of_authority ? NoSuch("authority", "AUTHORITY_NOT_FOUND")
                        : NoSuch("partner", "PARTNER_NOT_FOUND");
  }
  const CounterpartAnswer answer = FindCounterparts(*then, question);
  for (const Counterpart& found : answer.counterparts) {
    v1::Counterpart& added = *response->add_counterparts();
    *added.mutable_contact() = ToProto(*found.contact, then->store_id());
    added.set_at_work(found.at_work);
    if (found.next_at_work.has_value()) {
      SetTime(*found.next_at_work, added.mutable_next_at_work());
    }
    if (found.stands_in_for != nullptr) added.set_stands_in_for(NameOf(*found.stands_in_for));
    added.set_stale(found.stale);
    added.set_sentence(found.sentence);
  }
  response->set_sentence(answer.sentence);
  service::SetRevision(then->store_id(), then->revision(), response->mutable_registry_revision());
  return absl::OkStatus();
}

absl::Status Reads::GetInstrument(const rpc::Call& call, const v1::GetInstrumentRequest& request,
                                  v1::Instrument* response) const {
  return GetBelow(call, request, kInstruments, FindAlsoRetracted<Instrument>, response);
}

absl::Status Reads::ListInstruments(const rpc::Call& call,
                                    const v1::ListInstrumentsRequest& request,
                                    v1::ListInstrumentsResponse* response) const {
  return ListBelow(
      call, request, kInstruments,
      [&](const Registry& registry, const std::string& after, auto visit) {
        VisitInOrder(registry.instruments(), RetractedIfShown<Instrument>(registry, request), after,
                     visit);
      },
      response->mutable_instruments(), response);
}

absl::Status Reads::GetAuthority(const rpc::Call& call, const v1::GetAuthorityRequest& request,
                                 v1::Authority* response) const {
  return GetBelow(call, request, kAuthorities, FindAlsoRetracted<Authority>, response);
}

absl::Status Reads::ListAuthorities(const rpc::Call& call,
                                    const v1::ListAuthoritiesRequest& request,
                                    v1::ListAuthoritiesResponse* response) const {
  return ListBelow(
      call, request, kAuthorities,
      [&](const Registry& registry, const std::string& after, auto visit) {
        VisitInOrder(registry.authorities(), RetractedIfShown<Authority>(registry, request), after,
                     visit);
      },
      response->mutable_authorities(), response);
}

absl::Status Reads::ListKeyStatements(const rpc::Call& call,
                                      const v1::ListKeyStatementsRequest& request,
                                      v1::ListKeyStatementsResponse* response) const {
  if (!request.has_at_revision()) COMITY_RETURN_IF_ERROR(leases_->MayAnswer());
  COMITY_ASSIGN_OR_RETURN(const Then then, At(call, request));
  const Sight sight(then.viewer(), *clock_);
  const absl::CivilDay today = DayInBrussels(clock_->Now());
  const auto add = [&](absl::string_view holder, bool shown) {
    // Whoever makes the next statement needs the last one, whosever that was.
    const KeyStatement* statement =
        holder == call.caller() ? then->CurrentKey(holder) : then->OfferedKey(holder, today);
    if (statement == nullptr || !(shown || sight.Sees(*statement))) return;
    *response->add_key_statements() = ToProto(*statement, then->store_id());
  };
  switch (request.of_case()) {
    case v1::ListKeyStatementsRequest::kHolder: {
      COMITY_ASSIGN_OR_RETURN(const identity::Principal holder,
                              identity::Principal::Parse(request.holder()));
      const Contact* contact = then->FindContactBySpiffeId(request.holder());
      // Nobody should seal to a contact who does not count.
      if (holder.kind == identity::PrincipalKind::kPartner &&
          (contact == nullptr || !then->Reaches(*contact, today))) {
        return absl::OkStatus();
      }
      // Nor to a prosecutor who does not; and to others he is as a contact of his State.
      const bool prosecutor = holder.IsAgency(identity::Role::kLiaisonProsecutor);
      if (prosecutor) {
        const std::string state = then->StateBehind(request.holder(), today);
        if (state.empty() || !sight.Sees(Contact{.partner = state})) return absl::OkStatus();
      }
      add(request.holder(), /*shown=*/prosecutor);
      return absl::OkStatus();
    }
    case v1::ListKeyStatementsRequest::kAuthority: {
      COMITY_ASSIGN_OR_RETURN(const ChildName name,
                              ParseChildName("authority", "authorities", request.authority()));
      const Authority* authority = then->FindAuthority(request.authority());
      if (authority == nullptr || !sight.Sees(*authority)) {
        return NoSuch("authority", "AUTHORITY_NOT_FOUND");
      }
      for (const Contact* contact : then->ContactsOf(name.partner)) {
        if (contact->opener && contact->authority == name.id && then->Reaches(*contact, today)) {
          add(contact->spiffe_id, /*shown=*/false);
        }
      }
      return absl::OkStatus();
    }
    case v1::ListKeyStatementsRequest::OF_NOT_SET:
      break;
  }
  return InvalidField("KEYS_OF_WHOM", "of", "name a holder or an authority");
}

absl::Status Reads::ListDecisions(const rpc::Call& call, const v1::ListDecisionsRequest& request,
                                  v1::ListDecisionsResponse* response) const {
  std::string partner;
  if (!request.partner().empty()) {
    COMITY_ASSIGN_OR_RETURN(partner, ParsePartnerName("partner", request.partner()));
  }
  COMITY_ASSIGN_OR_RETURN(Then then, At(call, request));
  COMITY_ASSIGN_OR_RETURN(const Page page, OpenPage(call, request, then));
  const Registry& registry = *then;
  const Sight sight(then.viewer(), *clock_);
  service::PageRoom room(page.size);
  // Ids are ordered by time: newest first is from the end.
  const auto& decisions = registry.decisions();
  auto at = page.after.empty() ? decisions.end() : decisions.lower_bound(page.after);
  while (at != decisions.begin()) {
    --at;
    const Decision& decision = *at->second;
    if ((!partner.empty() && decision.partner != partner) || !sight.Sees(decision)) continue;
    v1::Decision shown = ToProto(decision, registry.store_id());
    if (!room.Take(shown)) {
      const std::string last = response->decisions().rbegin()->name().substr(10);
      response->set_next_page_token(NextToken(call, request, last, registry.revision()));
      break;
    }
    *response->add_decisions() = std::move(shown);
  }
  return absl::OkStatus();
}

}  // namespace comity::partner_registry
