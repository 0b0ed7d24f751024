// comity decisions: record, withdraw, list. A decision with a case is kept by document-exchange
// (who works with whom is itself sensitive), a general one by the registry, and so is one with a
// case that is to count everywhere.

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/identity/principal.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/cli/app.h"
#include "services/cli/enum_option.h"
#include "services/cli/option_names.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace registry = partner_registry::v1;
namespace exchange = document_exchange::v1;

namespace {

struct Arguments {
  registry::DecisionKind kind = registry::DECISION_KIND_UNSPECIFIED;
  std::string partner, case_reference, evidence, grounds, from, to, name, reason;
  std::vector<std::string> counterparts, conditions;
  bool general = false;
  bool everywhere = false;
};

// From which option the fields of a recorded decision were made.
constexpr FieldOption kRecordOptions[] = {{"decision.kind", "kind"},
                                          {"decision.partner", "--by"},
                                          {"decision.counterparts", "--for"},
                                          {"decision.case_reference", "--case"},
                                          {"decision.conditions", "--condition"},
                                          {"decision.evidence", "--evidence"},
                                          {"decision.grounds", "--grounds"},
                                          {"decision.valid_from", "--from"},
                                          {"decision.valid_to", "--until"}};

void PrintDecisions(const std::vector<registry::Decision>& decisions) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(decisions.size());
  for (const registry::Decision& decision : decisions) {
    rows.push_back(
        {decision.name(),
         EnumText(registry::DecisionKind_descriptor(), decision.kind(), "DECISION_KIND_"),
         decision.partner().empty() ? "the agency" : decision.partner(),
         decision.counterparts_size() == 0 ? "any" : absl::StrJoin(decision.counterparts(), " "),
         decision.case_reference().empty() ? "general" : decision.case_reference(),
         decision.valid_from() + " to " +
             (decision.valid_to().empty() ? "withdrawal" : decision.valid_to()),
         decision.has_withdraw_time() ? "withdrawn " + TimeText(decision.withdraw_time())
                                      : "stands",
         absl::StrCat(decision.evidence(), decision.grounds().empty() ? "" : ": ",
                      decision.grounds()),
         absl::StrJoin(decision.conditions(), "; ")});
  }
  PrintTable(std::cout,
             {"decision", "kind", "by", "for", "case", "valid", "state", "evidence", "conditions"},
             rows);
}

// The same request type exists in both services; what differs is where it goes.
template <typename Request, typename Stub>
absl::Status Act(App& app, Stub* stub,
                 grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                              registry::Decision*),
                 Request request) {
  COMITY_ASSIGN_OR_RETURN(const registry::Decision decision,
                          client::Invoke(stub, method, std::move(request), app.patience()));
  app.Show(decision, [&] { PrintDecisions({decision}); });
  return absl::OkStatus();
}

// Whose decision, if the caller does not say: that of the Member State of his unit.
absl::StatusOr<std::string> OwnPartner(App& app, const Arguments& arguments) {
  if (!arguments.partner.empty()) return PartnerName(arguments.partner);
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const std::string spiffe_id, session->SpiffeId());
  COMITY_ASSIGN_OR_RETURN(const identity::Principal me, identity::Principal::Parse(spiffe_id));
  if (me.kind != identity::PrincipalKind::kAgency || me.unit == "-") return std::string();
  COMITY_ASSIGN_OR_RETURN(const auto stub, session->Registry());
  registry::ListPartnersRequest request;
  request.set_filter(absl::StrCat("iso_alpha2 = \"", absl::AsciiStrToUpper(me.unit), "\""));
  COMITY_ASSIGN_OR_RETURN(
      const registry::ListPartnersResponse found,
      client::Invoke(stub.get(), &registry::PartnerRegistryService::Stub::ListPartners, request,
                     app.patience()));
  return found.partners().empty() ? std::string() : found.partners(0).name();
}

