#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/legal/facts.h"
#include "common/legal/secondments.h"
#include "common/time/day.h"
#include "common/time/working_hours.h"

// The registry in the eyes of another service's rules, whatever brings it there.
namespace comity::registry_view {

// A contact of a partner as the registry lists it.
struct ContactEntry {
  std::string partner;    // "partners/{partner}"
  std::string authority;  // "partners/{partner}/authorities/{authority}"
  bool active = false;    // Counts today: valid, not suspended, its secondment, if any, in effect.
  bool opener = false;    // Opens documents addressed to the authority.
  std::optional<WorkingHours> hours;           // With its absences.
  legal::Validity validity;                    // The days on which it counts at most.
  std::vector<legal::Secondment> secondments;  // Those that bind it; none: nothing does.
};

// A sealing key, as legal::Opener has it.
struct SealingKey {
  absl::Time until;      // The first moment at which it is over.
  absl::CivilDay since;  // On which it was published.

  friend bool operator==(const SealingKey&, const SealingKey&) = default;
};

// The registry at one revision. Immutable, hence thread-safe.
class RegistrySnapshot {
 public:
  virtual ~RegistrySnapshot() = default;

  virtual const legal::Revision& revision() const = 0;

  // Of the registry's checkpoint known with it, if one is.
  virtual std::optional<crypto::Digest> checkpoint_sha256() const = 0;

  virtual const legal::Facts& facts() const = 0;

  // Whether `partner` ("partners/x") is or was on the register.
  bool Knows(absl::string_view partner) const { return facts().FindPartner(partner) != nullptr; }

  // The place of the first of `partners` that it does not know.
  std::optional<std::size_t> FirstUnknown(const std::vector<std::string>& partners) const {
    const auto unknown = std::find_if_not(partners.begin(), partners.end(),
                                          [this](const auto& partner) { return Knows(partner); });
    if (unknown == partners.end()) return std::nullopt;
    return static_cast<std::size_t>(unknown - partners.begin());
  }

  // By SPIFFE id.
  virtual std::optional<ContactEntry> FindContact(absl::string_view spiffe_id) const = 0;

  // Those that name `identity`, the SPIFFE id of a liaison prosecutor in the agency.
  virtual std::vector<legal::Secondment> SecondmentsOf(absl::string_view identity) const = 0;

  // Who seconds him on `day`, as "partners/x". Empty: nobody, as far as is known, and he does not
  // count.
  std::string SecondedBy(absl::string_view identity, absl::CivilDay day) const {
    return legal::SecondedBy(SecondmentsOf(identity), facts(), day);
  }

  // The latest key published under `identity`, the SPIFFE id of a liaison prosecutor in the agency.
  virtual std::optional<SealingKey> KeyOf(absl::string_view identity) const = 0;

  // Whether that key is valid at `instant`, and surely his who acts by a secondment then: documents
  // are sealed for it.
  bool HoldsKey(absl::string_view identity, absl::Time instant) const {
    const std::optional<SealingKey> key = KeyOf(identity);
    return key && instant < key->until &&
           legal::HoldsKey(SecondmentsOf(identity), facts(), key->since, DayInBrussels(instant));
  }

  // The partner that a unit of the agency acts for, `partners/france` for `fr` and
  // `partners/georgia` for `georgia`; empty if there is none. Also one that is off the register, as
  // long as no other on it has the code. Whom somebody stands for: PartnerOf.
  virtual std::string PartnerOfUnit(absl::string_view unit) const = 0;

  // Or the partner was taken off the register.
  virtual bool ExchangesSuspended(absl::string_view partner) const = 0;
};

}  // namespace comity::registry_view
