#pragma once

#include <cstddef>
#include <string>

#include "absl/time/civil_time.h"
#include "common/legal/facts.h"
#include "services/partner-registry/domain/types.h"

// What an instrument says in the fields whose certainty can decide (legal::Field), and how surely.
namespace comity::partner_registry {

template <typename Visit>
void ForEachDecisive(Visit visit) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(legal::Field::kCount); ++i) {
    visit(static_cast<legal::Field>(i));
  }
}

// What the field says, as text; empty if it says nothing.
std::string ValueOf(const Instrument& instrument, legal::Field field);

// Whether both say the same in the field, entry by entry.
bool SameValue(const Instrument& a, const Instrument& b, legal::Field field);

// How sure each field is as it was recorded: nobody confirmed anything.
legal::Instrument AsRecorded(const Instrument& instrument);

// Whether a second person confirmed its present value.
bool IsConfirmed(const Instrument& instrument, legal::Field field);

// Not sure as `view` has it, or empty in the place of a value that was not: only a second person
// makes it sure. `view` is AsRecorded(instrument), or ToLegal(instrument) for what was confirmed to
// count.
bool IsBound(const Instrument& instrument, const legal::Instrument& view, legal::Field field);

// Of fields that no release needs, an empty one says that there is none, unless it leaves that open
// (legal::LeavesOpen).
bool SaysThereIsNone(const Instrument& made, legal::Field field);
bool LeavesOpen(const Instrument& old, legal::Field field);

// Whether another day counts where there is none in the field: without a day of application the
// entry into force, without a day of publication the signature, and without an entry into force of
// an arrangement its signature.
bool AnotherCountsWithout(InstrumentKind kind, legal::Field field);

// Whether a second person may confirm that there is none of it: of what would stop an effect, and
// of a day without which another counts.
bool CanBeNone(InstrumentKind kind, legal::Field field);

// What a value of the field tells, if it is sure.
enum class Tells { kMayCarry, kMayStop, kNeither };
Tells WhatItTells(legal::Field field);

// Whether it says in the field a day from which it may have effect, or that it allows secondment:
// what the document named as its source shows.
bool SaysWhatCarries(const Instrument& instrument, legal::Field field);

// Whether a day from which it may have effect, or that it allows secondment, is sure as `view` has
// it: AsRecorded(instrument), or ToLegal(instrument) for what was confirmed to count.
bool MayCarry(const Instrument& instrument, const legal::Instrument& view, legal::Field field);

// The day up to which the field, as `view` has it, surely leaves an effect: the last of all if it
// says that nothing ends or is suspended, the first if that is open.
absl::CivilDay LeavesEffectUntil(const Instrument& instrument, const legal::Instrument& view,
                                 legal::Field field);

}  // namespace comity::partner_registry
