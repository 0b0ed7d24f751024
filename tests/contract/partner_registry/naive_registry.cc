#include "tests/contract/partner_registry/naive_registry.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace comity::partner_registry {
namespace {

using World = NaiveRegistry::World;

int Number(absl::string_view text) { return std::atoi(std::string(text).c_str()); }

std::string LastOfMonth(const std::string& month) {
  const int year = Number(month.substr(0, 4));
  const int number = Number(month.substr(5, 2));
  if (number != 2) return number == 4 || number == 6 || number == 9 || number == 11 ? "30" : "31";
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? "29" : "28";
}

// The first and the last day that a day may mean.
std::string First(const std::string& day) {
  if (day.size() == 4) return day + "-01-01";
  return day.size() == 7 ? day + "-01" : day;
}
std::string Last(const std::string& day) {
  if (day.size() == 4) return day + "-12-31";
  return day.size() == 7 ? absl::StrCat(day, "-", LastOfMonth(day)) : day;
}

std::string DayAfter(const std::string& day) {
  if (day.size() != 10) return day;
  if (day.substr(8) != LastOfMonth(day.substr(0, 7))) {
    const int next = Number(day.substr(8)) + 1;
    return absl::StrCat(day.substr(0, 8), next < 10 ? "0" : "", next);
  }
  const int month = Number(day.substr(5, 2));
  if (month == 12) return absl::StrCat(Number(day.substr(0, 4)) + 1, "-01-01");
  return absl::StrCat(day.substr(0, 5), month < 9 ? "0" : "", month + 1, "-01");
}

bool SurelyPublic(const std::string& since, const std::string& on) {
  return on.empty() || (!since.empty() && Last(since) <= on);
}

std::string RecordedOn(const Recorded& recorded) {
  absl::TimeZone brussels;
  absl::LoadTimeZone("Europe/Brussels", &brussels);
  return absl::FormatTime("%Y-%m-%d", recorded.time, brussels);
}

// Without when it was recorded.
std::string Says(Fact fact) {
  SetRecorded(fact, {});
  return Describe(fact);
}

template <typename T>
std::vector<const T*> Of(const World& world, const std::string& partner) {
  std::vector<const T*> found;
  for (const auto& [name, fact] : world) {
    const T* const one = std::get_if<T>(&fact);
    if (one != nullptr && absl::StartsWith(name, absl::StrCat("partners/", partner, "/"))) {
      found.push_back(one);
    }
  }
  return found;
}

// As recorded.
Certainty CertaintyOf(const Instrument& instrument, const std::string& field) {
  const auto found = instrument.certainty.find(field);
  return found == instrument.certainty.end() ? Certainty::kUnconfirmed : found->second;
}

// Found, if a second person confirmed it.
Certainty HowSure(const Instrument& instrument, const std::string& field) {
  const bool confirmed =
      std::any_of(instrument.confirmations.begin(), instrument.confirmations.end(),
                  [&](const Confirmation& each) { return each.field == field; });
  return confirmed ? Certainty::kFound : CertaintyOf(instrument, field);
}

// A day from which an instrument may have effect.
bool MayBegin(const std::string& field) {
  return field == "signed" || field == "provisional_from" || field == "in_force" ||
         field == "in_force_by" || field == "applied_from";
}

bool Counts(const Contact& contact, const std::string& day) {
  return contact.state == ContactState::kActive &&
         (contact.valid_from.empty() || contact.valid_from <= day) &&
         (contact.valid_to.empty() || day <= contact.valid_to);
}

// A step, and from when it counts.
struct NaiveStep {
  std::string word;
  std::string day;
  Certainty certainty = Certainty::kUnspecified;
  std::string from;
  std::int64_t revision = 0;
  bool by_hand = false;
};
using Steps = std::vector<NaiveStep>;

const char* const kWords[] = {
    "CONSULTED PROPOSED RECOMMENDED COUNCIL_MANDATE NEGOTIATING NEGOTIATIONS_FINALISED INITIALLED "
    "MEMBER_STATES_APPROVED SIGNING_PROPOSAL SIGNING_DECISION SIGNED RATIFIED_BY_PARTNER "
    "PROVISIONALLY_APPLIED CONSENT_OF_PARLIAMENT CONCLUSION_DECISION IN_FORCE "
    "IMPLEMENTATION_NOTIFIED APPLIES SUSPENDED NOTICE_GIVEN ENDED",
    "DRAFTING COLLEGE_ADOPTED SIGNED IN_EFFECT ABANDONED ENDED",
    "REQUESTED DESIGNATED VERIFIED LAPSED",
    "ENTITLED SELECTED SECONDED ENDED",
    "INVITED JOINED EXIT_ANNOUNCED LEFT",
};

std::ptrdiff_t Rank(Axis axis, const std::string& word) {
  const std::vector<std::string> words =
      absl::StrSplit(kWords[static_cast<std::size_t>(axis) - 1], ' ');
  return std::find(words.begin(), words.end(), word) - words.begin();
}

// Those that are furthest by `day`, and of them the latest.
Steps Furthest(Axis axis, const Steps& steps, const std::string& day) {
  std::pair<std::ptrdiff_t, std::string> best{-1, ""};
  for (const NaiveStep& step : steps) {
    if (step.from <= day) best = std::max(best, {Rank(axis, step.word), step.from});
  }
  Steps found;
  std::copy_if(steps.begin(), steps.end(), std::back_inserter(found), [&](const NaiveStep& step) {
    return std::pair(Rank(axis, step.word), step.from) == best;
  });
  return found;
}

// What their days leave open is as it was recorded.
bool IsLater(const NaiveStep& step, const NaiveStep& other) {
  const auto last = [](const NaiveStep& one) { return one.day.empty() ? one.from : Last(one.day); };
  if (step.from > last(other)) return true;
  if (last(step) < other.from) return false;
  const auto recorded = [](const NaiveStep& one) { return one.by_hand ? one.revision : 0; };
  return std::pair(recorded(step), step.from) > std::pair(recorded(other), other.from);
}

// Those that count by `day`: what was taken since the axis was closed by hand, or the closing step
// while nothing was; what instruments show of themselves, whatever was closed by hand; and no
// suspension or notice after which it was taken into effect again.
Steps Counting(Axis axis, const Steps& steps, const std::string& day) {
  Steps taken;
  std::optional<NaiveStep> closing;
  for (const NaiveStep& step : steps) {
    if (step.from > day) continue;
    taken.push_back(step);
    const bool closes = step.word == "ENDED" || step.word == "ABANDONED" || step.word == "LAPSED";
    if (!step.by_hand || !closes) continue;
    if (!closing.has_value() || IsLater(step, *closing)) closing = step;
  }
  if (closing.has_value()) {
    std::erase_if(taken, [&](const NaiveStep& step) {
      const bool shown = !step.by_hand && axis != Axis::kContactPoint && step.word != "ENTITLED";
      return !shown && !IsLater(step, *closing);
    });
    if (taken.empty()) return {*closing};
  }
  const Steps all = taken;
  std::erase_if(taken, [&](const NaiveStep& step) {
    if (!step.by_hand || (step.word != "SUSPENDED" && step.word != "NOTICE_GIVEN")) return false;
    return std::any_of(all.begin(), all.end(), [&](const NaiveStep& later) {
      const bool in_effect = later.word == "PROVISIONALLY_APPLIED" || later.word == "IN_FORCE" ||
                             later.word == "APPLIES";
      return later.by_hand && in_effect && IsLater(later, step);
    });
  });
  return taken;
}

void Add(Steps& steps, const char* word, const std::string& day, Certainty certainty) {
  if (!day.empty()) steps.push_back({word, day, certainty, First(day)});
}

Steps StepsOfTreaty(const Instrument& treaty, const std::string& public_on) {
  Steps steps;
  Add(steps, "SIGNED", treaty.signed_on, HowSure(treaty, "signed"));
  Add(steps, "PROVISIONALLY_APPLIED", treaty.provisional_from, HowSure(treaty, "provisional_from"));
  Add(steps, "IN_FORCE", treaty.in_force, HowSure(treaty, "in_force"));
  if (treaty.in_force.empty() && SurelyPublic(treaty.in_force_by, public_on)) {
    Add(steps, "IN_FORCE", treaty.in_force_by, Certainty::kUnknown);
  }
  Add(steps, "APPLIES", treaty.applied_from, HowSure(treaty, "applied_from"));
  Add(steps, "SUSPENDED", treaty.suspended_from, HowSure(treaty, "suspended_from"));
  Add(steps, "NOTICE_GIVEN", treaty.notified_end, HowSure(treaty, "notified_end"));
  Add(steps, "ENDED", DayAfter(treaty.ended), HowSure(treaty, "ended"));
  return steps;
}

Steps StepsOfArrangement(const Instrument& arrangement) {
  Steps steps;
  const bool dated = !arrangement.in_force.empty();
  Add(steps, "SIGNED", arrangement.signed_on, HowSure(arrangement, "signed"));
  Add(steps, "IN_EFFECT", dated ? arrangement.in_force : arrangement.signed_on,
      HowSure(arrangement, dated ? "in_force" : "signed"));
  Add(steps, "ENDED", DayAfter(arrangement.ended), HowSure(arrangement, "ended"));
  if (steps.empty()) {  // There it is, nobody knows since when.
    steps.push_back({"SIGNED", "", Certainty::kUnknown, RecordedOn(arrangement.recorded)});
  }
  return steps;
}

Steps Entitlement(const Instrument& treaty, const std::string& public_on) {
  Steps steps;
  if (!treaty.allows_secondment) return steps;
  if (treaty.kind == InstrumentKind::kInternationalAgreement) {
    Add(steps, "ENTITLED",
        treaty.provisional_from.empty() ? treaty.applied_from : treaty.provisional_from,
        HowSure(treaty, "allows_secondment"));
  } else if (!treaty.in_force.empty()) {
    Add(steps, "ENTITLED", treaty.in_force, HowSure(treaty, "allows_secondment"));
  } else if (SurelyPublic(treaty.in_force_by, public_on)) {
    Add(steps, "ENTITLED", treaty.in_force_by, Certainty::kUnknown);
  }
  return steps;
}

// By what shows them.
std::vector<Steps> StepsShown(const World& world, const std::string& partner, Axis axis,
                              const std::string& day, const std::string& public_on) {
  std::vector<Steps> shown;
  const auto show = [&](Steps steps, const Recorded& recorded) {
    for (NaiveStep& step : steps) step.revision = recorded.revision;
    shown.push_back(std::move(steps));
  };
  for (const std::string& name : NaiveInstruments(world, partner, public_on)) {
    const auto& instrument = std::get<Instrument>(world.at(name));
    if (instrument.kind == InstrumentKind::kWorkingArrangement) {
      if (axis == Axis::kWorkingArrangement)
        show(StepsOfArrangement(instrument), instrument.recorded);
      continue;
    }
    const Steps treaty = StepsOfTreaty(instrument, public_on);
    if (axis == Axis::kTreaty) show(treaty, instrument.recorded);
    if (axis != Axis::kLiaisonProsecutor) continue;
    const Steps furthest = Furthest(Axis::kTreaty, treaty, day);
    if (furthest.empty() || furthest.front().word != "ENDED") {
      show(Entitlement(instrument, public_on), instrument.recorded);
    }
  }
  if (axis == Axis::kContactPoint) {
    for (const Contact* contact : Of<Contact>(world, partner)) {
      if (!Counts(*contact, day) || !SurelyPublic(contact->last_verified, public_on)) continue;
      Steps verified;
      Add(verified, "VERIFIED", contact->last_verified, Certainty::kFound);
      show(verified, contact->recorded);
    }
  }
  return shown;
}

}  // namespace

