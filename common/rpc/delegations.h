#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/identity/chain_verifier.h"
#include "common/identity/principal.h"
#include "common/sealing/delegation.h"

namespace comity::rpc {

// The metadata in which a carrier sends the delegation of the person it calls for.
inline constexpr char kDelegationKey[] = "comity-delegation";

// Says for whom an application or service calls: a person of the agency who signed that this
// certificate may, here and now. Thread-safe.
//
// Refusals, PERMISSION_DENIED unless said:
//   DELEGATION_INVALID (INVALID_ARGUMENT)  it cannot be read
//   SIGNATURE_INVALID (INVALID_ARGUMENT), SIGNER_IS_ANOTHER  the person did not sign it
//   those of ChainVerifier (UNAUTHENTICATED)  the person's certificate does not count (any more)
//   DELEGATION_NOT_A_PERSON   whoever signed it is no person of the agency
//   DELEGATION_OF_ANOTHER     it names another carrier, or another certificate of it
//   DELEGATION_NOT_HERE       it does not name this service
//   DELEGATION_NOT_IN_EFFECT  its time is over, or has not come
class Delegations {
 public:
  // `service` is the name that delegations use, such as "partner-registry". `verifier` is not
  // owned.
  Delegations(std::string service, const identity::ChainVerifier* verifier)
      : service_(std::move(service)), verifier_(verifier) {}

  // The person for whom `carrier` calls. About 200 us for a token that was not seen before, a few
  // when it was.
  absl::StatusOr<std::shared_ptr<const identity::Principal>> PersonOf(
      absl::string_view token, const identity::VerifiedCertificate& carrier, absl::Time now) const;

 private:
  // A token whose signature holds. Whether it counts is asked on every call.
  struct Known {
    sealing::Delegation delegation;
    identity::Principal person;
    std::string certificate_der;
    std::string chain_der;
  };
  static constexpr std::size_t kMostKnown = 4096;

  absl::StatusOr<std::shared_ptr<const Known>> Find(absl::string_view token) const;

  const std::string service_;
  const identity::ChainVerifier* const verifier_;
  mutable absl::Mutex mutex_;
  // By the SHA-256 of the token.
  mutable absl::flat_hash_map<crypto::Digest, std::shared_ptr<const Known>> known_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::rpc
