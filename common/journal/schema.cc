#include "common/journal/schema.h"

namespace comity::journal {

const std::vector<storage::Migration>& JournalMigrations() {
  // Every key counts up, request ids by their time, so that a commit touches the right edge of its
  // tables only. A version's position is revision * 2^20 + ordinal.
  static const std::vector<storage::Migration>* const migrations =
      new std::vector<storage::Migration>{
          {.version = 1, .needs_reader = 1, .sql = R"sql(
CREATE TABLE journal_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  store_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  leaf_count INTEGER NOT NULL,
  commit_micros INTEGER NOT NULL
);
CREATE TABLE journal_mutations (
  revision INTEGER PRIMARY KEY,
  commit_micros INTEGER NOT NULL,
  resource TEXT NOT NULL
);
CREATE TABLE journal_requests (
  revision INTEGER PRIMARY KEY,
  caller TEXT NOT NULL,
  method TEXT NOT NULL,
  request_id TEXT NOT NULL,
  digest BLOB NOT NULL,
  UNIQUE (request_id, caller, method)
);
CREATE TABLE journal_versions (
  position INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  body BLOB
);
CREATE INDEX journal_versions_by_resource ON journal_versions (kind, id, position);
CREATE TABLE journal_entries (
  leaf_index INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL,
  commit_micros INTEGER NOT NULL,
  commitment BLOB NOT NULL,
  sealed BLOB NOT NULL
);
CREATE TABLE journal_tiles (
  level INTEGER NOT NULL,
  tile_index INTEGER NOT NULL,
  hashes BLOB NOT NULL,
  PRIMARY KEY (level, tile_index)
);
CREATE TABLE journal_checkpoints (
  size INTEGER PRIMARY KEY,
  root BLOB NOT NULL,
  note TEXT NOT NULL,
  publish_micros INTEGER NOT NULL
);
)sql"},
          // A transaction whose answer was lost is looked up by
          // its id.
          {.version = 2, .needs_reader = 1, .sql = R"sql(
ALTER TABLE journal_head ADD COLUMN batch INTEGER NOT NULL DEFAULT 0;
CREATE TABLE journal_batches (
  batch INTEGER PRIMARY KEY,
  id TEXT NOT NULL
);
)sql"},
          // A row in journal_copy: the database is a copy that
          // nobody may write to. journal_logs has the logs that
          // were closed, with the checkpoint each was closed at,
          // and the one that succeeded them (an empty note); a
          // store that never had another log has none.
          {.version = kSuccessionVersion, .needs_reader = 1, .sql = R"sql(
CREATE TABLE journal_copy (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  copy_micros INTEGER NOT NULL
);
CREATE TABLE journal_logs (
  number INTEGER PRIMARY KEY,
  store_id TEXT NOT NULL UNIQUE,
  note TEXT NOT NULL,
  close_micros INTEGER NOT NULL
);
CREATE TABLE journal_closed_entries (
  log INTEGER NOT NULL,
  leaf_index INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  commit_micros INTEGER NOT NULL,
  commitment BLOB NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (log, leaf_index)
);
)sql"}};
  return *migrations;
}

}  // namespace comity::journal
