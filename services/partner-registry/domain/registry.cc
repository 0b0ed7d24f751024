#include "services/partner-registry/domain/registry.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/legal/secondments.h"
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
std::shared_ptr<const T> Store(Registry::ById<T>& map, std::string key, const T& value) {
  auto stored = std::make_shared<const T>(value);
  map.insert_or_assign(std::move(key), stored);
  return stored;
}

// Whether `value` counts: what was retracted is kept apart from what does.
template <typename T>
bool StoreIfItCounts(Registry::ById<T>& counting, Registry::ById<T>& retracted,
                     const std::string& name, const T& value) {
  if (value.retraction.has_value()) counting.erase(name);
  Store(value.retraction.has_value() ? retracted : counting, name, value);
  return !value.retraction.has_value();
}

template <typename T>
void Append(const Registry::ById<T>& map, std::vector<SharedFact>& facts) {
  for (const auto& [key, value] : map) facts.emplace_back(value);
}

std::string AuthorityName(const Contact& contact) {
  return absl::StrCat("partners/", contact.partner, "/authorities/", contact.authority);
}

}  // namespace

void Registry::Apply(const Change& change) {
  legal::FactsBuilder builder(facts_);
  for (const std::string& name : change.removed) Remove(name, builder);
  for (const Fact& fact : change.facts) {
    std::visit([&](const auto& value) { Put(value, builder); }, fact);
  }
  revision_ = change.revision;
  facts_ = builder.Build(legal::Revision{store_id_, revision_});
}

void Registry::Remove(absl::string_view partner, legal::FactsBuilder& builder) {
  const auto known = partners_.find(partner.substr(9));
  if (known == partners_.end()) return;
  index_.Erase(known->first);
  partners_.erase(known);
  builder.Erase(partner);
}

void Registry::Put(const Partner& partner, legal::FactsBuilder& builder) {
  index_.Put(Store(partners_, partner.id, partner));
  builder.Put(ToLegal(partner));
}

void Registry::Put(const Instrument& instrument, legal::FactsBuilder& builder) {
  const std::string name = NameOf(instrument);
  if (StoreIfItCounts(instruments_, std::get<ById<Instrument>>(retracted_), name, instrument)) {
    builder.Put(ToLegal(instrument));
  } else {
    builder.Erase(name);
  }
}

void Registry::Put(const Milestone& milestone, legal::FactsBuilder&) {
  Store(milestones_, NameOf(milestone), milestone);
}

void Registry::Put(const Authority& authority, legal::FactsBuilder& builder) {
  const std::string name = NameOf(authority);
  if (StoreIfItCounts(authorities_, std::get<ById<Authority>>(retracted_), name, authority)) {
    builder.Put(ToLegal(authority));
    RefreshOpeners(name, builder);
  } else {
    builder.Erase(name);
  }
}

void Registry::Put(const Contact& contact, legal::FactsBuilder& builder) {
  const std::string name = NameOf(contact);
  std::string earlier_authority;
  if (const Contact* earlier = FindContact(name); earlier != nullptr) {
    // It may be another's meanwhile.
    if (const auto at = contact_by_spiffe_id_.find(earlier->spiffe_id);
        at != contact_by_spiffe_id_.end() && at->second == name) {
      contact_by_spiffe_id_.erase(at);
    }
    earlier_authority = AuthorityName(*earlier);
  }
  Store(contacts_, name, contact);
  if (!contact.spiffe_id.empty()) contact_by_spiffe_id_.insert_or_assign(contact.spiffe_id, name);
  const std::string authority = AuthorityName(contact);
  RefreshOpeners(authority, builder);
  if (!earlier_authority.empty() && earlier_authority != authority) {
    RefreshOpeners(earlier_authority, builder);
  }
}

void Registry::Put(const Decision& decision, legal::FactsBuilder& builder) {
  Store(decisions_, decision.id, decision);
  builder.Put(ToLegal(decision));
}

void Registry::Put(const KeyStatement& statement, legal::FactsBuilder& builder) {
  Store(key_statements_, statement.id, statement);
  const KeyStatement* current = CurrentKey(statement.holder);
  if (current == nullptr || current->serial <= statement.serial) {
    current_key_by_holder_.insert_or_assign(statement.holder, statement.id);
  }
  if (const Contact* holder = FindContactBySpiffeId(statement.holder); holder != nullptr) {
    RefreshOpeners(AuthorityName(*holder), builder);
  }
}

void Registry::Put(const ChangeRequest& request, legal::FactsBuilder&) {
  Store(change_requests_, request.id, request);
}

template <IsRelation T>
void Registry::Put(const T& value, legal::FactsBuilder& builder) {
  relations_.Put(value);
  if constexpr (std::is_same_v<T, Secondment>) {
    const Contact* contact = FindContact(Relations::ToLegal(value).contact);
    if (contact != nullptr) RefreshOpeners(AuthorityName(*contact), builder);
  }
}

void Registry::RefreshOpeners(absl::string_view authority, legal::FactsBuilder& builder) const {
  std::vector<legal::Opener> openers;
  for (const Contact* contact : ContactsOf(legal::PartnerOf(authority).substr(9))) {
    if (!contact->opener || contact->state != ContactState::kActive ||
        AuthorityName(*contact) != authority) {
      continue;
    }
    const KeyStatement* const key = CurrentKey(contact->spiffe_id);
    if (key == nullptr) continue;
    openers.push_back({.key_until = key->not_after,
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
  const Partner* partner = FindPartner(contact.partner);
  return partner != nullptr && !partner->exchanges_suspended && !partner->deleted() &&
         Counts(contact, day);
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

std::vector<const Instrument*> Registry::InstrumentsOf(absl::string_view partner) const {
  return Below(instruments_, partner, "instruments");
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

std::vector<Fact> Registry::AllFacts() const {
  const std::vector<SharedFact> shared = SharedFacts();
  std::vector<Fact> facts;
  facts.reserve(shared.size());
  for (const SharedFact& fact : shared) facts.push_back(CopyOf(fact));
  return facts;
}

std::vector<SharedFact> Registry::SharedFacts() const {
  std::vector<SharedFact> facts;
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
