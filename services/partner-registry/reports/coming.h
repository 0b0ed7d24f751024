#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/partner-registry/domain/registry.h"

namespace comity::partner_registry {

// Something that ends, begins or falls due. Kinds carry the numbers of the proto.
struct ComingEvent {
  enum class Kind {
    kUnspecified,
    kInstrumentEnds,
    kInstrumentBegins,
    kSuspensionBegins,
    kLegalClassEnds,
    kVerificationDue,
    kDecisionEnds,
    kSealingKeyEnds,
    kEvaluationDue,
    kReviewDue,
    kSecondmentEnds,
    kContactEnds,
    kConsultationDue,
  };

  Kind kind = Kind::kUnspecified;
  absl::CivilDay day;    // Of a partial date the first day that it may mean.
  std::string resource;  // What it happens to, and the field: two of one instrument differ.
  std::string field;
  std::string partner;  // The id; empty for keys of the agency.
  std::string sentence;
  std::string evidence;
  Certainty certainty = Certainty::kUnspecified;
  bool overdue = false;  // Its day is over and it is not known to be settled.

  // Where it stands in the list; no two are equal.
  std::string Position() const;
};

// From when to when, and of what.
struct ComingQuery {
  absl::CivilDay from;
  absl::CivilDay until;
  std::string partner;                   // Empty: all.
  std::vector<ComingEvent::Kind> kinds;  // Empty: all.
  // Only of instruments that were public on this day (PublicAsRecorded).
  std::optional<absl::CivilDay> public_on;
};

// What ends, begins or falls due from `from` to `until`, both included, and what is overdue on
// `from`; soonest first. Overdue are verifications, evaluations, consultations that are still open
// and keys whose day is over, dates of which nobody knows whether they are over, and ends of which
// only the notice is recorded. Of versions of an instrument only the one that governs counts.
std::vector<ComingEvent> ComingEvents(const Registry& registry, const ComingQuery& query);

}  // namespace comity::partner_registry
