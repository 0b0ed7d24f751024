// comity authorities: list, show, create, update, confirm, retract.

#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/cli/app.h"
#include "services/cli/edits.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

void PrintAuthorities(const v1::ListAuthoritiesResponse& list) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::Authority& authority : list.authorities()) {
    rows.push_back(
        {authority.name(), authority.display_name(),
         authority.competent_in_criminal_matters() ? "competent" : "not competent",
         authority.has_confirmation() ? "confirmed" : CertaintyText(authority.certainty()),
         authority.last_verified(), authority.has_retraction() ? "retracted" : ""});
  }
  PrintTable(std::cout, {"authority", "name", "criminal matters", "sure", "verified", ""}, rows);
  std::set<std::string> footnotes;
  for (const v1::Authority& authority : list.authorities()) {
    footnotes.insert(authority.status_footnote());
  }
  PrintFootnotes(std::cout, footnotes);
}

absl::Status List(App& app, const EditArguments& arguments) {
  v1::ListAuthoritiesRequest request;
  request.set_parent(PartnerName(arguments.name.empty() ? "-" : arguments.name));
  request.set_show_retracted(arguments.show_retracted);
  return ListAndShow(app, &RegistryStub::ListAuthorities, request, PrintAuthorities);
}

absl::Status Show(App& app, const EditArguments& arguments) {
  v1::GetAuthorityRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_name(), AuthorityName(arguments.name));
  return CallAndShow(app, &RegistryStub::GetAuthority, request, PrintEdited<v1::Authority>);
}

absl::Status Create(App& app, const EditArguments& arguments) {
  v1::CreateAuthorityRequest request;
  COMITY_ASSIGN_OR_RETURN(const std::string name, AuthorityName(arguments.name));
  google::protobuf::FieldMask named;
  request.set_parent(ParentOf(name));
  request.set_authority_id(IdOf(name));
  COMITY_RETURN_IF_ERROR(SetFields(arguments.set, *request.mutable_authority(), named));
  request.set_validate_only(arguments.dry_run);
  return CallAndShow(app, &RegistryStub::CreateAuthority, request, PrintEdited<v1::Authority>);
}

absl::Status Update(App& app, const EditArguments& arguments) {
  v1::UpdateAuthorityRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_authority()->mutable_name(),
                          AuthorityName(arguments.name));
  request.mutable_authority()->set_etag(arguments.etag);
  COMITY_RETURN_IF_ERROR(
      SetFields(arguments.set, *request.mutable_authority(), *request.mutable_update_mask()));
  request.set_reason(arguments.reason);
  request.set_validate_only(arguments.dry_run);
  return CallAndShow(app, &RegistryStub::UpdateAuthority, request, PrintEdited<v1::Authority>);
}

absl::Status Confirm(App& app, const EditArguments& arguments) {
  v1::ConfirmAuthorityRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_name(), AuthorityName(arguments.name));
  request.set_evidence(arguments.evidence);
  request.set_etag(arguments.etag);
  return CallAndShow(app, &RegistryStub::ConfirmAuthority, request, PrintEdited<v1::Authority>);
}

absl::Status Retract(App& app, const EditArguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(std::string name, AuthorityName(arguments.name));
  return CallAndShow(app, &RegistryStub::RetractAuthority,
                     RetractRequest<v1::RetractAuthorityRequest>(std::move(name), arguments),
                     PrintEdited<v1::Authority>);
}

}  // namespace

void RegisterAuthorities(Command root, App& app) {
  const Command authorities = root.AddGroup("authorities", "Who receives for a partner");
  const auto arguments = std::make_shared<EditArguments>();
  const auto add = [&](const char* name, const char* description, const char* example, auto body) {
    return AddCommand(authorities, app, name, description, absl::StrCat("  comity ", example),
                      [&app, arguments, body] { return body(app, *arguments); });
  };
  const auto name = [&](const Command& command) {
    command.AddOption("authority", arguments->name, "Such as georgia/prosecution-service")
        .Required();
  };
  const Command list = AtRevision(
      app, add("list", "List authorities", "--as desk-1 authorities list georgia", List));
  list.AddOption("partner", arguments->name, "Only of this partner");
  AddShowRetracted(list, *arguments);
  name(AtRevision(app, add("show", "Show an authority",
                           "--as desk-1 authorities show georgia/prosecution-service", Show)));
  const Command create = add("create", "Enter an authority",
                             "--as registry-1 authorities create georgia/ministry \\\n"
                             "      --set \"display_name=Ministry of Justice\"",
                             Create);
  name(create);
  AddSet<v1::Authority>(create, *arguments);
  const Command update = add("update", "Change fields of an authority",
                             "--as registry-1 authorities update georgia/prosecution-service \\\n"
                             "      --set last_verified=2026-11-28 --reason \"...\"",
                             Update);
  name(update);
  AddSet<v1::Authority>(update, *arguments);
  AddReason(update, *arguments);
  AddEtag(update, *arguments);
  const Command confirm =
      add("confirm", "Confirm an authority that somebody else recorded: then it can receive",
          "--as desk-1 authorities confirm algeria/prosecution-service \\\n"
          "      --evidence \"law of 2015, Article 3\" --etag '\"5\"'",
          Confirm);
  name(confirm);
  AddConfirmation(confirm, *arguments, "authorities show");
  const Command retract =
      add("retract", "Say that it was recorded by mistake: it counts for nothing, stays readable",
          "--as registry-1 authorities retract georgia/ministry \\\n"
          "      --evidence \"no such authority, note verbale 9\"",
          Retract);
  name(retract);
  AddRetraction(retract, *arguments);
}

}  // namespace comity::cli
