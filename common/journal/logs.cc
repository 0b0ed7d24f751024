#include "common/journal/logs.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/journal/ledger_check.h"
#include "common/journal/rows.h"
#include "common/ledger/checkpoint.h"
#include "common/status/macros.h"

namespace comity::journal {
namespace {

namespace fs = std::filesystem;

// The length of what is before an origin's number; of all of it if there is none.
std::size_t BaseOf(absl::string_view origin) {
  const std::size_t slash = origin.rfind('/');
  std::int64_t number = 0;
  if (slash == absl::string_view::npos || !absl::SimpleAtoi(origin.substr(slash + 1), &number)) {
    return origin.size();
  }
  return slash;
}

absl::StatusOr<Log> LogOf(const rows::LogRow& row, std::string folder,
                          const ledger::NoteVerifier* log) {
  Log made{.number = row.number, .store_id = row.store_id, .folder = std::move(folder)};
  if (log != nullptr) {
    // The name stays as it is configured where that is this log's.
    const std::string& name = log->name();
    made.origin = NumberIn(name) == row.number ? name : OriginOf(name, row.number);
    COMITY_ASSIGN_OR_RETURN(const ledger::NoteVerifier verifier, log->Renamed(made.origin));
    made.vkey = verifier.vkey();
  }
  if (row.note.empty()) return made;
  COMITY_ASSIGN_OR_RETURN(const ledger::Note note, ledger::ParseNote(row.note));
  COMITY_ASSIGN_OR_RETURN(const ledger::Checkpoint head, ledger::ParseCheckpoint(note.text));
  made.closed = PublishedCheckpoint{
      .size = head.size, .root = head.root, .note = row.note, .publish_time = row.close_time};
  return made;
}

}  // namespace

std::int64_t NumberIn(absl::string_view origin) {
  const std::size_t base = BaseOf(origin);
  std::int64_t number = 1;
  if (base < origin.size()) (void)absl::SimpleAtoi(origin.substr(base + 1), &number);
  return number;
}

std::string OriginOf(absl::string_view origin, std::int64_t number) {
  return absl::StrCat(origin.substr(0, BaseOf(origin)), "/", number);
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
                                          const ledger::NoteVerifier* log) {
  COMITY_ASSIGN_OR_RETURN(std::vector<rows::LogRow> rows, rows::ReadLogs(sql));
  if (rows.empty()) {
    rows.push_back(
        {.number = log == nullptr ? 1 : NumberIn(log->name()), .store_id = head.store_id});
  }
  std::vector<Log> logs;
  logs.reserve(rows.size());
  for (const rows::LogRow& row : rows) {
    COMITY_ASSIGN_OR_RETURN(
        logs.emplace_back(),
        LogOf(row, logs.empty() ? publication : FolderOf(publication, row.number), log));
  }
  return logs;
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
