// comity arrangements, secondments: working arrangements on their way, and who is posted where.

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/cli/enum_option.h"
#include "services/cli/relations.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

struct Arguments {
  std::string partner, id, name, title, day, until, evidence, sha256, note, member_state;
  std::string instrument, contact, identity, authority, reason;
  std::vector<std::string> authorities;
  v1::Arrangement::State state = v1::Arrangement::STATE_UNSPECIFIED;
  v1::Secondment::Kind kind = v1::Secondment::KIND_UNSPECIFIED;
};

std::string StateText(int state) {
  return EnumText(v1::Arrangement::State_descriptor(), state, "STATE_");
}

void PrintArrangement(const v1::Arrangement& arrangement) {
  std::cout << arrangement.name() << ", " << StateText(arrangement.state()) << "\n  "
            << arrangement.title() << "\n  with " << absl::StrJoin(arrangement.authorities(), ", ")
            << "\n  No basis for personal data (EJR 47(3)).\n";
  std::vector<std::vector<std::string>> rows;
  for (const v1::ArrangementStep& step : arrangement.steps()) {
    rows.push_back({StateText(step.state()), step.day(), step.evidence()});
  }
  for (const v1::ArrangementDraft& draft : arrangement.drafts()) {
    rows.push_back({absl::StrCat("draft ", draft.number()), draft.day(),
                    absl::StrCat(draft.evidence(), draft.note().empty() ? "" : ": ", draft.note(),
                                 draft.sha256().empty() ? "" : ", SHA-256 ", draft.sha256())});
  }
  for (const v1::ArrangementTransmission& sent : arrangement.transmissions()) {
    rows.push_back(
        {absl::StrCat("transmitted to ", sent.member_state().empty() ? "the European Parliament"
                                                                     : sent.member_state()),
         sent.day(), sent.evidence()});
  }
  PrintTable(std::cout, {"step", "day", "evidence"}, rows);
  std::vector<std::string> outstanding;
  for (const std::string& one : arrangement.transmissions_outstanding()) {
    outstanding.push_back(one == "-" ? "the European Parliament" : one);
  }
  if (!outstanding.empty()) {
    std::cout << "To be transmitted to (EJR 67): "
              << Wrap(absl::StrJoin(outstanding, ", "), 100, 31) << "\n";
  }
}

void PrintArrangements(const v1::ListArrangementsResponse& response) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::Arrangement& one : response.arrangements()) {
    const std::string since =
        one.steps().empty() ? std::string() : one.steps(one.steps_size() - 1).day();
    const int open = one.transmissions_outstanding_size();
    rows.push_back({one.name(), StateText(one.state()), since, one.title(),
                    open == 0 ? "" : absl::StrCat(open, " parliaments to be told")});
  }
  PrintTable(std::cout, {"arrangement", "state", "since", "title", ""}, rows);
}

void PrintSecondments(const std::vector<v1::Secondment>& secondments) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(secondments.size());
  for (const v1::Secondment& one : secondments) {
    rows.push_back({one.name(), EnumText(v1::Secondment::Kind_descriptor(), one.kind(), "KIND_"),
                    one.from(), one.to().empty() ? "further notice" : one.to(),
                    one.in_effect() ? "in effect" : one.reason(), one.instrument(),
                    one.identity().empty() ? one.contact() : one.identity(), one.authority(),
                    one.evidence()});
  }
  PrintTable(std::cout,
             {"secondment", "kind", "from", "to", "state", "instrument", "whose access",
              "prosecutor of", "evidence"},
             rows);
}

absl::Status Open(App& app, const Arguments& arguments) {
  v1::CreateArrangementRequest request;
  request.set_parent(PartnerName(arguments.partner));
  request.set_arrangement_id(arguments.id);
  v1::Arrangement& arrangement = *request.mutable_arrangement();
  arrangement.set_title(arguments.title);
  for (const std::string& id : arguments.authorities) {
    arrangement.add_authorities(absl::StrCat(request.parent(), "/authorities/", id));
  }
  arrangement.set_opened(DayOrToday(arguments.day));
  arrangement.set_evidence(arguments.evidence);
  return CallAndShow(app, &RelationStub::CreateArrangement, request, &PrintArrangement);
}

absl::Status Draft(App& app, const Arguments& arguments) {
  v1::AddDraftRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_name(),
                          NameBelowPartner("arrangements", arguments.name));
  request.mutable_draft()->set_day(DayOrToday(arguments.day));
  request.mutable_draft()->set_evidence(arguments.evidence);
  request.mutable_draft()->set_sha256(arguments.sha256);
  request.mutable_draft()->set_note(arguments.note);
  return CallAndShow(app, &RelationStub::AddDraft, request, &PrintArrangement);
}

