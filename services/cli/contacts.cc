// comity contacts: list, show, suspend, reinstate.

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
#include "services/cli/app.h"
#include "services/cli/enum_option.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

using Registry = v1::PartnerRegistryService::Stub;

struct Arguments {
  std::string contact, partner, reason;
};

void PrintContacts(const std::vector<v1::Contact>& contacts) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(contacts.size());
  for (const v1::Contact& contact : contacts) {
    rows.push_back({contact.name(), contact.function(), contact.authority(),
                    EnumText(v1::Contact::State_descriptor(), contact.state(), "STATE_"),
                    contact.working_hours().time_zone(), contact.opener() ? "opens" : "",
                    contact.spiffe_id()});
  }
  PrintTable(std::cout, {"contact", "function", "authority", "state", "zone", "", "SPIFFE id"},
             rows);
}

absl::Status List(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());
  v1::ListContactsRequest request;
  request.set_parent(PartnerName(arguments.partner.empty() ? "-" : arguments.partner));
  request.set_page_size(500);
  v1::ListContactsResponse all;
  do {
    COMITY_ASSIGN_OR_RETURN(
        v1::ListContactsResponse page,
        client::Invoke(registry.get(), &Registry::ListContacts, request, app.patience()));
    request.set_page_token(page.next_page_token());
    all.MergeFrom(page);
  } while (!request.page_token().empty());
  all.clear_next_page_token();
  app.Show(all, [&] { PrintContacts({all.contacts().begin(), all.contacts().end()}); });
  return absl::OkStatus();
}

// Gets, suspends or reinstates: the three differ in the request only.
template <typename Request>
absl::Status Act(App& app,
                 grpc::Status (Registry::*method)(grpc::ClientContext*, const Request&,
                                                  v1::Contact*),
                 Request request) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());
  COMITY_ASSIGN_OR_RETURN(
      const v1::Contact contact,
      client::Invoke(registry.get(), method, std::move(request), app.patience()));
  app.Show(contact, [&] { PrintContacts({contact}); });
  return absl::OkStatus();
}

}  // namespace

void RegisterContacts(Command root, App& app) {
  const Command contacts = root.AddGroup("contacts", "Who calls for a partner");
  const auto arguments = std::make_shared<Arguments>();

  const Command list = AddCommand(contacts, app, "list", "List contacts",
                                  "  comity --as desk-1 contacts list georgia",
                                  [&app, arguments] { return List(app, *arguments); });
  list.AddOption("partner", arguments->partner, "Only of this partner");

  const auto add = [&](const char* name, const char* description, auto body) {
    const Command command = AddCommand(
        contacts, app, name, description,
        absl::StrCat("  comity --as registry-1 contacts ", name, " tbilisi-1@georgia"), body);
    command.AddOption("contact", arguments->contact, "Such as tbilisi-1@georgia").Required();
    return command;
  };
  add("show", "Show a contact", [&app, arguments]() -> absl::Status {
    v1::GetContactRequest request;
    COMITY_ASSIGN_OR_RETURN(*request.mutable_name(), ContactName(arguments->contact));
    return Act(app, &Registry::GetContact, request);
  });
  add("suspend", "Suspend a contact everywhere: returns when no service counts it any more",
      [&app, arguments]() -> absl::Status {
        v1::SuspendContactRequest request;
        COMITY_ASSIGN_OR_RETURN(*request.mutable_name(), ContactName(arguments->contact));
        request.set_reason(arguments->reason);
        return Act(app, &Registry::SuspendContact, request);
      })
      .AddOption("--reason", arguments->reason, "Why; kept in the ledger")
      .Required();
  add("reinstate", "Reinstate a suspended contact",
      [&app, arguments]() -> absl::Status {
        v1::ReinstateContactRequest request;
        COMITY_ASSIGN_OR_RETURN(*request.mutable_name(), ContactName(arguments->contact));
        request.set_reason(arguments->reason);
        return Act(app, &Registry::ReinstateContact, request);
      })
      .AddOption("--reason", arguments->reason, "Why; kept in the ledger")
      .Required();
}

}  // namespace comity::cli
