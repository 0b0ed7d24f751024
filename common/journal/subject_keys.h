#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/journal/key_files.h"

namespace comity::journal {

// Keys for what must be erasable on request, everywhere at once (EUDPR 19): one key file a subject,
// such as a contact's name, in the folder of the expiry keys. Destroying it makes everything that
// was ever sealed for the subject unreadable, in database, log files and backups.
//
// Thread-safe.
class SubjectKeys {
 public:
  static absl::StatusOr<std::unique_ptr<SubjectKeys>> Open(std::string directory);

  // Encrypts (AES-256-GCM) for `subject`, whose key is made and synced before its first use; bound
  // to it. FAILED_PRECONDITION `SUBJECT_ERASED`: the key was destroyed. Errors of the files.
  //
  // Form: version 2 (1 byte), process run (16, random), count (8, big endian), ciphertext, tag
  // (16); key and nonce as in expiry_keys.h.
  absl::StatusOr<std::string> Seal(absl::string_view subject, absl::string_view plaintext);

  // nullopt: the key was destroyed, here or by another process, or is not there. DATA_LOSS
  // `SEALED_CONTENT_DAMAGED`: not what was sealed for the subject.
  absl::StatusOr<std::optional<std::string>> Open(absl::string_view subject,
                                                  absl::string_view sealed) const;

  // For good: the subject gets no second key. OK if it is destroyed already; UNAVAILABLE
  // `STORAGE_IO`: repeat it.
  absl::Status Destroy(absl::string_view subject) const;

 private:
  explicit SubjectKeys(KeyFiles files);

  const KeyFiles files_;
  const std::string run_;
  std::atomic<std::uint64_t> count_ = 0;
};

}  // namespace comity::journal
