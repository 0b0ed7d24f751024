#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/legal/question.h"
#include "common/time/working_hours.h"

namespace comity::engagement_scheduling {

// The numbers of EngagementKind, EngagementClass, EngagementMode and Engagement.State on the wire.
enum class Kind {
  kUnspecified = 0,
  kTechnicalMeeting = 1,
  kVisit = 2,
  kStudyVisit = 3,
  kCommissionNegotiationRound = 4,
  kWorkingArrangementNegotiation = 5,
  kBilateral = 6,
  kContactPointMeeting = 7,
  kNetworkPlenary = 8,
  kAnnualEvaluation = 9,
  kCoordinationMeeting = 10,
  kSigning = 11,
};
enum class Class { kUnspecified = 0, kStrategic = 1, kOperational = 2 };
enum class Mode { kUnspecified = 0, kOnSite = 1, kOnline = 2, kHybrid = 3 };
enum class State { kUnspecified = 0, kHeld = 1, kConfirmed = 2, kCancelled = 3, kExpired = 4 };

// What a confirmation cited, so that it can be said later who relied on a fact.
struct Confirmation {
  absl::Time time;
  // By counterpart: the names of the facts that the transfer check cited, in their order.
  std::map<std::string, std::vector<std::string>> cited;
};

struct Engagement {
  std::string name;  // "engagements/{engagement}"
  Kind kind = Kind::kUnspecified;
  Class engagement_class = Class::kUnspecified;
  Mode mode = Mode::kUnspecified;
  std::string title;
  std::vector<std::string> partners;  // "partners/{partner}"
  Interval interval;
  std::vector<std::string> participants;  // SPIFFE ids.
  std::vector<std::string> resources;     // "resources/{resource}"
  std::string organiser;                  // SPIFFE id.
  State state = State::kUnspecified;
  absl::Time hold_expire_time = absl::InfinitePast();
  std::optional<legal::Question> question;  // For kOperational; counterpart and instant come later.
  legal::Revision registry_revision;        // What the confirmation rests on.
  std::string registry_checkpoint_sha256;   // 32 bytes; empty if no checkpoint was known.
  // Of kOperational; unset before it, and for what was confirmed before this was kept.
  std::optional<Confirmation> confirmation;
  std::int32_t sequence = 0;  // RFC 5545 SEQUENCE.
  std::int64_t revision = 0;  // That this state was committed at.
  absl::Time create_time = absl::InfinitePast();
  absl::Time update_time = absl::InfinitePast();

  // Whether it occupies people and things at `now`: confirmed, or held and not run out.
  bool OccupiesAt(absl::Time now) const {
    return state == State::kConfirmed || (state == State::kHeld && hold_expire_time > now);
  }
};

// The hours of one person or resource of the agency.
struct Calendar {
  std::string owner;  // A SPIFFE id or "resources/{resource}".
  WorkingHours hours;
};

}  // namespace comity::engagement_scheduling
