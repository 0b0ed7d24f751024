#include "common/journal/journal_turn.h"

#include <iterator>
#include <utility>

#include "common/journal/versions_hash.h"
#include "common/ledger/utf8.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::journal {
namespace {

// What an index entry can hold, with room.
constexpr std::size_t kMaxName = 1024;

// UTF-8 without NUL: what every engine stores.
bool IsText(absl::string_view name) {
  while (!name.empty()) {
    const auto point = ledger::ConsumeUtf8(name);
    if (!point || *point == 0) return false;
  }
  return true;
}

template <typename Row>
void Append(std::vector<Row>& rows, std::vector<Row>& more) {
  rows.insert(rows.end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

}  // namespace

absl::Status JournalTurn::Note(absl::Status status) {
  if (!status.ok() && failure_.ok()) failure_ = status;
  return status;
}

// Here, because what fails at the end of the batch costs the others theirs.
absl::Status JournalTurn::CheckName(absl::string_view name) {
  if (name.size() > kMaxName) {
    return Note(MakeError(absl::StatusCode::kInvalidArgument,
                          "The name of a resource is longer than 1,024 bytes; shorten it.",
                          {.reason = "RESOURCE_NAME_TOO_LONG"}));
  }
  if (IsText(name)) return absl::OkStatus();
  return Note(MakeError(absl::StatusCode::kInvalidArgument,
                        "The name of a resource holds a NUL or is not UTF-8; correct it.",
                        {.reason = "RESOURCE_NAME_NOT_TEXT"}));
}

storage::Connection& JournalTurn::sql() {
  if (!savepoint_) {
    savepoint_.emplace(storage::Savepoint::Begin(sql_));
    (void)Note(savepoint_->status());
  }
  return *sql_;
}

void JournalTurn::SetResource(absl::string_view name) {
  (void)CheckName(name);
  resource_ = std::string(name);
}

absl::Status JournalTurn::AddVersion(absl::string_view kind, absl::string_view id,
                                     std::optional<absl::string_view> body) {
  if (vouched_) {
    return Note(MakeError(absl::StatusCode::kInternal,
                          "A version was put after the entry that commits to what its mutation "
                          "put; add the entry after the last one.",
                          {.reason = "PUT_AFTER_ENTRY"}));
  }
  const auto ordinal = static_cast<int>(versions_.size());
  if (ordinal > rows::kMaxOrdinal) {
    return Note(MakeError(absl::StatusCode::kInvalidArgument,
                          "One request would change more than 1,048,576 resources; split it.",
                          {.reason = "TOO_MANY_CHANGES"}));
  }
  COMITY_RETURN_IF_ERROR(CheckName(kind));
  COMITY_RETURN_IF_ERROR(CheckName(id));
  versions_.push_back({.revision = numbers_.revision,
                       .ordinal = ordinal,
                       .kind = std::string(kind),
                       .id = std::string(id),
                       .body = body ? std::optional(std::string(*body)) : std::nullopt});
  return absl::OkStatus();
}

absl::Status JournalTurn::Put(absl::string_view kind, absl::string_view id,
                              absl::string_view body) {
  return AddVersion(kind, id, body);
}

absl::Status JournalTurn::Erase(absl::string_view kind, absl::string_view id) {
  return AddVersion(kind, id, std::nullopt);
}

absl::StatusOr<AddedLeaf> JournalTurn::AddLeaf(EntryBody entry) {
  entry.versions_sha256.reset();
  if (entry.kind == kMutationEntry) {
    VersionsHash hash;
    for (const Version& version : versions_) hash.Add(version);
    entry.versions_sha256 = hash.digest();
    vouched_ = true;
  }
  auto sealed =
      writer_->Seal(next_leaf_index(), numbers_.revision, numbers_.now, FormatEntry(entry));
  if (!sealed.ok()) return Note(sealed.status());
  entries_.push_back(*std::move(sealed));
  return AddedLeaf{entries_.back().leaf_index, entries_.back().commitment};
}

absl::StatusOr<std::string> JournalTurn::Seal(absl::string_view plaintext,
                                              absl::string_view context) {
  auto sealed = keys_->Seal(writer_->ExpiryOf(numbers_.now), plaintext, context);
  if (!sealed.ok()) return Note(sealed.status());
  return sealed;
}

absl::Status JournalTurn::Keep(Additions& additions) {
  Append(additions.versions, versions_);
  Append(additions.entries, entries_);
  if (!savepoint_) return absl::OkStatus();
  COMITY_RETURN_IF_ERROR(savepoint_->status());
  return (*savepoint_)->Release();
}

absl::Status JournalTurn::Undo() {
  if (!savepoint_) return absl::OkStatus();
  COMITY_RETURN_IF_ERROR(savepoint_->status());
  return (*savepoint_)->RollBack();
}

}  // namespace comity::journal
