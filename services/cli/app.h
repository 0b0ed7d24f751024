#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/client/session.h"
#include "common/json/canonical.h"
#include "services/cli/command.h"

namespace comity::cli {

// What every command shares: who calls, where the services are, how results are shown.
//
// Commands register themselves on the command line; the one that was chosen leaves its work in
// `run`.
class App {
 public:
  // Options of every command.
  struct Options {
    std::string as;          // A name in <home>/ids, or a folder.
    std::string delegation;  // The file of a delegation, or empty.
    std::string home;        // Where client.toml and ids/ are.
    bool json = false;       // Results as JSON.
    bool quiet = false;      // No progress.
    int timeout_seconds = 60;
  };

  Options options;
  std::string at_revision;  // What a command that reads is to read, if it has --at-revision.
  std::vector<std::string> fields;  // Which fields of what it lists, if it has --fields; else all.
  std::function<absl::Status()> run;

  // The caller's session, opened once. NOT_FOUND `IDENTITY_NOT_FOUND` names the folder looked for.
  absl::StatusOr<client::Session*> session();
  // Whether it was opened: before that nothing was asked of anybody.
  bool has_session() const { return session_ != nullptr; }

  absl::Duration patience() const { return absl::Seconds(options.timeout_seconds); }

  // Shows a message as JSON if asked for, otherwise with `text`.
  void Show(const google::protobuf::Message& message, const std::function<void()>& text) const;
  void Show(const json::Json& value, const std::function<void()>& text) const;

 private:
  std::unique_ptr<client::Session> session_;
};

// Registers the commands of one subject.
void RegisterPartners(Command root, App& app);
// Into the group of the partners.
void RegisterPartnerEdits(Command partners, App& app);
void RegisterExport(Command partners, App& app);
void RegisterWatch(Command partners, App& app);
void RegisterInstruments(Command root, App& app);
void RegisterMilestones(Command root, App& app);
void RegisterAuthorities(Command root, App& app);
void RegisterTransfer(Command root, App& app);
void RegisterReports(Command root, App& app);
void RegisterSnapshot(Command root, App& app);
// What all services answer together, each into its group: what if, who relied on it, how much.
void RegisterAffected(Command reports, App& app);
void RegisterReliedOn(Command instruments, App& app);
void RegisterMeasuredVolumes(Command volumes, App& app);
void RegisterContacts(Command root, App& app);
void RegisterChanges(Command root, App& app);
void RegisterKeys(Command root, App& app);
void RegisterDelegate(Command root, App& app);
void RegisterDecisions(Command root, App& app);
void RegisterStrategy(Command root, App& app);
void RegisterAssessments(Command root, App& app);
void RegisterPreparation(Command root, App& app);
void RegisterArrangements(Command root, App& app);
void RegisterEngagements(Command root, App& app);
void RegisterDocuments(Command root, App& app);
void RegisterExchange(Command root, App& app);
void RegisterEvidence(Command root, App& app);
void RegisterOperations(Command root, App& app);
void RegisterAdmin(Command root, App& app);

// A command that works through `body`. `description` is one line; `examples` follow the options in
// its help.
Command AddCommand(Command parent, App& app, const std::string& name,
                   const std::string& description, const std::string& examples,
                   std::function<absl::Status()> body);

// Gives the help of a command with sub-commands their examples, and every help the options that are
// common to all. To be called once, when all are registered. Returns the examples.
std::string CompleteHelp(CLI::App& command);

}  // namespace comity::cli
