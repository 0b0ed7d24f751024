#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/legal/facts.h"
#include "common/legal/secondments.h"
#include "common/legal/validity.h"
#include "common/registry_view/registry_snapshot.h"
#include "common/time/working_hours.h"

namespace comity::registry_replica {

struct Contact {
  std::string name;  // "partners/{partner}/contacts/{contact}"
  std::string spiffe_id;
  std::string partner;    // "partners/{partner}"
  std::string authority;  // "partners/{partner}/authorities/{authority}"
  std::string function;   // Never a person's name.
  bool active = false;    // Neither suspended nor erased; see Snapshot::Counts.
  bool opener = false;    // Opens documents addressed to the authority.
  std::vector<std::string> languages;
  legal::Validity validity;                   // When it counts at most.
  std::optional<WorkingHours> working_hours;  // With its absences.
};

// What a service needs of the registry, at one revision. Immutable, hence thread-safe; keep it for
// as long as one decision takes.
class Snapshot {
 public:
  // A registry in which nothing is recorded.
  Snapshot();

  const legal::Revision& revision() const { return facts_.revision(); }
  const legal::Facts& facts() const { return facts_; }

  // The registry's latest checkpoint (signed note) that was known with this revision; may be empty.
  const std::string& checkpoint() const { return checkpoint_; }

  // Null if there is none. By SPIFFE id, and by resource name.
  const Contact* FindContact(absl::string_view spiffe_id) const;
  const Contact* FindContactByName(absl::string_view name) const;

  // Whether `contact` may act on `day`: it is active, valid and, if a secondment binds it,
  // seconded.
  bool Counts(const Contact& contact, absl::CivilDay day) const;

  // Those that bind `contact`, in the order of names.
  const std::vector<legal::Secondment>& SecondmentsOf(const Contact& contact) const;

  // Those that name the agency's liaison prosecutor with this SPIFFE id.
  const std::vector<legal::Secondment>& SecondmentsOf(absl::string_view spiffe_id) const;

  // Who seconds the agency's liaison prosecutor with this SPIFFE id on `day`, as "partners/x";
  // empty if nobody does.
  std::string SecondedBy(absl::string_view spiffe_id, absl::CivilDay day) const;

  // The latest that was published under the SPIFFE id of a liaison prosecutor of the agency.
  std::optional<registry_view::SealingKey> KeyOf(absl::string_view spiffe_id) const;

  // In the order of their names.
  std::vector<const Contact*> ContactsOf(absl::string_view partner) const;

  // The partner that a unit of the agency acts for: "partners/france" for "fr" (ISO 3166-1 alpha-2)
  // and "partners/georgia" for "georgia"; empty if there is none. Also one that is off the
  // register, as long as no other on it has the code.
  std::string PartnerOfUnit(absl::string_view unit) const;

  // Or it was taken off the register.
  bool ExchangesSuspended(absl::string_view partner) const;

 private:
  friend class ReplicaState;

  // By resource name; and where each SPIFFE id is in it.
  struct Directory {
    std::map<std::string, Contact, std::less<>> by_name;
    absl::flat_hash_map<std::string, std::string> name_by_spiffe_id;
  };
  using Units = absl::flat_hash_map<std::string, std::string>;
  using Keys = absl::flat_hash_map<std::string, registry_view::SealingKey>;

  legal::Facts facts_;
  std::string checkpoint_;
  std::shared_ptr<const Directory> contacts_;
  std::shared_ptr<const Units> partner_by_iso_;
  std::shared_ptr<const legal::Secondments> secondments_;
  std::shared_ptr<const Keys> prosecutors_keys_;  // By SPIFFE id.
};

}  // namespace comity::registry_replica
