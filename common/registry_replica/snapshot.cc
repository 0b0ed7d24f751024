#include "common/registry_replica/snapshot.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace comity::registry_replica {

Snapshot::Snapshot()
    : contacts_(std::make_shared<const Directory>()),
      partner_by_iso_(std::make_shared<const Units>()),
      secondments_(std::make_shared<const legal::Secondments>()),
      prosecutors_keys_(std::make_shared<const Keys>()) {}

const Contact* Snapshot::FindContact(absl::string_view spiffe_id) const {
  const auto found = contacts_->name_by_spiffe_id.find(spiffe_id);
  return found == contacts_->name_by_spiffe_id.end() ? nullptr : FindContactByName(found->second);
}

const Contact* Snapshot::FindContactByName(absl::string_view name) const {
  const auto found = contacts_->by_name.find(name);
  return found == contacts_->by_name.end() ? nullptr : &found->second;
}

bool Snapshot::Counts(const Contact& contact, absl::CivilDay day) const {
  return contact.active && contact.validity.Covers(day) &&
         legal::Admit(SecondmentsOf(contact), facts_, day);
}

const std::vector<legal::Secondment>& Snapshot::SecondmentsOf(const Contact& contact) const {
  return secondments_->Of(contact.name);
}

const std::vector<legal::Secondment>& Snapshot::SecondmentsOf(absl::string_view spiffe_id) const {
  return secondments_->Of(spiffe_id);
}

std::string Snapshot::SecondedBy(absl::string_view spiffe_id, absl::CivilDay day) const {
  return secondments_->SecondedBy(spiffe_id, facts_, day);
}

std::optional<registry_view::SealingKey> Snapshot::KeyOf(absl::string_view spiffe_id) const {
  const auto found = prosecutors_keys_->find(spiffe_id);
  if (found == prosecutors_keys_->end()) return std::nullopt;
  return found->second;
}

std::vector<const Contact*> Snapshot::ContactsOf(absl::string_view partner) const {
  std::vector<const Contact*> contacts;
  for (auto it = contacts_->by_name.lower_bound(absl::StrCat(partner, "/"));
       it != contacts_->by_name.end() && it->second.partner == partner; ++it) {
    contacts.push_back(&it->second);
  }
  return contacts;
}

std::string Snapshot::PartnerOfUnit(absl::string_view unit) const {
  if (const auto found = partner_by_iso_->find(unit); found != partner_by_iso_->end()) {
    return found->second;
  }
  std::string name = absl::StrCat("partners/", unit);
  const legal::Dossier* const dossier = facts_.Find(name);
  return dossier != nullptr && dossier->partner ? name : "";
}

bool Snapshot::ExchangesSuspended(absl::string_view partner) const {
  const legal::Dossier* const dossier = facts_.Find(partner);
  return dossier != nullptr && dossier->partner &&
         (dossier->partner->exchanges_suspended || dossier->partner->deleted);
}

}  // namespace comity::registry_replica
