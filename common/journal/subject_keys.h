#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
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

  // Makes the keys that `subjects` lack, for who will seal for many: their folder is synced once. A
  // key that nothing is sealed with says nothing and stays for when something is. Errors of the
  // files.
  absl::Status Prepare(const std::vector<std::string>& subjects);

  // Encrypts (AES-256-GCM) for `subject`, whose key is made and synced before its first use; bound
  // to it. FAILED_PRECONDITION `SUBJECT_ERASED`: the key was destroyed. Errors of the files.
  //
  // Form: version 2 (1 byte), process run (16, random), count (8, big endian), ciphertext, tag
  // (16); key and nonce as in expiry_keys.h.
  absl::StatusOr<std::string> Seal(absl::string_view subject, absl::string_view plaintext);

  // nullopt: the key was destroyed, here or by another process, which only its empty file says (or
  // that it was moved aside for that). DATA_LOSS `SUBJECT_KEY_MISSING`: there is neither key nor
  // empty file; `SEALED_CONTENT_DAMAGED`: not what was sealed for the subject.
  absl::StatusOr<std::optional<std::string>> Open(absl::string_view subject,
                                                  absl::string_view sealed) const;

  // For good: the subject gets no second key. False if it was destroyed already; UNAVAILABLE
  // `STORAGE_IO`: repeat it.
  absl::StatusOr<bool> Destroy(absl::string_view subject) const;

  // The key's file, without its folder: it names no subject, and is the same in every backup.
  static std::string FileOf(absl::string_view subject);

 private:
  explicit SubjectKeys(KeyFiles files);

  // "" if it was destroyed. As Read of the files, but DATA_LOSS if there is none.
  absl::StatusOr<std::string> Read(const std::string& file) const;
  // Whether a process began to destroy it, and has not come to the end.
  bool IsAside(const std::string& file) const;

  const KeyFiles files_;
  const std::string run_;
  std::atomic<std::uint64_t> count_ = 0;
  absl::Mutex mutex_;
  // Files whose name this process knows to be on the medium: synced once, not at every use.
  absl::flat_hash_set<std::string> synced_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace comity::journal
