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
#include "services/cli/question.h"
#include "services/cli/set_fields.h"
#include "services/cli/text.h"

// What the commands share that read and edit the registry's facts.
namespace comity::cli {

using RegistryStub = partner_registry::v1::PartnerRegistryService::Stub;

template <typename Request, typename Response>
using RegistryMethod = grpc::Status (RegistryStub::*)(grpc::ClientContext*, const Request&,
                                                      Response*);

// What the commands of one group take.
struct EditArguments {
  std::string name, other, reason, etag, evidence;
  std::vector<std::string> set;
  bool dry_run = false;
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

// --set FIELD=VALUE, of the fields of `Message`.
template <typename Message>
void AddFields(const Command& command, EditArguments& arguments) {
  command
      .AddOption("--set", arguments.set,
                 absl::StrCat("A field, once for each, a list once for each of its values; what "
                              "has parts as JSON, with the words of the protos, such as "
                              "certainty={\"in_force\":\"CERTAINTY_FOUND\"}: ",
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

// Calls a method and shows its answer as JSON or with `text`.
template <typename Request, typename Response, typename Text>
absl::Status CallRegistry(App& app, RegistryMethod<Request, Response> method, Request request,
                          Text text) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());
  COMITY_RETURN_IF_ERROR(SetAtRevision(app, request));
  COMITY_ASSIGN_OR_RETURN(
      const Response response,
      client::Invoke(registry.get(), method, std::move(request), app.patience()));
  app.Show(response, [&] { text(response); });
  return absl::OkStatus();
}

// All pages of a list as one answer.
template <typename Request, typename Response, typename Text>
absl::Status ListFromRegistry(App& app, RegistryMethod<Request, Response> method, Request request,
                              Text text) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());
  COMITY_RETURN_IF_ERROR(SetAtRevision(app, request));
  request.set_page_size(500);
  Response all;
  do {
    COMITY_ASSIGN_OR_RETURN(Response page,
                            client::Invoke(registry.get(), method, request, app.patience()));
    request.set_page_token(page.next_page_token());
    all.MergeFrom(page);
  } while (!request.page_token().empty());
  all.clear_next_page_token();
  app.Show(all, [&] { text(all); });
  return absl::OkStatus();
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
  if (!message.has_revision()) {
    std::cout << "Nothing was written.\n";
    return;
  }
  std::cout << "Recorded at registry revision " << message.revision().number() << ".\n";
}

}  // namespace comity::cli
