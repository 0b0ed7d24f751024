#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/journal/additions.h"
#include "common/journal/entry_writer.h"
#include "common/journal/expiry_keys.h"
#include "common/journal/rows.h"
#include "common/journal/turn.h"
#include "common/journal/types.h"
#include "common/storage/connection.h"

namespace comity::journal {

// The numbers of one mutation.
struct TurnNumbers {
  absl::Time now;
  std::int64_t revision = 0;
  std::int64_t first_leaf = 0;
};

// A turn that gathers rows. Not thread-safe.
class JournalTurn final : public Turn {
 public:
  // Nothing is owned.
  JournalTurn(storage::Connection* sql, const EntryWriter* writer, ExpiryKeys* keys,
              const std::string* store_id, const TurnNumbers& numbers)
      : sql_(sql), writer_(writer), keys_(keys), store_id_(store_id), numbers_(numbers) {}

  absl::Time now() const override { return numbers_.now; }
  std::int64_t revision() const override { return numbers_.revision; }
  const std::string& store_id() const override { return *store_id_; }
  std::int64_t next_leaf_index() const override {
    return numbers_.first_leaf + static_cast<std::int64_t>(entries_.size());
  }
  storage::Connection& sql() override;
  absl::Status Put(absl::string_view kind, absl::string_view id, absl::string_view body) override;
  absl::Status Erase(absl::string_view kind, absl::string_view id) override;
  absl::StatusOr<AddedLeaf> AddLeaf(EntryBody entry) override;
  absl::StatusOr<std::string> Seal(absl::string_view plaintext, absl::string_view context) override;
  void SetResource(absl::string_view name) override;
  void ChangeNothing() override { unchanged_ = true; }

  // The first failure of a call on the turn, which a body may have overlooked.
  const absl::Status& failure() const { return failure_; }

  const std::vector<rows::SealedEntry>& entries() const { return entries_; }
  const std::string& resource() const { return resource_; }
  bool unchanged() const { return unchanged_; }

  // One of these ends the turn. Keep leaves what was done by sql(), and hands over the rows; Undo
  // leaves nothing. On failure the whole transaction is lost.
  absl::Status Keep(Additions& additions);
  absl::Status Undo();

 private:
  absl::Status AddVersion(absl::string_view kind, absl::string_view id,
                          std::optional<absl::string_view> body);
  absl::Status CheckName(absl::string_view name);
  absl::Status Note(absl::Status status);

  storage::Connection* const sql_;
  const EntryWriter* const writer_;
  ExpiryKeys* const keys_;
  const std::string* const store_id_;
  const TurnNumbers numbers_;

  // Taken by the first call of sql(): most bodies need none.
  std::optional<absl::StatusOr<storage::Savepoint>> savepoint_;
  std::vector<Version> versions_;
  bool vouched_ = false;  // An entry commits to them.
  std::vector<rows::SealedEntry> entries_;
  std::string resource_;
  bool unchanged_ = false;
  absl::Status failure_;
};

}  // namespace comity::journal
