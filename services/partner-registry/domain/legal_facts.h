#pragma once

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

}  // namespace comity::partner_registry