bool NaiveRegistry::Commit(const std::vector<Fact>& facts, absl::Time time, bool anew) {
  World next = now();
  bool changed = false;
  for (Fact fact : facts) {
    const auto old = next.find(NameOf(fact));
    if (!anew && old != next.end() && Says(old->second) == Says(fact)) continue;
    SetRecorded(fact, {.revision = static_cast<std::int64_t>(worlds_.size()), .time = time});
    next[NameOf(fact)] = fact;
    changed = true;
  }
  if (changed) worlds_.push_back(std::move(next));
  return changed;
}

void NaiveRegistry::CommitPurge(const std::string& partner) {
  worlds_.push_back(now());
  for (World& world : worlds_) world.erase(partner);
}

void NaiveRegistry::CommitErasure(const std::string& contact, absl::Time time) {
  const std::vector<std::string> path = absl::StrSplit(contact, '/');
  Contact erased{.partner = path[1], .id = path[3], .state = ContactState::kErased};
  for (World& world : worlds_) {
    const auto found = world.find(contact);
    if (found == world.end()) continue;
    erased.recorded = RecordedOf(found->second);
    found->second = erased;
  }
  erased.erase_time = time;
  erased.recorded = {.revision = static_cast<std::int64_t>(worlds_.size()), .time = time};
  worlds_.push_back(now());
  worlds_.back()[contact] = erased;
}

