#include "common/client/own_keys.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/secret.h"
#include "common/identity/trust_bundle.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::client {
namespace {

absl::StatusOr<crypto::Secret> Read(const std::string& folder, absl::string_view name,
                                    absl::string_view remedy) {
  auto content = storage::ReadFile(absl::StrCat(folder, "/", name));
  if (content.ok()) return crypto::Secret(*std::move(content));
  if (!absl::IsNotFound(content.status())) return content.status();
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat("The identity folder ", folder, " has no ", name, ": ", remedy),
                   {.reason = "IDENTITY_FILE_MISSING"});
}

}  // namespace

absl::StatusOr<sealing::Signer> LoadSigner(const std::string& identity_folder) {
  constexpr absl::string_view kAsk = "ask who issued your certificates for a signing one.";
  COMITY_ASSIGN_OR_RETURN(const crypto::Secret chain, Read(identity_folder, "sign.pem", kAsk));
  COMITY_ASSIGN_OR_RETURN(const crypto::Secret key, Read(identity_folder, "sign.key", kAsk));
  return sealing::Signer::FromPem(chain.view(), key.view());
}

absl::StatusOr<OwnKeys> LoadOwnKeys(const std::string& identity_folder) {
  COMITY_ASSIGN_OR_RETURN(sealing::Signer signer, LoadSigner(identity_folder));
  COMITY_ASSIGN_OR_RETURN(
      const crypto::Secret age,
      Read(identity_folder, "age.key", "make and publish one with `comity keys publish`."));
  COMITY_ASSIGN_OR_RETURN(sealing::AgeIdentity sealing_key,
                          sealing::AgeIdentity::ParseFile(age.view()));
  COMITY_ASSIGN_OR_RETURN(identity::TrustBundles bundles,
                          identity::TrustBundles::Load(absl::StrCat(identity_folder, "/bundles")));
  return OwnKeys{.signer = std::move(signer),
                 .sealing_key = std::move(sealing_key),
                 .verifier = std::make_unique<identity::ChainVerifier>(
                     std::make_shared<const identity::TrustBundles>(std::move(bundles)))};
}

}  // namespace comity::client
