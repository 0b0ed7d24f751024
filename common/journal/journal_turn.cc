#include "common/journal/journal_turn.h"

#include <optional>
#include <utility>

#include "common/journal/rows.h"
#include "common/status/error.h"

namespace comity::journal {
namespace {

// What an index entry can hold, with room.
constexpr std::size_t kMaxName = 1024;

}  // namespace

absl::Status JournalTurn::Note(absl::Status status) {
  if (!status.ok() && failure_.ok()) failure_ = status;
  return status;
}

absl::Status JournalTurn::AddVersion(absl::string_view kind, absl::string_view id,
                                     std::optional<absl::string_view> body) {
  if (next_ordinal_ > rows::kMaxOrdinal) {
    return Note(MakeError(absl::StatusCode::kInvalidArgument,
                          "One request would change more than 1,048,576 resources; split it.",
                          {.reason = "TOO_MANY_CHANGES"}));
  }
  if (kind.size() + id.size() > kMaxName) {
    return Note(MakeError(absl::StatusCode::kInvalidArgument,
                          "The name of a resource is longer than 1,024 bytes; shorten it.",
                          {.reason = "RESOURCE_NAME_TOO_LONG"}));
  }
  return Note(rows::InsertVersion(*sql_, numbers_.revision, next_ordinal_++, kind, id, body));
}

absl::Status JournalTurn::Put(absl::string_view kind, absl::string_view id,
                              absl::string_view body) {
  return AddVersion(kind, id, body);
}

absl::Status JournalTurn::Erase(absl::string_view kind, absl::string_view id) {
  return AddVersion(kind, id, std::nullopt);
}

absl::StatusOr<AddedLeaf> JournalTurn::AddLeaf(absl::string_view body) {
  auto leaf = entries_->Write(*sql_, next_leaf_index(), numbers_.revision, numbers_.now, body);
  if (!leaf.ok()) return Note(leaf.status());
  commitments_.push_back(leaf->commitment);
  return leaf;
}

absl::StatusOr<std::string> JournalTurn::Seal(absl::string_view plaintext,
                                              absl::string_view context) {
  auto sealed = keys_->Seal(entries_->ExpiryOf(numbers_.now), plaintext, context);
  if (!sealed.ok()) return Note(sealed.status());
  return sealed;
}

}  // namespace comity::journal
