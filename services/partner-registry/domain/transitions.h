#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// The steps that were taken on the axes of partners, in one state of the registry: whoever judges
// many steps of one partner puts them together once. Not thread-safe.
class Histories {
 public:
  struct Taken {
    Milestone step;
    absl::CivilDay from;  // As CountsFrom.
    // What it follows from or is a step of, by name: an instrument or the like, or an arrangement.
    // Empty: it was recorded by hand.
    std::string owner;

    // Whether its owner says itself when it ends: no step by hand closes it. Who verified a contact
    // said nothing of that.
    bool StandsForItself() const { return !owner.empty() && step.axis != Axis::kContactPoint; }
  };

  // `registry` is not owned and must outlive this object.
  explicit Histories(const Registry& registry) : registry_(registry) {}

  const Registry& registry() const { return registry_; }
  // Not the steps of an arrangement that comes to nothing, on which nothing can rest.
  const std::vector<Taken>& On(const Partner& partner, Axis axis, absl::CivilDay day);

 private:
  const Registry& registry_;
  std::map<std::tuple<std::string, Axis, absl::CivilDay>, std::vector<Taken>> known_;
};

// Whether `step`, of a word that its axis has, can be taken: what has to come first (steps.h) was
// taken by its day, as a milestone or by an instrument that has not ended, and since the axis was
// last closed (steps.h, step_order.h); in the same project. What is undated counts from when it was
// recorded. CONSULTED takes a consultation of the partner that was closed by its day.
//
// INVALID_ARGUMENT `EVIDENCE_MISSING`: without a day or a document. FAILED_PRECONDITION
// `STEP_NOT_POSSIBLE`, one precondition for each step that is missing, with who takes it;
// `NOT_A_CANDIDATE` (candidates.h), for the first steps towards an agreement or arrangement.
absl::Status CheckTransition(Histories& histories, const Partner& partner, const Milestone& step);
absl::Status CheckTransition(const Registry& registry, const Partner& partner,
                             const Milestone& step);

// Whether an agreement under TFEU 218 may be entered, or changed from `known` (null if it is new),
// as `changed` has it (R15): it is signed and applies provisionally only after the Council's
// decision on signing, and is in force or applies only after that on conclusion (TFEU 218(5)-(6)).
// However sure a day is: it is a step of the axis as soon as it is stated. Days that stay as they
// are were judged when they came in. Errors as above.
absl::Status CheckEffect(Histories& histories, const Instrument* known, const Instrument& changed);
absl::Status CheckEffect(const Registry& registry, const Instrument* known,
                         const Instrument& changed);

}  // namespace comity::partner_registry
