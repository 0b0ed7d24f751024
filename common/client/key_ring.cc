#include "common/client/key_ring.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/sealing/cades.h"
#include "common/sealing/key_statement.h"
#include "common/sealing/signer_trust.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::client {
namespace {

absl::Status PinBroken(absl::string_view holder, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("The key that is served for ", holder, " ", what,
                                ": nothing is sealed to it; ask its holder by another way."),
                   {.reason = "KEY_PIN_BROKEN"});
}

}  // namespace

KeyRing::KeyRing(std::string folder, const identity::ChainVerifier* verifier)
    : folder_(std::move(folder)), verifier_(verifier) {}

std::string KeyRing::PinFile(absl::string_view holder) const {
  const crypto::Digest digest = crypto::Sha256(holder);
  return absl::StrCat(folder_, "/", crypto::Hex(crypto::View(digest)), ".json");
}

absl::StatusOr<TrustedKey> KeyRing::Trust(const ServedKeyStatement& served, absl::Time now,
                                          bool accept_gap) {
  COMITY_ASSIGN_OR_RETURN(const sealing::KeyStatement statement,
                          sealing::ParseKeyStatement(served.statement));
  COMITY_ASSIGN_OR_RETURN(const sealing::VerifiedSignature signature,
                          sealing::VerifySignature(served.statement, served.signature,
                                                   sealing::TrustedBy(verifier_, now)));
  COMITY_RETURN_IF_ERROR(sealing::RequireSigner(signature, statement.holder));
  COMITY_RETURN_IF_ERROR(sealing::CheckInEffect(statement, now));
  COMITY_ASSIGN_OR_RETURN(const sealing::AgeRecipient recipient,
                          sealing::AgeRecipient::Parse(statement.age_recipient));
  TrustedKey key{.holder = statement.holder, .recipient = recipient};

  // The pin is the statement itself: the next one names it by its digest.
  const std::string pin_file = PinFile(statement.holder);
  const auto pinned = storage::ReadFile(pin_file);
  if (!pinned.ok() && !absl::IsNotFound(pinned.status())) return pinned.status();
  if (pinned.ok()) {
    if (*pinned == served.statement) return key;
    COMITY_ASSIGN_OR_RETURN(const sealing::KeyStatement last, sealing::ParseKeyStatement(*pinned));
    if (statement.serial < last.serial) {
      return PinBroken(statement.holder, "is older than the one used before");
    }
    if (statement.serial == last.serial) {
      return PinBroken(statement.holder, "is another one under the same number as before");
    }
    if (statement.serial == last.serial + 1) {
      if (!sealing::CheckFollows(statement, *pinned).ok()) {
        return PinBroken(statement.holder, "does not follow the one used before");
      }
    } else if (!accept_gap) {
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("The key of ", statement.holder,
                                    " was changed several times since it was last used, so that "
                                    "its chain cannot be followed: ask its holder by another way "
                                    "and say so."),
                       {.reason = "KEY_GAP"});
    }
    key.warning = absl::StrCat(
        "The sealing key of ", statement.holder, " changed since you last used it",
        statement.countersigner.empty()
            ? ""
            : absl::StrCat("; it says after a loss, and names ", statement.countersigner,
                           ", whose word was not checked: ask there before you send"),
        ".");
  }
  COMITY_RETURN_IF_ERROR(storage::MakePrivateDirectory(folder_));
  COMITY_RETURN_IF_ERROR(storage::WriteFileAtomically(pin_file, served.statement));
  return key;
}

}  // namespace comity::client