absl::Status Record(App& app, const Arguments& arguments) {
  registry::Decision decision;
  decision.set_kind(arguments.kind);
  if (arguments.kind == registry::DECISION_KIND_AUTHORISATION || !arguments.partner.empty()) {
    COMITY_ASSIGN_OR_RETURN(*decision.mutable_partner(), OwnPartner(app, arguments));
  }
  for (const std::string& partner : arguments.counterparts) {
    decision.add_counterparts(PartnerName(partner));
  }
  for (const std::string& condition : arguments.conditions) decision.add_conditions(condition);
  decision.set_case_reference(arguments.case_reference);
  decision.set_valid_from(arguments.from.empty() ? FormatDay(DayInBrussels(absl::Now()))
                                                 : arguments.from);
  decision.set_valid_to(arguments.to);
  decision.set_evidence(arguments.evidence);
  decision.set_grounds(arguments.grounds);

  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  if (arguments.case_reference.empty() || arguments.everywhere) {
    registry::RecordDecisionRequest request;
    request.mutable_decision()->Swap(&decision);
    COMITY_ASSIGN_OR_RETURN(const auto stub, session->Registry());
    return Act(app, stub.get(), &registry::PartnerRegistryService::Stub::RecordDecision, request);
  }
  exchange::RecordDecisionRequest request;
  request.mutable_decision()->Swap(&decision);
  COMITY_ASSIGN_OR_RETURN(const auto stub, session->Exchange());
  return Act(app, stub.get(), &exchange::DocumentExchangeService::Stub::RecordDecision, request);
}

// A name does not tell which service keeps the decision.
absl::Status OrElsewhere(const absl::Status& status, absl::string_view hint) {
  if (ReasonOf(status) != "DECISION_NOT_FOUND") return status;
  return MakeError(status.code(), absl::StrCat(status.message(), " ", hint), DetailsOf(status));
}

absl::Status Withdraw(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  if (arguments.general) {
    registry::WithdrawDecisionRequest request;
    request.set_name(arguments.name);
    request.set_reason(arguments.reason);
    COMITY_ASSIGN_OR_RETURN(const auto stub, session->Registry());
    return OrElsewhere(
        Act(app, stub.get(), &registry::PartnerRegistryService::Stub::WithdrawDecision, request),
        "One that document-exchange keeps, of a case, is withdrawn without --general.");
  }
  exchange::WithdrawDecisionRequest request;
  request.set_name(arguments.name);
  request.set_reason(arguments.reason);
  COMITY_ASSIGN_OR_RETURN(const auto stub, session->Exchange());
  return OrElsewhere(
      Act(app, stub.get(), &exchange::DocumentExchangeService::Stub::WithdrawDecision, request),
      "One that the registry keeps, general or recorded with --everywhere, is withdrawn with "
      "--general.");
}

template <typename Request, typename Response, typename Stub>
absl::StatusOr<std::vector<registry::Decision>> AllOf(
    App& app, Stub* stub,
    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
    Request request) {
  COMITY_ASSIGN_OR_RETURN(const Response all,
                          client::AllPages(stub, method, std::move(request), app.patience()));
  return std::vector<registry::Decision>(all.decisions().begin(), all.decisions().end());
}

absl::StatusOr<std::vector<registry::Decision>> General(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  registry::ListDecisionsRequest request;
  if (!arguments.partner.empty()) request.set_partner(PartnerName(arguments.partner));
  COMITY_ASSIGN_OR_RETURN(const auto stub, session->Registry());
  return AllOf(app, stub.get(), &registry::PartnerRegistryService::Stub::ListDecisions, request);
}

absl::StatusOr<std::vector<registry::Decision>> OfCases(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  exchange::ListDecisionsRequest request;
  request.set_case_reference(arguments.case_reference);
  COMITY_ASSIGN_OR_RETURN(const auto stub, session->Exchange());
  return AllOf(app, stub.get(), &exchange::DocumentExchangeService::Stub::ListDecisions, request);
}

