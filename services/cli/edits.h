#pragma once

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
#include "services/cli/app.h"
#include "services/cli/calls.h"
#include "services/cli/set_fields.h"
#include "services/cli/shown_fields.h"
#include "services/cli/text.h"

// What the commands share that read and edit the registry's facts.
namespace comity::cli {

// What the commands of one group take.
struct EditArguments {
  std::string name, other, reason, etag, evidence;
  std::vector<std::string> set;
  bool dry_run = false, show_retracted = false;
};

inline Option AddReason(const Command& command, EditArguments& arguments) {
  return command.AddOption("--reason", arguments.reason, "Why; kept in the ledger").Required();
}

inline Option AddEtag(const Command& command, EditArguments& arguments) {
  return command.AddOption("--etag", arguments.etag, "Only if this is still its etag")
      .TypeName("ETAG");
}

// What a second person says: what shows it, and the etag of what he saw by the command `seen`.
inline void AddConfirmation(const Command& command, EditArguments& arguments,
                            absl::string_view seen) {
  command.AddOption("--evidence", arguments.evidence, "The document that shows it").Required();
  command.AddOption("--etag", arguments.etag, absl::StrCat("Of what you saw (", seen, ")"))
      .TypeName("ETAG")
      .Required();
}

// What a retraction takes: what shows the mistake, and the state that was seen.
inline void AddRetraction(const Command& command, EditArguments& arguments) {
  command.AddOption("--evidence", arguments.evidence, "What shows that it was a mistake")
      .Required();
  AddEtag(command, arguments);
  command.AddFlag("--dry-run", arguments.dry_run, "Say what would be, write nothing");
}

// Lists what was retracted, too.
inline void AddShowRetracted(const Command& command, EditArguments& arguments) {
  command.AddFlag("--show-retracted", arguments.show_retracted,
                  "What was recorded by mistake, too");
}

// --set FIELD=VALUE, of the fields of `Message`.
template <typename Message>
void AddFields(const Command& command, EditArguments& arguments) {
  command
      .AddOption("--set", arguments.set,
                 absl::StrCat("A field, once for each, a list once for each of its values; what "
                              "has parts as JSON, with the words of the protos",
                              EntriesHelp(*Message::descriptor()), ": ",
                              SettableFields(*Message::descriptor())))
      .TypeName("FIELD=VALUE")
      .Required();
}

// The same and --dry-run.
template <typename Message>
void AddSet(const Command& command, EditArguments& arguments) {
  AddFields<Message>(command, arguments);
  command.AddFlag("--dry-run", arguments.dry_run, "Say what would be, write nothing");
}

// The retraction of an instrument or authority.
template <typename Request>
Request RetractRequest(std::string name, const EditArguments& arguments) {
  Request request;
  request.set_name(std::move(name));
  request.set_etag(arguments.etag);
  request.set_evidence(arguments.evidence);
  request.set_validate_only(arguments.dry_run);
  return request;
}

// One resource: its fields, one a line.
template <typename Message>
void PrintResource(const Message& message) {
  PrintTable(std::cout, {"field", "value"}, ShownFields(message));
}

// What an edit came to.
template <typename Message>
void PrintEdited(const Message& message) {
  PrintResource(message);
  if constexpr (requires { message.retraction(); }) {
    if (message.has_retraction()) {
      std::cout << "Recorded by mistake, and counts for nothing: "
                << message.retraction().evidence() << " ("
                << TimeText(message.retraction().retract_time()) << ", "
                << message.retraction().retracted_by() << ")\n";
    }
  }
  if (!message.has_revision()) {
    std::cout << "Nothing was written.\n";
    return;
  }
  std::cout << "Recorded at registry revision " << message.revision().number() << ".\n";
}

}  // namespace comity::cli
