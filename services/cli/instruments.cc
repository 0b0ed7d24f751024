// comity instruments: list, show, create, update, confirm, retract (relied-on: inquiries.cc).

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/cli/app.h"
#include "services/cli/edits.h"
#include "services/cli/enum_option.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

struct Arguments : EditArguments {
  std::string field;
};

void PrintInstruments(const v1::ListInstrumentsResponse& list) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::Instrument& instrument : list.instruments()) {
    rows.push_back(
        {instrument.name(),
         EnumText(v1::InstrumentKind_descriptor(), instrument.kind(), "INSTRUMENT_KIND_"),
         instrument.signed_(), InForceText(instrument), instrument.ended(), instrument.title(),
         instrument.has_retraction() ? "retracted" : ""});
  }
  PrintTable(std::cout, {"instrument", "kind", "signed", "in force", "last day", "title", ""},
             rows);
}

void PrintInstrument(const v1::Instrument& instrument) {
  PrintEdited(instrument);
  if (const auto rows = CertaintyRows(instrument); !rows.empty()) {
    const bool others = !instrument.value_recorded_by().empty();
    PrintTable(std::cout, {"field", "is", "evidence", others ? "value recorded by" : ""}, rows);
  }
  if (const auto limits = ShownFields(instrument.scope()); !limits.empty()) {
    PrintTable(std::cout, {"limit of its scope", "is"}, limits);
  }
}

absl::Status List(App& app, const Arguments& arguments) {
  v1::ListInstrumentsRequest request;
  request.set_parent(PartnerName(arguments.name.empty() ? "-" : arguments.name));
  request.set_show_retracted(arguments.show_retracted);
  return ListAndShow(app, &RegistryStub::ListInstruments, request, PrintInstruments);
}

absl::Status Show(App& app, const Arguments& arguments) {
  v1::GetInstrumentRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_name(), InstrumentName(arguments.name));
  return CallAndShow(app, &RegistryStub::GetInstrument, request, PrintInstrument);
}

absl::Status Create(App& app, const Arguments& arguments) {
  v1::CreateInstrumentRequest request;
  COMITY_ASSIGN_OR_RETURN(const std::string name, InstrumentName(arguments.name));
  google::protobuf::FieldMask named;
  request.set_parent(ParentOf(name));
  request.set_instrument_id(IdOf(name));
  COMITY_RETURN_IF_ERROR(SetFields(arguments.set, *request.mutable_instrument(), named));
  request.set_validate_only(arguments.dry_run);
  return CallAndShow(app, &RegistryStub::CreateInstrument, request, PrintInstrument);
}

absl::Status Update(App& app, const Arguments& arguments) {
  v1::UpdateInstrumentRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_instrument()->mutable_name(),
                          InstrumentName(arguments.name));
  request.mutable_instrument()->set_etag(arguments.etag);
  COMITY_RETURN_IF_ERROR(
      SetFields(arguments.set, *request.mutable_instrument(), *request.mutable_update_mask()));
  request.set_reason(arguments.reason);
  request.set_validate_only(arguments.dry_run);
  return CallAndShow(app, &RegistryStub::UpdateInstrument, request, PrintInstrument);
}

absl::Status Confirm(App& app, const Arguments& arguments) {
  v1::ConfirmFieldRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_name(), InstrumentName(arguments.name));
  request.mutable_confirmation()->set_field(arguments.field);
  request.mutable_confirmation()->set_evidence(arguments.evidence);
  request.set_etag(arguments.etag);
  return CallAndShow(app, &RegistryStub::ConfirmField, request, PrintInstrument);
}

absl::Status Retract(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(std::string name, InstrumentName(arguments.name));
  return CallAndShow(app, &RegistryStub::RetractInstrument,
                     RetractRequest<v1::RetractInstrumentRequest>(std::move(name), arguments),
                     PrintInstrument);
}

}  // namespace

void RegisterInstruments(Command root, App& app) {
  const Command instruments =
      root.AddGroup("instruments", "Agreements, decisions and arrangements, with their days");
  const auto arguments = std::make_shared<Arguments>();
  const auto add = [&](const char* name, const char* description, const char* example, auto body) {
    return AddCommand(instruments, app, name, description, absl::StrCat("  comity ", example),
                      [&app, arguments, body] { return body(app, *arguments); });
  };
  const auto name = [&](const Command& command) {
    command.AddOption("instrument", arguments->name, "Such as serbia/cooperation-agreement")
        .Required();
  };
  const Command list =
      AtRevision(app, add("list", "List instruments", "--as desk-1 instruments list serbia", List));
  list.AddOption("partner", arguments->name, "Only of this partner");
  AddShowRetracted(list, *arguments);
  name(
      AtRevision(app, add("show", "Show an instrument, how sure each field is and who confirmed it",
                          "--as desk-1 instruments show serbia/cooperation-agreement", Show)));

  const Command create =
      add("create", "Enter an instrument",
          "--as registry-1 instruments create chile/letter --set kind=letter-of-understanding \\\n"
          "      --set title=Letter --set signed=2026-11-01 \\\n"
          "      --set 'reference=press release of 2 November' \\\n"
          "      --set certainty.signed=found",
          Create);
  name(create);
  AddSet<v1::Instrument>(create, *arguments);

  const Command update =
      add("update", "Change fields of an instrument: its earlier states stay readable",
          "--as registry-1 instruments update serbia/cooperation-agreement \\\n"
          "      --set in_force=2019-12-10 --set 'scope={\"offences\": [\"terrorism\"]}' \\\n"
          "      --reason \"...\"",
          Update);
  name(update);
  AddSet<v1::Instrument>(update, *arguments);
  AddReason(update, *arguments);
  AddEtag(update, *arguments);

  const Command confirm =
      add("confirm", "Confirm a field that somebody else recorded: then it can carry a release",
          "--as desk-1 instruments confirm serbia/cooperation-agreement in_force \\\n"
          "      --evidence \"note verbale 7\" --etag '\"5\"'",
          Confirm);
  name(confirm);
  confirm.AddOption("field", arguments->field, "Such as in_force").Required();
  AddConfirmation(confirm, *arguments, "instruments show");

  const Command retract =
      add("retract", "Say that it was recorded by mistake: it counts for nothing, stays readable",
          "--as registry-1 instruments retract panama/agreement \\\n"
          "      --evidence \"the draft of 2025, never signed; note of the desk\"",
          Retract);
  name(retract);
  AddRetraction(retract, *arguments);
  RegisterReliedOn(instruments, app);
}

}  // namespace comity::cli
