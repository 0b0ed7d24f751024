// The rules of a contact (validation.h).
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/identity/principal.h"
#include "common/time/day.h"
#include "common/time/zone.h"
#include "services/partner-registry/domain/fields.h"
#include "services/partner-registry/domain/validation.h"

namespace comity::partner_registry {
namespace {

constexpr std::size_t kMostDeputies = 10;
constexpr std::size_t kMostAbsences = 50;
constexpr std::size_t kMostLanguages = 20;
constexpr std::size_t kMostHolidays = 400;  // As of who keeps a calendar in engagement-scheduling.

MaybeProblem BadDeputies(const Contact& contact, const Registry& registry) {
  if (contact.deputies.size() > kMostDeputies) return Problem{"deputies", "name at most 10"};
  for (const std::string& id : contact.deputies) {
    if (id == contact.id) {
      return Problem{"deputies", "a contact does not stand in for itself: name others"};
    }
    if (std::count(contact.deputies.begin(), contact.deputies.end(), id) > 1) {
      return Problem{"deputies", absl::StrCat(id, " is named twice: leave one out")};
    }
    const Contact* deputy =
        registry.FindContact(absl::StrCat("partners/", contact.partner, "/contacts/", id));
    if (deputy == nullptr || deputy->state == ContactState::kErased) {
      return Problem{"deputies", absl::StrCat("there is no contact ", id,
                                              " of this partner: enter it first, or leave it out")};
    }
  }
  return std::nullopt;
}

MaybeProblem BadAbsences(const Contact& contact) {
  if (contact.absences.size() > kMostAbsences) return Problem{"absences", "name at most 50"};
  for (const Absence& absence : contact.absences) {
    const auto first = ParseDay(absence.first_day);
    const auto last = ParseDay(absence.last_day);
    if (!first.ok() || !last.ok()) {
      return Problem{"absences", "write a first and a last day, such as 2026-12-24"};
    }
    if (*last < *first) {
      return Problem{"absences", "a last day lies before the first: correct one of the two"};
    }
  }
  return std::nullopt;
}

MaybeProblem BadValidity(const Contact& contact) {
  for (const auto& [field, day] :
       {std::pair{"valid_from", contact.valid_from}, std::pair{"valid_to", contact.valid_to}}) {
    if (!day.empty() && !ParseDay(day).ok()) {
      return Problem{field, "it is no exact day: write 2026-12-31, or leave it empty"};
    }
  }
  if (SurelyBefore(contact.valid_to, contact.valid_from)) {
    return Problem{"valid_to", "it lies before `valid_from`: correct one of the two"};
  }
  return std::nullopt;
}

}  // namespace

bool IsLanguageTag(const std::string& text) {
  return text.size() >= 2 && text.size() <= 35 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-';
         });
}

MaybeProblem CheckIdentity(const Contact& contact, const Registry& before) {
  // Whoever held it then may still have the key, and would open what is sealed for this contact.
  const Contact* const holder = before.FindContactBySpiffeId(contact.spiffe_id);
  if ((holder == nullptr || NameOf(*holder) != NameOf(contact)) &&
      before.CurrentKey(contact.spiffe_id) != nullptr) {
    return Problem{"spiffe_id",
                   "a key was stated under it before this contact was recorded with it: have "
                   "certificates issued for another, and record that"};
  }
  return std::nullopt;
}

MaybeProblem Check(const Contact& contact, const Registry& registry) {
  if (registry.FindPartner(contact.partner) == nullptr) {
    return Problem{"partner", "there is no such partner: add it to partners.csv"};
  }
  const auto principal = identity::Principal::Parse(contact.spiffe_id);
  if (!principal.ok() || principal->kind != identity::PrincipalKind::kPartner ||
      principal->partner != contact.partner || principal->id != contact.id) {
    return Problem{"spiffe_id", absl::StrCat("write spiffe://<trust domain>/partner/",
                                             contact.partner, "/contact/", contact.id)};
  }
  const Contact* same = registry.FindContactBySpiffeId(contact.spiffe_id);
  if (same != nullptr && NameOf(*same) != NameOf(contact)) {
    return Problem{"spiffe_id",
                   "another contact has this SPIFFE id: write the one of its own certificate"};
  }
  if (auto bad = CheckIdentity(contact, registry)) return bad;
  if (auto bad = BadText("function", contact.function, kNameForm)) return bad;
  if (registry.FindAuthority(absl::StrCat("partners/", contact.partner, "/authorities/",
                                          contact.authority)) == nullptr) {
    return Problem{
        "authority",
        "there is no such authority of this partner: name one that there is, or enter it first"};
  }
  if (auto bad = BadDay("last_verified", contact.last_verified)) return bad;
  if (contact.languages.size() > kMostLanguages) return Problem{"languages", "name at most 20"};
  for (const std::string& language : contact.languages) {
    if (!IsLanguageTag(language)) {
      return Problem{"languages", "write BCP 47 tags such as ka or pt-BR"};
    }
  }
  if (auto bad = BadDeputies(contact, registry)) return bad;
  if (auto bad = BadAbsences(contact)) return bad;
  if (auto bad = BadValidity(contact)) return bad;
  if (!contact.working_hours.has_value()) return std::nullopt;
  const WorkingHours& hours = *contact.working_hours;
  if (hours.time_zone.find('/') == std::string::npos || !ZoneNamed(hours.time_zone).has_value()) {
    return Problem{"working_hours.time_zone", "it is no IANA zone: write one such as Asia/Tbilisi"};
  }
  if (hours.days.empty() || !std::is_sorted(hours.days.begin(), hours.days.end()) ||
      std::adjacent_find(hours.days.begin(), hours.days.end()) != hours.days.end() ||
      hours.days.front() < 1 || hours.days.back() > 7) {
    return Problem{"working_hours.days", "name days of the week in order, 1 Monday to 7 Sunday"};
  }
  if (hours.start_minute < 0 || hours.end_minute > 24 * 60 ||
      hours.start_minute >= hours.end_minute) {
    return Problem{"working_hours.end_minute",
                   "write an end of work that lies after its start, on the same day"};
  }
  if (hours.holidays.size() > kMostHolidays) {
    return Problem{"working_hours.holidays", "name at most 400: leave out those that are over"};
  }
  for (const std::string& day : hours.holidays) {
    if (!ParseDay(day).ok()) {
      return Problem{"working_hours.holidays", "write days such as 2026-12-25"};
    }
  }
  return std::nullopt;
}

}  // namespace comity::partner_registry
