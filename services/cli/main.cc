// The `comity` command. Exit codes: 0 done, 1 it failed or was refused, 2 misuse, 3 a part of the
// answer.

#include <CLI/CLI.hpp>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "common/rpc/grpc_log.h"
#include "common/rpc/tls.h"
#include "common/status/error.h"
#include "common/threads/locks.h"
#include "services/cli/app.h"
#include "services/cli/command_words.h"
#include "services/cli/completion.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace {

constexpr int kFailure = 1;
constexpr int kMisuse = 2;
constexpr int kPartial = 3;

// As in deploy/lib.sh.
std::string DefaultHome() {
  const char* const home = std::getenv("HOME");
  if (geteuid() == 0 || home == nullptr) return "/var/lib/comity";
  return std::string(home) + "/.local/share/comity";
}

// Whether an option is wrong and nobody was asked anything yet.
bool IsMisuse(const App& app, const absl::Status& status) {
  const std::vector<FieldViolation> fields = DetailsOf(status).fields;
  return !app.has_session() &&
         std::any_of(fields.begin(), fields.end(), [](const FieldViolation& violation) {
           return absl::StartsWith(violation.field, "--");
         });
}

int Main(int argc, char** argv) {
  App app;
  CLI::App root("comity: partners, meetings and documents of judicial cooperation.", "comity");
  root.require_subcommand(1);
  root.fallthrough();
  root.set_version_flag("--version", "comity " COMITY_VERSION);
  root.add_option("--as", app.options.as, "Who calls: a name in HOME/ids, or a folder")
      ->envname("COMITY_AS")
      ->type_name("NAME");
  root.add_option("--delegation", app.options.delegation,
                  "What a person signed so that you may call for it (comity delegate)")
      ->envname("COMITY_DELEGATION")
      ->type_name("FILE");
  app.options.home = DefaultHome();
  root.add_option("--home", app.options.home, "Folder of client.toml and ids/")
      ->envname("COMITY_HOME")
      ->capture_default_str()
      ->type_name("FOLDER");
  std::string output = "text";
  root.add_option("--output,-o", output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORM");
  root.add_flag("--quiet,-q", app.options.quiet, "No progress");
  root.add_option("--timeout", app.options.timeout_seconds, "Seconds to wait for an answer")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();

  const Command commands(&root);
  RegisterPartners(commands, app);
  RegisterInstruments(commands, app);
  RegisterMilestones(commands, app);
  RegisterAuthorities(commands, app);
  RegisterTransfer(commands, app);
  RegisterReports(commands, app);
  RegisterSnapshot(commands, app);
  RegisterContacts(commands, app);
  RegisterChanges(commands, app);
  RegisterKeys(commands, app);
  RegisterDelegate(commands, app);
  RegisterDecisions(commands, app);
  RegisterStrategy(commands, app);
  RegisterAssessments(commands, app);
  RegisterPreparation(commands, app);
  RegisterArrangements(commands, app);
  RegisterEngagements(commands, app);
  RegisterExchange(commands, app);
  RegisterDocuments(commands, app);
  RegisterEvidence(commands, app);
  RegisterOperations(commands, app);
  RegisterAdmin(commands, app);
  RegisterCompletion(root, app);

  for (CLI::App* const command : root.get_subcommands([](const CLI::App*) { return true; })) {
    CompleteHelp(*command);
  }
  // Only now: sub-commands would inherit it.
  root.footer(
      "Examples:\n"
      "  comity --as desk-1 partners show georgia\n"
      "  comity --as desk-1 transfer check panama --origin france\n"
      "  comity --as tbilisi-1 inbox --watch\n"
      "\nEvery command has --help with examples. Exit codes: 0 done; 1 it failed or was refused, "
      "and the\nerror names the reason; 2 misuse, nothing was asked of anybody; 3 a "
      "part of\nthe answer: not every service gave its own.");

  const CommandWords words = ReadCommandWords(root, {argv + 1, argv + argc});
  const auto misuse = [&words] {
    std::cerr << "Try " << words.path << " --help.\n";
    return kMisuse;
  };
  if (!words.status.ok()) {
    PrintError(std::cerr, words.status);
    return misuse();
  }
  try {
    root.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return root.exit(help);
  } catch (const CLI::Success& success) {
    return root.exit(success);
  } catch (const CLI::ParseError& error) {
    std::cerr << "comity: " << error.what() << "\n";
    return misuse();
  }
  app.options.json = output == "json";

  if (const absl::Status status = rpc::HardenTls(); !status.ok()) {
    PrintError(std::cerr, status);
    return kFailure;
  }
  rpc::RouteGrpcLog(nullptr);  // What matters comes back as a status.
  const absl::Status status = app.run ? app.run() : absl::OkStatus();
  if (status.ok()) return 0;
  PrintError(std::cerr, status);
  if (ReasonOf(status) == "PARTIAL_ANSWER") return kPartial;
  return IsMisuse(app, status) ? misuse() : kFailure;
}

}  // namespace
}  // namespace comity::cli

int main(int argc, char** argv) {
  comity::LookForNoDeadlocks();
  try {
    return comity::cli::Main(argc, argv);
  } catch (const std::exception& error) {
    // Nothing of ours throws; whoever did, the user gets a sentence and no trace.
    std::cerr << "comity: " << error.what() << "\n";
    return 1;
  }
}
