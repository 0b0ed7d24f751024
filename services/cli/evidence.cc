// comity evidence: save what proves an exchange, and verify it offline.

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/client/save_evidence.h"
#include "common/evidence/verify.h"
#include "common/identity/chain_verifier.h"
#include "common/identity/trust_bundle.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/text/plain.h"
#include "services/cli/app.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = document_exchange::v1;

namespace {

struct Arguments {
  std::string document, folder, bundles, ledger_keys;
};

absl::Status Save(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(
      const v1::ListStatementsResponse statements,
      client::SaveEvidence(*session, DocumentName(arguments.document), arguments.folder));
  app.Show(statements, [&] {
    std::vector<std::vector<std::string>> rows;
    for (const v1::Statement& statement : statements.statements()) {
      rows.push_back({TimeText(statement.commit_time()),
                      v1::StatementKind_Name(statement.kind()).substr(15), statement.recipient(),
                      statement.tlog_proof().empty() ? "no proof yet" : "proven"});
    }
    PrintTable(std::cout, {"time", "evidence", "recipient", "ledger"}, rows);
    std::cout << "Saved to " << arguments.folder
              << "; comity evidence verify checks it without the services.\n";
  });
  return absl::OkStatus();
}

void PrintReport(const evidence::Report& report) {
  for (const evidence::Check& check : report.checks) {
    std::cout << (check.passed ? "ok      " : "FAILED  ") << check.subject << ": "
              << Wrap(check.sentence, 100, 8);
    if (!check.reason.empty()) std::cout << " (" << check.reason << ")";
    std::cout << "\n";
  }
  for (const std::string& file : report.ignored_files) {
    std::cout << "        " << text::Shown(file) << " is not part of the evidence\n";
  }
  if (report.passed()) std::cout << "The evidence holds.\n";
}

absl::Status Verify(const App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(identity::TrustBundles bundles,
                          identity::TrustBundles::Load(arguments.bundles));
  const identity::ChainVerifier signers(
      std::make_shared<const identity::TrustBundles>(std::move(bundles)));
  COMITY_ASSIGN_OR_RETURN(std::vector<ledger::NoteVerifier> ledgers,
                          evidence::LoadLedgerKeys(arguments.ledger_keys));
  COMITY_ASSIGN_OR_RETURN(
      const evidence::Report report,
      evidence::VerifyFolder(arguments.folder,
                             {.signers = &signers, .ledgers = std::move(ledgers)}));
  json::Json checks = json::Json::array();
  for (const evidence::Check& check : report.checks) {
    checks.push_back({{"subject", check.subject},
                      {"passed", check.passed},
                      {"sentence", check.sentence},
                      {"reason", check.reason}});
  }
  const json::Json shown = {{"passed", report.passed()},
                            {"checks", std::move(checks)},
                            {"ignoredFiles", report.ignored_files}};
  app.Show(shown, [&report] { PrintReport(report); });
  if (report.passed()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kDataLoss,
                   "The evidence does not hold: see the checks that failed.",
                   {.reason = "EVIDENCE_DOES_NOT_HOLD"});
}

}  // namespace

void RegisterEvidence(Command root, App& app) {
  const Command evidence = root.AddGroup("evidence", "Evidence of transmission");
  const auto arguments = std::make_shared<Arguments>();

  const Command save = AddCommand(evidence, app, "save", "Save the evidence of a document",
                                  "  comity --as desk-1 evidence save documents/... --to evidence",
                                  [&app, arguments] { return Save(app, *arguments); });
  save.AddOption("document", arguments->document, "Its name").Required();
  save.AddOption("--to", arguments->folder, "A new folder").Required().TypeName("FOLDER");

  const Command verify = AddCommand(
      evidence, app, "verify", "Verify evidence offline, with nothing but files and public keys",
      "  comity evidence verify evidence --bundles ids/desk-1/bundles --ledger-key ledger.vkey",
      [&app, arguments] { return Verify(app, *arguments); });
  verify.AddOption("folder", arguments->folder, "The folder that was saved").Required();
  verify.AddOption("--bundles", arguments->bundles, "Trust bundles you hold yourself")
      .Required()
      .TypeName("FOLDER");
  verify.AddOption("--ledger-key", arguments->ledger_keys, "File of ledger keys (vkey) you hold")
      .Required()
      .TypeName("FILE");
}

}  // namespace comity::cli
