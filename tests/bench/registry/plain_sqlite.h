#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/storage/database.h"

namespace comity::partner_registry {

// What the registry is measured beside: SQLite alone, which parses nothing and decides nothing.
// Errors end the process.
class PlainSqlite {
 public:
  // Rows are those of the store in `store_directory`, which nobody need have closed; the names, in
  // their order, are put into a full-text index (FTS5, blind to case and accents) in the new
  // directory `own_directory`.
  PlainSqlite(const std::string& store_directory, const std::string& own_directory,
              const std::vector<std::string>& names);

  // Reads every version of every fact; returns their bytes.
  std::int64_t ReadAll();

  // Reads a partner's row and those of all that is below it; returns how many they are.
  int ReadPartner(const std::string& name);

  // The numbers of the first `limit` names, in their order, with a word that begins with `prefix`;
  // returns how many they are.
  int Search(const std::string& prefix, int limit);

 private:
  const std::unique_ptr<storage::Database> store_;
  const std::unique_ptr<storage::Database> names_;
};

}  // namespace comity::partner_registry
