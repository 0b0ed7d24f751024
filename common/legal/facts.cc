#include "common/legal/facts.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/legal/effect.h"

namespace comity::legal {
namespace {

constexpr absl::string_view kPartners = "partners/";
// Under this key lie the agency's decisions that name no counterpart.
constexpr absl::string_view kNoPartner = "";

constexpr std::array<absl::string_view, static_cast<std::size_t>(Field::kCount)> kFieldNames = {
    "signed",       "provisional_from",  "in_force", "in_force_by",    "applied_from",
    "not_before",   "notified_end",      "ended",    "suspended_from", "parts_suspended",
    "public_since", "allows_secondment", "scope"};

std::size_t ShardOf(absl::string_view partner, std::size_t shards) {
  return absl::HashOf(partner) % shards;
}

// Keeps `items` ordered by name.
template <typename T>
void PutByName(std::vector<T>& items, T item) {
  const auto place = std::lower_bound(items.begin(), items.end(), item,
                                      [](const T& a, const T& b) { return a.name < b.name; });
  if (place != items.end() && place->name == item.name) {
    *place = std::move(item);
  } else {
    items.insert(place, std::move(item));
  }
}

}  // namespace

absl::string_view Name(Field field) { return kFieldNames[static_cast<std::size_t>(field)]; }

bool IsNeeded(Field field) {
  switch (field) {  // Without a default: a new field is not forgotten.
    case Field::kSigned:
    case Field::kProvisionalFrom:
    case Field::kInForce:
    case Field::kInForceBy:
    case Field::kPublicSince:
    case Field::kAllowsSecondment:
      return true;
    case Field::kAppliedFrom:
    case Field::kNotBefore:
    case Field::kNotifiedEnd:
    case Field::kEnded:
    case Field::kSuspendedFrom:
    case Field::kPartsSuspended:
    case Field::kScope:
    case Field::kCount:
      return false;
  }
  return false;
}

bool SetCertainty(Instrument& instrument, absl::string_view field, Certainty value) {
  if (field == "all") {
    instrument.certainty.fill(value);
    return true;
  }
  if (field == "period") {
    instrument.SetCertainty(Field::kAppliedFrom, value);
    instrument.SetCertainty(Field::kEnded, value);
    return true;
  }
  const auto name = std::find(kFieldNames.begin(), kFieldNames.end(), field);
  if (name == kFieldNames.end()) return false;
  instrument.certainty[static_cast<std::size_t>(name - kFieldNames.begin())] = value;
  return true;
}

absl::string_view PartnerOf(absl::string_view name) {
  if (!absl::StartsWith(name, kPartners) || name.size() == kPartners.size()) return "";
  return name.substr(0, name.find('/', kPartners.size()));
}

Facts::Facts() {
  static const std::shared_ptr<const Shard> empty = std::make_shared<Shard>();
  shards_.fill(empty);
}

const Dossier* Facts::Find(absl::string_view partner) const {
  return partner == kNoPartner ? nullptr : Lookup(partner);
}

const Dossier* Facts::Lookup(absl::string_view partner) const {
  const Shard& shard = *shards_[ShardOf(partner, kShards)];
  const auto found = shard.find(partner);
  return found == shard.end() ? nullptr : found->second.get();
}

const std::vector<Decision>& Facts::GeneralAgencyDecisions() const {
  static const std::vector<Decision> none;
  const Dossier* const dossier = Lookup(kNoPartner);
  return dossier == nullptr ? none : dossier->agency_decisions;
}

std::size_t Facts::partners() const {
  std::size_t count = 0;
  for (const auto& shard : shards_) {
    for (const auto& [name, dossier] : *shard) count += dossier->partner.has_value() ? 1 : 0;
  }
  return count;
}

std::size_t Facts::instruments() const {
  std::size_t count = 0;
  for (const auto& shard : shards_) {
    for (const auto& [name, dossier] : *shard) count += dossier->instruments.size();
  }
  return count;
}

Dossier& FactsBuilder::Edit(absl::string_view partner) {
  std::shared_ptr<Dossier>& edited = edited_[partner];
  if (edited == nullptr) {
    const Dossier* const before = facts_.Lookup(partner);
    edited = std::make_shared<Dossier>(before == nullptr ? Dossier{.versions = false} : *before);
  }
  return *edited;
}

void FactsBuilder::Put(Partner partner) {
  Dossier& dossier = Edit(partner.name);
  dossier.partner = std::move(partner);
}

void FactsBuilder::Put(Instrument instrument) {
  const Certainty certainty = instrument.CertaintyOf(Field::kEnded);
  instrument.over_after = Confirmed(certainty) ? Widen(instrument.ended, certainty) : PartialDate();
  Dossier& dossier = Edit(PartnerOf(instrument.name));
  dossier.versions = dossier.versions || !instrument.supersedes.empty();
  PutByName(dossier.instruments, std::move(instrument));
}

void FactsBuilder::Put(Authority authority) {
  Dossier& dossier = Edit(PartnerOf(authority.name));
  PutByName(dossier.authorities, std::move(authority));
}

void FactsBuilder::Put(Decision decision) {
  if (!decision.partner.empty()) {
    Dossier& dossier = Edit(decision.partner);
    PutByName(dossier.own_decisions, std::move(decision));
    return;
  }
  if (decision.counterparts.empty()) {
    PutByName(Edit(kNoPartner).agency_decisions, std::move(decision));
    return;
  }
  for (const std::string& counterpart : decision.counterparts) {
    PutByName(Edit(PartnerOf(counterpart)).agency_decisions, decision);
  }
}

void FactsBuilder::SetOpeners(absl::string_view authority, const std::vector<Opener>& openers) {
  for (Authority& candidate : Edit(PartnerOf(authority)).authorities) {
    if (candidate.name == authority) candidate.openers = openers;
  }
}

void FactsBuilder::Erase(absl::string_view name) {
  Dossier& dossier = Edit(PartnerOf(name));
  const auto named = [name](const auto& item) { return item.name == name; };
  std::erase_if(dossier.instruments, named);
  std::erase_if(dossier.authorities, named);
  if (dossier.partner.has_value() && dossier.partner->name == name) dossier.partner.reset();
}

Facts FactsBuilder::Build(Revision revision) {
  // One copy of each shard that was touched, however many of its dossiers changed.
  absl::flat_hash_map<std::size_t, std::shared_ptr<Facts::Shard>> shards;
  for (auto& [partner, dossier] : edited_) {
    const std::size_t index = ShardOf(partner, Facts::kShards);
    std::shared_ptr<Facts::Shard>& shard = shards[index];
    if (shard == nullptr) {
      shard = std::make_shared<Facts::Shard>(*facts_.shards_[index]);
      shard->reserve(shard->size() + edited_.size() / Facts::kShards);
    }
    (*shard)[partner] = std::move(dossier);
  }
  for (auto& [index, shard] : shards) facts_.shards_[index] = std::move(shard);
  edited_.clear();
  facts_.revision_ = std::move(revision);
  return facts_;
}

}  // namespace comity::legal
