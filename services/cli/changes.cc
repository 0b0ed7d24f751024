// comity changes: what a partner asks to have changed, and what it is answered.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/cli/app.h"
#include "services/cli/calls.h"
#include "services/cli/edits.h"
#include "services/cli/enum_option.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

struct Arguments : EditArguments {
  std::string authority, contact, answer;
  bool is_new = false, show_closed = false;
};

const std::string& ChangedBy(const v1::ChangeRequest& request) {
  return request.has_authority() ? request.authority().name() : request.contact().name();
}

std::string StateText(const v1::ChangeRequest& request) {
  return EnumText(v1::ChangeRequest::State_descriptor(), request.state(), "STATE_");
}

// Fields that are to be changed and have no value: they are emptied, or become no.
template <typename Message>
std::vector<std::string> EmptiedIn(const Message& message,
                                   const google::protobuf::FieldMask& mask) {
  std::vector<const google::protobuf::FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  std::vector<std::string> emptied;
  for (const std::string& path : mask.paths()) {
    const bool has_value = std::any_of(
        set.begin(), set.end(), [&path](const auto* field) { return field->name() == path; });
    if (!has_value) emptied.push_back(path);
  }
  return emptied;
}

void Print(const v1::ChangeRequest& request) {
  PrintEdited(request);
  std::cout << (request.update_mask().paths().empty() ? "To be entered" : "To be changed") << ": "
            << ChangedBy(request);
  if (!request.update_mask().paths().empty()) {
    std::cout << ", " << absl::StrJoin(request.update_mask().paths(), ", ");
  }
  std::cout << "\n";
  const std::vector<std::string> emptied =
      request.has_authority() ? EmptiedIn(request.authority(), request.update_mask())
                              : EmptiedIn(request.contact(), request.update_mask());
  if (!emptied.empty()) std::cout << "To be emptied: " << absl::StrJoin(emptied, ", ") << "\n";
  if (request.has_authority()) PrintResource(request.authority());
  if (request.has_contact()) PrintResource(request.contact());
}

void PrintAll(const v1::ListChangeRequestsResponse& all) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::ChangeRequest& request : all.change_requests()) {
    rows.push_back({request.name(), TimeText(request.request_time()), StateText(request),
                    ChangedBy(request), absl::StrJoin(request.update_mask().paths(), ", "),
                    request.reason()});
  }
  PrintTable(std::cout, {"request", "asked", "state", "of", "fields", "why"}, rows);
}

absl::Status Request(App& app, const Arguments& arguments) {
  if (arguments.authority.empty() == arguments.contact.empty()) {
    return InvalidField("OPTIONS_EXCLUDE_EACH_OTHER", "--authority",
                        "name one authority or, by --contact, one contact");
  }
  v1::CreateChangeRequestRequest request;
  v1::ChangeRequest& asked = *request.mutable_change_request();
  google::protobuf::FieldMask named;
  std::string name;
  if (arguments.contact.empty()) {
    COMITY_ASSIGN_OR_RETURN(name, AuthorityName(arguments.authority));
    asked.mutable_authority()->set_name(name);
    asked.mutable_authority()->set_etag(arguments.etag);
    COMITY_RETURN_IF_ERROR(SetFields(arguments.set, *asked.mutable_authority(), named));
  } else {
    COMITY_ASSIGN_OR_RETURN(name, ContactName(arguments.contact));
    asked.mutable_contact()->set_name(name);
    asked.mutable_contact()->set_etag(arguments.etag);
    COMITY_RETURN_IF_ERROR(SetFields(arguments.set, *asked.mutable_contact(), named));
  }
  if (!arguments.is_new) *asked.mutable_update_mask() = named;
  asked.set_reason(arguments.reason);
  request.set_parent(ParentOf(name));
  request.set_validate_only(arguments.dry_run);
  return CallAndShow(app, &ChangeRequestStub::CreateChangeRequest, request, Print);
}

absl::Status List(App& app, const Arguments& arguments) {
  v1::ListChangeRequestsRequest request;
  request.set_parent(PartnerName(arguments.name.empty() ? "-" : arguments.name));
  request.set_show_closed(arguments.show_closed);
  return ListAndShow(app, &ChangeRequestStub::ListChangeRequests, request, PrintAll);
}

