#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/legal/facts.h"

namespace comity::legal {

// What is known of a statement.
enum class Tri { kNo, kYes, kUnknown };

// No if either is, yes if both are.
Tri And(Tri a, Tri b);

// How a question looks at facts.
struct Lens {
  absl::CivilDay day;
  bool explore = false;
  std::optional<absl::CivilDay> public_on;
};

// A field that leaves something open.
struct OpenField {
  const Instrument* instrument;  // In the dossier.
  Field field;
};

// Whether something has an effect on the lens's day, and what that rests on.
struct Effect {
  Tri holds = Tri::kNo;
  std::vector<Field> unsure;       // With kUnknown: the fields that leave it open.
  std::vector<OpenField> later;    // Likewise, of later versions that may have replaced it.
  std::vector<Field> unconfirmed;  // Fields it rests on that nobody confirmed (explore only).
};

// `date` as `certainty` makes it: a month or a year of it, or as it is.
PartialDate Widen(const PartialDate& date, Certainty certainty);

// False for what counts as unconfirmed.
bool Confirmed(Certainty certainty);

// Whether a question may rest on what is so sure: a real transfer on what is confirmed, who
// explores on all that is not said to be unknown.
bool Usable(Certainty certainty, const Lens& lens);

// Whether a field that has no value leaves open whether there is one: nobody knows, or that there
// is none waits for a second person.
bool LeavesOpen(Certainty certainty);

// Whether the field needs no second person.
bool Sure(const Instrument& instrument, Field field);

// Whether `day` is on or after `date`; unknown dates and days within the interval are unknown.
Tri OnOrAfter(absl::CivilDay day, const PartialDate& date);

// Whether `instrument`, one of `dossier`, has effect under the rules for its kind: agreements in
// force, agreements under Article 218 TFEU applied, decisions in effect, arrangements signed.
// Ends, notices, suspensions, what was public, and later versions of it are taken into account.
Effect EffectOf(const Instrument& instrument, const Dossier& dossier, const Lens& lens);

// Likewise of what it covers: while its scope waits for a second person, that is open.
Effect EffectWithScope(const Instrument& instrument, const Dossier& dossier, const Lens& lens);

// Whether the instrument was public on the lens's day of knowledge. Always, if it has none.
Tri PublicUnder(const Instrument& instrument, const Lens& lens);

// Whether it surely has no effect any more.
bool EndedBy(const Instrument& instrument, const Lens& lens);

// Whether it had been signed.
Tri SignedBy(const Instrument& instrument, const Lens& lens);

// Whether the partner has one legal class, and which.
struct ClassOnDay {
  Tri known = Tri::kNo;
  LegalClass legal_class = LegalClass::kUnspecified;
  bool unconfirmed = false;
};
ClassOnDay ClassOf(const Partner& partner, const Lens& lens);

// The fields that leave it open, those of later versions as below: "ended",
// "partners/x/instruments/y.in_force".
std::vector<std::string> WhatIsOpen(const Effect& effect);

// "partners/x/instruments/y.in_force".
std::string FieldPath(const Instrument& instrument, Field field);

}  // namespace comity::legal
