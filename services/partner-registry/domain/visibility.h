#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "common/identity/principal.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// What somebody sees of how relations come about (relation_types.h).
enum class Insight {
  kNone,      // Partners' contacts, liaison prosecutors, applications.
  kReplica,   // Services: secondments, on which access rests.
  kAligned,   // The Commission and the EEAS (R56): strategies, arrangements without their drafts,
              // consultations without replies, readiness.
  kInternal,  // Everybody else of the agency: all.
};

// Whose eyes see. Everybody of the agency, its applications and services sees all partners; a
// partner's contact sees his own, and so does a liaison prosecutor, who is his State's (EJR 54a).
struct Viewer {
  bool all = false;
  Insight insight = Insight::kNone;
  std::string partner;  // If not all.

  // By the secondments of `registry`: of a prosecutor whom none ever named, sees nobody.
  static Viewer Of(const identity::Principal& principal, const Registry& registry);
};

// Whether `viewer` may see `fact` on `today`. What is not visible is, to him, not there.
//
// A partner's contact, or liaison prosecutor, sees: its own partner, authorities and contacts; its
// own partner's milestones and instruments; instruments of others once they are public; decisions
// of its own partner; key statements of the agency's holders and of its own partner's. Nothing of
// how relations come about.
bool MaySee(const Viewer& viewer, const Fact& fact, absl::CivilDay today);

// Takes out of a fact that `viewer` may see what he may not: drafts, replies, reasons.
void Redact(const Viewer& viewer, Consultation& consultation);
void Redact(const Viewer& viewer, Arrangement& arrangement);
void Redact(const Viewer& viewer, Fact& fact);

}  // namespace comity::partner_registry
