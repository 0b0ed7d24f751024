#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/legal/facts.h"
#include "services/partner-registry/domain/partner_index.h"
#include "services/partner-registry/domain/relations.h"
#include "services/partner-registry/domain/shared_fact.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// Everything that one mutation changed.
struct Change {
  std::int64_t revision = 0;
  std::vector<SharedFact> facts;     // The resources as they are after it, in any order.
  std::vector<std::string> removed;  // Names of partners that are there no more.
};

// The whole state of the registry at one revision, in memory. What it holds was checked before it
// was staged: Apply cannot fail, and gives the same result on equal states.
//
// Copying shares the facts. Safe to read from many threads while nobody applies.
class Registry {
 public:
  // Keys lie in what they lead to.
  template <typename T>
  using ById = absl::btree_map<absl::string_view, std::shared_ptr<const T>>;

  // Empty. `store_id` is that of the store the revisions are of.
  explicit Registry(std::string store_id);

  // In the .cc file: whoever names a Registry would compile all of its maps anew.
  Registry(const Registry&);
  Registry(Registry&&) noexcept;
  Registry& operator=(const Registry&);
  Registry& operator=(Registry&&) noexcept;
  ~Registry();

  void Apply(const Change& change) { Apply(change, /*at_start=*/false); }

  // As Apply, of all there is when a process starts: on several threads.
  void ApplyAtStart(const Change& all) { Apply(all, /*at_start=*/true); }

  // Null if there is none. `id`s are last segments, `name`s whole resource names. An instrument or
  // authority that was retracted is not there, here and wherever it could count: see below.
  const Partner* FindPartner(absl::string_view id) const;
  const Instrument* FindInstrument(absl::string_view name) const;
  const Authority* FindAuthority(absl::string_view name) const;
  const Contact* FindContact(absl::string_view name) const;
  const Contact* FindContactBySpiffeId(absl::string_view spiffe_id) const;
  const Decision* FindDecision(absl::string_view id) const;
  const KeyStatement* FindKeyStatement(absl::string_view id) const;
  const ChangeRequest* FindChangeRequest(absl::string_view id) const;

  // The current statement of a holder: the one with the highest serial. Null if it has none.
  const KeyStatement* CurrentKey(absl::string_view holder) const;

  // The statement to seal under for `holder` on `day`: the current one, unless somebody else may
  // have published it, since `holder` is seconded from a later day only. Null: there is none.
  const KeyStatement* OfferedKey(absl::string_view holder, absl::CivilDay day) const;

  // Everything of one kind below a partner, in the order of names.
  std::vector<const Instrument*> InstrumentsOf(absl::string_view partner) const;
  std::vector<const Instrument*> RetractedInstrumentsOf(absl::string_view partner) const;
  std::vector<const Milestone*> MilestonesOf(absl::string_view partner) const;
  // Milestones of others that name `project`, withdrawn ones included, as above.
  std::vector<const Milestone*> MembersOf(absl::string_view project) const;
  std::vector<const Authority*> AuthoritiesOf(absl::string_view partner) const;
  std::vector<const Contact*> ContactsOf(absl::string_view partner) const;
  // The oldest first, answered ones included: a partner's are found without the others'.
  std::vector<const ChangeRequest*> ChangeRequestsOf(absl::string_view partner) const;

  // In the order of ids and names; decisions and key statements by id, which is the order of time.
  const ById<Partner>& partners() const { return partners_; }
  const ById<Instrument>& instruments() const { return instruments_; }
  const ById<Authority>& authorities() const { return authorities_; }
  const ById<Contact>& contacts() const { return contacts_; }
  const ById<Decision>& decisions() const { return decisions_; }
  const ById<KeyStatement>& key_statements() const { return key_statements_; }
  // By id, the oldest first: all, and those that wait for an answer; all by name.
  const ById<ChangeRequest>& change_requests() const { return change_requests_; }
  const ById<ChangeRequest>& open_requests() const { return open_requests_; }
  const ById<ChangeRequest>& requests_by_name() const { return requests_by_name_; }
  // The SPIFFE ids of who published a sealing key, with the id of the current one.
  const std::map<std::string, std::string, std::less<>>& key_holders() const {
    return current_key_by_holder_;
  }

