#pragma once

#include <string>

#include "common/journal/journal.h"
#include "common/ledger/note.h"

namespace comity::testing {

// Signs for the log `comity.test/<service>/1` with a key that is the same in every run.
ledger::NoteSigner TestLedgerSigner(const std::string& service = "journal");

// Whether COMITY_TEST_ENGINE is "postgresql".
bool OnPostgres();

// A journal's options with everything under `root`: data/, keys/ and public/. With
// COMITY_TEST_ENGINE=postgresql in the environment the store is a database of the tests' own server
// instead (tests/testing/postgres_server.h), the same one for the same `root`: so a suite runs on
// either engine (POSTGRES in comity_test).
journal::Options TestJournalOptions(const std::string& root,
                                    const std::string& service = "journal");

// On PostgreSQL the next journal at `root` has a new, empty database; its files are the caller's.
// It is this process that makes it: those forked from now on have the same.
void ForgetTestStore(const std::string& root);

// Keep the database as it is, and make it so again; the files, and SQLite's are all of it, are the
// caller's. Nobody may have it open, but processes that were killed.
void SaveTestStore(const std::string& root);
void RestoreTestStore(const std::string& root);

// The same over the PostgreSQL database `url`: replicas of one service are given the same.
journal::Options TestPostgresJournalOptions(const std::string& root, std::string url,
                                            const std::string& service = "journal");

}  // namespace comity::testing