absl::Status Show(App& app, const Arguments& arguments) {
  v1::GetChangeRequestRequest request;
  request.set_name(arguments.name);
  return CallAndShow(app, &ChangeRequestStub::GetChangeRequest, request, Print);
}

absl::Status Approve(App& app, const Arguments& arguments) {
  v1::ApproveChangeRequestRequest request;
  request.set_name(arguments.name);
  request.set_answer(arguments.answer);
  request.set_validate_only(arguments.dry_run);
  return CallAndShow(app, &ChangeRequestStub::ApproveChangeRequest, request, Print);
}

absl::Status Reject(App& app, const Arguments& arguments) {
  v1::RejectChangeRequestRequest request;
  request.set_name(arguments.name);
  request.set_answer(arguments.answer);
  return CallAndShow(app, &ChangeRequestStub::RejectChangeRequest, request, Print);
}

}  // namespace

void RegisterChanges(Command root, App& app) {
  const Command changes =
      root.AddGroup("changes", "What a partner asks to have changed of its own");
  const auto arguments = std::make_shared<Arguments>();
  const auto add = [&](const char* name, const char* description, const char* example, auto body) {
    return AddCommand(changes, app, name, description, absl::StrCat("  comity ", example),
                      [&app, arguments, body] { return body(app, *arguments); });
  };
  const auto name = [&](const Command& command) {
    command.AddOption("request", arguments->name, "Such as partners/georgia/changeRequests/018f...")
        .Required();
  };

  const Command request = add(
      "request", "Ask for a change of an authority or contact of your own partner",
      "--as tbilisi-1 changes request --contact tbilisi-1@georgia \\\n"
      "      --set function=\"deputy head\" --reason \"new tasks\"\n"
      "  comity --as tbilisi-1 changes request --authority georgia/ministry --new \\\n"
      "      --set \"display_name=Ministry of Justice\" --reason \"central authority since May\"",
      Request);
  request.AddOption("--authority", arguments->authority, "Such as georgia/prosecution-service")
      .TypeName("AUTHORITY");
  request.AddOption("--contact", arguments->contact, "Such as tbilisi-1@georgia")
      .TypeName("CONTACT");
  request.AddFlag("--new", arguments->is_new, "It is to be entered, not changed");
  request
      .AddOption("--set", arguments->set,
                 absl::StrCat("A field, once for each, as in authorities update and contacts "
                              "update. Of an authority: ",
                              SettableFields(*v1::Authority::descriptor()),
                              "; of a contact: ", SettableFields(*v1::Contact::descriptor())))
      .TypeName("FIELD=VALUE")
      .Required();
  request.AddOption("--reason", arguments->reason, "Why, naming nobody").Required();
  AddEtag(request, *arguments);
  request.AddFlag("--dry-run", arguments->dry_run, "Say what would be, write nothing");

  const Command list = add("list", "List what waits for an answer, the oldest first",
                           "--as registry-1 changes list georgia --closed", List);
  list.AddOption("partner", arguments->name, "Only of this partner");
  list.AddFlag("--closed", arguments->show_closed, "What was answered, too");
  name(add("show", "Show a request, and what was answered",
           "--as tbilisi-1 changes show partners/georgia/changeRequests/018f...", Show));

  const Command approve =
      add("approve", "Make the change, as recorded by you, and answer the partner",
          "--as registry-1 changes approve partners/georgia/changeRequests/018f...", Approve);
  name(approve);
  approve.AddOption("--answer", arguments->answer, "What the partner is told");
  approve.AddFlag("--dry-run", arguments->dry_run, "Say what would be, write nothing");

  const Command reject =
      add("reject", "Decline a request or, for who asked, take it back",
          "--as registry-1 changes reject partners/georgia/changeRequests/018f... \\\n"
          "      --answer \"the law says otherwise\"",
          Reject);
  name(reject);
  reject.AddOption("--answer", arguments->answer, "Why; the partner reads it").Required();
}

}  // namespace comity::cli
