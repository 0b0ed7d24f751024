#pragma once

#include <string>

#include "absl/time/civil_time.h"
#include "common/identity/principal.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// What somebody sees of how relations come about (relation_types.h).
enum class Insight {
  kNone,        // Partners' contacts, liaison prosecutors, applications.
  kReplica,     // Services: secondments, on which access rests.
  kDelegation,  // An EU delegation (R56): as the EEAS, of its own partner; strategies as a whole.
  kEeas,        // The EEAS (R56): strategies, readiness, arrangements without their drafts.
  kCommission,  // The Commission, which negotiates (R56): that, and consultations without replies.
  kInternal,    // Everybody else of the agency: all.
};

// Whose eyes see. Everybody of the agency, its applications and services, the Commission and the
// EEAS see all partners; a partner's contact sees his own, and so does a liaison prosecutor, who is
// his State's (EJR 54a); an EU delegation sees the one to which it is accredited.
struct Viewer {
  bool all = false;
  Insight insight = Insight::kNone;
  std::string partner;  // If not all.

  // By `registry`: a prosecutor whom none of its secondments ever named sees nobody, and an EU
  // delegation whose unit is no partner sees nothing.
  static Viewer Of(const identity::Principal& principal, const Registry& registry);
};

// Whether `viewer` may see `fact` on `today`. What is not visible is, to him, not there.
//
// A partner's contact, or liaison prosecutor, sees: its own partner, authorities and contacts; its
// own partner's milestones and instruments; instruments of others once they surely are public
// (legal_facts.h); decisions of its own partner; key statements of the agency's holders and of its
// own partner's. Nothing of how relations come about.
//
// An EU delegation sees: its own partner, with milestones, instruments and authorities; of how
// relations come about, what Insight says. Nothing that tells of persons or is theirs (contacts,
// keys), of decisions, or of what was recorded by mistake.
bool MaySee(const Viewer& viewer, const Fact& fact, absl::CivilDay today);

// Takes out of a fact that `viewer` may see what he may not: drafts, replies, reasons.
void Redact(const Viewer& viewer, Consultation& consultation);
void Redact(const Viewer& viewer, Arrangement& arrangement);
void Redact(const Viewer& viewer, Fact& fact);

}  // namespace comity::partner_registry
