#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/journal/journal.h"
#include "common/journal/store_check.h"
#include "common/storage/postgres_database.h"
#include "common/storage/sqlite_database.h"
#include "tests/testing/status_matchers.h"

// What other hands do to a stopped store, of whichever engine, and what CheckStore finds of it.

namespace comity::journal {

using Hand = std::function<absl::Status(storage::Connection&)>;

// Nobody has the store of `options` open.
inline void Tamper(const Options& options, const Hand& hand) {
  const auto database = options.database.empty()
                            ? storage::OpenSqlite({.directory = options.directory})
                            : storage::OpenPostgres({.url = options.database});
  ASSERT_THAT(database, testing::IsOk());
  ASSERT_THAT(hand((*database)->writer()), testing::IsOk());
}

// A hand that executes `sql`.
inline Hand Executing(std::string sql) {
  return [sql = std::move(sql)](storage::Connection& store) { return store.Execute(sql); };
}

// With all that a service has: its keys, and what it published.
inline StoreToCheck TargetOf(const Options& options) {
  return {.directory = options.directory,
          .database = options.database,
          .expiry_keys = options.expiry_key_directory,
          .publication = options.publication_directory,
          .keys = options.signer->verifiers()};
}

inline StoreReport Check(const StoreToCheck& target) {
  const auto report = CheckStore(target);
  EXPECT_THAT(report, testing::IsOk());
  return report.value_or(StoreReport());
}

inline std::vector<std::string> PlacesIn(const StoreReport& report) {
  std::vector<std::string> places;
  for (const Finding& finding : report.findings) places.push_back(finding.where);
  return places;
}

}  // namespace comity::journal
