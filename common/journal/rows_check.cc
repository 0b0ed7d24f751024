#include "common/journal/rows_check.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/journal/entry_writer.h"
#include "common/journal/logs.h"
#include "common/ledger/hash.h"
#include "common/status/macros.h"

namespace comity::journal {
namespace {

constexpr std::size_t kChunk = 1000;

bool Before(const CommittedVersion& a, const CommittedVersion& b) {
  return std::tie(a.version.kind, a.version.id) < std::tie(b.version.kind, b.version.id);
}

}  // namespace

std::string TextIn(const json::Json& object, absl::string_view member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

json::Json FoundEntry::Detail() const {
  const auto found = body.find("detail");
  return found != body.end() && found->is_object() ? *found : json::Json();
}

FoundEntry StoreView::Open(const Log& log, const rows::SealedEntry& row) const {
  FoundEntry found{
      .state = FoundEntry::State::kUnread,
      .place = PlaceOf(log, row.leaf_index),
      .leaf_index = row.leaf_index,
      .revision = row.revision,
      .commit_time = row.commit_time,
  };
  if (keys_ == nullptr) return found;
  const absl::StatusOr<Entry> entry =
      EntryWriter(keys_, log.store_id, /*expiry_months=*/1).Open(row);
  // One that is damaged is a finding already, and says nothing of rows.
  if (!entry.ok() || !entry->body ||
      ledger::Commitment(*entry->salt, *entry->body) != row.commitment) {
    return found;
  }
  found.state = FoundEntry::State::kOpened;
  auto body = json::ParseCanonical(*entry->body);
  if (body.ok()) found.body = *std::move(body);
  return found;
}

absl::StatusOr<FoundEntry> StoreView::FindEntry(std::int64_t leaf_index, absl::Time commit_time) {
  for (auto log = logs_.rbegin(); log != logs_.rend(); ++log) {
    COMITY_ASSIGN_OR_RETURN(const auto rows, ReadSealed(sql_, *log, leaf_index, 1));
    if (rows.empty() || rows.front().leaf_index != leaf_index) continue;
    if (rows.front().commit_time == commit_time) return Open(*log, rows.front());
  }
  return FoundEntry{};
}

absl::Status StoreView::ForEachEntry(absl::FunctionRef<absl::Status(const FoundEntry&)> see) {
  if (keys_ == nullptr) return absl::OkStatus();
  for (const Log& log : logs_) {
    std::int64_t next = 0;
    while (true) {
      COMITY_ASSIGN_OR_RETURN(const auto chunk, ReadSealed(sql_, log, next, kChunk));
      for (const rows::SealedEntry& row : chunk) {
        const FoundEntry entry = Open(log, row);
        if (entry.state == FoundEntry::State::kOpened) COMITY_RETURN_IF_ERROR(see(entry));
        next = row.leaf_index + 1;
      }
      if (chunk.size() < kChunk) break;
    }
  }
  return absl::OkStatus();
}

absl::Status StoreView::ForEachResource(absl::string_view kind,
                                        absl::FunctionRef<absl::Status(const Version&)> see) {
  std::string id;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(auto part, rows::ReadStateAt(sql_, revision_, kind, id, kChunk));
    std::sort(part.begin(), part.end(), Before);
    for (const CommittedVersion& one : part) {
      if (one.version.kind != kind) return absl::OkStatus();
      if (one.version.body) COMITY_RETURN_IF_ERROR(see(one.version));
      id = one.version.id;
    }
    if (part.size() < kChunk) return absl::OkStatus();
  }
}

absl::StatusOr<std::optional<Version>> StoreView::FindResource(absl::string_view kind,
                                                               absl::string_view id) {
  return rows::FindVersionAt(sql_, kind, id, revision_);
}

absl::StatusOr<std::optional<std::string>> StoreView::Unseal(absl::string_view sealed,
                                                             absl::string_view context) {
  if (keys_ == nullptr) return std::optional<std::string>();
  return keys_->Open(sealed, context);
}

}  // namespace comity::journal
