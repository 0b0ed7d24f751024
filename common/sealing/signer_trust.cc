#include "common/sealing/signer_trust.h"

#include <string>

namespace comity::sealing {

SignerCheck TrustedBy(const identity::ChainVerifier* verifier, absl::Time at) {
  return [verifier, at](const VerifiedSignature& signature) {
    std::string chain;
    for (const std::string& certificate : signature.intermediates_der) chain += certificate;
    return verifier->Verify(signature.certificate_der, chain, identity::Purpose::kSigning, at)
        .status();
  };
}

}  // namespace comity::sealing
