#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/legal/supposition.h"
#include "common/legal/vocabulary.h"
#include "services/partner-registry/domain/registry.h"

namespace comity::partner_registry {

using legal::Supposition;

// Something that would be affected. Kinds carry the numbers of the proto.
struct Affected {
  enum class Kind { kUnspecified, kTransfer, kSecondment, kContact, kAxis };

  Kind kind = Kind::kUnspecified;
  std::string resource;
  std::string before;
  std::string after;
  std::string sentence;
  legal::Outcome outcome_before = legal::Outcome::kUnspecified;  // Of kTransfer.
  legal::Outcome outcome_after = legal::Outcome::kUnspecified;
};

// What of `registry` would be another on `day` if `instrument` lapsed or were suspended from that
// day on, or went on until it: on a copy with the instrument changed, what the transfer check says
// of each authority or organisation of its partner to the standard question (questions.h), whether
// a liaison prosecutor may be seconded, which secondments have effect, which contacts count or open
// documents there, and the five axes. It is a question, so unconfirmed fields are taken as they
// are; not for secondments, whose access never rests on them. In that order.
//
// INVALID_ARGUMENT `FIELD_INVALID`: an extension that would end before it does now.
absl::StatusOr<std::vector<Affected>> AffectedBy(const Registry& registry,
                                                 const Instrument& instrument,
                                                 Supposition supposition, absl::CivilDay day);

}  // namespace comity::partner_registry