absl::Status Advance(App& app, const Arguments& arguments) {
  v1::AdvanceArrangementRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_name(),
                          NameBelowPartner("arrangements", arguments.name));
  request.mutable_step()->set_state(arguments.state);
  request.mutable_step()->set_day(DayOrToday(arguments.day));
  request.mutable_step()->set_evidence(arguments.evidence);
  return CallAndShow(app, &RelationStub::AdvanceArrangement, request, &PrintArrangement);
}

absl::Status Transmit(App& app, const Arguments& arguments) {
  v1::RecordTransmissionRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_name(),
                          NameBelowPartner("arrangements", arguments.name));
  v1::ArrangementTransmission& transmission = *request.mutable_transmission();
  if (!arguments.member_state.empty()) {
    transmission.set_member_state(PartnerName(arguments.member_state));
  }
  transmission.set_day(DayOrToday(arguments.day));
  transmission.set_evidence(arguments.evidence);
  return CallAndShow(app, &RelationStub::RecordTransmission, request, &PrintArrangement);
}

absl::Status Second(App& app, const Arguments& arguments) {
  v1::CreateSecondmentRequest request;
  request.set_parent(PartnerName(arguments.partner));
  request.set_secondment_id(arguments.id);
  v1::Secondment& secondment = *request.mutable_secondment();
  const auto below = [&request](absl::string_view collection, const std::string& id) {
    return absl::StartsWith(id, "partners/")
               ? id
               : absl::StrCat(request.parent(), "/", collection, "/", id);
  };
  secondment.set_kind(arguments.kind);
  secondment.set_instrument(below("instruments", arguments.instrument));
  if (!arguments.authority.empty()) {
    secondment.set_authority(below("authorities", arguments.authority));
  }
  secondment.set_from(DayOrToday(arguments.day));
  secondment.set_to(arguments.until);
  if (!arguments.contact.empty()) {
    COMITY_ASSIGN_OR_RETURN(*secondment.mutable_contact(), ContactName(arguments.contact));
  }
  secondment.set_identity(arguments.identity);
  secondment.set_evidence(arguments.evidence);
  return CallAndShow(app, &RelationStub::CreateSecondment, request,
                     [](const v1::Secondment& one) { PrintSecondments({one}); });
}

void RegisterSecondments(Command root, App& app, const std::shared_ptr<Arguments>& arguments) {
  const Command secondments =
      root.AddGroup("secondments", "Liaison prosecutors and liaison magistrates");
  const Command enter = AddCommand(
      secondments, app, "enter", "Enter a secondment or posting that its instrument permits",
      "  comity --as desk-1 secondments enter georgia s1 liaison-prosecutor \\\n"
      "      --instrument cooperation-agreement --contact tbilisi-1@georgia --from 2026-01-01 \\\n"
      "      --evidence \"letter of the Prosecutor General\"\n"
      "  comity --as desk-1 secondments enter albania s1 liaison-prosecutor \\\n"
      "      --instrument cooperation-agreement --evidence \"letter\" \\\n"
      "      --authority prosecution-service \\\n"
      "      --identity spiffe://agency.example/agency/liaison-prosecutor/albania/lp-1",
      [&app, arguments] { return Second(app, *arguments); });
  enter.AddOption("partner", arguments->partner, "Such as georgia").Required();
  enter.AddOption("id", arguments->id, "A name for it, such as s1").Required();
  AddEnumOption(enter, "kind", arguments->kind, "KIND_", v1::Secondment::Kind_descriptor(),
                "liaison-prosecutor (EJR 54a) or liaison-magistrate (EJR 53)")
      .Required();
  enter.AddOption("--instrument", arguments->instrument, "What permits it").Required();
  enter.AddOption("--contact", arguments->contact, "Whose access ends with it");
  enter
      .AddOption("--identity", arguments->identity,
                 "His SPIFFE id in the agency, which counts only while this is in effect")
      .TypeName("SPIFFE_ID");
  enter
      .AddOption(
          "--authority", arguments->authority,
          "Whose prosecutor he is: it receives what is sealed for his identity; without one, "
          "no operational data can be")
      .TypeName("ID");
  enter.AddOption("--from", arguments->day, "First day; today if left out").TypeName("DAY");
  enter.AddOption("--until", arguments->until, "Last day; further notice if left out")
      .TypeName("DAY");
  enter.AddOption("--evidence", arguments->evidence, "The document that shows it").Required();

  const Command end = AddCommand(
      secondments, app, "end", "End it: returns when whom it names has access to nothing any more",
      "  comity --as desk-1 secondments end georgia/s1 --reason \"recalled\"",
      [&app, arguments]() -> absl::Status {
        v1::EndSecondmentRequest request;
        COMITY_ASSIGN_OR_RETURN(*request.mutable_name(),
                                NameBelowPartner("secondments", arguments->name));
        request.set_day(arguments->day);
        request.set_reason(arguments->reason);
        return CallAndShow(app, &RelationStub::EndSecondment, request,
                           [](const v1::Secondment& one) { PrintSecondments({one}); });
      });
  end.AddOption("secondment", arguments->name, "Such as georgia/s1").Required();
  end.AddOption("--reason", arguments->reason, "Why; kept in the ledger").Required();
  end.AddOption("--day", arguments->day, "Its last day; today if left out").TypeName("DAY");

  const Command list = AtRevision(
      app,
      AddCommand(
          secondments, app, "list", "List secondments, with whether they are in effect on a day",
          "  comity --as desk-1 secondments list georgia", [&app, arguments] {
            v1::ListSecondmentsRequest request;
            request.set_parent(PartnerName(arguments->partner.empty() ? "-" : arguments->partner));
            request.set_day(arguments->day);
            return ListAndShow(
                app, &RelationStub::ListSecondments, request,
                [](const v1::ListSecondmentsResponse& response) {
                  PrintSecondments({response.secondments().begin(), response.secondments().end()});
                });
          }));
  list.AddOption("partner", arguments->partner, "Only of this partner");
  list.AddOption("--day", arguments->day, "Today if left out").TypeName("DAY");
}

}  // namespace

