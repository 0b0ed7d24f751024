// comity contacts: list, show, find, create, update, suspend, reinstate, erase.

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/macros.h"
#include "services/cli/app.h"
#include "services/cli/edits.h"
#include "services/cli/enum_option.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

struct Arguments : EditArguments {
  std::string contact, partner, at;
  std::vector<std::string> languages;
  bool openers = false;
};

void PrintContacts(const v1::ListContactsResponse& list) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::Contact& contact : list.contacts()) {
    rows.push_back({contact.name(), contact.function(), contact.authority(),
                    EnumText(v1::Contact::State_descriptor(), contact.state(), "STATE_"),
                    contact.working_hours().time_zone(), contact.opener() ? "opens" : "",
                    contact.spiffe_id()});
  }
  PrintTable(std::cout, {"contact", "function", "authority", "state", "zone", "", "SPIFFE id"},
             rows);
}

absl::Status List(App& app, const Arguments& arguments) {
  v1::ListContactsRequest request;
  request.set_parent(PartnerName(arguments.partner.empty() ? "-" : arguments.partner));
  return ListAndShow(app, &RegistryStub::ListContacts, request, PrintContacts);
}

absl::Status Create(App& app, const Arguments& arguments) {
  v1::CreateContactRequest request;
  COMITY_ASSIGN_OR_RETURN(const std::string name, ContactName(arguments.contact));
  google::protobuf::FieldMask named;
  request.set_parent(ParentOf(name));
  request.set_contact_id(IdOf(name));
  COMITY_RETURN_IF_ERROR(SetFields(arguments.set, *request.mutable_contact(), named));
  return CallAndShow(app, &RegistryStub::CreateContact, request, PrintEdited<v1::Contact>);
}

absl::Status Update(App& app, const Arguments& arguments) {
  v1::UpdateContactRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_contact()->mutable_name(),
                          ContactName(arguments.contact));
  request.mutable_contact()->set_etag(arguments.etag);
  COMITY_RETURN_IF_ERROR(
      SetFields(arguments.set, *request.mutable_contact(), *request.mutable_update_mask()));
  request.set_reason(arguments.reason);
  request.set_validate_only(arguments.dry_run);
  return CallAndShow(app, &RegistryStub::UpdateContact, request, PrintEdited<v1::Contact>);
}

void PrintCounterparts(const v1::FindCounterpartResponse& found) {
  if (!found.sentence().empty()) {
    std::cout << found.sentence() << "\n";
    return;
  }
  std::vector<std::vector<std::string>> rows;
  for (const v1::Counterpart& one : found.counterparts()) {
    rows.push_back(
        {one.contact().name(), one.contact().function(),
         one.at_work() ? "now" : (one.has_next_at_work() ? TimeText(one.next_at_work()) : ""),
         one.contact().opener() ? "opens" : "", absl::StrJoin(one.contact().languages(), " "),
         one.sentence()});
  }
  PrintTable(std::cout, {"contact", "function", "at work", "", "languages", "when"}, rows);
}

absl::Status Find(App& app, const Arguments& arguments) {
  v1::FindCounterpartRequest request;
  request.set_parent(PartnerName(arguments.partner));
  if (absl::StrContains(arguments.partner, '/') &&
      !absl::StartsWith(arguments.partner, "partners/")) {
    COMITY_ASSIGN_OR_RETURN(*request.mutable_parent(), AuthorityName(arguments.partner));
  }
  if (!arguments.at.empty()) {
    COMITY_ASSIGN_OR_RETURN(const absl::Time at, ParseMoment("--at", arguments.at));
    *request.mutable_instant() = ToTimestamp(at);
  }
  for (const std::string& language : arguments.languages) request.add_languages(language);
  request.set_openers_only(arguments.openers);
  return CallAndShow(app, &RegistryStub::FindCounterpart, request, PrintCounterparts);
}

}  // namespace

