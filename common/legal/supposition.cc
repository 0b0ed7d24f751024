#include "common/legal/supposition.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"

namespace comity::legal {
namespace {

void Set(Instrument& instrument, Field field, PartialDate& date, absl::CivilDay day) {
  date = PartialDate(day);
  instrument.SetCertainty(field, Certainty::kFound);
}

// An extension changes nothing before the day after the end that is known or announced now.
absl::CivilDay FirstDayOfExtension(const Instrument& instrument, absl::CivilDay last) {
  absl::CivilDay first = last;
  for (const PartialDate& end : {instrument.ended, instrument.notified_end}) {
    if (end.known()) first = std::min(first, end.earliest() + 1);
  }
  return first;
}

}  // namespace

absl::StatusOr<Instrument> Suppose(Instrument instrument, Supposition supposition,
                                   absl::CivilDay day) {
  PartialDate& ended = instrument.ended;
  switch (supposition) {
    case Supposition::kLapses:
      if (!ended.known() || ended.latest() >= day) Set(instrument, Field::kEnded, ended, day - 1);
      break;
    case Supposition::kSuspended:
      Set(instrument, Field::kSuspendedFrom, instrument.suspended_from, day);
      instrument.parts_suspended = "*";
      instrument.SetCertainty(Field::kPartsSuspended, Certainty::kFound);
      break;
    case Supposition::kExtended:
      if (ended.known() && day < ended.earliest()) {
        return InvalidField("FIELD_INVALID", "day",
                            absl::StrCat("name a day after its present end, ", ended.ToString()));
      }
      if (ended.known()) Set(instrument, Field::kEnded, ended, day);
      instrument.notified_end = PartialDate();
      break;
    case Supposition::kUnspecified:
      break;
  }
  return instrument;
}

absl::StatusOr<Supposed> Suppose(const Facts& facts, const WhatIf& what_if) {
  const Dossier* const dossier = facts.Find(PartnerOf(what_if.instrument));
  const Instrument* present = nullptr;
  if (dossier != nullptr) {
    for (const Instrument& instrument : dossier->instruments) {
      if (instrument.name == what_if.instrument) present = &instrument;
    }
  }
  if (present == nullptr) {
    return MakeError(absl::StatusCode::kNotFound,
                     "There is no instrument with this name: list those of the partner.",
                     {.reason = "INSTRUMENT_NOT_FOUND"});
  }
  COMITY_ASSIGN_OR_RETURN(Instrument changed, Suppose(*present, what_if.supposition, what_if.day));
  const absl::CivilDay from = what_if.supposition == Supposition::kExtended
                                  ? FirstDayOfExtension(*present, what_if.day)
                                  : what_if.day;
  FactsBuilder builder(facts);
  builder.Put(std::move(changed));
  return Supposed{.facts = builder.Build(facts.revision()), .from = from};
}

}  // namespace comity::legal
