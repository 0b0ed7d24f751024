#include "services/partner-registry/domain/counterparts.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "common/time/working_hours.h"
#include "common/time/year_after.h"
#include "common/time/zone.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/validation.h"

namespace comity::partner_registry {
namespace {

constexpr absl::Duration kHorizon = absl::Hours(24 * 30);
constexpr std::size_t kMostListed = 100;
constexpr std::size_t kMostLanguages = 20;

bool Speaks(const Contact& contact, const std::vector<std::string>& languages) {
  if (languages.empty()) return true;
  return std::any_of(languages.begin(), languages.end(), [&](const std::string& asked) {
    const std::string kind = absl::StrCat(absl::AsciiStrToLower(asked), "-");
    return std::any_of(
        contact.languages.begin(), contact.languages.end(), [&](const std::string& spoken) {
          return absl::StartsWith(absl::StrCat(absl::AsciiStrToLower(spoken), "-"), kind);
        });
  });
}

bool IsStale(const Contact& contact, absl::CivilDay day) {
  const auto last = PartialDate::Parse(contact.last_verified);
  if (!last.ok() || !last->known()) return true;
  return day > YearAfter(last->earliest());
}

// "17:00", or "2026-12-01 09:00" if that is another day than the instant's.
std::string LocalTime(absl::Time time, absl::Time instant, const std::string& zone_name) {
  const std::optional<absl::TimeZone> zone = ZoneNamed(zone_name);
  if (!zone.has_value()) return "";
  const bool same_day = absl::ToCivilDay(time, *zone) == absl::ToCivilDay(instant, *zone);
  return absl::StrCat(absl::FormatTime(same_day ? "%H:%M" : "%Y-%m-%d %H:%M", time, *zone), " ",
                      zone_name);
}

// The latest moment at which it can count, by its own days and those of its secondments.
absl::Time CountsUntil(const Registry& registry, const Contact& contact) {
  return std::min(ValidityOf(contact).End(),
                  registry.relations().secondments().LatestEnd(NameOf(contact)));
}

// When the contact works while it counts, as far as its hours say.
void LookAtHours(const Registry& registry, absl::Time instant, Counterpart& found) {
  const Contact& contact = *found.contact;
  if (!contact.working_hours.has_value()) {
    found.sentence = IsAway(contact.absences, DayInBrussels(instant))
                         ? "away, and its working hours are not recorded"
                         : "its working hours are not recorded";
    return;
  }
  WorkingHours hours = *contact.working_hours;
  hours.absences = contact.absences;
  const absl::Time horizon = instant + kHorizon;
  const Interval window{instant, std::min(horizon, CountsUntil(registry, contact))};
  const std::vector<Interval> worked = WorkingIntervals(hours, window);
  const auto first = std::find_if(worked.begin(), worked.end(), [&](const Interval& each) {
    return registry.Counts(contact, DayInBrussels(each.start));
  });
  if (first == worked.end()) {
    found.sentence = window.end < horizon ? "not at work any more while it counts"
                                          : "not at work within 30 days";
    return;
  }
  const Interval& next = *first;
  found.next_at_work = next.start;
  found.at_work = next.start == instant;
  if (found.at_work && next.end == horizon) {
    found.sentence = "at work around the clock";
    return;
  }
  found.sentence =
      found.at_work
          ? absl::StrCat("at work until ", LocalTime(next.end, instant, hours.time_zone))
          : absl::StrCat("at work from ", LocalTime(next.start, instant, hours.time_zone));
}

std::string NameOfSought(const CounterpartQuestion& question) {
  const std::string partner = absl::StrCat("partners/", question.partner);
  return question.authority.empty() ? partner
                                    : absl::StrCat(partner, "/authorities/", question.authority);
}

// Why nobody was found, of so many who are registered and who count.
std::string WhyNobody(const CounterpartQuestion& question, std::size_t registered,
                      std::size_t counting) {
  const std::string sought = NameOfSought(question);
  if (registered == 0) {
    return absl::StrCat("No contact of ", sought,
                        " is registered: ask the registry operator to enter one.");
  }
  if (counting == 0) {
    return absl::StrCat("None of the ", registered, " contacts of ", sought,
                        " counts on that day (suspended, not valid or not seconded): ask the "
                        "registry operator.");
  }
  std::vector<std::string> asked;
  if (!question.languages.empty()) {
    asked.push_back(absl::StrCat("speaks ", absl::StrJoin(question.languages, " or ")));
  }
  if (question.openers_only) asked.emplace_back("opens documents");
  return absl::StrCat("None of the ", counting, " contacts of ", sought, " that count, nor who ",
                      "stands in for them, ", absl::StrJoin(asked, " and "), ": ask for less.");
}

}  // namespace

absl::Status CheckCounterpartQuestion(const CounterpartQuestion& question) {
  const auto year = absl::ToCivilYear(question.instant, absl::UTCTimeZone()).year();
  if (year < 1970 || year > 2999) {
    return InvalidField("FIELD_INVALID", "instant", "name a moment of the years 1970 to 2999");
  }
  if (question.languages.size() > kMostLanguages) {
    return InvalidField("FIELD_INVALID", "languages", "name at most 20");
  }
  if (!std::all_of(question.languages.begin(), question.languages.end(), IsLanguageTag)) {
    return InvalidField("FIELD_INVALID", "languages", "write BCP 47 tags such as ka or pt-BR");
  }
  return absl::OkStatus();
}

CounterpartAnswer FindCounterparts(const Registry& registry, const CounterpartQuestion& question) {
  CounterpartAnswer answer;
  const Partner* partner = registry.FindPartner(question.partner);
  if (partner == nullptr || partner->deleted() || partner->exchanges_suspended) {
    answer.sentence = absl::StrCat("Exchanges with partners/", question.partner,
                                   " are suspended, or it was taken off the register: nobody there "
                                   "counts. Ask the registry operator.");
    return answer;
  }
  const absl::CivilDay day = DayInBrussels(question.instant);
  std::vector<Counterpart> candidates;
  std::set<const Contact*> seen;
  std::size_t registered = 0;
  for (const Contact* contact : registry.ContactsOf(question.partner)) {
    if (contact->state == ContactState::kErased ||
        (!question.authority.empty() && contact->authority != question.authority)) {
      continue;
    }
    ++registered;
    if (!registry.Counts(*contact, day)) continue;
    seen.insert(contact);
    candidates.push_back({.contact = contact});
  }
  const std::size_t counting = candidates.size();
  const auto is_asked_for = [&](const Contact& contact) {
    const bool opens =
        contact.opener && (question.authority.empty() || contact.authority == question.authority);
    return Speaks(contact, question.languages) && (opens || !question.openers_only);
  };
  // Grows while it is walked: whoever stands in and is of no use now has deputies, too.
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Contact& contact = *candidates[i].contact;
    LookAtHours(registry, question.instant, candidates[i]);
    candidates[i].stale = IsStale(contact, day);
    if (candidates[i].at_work && is_asked_for(contact)) continue;
    for (const std::string& id : contact.deputies) {
      const Contact* deputy =
          registry.FindContact(absl::StrCat("partners/", contact.partner, "/contacts/", id));
      if (deputy == nullptr || !registry.Counts(*deputy, day) || !seen.insert(deputy).second) {
        continue;
      }
      candidates.push_back({.contact = deputy, .stands_in_for = &contact});
    }
  }
  std::erase_if(candidates, [&](const Counterpart& each) { return !is_asked_for(*each.contact); });
  std::stable_sort(
      candidates.begin(), candidates.end(), [](const Counterpart& a, const Counterpart& b) {
        const auto rank = [](const Counterpart& each) {
          return std::make_tuple(each.next_at_work.value_or(absl::InfiniteFuture()),
                                 !each.contact->opener, each.stale, each.stands_in_for != nullptr);
        };
        return rank(a) < rank(b);
      });
  if (candidates.size() > kMostListed) candidates.resize(kMostListed);
  for (Counterpart& each : candidates) {
    if (each.stands_in_for != nullptr) {
      absl::StrAppend(&each.sentence, ", standing in for ", each.stands_in_for->id);
    }
    if (each.stale) absl::StrAppend(&each.sentence, "; not verified within a year");
  }
  if (candidates.empty()) answer.sentence = WhyNobody(question, registered, counting);
  answer.counterparts = std::move(candidates);
  return answer;
}

}  // namespace comity::partner_registry
