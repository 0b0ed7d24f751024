#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "common/crypto/aead.h"
#include "common/crypto/digest.h"
#include "common/journal/key_files.h"

namespace comity::journal {

// Keys for content that must be erasable from database, log files and backups at once: one key file
// per month of expiry (EUDPR 4(1)(e), EJR 29). Destroying the file makes everything sealed under it
// unreadable. The folder is outside the database and its backups.
//
// Thread-safe.
class ExpiryKeys {
 public:
  // `directory` is made if it is not there (0700).
  static absl::StatusOr<std::unique_ptr<ExpiryKeys>> Open(std::string directory);

  // Encrypts (AES-256-GCM) under the key of `month`, which is made and synced, its folder too,
  // before its first use (replicas that share the folder get the same); bound to `context`. Passes
  // on the errors of the files.
  //
  // Form: version 1 (1 byte), year (2, big endian), month (1), process run (16, random), count (8),
  // ciphertext, tag (16). The cipher's key is HMAC-SHA-256(file key, run), its nonce the count: no
  // nonce is used twice, also across processes and rolled back transactions.
  absl::StatusOr<std::string> Seal(absl::CivilMonth month, absl::string_view plaintext,
                                   absl::string_view context);

  // nullopt: the key was destroyed, here or by another process. DATA_LOSS `SEALED_CONTENT_DAMAGED`:
  // not what was sealed, or another context.
  absl::StatusOr<std::optional<std::string>> Open(absl::string_view sealed,
                                                  absl::string_view context);

  // Destroys the key of `month`, in memory and on the medium; OK if there is none. The file stays,
  // empty, so that the month gets no second key: Seal then fails with FAILED_PRECONDITION
  // `KEY_MONTH_OVER`.
  absl::Status Destroy(absl::CivilMonth month);

  // The months before `month` whose key is there, in order.
  absl::StatusOr<std::vector<absl::CivilMonth>> LiveBefore(absl::CivilMonth month) const;

  // The month whose key opens `sealed`. DATA_LOSS `SEALED_CONTENT_DAMAGED`.
  static absl::StatusOr<absl::CivilMonth> MonthOf(absl::string_view sealed);

 private:
  ExpiryKeys(std::string directory, KeyFiles files);

  absl::StatusOr<crypto::Aead*> Sealer(absl::CivilMonth month)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // The cipher that opened last: what is read together was mostly sealed together.
  struct Opener {
    absl::CivilMonth month;
    std::string run;
    std::unique_ptr<crypto::Aead> aead;
  };

  const std::string directory_;
  const KeyFiles files_;
  const std::string run_;

  absl::Mutex mutex_;
  std::uint64_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<absl::CivilMonth, crypto::Aead> sealers_ ABSL_GUARDED_BY(mutex_);
  Opener opener_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::journal
