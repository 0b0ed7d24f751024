// comity admin: what operators do beside the services, with files and databases only.

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/config/config.h"
#include "common/evidence/verify.h"
#include "common/journal/store_check.h"
#include "common/service/store_settings.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/cli/app.h"

namespace comity::cli {
namespace {

struct Arguments {
  std::string config, store, database, expiry_keys, publication, ledger_key;
};

absl::StatusOr<service::StoreSettings> ReadSettings(const std::string& file) {
  COMITY_ASSIGN_OR_RETURN(const config::Config config,
                          config::Config::Load(file, config::ProcessEnvironment()));
  return service::StoreSettings::Read(config);
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
    COMITY_ASSIGN_OR_RETURN(
        const ledger::NoteSigner signer,
        ledger::NoteSigner::FromFile(settings.ledger_origin, settings.ledger_key));
    return journal::StoreToCheck{.directory = settings.directory,
                                 .database = settings.database,
                                 .expiry_keys = settings.expiry_keys,
                                 .publication = settings.publication,
                                 .log = signer.verifier()};
  }
  if (arguments.ledger_key.empty()) return store;
  COMITY_ASSIGN_OR_RETURN(const auto keys, evidence::LoadLedgerKeys(arguments.ledger_key));
  if (keys.size() != 1) {
    return InvalidField("LEDGER_KEY_INVALID", "--ledger-key",
                        "must have the one key of this ledger");
  }
  store.log = keys.front();
  return store;
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
  COMITY_ASSIGN_OR_RETURN(const journal::StoreToCheck store, StoreOf(arguments));
  COMITY_ASSIGN_OR_RETURN(const journal::StoreReport report, journal::CheckStore(store));
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
            {"checkpoints", report.checkpoints},
            {"published_entries", report.published},
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
             if (store.publication.empty() || !store.log) {
               std::cout << "left    what was published is not compared: give --config, or "
                            "--publication and --ledger-key\n";
             } else if (report.ok()) {
               std::cout << "ok      " << report.published
                         << " entries are published and a prefix of the store\n";
             }
           });
  return report.ok() ? absl::OkStatus() : Damaged(report.found);
}

}  // namespace

void RegisterAdmin(Command root, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const Command admin = root.AddGroup("admin", "Look after a service's store: its files, no calls");

  const Command check = AddCommand(
      admin, app, "check", "Compare rows, feed and ledger of a store, also beside its service",
      "  comity admin check --config partner-registry/config.toml\n"
      "  comity admin check --store data/store --publication data/checkpoints --ledger-key "
      "ledger.vkey",
      [&app, arguments] { return Check(app, *arguments); });
  check.AddOption("--config", arguments->config, "The service's configuration").TypeName("FILE");
  check.AddOption("--store", arguments->store, "The embedded store").TypeName("FOLDER");
  check.AddOption("--database", arguments->database, "Or the PostgreSQL database").TypeName("URL");
  check.AddOption("--expiry-keys", arguments->expiry_keys, "To open entries by").TypeName("FOLDER");
  const Option key =
      check.AddOption("--ledger-key", arguments->ledger_key, "File of the ledger's key (vkey)")
          .TypeName("FILE");
  check.AddOption("--publication", arguments->publication, "What was published")
      .TypeName("FOLDER")
      .Needs(key);
}

}  // namespace comity::cli
