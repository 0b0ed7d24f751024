// comity admin: what operators do beside the services, with files and databases only.

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/config/config.h"
#include "common/crypto/encoding.h"
#include "common/evidence/verify.h"
#include "common/journal/backup.h"
#include "common/journal/store_check.h"
#include "common/journal/succession.h"
#include "common/service/store_settings.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/clock.h"
#include "services/cli/app.h"
#include "services/document-exchange/storage/rows_check.h"

namespace comity::cli {
namespace {

struct Arguments {
  std::string config, store, database, expiry_keys, publication, ledger_key, from, to;
  bool although_intact = false;
};

absl::StatusOr<service::StoreSettings> ReadSettings(const std::string& file) {
  COMITY_ASSIGN_OR_RETURN(const config::Config config,
                          config::Config::Load(file, config::ProcessEnvironment()));
  return service::StoreSettings::Read(config);
}

// Of the services that keep something in tables of their own.
std::vector<const journal::RowsCheck*> RowsChecks() {
  static const document_exchange::ExchangeRowsCheck kExchange;
  return {&kExchange};
}

absl::StatusOr<journal::StoreToCheck> StoreOf(const Arguments& arguments) {
  const bool named = !arguments.store.empty() || !arguments.database.empty();
  if (arguments.config.empty() != named ||
      (!arguments.store.empty() && !arguments.database.empty())) {
    return InvalidField("STORE_NOT_NAMED", "--config",
                        "names the service's configuration; or give --store or --database instead");
  }
  journal::StoreToCheck store{.directory = arguments.store,
                              .database = arguments.database,
                              .expiry_keys = arguments.expiry_keys,
                              .publication = arguments.publication};
  if (!named) {
    COMITY_ASSIGN_OR_RETURN(const service::StoreSettings settings, ReadSettings(arguments.config));
    COMITY_ASSIGN_OR_RETURN(const ledger::NoteSigner signer, settings.LedgerSigner());
    store = {.directory = settings.directory,
             .database = settings.database,
             .expiry_keys = settings.expiry_keys,
             .publication = settings.publication,
             .keys = signer.verifiers()};
  }
  if (arguments.ledger_key.empty()) return store;
  COMITY_ASSIGN_OR_RETURN(const auto keys, evidence::LoadLedgerKeys(arguments.ledger_key));
  if (keys.empty()) return InvalidField("LEDGER_KEY_INVALID", "--ledger-key", "has no key");
  // Of a ledger that was succeeded, the last is that of the log that grows.
  const std::string& origin = store.keys.empty() ? keys.back().name() : store.keys.front().name();
  COMITY_ASSIGN_OR_RETURN(const auto renamed, ledger::Renamed(keys, origin));
  store.keys.insert(store.keys.end(), renamed.begin(), renamed.end());
  return store;
}

json::Json LogJson(const journal::Log& log) {
  json::Json shown = {{"number", log.number}, {"store_id", log.store_id}};
  if (!log.origin.empty()) {
    json::Json vkeys = json::Json::array();
    for (const ledger::NoteVerifier& key : log.keys) vkeys.push_back(key.vkey());
    shown.update({{"origin", log.origin}, {"vkeys", vkeys}, {"folder", log.folder}});
  }
  if (log.closed) shown["closed_entries"] = log.closed->size;
  return shown;
}

absl::Status Damaged(std::int64_t found) {
  return MakeError(absl::StatusCode::kDataLoss,
                   absl::StrCat("The store is not as it was written (", found,
                                found == 1 ? " finding" : " findings",
                                "): stop the service, keep the files for examination and restore "
                                "the last backup."),
                   {.reason = "STORE_DAMAGED"});
}

absl::Status Check(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(journal::StoreToCheck store, StoreOf(arguments));
  store.rows = RowsChecks();
  COMITY_ASSIGN_OR_RETURN(const journal::StoreReport report, journal::CheckStore(store));
  json::Json logs = json::Json::array();
  for (const journal::Log& log : report.logs) logs.push_back(LogJson(log));
  json::Json findings = json::Json::array();
  for (const journal::Finding& finding : report.findings) {
    findings.push_back({{"where", finding.where}, {"what", finding.what}});
  }
  app.Show({{"store_id", report.head.store_id},
            {"revision", report.head.revision},
            {"versions", report.versions},
            {"entries", report.head.leaf_count},
            {"entries_opened", report.opened},
            {"entries_pruned", report.pruned},
            {"entries_without_key", report.unopened},
            {"mutations_vouched", report.vouched},
            {"mutations_without_hash", report.unhashed},
            {"revisions_not_vouched", report.unvouched},
            {"rows_compared", report.rows},
            {"rows_not_compared", report.rows_uncompared},
            {"checkpoints", report.checkpoints},
            {"checkpoints_unverified", report.unverified},
            {"published_entries", report.published},
            {"logs", logs},
            {"lost_entries", report.lost},
            {"copy", report.copied.has_value()},
            {"found", report.found},
            {"findings", findings}},
           [&] {
             for (const journal::Finding& finding : report.findings) {
               std::cout << "WRONG   " << finding.where << ": " << finding.what << "\n";
             }
             const char* const word = report.ok() ? "ok" : "read";
             std::cout << absl::StrFormat("%-7s store %s: %d revisions, %d versions\n", word,
                                          report.head.store_id, report.head.revision,
                                          report.versions)
                       << absl::StrFormat(
                              "%-7s %d entries (%d opened, %d pruned, %d without a key at hand), "
                              "%d checkpoints\n",
                              word, report.head.leaf_count, report.opened, report.pruned,
                              report.unopened, report.checkpoints);
             std::cout << absl::StrFormat(
                 "%-7s the versions of %d mutations are those that their entries commit to\n", word,
                 report.vouched);
             if (report.unvouched > 0) {
               std::cout << absl::StrFormat(
                   "%-7s the versions of %d revisions were not compared: their entries are pruned, "
                   "were not opened, or commit to none (%d)\n",
                   "note", report.unvouched, report.unhashed);
             }
             if (report.rows + report.rows_uncompared > 0) {
               std::cout << absl::StrFormat(
                   "%-7s %d rows of the service's own tables are what feed and ledger say; of %d "
                   "nothing that can be read says anything\n",
                   word, report.rows, report.rows_uncompared);
             }
             for (const journal::Log& log : report.logs) {
               if (!log.closed) continue;
               std::cout << absl::StrFormat("%-7s log %d of store %s, closed at %d entries\n", word,
                                            log.number, log.store_id, log.closed->size);
             }
             if (report.lost > 0) {
               std::cout << absl::StrFormat("%-7s %d entries of closed logs are not here: lost\n",
                                            "note", report.lost);
             }
             if (report.unverified > 0) {
               std::cout << absl::StrFormat(
                   "%-7s %d checkpoints are signed with none of the keys at hand: give those of "
                   "before with --ledger-key\n",
                   "note", report.unverified);
             }
             if (report.copied) {
               std::cout << "note    a copy: it is read and refuses writes until comity admin "
                            "ledger succeed\n";
             }
             if (store.publication.empty() || store.keys.empty()) {
               std::cout << "note    what was published is not compared: give --config, or "
                            "--publication and --ledger-key\n";
             } else if (report.ok()) {
               std::cout << "ok      " << report.published
                         << " entries are published and a prefix of the store\n";
             }
           });
  return report.ok() ? absl::OkStatus() : Damaged(report.found);
}

void ShowBackup(App& app, const journal::BackupManifest& manifest, const std::string& done) {
  app.Show({{"store_id", manifest.store_id},
            {"origin", manifest.origin},
            {"revision", manifest.revision},
            {"entries", manifest.entries},
            {"root", crypto::Hex(crypto::View(manifest.root))},
            {"sha256", crypto::Hex(crypto::View(manifest.sha256))},
            {"size", manifest.size}},
           [&] {
             std::cout << done << " store " << manifest.store_id << " up to revision "
                       << manifest.revision << ", " << manifest.entries
                       << " ledger entries, checked.\n";
           });
}

absl::Status BackUp(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(const journal::StoreToCheck store, StoreOf(arguments));
  if (!store.database.empty()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "This service's store is a PostgreSQL database: back it up with pg_dump or "
                     "pg_basebackup, and see common/storage/README.md.",
                     {.reason = "STORE_NOT_EMBEDDED"});
  }
  COMITY_ASSIGN_OR_RETURN(
      const journal::BackupManifest made,
      journal::BackUp(store.directory, arguments.to, SystemClock(), RowsChecks()));
  ShowBackup(app, made, "Backed up");
  return absl::OkStatus();
}

absl::Status Restore(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(const journal::BackupManifest made,
                          journal::Restore(arguments.from, arguments.store, RowsChecks()));
  ShowBackup(app, made, "Restored");
  if (!app.options.json) {
    std::cout << "It is read and refuses writes until comity admin ledger succeed.\n";
  }
  return absl::OkStatus();
}

absl::Status Succeed(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(const service::StoreSettings settings, ReadSettings(arguments.config));
  COMITY_ASSIGN_OR_RETURN(const journal::Options options,
                          settings.JournalOptions(&SystemClock(), /*logger=*/nullptr));
  COMITY_ASSIGN_OR_RETURN(const journal::Succession done,
                          journal::Succeed(options, arguments.although_intact));
  app.Show({{"closed", LogJson(done.closed)}, {"opened", LogJson(done.opened)}}, [&] {
    std::cout
        << "Closed " << done.closed.origin << " at its " << done.closed.closed->size
        << " published entries; they stay in " << done.closed.folder << ".\n"
        << "Opened " << done.opened.origin << ", store " << done.opened.store_id
        << ", to be published in " << done.opened.folder << ".\n"
        << "Start the service, and give this to all who verify its ledger, beside the keys they "
           "have:\n";
    for (const ledger::NoteVerifier& key : done.opened.keys) std::cout << key.vkey() << "\n";
  });
  return absl::OkStatus();
}

}  // namespace

