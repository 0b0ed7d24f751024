#include "tests/testing/test_journal.h"

#include <cstdlib>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "common/crypto/ed25519.h"
#include "tests/testing/postgres_server.h"

namespace comity::testing {
namespace {

// The database of each root; `anew`: another one from now on.
std::string DatabaseOf(const std::string& root, bool anew = false) {
  struct Databases {
    absl::Mutex mutex;
    std::map<std::string, std::string> urls ABSL_GUARDED_BY(mutex);
  };
  static auto* const databases = new Databases();
  const absl::MutexLock lock(&databases->mutex);
  std::string& url = databases->urls[root];
  if (anew && !url.empty()) PostgresServer::Shared().DropDatabase(std::exchange(url, ""));
  if (url.empty()) url = PostgresServer::Shared().NewDatabase();
  return url;
}

}  // namespace

bool OnPostgres() {
  const char* const engine = std::getenv("COMITY_TEST_ENGINE");
  return engine != nullptr && absl::string_view(engine) == "postgresql";
}

ledger::NoteSigner TestLedgerSigner(const std::string& service) {
  auto key = crypto::Ed25519Key::FromSeed(std::string(32, 'k'));
  auto signer = ledger::NoteSigner::Create("comity.test/" + service + "/1", *std::move(key));
  return *std::move(signer);
}

journal::Options TestJournalOptions(const std::string& root, const std::string& service) {
  if (OnPostgres()) return TestPostgresJournalOptions(root, DatabaseOf(root), service);
  return {.directory = root + "/data",
          .expiry_key_directory = root + "/keys",
          .publication_directory = root + "/public",
          .signer = TestLedgerSigner(service)};
}

void ForgetTestStore(const std::string& root) {
  if (OnPostgres()) DatabaseOf(root, true);
}

void SaveTestStore(const std::string& root) {
  if (!OnPostgres()) return;
  const std::string name = PostgresServer::NameOf(DatabaseOf(root));
  PostgresServer::Shared().CopyDatabase(name, name + "_saved");
}

void RestoreTestStore(const std::string& root) {
  if (!OnPostgres()) return;
  const std::string name = PostgresServer::NameOf(DatabaseOf(root));
  PostgresServer::Shared().CopyDatabase(name + "_saved", name);
}

journal::Options TestPostgresJournalOptions(const std::string& root, std::string url,
                                            const std::string& service) {
  return {.database = std::move(url),
          .expiry_key_directory = root + "/keys",
          .publication_directory = root + "/public",
          .signer = TestLedgerSigner(service)};
}

}  // namespace comity::testing
