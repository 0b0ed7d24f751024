#pragma once

#include <string>
#include <utility>

#include "common/crypto/ed25519.h"
#include "common/journal/journal.h"
#include "common/ledger/note.h"

namespace comity::testing {

// Signs for the log `comity.test/<service>/1` with a key that is the same in every run.
inline ledger::NoteSigner TestLedgerSigner(const std::string& service = "journal") {
  auto key = crypto::Ed25519Key::FromSeed(std::string(32, 'k'));
  auto signer = ledger::NoteSigner::Create("comity.test/" + service + "/1", *std::move(key));
  return *std::move(signer);
}

// A journal's options with everything under `root`: data/, keys/ and public/.
inline journal::Options TestJournalOptions(const std::string& root,
                                           const std::string& service = "journal") {
  return {.directory = root + "/data",
          .expiry_key_directory = root + "/keys",
          .publication_directory = root + "/public",
          .signer = TestLedgerSigner(service)};
}

// The same over a PostgreSQL database, with the keys and the publication under `root`: replicas of
// one service are given the same.
inline journal::Options TestPostgresJournalOptions(const std::string& root, std::string url,
                                                   const std::string& service = "journal") {
  journal::Options options = TestJournalOptions(root, service);
  options.directory.clear();
  options.database = std::move(url);
  return options;
}

}  // namespace comity::testing
