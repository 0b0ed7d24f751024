#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// Finds partners by the beginnings of words of their id, name, aliases and ISO codes, without
// regard to case and accents. Among 100,000 partners a search for a page takes well under a
// millisecond; one whose words are all frequent and never meet looks at each partner.
//
// Copying shares the entries. Safe to read from many threads while nobody puts.
class PartnerIndex {
 public:
  // Adds `partner`, or replaces the one with its id.
  void Put(std::shared_ptr<const Partner> partner);

  // Removes the partner with this id, if there is one.
  void Erase(absl::string_view id);

  // Calls `visit`, in the order of ids after `after`, with every partner that has, for each word of
  // `query`, a word that begins with it, until `visit` returns false. No words: every partner.
  // Deleted ones too.
  void Visit(absl::string_view query, absl::string_view after,
             absl::FunctionRef<bool(const Partner&)> visit) const;

  // Another partner that is on the register and has one of the names of `partner` (display name and
  // aliases) among its own; null if there is none.
  const Partner* FindNamesake(const Partner& partner) const;

  // The partner but `except` that is on the register and has this ISO 3166-1 alpha-2 code, or null.
  const Partner* FindByIso(absl::string_view alpha2, absl::string_view except) const;

 private:
  // A partner and its words, which lie in `text`.
  struct Entry {
    std::shared_ptr<const Partner> partner;
    std::string text;
    std::vector<absl::string_view> words;  // In order, each once.
  };

  static bool Has(const Entry& entry, absl::string_view word);

  std::map<std::string, std::shared_ptr<const Entry>, std::less<>> entries_;  // By id.
  // Who has a word, in any order.
  absl::btree_map<std::string, absl::InlinedVector<const Entry*, 1>, std::less<>> by_word_;
};

}  // namespace comity::partner_registry
