#include "common/rpc/delegations.h"

#include <algorithm>
#include <utility>

#include "common/sealing/cades.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::rpc {
namespace {

absl::Status Denied(absl::string_view reason, absl::string_view sentence) {
  return MakeError(absl::StatusCode::kPermissionDenied, sentence, {.reason = std::string(reason)});
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Delegations::Known>> Delegations::Find(
    absl::string_view token) const {
  const crypto::Digest key = crypto::Sha256(token);
  {
    const absl::MutexLock lock(&mutex_);
    const auto found = known_.find(key);
    if (found != known_.end()) return found->second;
  }
  COMITY_ASSIGN_OR_RETURN(const sealing::SignedDelegation read, sealing::ParseToken(token));
  auto known = std::make_shared<Known>();
  COMITY_ASSIGN_OR_RETURN(known->delegation, sealing::ParseDelegation(read.statement));
  // The chain is judged on every call, here it is only noted.
  const auto note = [&](const sealing::VerifiedSignature& signature) {
    known->certificate_der = signature.certificate_der;
    for (const std::string& certificate : signature.intermediates_der) {
      known->chain_der += certificate;
    }
    return sealing::RequireSigner(signature, known->delegation.person);
  };
  COMITY_RETURN_IF_ERROR(sealing::VerifySignature(read.statement, read.signature, note).status());
  COMITY_ASSIGN_OR_RETURN(known->person, identity::Principal::Parse(known->delegation.person));
  if (known->person.kind != identity::PrincipalKind::kAgency) {
    return Denied("DELEGATION_NOT_A_PERSON",
                  "only a person of the agency can let an application call for it.");
  }
  const absl::MutexLock lock(&mutex_);
  // They live for hours: what is asked for again comes back for 200 us.
  if (known_.size() >= kMostKnown) known_.clear();
  return known_.try_emplace(key, std::move(known)).first->second;
}

absl::StatusOr<std::shared_ptr<const identity::Principal>> Delegations::PersonOf(
    absl::string_view token, const identity::VerifiedCertificate& carrier, absl::Time now) const {
  COMITY_ASSIGN_OR_RETURN(const std::shared_ptr<const Known> known, Find(token));
  const sealing::Delegation& delegation = known->delegation;
  if (delegation.carrier != carrier.principal.spiffe_id ||
      delegation.carrier_certificate_sha256 != carrier.leaf_sha256) {
    return Denied("DELEGATION_OF_ANOTHER",
                  "the delegation is for another caller, or for a certificate that was renewed "
                  "since; the person makes a new one with `comity delegate`.");
  }
  const auto& services = delegation.services;
  if (std::find(services.begin(), services.end(), service_) == services.end()) {
    return Denied("DELEGATION_NOT_HERE",
                  "the delegation does not name this service; the person makes one that does.");
  }
  if (now < delegation.not_before || now >= delegation.not_after) {
    return Denied("DELEGATION_NOT_IN_EFFECT",
                  "the delegation's time is over or has not come; the person makes a new one with "
                  "`comity delegate`.");
  }
  COMITY_RETURN_IF_ERROR(
      verifier_->Verify(known->certificate_der, known->chain_der, identity::Purpose::kSigning, now)
          .status());
  return std::shared_ptr<const identity::Principal>(known, &known->person);
}

}  // namespace comity::rpc
