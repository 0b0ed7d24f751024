#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "common/journal/rows.h"
#include "common/journal/types.h"
#include "common/ledger/tile.h"
#include "common/storage/connection.h"

namespace comity::journal {

// The rows that a batch adds to the journal's tables: gathered while its bodies run, inserted at
// its end, many in one statement.
struct Additions {
  struct Request {
    std::int64_t revision = 0;
    const Attempt* attempt = nullptr;  // Not owned.
  };

  std::vector<rows::Mutation> mutations;
  std::vector<Request> requests;
  std::vector<Version> versions;
  std::vector<rows::SealedEntry> entries;
  std::vector<ledger::Tile> tiles;
};

// Inserts all of it. In a transaction an error may show at a later call (Statement::RunLater).
absl::Status Insert(storage::Connection& sql, const Additions& additions);

}  // namespace comity::journal
