#pragma once

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/legal/facts.h"
#include "common/legal/validity.h"
#include "services/partner-registry/domain/types.h"

// The registry's values as the transfer check wants them. Days were checked when they came in.
namespace comity::partner_registry {

legal::Partner ToLegal(const Partner& partner);
legal::Instrument ToLegal(const Instrument& instrument);
// Without its sealing key, which depends on contacts and key statements.
legal::Authority ToLegal(const Authority& authority);
legal::Decision ToLegal(const Decision& decision);
// The days on which it counts at most.
legal::Validity ValidityOf(const Contact& contact);

// Whether the instrument was public by `day`: since `public_since` or, if that says nothing, its
// signature, however a partial day is read. What decides who sees it is sure: nobody shows it to
// others on one person's word.
bool SurelyPublic(const Instrument& instrument, absl::CivilDay day);
// Likewise for who explores what was known: also by a day that nobody confirmed.
bool PublicAsRecorded(const Instrument& instrument, absl::CivilDay day);

// How sure people read that a field is: found once a second person confirmed it, and UNCONFIRMED
// where nobody said.
Certainty CertaintyOf(const Instrument& instrument, absl::string_view field);

}  // namespace comity::partner_registry
