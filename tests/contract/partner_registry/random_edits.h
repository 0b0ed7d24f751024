#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/partner-registry/domain/types.h"
#include "tests/contract/partner_registry/edit.h"
#include "tests/contract/partner_registry/naive_registry.h"

namespace comity::partner_registry {

// Edits of a few partners, by two persons: most would be accepted, some are not.
class RandomEdits {
 public:
  explicit RandomEdits(std::uint64_t seed) : random_(seed) {}

  // Into an empty registry.
  Edit InitialLoad();
  Edit Next(const NaiveRegistry& naive, absl::Time now);

  // From 0 to `end` - 1.
  std::size_t Below(std::size_t end) { return random_() % end; }
  bool OneIn(std::size_t many) { return Below(many) == 0; }
  // An exact day of the years of which facts tell.
  std::string ExactDay();

  static const std::vector<std::string>& Kinds();

 private:
  // Without a planner: there is nothing to edit so.
  Edit Draw(const NaiveRegistry& naive, absl::Time now);
  std::string Who();
  // Exact, or known to the month or year.
  std::string Day();
  std::string DayAfter(const std::string& day);
  // The name of one of them, mostly of one that can be changed; empty: there is none.
  template <typename T>
  std::string Any(const NaiveRegistry& naive);
  // Mostly one that is on the register, or off it; if `bare`, with nothing that keeps it from being
  // merged or purged.
  const Partner* AnyPartner(const NaiveRegistry& naive, bool deleted, bool bare);
  std::string PartnerId();
  std::string Id() { return std::string(1, "abcde"[Below(5)]); }

  std::vector<LegalClassPeriod> Classes(Certainty certainty);
  Instrument NewInstrument(Certainty certainty);
  Authority NewAuthority(Certainty certainty);
  Contact NewContact(const NaiveRegistry& naive, absl::Time now);
  Milestone NewMilestone(Certainty certainty);

  Edit OfPartner(const NaiveRegistry& naive, const std::string& kind, const std::string& who);
  Edit OfStanding(const NaiveRegistry& naive, const std::string& kind);
  Edit OfInstrument(const NaiveRegistry& naive, const std::string& kind, const std::string& who);
  Edit OfAuthority(const NaiveRegistry& naive, const std::string& kind, const std::string& who,
                   absl::Time now);
  Edit OfContact(const NaiveRegistry& naive, const std::string& kind, absl::Time now);
  Edit OfMilestone(const NaiveRegistry& naive, const std::string& kind);
  Edit Import(const NaiveRegistry& naive, const std::string& who, absl::Time now);

  std::mt19937_64 random_;
  std::vector<std::string> on_register_;  // Ids, as of the last edit.
};

}  // namespace comity::partner_registry
