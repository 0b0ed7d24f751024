#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/client/key_ring.h"
#include "common/client/own_keys.h"
#include "common/client/send_document.h"

namespace comity::client {

class Session;

// Whom a document is sealed for: the openers of the authorities named, the recipients named, and
// the sender with its own key; each once, in the order of their ids. Keys are trusted by a key ring
// in the identity folder; changes are told to `options.warn`. FAILED_PRECONDITION
// `NO_RECIPIENT_KEY`: nobody can open for one of them; `OPENER_OF_ANOTHER`: the registry names one
// who is no contact of the authority's partner; errors of KeyRing::Trust.
absl::StatusOr<std::vector<TrustedKey>> ResolveRecipients(Session& session, const OwnKeys& own,
                                                          const SendOptions& options);

}  // namespace comity::client
