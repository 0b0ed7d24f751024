#include "common/journal/backup.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/crypto/encoding.h"
#include "common/journal/rows.h"
#include "common/journal/schema.h"
#include "common/journal/store_check.h"
#include "common/json/canonical.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "common/storage/migrations.h"
#include "common/storage/sqlite_connection.h"
#include "common/storage/sqlite_database.h"

namespace comity::journal {
namespace {

namespace fs = std::filesystem;

constexpr char kFormat[] = "comity.backup.v1";
constexpr char kManifest[] = "/backup.json";
constexpr char kDatabase[] = "/journal.db";

absl::Status Trouble(absl::string_view action, const std::string& path, int error) {
  return MakeError(
      absl::StatusCode::kUnavailable,
      absl::StrCat("Cannot ", action, " ", path, ": ", std::generic_category().message(error),
                   "; check its owner and the room on the volume."),
      {.reason = "STORAGE_IO"});
}

// A folder that is made beside `target` and takes its name once it is complete; gone otherwise.
class NewFolder {
 public:
  static absl::StatusOr<NewFolder> Begin(std::string target) {
    target = std::string(absl::StripSuffix(target, "/"));
    std::error_code error;
    if (fs::exists(target, error) && !fs::is_empty(target, error)) {
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("The folder ", target,
                                    " is not empty; name another one, or move its files away."),
                       {.reason = "FOLDER_NOT_EMPTY"});
    }
    std::string path = absl::StrCat(target, ".partial-XXXXXX");
    if (mkdtemp(path.data()) == nullptr) return Trouble("make", path, errno);
    return NewFolder(std::move(target), std::move(path));
  }

  ~NewFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  NewFolder(NewFolder&& other) noexcept
      : target_(std::move(other.target_)), path_(std::exchange(other.path_, "")) {}
  NewFolder& operator=(NewFolder&&) = delete;

  const std::string& path() const { return path_; }

  absl::Status Finish() {
    COMITY_RETURN_IF_ERROR(storage::SyncDirectory(path_));
    if (rename(path_.c_str(), target_.c_str()) != 0) return Trouble("make", target_, errno);
    path_.clear();
    const fs::path parent = fs::path(target_).parent_path();
    return storage::SyncDirectory(parent.empty() ? "." : parent.string());
  }

 private:
  NewFolder(std::string target, std::string path)
      : target_(std::move(target)), path_(std::move(path)) {}

  std::string target_;
  std::string path_;
};

// Says so in the copy itself, whatever way it takes to where it is opened.
absl::Status MarkCopy(const std::string& path, absl::Time now) {
  // With a rollback journal: the copy stays one file.
  COMITY_ASSIGN_OR_RETURN(
      const auto connection,
      storage::SqliteConnection::Open(
          path, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;", /*busy_millis=*/0));
  // Its service may be of an earlier release.
  COMITY_RETURN_IF_ERROR(storage::Migrate(*connection, "journal", JournalMigrations(), now));
  COMITY_ASSIGN_OR_RETURN(auto transaction, storage::Transaction::Begin(connection.get()));
  COMITY_RETURN_IF_ERROR(rows::MarkCopy(*connection, now));
  COMITY_RETURN_IF_ERROR(storage::RequireReader(*connection, "journal", kSuccessionVersion));
  return transaction.Commit();
}

// The log's name, from the first line of its last checkpoint.
absl::StatusOr<std::string> OriginIn(const std::string& directory) {
  COMITY_ASSIGN_OR_RETURN(const auto database,
                          storage::OpenSqliteReadOnly({.directory = directory}));
  COMITY_ASSIGN_OR_RETURN(const auto last, rows::FindLastCheckpoint(database->writer()));
  return last ? last->note.substr(0, last->note.find('\n')) : "";
}

// Fills in size and digest of the database in `folder`.
absl::Status Measure(const std::string& folder, BackupManifest& manifest) {
  const std::string path = absl::StrCat(folder, kDatabase);
  std::ifstream file(path, std::ios::binary);
  crypto::Sha256Stream digest;
  std::vector<char> buffer(std::size_t{1} << 20);
  while (true) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    digest.Update({buffer.data(), static_cast<std::size_t>(file.gcount())});
    manifest.size += file.gcount();
    if (file.eof()) break;
    if (!file) return Trouble("read", path, EIO);
  }
  manifest.sha256 = digest.Peek();
  return absl::OkStatus();
}

std::string Format(const BackupManifest& manifest) {
  return absl::StrCat(
      json::Canonical({{"backup_time", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", manifest.backup_time,
                                                        absl::UTCTimeZone())},
                       {"entries", manifest.entries},
                       {"format", kFormat},
                       {"origin", manifest.origin},
                       {"revision", manifest.revision},
                       {"root", crypto::Hex(crypto::View(manifest.root))},
                       {"sha256", crypto::Hex(crypto::View(manifest.sha256))},
                       {"size", manifest.size},
                       {"store_id", manifest.store_id}}),
      "\n");
}

absl::Status Damaged(absl::string_view why) {
  return MakeError(absl::StatusCode::kDataLoss,
                   absl::StrCat("The backup is not what was made: ", why, "; take another one."),
                   {.reason = "BACKUP_DAMAGED"});
}

// What is in the folder of a backup: all of it is in the database or made of it.
absl::StatusOr<BackupManifest> ManifestOf(const std::string& folder, const StoreReport& report) {
  if (!report.copied) return Damaged("the database is not marked as a copy");
  BackupManifest manifest{.store_id = report.head.store_id,
                          .revision = report.head.revision,
                          .entries = report.head.leaf_count,
                          .root = report.root,
                          .backup_time = *report.copied};
  COMITY_ASSIGN_OR_RETURN(manifest.origin, OriginIn(folder));
  COMITY_RETURN_IF_ERROR(Measure(folder, manifest));
  return manifest;
}

std::string FirstOf(const StoreReport& report) {
  return report.findings.empty() ? "" : report.findings.front().where;
}

}  // namespace

