#include "common/service/store_settings.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/ed25519.h"
#include "common/ledger/note.h"
#include "common/status/macros.h"

namespace comity::service {

absl::StatusOr<StoreSettings> StoreSettings::Read(const config::Config& config) {
  StoreSettings settings;
  const config::Section storage = config.section("storage");
  COMITY_ASSIGN_OR_RETURN(settings.database, storage.String("database", ""));
  if (settings.database.empty()) {
    COMITY_ASSIGN_OR_RETURN(settings.directory, storage.Path("directory"));
  } else {
    (void)storage.Path("directory", "");  // Known, and of no use.
  }
  COMITY_ASSIGN_OR_RETURN(settings.expiry_keys, storage.Path("expiry_keys"));
  COMITY_ASSIGN_OR_RETURN(settings.page_token_key, storage.Path("page_token_key"));
  const config::Section ledger = config.section("ledger");
  COMITY_ASSIGN_OR_RETURN(settings.ledger_key, ledger.Path("key"));
  COMITY_ASSIGN_OR_RETURN(settings.ledger_origin, ledger.String("origin"));
  COMITY_ASSIGN_OR_RETURN(settings.publication, ledger.Path("publication"));
  return settings;
}

absl::StatusOr<journal::Options> StoreSettings::JournalOptions(const Clock* clock) const {
  COMITY_ASSIGN_OR_RETURN(crypto::Ed25519Key key, crypto::Ed25519Key::FromFile(ledger_key));
  COMITY_ASSIGN_OR_RETURN(ledger::NoteSigner signer,
                          ledger::NoteSigner::Create(ledger_origin, std::move(key)));
  return journal::Options{.directory = directory,
                          .database = database,
                          .expiry_key_directory = expiry_keys,
                          .publication_directory = publication,
                          .signer = std::move(signer),
                          .clock = clock};
}

void AddJournalMetrics(absl::string_view service, const journal::Journal* journal,
                       metrics::Metrics& metrics) {
  using journal::Stats;
  const auto add = [&](absl::string_view thing, const char* help, const metrics::Labels& labels,
                       auto read) {
    metrics.AddCallback(absl::StrCat("comity_", service, "_", thing), help, labels,
                        [journal, read] { return static_cast<double>(read(journal->stats())); });
  };
  const char* const mutations = "Mutations by outcome";
  add("mutations_total", mutations, {{"outcome", "committed"}},
      [](const Stats& s) { return s.mutations; });
  add("mutations_total", mutations, {{"outcome", "refused"}},
      [](const Stats& s) { return s.refusals; });
  add("mutations_total", mutations, {{"outcome", "repeated"}},
      [](const Stats& s) { return s.replays; });
  add("mutations_total", mutations, {{"outcome", "lost"}}, [](const Stats& s) { return s.lost; });
  add("batches_total", "Durable transactions", {}, [](const Stats& s) { return s.batches; });
  add("write_queue_mutations", "Mutations waiting for their turn", {},
      [](const Stats& s) { return s.queued; });
  add("writable", "Whether writes are accepted", {},
      [](const Stats& s) { return s.writable ? 1 : 0; });
  add("clock_behind_seconds", "How far the wall clock is behind the last commit", {},
      [](const Stats& s) { return absl::ToDoubleSeconds(s.clock_behind); });
}

}  // namespace comity::service
