#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/journal/entry_writer.h"
#include "common/journal/expiry_keys.h"
#include "common/journal/journal.h"
#include "common/journal/pruning_rows.h"

namespace comity::journal {

// Seals anew what a service must keep of what it sealed under keys that are about to go.
class Rewrapper {
 public:
  // Nothing is owned.
  Rewrapper(ExpiryKeys* keys, const std::set<std::string>* holds, absl::CivilMonth last,
            absl::CivilMonth current)
      : keys_(keys), holds_(holds), last_(last), current_(current) {}

  // Resources under hold.
  const std::set<std::string>& holds() const { return *holds_; }

  // `sealed` (Turn::Seal) under the key of the current month; nullopt if its key does not go now,
  // or went before. Errors of ExpiryKeys.
  absl::StatusOr<std::optional<std::string>> Rewrap(absl::string_view sealed,
                                                    absl::string_view context) const;

 private:
  ExpiryKeys* const keys_;
  const std::set<std::string>* const holds_;
  const absl::CivilMonth last_;
  const absl::CivilMonth current_;
};

// What is destroyed for good is destroyed this long after it was recorded that it will be: who sees
// that it is too early, because the clock is ahead, has so long to put it right.
inline constexpr absl::Duration kErasureDelay = absl::Hours(24);

// What a call pruned, and what it left waiting.
struct Pruned {
  std::vector<absl::CivilMonth> months;  // Whose keys are gone.
  std::int64_t entries = 0;              // That became unreadable.
  std::int64_t kept = 0;                 // That holds keep.

  // Whose keys will go at `due` if nothing changes until then.
  std::vector<absl::CivilMonth> condemned;
  absl::Time due = absl::InfiniteFuture();
  // Whose keys were to go and do not, or not yet: by the clock of now they are not over, or the log
  // was succeeded.
  std::vector<absl::CivilMonth> abandoned;
};

// Destroys the keys of months that are over, and with them bodies and salts of ledger entries and
// all else that was sealed under them (R6, EUDPR 88(2)); commitments stay, so every proof still
// verifies. In two steps, kErasureDelay apart: the intent and the deed. README.md follows one
// pruning through it.
//
// Of several processes over one store any may prune, also at the same time. Not thread-safe.
class Pruner {
 public:
  // Seals anew, with the rewrapper, what the service keeps of resources under hold. In the turn
  // that decides, on the writer thread: as Journal::Body. May be null.
  using Keep = std::function<absl::Status(Turn& turn, const Rewrapper& rewrapper)>;

  // `journal` is not owned; `expiry_key_directory` is that of its options.
  static absl::StatusOr<std::unique_ptr<Pruner>> Open(Journal* journal,
                                                      const std::string& expiry_key_directory,
                                                      Keep keep = nullptr);

  // Takes every step that is due: records the intent to destroy the keys of the months before that
  // of `now` (UTC), or destroys them if that was recorded kErasureDelay ago, or withdraws the
  // intent if by `now` their months are not over. Call it now and then. When it fails it may have
  // done a part; the next call does the rest.
  //
  // Errors of Journal::Mutate and of files; UNAVAILABLE `HOLDS_CHANGING`: holds were placed while
  // it looked for what they keep; DATA_LOSS `SEALED_CONTENT_DAMAGED`: whether an entry is held
  // cannot be told.
  absl::StatusOr<Pruned> Prune(absl::Time now);

  // Keys of months before that of `now` that are still there: 0, but for the first day after.
  absl::StatusOr<std::int64_t> Overdue(absl::Time now) const;

 private:
  struct HeldEntry {
    const Log* log;  // The journal's.
    std::int64_t leaf_index;
  };
  struct Scan {
    std::set<std::string> holds;
    std::vector<HeldEntry> held;
    rows::Pruning pruning;
  };

  Pruner(Journal* journal, std::unique_ptr<ExpiryKeys> keys, Keep keep)
      : journal_(journal),
        keys_(std::move(keys)),
        store_id_(journal->head().store_id),
        keep_(std::move(keep)) {}

  // Which entries the keys of `months` open, and which of them are held.
  absl::StatusOr<Scan> LookFor(std::vector<absl::CivilMonth> months, absl::CivilMonth current);
  absl::Status LookThroughLog(const Log& log, absl::CivilMonth current, Scan& scan);
  absl::Status LookThroughPage(const Log& log, absl::CivilMonth current, std::int64_t& next,
                               bool& more, Scan& scan);
  // Counts the entry, or adds it to those that are held.
  absl::Status Judge(const Log& log, const rows::SealedEntry& row, Scan& scan) const;
  absl::StatusOr<bool> IsHeld(const std::set<std::string>& holds, const Log& log,
                              const rows::SealedEntry& row) const;
  absl::Status RewrapEntries(const std::vector<HeldEntry>& held, absl::CivilMonth current);
  EntryWriter EntriesOf(const Log& log) const;
  absl::StatusOr<std::optional<rows::Pruning>> FindUnfinished() const;
  // Commits what `step` changes of the ledger.
  absl::Status Commit(absl::FunctionRef<absl::Status(Turn& turn)> step);

  // The steps; each commits nothing if another process was first.
  absl::Status Begin(const Scan& scan);
  absl::Status Abandon(const rows::Pruning& begun, Pruned& pruned);
  // From here on there is no way back. Nothing, too, if holds were placed since the scan.
  absl::Status Decide(const rows::Pruning& begun, const Scan& scan, absl::CivilMonth current);
  absl::Status Destroy(const rows::Pruning& decided, Pruned& pruned);

  Journal* const journal_;
  const std::unique_ptr<ExpiryKeys> keys_;
  const std::string store_id_;
  const Keep keep_;
};

}  // namespace comity::journal
