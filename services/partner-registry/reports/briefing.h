#pragma once

#include "common/pages/page.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/reports/questions.h"

namespace comity::partner_registry {

// What somebody takes to a meeting with `partner`: who it is, where the relation stands, its
// instruments, what the transfer check says to the standard questions (questions.h), its contacts
// by function, what comes within a year, and what is open. As of the day of `time`.
//
// Every statement names its sources: the document that shows it, the registry's record, or the
// revision as a whole for what is not there. Names of people are not in it, nor decisions and keys,
// which not every reader of a briefing may list. With `public_on` nothing that is the agency's own
// knowledge is in it: contacts, verifications.
pages::Page BriefingOn(const Registry& registry, const Partner& partner, const QuestionTime& time);

}  // namespace comity::partner_registry