  // Instruments and authorities that were recorded by mistake, by name; null if there is none.
  template <typename T>
  const ById<T>& retracted() const {
    return std::get<ById<T>>(retracted_);
  }
  template <typename T>
  const T* FindRetracted(absl::string_view name) const {
    const auto found = retracted<T>().find(name);
    return found == retracted<T>().end() ? nullptr : found->second.get();
  }

  // Partners by their names.
  const PartnerIndex& index() const { return index_; }

  // How relations come about.
  const Relations& relations() const { return relations_; }

  // Whether a contact may act on `day`: it is active, valid and, if a secondment binds it,
  // seconded.
  bool Counts(const Contact& contact, absl::CivilDay day) const;

  // Whether a contact counts on `day` in every service: it may act, and exchanges with its partner
  // are neither suspended nor over because that was taken off the register.
  bool Reaches(const Contact& contact, absl::CivilDay day) const;

  // Who seconds the agency's liaison prosecutor with the SPIFFE id `identity` on `day`, as an id,
  // if exchanges with it go on; empty: he counts in no service.
  std::string StateBehind(absl::string_view identity, absl::CivilDay day) const;

  // What is told to who follows the registry, each after what it refers to: every fact that was not
  // retracted, and no request for a change. Shared: for who takes long and must not hold the state.
  std::vector<FactPointer> SharedFacts() const;

  // The fact with this name as it is now, also if it was retracted; nullopt if there is none.
  std::optional<Fact> Find(absl::string_view name) const;

  // The same knowledge as the transfer check wants it, at this revision.
  const legal::Facts& facts() const { return facts_; }

  const std::string& store_id() const { return store_id_; }
  std::int64_t revision() const { return revision_; }

 private:
  // Names of authorities for whom somebody else may open now than before.
  using Touched = std::vector<std::string>;

  void Apply(const Change& change, bool at_start);
  // False: there is none.
  bool Remove(absl::string_view partner);
  // Each adds, or replaces what has the same name, in all but `index_` and `facts_`.
  void Put(absl::string_view name, const std::shared_ptr<const Partner>& partner, Touched& touched);
  void Put(absl::string_view name, const std::shared_ptr<const Instrument>& instrument,
           Touched& touched);
  void Put(absl::string_view name, const std::shared_ptr<const Milestone>& milestone,
           Touched& touched);
  void Put(absl::string_view name, const std::shared_ptr<const Authority>& authority,
           Touched& touched);
  void Put(absl::string_view name, const std::shared_ptr<const Contact>& contact, Touched& touched);
  void Put(absl::string_view name, const std::shared_ptr<const Decision>& decision,
           Touched& touched);
  void Put(absl::string_view name, const std::shared_ptr<const KeyStatement>& statement,
           Touched& touched);
  void Put(absl::string_view name, const std::shared_ptr<const ChangeRequest>& request,
           Touched& touched);
  template <IsRelation T>
  void Put(absl::string_view name, const std::shared_ptr<const T>& value, Touched& touched);
  // Tells the transfer check who can open what is sealed for an authority.
  void RefreshOpeners(absl::string_view authority, legal::FactsBuilder& builder) const;

  std::string store_id_;
  std::int64_t revision_ = 0;
  ById<Partner> partners_;
  PartnerIndex index_;
  ById<Instrument> instruments_;
  ById<Milestone> milestones_;
  ById<Authority> authorities_;
  std::tuple<ById<Instrument>, ById<Authority>> retracted_;
  ById<Contact> contacts_;
  ById<Decision> decisions_;
  ById<KeyStatement> key_statements_;
  ById<ChangeRequest> change_requests_;
  ById<ChangeRequest> open_requests_;
  ById<ChangeRequest> requests_by_name_;
  Relations relations_;
  std::map<std::string, std::string, std::less<>> contact_by_spiffe_id_;
  std::map<std::string, std::string, std::less<>> current_key_by_holder_;
  legal::Facts facts_;
};

}  // namespace comity::partner_registry