absl::StatusOr<BackupManifest> BackUp(const std::string& directory, const std::string& to,
                                      const Clock& clock,
                                      const std::vector<const RowsCheck*>& rows) {
  COMITY_ASSIGN_OR_RETURN(NewFolder folder, NewFolder::Begin(to));
  const std::string copy = absl::StrCat(folder.path(), kDatabase);
  COMITY_RETURN_IF_ERROR(storage::CopySqlite({.directory = directory}, copy));
  COMITY_RETURN_IF_ERROR(MarkCopy(copy, absl::FromUnixSeconds(absl::ToUnixSeconds(clock.Now()))));

  COMITY_ASSIGN_OR_RETURN(const StoreReport report,
                          CheckStore({.directory = folder.path(), .rows = rows}));
  if (!report.ok()) {
    return MakeError(absl::StatusCode::kDataLoss,
                     absl::StrCat("The store is not as it was written (", FirstOf(report),
                                  " first), and no backup was made; see comity admin check."),
                     {.reason = "STORE_DAMAGED"});
  }
  COMITY_ASSIGN_OR_RETURN(const BackupManifest manifest, ManifestOf(folder.path(), report));
  COMITY_RETURN_IF_ERROR(
      storage::WriteFileAtomically(absl::StrCat(folder.path(), kManifest), Format(manifest)));
  COMITY_RETURN_IF_ERROR(folder.Finish());
  return manifest;
}

absl::StatusOr<BackupManifest> Restore(const std::string& from, const std::string& directory,
                                       const std::vector<const RowsCheck*>& rows) {
  const auto text = storage::ReadFile(absl::StrCat(from, kManifest));
  if (absl::IsNotFound(text.status())) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("There is no backup in ", from,
                                  ": a folder that comity admin backup completed has backup.json."),
                     {.reason = "BACKUP_MISSING"});
  }
  COMITY_RETURN_IF_ERROR(text.status());
  COMITY_ASSIGN_OR_RETURN(const StoreReport report, CheckStore({.directory = from, .rows = rows}));
  if (!report.ok()) return Damaged(absl::StrCat("of its content, ", FirstOf(report), " is wrong"));
  COMITY_ASSIGN_OR_RETURN(const BackupManifest found, ManifestOf(from, report));
  if (Format(found) != *text) return Damaged("backup.json speaks of another database");

  COMITY_ASSIGN_OR_RETURN(NewFolder folder, NewFolder::Begin(directory));
  COMITY_RETURN_IF_ERROR(
      storage::CopySqlite({.directory = from}, absl::StrCat(folder.path(), kDatabase)));
  COMITY_RETURN_IF_ERROR(folder.Finish());
  return found;
}

}  // namespace comity::journal
