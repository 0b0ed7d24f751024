#include "services/partner-registry/domain/partner_index.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <utility>

#include "absl/numeric/bits.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/partner-registry/domain/search.h"

namespace comity::partner_registry {
namespace {

// As many hits are put in order; with more it is quicker to look at one partner after the other.
constexpr std::size_t kFew = 1024;

std::vector<std::string> FoldedNames(const Partner& partner) {
  std::vector<std::string> names = {Fold(partner.display_name)};
  for (const std::string& alias : partner.aliases) names.push_back(Fold(alias));
  return names;
}

}  // namespace

class PartnerIndex::Slots {
 public:
  // Empty, for slots below `end`.
  explicit Slots(std::size_t end) : end_(end), bits_((end + kWidth - 1) / kWidth) {}

  void AddAll() {
    std::fill(bits_.begin(), bits_.end(), ~std::uint64_t{0});
    if (end_ % kWidth != 0) bits_.back() >>= kWidth - end_ % kWidth;
  }
  void Remove(Slot slot) { bits_[slot / kWidth] &= ~(std::uint64_t{1} << slot % kWidth); }
  void Add(Slot slot) { bits_[slot / kWidth] |= std::uint64_t{1} << slot % kWidth; }
  bool Has(Slot slot) const { return (bits_[slot / kWidth] >> slot % kWidth & 1U) != 0; }

  void KeepOnly(const Slots& others) {
    for (std::size_t i = 0; i < bits_.size(); ++i) bits_[i] &= others.bits_[i];
  }

  std::size_t size() const {
    return std::accumulate(bits_.begin(), bits_.end(), std::size_t{0},
                           [](std::size_t sum, std::uint64_t bits) {
                             return sum + static_cast<std::size_t>(absl::popcount(bits));
                           });
  }

  // `keep` is told the first of 64 slots and, as bits, who of them is here, and says who stays.
  template <typename Keep>
  void KeepOfEach(Keep keep) {
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      if (bits_[i] != 0) bits_[i] = keep(i * kWidth, bits_[i]);
    }
  }

  template <typename Body>
  void ForEach(Body body) const {
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      for (std::uint64_t bits = bits_[i]; bits != 0; bits &= bits - 1) {
        body(static_cast<Slot>(i * kWidth + static_cast<std::size_t>(absl::countr_zero(bits))));
      }
    }
  }

 private:
  static constexpr std::size_t kWidth = PartnerCodes::kBlock;  // Bits of a word.

  std::size_t end_;
  std::vector<std::uint64_t> bits_;
};

void PartnerIndex::Put(const std::vector<std::shared_ptr<const Partner>>& partners) {
  std::vector<Holder> come;
  for (const auto& partner : partners) Put(partner, come);
  AddWords(come);
}

void PartnerIndex::AddWords(std::vector<Holder>& come) {
  // In order, each lies beside the one before: that is quicker than to look for it.
  std::sort(come.begin(), come.end());
  auto at = by_word_.begin();
  for (const auto& [word, slot] : come) {
    if (at == by_word_.end() || at->first != word) {
      at = by_word_.try_emplace(at == by_word_.end() ? at : std::next(at), std::string(word));
    }
    at->second.push_back(slot);
  }
  come.clear();
}

void PartnerIndex::RemoveWords(const std::vector<absl::string_view>& words, Slot slot) {
  for (const absl::string_view word : words) {
    const auto known = by_word_.find(word);
    auto& holders = known->second;
    *std::find(holders.begin(), holders.end(), slot) = holders.back();
    holders.pop_back();
    if (holders.empty()) by_word_.erase(known);
  }
}

void PartnerIndex::Erase(absl::string_view id) {
  const auto known = slots_.find(id);
  if (known == slots_.end()) return;
  const Slot slot = known->second;
  slots_.erase(known);
  RemoveWords(entries_[slot]->words, slot);
  entries_[slot].reset();
  free_.push_back(slot);
}

