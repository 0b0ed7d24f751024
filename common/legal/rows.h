#pragma once

#include "common/legal/evaluation.h"

// The phases of the decision table (README.md), one file each.
namespace comity::legal {

// What phase 1 decided.
enum class Track {
  kDecided,      // Nothing more to evaluate.
  kNonPersonal,  // Restrictions only.
  kOnward,       // Phase 4b.
  kReceive,      // Phase 2, before use.
  kMemberState,  // Phases 2 and 3, restrictions.
  kDenmark,      // Phases 2 to 4.
  kUnionBody,    // Phases 2 to 4.
  kArticle56,    // Phases 2 to 5.
};

// Phase 1 (track.cc): rows 1.1 to 1.11, the first that matches.
Track DecideTrack(Evaluation& evaluation);

// Row 1.3 (administrative.cc).
void EvaluateAdministrative(Evaluation& evaluation);

// Phase 2 (task_and_data.cc): rows 2.1 to 2.7.
void EvaluateTaskAndData(Evaluation& evaluation);

// Phase 3 (recipient.cc): rows 3.1 to 3.4.
void EvaluateRecipient(Evaluation& evaluation);
// Of onward transfers: that the authority named is confirmed (3.1), and row 3.4.
void EvaluateOnwardRecipient(Evaluation& evaluation);
// Row 3.2 for one instrument: whether it covers the authority that is to receive, and what is
// asked.
bool Covers(const Instrument& instrument, const Evaluation& evaluation);

// Phase 4 (origins.cc): rows 4.1 to 4.6.
void EvaluateOrigins(Evaluation& evaluation);
// Row 4.5 alone.
void EvaluateRestrictions(Evaluation& evaluation);

// Whether the partner of an origin is, on this day, surely what the origin says it is.
bool IsWhatItSays(const Evaluation& evaluation, const Origin& origin);

// What to do for the permission of an originator that is no Member State, and by whom.
std::string AskPermission(absl::string_view name);

// Phase 4b (onward.cc): rows 4b.1 to 4b.4.
void EvaluateOnward(Evaluation& evaluation);

// Phase 5 (basis.cc): rows 5.0 to 5.10.
void EvaluateBasis(Evaluation& evaluation);

// Conditions and duties of every transfer, the worst of all rows, and order (conclusion.cc).
Verdict Conclude(Evaluation& evaluation, Track track);

}  // namespace comity::legal