void RegisterArrangements(Command root, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const Command arrangements =
      root.AddGroup("arrangements", "Working arrangements on their way (EJR 47(3))");

  const Command open = AddCommand(
      arrangements, app, "open", "Begin to draft an arrangement with authorities of a partner",
      "  comity --as desk-1 arrangements open algeria a1 prosecution-service \\\n"
      "      --title \"Working arrangement\" --evidence \"mandate of the executive board\"",
      [&app, arguments] { return Open(app, *arguments); });
  open.AddOption("partner", arguments->partner, "Such as algeria").Required();
  open.AddOption("id", arguments->id, "A name for it, such as a1").Required();
  open.AddOption("authority", arguments->authorities, "Its authorities, the other side").Required();
  open.AddOption("--title", arguments->title, "The title").Required();
  open.AddOption("--evidence", arguments->evidence, "The document that shows it").Required();
  open.AddOption("--opened", arguments->day, "Today if left out").TypeName("DAY");

  // Those that say what happened on which day, and what shows it.
  const auto add = [&](const char* name, const char* description, const char* example, auto body) {
    const Command command = AddCommand(arrangements, app, name, description, example,
                                       [&app, arguments, body] { return body(app, *arguments); });
    command.AddOption("arrangement", arguments->name, "Such as algeria/a1").Required();
    command.AddOption("--evidence", arguments->evidence, "The document that shows it").Required();
    command.AddOption("--day", arguments->day, "Today if left out").TypeName("DAY");
    return command;
  };
  const Command draft = add("draft", "Add a draft",
                            "  comity --as desk-1 arrangements draft algeria/a1 --evidence "
                            "\"register 2026/71\" --note \"article 4 new\"",
                            &Draft);
  draft.AddOption("--sha256", arguments->sha256, "The digest of the document").TypeName("HEX");
  draft.AddOption("--note", arguments->note, "What changed");
  AddEnumOption(add("advance", "Take the next step, or give it up",
                    "  comity --as desk-1 arrangements advance algeria/a1 college-adopted \\\n"
                    "      --evidence \"College decision 2026-9\"",
                    &Advance),
                "step", arguments->state, "STATE_", v1::Arrangement::State_descriptor(),
                "college-adopted, signed, in-effect, ended or abandoned")
      .Required();
  add("transmit", "Record that a parliament was told (EJR 67)",
      "  comity --as desk-1 arrangements transmit algeria/a1 --to france --evidence \"letter\"",
      &Transmit)
      .AddOption("--to", arguments->member_state,
                 "The Member State; the European Parliament if left out")
      .TypeName("PARTNER");

  AtRevision(
      app, AddCommand(arrangements, app, "show", "Show an arrangement with its steps and drafts",
                      "  comity --as desk-1 arrangements show algeria/a1",
                      [&app, arguments]() -> absl::Status {
                        v1::GetArrangementRequest request;
                        COMITY_ASSIGN_OR_RETURN(*request.mutable_name(),
                                                NameBelowPartner("arrangements", arguments->name));
                        return CallAndShow(app, &RelationStub::GetArrangement, request,
                                           &PrintArrangement);
                      }))
      .AddOption("arrangement", arguments->name, "Such as algeria/a1")
      .Required();
  AtRevision(
      app,
      AddCommand(
          arrangements, app, "list", "List arrangements", "  comity --as desk-1 arrangements list",
          [&app, arguments] {
            v1::ListArrangementsRequest request;
            request.set_parent(PartnerName(arguments->partner.empty() ? "-" : arguments->partner));
            return ListAndShow(app, &RelationStub::ListArrangements, request, &PrintArrangements);
          }))
      .AddOption("partner", arguments->partner, "Only of this partner");

  RegisterSecondments(root, app, arguments);
}

}  // namespace comity::cli
