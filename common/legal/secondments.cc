#include "common/legal/secondments.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace comity::legal {
namespace {

// The first moment of a day.
absl::Time StartOf(absl::CivilDay day) { return absl::FromCivil(day, Brussels()); }

bool Over(const Secondment& secondment, absl::CivilDay day) {
  if (!secondment.to.known()) return false;
  const absl::CivilDay last = secondment.to.latest();
  return day > last || (secondment.ended && day == last);
}

bool InEffect(const Secondment& secondment, const Facts& facts, absl::CivilDay day) {
  return WhyNotRunning(secondment, day).empty() &&
         WhyNotPermitted(facts, secondment.kind, secondment.instrument, day).empty();
}

// From which day on whoever acts on `day` by one of `secondments` surely was the only one to act by
// them: the first day of the one in effect or, if that is later, the day after an earlier one's
// last. Nullopt: none is in effect.
std::optional<absl::CivilDay> HeldSince(const std::vector<Secondment>& secondments,
                                        const Facts& facts, absl::CivilDay day) {
  std::optional<absl::CivilDay> since;
  for (const Secondment& secondment : secondments) {
    if (!InEffect(secondment, facts, day)) continue;
    const absl::CivilDay from = secondment.from.earliest();
    since = since ? std::min(*since, from) : from;
  }
  if (!since) return since;
  for (const Secondment& secondment : secondments) {
    if (Over(secondment, day)) since = std::max(*since, secondment.to.latest() + 1);
  }
  return since;
}

}  // namespace

std::string WhyNotPermitted(const Facts& facts, SecondmentKind kind, absl::string_view instrument,
                            absl::CivilDay day) {
  const bool prosecutor = kind == SecondmentKind::kLiaisonProsecutor;
  const char* const article = prosecutor ? "EJR 54a(1)" : "EJR 53(1)";
  const auto because = [&](absl::string_view what) {
    return absl::StrCat(what, " (", article, ")");
  };
  const Dossier* const dossier = facts.Find(PartnerOf(instrument));
  const Instrument* found = nullptr;
  if (dossier != nullptr) {
    for (const Instrument& one : dossier->instruments) {
      if (one.name == instrument) found = &one;
    }
  }
  if (found == nullptr) return because("its instrument is not recorded");
  const Lens lens{.day = day};
  Tri allows = Tri::kYes;
  if (prosecutor) {
    const ClassOnDay of =
        dossier->partner ? ClassOf(*dossier->partner, lens) : ClassOnDay{.known = Tri::kUnknown};
    if (of.known != Tri::kYes || of.legal_class != LegalClass::kThirdCountry) {
      return because("only a third country seconds liaison prosecutors");
    }
    if (!EntitlesToSecondment(found->kind)) {
      return because(
          "only a cooperation agreement concluded before 12 December 2019 or an agreement under "
          "TFEU 218 permits it");
    }
    allows = AllowsSecondment(*found, lens);
    if (allows == Tri::kNo) return because("its agreement does not allow secondment");
  } else if (found->kind != InstrumentKind::kWorkingArrangement) {
    return because("only a working arrangement permits it");
  }
  switch (And(EffectOf(*found, *dossier, lens).holds, allows)) {
    case Tri::kYes:
      return "";
    case Tri::kNo:
      return because("its instrument has no effect on that day");
    case Tri::kUnknown:
      break;
  }
  return because("whether its instrument has effect on that day is not known or not confirmed");
}

std::string WhyNotRunning(const Secondment& secondment, absl::CivilDay day) {
  const char* const article =
      secondment.kind == SecondmentKind::kLiaisonProsecutor ? "EJR 54a" : "EJR 53";
  if (!secondment.from.known() || day < secondment.from.earliest()) {
    return absl::StrCat("it has not begun (", article, ")");
  }
  if (Over(secondment, day)) {
    return absl::StrCat("it ended on ", secondment.to.ToString(), " (", article, ")");
  }
  return "";
}

bool Admit(const std::vector<Secondment>& secondments, const Facts& facts, absl::CivilDay day) {
  return secondments.empty() ||
         std::any_of(secondments.begin(), secondments.end(), [&](const Secondment& secondment) {
           return InEffect(secondment, facts, day);
         });
}

std::string SecondedBy(const std::vector<Secondment>& secondments, const Facts& facts,
                       absl::CivilDay day) {
  for (const Secondment& secondment : secondments) {
    if (InEffect(secondment, facts, day)) return std::string(PartnerOf(secondment.name));
  }
  return "";
}

bool HoldsKey(const std::vector<Secondment>& secondments, const Facts& facts,
              absl::CivilDay published, absl::CivilDay day) {
  if (secondments.empty()) return true;
  const std::optional<absl::CivilDay> since = HeldSince(secondments, facts, day);
  return since && published >= *since;
}

void Secondments::Put(const Secondment& secondment) {
  Bind(secondment.contact, secondment);
  Bind(secondment.identity, secondment);
}

void Secondments::Bind(const std::string& whom, const Secondment& secondment) {
  if (whom.empty()) return;
  std::shared_ptr<const std::vector<Secondment>>& known = by_bound_[whom];
  auto changed = known == nullptr ? std::make_shared<std::vector<Secondment>>()
                                  : std::make_shared<std::vector<Secondment>>(*known);
  const auto place = std::lower_bound(
      changed->begin(), changed->end(), secondment.name,
      [](const Secondment& each, const std::string& name) { return each.name < name; });
  if (place != changed->end() && place->name == secondment.name) {
    *place = secondment;
  } else {
    changed->insert(place, secondment);
  }
  known = std::move(changed);
}

const std::vector<Secondment>& Secondments::Of(absl::string_view whom) const {
  static const std::vector<Secondment> kNone;
  const auto bound = by_bound_.find(whom);
  return bound == by_bound_.end() ? kNone : *bound->second;
}

std::string Secondments::SecondedBy(absl::string_view identity, const Facts& facts,
                                    absl::CivilDay day) const {
  return legal::SecondedBy(Of(identity), facts, day);
}

absl::Time Secondments::LatestEnd(absl::string_view contact) const {
  const std::vector<Secondment>& bound = Of(contact);
  if (bound.empty()) return absl::InfiniteFuture();
  absl::Time latest = absl::InfinitePast();
  for (const Secondment& secondment : bound) {
    if (!secondment.to.known()) return absl::InfiniteFuture();
    latest = std::max(latest, StartOf(secondment.to.latest() + (secondment.ended ? 0 : 1)));
  }
  return latest;
}

}  // namespace comity::legal