std::string& DayOf(Instrument& instrument, absl::string_view field) {
  if (field == "signed") return instrument.signed_on;
  if (field == "provisional_from") return instrument.provisional_from;
  if (field == "in_force") return instrument.in_force;
  if (field == "in_force_by") return instrument.in_force_by;
  if (field == "applied_from") return instrument.applied_from;
  if (field == "suspended_from") return instrument.suspended_from;
  if (field == "notified_end") return instrument.notified_end;
  return instrument.ended;
}

std::vector<Fact> UnderAnotherName(const World& world, const std::string& partner) {
  std::vector<Fact> facts;
  for (const Instrument* each : Of<Instrument>(world, partner)) {
    if (each->retraction.has_value()) continue;
    Instrument made = *each;
    std::erase_if(made.confirmations,
                  [](const Confirmation& confirmed) { return MayBegin(confirmed.field); });
    facts.emplace_back(made);
  }
  for (const Authority* each : Of<Authority>(world, partner)) {
    if (each->retraction.has_value()) continue;
    Authority made = *each;
    made.confirmation.reset();
    facts.emplace_back(made);
  }
  return facts;
}

void KeepConfirmations(const Instrument* old, Instrument& made) {
  made.confirmations.clear();
  if (old == nullptr) return;
  Instrument before = *old;
  for (const Confirmation& each : old->confirmations) {
    if (DayOf(before, each.field) == DayOf(made, each.field) &&
        CertaintyOf(before, each.field) == CertaintyOf(made, each.field) &&
        ((old->reference == made.reference && old->title == made.title) || !MayBegin(each.field))) {
      made.confirmations.push_back(each);
    }
  }
}

