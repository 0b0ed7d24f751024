#include "services/partner-registry/domain/registry.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/legal/secondments.h"
#include "common/threads/beside.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/legal_facts.h"

namespace comity::partner_registry {
namespace {

template <typename T>
const T* Look(const Registry::ById<T>& map, absl::string_view key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second.get();
}

template <typename T>
std::vector<const T*> Below(const Registry::ById<T>& map, absl::string_view partner,
                            absl::string_view collection) {
  const std::string prefix = absl::StrCat("partners/", partner, "/", collection, "/");
  std::vector<const T*> found;
  for (auto at = map.lower_bound(prefix); at != map.end() && absl::StartsWith(at->first, prefix);
       ++at) {
    found.push_back(at->second.get());
  }
  return found;
}

template <typename T>
void Store(Registry::ById<T>& map, absl::string_view key, std::shared_ptr<const T> value) {
  // Of many at once, most are new and come in order.
  const bool last = map.empty() || std::prev(map.end())->first < key;
  if (!last) map.erase(key);  // The key lies in what goes.
  map.emplace_hint(last ? map.end() : map.lower_bound(key), key, std::move(value));
}

// What was retracted is kept apart from what counts.
template <typename T>
void StoreWhereItCounts(Registry::ById<T>& counting, Registry::ById<T>& retracted,
                        absl::string_view name, const std::shared_ptr<const T>& value) {
  if (value->retraction.has_value()) counting.erase(name);
  Store(value->retraction.has_value() ? retracted : counting, name, value);
}

template <typename T>
void Append(const Registry::ById<T>& map, std::vector<FactPointer>& facts) {
  for (const auto& [key, value] : map) facts.emplace_back(value);
}

// What the transfer check wants of it; nothing of most kinds, and of what was retracted.
template <typename T>
void Tell(const T& fact, legal::FactsBuilder& builder) {
  if constexpr (requires { fact.retraction; }) {
    if (fact.retraction.has_value()) return builder.Erase(NameOf(fact));
  }
  if constexpr (requires { builder.Put(ToLegal(fact)); }) builder.Put(ToLegal(fact));
}

std::string AuthorityName(const Contact& contact) {
  return absl::StrCat("partners/", contact.partner, "/authorities/", contact.authority);
}

bool GoOn(const Partner* partner) {
  return partner != nullptr && !partner->exchanges_suspended && !partner->deleted();
}

}  // namespace

Registry::Registry(std::string store_id) : store_id_(std::move(store_id)) {}
Registry::Registry(const Registry&) = default;
Registry::Registry(Registry&&) noexcept = default;
Registry& Registry::operator=(const Registry&) = default;
Registry& Registry::operator=(Registry&&) noexcept = default;
Registry::~Registry() = default;

void Registry::Apply(const Change& change, bool at_start) {
  legal::FactsBuilder builder(facts_);
  for (const std::string& name : change.removed) {
    if (Remove(name)) builder.Erase(name);
  }
  const auto tell = [&] {
    for (const SharedFact& fact : change.facts) {
      std::visit([&](const auto& value) { Tell(*value, builder); }, fact.pointer());
    }
  };
  const auto index = [&] {
    std::vector<std::shared_ptr<const Partner>> partners;
    for (const SharedFact& fact : change.facts) {
      if (const auto* partner = std::get_if<std::shared_ptr<const Partner>>(&fact.pointer())) {
        partners.push_back(*partner);
      }
    }
    index_.Put(partners);
  };
  // Of much, each takes as long as the rest, and none needs another.
  const auto run = [at_start](const auto& work) {
    if (at_start) return Beside(work);
    work();
    return std::jthread();
  };
  std::jthread telling = run(tell);
  const std::jthread indexing = run(index);
  Touched touched;
  for (const SharedFact& fact : change.facts) {
    std::visit([&](const auto& value) { Put(fact.name(), value, touched); }, fact.pointer());
  }
  if (telling.joinable()) telling.join();

  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  for (const std::string& authority : touched) RefreshOpeners(authority, builder);
  revision_ = change.revision;
  facts_ = builder.Build(legal::Revision{store_id_, revision_});
}

bool Registry::Remove(absl::string_view partner) {
  const absl::string_view id = partner.substr(9);
  index_.Erase(id);
  return partners_.erase(id) > 0;
}

void Registry::Put(absl::string_view, const std::shared_ptr<const Partner>& partner, Touched&) {
  Store(partners_, partner->id, partner);
}

void Registry::Put(absl::string_view name, const std::shared_ptr<const Instrument>& instrument,
                   Touched&) {
  StoreWhereItCounts(instruments_, std::get<ById<Instrument>>(retracted_), name, instrument);
}

void Registry::Put(absl::string_view name, const std::shared_ptr<const Milestone>& milestone,
                   Touched&) {
  Store(milestones_, name, milestone);
}

void Registry::Put(absl::string_view name, const std::shared_ptr<const Authority>& authority,
                   Touched& touched) {
  StoreWhereItCounts(authorities_, std::get<ById<Authority>>(retracted_), name, authority);
  if (!authority->retraction.has_value()) touched.emplace_back(name);
}

void Registry::Put(absl::string_view name, const std::shared_ptr<const Contact>& contact,
                   Touched& touched) {
  if (const Contact* earlier = FindContact(name); earlier != nullptr) {
    // It may be another's meanwhile.
    if (const auto at = contact_by_spiffe_id_.find(earlier->spiffe_id);
        at != contact_by_spiffe_id_.end() && at->second == name) {
      contact_by_spiffe_id_.erase(at);
    }
    touched.push_back(AuthorityName(*earlier));
  }
  Store(contacts_, name, contact);
  if (!contact->spiffe_id.empty()) {
    contact_by_spiffe_id_.insert_or_assign(contact->spiffe_id, std::string(name));
  }
  touched.push_back(AuthorityName(*contact));
}

void Registry::Put(absl::string_view, const std::shared_ptr<const Decision>& decision, Touched&) {
  Store(decisions_, decision->id, decision);
}

void Registry::Put(absl::string_view, const std::shared_ptr<const KeyStatement>& statement,
                   Touched& touched) {
  Store(key_statements_, statement->id, statement);
  const KeyStatement* current = CurrentKey(statement->holder);
  if (current == nullptr || current->serial <= statement->serial) {
    current_key_by_holder_.insert_or_assign(statement->holder, statement->id);
  }
  if (const Contact* holder = FindContactBySpiffeId(statement->holder); holder != nullptr) {
    touched.push_back(AuthorityName(*holder));
  }
}

void Registry::Put(absl::string_view name, const std::shared_ptr<const ChangeRequest>& request,
                   Touched&) {
  Store(change_requests_, request->id, request);
  Store(requests_by_name_, name, request);
  if (request->state == ChangeRequestState::kOpen) {
    Store(open_requests_, request->id, request);
  } else {
    open_requests_.erase(request->id);
  }
}

template <IsRelation T>
void Registry::Put(absl::string_view name, const std::shared_ptr<const T>& value,
                   Touched& touched) {
  relations_.Put(std::string(name), value);
  if constexpr (std::is_same_v<T, Secondment>) {
    const Contact* contact = FindContact(Relations::ToLegal(*value).contact);
    if (contact != nullptr) touched.push_back(AuthorityName(*contact));
  }
}

void Registry::RefreshOpeners(absl::string_view authority, legal::FactsBuilder& builder) const {
  const std::vector<const Contact*> contacts = ContactsOf(legal::PartnerOf(authority).substr(9));
  // It never had any: what was a contact stays one.
  if (contacts.empty()) return;
  std::vector<legal::Opener> openers;
  for (const Contact* contact : contacts) {
    if (!contact->opener || contact->state != ContactState::kActive ||
        AuthorityName(*contact) != authority) {
      continue;
    }
    const KeyStatement* const key = CurrentKey(contact->spiffe_id);
    if (key == nullptr) continue;
    openers.push_back({.key_until = key->not_after,
                       .key_since = DayInBrussels(key->recorded.time),
                       .validity = ValidityOf(*contact),
                       .secondments = relations_.secondments().Of(NameOf(*contact))});
  }
  builder.SetOpeners(authority, openers);
}

bool Registry::Counts(const Contact& contact, absl::CivilDay day) const {
  return contact.state == ContactState::kActive && ValidityOf(contact).Covers(day) &&
         legal::Admit(relations_.secondments().Of(NameOf(contact)), facts_, day);
}

bool Registry::Reaches(const Contact& contact, absl::CivilDay day) const {
  return GoOn(FindPartner(contact.partner)) && Counts(contact, day);
}

std::string Registry::StateBehind(absl::string_view identity, absl::CivilDay day) const {
  const std::string by = relations_.secondments().SecondedBy(identity, facts_, day);
  if (by.empty() || !GoOn(FindPartner(by.substr(9)))) return "";
  return by.substr(9);
}

const Partner* Registry::FindPartner(absl::string_view id) const { return Look(partners_, id); }

const Instrument* Registry::FindInstrument(absl::string_view name) const {
  return Look(instruments_, name);
}

const Authority* Registry::FindAuthority(absl::string_view name) const {
  return Look(authorities_, name);
}

const Contact* Registry::FindContact(absl::string_view name) const { return Look(contacts_, name); }

const Contact* Registry::FindContactBySpiffeId(absl::string_view spiffe_id) const {
  const auto found = contact_by_spiffe_id_.find(spiffe_id);
  return found == contact_by_spiffe_id_.end() ? nullptr : FindContact(found->second);
}

const Decision* Registry::FindDecision(absl::string_view id) const { return Look(decisions_, id); }

const KeyStatement* Registry::FindKeyStatement(absl::string_view id) const {
  return Look(key_statements_, id);
}

const ChangeRequest* Registry::FindChangeRequest(absl::string_view id) const {
  return Look(change_requests_, id);
}

const KeyStatement* Registry::CurrentKey(absl::string_view holder) const {
  const auto found = current_key_by_holder_.find(holder);
  return found == current_key_by_holder_.end() ? nullptr : FindKeyStatement(found->second);
}

const KeyStatement* Registry::OfferedKey(absl::string_view holder, absl::CivilDay day) const {
  const KeyStatement* const current = CurrentKey(holder);
  const Contact* const contact = FindContactBySpiffeId(holder);
  const std::vector<legal::Secondment>& bound =
      relations_.secondments().Of(contact == nullptr ? std::string(holder) : NameOf(*contact));
  if (current == nullptr) return nullptr;
  const absl::CivilDay published = DayInBrussels(current->recorded.time);
  return legal::HoldsKey(bound, facts_, published, day) ? current : nullptr;
}

std::vector<const Instrument*> Registry::InstrumentsOf(absl::string_view partner) const {
  return Below(instruments_, partner, "instruments");
}

std::vector<const Instrument*> Registry::RetractedInstrumentsOf(absl::string_view partner) const {
  return Below(retracted<Instrument>(), partner, "instruments");
}

std::vector<const Milestone*> Registry::MilestonesOf(absl::string_view partner) const {
  return Below(milestones_, partner, "milestones");
}

std::vector<const Milestone*> Registry::MembersOf(absl::string_view project) const {
  std::vector<const Milestone*> members;
  for (const auto& [name, milestone] : milestones_) {
    if (milestone->project == project) members.push_back(milestone.get());
  }
  return members;
}

std::vector<const Authority*> Registry::AuthoritiesOf(absl::string_view partner) const {
  return Below(authorities_, partner, "authorities");
}

std::vector<const Contact*> Registry::ContactsOf(absl::string_view partner) const {
  return Below(contacts_, partner, "contacts");
}

std::vector<const ChangeRequest*> Registry::ChangeRequestsOf(absl::string_view partner) const {
  return Below(requests_by_name_, partner, "changeRequests");
}

std::vector<FactPointer> Registry::SharedFacts() const {
  std::vector<FactPointer> facts;
  facts.reserve(partners_.size() + instruments_.size() + milestones_.size() + authorities_.size() +
                contacts_.size() + decisions_.size() + key_statements_.size());
  Append(partners_, facts);
  Append(instruments_, facts);
  Append(milestones_, facts);
  Append(authorities_, facts);
  Append(contacts_, facts);
  Append(decisions_, facts);
  Append(key_statements_, facts);
  relations_.AppendTo(facts);
  return facts;
}

std::optional<Fact> Registry::Find(absl::string_view name) const {
  const auto of = [](const auto* value) -> std::optional<Fact> {
    if (value == nullptr) return std::nullopt;
    return Fact(*value);
  };
  if (std::optional<Fact> relation = relations_.FindAny(name)) return relation;
  if (absl::StrContains(name, "/changeRequests/")) {
    return of(FindChangeRequest(name.substr(name.rfind('/') + 1)));
  }
  if (absl::StrContains(name, "/instruments/")) {
    const Instrument* found = FindInstrument(name);
    return of(found != nullptr ? found : FindRetracted<Instrument>(name));
  }
  if (absl::StrContains(name, "/milestones/")) return of(Look(milestones_, name));
  if (absl::StrContains(name, "/authorities/")) {
    const Authority* found = FindAuthority(name);
    return of(found != nullptr ? found : FindRetracted<Authority>(name));
  }
  if (absl::StrContains(name, "/contacts/")) return of(FindContact(name));
  if (absl::StartsWith(name, "partners/")) return of(FindPartner(name.substr(9)));
  if (absl::StartsWith(name, "decisions/")) return of(FindDecision(name.substr(10)));
  if (absl::StartsWith(name, "keyStatements/")) return of(FindKeyStatement(name.substr(14)));
  return std::nullopt;
}

}  // namespace comity::partner_registry
