#pragma once

#include <vector>

#include "common/storage/migrations.h"

namespace comity::journal {

// The journal's own tables: component "journal".
const std::vector<storage::Migration>& JournalMigrations();

}  // namespace comity::journal