void KeepConfirmations(const Authority* old, Authority& made) {
  made.confirmation.reset();
  if (old != nullptr && old->display_name == made.display_name &&
      old->competent_in_criminal_matters == made.competent_in_criminal_matters &&
      old->certainty == made.certainty) {
    made.confirmation = old->confirmation;
  }
}

void KeepConfirmations(const Partner* old, Partner& made) {
  for (LegalClassPeriod& period : made.legal_classes) {
    period.confirmation.reset();
    if (old == nullptr || old->display_name != made.display_name) continue;
    for (const LegalClassPeriod& earlier : old->legal_classes) {
      if (earlier.legal_class == period.legal_class && earlier.from == period.from &&
          earlier.to == period.to && earlier.certainty == period.certainty) {
        period.confirmation = earlier.confirmation;
      }
    }
  }
}

std::string Describe(const Fact& fact) {
  std::string text = absl::StrCat(NameOf(fact), " of revision ", RecordedOf(fact).revision, ", ",
                                  absl::FormatTime(RecordedOf(fact).time, absl::UTCTimeZone()));
  for (const auto& [field, value] : FieldsOf(fact)) {
    if (!value.empty()) absl::StrAppend(&text, "\n  ", field, ": ", value);
  }
  const auto confirmed = [&](const std::optional<Confirmation>& one) {
    if (!one.has_value()) return;
    absl::StrAppend(&text, "\n  confirmed: ", one->field, " by ", one->confirmed_by, ", ",
                    one->evidence, ", ", absl::FormatTime(one->confirm_time, absl::UTCTimeZone()));
  };
  const auto retracted = [&](const std::optional<Retraction>& one) {
    if (one.has_value()) absl::StrAppend(&text, "\n  retracted: ", one->evidence);
  };
  const auto gone = [&](const std::optional<absl::Time>& when) {
    if (when.has_value()) absl::StrAppend(&text, "\n  gone: ", absl::FormatTime(*when));
  };
  if (const auto* partner = std::get_if<Partner>(&fact)) {
    absl::StrAppend(&text, "\n  also: ", absl::StrJoin(partner->aliases, ", "),
                    "\n  suspended: ", partner->exchanges_suspended,
                    "\n  merged into: ", partner->merged_into);
    gone(partner->delete_time);
    for (const LegalClassPeriod& period : partner->legal_classes) {
      absl::StrAppend(&text, "\n  from ", period.from);
      confirmed(period.confirmation);
    }
  } else if (const auto* instrument = std::get_if<Instrument>(&fact)) {
    // Whatever their order.
    std::map<std::string, Confirmation> by_field;
    for (const Confirmation& each : instrument->confirmations) by_field[each.field] = each;
    for (const auto& [field, each] : by_field) {
      confirmed(each);
      absl::StrAppend(&text, " of ", each.value);
    }
    absl::StrAppend(&text, "\n  confirmations: ", instrument->confirmations.size());
    retracted(instrument->retraction);
  } else if (const auto* authority = std::get_if<Authority>(&fact)) {
    confirmed(authority->confirmation);
    retracted(authority->retraction);
  } else if (const auto* contact = std::get_if<Contact>(&fact)) {
    absl::StrAppend(&text, "\n  state: ", static_cast<int>(contact->state));
    gone(contact->erase_time);
  } else if (const auto* milestone = std::get_if<Milestone>(&fact)) {
    absl::StrAppend(&text, "\n  withdrawn: ", milestone->withdrawal_evidence);
  }
  return text;
}

