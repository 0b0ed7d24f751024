#include "common/journal/logs.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/journal/ledger_check.h"
#include "common/ledger/checkpoint.h"
#include "common/status/macros.h"

namespace comity::journal {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<Log> LogOf(const rows::LogRow& row, std::string folder,
                          absl::Span<const ledger::NoteVerifier> keys) {
  Log made{.number = row.number, .store_id = row.store_id, .folder = std::move(folder)};
  if (!keys.empty()) {
    // The name stays as it is configured where that is this log's.
    const std::string& name = keys.front().name();
    made.origin = ParseOrigin(name).number == row.number ? name : OriginOf(name, row.number);
    COMITY_ASSIGN_OR_RETURN(made.keys, ledger::Renamed(keys, made.origin));
  }
  if (row.note.empty()) return made;
  COMITY_ASSIGN_OR_RETURN(const ledger::Note note, ledger::ParseNote(row.note));
  // Keys may have changed since.
  const auto strange = [&](const auto& key) { return !ledger::VerifyNote(note, {key}).ok(); };
  made.keys.erase(std::remove_if(made.keys.begin(), made.keys.end(), strange), made.keys.end());
  COMITY_ASSIGN_OR_RETURN(const ledger::Checkpoint head, ledger::ParseCheckpoint(note.text));
  made.closed = PublishedCheckpoint{
      .size = head.size, .root = head.root, .note = row.note, .publish_time = row.close_time};
  return made;
}

}  // namespace

Origin ParseOrigin(absl::string_view origin) {
  const std::size_t slash = origin.rfind('/');
  std::int64_t number = 0;
  if (slash == absl::string_view::npos || !absl::SimpleAtoi(origin.substr(slash + 1), &number)) {
    return {.base = origin};
  }
  return {.base = origin.substr(0, slash), .number = number};
}

std::string OriginOf(absl::string_view origin, std::int64_t number) {
  return absl::StrCat(ParseOrigin(origin).base, "/", number);
}

std::string FolderOf(const std::string& publication, std::int64_t number) {
  return absl::StrCat(publication, "/", number);
}

std::vector<std::int64_t> NumbersIn(const std::string& publication) {
  std::vector<std::int64_t> numbers;
  std::error_code error;
  for (fs::directory_iterator entry(publication, error), end; !error && entry != end;
       entry.increment(error)) {
    std::int64_t number = 0;
    if (!absl::SimpleAtoi(entry->path().filename().string(), &number)) continue;
    if (fs::is_directory(entry->path(), error)) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

absl::StatusOr<std::vector<Log>> LoadLogs(storage::Connection& sql, const Head& head,
                                          const std::string& publication,
                                          absl::Span<const ledger::NoteVerifier> keys) {
  COMITY_ASSIGN_OR_RETURN(std::vector<rows::LogRow> rows, rows::ReadLogs(sql));
  if (rows.empty()) {
    rows.push_back({.number = keys.empty() ? 1 : ParseOrigin(keys.front().name()).number,
                    .store_id = head.store_id});
  }
  std::vector<Log> logs;
  logs.reserve(rows.size());
  for (const rows::LogRow& row : rows) {
    COMITY_ASSIGN_OR_RETURN(
        logs.emplace_back(),
        LogOf(row, logs.empty() ? publication : FolderOf(publication, row.number), keys));
  }
  return logs;
}

std::string PlaceOf(const Log& log, std::int64_t leaf_index) {
  return absl::StrCat("entry ", leaf_index, log.closed ? absl::StrCat(" of log ", log.number) : "");
}

absl::StatusOr<std::vector<rows::SealedEntry>> ReadSealed(storage::Connection& sql, const Log& log,
                                                          std::int64_t first, std::size_t limit) {
  return log.closed ? rows::ReadClosedEntries(sql, log.number, first, limit)
                    : rows::ReadEntries(sql, first, limit);
}

absl::Status CheckLast(const Log& log, const std::string& publication) {
  for (const std::int64_t number : NumbersIn(publication)) {
    // A folder alone is kept by a succession that did not come about.
    if (number > log.number && fs::exists(FolderOf(publication, number) + "/checkpoint")) {
      return LedgerBehind(
          absl::StrCat("log ", number, " was published and this is log ", log.number));
    }
  }
  return absl::OkStatus();
}

}  // namespace comity::journal
