#include "services/partner-registry/domain/decisive_fields.h"

#include <algorithm>

#include "common/legal/effect.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/fields.h"

namespace comity::partner_registry {

std::string ValueOf(const Instrument& instrument, legal::Field field) {
  using legal::Field;
  switch (field) {
    case Field::kSigned:
      return instrument.signed_on;
    case Field::kProvisionalFrom:
      return instrument.provisional_from;
    case Field::kInForce:
      return instrument.in_force;
    case Field::kInForceBy:
      return instrument.in_force_by;
    case Field::kAppliedFrom:
      return instrument.applied_from;
    case Field::kNotBefore:
      return instrument.not_before;
    case Field::kNotifiedEnd:
      return instrument.notified_end;
    case Field::kEnded:
      return instrument.ended;
    case Field::kSuspendedFrom:
      return instrument.suspended_from;
    case Field::kPartsSuspended:
      return instrument.parts_suspended;
    case Field::kPublicSince:
      return instrument.public_since;
    case Field::kAllowsSecondment:
      return instrument.allows_secondment ? "yes" : "";
    case Field::kScope:
      return instrument.scope == legal::Scope() ? "no limit" : TextOf(instrument.scope);
    case Field::kCount:
      break;
  }
  return "";
}

bool SameValue(const Instrument& a, const Instrument& b, legal::Field field) {
  if (field == legal::Field::kScope) return a.scope == b.scope;
  return ValueOf(a, field) == ValueOf(b, field);
}

legal::Instrument AsRecorded(const Instrument& instrument) {
  legal::Instrument recorded;
  for (const auto& [field, certainty] : instrument.certainty) {
    legal::SetCertainty(recorded, field, certainty);
  }
  return recorded;
}

bool IsConfirmed(const Instrument& instrument, legal::Field field) {
  return std::any_of(
      instrument.confirmations.begin(), instrument.confirmations.end(),
      [&](const Confirmation& confirmation) { return confirmation.field == legal::Name(field); });
}

bool IsBound(const Instrument& instrument, const legal::Instrument& view, legal::Field field) {
  if (ValueOf(instrument, field).empty()) {
    return instrument.value_recorded_by.contains(std::string(legal::Name(field))) &&
           !IsConfirmed(instrument, field);
  }
  return !legal::Sure(view, field);
}

bool SaysThereIsNone(const Instrument& made, legal::Field field) {
  if (legal::IsNeeded(made.kind, field) || !ValueOf(made, field).empty()) return false;
  return !legal::LeavesOpen(AsRecorded(made).CertaintyOf(field));
}

bool LeavesOpen(const Instrument& old, legal::Field field) {
  return !legal::IsNeeded(old.kind, field) && ValueOf(old, field).empty() &&
         !SaysThereIsNone(old, field);
}

bool AnotherCountsWithout(InstrumentKind kind, legal::Field field) {
  if (field == legal::Field::kInForce) return legal::StandsFromSignature(kind);
  return field == legal::Field::kAppliedFrom || field == legal::Field::kPublicSince;
}

bool CanBeNone(InstrumentKind kind, legal::Field field) {
  return WhatItTells(field) == Tells::kMayStop || AnotherCountsWithout(kind, field);
}

Tells WhatItTells(legal::Field field) {
  using legal::Field;
  switch (field) {  // Without a default: a new field is not forgotten.
    case Field::kSigned:
    case Field::kProvisionalFrom:
    case Field::kInForce:
    case Field::kInForceBy:
    case Field::kAppliedFrom:
    case Field::kAllowsSecondment:
      return Tells::kMayCarry;
    case Field::kNotifiedEnd:
    case Field::kEnded:
    case Field::kSuspendedFrom:
    case Field::kPartsSuspended:
      return Tells::kMayStop;
    case Field::kNotBefore:
    case Field::kPublicSince:
    case Field::kScope:  // What is added to it is for a second person.
    case Field::kCount:
      break;
  }
  return Tells::kNeither;
}

bool SaysWhatCarries(const Instrument& instrument, legal::Field field) {
  return WhatItTells(field) == Tells::kMayCarry && !ValueOf(instrument, field).empty();
}

bool MayCarry(const Instrument& instrument, const legal::Instrument& view, legal::Field field) {
  return SaysWhatCarries(instrument, field) && legal::Sure(view, field);
}

absl::CivilDay LeavesEffectUntil(const Instrument& instrument, const legal::Instrument& view,
                                 legal::Field field) {
  if (WhatItTells(field) != Tells::kMayStop) return absl::CivilDay::max();
  using legal::Field;
  const std::string value = ValueOf(instrument, field);
  if (value.empty()) {
    if (legal::LeavesOpen(view.CertaintyOf(field))) return absl::CivilDay::min();
    // After notice nobody knows the end until it is stated, and of a suspension its day.
    if (field == Field::kEnded) return LeavesEffectUntil(instrument, view, Field::kNotifiedEnd);
    if (field != Field::kSuspendedFrom) return absl::CivilDay::max();
    const bool none = instrument.parts_suspended.empty() &&
                      !legal::LeavesOpen(view.CertaintyOf(Field::kPartsSuspended));
    return none ? absl::CivilDay::max() : absl::CivilDay::min();
  }
  const PartialDate day = DayRecorded(value);
  if (!day.known() || !legal::Sure(view, field)) return absl::CivilDay::min();
  return legal::Widen(day, view.CertaintyOf(field)).earliest();
}

}  // namespace comity::partner_registry
