#pragma once

#include "absl/time/time.h"
#include "common/identity/chain_verifier.h"
#include "common/sealing/cades.h"

namespace comity::sealing {

// The usual SignerCheck: the chain ends in the bundle of the trust domain that the signer names,
// for signing, at `at` (the instant at which the signature is known to have existed: now for what
// just came in, the service's statement for what is old). `verifier` is not owned and must outlive
// the check. Errors are ChainVerifier's.
SignerCheck TrustedBy(const identity::ChainVerifier* verifier, absl::Time at);

}  // namespace comity::sealing
