#include "common/storage/sqlite_database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "common/storage/sqlite_connection.h"

namespace comity::storage {
namespace {

// The limit on the log file makes SQLite shorten it after a checkpoint. 4,000 pages between
// checkpoints cost 16 MB and save rewriting hot pages of the tree.
constexpr char kWriterSetup[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA secure_delete = ON;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA journal_size_limit = 67108864;"
    "PRAGMA wal_autocheckpoint = 4000;";

int BusyMillis(const SqliteOptions& options) {
  return static_cast<int>(absl::ToInt64Milliseconds(options.busy_timeout));
}

std::string PathOf(const SqliteOptions& options) {
  return absl::StrCat(options.directory, "/", options.file_name);
}

absl::StatusOr<std::unique_ptr<SqliteConnection>> OpenReadOnly(const SqliteOptions& options) {
  const std::string path = PathOf(options);
  if (access(path.c_str(), F_OK) != 0) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("There is no database ", path,
                                  "; name the folder of a store that a service has made."),
                     {.reason = "STORE_MISSING"});
  }
  return SqliteConnection::OpenReadOnly(path, "PRAGMA cell_size_check = ON;", BusyMillis(options));
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(DirectoryLock lock, std::string path, const SqliteOptions& options,
                 std::unique_ptr<SqliteConnection> writer)
      : lock_(std::move(lock)),
        path_(std::move(path)),
        idle_limit_(static_cast<std::size_t>(options.idle_readers)),
        busy_millis_(BusyMillis(options)),
        writer_(std::move(writer)) {
    writer_->ShareTurns(&turns_, options.busy_timeout);
  }

  Connection& writer() override { return *writer_; }

  absl::StatusOr<std::unique_ptr<Connection>> OpenWriter(absl::Duration patience) override {
    COMITY_ASSIGN_OR_RETURN(
        std::unique_ptr<SqliteConnection> further,
        SqliteConnection::Open(path_, kWriterSetup,
                               static_cast<int>(absl::ToInt64Milliseconds(patience))));
    further->ShareTurns(&turns_, patience);
    return further;
  }

 protected:
  absl::StatusOr<std::unique_ptr<Connection>> TakeReader() override {
    {
      absl::MutexLock lock(&mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Connection> reader = std::move(idle_.back());
        idle_.pop_back();
        return reader;
      }
    }
    return SqliteConnection::Open(path_, "PRAGMA query_only = ON; PRAGMA cell_size_check = ON;",
                                  busy_millis_);
  }

  void GiveReaderBack(std::unique_ptr<Connection> reader) override {
    absl::MutexLock lock(&mutex_);
    if (idle_.size() < idle_limit_) idle_.push_back(std::move(reader));
  }

 private:
  // Declared first: given up last, when all connections are closed.
  const DirectoryLock lock_;
  const std::string path_;
  const std::size_t idle_limit_;
  const int busy_millis_;
  WriteTurns turns_;
  const std::unique_ptr<SqliteConnection> writer_;

  absl::Mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
};

// Reads what another process may be writing.
class SqliteReader final : public Database {
 public:
  SqliteReader(SqliteOptions options, std::unique_ptr<SqliteConnection> first)
      : options_(std::move(options)), first_(std::move(first)) {}

  Connection& writer() override { return *first_; }

  absl::StatusOr<std::unique_ptr<Connection>> OpenWriter(absl::Duration) override {
    return MakeError(absl::StatusCode::kUnavailable,
                     "The database was opened for reading; nothing is written to it.",
                     {.reason = "STORAGE_READ_ONLY"});
  }

 protected:
  absl::StatusOr<std::unique_ptr<Connection>> TakeReader() override {
    return OpenReadOnly(options_);
  }
  void GiveReaderBack(std::unique_ptr<Connection> reader) override { reader.reset(); }

 private:
  const SqliteOptions options_;
  const std::unique_ptr<SqliteConnection> first_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenSqliteReadOnly(const SqliteOptions& options) {
  COMITY_ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> first, OpenReadOnly(options));
  return std::make_unique<SqliteReader>(options, std::move(first));
}

absl::StatusOr<std::vector<std::string>> FindSqliteDamage(const SqliteOptions& options) {
  COMITY_ASSIGN_OR_RETURN(const auto connection, OpenReadOnly(options));
  COMITY_ASSIGN_OR_RETURN(const auto check, connection->Prepare("PRAGMA integrity_check"));
  std::vector<std::string> damage;
  while (true) {
    COMITY_ASSIGN_OR_RETURN(const bool row, check->Step());
    if (!row) return damage;
    if (check->Text(0) != "ok") damage.emplace_back(check->Text(0));
  }
}

absl::Status CopySqlite(const SqliteOptions& options, const std::string& path) {
  COMITY_ASSIGN_OR_RETURN(const auto connection, OpenReadOnly(options));
  COMITY_ASSIGN_OR_RETURN(const auto copy, connection->Prepare("VACUUM INTO ?1"));
  // Synced as its source is, at the default synchronous=FULL.
  return copy->BindText(1, path).Run();
}

absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const SqliteOptions& options) {
  COMITY_RETURN_IF_ERROR(MakePrivateDirectory(options.directory));
  COMITY_ASSIGN_OR_RETURN(DirectoryLock lock, DirectoryLock::Acquire(options.directory));

  const std::string path = PathOf(options);
  // Made here, because SQLite would make it readable to all; its -wal and -shm take the rights
  // over.
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const bool usable = file >= 0 && fchmod(file, 0600) == 0;
  if (file >= 0) close(file);
  if (!usable) {
    return MakeError(
        absl::StatusCode::kUnavailable,
        absl::StrCat("Cannot open the database ", path, "; check that the service's user owns it."),
        {.reason = "STORAGE_IO"});
  }

  std::string setup = absl::StrCat(kWriterSetup, "PRAGMA cache_size = -65536;");
  if (options.max_pages > 0)
    absl::StrAppend(&setup, "PRAGMA max_page_count = ", options.max_pages, ";");
  COMITY_ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> writer,
                          SqliteConnection::Open(path, setup, BusyMillis(options)));
  // Where a sync failed before, the log reads well but may not be on the medium, and no later sync
  // says so: what is built on it would be lost with it. So what it holds is written again, to the
  // database. A full volume may be read and filled no further.
  if (absl::Status moved = writer->Execute("PRAGMA wal_checkpoint(TRUNCATE)");
      !moved.ok() && !absl::IsResourceExhausted(moved)) {
    return moved;
  }
  COMITY_RETURN_IF_ERROR(SyncDirectory(options.directory));
  return std::make_unique<SqliteDatabase>(std::move(lock), path, options, std::move(writer));
}

}  // namespace comity::storage
