#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/identity/chain_verifier.h"
#include "common/sealing/age_key.h"

namespace comity::client {

// A key statement as the registry serves it.
struct ServedKeyStatement {
  std::string statement;
  std::string signature;
};

// A key that may be sealed to.
struct TrustedKey {
  std::string holder;  // SPIFFE id.
  sealing::AgeRecipient recipient;
  // One sentence for a person, if the key changed since it was last used. A countersigner is named
  // as the holder's claim: there is no second signature to check (FORMATS.md).
  std::string warning;
};

// Decides which served keys are believed, and remembers them: a holder's key is pinned at first use
// in a folder of files, and from then on only its own successors replace it. The registry may lie
// about who an opener is, but not about an opener's key once pinned, nor ever without the holder's
// signing certificate. One process at a time may write a folder; not thread-safe.
class KeyRing {
 public:
  // `folder` is made (mode 0700) when first needed. `verifier` is not owned.
  KeyRing(std::string folder, const identity::ChainVerifier* verifier);

  // Verifies form, signature by the holder, validity at `now`, and against the pin. Pins it.
  // Errors: those of sealing::ParseKeyStatement, VerifySignature, RequireSigner, CheckInEffect;
  // FAILED_PRECONDITION `KEY_PIN_BROKEN`: an older statement than the pinned one, another of the
  // same serial, or one that does not name the pinned one as the one before it; `KEY_GAP`: some in
  // between were never seen, unless `accept_gap`.
  absl::StatusOr<TrustedKey> Trust(const ServedKeyStatement& served, absl::Time now,
                                   bool accept_gap);

 private:
  std::string PinFile(absl::string_view holder) const;

  const std::string folder_;
  const identity::ChainVerifier* const verifier_;
};

}  // namespace comity::client
