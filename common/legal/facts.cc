#include "common/legal/facts.h"

#include <algorithm>
#include <utility>

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

const std::vector<Decision>& NoDecisions() {
  static const std::vector<Decision> none;
  return none;
}

// Of what `edited` has not made its own, a copy of what `sharded` has.
template <typename T>
T& Own(const Sharded<T>& sharded, typename Sharded<T>::Edited& edited, absl::string_view key) {
  std::shared_ptr<T>& own = edited[key];
  if (own == nullptr) {
    const T* const before = sharded.Find(key);
    own = before == nullptr ? std::make_shared<T>() : std::make_shared<T>(*before);
  }
  return *own;
}

// A name of a partner has no line feed.
std::string CaseKey(absl::string_view partner, absl::string_view case_reference) {
  return absl::StrCat(partner, "\n", case_reference);
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

bool StandsFromSignature(InstrumentKind kind) {
  switch (kind) {  // Without a default: a new kind is not forgotten.
    case InstrumentKind::kWorkingArrangement:
    case InstrumentKind::kMemorandumOfUnderstanding:
    case InstrumentKind::kLetterOfUnderstanding:
    case InstrumentKind::kUnspecified:
      return true;
    case InstrumentKind::kInternationalAgreement:
    case InstrumentKind::kCooperationAgreementPre2019:
    case InstrumentKind::kDenmarkAgreement:
    case InstrumentKind::kBindingInstrument:
    case InstrumentKind::kAgreementBetweenUnionBodies:
    case InstrumentKind::kOtherAgreement:
    case InstrumentKind::kAdequacyDecisionLed:
    case InstrumentKind::kAdequacyDecisionGdpr:
    case InstrumentKind::kDeemedNotATransfer:
      return false;
  }
  return false;
}

bool IsNeeded(InstrumentKind kind, Field field) {
  switch (field) {  // Without a default: a new field is not forgotten.
    case Field::kSigned:
    case Field::kProvisionalFrom:
    case Field::kInForceBy:
    case Field::kAllowsSecondment:
      return true;
    case Field::kInForce:
      return !StandsFromSignature(kind);
    case Field::kAppliedFrom:
    case Field::kNotBefore:
    case Field::kNotifiedEnd:
    case Field::kEnded:
    case Field::kSuspendedFrom:
    case Field::kPartsSuspended:
    case Field::kPublicSince:
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

const Dossier* Facts::Find(absl::string_view partner) const {
  return partner == kNoPartner ? nullptr : dossiers_.Find(partner);
}

const Partner* Facts::FindPartner(absl::string_view partner) const {
  const Dossier* const dossier = Find(partner);
  return dossier == nullptr || !dossier->partner ? nullptr : &*dossier->partner;
}

const std::vector<Decision>& Facts::GeneralAgencyDecisions() const {
  const Dossier* const dossier = dossiers_.Find(kNoPartner);
  return dossier == nullptr ? NoDecisions() : dossier->agency_decisions;
}

const std::vector<Decision>& Facts::DecisionsOfCase(absl::string_view partner,
                                                    absl::string_view case_reference) const {
  if (case_reference.empty()) return NoDecisions();
  const Decisions* const found = of_cases_.Find(CaseKey(partner, case_reference));
  return found == nullptr ? NoDecisions() : *found;
}

std::size_t Facts::partners() const {
  std::size_t count = 0;
  dossiers_.ForEach([&](const Dossier& dossier) { count += dossier.partner.has_value() ? 1 : 0; });
  return count;
}

std::size_t Facts::instruments() const {
  std::size_t count = 0;
  dossiers_.ForEach([&](const Dossier& dossier) { count += dossier.instruments.size(); });
  return count;
}

Dossier& FactsBuilder::Edit(absl::string_view partner) {
  return Own(facts_.dossiers_, edited_, partner);
}

void FactsBuilder::Put(Partner partner) {
  Dossier& dossier = Edit(partner.name);
  dossier.partner = std::move(partner);
}

void FactsBuilder::Put(Instrument instrument) {
  const Certainty certainty = instrument.CertaintyOf(Field::kEnded);
  instrument.over_after = Confirmed(certainty) ? Widen(instrument.ended, certainty) : PartialDate();
  Dossier& dossier = Edit(PartnerOf(instrument.name));
  PutByName(dossier.instruments, std::move(instrument));
}

void FactsBuilder::Put(Authority authority) {
  Dossier& dossier = Edit(PartnerOf(authority.name));
  PutByName(dossier.authorities, std::move(authority));
}

void FactsBuilder::Put(Decision decision) {
  if (!decision.case_reference.empty()) {
    const std::string key = CaseKey(decision.partner, decision.case_reference);
    PutByName(Own(facts_.of_cases_, edited_cases_, key), std::move(decision));
    return;
  }
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
  for (const auto& [partner, dossier] : edited_) {
    dossier->versions =
        std::any_of(dossier->instruments.begin(), dossier->instruments.end(),
                    [](const Instrument& instrument) { return !instrument.supersedes.empty(); });
  }
  facts_.dossiers_.Take(edited_);
  facts_.of_cases_.Take(edited_cases_);
  facts_.revision_ = std::move(revision);
  return facts_;
}

}  // namespace comity::legal