// Of both services, unless an option says of which; who may ask one of them only, is told.
absl::Status List(App& app, const Arguments& arguments) {
  const bool general_only = arguments.general || !arguments.partner.empty();
  const bool cases_only = !general_only && !arguments.case_reference.empty();
  std::vector<registry::Decision> decisions;
  absl::Status denied;
  int denials = 0;
  const auto take = [&](absl::StatusOr<std::vector<registry::Decision>> some,
                        const char* what) -> absl::Status {
    if (absl::IsPermissionDenied(some.status()) && !general_only && !cases_only) {
      denied = some.status();
      ++denials;
      std::cerr << "comity: not listed, since you may not: " << what << "\n";
      return absl::OkStatus();
    }
    COMITY_RETURN_IF_ERROR(some.status());
    decisions.insert(decisions.end(), some->begin(), some->end());
    return absl::OkStatus();
  };
  if (!general_only) COMITY_RETURN_IF_ERROR(take(OfCases(app, arguments), "decisions of cases"));
  if (!cases_only) COMITY_RETURN_IF_ERROR(take(General(app, arguments), "general decisions"));
  if (denials == 2) return denied;
  registry::ListDecisionsResponse shown;
  for (const registry::Decision& decision : decisions) *shown.add_decisions() = decision;
  app.Show(shown, [&] { PrintDecisions(decisions); });
  return absl::OkStatus();
}

}  // namespace

void RegisterDecisions(Command root, App& app) {
  const Command decisions =
      root.AddGroup("decisions", "Authorisations of Member States and decisions of the agency");
  const auto arguments = std::make_shared<Arguments>();

  const Command record = AddCommand(
      decisions, app, "record", "Record a decision; with --case for that case only",
      "  comity --as fr-1 decisions record authorisation --for georgia --case CASE-7 \\\n"
      "      --evidence \"letter 2026/44\"\n"
      "  comity --as fr-1 decisions record authorisation --for georgia --case CASE-7 \\\n"
      "      --everywhere --evidence \"letter 2026/44\"\n"
      "  comity --as fr-1 decisions record authorisation --for georgia --evidence \"circular 12\"",
      [&app, arguments] { return InOptions(Record(app, *arguments), kRecordOptions); });
  AddEnumOption(record, "kind", arguments->kind, "DECISION_KIND_",
                registry::DecisionKind_descriptor(), "What was decided, such as authorisation")
      .Required();
  record.AddOption("--by", arguments->partner, "Whose: your own Member State if left out")
      .TypeName("PARTNER");
  record.AddOption("--for", arguments->counterparts, "A counterpart it covers; repeat; any if none")
      .TypeName("PARTNER");
  // An empty one would record for every case what was meant for one.
  const Option of_case =
      record
          .AddOption(
              "--case",
              [arguments](const std::string& word) -> std::string {
                arguments->case_reference = word;
                return word.empty() ? "names no case: leave it out, or say which" : "";
              },
              "For this case only")
          .TypeName("REF");
  record
      .AddFlag("--everywhere", arguments->everywhere,
               "With --case: kept by the registry, so that it counts for meetings, too")
      .Needs(of_case);
  record.AddOption("--condition", arguments->conditions, "Travels with the data; repeat")
      .TypeName("TEXT");
  record.AddOption("--evidence", arguments->evidence, "The document that shows it").Required();
  record.AddOption("--grounds", arguments->grounds, "Why; for derogations and urgent transfers");
  record.AddOption("--from", arguments->from, "First day; today if left out").TypeName("DAY");
  record.AddOption("--until", arguments->to, "Last day; until withdrawn if left out")
      .TypeName("DAY");

  const Command withdraw = AddCommand(
      decisions, app, "withdraw", "Withdraw a decision, for whatever is not yet made available",
      "  comity --as fr-1 decisions withdraw decisions/... --reason \"proceedings closed\"",
      [&app, arguments] { return Withdraw(app, *arguments); });
  withdraw.AddOption("decision", arguments->name, "Its name, as record printed it").Required();
  withdraw.AddOption("--reason", arguments->reason, "Why; kept in the ledger").Required();
  withdraw.AddFlag("--general", arguments->general, "One that the registry keeps");

  const Command list =
      AddCommand(decisions, app, "list", "List decisions, those of cases before general ones",
                 "  comity --as fr-1 decisions list --case CASE-7\n"
                 "  comity --as dpo-1 decisions list --general",
                 [&app, arguments] { return List(app, *arguments); });
  list.AddOption("--case", arguments->case_reference, "Only of this case").TypeName("REF");
  list.AddOption("--by", arguments->partner, "Only general ones of this partner")
      .TypeName("PARTNER");
  list.AddFlag("--general", arguments->general, "Only those that the registry keeps");
}

}  // namespace comity::cli