void RegisterContacts(Command root, App& app) {
  const Command contacts = root.AddGroup("contacts", "Who calls for a partner");
  const auto arguments = std::make_shared<Arguments>();

  const Command list = AddCommand(contacts, app, "list", "List contacts",
                                  "  comity --as desk-1 contacts list georgia",
                                  [&app, arguments] { return List(app, *arguments); });
  list.AddOption("partner", arguments->partner, "Only of this partner");
  AtRevision(app, list);

  const auto add = [&](const char* name, const char* description, auto body) {
    const Command command = AddCommand(
        contacts, app, name, description,
        absl::StrCat("  comity --as registry-1 contacts ", name, " tbilisi-1@georgia"), body);
    command.AddOption("contact", arguments->contact, "Such as tbilisi-1@georgia").Required();
    return command;
  };
  AtRevision(app, add("show", "Show a contact", [&app, arguments]() -> absl::Status {
               v1::GetContactRequest request;
               COMITY_ASSIGN_OR_RETURN(*request.mutable_name(), ContactName(arguments->contact));
               return CallAndShow(app, &RegistryStub::GetContact, request,
                                  PrintEdited<v1::Contact>);
             }));
  const Command find =
      AddCommand(contacts, app, "find", "Find whom to turn to, now or at another moment",
                 "  comity --as desk-1 contacts find georgia/prosecution-service --language en",
                 [&app, arguments] { return Find(app, *arguments); });
  find.AddOption("parent", arguments->partner, "A partner or authority, such as georgia")
      .Required();
  find.AddOption("--at", arguments->at, "When: 2026-12-24T09:00:00+01:00, or a day at noon")
      .TypeName("TIME");
  find.AddOption("--language", arguments->languages, "Only who speaks one of these, such as fr")
      .TypeName("TAG");
  find.AddFlag("--openers", arguments->openers, "Only who can open documents");
  const Command create = AddCommand(
      contacts, app, "create", "Register a contact",
      "  comity --as registry-1 contacts create tbilisi-2@georgia \\\n"
      "      --set spiffe_id=spiffe://georgia.example/partner/georgia/contact/tbilisi-2 \\\n"
      "      --set \"function=duty prosecutor\" \\\n"
      "      --set authority=partners/georgia/authorities/prosecution-service",
      [&app, arguments] { return Create(app, *arguments); });
  create.AddOption("contact", arguments->contact, "Such as tbilisi-2@georgia").Required();
  AddFields<v1::Contact>(create, *arguments);
  const Command update =
      AddCommand(contacts, app, "update", "Change fields of a contact",
                 "  comity --as registry-1 contacts update tbilisi-1@georgia \\\n"
                 "      --set opener=no --reason \"...\"",
                 [&app, arguments] { return Update(app, *arguments); });
  update.AddOption("contact", arguments->contact, "Such as tbilisi-1@georgia").Required();
  AddSet<v1::Contact>(update, *arguments);
  AddReason(update, *arguments);
  AddEtag(update, *arguments);
  add("suspend", "Suspend a contact everywhere: returns when no service counts it any more",
      [&app, arguments]() -> absl::Status {
        v1::SuspendContactRequest request;
        COMITY_ASSIGN_OR_RETURN(*request.mutable_name(), ContactName(arguments->contact));
        request.set_reason(arguments->reason);
        return CallAndShow(app, &RegistryStub::SuspendContact, request, PrintEdited<v1::Contact>);
      })
      .AddOption("--reason", arguments->reason, "Why; kept in the ledger")
      .Required();
  add("reinstate", "Reinstate a suspended contact",
      [&app, arguments]() -> absl::Status {
        v1::ReinstateContactRequest request;
        COMITY_ASSIGN_OR_RETURN(*request.mutable_name(), ContactName(arguments->contact));
        request.set_reason(arguments->reason);
        return CallAndShow(app, &RegistryStub::ReinstateContact, request, PrintEdited<v1::Contact>);
      })
      .AddOption("--reason", arguments->reason, "Why; kept in the ledger")
      .Required();
  const Command erase =
      add("erase", "Erase a contact's data for good (EUDPR 19): its name alone is left",
          [&app, arguments]() -> absl::Status {
            v1::EraseContactRequest request;
            COMITY_ASSIGN_OR_RETURN(*request.mutable_name(), ContactName(arguments->contact));
            request.set_reason(arguments->reason);
            request.set_etag(arguments->etag);
            return CallAndShow(app, &RegistryStub::EraseContact, request, PrintEdited<v1::Contact>);
          });
  erase.AddOption("--reason", arguments->reason, "Why, naming nobody; kept in the ledger")
      .Required();
  AddEtag(erase, *arguments);
}

}  // namespace comity::cli
