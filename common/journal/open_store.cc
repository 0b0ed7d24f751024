#include "common/journal/open_store.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/crypto/random.h"
#include "common/journal/pruning_rows.h"
#include "common/journal/schema.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "common/storage/migrations.h"
#include "common/storage/postgres_database.h"
#include "common/storage/sqlite_database.h"

namespace comity::journal {
namespace {

constexpr std::size_t kStoreIdBytes = 16;

absl::Status Validate(const Options& options) {
  const char* missing = nullptr;
  if (options.directory.empty() == options.database.empty()) missing = "directory or database";
  if (options.expiry_key_directory.empty()) missing = "expiry_key_directory";
  if (options.publication_directory.empty()) missing = "publication_directory";
  if (!options.signer) missing = "signer";
  if (options.clock == nullptr) missing = "clock";
  if (options.expiry_months < 1) missing = "expiry_months";
  if (options.queue_limit < 1) missing = "queue_limit";
  if (options.batch_limit < 1) missing = "batch_limit";
  if (missing != nullptr) {
    return MakeError(
        absl::StatusCode::kInvalidArgument,
        absl::StrCat("The journal's option ", missing, " is not set, or set twice; set it."),
        {.reason = "JOURNAL_OPTIONS"});
  }
  // Keys and checkpoints guard against what happens to the database: a backup of it that has them
  // too is worth nothing.
  if (options.directory.empty()) return absl::OkStatus();
  for (const std::string& apart : {options.expiry_key_directory, options.publication_directory}) {
    const auto relative = std::filesystem::weakly_canonical(apart).lexically_relative(
        std::filesystem::weakly_canonical(options.directory));
    if (!relative.empty() && *relative.begin() != "..") {
      return MakeError(
          absl::StatusCode::kInvalidArgument,
          absl::StrCat("The directory ", apart, " must not be inside the data directory ",
                       options.directory, "; configure one outside it."),
          {.reason = "JOURNAL_OPTIONS"});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<storage::Database>> OpenDatabase(const Options& options) {
  if (!options.database.empty()) return storage::OpenPostgres({.url = options.database});
  return storage::OpenSqlite({.directory = options.directory, .max_pages = options.max_pages});
}

absl::Status MakePublication(const std::string& directory) {
  std::error_code error;
  // If it is there its rights are the operator's.
  if (std::filesystem::is_directory(directory, error)) return absl::OkStatus();
  COMITY_RETURN_IF_ERROR(storage::MakePrivateDirectory(directory));
  // Nothing in it is secret, and who serves it is another user.
  std::filesystem::permissions(directory, storage::kPublicFolder, error);
  if (!error) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnavailable,
                   absl::StrCat("Cannot let others read the publication directory ", directory,
                                ": ", error.message(), "; check its owner."),
                   {.reason = "STORAGE_IO"});
}

}  // namespace

absl::StatusOr<std::unique_ptr<storage::Database>> OpenStore(const Options& options) {
  COMITY_RETURN_IF_ERROR(Validate(options));
  COMITY_RETURN_IF_ERROR(MakePublication(options.publication_directory));
  COMITY_ASSIGN_OR_RETURN(auto database, OpenDatabase(options));
  storage::Connection& sql = database->writer();
  const absl::Time now = options.clock->Now();
  COMITY_RETURN_IF_ERROR(storage::Migrate(sql, "journal", JournalMigrations(), now));
  COMITY_RETURN_IF_ERROR(storage::Migrate(sql, "pruning", PruningMigrations(), now));
  return database;
}

std::string NewStoreId() { return crypto::Hex(crypto::RandomBytes(kStoreIdBytes)); }

}  // namespace comity::journal
