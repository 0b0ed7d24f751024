#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/identity/chain_verifier.h"
#include "common/sealing/age_key.h"
#include "common/sealing/cades.h"

namespace comity::client {

// What a party to an exchange holds in its identity folder, besides what TLS needs.
struct OwnKeys {
  sealing::Signer signer;                             // sign.pem, sign.key.
  sealing::AgeIdentity sealing_key;                   // age.key.
  std::unique_ptr<identity::ChainVerifier> verifier;  // bundles/.

  const std::string& spiffe_id() const { return signer.spiffe_id(); }
};

// Reads sign.pem and sign.key. NOT_FOUND `IDENTITY_FILE_MISSING` names the file and what makes it;
// errors of Signer::FromPem.
absl::StatusOr<sealing::Signer> LoadSigner(const std::string& identity_folder);

// Reads them all. NOT_FOUND `IDENTITY_FILE_MISSING` names the file and what makes it; otherwise the
// errors of Signer::FromPem, AgeIdentity::ParseFile and TrustBundles::Load.
absl::StatusOr<OwnKeys> LoadOwnKeys(const std::string& identity_folder);

}  // namespace comity::client