void PartnerIndex::Put(std::shared_ptr<const Partner> partner, std::vector<Holder>& come) {
  auto entry = std::make_shared<Entry>();
  entry->text =
      Fold(absl::StrCat(partner->id, " ", partner->display_name, " ", partner->iso_alpha2, " ",
                        partner->iso_alpha3, " ", absl::StrJoin(partner->aliases, " ")));
  entry->words = WordsOf(entry->text);
  std::sort(entry->words.begin(), entry->words.end());
  entry->words.erase(std::unique(entry->words.begin(), entry->words.end()), entry->words.end());
  entry->partner = std::move(partner);

  // Words that stay are left alone: it takes long to find who has a frequent one.
  std::shared_ptr<const Entry> before;
  Slot slot = 0;
  if (const auto known = slots_.find(entry->partner->id); known != slots_.end()) {
    slot = known->second;
    before = entries_[slot];
    slots_.erase(known);  // Its key lies in what goes.
    AddWords(come);       // Its words may be among them.
  } else if (!free_.empty()) {
    slot = free_.back();
    free_.pop_back();
  } else {
    slot = static_cast<Slot>(entries_.size());
    entries_.emplace_back();
  }
  const std::vector<absl::string_view> none;
  const auto& words = before == nullptr ? none : before->words;
  std::vector<absl::string_view> gone;
  std::vector<absl::string_view> added;
  std::set_difference(words.begin(), words.end(), entry->words.begin(), entry->words.end(),
                      std::back_inserter(gone));
  std::set_difference(entry->words.begin(), entry->words.end(), words.begin(), words.end(),
                      std::back_inserter(added));
  RemoveWords(gone, slot);
  for (const absl::string_view word : added) come.emplace_back(word, slot);
  codes_.Put(slot, *entry->partner);
  slots_.emplace(entry->partner->id, slot);
  entries_[slot] = std::move(entry);
}

PartnerIndex::Slots PartnerIndex::WhoHas(absl::string_view word) const {
  Slots found(entries_.size());
  for (auto at = by_word_.lower_bound(word);
       at != by_word_.end() && absl::StartsWith(at->first, word); ++at) {
    for (const Slot slot : at->second) found.Add(slot);
  }
  return found;
}

void PartnerIndex::Visit(absl::string_view query, const PartnerFilter& filter, absl::CivilDay today,
                         absl::string_view after,
                         absl::FunctionRef<bool(const Partner&)> visit) const {
  const std::string folded = Fold(query);
  const std::vector<absl::string_view> words = WordsOf(folded);
  const bool everybody = words.empty() && filter.ToString().empty();
  Slots found(entries_.size());
  if (!everybody) {
    if (words.empty()) {
      found.AddAll();
      for (const Slot slot : free_) found.Remove(slot);
    } else {
      found = WhoHas(words.front());
    }
    for (std::size_t i = 1; i < words.size(); ++i) found.KeepOnly(WhoHas(words[i]));
    // In the order of slots, which is that of memory.
    const FilterProgram program = filter.Compile(codes_, today);
    found.KeepOfEach([&](std::size_t first, std::uint64_t asked) {
      return program.Through(codes_, first, asked);
    });
  }
  if (everybody || found.size() > kFew) {
    for (auto at = slots_.upper_bound(after); at != slots_.end(); ++at) {
      const Slot slot = at->second;
      if ((everybody || found.Has(slot)) && !visit(*entries_[slot]->partner)) return;
    }
    return;
  }
  std::vector<const Partner*> hits;
  found.ForEach([&](Slot slot) {
    const Partner* const partner = entries_[slot]->partner.get();
    if (partner->id > after) hits.push_back(partner);
  });
  // Only as many are put in order as are looked at.
  const auto later = [](const Partner* a, const Partner* b) { return a->id > b->id; };
  std::make_heap(hits.begin(), hits.end(), later);
  while (!hits.empty() && visit(*hits.front())) {
    std::pop_heap(hits.begin(), hits.end(), later);
    hits.pop_back();
  }
}

const Partner* PartnerIndex::Match(absl::string_view id, absl::string_view query,
                                   const PartnerFilter& filter, absl::CivilDay today) const {
  const auto known = slots_.find(id);
  if (known == slots_.end()) return nullptr;
  const Entry& entry = *entries_[known->second];
  const std::string folded = Fold(query);
  for (const absl::string_view word : WordsOf(folded)) {
    const auto at = std::lower_bound(entry.words.begin(), entry.words.end(), word);
    if (at == entry.words.end() || !absl::StartsWith(*at, word)) return nullptr;
  }
  const std::size_t place = known->second % PartnerCodes::kBlock;
  const std::uint64_t through =
      filter.Compile(codes_, today)
          .Through(codes_, known->second - place, std::uint64_t{1} << place);
  return through != 0 ? entry.partner.get() : nullptr;
}

const Partner* PartnerIndex::FindNamesake(const Partner& partner) const {
  const Partner* namesake = nullptr;
  for (const std::string& name : FoldedNames(partner)) {
    Visit(name, PartnerFilter(), absl::CivilDay(), "", [&](const Partner& other) {
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
  Visit(alpha2, PartnerFilter(), absl::CivilDay(), "", [&](const Partner& other) {
    if (other.id != except && !other.deleted() && other.iso_alpha2 == alpha2) found = &other;
    return found == nullptr;
  });
  return found;
}

}  // namespace comity::partner_registry
