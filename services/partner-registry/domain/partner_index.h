#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/filter.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// Finds partners by the beginnings of words of their id, name, aliases and ISO codes, without
// regard to case and accents, and by filters. Among 100,000 partners a search for a page takes well
// under two milliseconds, even if it has to look at each.
//
// Copying shares the entries. Safe to read from many threads while nobody puts.
class PartnerIndex {
 public:
  // Adds each, or replaces the one with its id. Many at once take a fraction of the time.
  void Put(const std::vector<std::shared_ptr<const Partner>>& partners);

  // Removes the partner with this id, if there is one.
  void Erase(absl::string_view id);

  // Calls `visit`, in the order of ids after `after`, with every partner that has, for each word of
  // `query`, a word that begins with it, and that `filter` lets through on `today`, until `visit`
  // returns false. No words: every partner. Deleted ones too.
  void Visit(absl::string_view query, const PartnerFilter& filter, absl::CivilDay today,
             absl::string_view after, absl::FunctionRef<bool(const Partner&)> visit) const;

  // The one partner with this id, if Visit would come to it; null if not.
  const Partner* Match(absl::string_view id, absl::string_view query, const PartnerFilter& filter,
                       absl::CivilDay today) const;

  // Another partner that is on the register and has one of the names of `partner` (display name and
  // aliases) among its own; null if there is none.
  const Partner* FindNamesake(const Partner& partner) const;

  // The partner but `except` that is on the register and has this ISO 3166-1 alpha-2 code, or null.
  const Partner* FindByIso(absl::string_view alpha2, absl::string_view except) const;

 private:
  // Partners by a number of their own, which one that was removed leaves to another.
  using Slot = std::uint32_t;

  // A partner and its words, which lie in `text`.
  struct Entry {
    std::shared_ptr<const Partner> partner;
    std::string text;
    std::vector<absl::string_view> words;  // In order, each once.
  };

  // A set of slots.
  class Slots;

  // A word, which lies in an entry, and who has it.
  using Holder = std::pair<absl::string_view, Slot>;

  // Puts one, but for the words that it has and did not have before: those go to `come`.
  void Put(std::shared_ptr<const Partner> partner, std::vector<Holder>& come);
  // Empties `come`.
  void AddWords(std::vector<Holder>& come);
  void RemoveWords(const std::vector<absl::string_view>& words, Slot slot);

  // Who has a word that begins with `word`.
  Slots WhoHas(absl::string_view word) const;

  absl::btree_map<absl::string_view, Slot> slots_;     // By id, which lies in the entry's partner.
  std::vector<std::shared_ptr<const Entry>> entries_;  // By slot; null if it is free.
  PartnerCodes codes_;                                 // By slot.
  std::vector<Slot> free_;
  // Who has a word, in any order.
  absl::btree_map<std::string, absl::InlinedVector<Slot, 2>, std::less<>> by_word_;
};

}  // namespace comity::partner_registry
