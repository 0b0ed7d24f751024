#include "services/partner-registry/domain/partner_index.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/partner-registry/domain/search.h"

namespace comity::partner_registry {
namespace {

// With fewer hits they are collected and put in order; with more it is quicker to look at one
// partner after the other until a page is full.
constexpr std::size_t kFew = 4096;

std::vector<std::string> FoldedNames(const Partner& partner) {
  std::vector<std::string> names = {Fold(partner.display_name)};
  for (const std::string& alias : partner.aliases) names.push_back(Fold(alias));
  return names;
}

}  // namespace

void PartnerIndex::Erase(absl::string_view id) {
  const auto before = entries_.find(id);
  if (before == entries_.end()) return;
  const Entry* const entry = before->second.get();
  for (const absl::string_view word : entry->words) {
    const auto known = by_word_.find(word);
    auto& holders = known->second;
    *std::find(holders.begin(), holders.end(), entry) = holders.back();
    holders.pop_back();
    if (holders.empty()) by_word_.erase(known);
  }
  entries_.erase(before);
}

void PartnerIndex::Put(std::shared_ptr<const Partner> partner) {
  Erase(partner->id);
  auto entry = std::make_shared<Entry>();
  entry->text =
      Fold(absl::StrCat(partner->id, " ", partner->display_name, " ", partner->iso_alpha2, " ",
                        partner->iso_alpha3, " ", absl::StrJoin(partner->aliases, " ")));
  entry->words = WordsOf(entry->text);
  std::sort(entry->words.begin(), entry->words.end());
  entry->words.erase(std::unique(entry->words.begin(), entry->words.end()), entry->words.end());
  entry->partner = std::move(partner);
  const Entry* const made = entry.get();
  for (const absl::string_view word : entry->words) {
    by_word_.try_emplace(std::string(word)).first->second.push_back(made);
  }
  std::string id = entry->partner->id;
  entries_.emplace(std::move(id), std::move(entry));
}

bool PartnerIndex::Has(const Entry& entry, absl::string_view word) {
  const auto at = std::lower_bound(entry.words.begin(), entry.words.end(), word);
  return at != entry.words.end() && absl::StartsWith(*at, word);
}

void PartnerIndex::Visit(absl::string_view query, absl::string_view after,
                         absl::FunctionRef<bool(const Partner&)> visit) const {
  const std::string folded = Fold(query);
  const std::vector<absl::string_view> words = WordsOf(folded);
  const auto matches = [&words](const Entry& entry) {
    return std::all_of(words.begin(), words.end(),
                       [&entry](absl::string_view word) { return Has(entry, word); });
  };

  // The hits of the rarest word, if they are few.
  std::vector<const Entry*> hits(kFew);
  for (const absl::string_view word : words) {
    std::vector<const Entry*> found;
    for (auto at = by_word_.lower_bound(word);
         at != by_word_.end() && absl::StartsWith(at->first, word) && found.size() < hits.size();
         ++at) {
      if (at->second.size() >= hits.size()) {
        found.resize(hits.size());
      } else {
        found.insert(found.end(), at->second.begin(), at->second.end());
      }
    }
    if (found.size() < hits.size()) hits = std::move(found);
    if (hits.empty()) return;
  }
  if (hits.size() == kFew) {
    for (auto at = entries_.upper_bound(after); at != entries_.end(); ++at) {
      if (matches(*at->second) && !visit(*at->second->partner)) return;
    }
    return;
  }
  std::erase_if(hits, [&](const Entry* entry) {
    // A word alone has found only those that have it.
    return entry->partner->id <= after || (words.size() > 1 && !matches(*entry));
  });
  // Only as many are put in order as are looked at.
  const auto later = [](const Entry* a, const Entry* b) { return a->partner->id > b->partner->id; };
  std::make_heap(hits.begin(), hits.end(), later);
  const Entry* last = nullptr;
  while (!hits.empty()) {
    const Entry* const entry = hits.front();
    std::pop_heap(hits.begin(), hits.end(), later);
    hits.pop_back();
    // Two of its words may begin with one that was asked for.
    if (entry != last && !visit(*entry->partner)) return;
    last = entry;
  }
}

const Partner* PartnerIndex::FindNamesake(const Partner& partner) const {
  const Partner* namesake = nullptr;
  for (const std::string& name : FoldedNames(partner)) {
    Visit(name, "", [&](const Partner& other) {
      const std::vector<std::string> names = FoldedNames(other);
      if (other.id != partner.id && !other.deleted() &&
          std::find(names.begin(), names.end(), name) != names.end()) {
        namesake = &other;
      }
      return namesake == nullptr;
    });
    if (namesake != nullptr) break;
  }
  return namesake;
}

const Partner* PartnerIndex::FindByIso(absl::string_view alpha2, absl::string_view except) const {
  const Partner* found = nullptr;
  Visit(alpha2, "", [&](const Partner& other) {
    if (other.id != except && !other.deleted() && other.iso_alpha2 == alpha2) found = &other;
    return found == nullptr;
  });
  return found;
}

}  // namespace comity::partner_registry
