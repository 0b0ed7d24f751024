#pragma once

#include <vector>

#include "common/storage/migrations.h"

namespace comity::journal {

// From this version on copies are known for what they are, and a store may have had several logs.
// Where either is the case, no binary below it may open the database.
inline constexpr int kSuccessionVersion = 3;

// The journal's own tables: component "journal".
const std::vector<storage::Migration>& JournalMigrations();

}  // namespace comity::journal
