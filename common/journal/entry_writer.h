#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/journal/expiry_keys.h"
#include "common/journal/rows.h"
#include "common/journal/types.h"

namespace comity::journal {

// Turns bodies of ledger entries into salted commitments and sealed rows, and back. Thread-safe.
class EntryWriter {
 public:
  // Entries longer than this are refused: INVALID_ARGUMENT `LEAF_TOO_LARGE`.
  static constexpr std::size_t kMaxBody = std::size_t{1} << 20;

  // `keys` is not owned.
  EntryWriter(ExpiryKeys* keys, std::string store_id, int expiry_months)
      : keys_(keys), store_id_(std::move(store_id)), expiry_months_(expiry_months) {}

  // The month in which what is committed at `commit_time` expires (UTC).
  absl::CivilMonth ExpiryOf(absl::Time commit_time) const;

  // The row of entry `leaf_index`; `revision` is 0 if it belongs to no mutation.
  absl::StatusOr<rows::SealedEntry> Seal(std::int64_t leaf_index, std::int64_t revision,
                                         absl::Time commit_time, absl::string_view body) const;

  // Entries, opened as far as their keys are there. DATA_LOSS `SEALED_CONTENT_DAMAGED`.
  absl::StatusOr<std::vector<Entry>> Open(const std::vector<rows::SealedEntry>& rows) const;
  absl::StatusOr<Entry> Open(const rows::SealedEntry& row) const;

  // What Open opened, sealed anew under the key of `month`.
  absl::StatusOr<std::string> SealAnew(const Entry& opened, absl::CivilMonth month) const;

 private:
  // What a sealed row is bound to, so that rows cannot be exchanged.
  std::string ContextOf(std::int64_t leaf_index) const;

  ExpiryKeys* const keys_;
  const std::string store_id_;
  const int expiry_months_;
};

}  // namespace comity::journal
