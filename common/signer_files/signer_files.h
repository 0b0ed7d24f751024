#pragma once

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/crypto/digest.h"
#include "common/sealing/cades.h"

namespace comity::sealing {

// The service's signing certificate and key as its files have them: replaced there, they sign from
// the next look on. What was signed before carries its own certificate. Thread-safe.
class SignerFiles {
 public:
  // `self`: the SPIFFE id that the certificate must have. INVALID_ARGUMENT `SIGNER_INVALID`;
  // FAILED_PRECONDITION `SIGNER_IS_ANOTHER`; errors of files.
  static absl::StatusOr<std::unique_ptr<SignerFiles>> Open(std::string certificate_file,
                                                           std::string key_file, std::string self);

  // Never null.
  std::shared_ptr<const Signer> Current() const;

  // Looks at the files. True: they are other ones than at the last look and sign from here on;
  // false: they are the same. An error (see Open), once per change: they are not accepted, the last
  // good ones stay. Not to be called concurrently.
  absl::StatusOr<bool> Reload();

 private:
  SignerFiles(std::string certificate_file, std::string key_file, std::string self);

  const std::string certificate_file_;
  const std::string key_file_;
  const std::string self_;
  crypto::Digest seen_{};  // Of the files at the last look.

  mutable absl::Mutex mutex_;
  std::shared_ptr<const Signer> signer_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::sealing