void RegisterAdmin(Command root, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const Command admin = root.AddGroup("admin", "Look after a service's store: its files, no calls");

  const auto add_config = [&](Command command) {
    return command.AddOption("--config", arguments->config, "The service's configuration")
        .TypeName("FILE");
  };

  const Command check = AddCommand(
      admin, app, "check", "Compare rows, feed and ledger of a store, also beside its service",
      "  comity admin check --config partner-registry/config.toml\n"
      "  comity admin check --store data/store --publication data/checkpoints --ledger-key "
      "ledger.vkey",
      [&app, arguments] { return Check(app, *arguments); });
  add_config(check);
  check.AddOption("--store", arguments->store, "The embedded store").TypeName("FOLDER");
  check.AddOption("--database", arguments->database, "Or the PostgreSQL database").TypeName("URL");
  check.AddOption("--expiry-keys", arguments->expiry_keys, "To open entries by").TypeName("FOLDER");
  const Option key =
      check.AddOption("--ledger-key", arguments->ledger_key, "File of the ledger's keys (vkey)")
          .TypeName("FILE");
  check.AddOption("--publication", arguments->publication, "What was published")
      .TypeName("FOLDER")
      .Needs(key);

  const Command backup = AddCommand(
      admin, app, "backup", "Copy an embedded store, also while its service runs",
      "  comity admin backup --config partner-registry/config.toml --to /backup/registry-monday",
      [&app, arguments] { return BackUp(app, *arguments); });
  add_config(backup);
  backup.AddOption("--store", arguments->store, "Or the embedded store").TypeName("FOLDER");
  backup.AddOption("--to", arguments->to, "Empty or absent").Required().TypeName("FOLDER");

  const Command restore = AddCommand(
      admin, app, "restore", "Make a store from a backup, to be read until its ledger is succeeded",
      "  comity admin restore --from /backup/registry-monday --store partner-registry/data/store",
      [&app, arguments] { return Restore(app, *arguments); });
  restore.AddOption("--from", arguments->from, "The backup").Required().TypeName("FOLDER");
  restore.AddOption("--store", arguments->store, "Empty or absent").Required().TypeName("FOLDER");

  const Command ledger = admin.AddGroup("ledger", "The ledger of a stopped service");
  const Command succeed =
      AddCommand(ledger, app, "succeed",
                 "Close the log as it was published and open the next: the way out after a restore",
                 "  comity admin ledger succeed --config partner-registry/config.toml",
                 [&app, arguments] { return Succeed(app, *arguments); });
  add_config(succeed).Required();
  succeed.AddFlag("--although-intact", arguments->although_intact,
                  "Also if nothing says that the store was restored (PostgreSQL)");
}

}  // namespace comity::cli
