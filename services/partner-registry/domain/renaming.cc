#include "services/partner-registry/domain/renaming.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "common/legal/effect.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/confirmations.h"
#include "services/partner-registry/domain/decisive_fields.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/remedies.h"

namespace comity::partner_registry {
namespace {

constexpr std::size_t kMostNamed = 3;  // What is said stays short enough to be read.

// The first of `commands`, and how many more there are.
std::string FirstOf(const std::vector<std::string>& commands) {
  const std::size_t named = std::min(commands.size(), kMostNamed);
  const std::size_t more = commands.size() - named;
  return absl::StrCat(absl::StrJoin(absl::MakeSpan(commands).first(named), " and "),
                      more > 0 ? absl::StrCat(" (and ", more, " more, named once these are)") : "");
}

// Its own, or about it by name; what is for any counterpart names nobody.
bool Names(const Decision& decision, const std::string& partner) {
  const std::vector<std::string>& counterparts = decision.counterparts;
  return decision.partner == partner ||
         std::find(counterparts.begin(), counterparts.end(), partner) != counterparts.end();
}

bool MayStillCount(const Decision& decision, absl::CivilDay today) {
  if (decision.withdraw_time.has_value()) return false;
  const PartialDate last = DayRecorded(decision.valid_to);
  return !last.known() || last.latest() >= today;
}

}  // namespace

std::optional<Problem> RestsOnTheOldName(const Registry& registry, const Partner& known,
                                         const Partner& changed) {
  if (!HasAnotherName(known, changed)) return std::nullopt;
  std::vector<std::string> update;
  std::vector<std::string> confirm;
  for (const Instrument* instrument : registry.InstrumentsOf(known.id)) {
    const SureFields sure = SureFieldsOf(*instrument, AsRecorded(*instrument));
    if (sure.empty()) continue;
    update.push_back(HowToUpdate(*instrument, sure.unsure));
    confirm.push_back(HowToConfirm(*instrument, sure.names));
  }
  for (const Authority* authority : registry.AuthoritiesOf(known.id)) {
    // On who is not competent nothing rests.
    if (!authority->competent_in_criminal_matters || !legal::Confirmed(authority->certainty)) {
      continue;
    }
    update.push_back(HowToUpdate(*authority, {SetCertainty("certainty", Certainty::kUnconfirmed)}));
    confirm.push_back(absl::StrCat("with ", HowToConfirm(*authority)));
  }
  if (update.empty()) return std::nullopt;
  const std::size_t named = std::min(confirm.size(), kMostNamed);
  return Problem{"display_name",
                 absl::StrCat("Nobody confirmed that what hangs on ", NameOf(known), ", until now ",
                              known.display_name, ", is that of ", changed.display_name,
                              ": say first, or in the same import, that it is not sure, with ",
                              FirstOf(update), ", and afterwards have somebody else confirm ",
                              absl::StrJoin(absl::MakeSpan(confirm).first(named), " and "))};
}

void RecordRenamed(const Registry& registry, absl::string_view caller, absl::Time now,
                   std::vector<Fact>& facts) {
  std::map<std::string, Fact> below;
  for (const Fact& fact : facts) {
    const auto* made = std::get_if<Partner>(&fact);
    const Partner* known = made == nullptr ? nullptr : registry.FindPartner(made->id);
    if (known == nullptr || !HasAnotherName(*known, *made)) continue;
    for (const Instrument* each : registry.InstrumentsOf(made->id)) below[NameOf(*each)] = *each;
    for (const Authority* each : registry.AuthoritiesOf(made->id)) below[NameOf(*each)] = *each;
    // What was decided was decided of the partner of then, and of this one by nobody. It goes by
    // itself: one contact's decision would keep every partner that it names from another name.
    for (const auto& [id, decision] : registry.decisions()) {
      if (!Names(*decision, made->id) || !MayStillCount(*decision, DayInBrussels(now))) continue;
      below[NameOf(*decision)] = *decision;
    }
  }
  const auto record = [&](Fact& fact) {
    if (auto* instrument = std::get_if<Instrument>(&fact)) {
      RecordUnderAnotherName(caller, *instrument);
    } else if (auto* authority = std::get_if<Authority>(&fact)) {
      RecordUnderAnotherName(caller, *authority);
    } else if (auto* decision = std::get_if<Decision>(&fact)) {
      decision->withdraw_time = now;
    }
  };
  for (Fact& fact : facts) {
    if (below.erase(NameOf(fact)) > 0) record(fact);
  }
  for (auto& [name, fact] : below) {
    record(fact);
    facts.push_back(std::move(fact));
  }
}

}  // namespace comity::partner_registry
