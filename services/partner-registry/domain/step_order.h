#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/types.h"

// Which of the steps of one axis count on a day.
namespace comity::partner_registry {

// The first day from which a step counts: the first that its day may mean, or that on which it was
// recorded.
absl::CivilDay CountsFrom(const Milestone& milestone);

// Whether `step` was taken after `other`. What their days leave open, being the same or partial, is
// as it was recorded; what was recorded as a step is then after what was not.
bool TakenAfter(const Milestone& step, const Milestone& other);

// Whether it follows from an instrument, a secondment or a contact, and was not recorded as a step.
bool IsDerived(const Milestone& step);

// The ids of the milestones that steps of arrangements became (ArrangementsBySteps): recorded, and
// not by hand.
using ArrangedIds = std::set<std::string>;

// Whether it was recorded by hand, so that what it closes, and what closes it, is on the axis
// alone.
bool IsByHand(const Milestone& step, const ArrangedIds& arranged = {});

// Those of `steps` that are taken by `day` and count still. What follows from an instrument or a
// secondment, or is a step of an arrangement, says itself when it ends, and stands for itself; not
// so the verification of a contact. The last step by hand that closes the axis takes with it all
// that was taken before and does not stand for itself, and itself goes once there is anything else;
// a step that interrupts goes once one of those before it is taken again. What is not by hand
// closes and interrupts nothing here.
std::vector<const Milestone*> CountingOn(const std::vector<Milestone>& steps, absl::CivilDay day,
                                         const ArrangedIds& arranged = {});

// Of those that count on `day` the one with the highest rank, and of equals the later one; null if
// there is none.
const Milestone* Furthest(const std::vector<Milestone>& steps, absl::CivilDay day,
                          const ArrangedIds& arranged = {});

// Whether the furthest of the steps of one instrument, arrangement or secondment closes.
bool HasEnded(const std::vector<Milestone>& steps, absl::CivilDay day);

// Oldest first, what is undated at the end; of one day by rank, and what began anew on it last.
void SortHistory(std::vector<Milestone>& history);

}  // namespace comity::partner_registry
