#include "common/signer_files/signer_files.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/secret.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::sealing {

SignerFiles::SignerFiles(std::string certificate_file, std::string key_file, std::string self)
    : certificate_file_(std::move(certificate_file)),
      key_file_(std::move(key_file)),
      self_(std::move(self)) {}

absl::StatusOr<std::unique_ptr<SignerFiles>> SignerFiles::Open(std::string certificate_file,
                                                               std::string key_file,
                                                               std::string self) {
  std::unique_ptr<SignerFiles> files(
      new SignerFiles(std::move(certificate_file), std::move(key_file), std::move(self)));
  COMITY_RETURN_IF_ERROR(files->Reload().status());
  return files;
}

std::shared_ptr<const Signer> SignerFiles::Current() const {
  absl::MutexLock lock(&mutex_);
  return signer_;
}

absl::StatusOr<bool> SignerFiles::Reload() {
  COMITY_ASSIGN_OR_RETURN(const std::string chain, storage::ReadFile(certificate_file_));
  COMITY_ASSIGN_OR_RETURN(std::string bytes, storage::ReadFile(key_file_));
  const crypto::Secret key(std::move(bytes));
  const crypto::Digest seen = crypto::Sha256(
      absl::StrCat(crypto::View(crypto::Sha256(chain)), crypto::View(crypto::Sha256(key.view()))));
  if (std::exchange(seen_, seen) == seen) return false;
  COMITY_ASSIGN_OR_RETURN(Signer signer, Signer::FromPem(chain, key.view()));
  if (signer.spiffe_id() != self_) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "The signing certificate is not of the same SPIFFE id as the TLS certificate; "
                     "issue both for this service.",
                     {.reason = "SIGNER_IS_ANOTHER"});
  }
  auto taken = std::make_shared<const Signer>(std::move(signer));
  absl::MutexLock lock(&mutex_);
  signer_ = std::move(taken);
  return true;
}

}  // namespace comity::sealing
