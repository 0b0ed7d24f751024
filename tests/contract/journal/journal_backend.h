#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "common/journal/backup.h"
#include "common/journal/journal.h"
#include "tests/testing/postgres_server.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_directory.h"
#include "tests/testing/test_journal.h"

namespace comity::journal {

// An engine that journals run on. `save` keeps a copy of the store in the folder `root`, as a
// backup would; `restore` puts it back; `drop` empties the store. No journal is open meanwhile.
struct Backend {
  std::string name;
  std::function<Options(const std::string& root)> options;
  std::function<void(const Options& options, const std::string& root)> save;
  std::function<void(const Options& options, const std::string& root)> restore;
  std::function<void(const Options& options)> drop;
};

inline void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

inline void CopyFolder(const std::string& from, const std::string& to) {
  std::filesystem::remove_all(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

inline Backend SqliteBackend() {
  return {
      "Sqlite", [](const std::string& root) { return testing::TestJournalOptions(root); },
      [](const Options& o, const std::string& root) { CopyFolder(o.directory, root + "/saved"); },
      [](const Options& o, const std::string& root) { CopyFolder(root + "/saved", o.directory); },
      [](const Options& o) { std::filesystem::remove_all(o.directory); }};
}

inline Backend PostgresBackend() {
  using testing::PostgresServer;
  static const auto copy = [](const std::string& from, const std::string& to) {
    PostgresServer::Shared().CopyDatabase(from, to);
  };
  static const auto name = [](const Options& o) { return PostgresServer::NameOf(o.database); };
  return {"Postgres",
          [](const std::string& root) {
            return testing::TestPostgresJournalOptions(root,
                                                       PostgresServer::Shared().NewDatabase());
          },
          [](const Options& o, const std::string&) { copy(name(o), name(o) + "_saved"); },
          [](const Options& o, const std::string&) { copy(name(o) + "_saved", name(o)); },
          [](const Options& o) { copy("template1", name(o)); }};
}

// As its keeper makes a backup of a store that nobody has open, and brings it back: with `comity
// admin backup` and `restore`, or as PostgreSQL's own tools copy a database.
inline void BackUpStore(const Backend& backend, const Options& options, const std::string& root) {
  if (options.directory.empty()) return backend.save(options, root);
  ASSERT_THAT(BackUp(options.directory, root + "/backup", *options.clock), testing::IsOk());
}

inline void RestoreStore(const Backend& backend, const Options& options, const std::string& root) {
  if (options.directory.empty()) return backend.restore(options, root);
  std::filesystem::remove_all(options.directory);
  ASSERT_THAT(Restore(root + "/backup", options.directory), testing::IsOk());
}

inline auto AllBackends() { return ::testing::Values(SqliteBackend(), PostgresBackend()); }

// A journal with one table of the service's own.
class JournalContract : public ::testing::TestWithParam<Backend> {
 protected:
  JournalContract() : options_(GetParam().options(root_.path())) {
    options_.clock = &clock_;
    options_.checkpoint_interval = absl::Milliseconds(2);
    options_.migrations = {
        {.version = 1,
         .needs_reader = 1,
         .sql = "CREATE TABLE notes (id TEXT NOT NULL PRIMARY KEY, words TEXT NOT NULL)"}};
  }

  void Open() {
    journal_.reset();
    auto opened = Journal::Open(options_);
    ASSERT_THAT(opened, testing::IsOk());
    journal_ = *std::move(opened);
  }

  static Attempt Try(std::string request_id = "", std::string digest = "",
                     std::string caller = "alice") {
    return {.caller = std::move(caller),
            .method = "test/Write",
            .request_id = std::move(request_id),
            .request_digest = crypto::Sha256(digest)};
  }

  // Stores `body` for (note, id) with one ledger entry.
  static Journal::Body Put(std::string id, std::string body) {
    return [id = std::move(id), body = std::move(body)](Turn& turn) {
      turn.SetResource("notes/" + id);
      if (absl::Status put = turn.Put("note", id, body); !put.ok()) return put;
      return turn.AddLeaf({.kind = kMutationEntry, .resource = "notes/" + id}).status();
    };
  }

  const testing::TempDirectory root_;
  ManualClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  Options options_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace comity::journal
