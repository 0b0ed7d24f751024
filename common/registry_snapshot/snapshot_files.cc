#include "common/registry_snapshot/snapshot_files.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/identity/principal.h"
#include "common/sealing/signer_trust.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::registry_snapshot {
namespace {

constexpr std::size_t kMostFacts = std::size_t{1} << 31;
// Clocks are not the same everywhere.
constexpr absl::Duration kClocksDiffer = absl::Minutes(5);

absl::Status CheckTime(const sealing::RegistrySnapshot& statement, absl::Time at) {
  if (at >= statement.expires) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("The snapshot expired at ", absl::FormatTime(statement.expires),
                                  ": save a new one."),
                     {.reason = "SNAPSHOT_EXPIRED"});
  }
  if (at + kClocksDiffer < statement.made) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("The snapshot was made later than this, at ",
                                  absl::FormatTime(statement.made), ": check the clock."),
                     {.reason = "SNAPSHOT_NOT_YET_VALID"});
  }
  return absl::OkStatus();
}

absl::Status CheckFacts(const sealing::RegistrySnapshot& statement, absl::string_view facts) {
  if (crypto::Sha256(facts) == statement.facts_sha256 &&
      std::count(facts.begin(), facts.end(), '\n') == statement.facts) {
    return absl::OkStatus();
  }
  return MakeError(
      absl::StatusCode::kDataLoss,
      absl::StrCat(kFactsFile, " is not what the registry signed: save the snapshot anew."),
      {.reason = "SNAPSHOT_FACTS_DIFFER"});
}

}  // namespace

absl::StatusOr<VerifiedSnapshot> VerifyFolder(const std::string& folder,
                                              const sealing::SignerCheck& check, absl::Time at) {
  COMITY_ASSIGN_OR_RETURN(const std::string statement,
                          storage::ReadFile(absl::StrCat(folder, "/", kStatementFile),
                                            sealing::kLargestRegistrySnapshot));
  COMITY_ASSIGN_OR_RETURN(
      const std::string signature,
      storage::ReadFile(absl::StrCat(folder, "/", kSignatureFile), sealing::kLargestSignature));
  COMITY_ASSIGN_OR_RETURN(sealing::VerifiedSignature signer,
                          sealing::VerifySignature(statement, signature, check));
  VerifiedSnapshot snapshot{.signer = std::move(signer.spiffe_id)};
  COMITY_ASSIGN_OR_RETURN(snapshot.statement, sealing::ParseRegistrySnapshot(statement));
  COMITY_RETURN_IF_ERROR(CheckTime(snapshot.statement, at));
  COMITY_ASSIGN_OR_RETURN(snapshot.facts,
                          storage::ReadFile(absl::StrCat(folder, "/", kFactsFile), kMostFacts));
  COMITY_RETURN_IF_ERROR(CheckFacts(snapshot.statement, snapshot.facts));
  return snapshot;
}

sealing::SignerCheck SignedBy(std::string registry, const identity::ChainVerifier* verifier,
                              absl::Time at) {
  return [registry = std::move(registry),
          trusted = sealing::TrustedBy(verifier, at)](const sealing::VerifiedSignature& signature) {
    COMITY_RETURN_IF_ERROR(sealing::RequireSigner(signature, registry));
    return trusted(signature);
  };
}

sealing::SignerCheck SignedByARegistryUnder(std::string roots_pem, absl::Time at) {
  return [roots_pem = std::move(roots_pem),
          at](const sealing::VerifiedSignature& signature) -> absl::Status {
    COMITY_ASSIGN_OR_RETURN(const identity::SpiffeId signer,
                            identity::SpiffeId::Parse(signature.spiffe_id));
    COMITY_RETURN_IF_ERROR(sealing::RequireSigner(signature, RegistryOf(signer.trust_domain())));
    COMITY_ASSIGN_OR_RETURN(
        identity::TrustBundle bundle,
        identity::TrustBundle::Parse(
            {.bundle_toml = absl::StrCat("format = 1\ntrust_domain = \"", signer.trust_domain(),
                                         "\"\npaths = [\"service\"]\n"),
             .roots_pem = roots_pem},
            "the roots"));
    std::vector<identity::TrustBundle> bundles;
    bundles.push_back(std::move(bundle));
    COMITY_ASSIGN_OR_RETURN(identity::TrustBundles trusted,
                            identity::TrustBundles::Create(std::move(bundles)));
    const identity::ChainVerifier verifier(
        std::make_shared<const identity::TrustBundles>(std::move(trusted)));
    return sealing::TrustedBy(&verifier, at)(signature);
  };
}

std::string RegistryOf(absl::string_view trust_domain) {
  return absl::StrCat("spiffe://", trust_domain, "/service/partner-registry");
}

}  // namespace comity::registry_snapshot
