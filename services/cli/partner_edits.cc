// comity partners: create, update, confirm-class, confirm-competence, delete, undelete, purge,
// merge.

#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/cli/app.h"
#include "services/cli/edits.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

struct Arguments : EditArguments {
  bool allow_alike = false;
  std::string from;
};

absl::Status Create(App& app, const Arguments& arguments) {
  v1::CreatePartnerRequest request;
  google::protobuf::FieldMask named;
  request.set_partner_id(arguments.name);
  COMITY_RETURN_IF_ERROR(SetFields(arguments.set, *request.mutable_partner(), named));
  request.set_allow_alike(arguments.allow_alike);
  request.set_validate_only(arguments.dry_run);
  return CallAndShow(app, &RegistryStub::CreatePartner, request, PrintEdited<v1::Partner>);
}

absl::Status Update(App& app, const Arguments& arguments) {
  v1::UpdatePartnerRequest request;
  request.mutable_partner()->set_name(PartnerName(arguments.name));
  request.mutable_partner()->set_etag(arguments.etag);
  COMITY_RETURN_IF_ERROR(
      SetFields(arguments.set, *request.mutable_partner(), *request.mutable_update_mask()));
  request.set_reason(arguments.reason);
  request.set_validate_only(arguments.dry_run);
  return CallAndShow(app, &RegistryStub::UpdatePartner, request, PrintEdited<v1::Partner>);
}

absl::Status ConfirmClass(App& app, const Arguments& arguments) {
  v1::ConfirmLegalClassRequest request;
  request.set_name(PartnerName(arguments.name));
  request.set_from(arguments.from);
  request.set_evidence(arguments.evidence);
  request.set_etag(arguments.etag);
  return CallAndShow(app, &RegistryStub::ConfirmLegalClass, request, PrintEdited<v1::Partner>);
}

absl::Status ConfirmCompetence(App& app, const Arguments& arguments) {
  v1::ConfirmCompetenceRequest request;
  request.set_name(PartnerName(arguments.name));
  request.set_evidence(arguments.evidence);
  request.set_etag(arguments.etag);
  return CallAndShow(app, &RegistryStub::ConfirmCompetence, request, PrintEdited<v1::Partner>);
}

// Deletes or puts back: the two differ in the request only.
template <typename Request>
absl::Status Act(App& app,
                 grpc::Status (RegistryStub::*method)(grpc::ClientContext*, const Request&,
                                                      v1::Partner*),
                 const Arguments& arguments) {
  Request request;
  request.set_name(PartnerName(arguments.name));
  request.set_reason(arguments.reason);
  request.set_etag(arguments.etag);
  return CallAndShow(app, method, request, PrintEdited<v1::Partner>);
}

absl::Status Merge(App& app, const Arguments& arguments) {
  v1::MergePartnersRequest request;
  request.set_name(PartnerName(arguments.name));
  request.set_into(PartnerName(arguments.other));
  request.set_reason(arguments.reason);
  return CallAndShow(app, &RegistryStub::MergePartners, request, PrintEdited<v1::Partner>);
}

absl::Status Purge(App& app, const Arguments& arguments) {
  v1::PurgePartnerRequest request;
  request.set_name(PartnerName(arguments.name));
  request.set_reason(arguments.reason);
  request.set_etag(arguments.etag);
  return CallAndShow(
      app, &RegistryStub::PurgePartner, request, [](const v1::PurgePartnerResponse& response) {
        std::cout << "Gone from registry revision " << response.revision().number() << " on.\n";
      });
}

}  // namespace

void RegisterPartnerEdits(Command partners, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const auto add = [&](const char* name, const char* description, const char* example, auto body) {
    const Command command =
        AddCommand(partners, app, name, description,
                   absl::StrCat("  comity --as registry-1 partners ", name, " ", example),
                   [&app, arguments, body] { return body(app, *arguments); });
    command.AddOption("partner", arguments->name, "Its id, such as georgia").Required();
    return command;
  };
  const Command create = add("create", "Put a partner on the register",
                             "kazakhstan --set kind=state --set display_name=Kazakhstan", Create);
  AddSet<v1::Partner>(create, *arguments);
  create.AddFlag("--allow-alike", arguments->allow_alike,
                 "Although another partner has its name or an alias");

  const Command update = add("update", "Change fields of a partner",
                             "georgia --set aliases=Sakartvelo --reason \"...\"", Update);
  AddSet<v1::Partner>(update, *arguments);
  AddReason(update, *arguments);
  AddEtag(update, *arguments);

  const Command confirm =
      add("confirm-class", "Confirm a period of the legal class that somebody else recorded",
          "croatia --from 2013-07-01 \\\n      --evidence \"OJ L 112, 24.4.2012\" --etag '\"5\"'",
          ConfirmClass);
  confirm.AddOption("--from", arguments->from, "Its first day, as recorded; not said: none")
      .TypeName("DAY");
  AddConfirmation(confirm, *arguments, "partners show");

  const Command competence = add(
      "confirm-competence",
      "Confirm that an organisation is competent in criminal matters, as somebody else recorded",
      "interpol \\\n      --evidence \"Constitution, Article 2\" --etag '\"5\"'",
      ConfirmCompetence);
  AddConfirmation(competence, *arguments, "partners show");

  const Command off = add("delete",
                          "Take a partner off the register: returns when nothing is transferred to "
                          "it",
                          "georgia --reason \"...\"", [](App& to, const Arguments& given) {
                            return Act(to, &RegistryStub::DeletePartner, given);
                          });
  AddReason(off, *arguments);
  AddEtag(off, *arguments);
  const Command on = add("undelete", "Put a partner back on the register",
                         "georgia --reason \"...\"", [](App& to, const Arguments& given) {
                           return Act(to, &RegistryStub::UndeletePartner, given);
                         });
  AddReason(on, *arguments);
  AddEtag(on, *arguments);

  const Command purge =
      add("purge", "Remove a deleted partner for good, if nothing hangs on it or names it",
          "atlantis --reason \"...\"", Purge);
  AddReason(purge, *arguments);
  AddEtag(purge, *arguments);

  const Command merge = add("merge", "Say that a partner is another one entered twice",
                            "turkey turkiye --reason \"...\"", Merge);
  merge.AddOption("into", arguments->other, "The one that stays").Required();
  AddReason(merge, *arguments);
}

}  // namespace comity::cli
