#include "common/service/store_settings.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/crypto/ed25519.h"
#include "common/ledger/note.h"
#include "common/ledger_files/cosignature_folder.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::service {

namespace {

// A note has room for no more.
constexpr std::size_t kMostWitnesses = 50;

absl::StatusOr<ledger::WitnessPolicy> ReadWitnesses(const config::Section& section) {
  COMITY_ASSIGN_OR_RETURN(const std::vector<std::string> vkeys, section.Strings("witnesses", {}));
  if (vkeys.size() > kMostWitnesses) {
    return section.Invalid("witnesses", absl::StrCat("must not be more than ", kMostWitnesses));
  }
  // Whoever names witnesses and no number wants all of them.
  const auto all = static_cast<std::int64_t>(vkeys.size());
  COMITY_ASSIGN_OR_RETURN(
      const std::int64_t quorum,
      section.Integer("witness_quorum", all, std::min<std::int64_t>(all, 1), all));
  std::vector<ledger::CosignatureVerifier> witnesses;
  for (const std::string& vkey : vkeys) {
    auto witness = ledger::CosignatureVerifier::FromVkey(vkey);
    if (!witness.ok()) {
      return section.Invalid("witnesses",
                             "must be vkeys as comity ledger witness prints them (type 0x04)");
    }
    witnesses.push_back(*std::move(witness));
  }
  auto policy = ledger::WitnessPolicy::Create(std::move(witnesses), static_cast<int>(quorum));
  if (policy.ok()) return policy;
  return section.Invalid("witnesses", "must each have a key of its own");
}

}  // namespace

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
  COMITY_ASSIGN_OR_RETURN(settings.next_key, ledger.Path("next_key", ""));
  COMITY_ASSIGN_OR_RETURN(settings.ledger_origin, ledger.String("origin"));
  COMITY_ASSIGN_OR_RETURN(settings.publication, ledger.Path("publication"));
  COMITY_ASSIGN_OR_RETURN(const std::int64_t proof_cache_mib,
                          ledger.Integer("proof_cache_mib", 64, 0, 1 << 16));
  settings.proof_cache = static_cast<std::size_t>(proof_cache_mib) << 20;
  COMITY_ASSIGN_OR_RETURN(settings.witnesses, ReadWitnesses(ledger));
  COMITY_ASSIGN_OR_RETURN(settings.cosignatures, ledger.Path("cosignatures", ""));
  if (settings.witnesses.quorum() > 0 && settings.cosignatures.empty()) {
    return ledger.Invalid("cosignatures", "is needed where there are witnesses");
  }
  return settings;
}

absl::StatusOr<ledger::NoteSigner> StoreSettings::LedgerSigner() const {
  COMITY_ASSIGN_OR_RETURN(ledger::NoteSigner signer,
                          ledger::NoteSigner::FromFile(ledger_origin, ledger_key));
  if (next_key.empty()) return signer;
  COMITY_ASSIGN_OR_RETURN(crypto::Ed25519Key next, crypto::Ed25519Key::FromFile(next_key));
  return signer.With(std::move(next));
}

absl::StatusOr<journal::Options> StoreSettings::JournalOptions(const Clock* clock,
                                                               logging::Logger* logger) const {
  COMITY_ASSIGN_OR_RETURN(ledger::NoteSigner signer, LedgerSigner());
  journal::Options options{.directory = directory,
                           .database = database,
                           .expiry_key_directory = expiry_keys,
                           .publication_directory = publication,
                           .signer = std::move(signer),
                           .clock = clock,
                           .proof_cache = proof_cache};
  if (witnesses.quorum() > 0) options.cosignatures.emplace(witnesses, cosignatures);
  options.on_publication_trouble = [logger](const absl::Status& trouble) {
    if (trouble.ok()) return logger->Info("checkpoints are published again");
    logger->Warning("the last checkpoint is still not published; tried again",
                    {{"reason", ReasonOf(trouble)}, {"why", trouble.message()}});
  };
  return options;
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
  add("checkpoint_failures_total",
      "Times that the files of a checkpoint could not be written (tried again)", {},
      [](const Stats& s) { return s.publication_failures; });
  add("entries_unpublished", "Ledger entries under no published checkpoint yet", {},
      [](const Stats& s) { return s.leaves_unpublished; });
  add("checkpoint_waiting_seconds",
      "How long the next checkpoint has been waiting for its witnesses or files", {},
      [](const Stats& s) { return absl::ToDoubleSeconds(s.publication_waiting); });
  add("clock_behind_seconds", "How far the wall clock is behind the last commit", {},
      [](const Stats& s) { return absl::ToDoubleSeconds(s.clock_behind); });
}

}  // namespace comity::service