LegalClass NaiveClass(const World& world, const std::string& partner, const std::string& day) {
  for (const auto& period : std::get<Partner>(world.at("partners/" + partner)).legal_classes) {
    if ((period.from.empty() || Last(period.from) <= day) &&
        (period.to.empty() || day <= First(period.to))) {
      return period.legal_class;
    }
  }
  return LegalClass::kUnspecified;
}

std::set<std::string> NaiveContactPoints(const World& world, const std::string& partner,
                                         const std::string& day) {
  const auto& of = std::get<Partner>(world.at("partners/" + partner));
  std::set<std::string> names;
  if (of.exchanges_suspended || of.delete_time.has_value()) return names;
  for (const Contact* contact : Of<Contact>(world, partner)) {
    if (Counts(*contact, day)) names.insert(NameOf(*contact));
  }
  return names;
}

std::set<std::string> NaiveInstruments(const World& world, const std::string& partner,
                                       const std::string& public_on) {
  std::set<std::string> names;
  for (const Instrument* each : Of<Instrument>(world, partner)) {
    const std::string& since = each->public_since.empty() ? each->signed_on : each->public_since;
    if (!each->retraction.has_value() && SurelyPublic(since, public_on)) {
      names.insert(NameOf(*each));
    }
  }
  return names;
}

std::set<Stand> NaiveStanding(const World& world, const std::string& partner, Axis axis,
                              const std::string& day, const std::string& public_on) {
  // What has ended says nothing once there is something else, or a step since the end.
  Steps over;
  Steps going_on;
  for (const Steps& steps : StepsShown(world, partner, axis, day, public_on)) {
    const Steps furthest = Furthest(axis, steps, day);
    const bool ended = !furthest.empty() && furthest.front().word == "ENDED";
    Steps& where = ended ? over : going_on;
    where.insert(where.end(), steps.begin(), steps.end());
  }
  const Steps end = Furthest(axis, over, day);
  for (const Milestone* milestone : Of<Milestone>(world, partner)) {
    if (milestone->axis != axis || !milestone->withdrawal_evidence.empty() ||
        !SurelyPublic(milestone->day, public_on)) {
      continue;
    }
    const std::string from =
        milestone->day.empty() ? RecordedOn(milestone->recorded) : First(milestone->day);
    if (!end.empty() && from < end.front().from) continue;
    going_on.push_back({milestone->step, milestone->day, milestone->certainty, from,
                        milestone->recorded.revision, /*by_hand=*/true});
  }
  Steps found = Furthest(axis, Counting(axis, going_on, day), day);
  if (found.empty()) found = end;
  std::set<Stand> stands;
  for (const NaiveStep& step : found) stands.emplace(step.word, step.day, step.certainty);
  return stands;
}

}  // namespace comity::partner_registry
