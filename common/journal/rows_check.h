#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/journal/expiry_keys.h"
#include "common/journal/rows.h"
#include "common/journal/types.h"
#include "common/json/canonical.h"
#include "common/storage/connection.h"
#include "common/storage/database.h"

namespace comity::journal {

// A member of an object that is a text; "" otherwise.
std::string TextIn(const json::Json& object, absl::string_view member);

// An entry as a check of rows finds it.
struct FoundEntry {
  enum class State {
    kMissing,  // There is none with this index and time.
    kUnread,   // Its key is gone or not at hand.
    kOpened,
  };

  State state = State::kMissing;
  std::string place;  // "entry 17", "entry 17 of log 1".
  std::int64_t leaf_index = 0;
  std::int64_t revision = 0;
  absl::Time commit_time = absl::UnixEpoch();
  json::Json body;  // Of an opened one; null if it is no canonical JSON.

  // Of the body, as TextIn.
  std::string Text(absl::string_view member) const { return TextIn(body, member); }
  // `detail`; null if there is none.
  json::Json Detail() const;
};

// One committed state of a store, as far as it can be opened. Not thread-safe.
class StoreView {
 public:
  // Nothing is owned; `keys` may be null.
  StoreView(storage::Connection* sql, ExpiryKeys* keys, std::int64_t revision,
            const std::vector<Log>* logs)
      : sql_(*sql), keys_(keys), revision_(revision), logs_(*logs) {}

  storage::Connection& sql() { return sql_; }

  // The entry of whichever log.
  absl::StatusOr<FoundEntry> FindEntry(std::int64_t leaf_index, absl::Time commit_time);
  // Those that can be opened, oldest first.
  absl::Status ForEachEntry(absl::FunctionRef<absl::Status(const FoundEntry&)> see);

  // The latest versions of the resources of `kind` that were not erased.
  absl::Status ForEachResource(absl::string_view kind,
                               absl::FunctionRef<absl::Status(const Version&)> see);
  absl::StatusOr<std::optional<Version>> FindResource(absl::string_view kind, absl::string_view id);

  // As Journal::Unseal; nullopt also if no keys are at hand.
  absl::StatusOr<std::optional<std::string>> Unseal(absl::string_view sealed,
                                                    absl::string_view context);

 private:
  FoundEntry Open(const Log& log, const rows::SealedEntry& row) const;

  storage::Connection& sql_;
  ExpiryKeys* const keys_;
  const std::int64_t revision_;
  const std::vector<Log>& logs_;
};

// What became of a service's rows.
struct RowsReport {
  std::int64_t compared = 0;    // As the entry or version says that they were made with.
  std::int64_t uncompared = 0;  // Nothing that can be read says what they were.
  // Takes what is wrong: where ("documents/...") and a sentence without content.
  std::function<void(std::string where, std::string what)> find;
};

// What a service knows of the tables that are its own, for CheckStore: what ought to be in them by
// the feed and the ledger. A service that keeps all it decides in versions needs none.
class RowsCheck {
 public:
  virtual ~RowsCheck() = default;

  // Whether the store is of this service, with tables as this program knows them. DATA_LOSS: it is,
  // and one of them is gone.
  virtual absl::StatusOr<bool> Knows(storage::Database& database) const = 0;

  // Compares. DATA_LOSS: the rest could not be read.
  virtual absl::Status Check(StoreView& store, RowsReport& report) const = 0;
};

}  // namespace comity::journal
