// comity partners: list, show, import, suspend-exchanges, resume-exchanges. Those that edit are in
// partner_edits.cc.

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/facts_csv/csv.h"
#include "common/facts_csv/facts_csv.h"
#include "common/facts_csv/json_lines.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "services/cli/app.h"
#include "services/cli/edits.h"
#include "services/cli/enum_option.h"
#include "services/cli/progress.h"
#include "services/cli/question.h"
#include "services/cli/shown_fields.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

using Registry = v1::PartnerRegistryService::Stub;

constexpr int kRowsAMessage = 200;

std::string Words(const std::string& step) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(step, {{"_", " "}}));
}

// Nobody knows since when, only that it was so by its day.
template <typename Step>
bool ByThen(const Step& step) {
  return !step.day().empty() && step.certainty() == v1::CERTAINTY_UNKNOWN;
}

std::string CompetenceText(const v1::Partner& partner) {
  if (!partner.competent_in_criminal_matters()) return "no";
  return absl::StrCat("yes (",
                      partner.has_competence_confirmation()
                          ? ConfirmedText(partner.competence_confirmation())
                      : partner.competence_certainty() == v1::CERTAINTY_UNSPECIFIED
                          ? "not confirmed"
                          : CertaintyText(partner.competence_certainty()),
                      ")");
}

// Who it is, besides its name.
void PrintIdentity(const v1::Partner& partner) {
  if (!partner.merged_into().empty()) {
    std::cout << "Entered twice, and merged into " << partner.merged_into()
              << ": comity partners show " << IdOf(partner.merged_into()) << "\n";
  }
  std::cout << EnumText(v1::PartnerKind_descriptor(), partner.kind(), "PARTNER_KIND_");
  if (!partner.region().empty()) std::cout << ", " << Words(partner.region());
  if (!partner.aliases().empty()) {
    std::cout << ", also known as " << absl::StrJoin(partner.aliases(), ", ");
  }
  std::cout << "\n";
}

void PrintStanding(const v1::PartnerStanding& standing) {
  const v1::Partner& partner = standing.partner();
  std::cout << partner.display_name() << " (" << partner.name() << ")";
  if (!partner.iso_alpha2().empty()) {
    std::cout << "  " << partner.iso_alpha2() << " " << partner.iso_alpha3();
  }
  std::cout << "\n";
  if (!partner.status_footnote().empty())
    std::cout << Wrap(partner.status_footnote(), 100, 0) << "\n";
  PrintIdentity(partner);
  std::cout << "On " << standing.day() << ": "
            << EnumText(v1::LegalClass_descriptor(), standing.legal_class(), "LEGAL_CLASS_")
            << (partner.exchanges_suspended() ? ", exchanges suspended" : "")
            << (partner.has_delete_time()
                    ? ", off the register since " + TimeText(partner.delete_time())
                    : "")
            << (standing.public_on().empty() ? "" : ", as public on " + standing.public_on())
            << ", registry revision " << standing.registry_revision().number() << "\n"
            << "etag: " << partner.etag() << "\n";  // A confirmation takes it.
  for (const v1::LegalClassPeriod& period : partner.legal_classes()) {
    std::cout << "Legal class: " << Wrap(LegalClassText(period), 100, 13) << "\n";
  }
  if (standing.legal_class() == v1::LEGAL_CLASS_INTERNATIONAL_ORGANISATION) {
    std::cout << "Competent in criminal matters: " << CompetenceText(partner) << "\n";
  }
  std::cout << "\n";
  for (const v1::AxisStanding& axis : standing.axes()) {
    std::cout << EnumText(v1::Axis_descriptor(), axis.axis(), "AXIS_") << ": "
              << Words(axis.step());
    if (!axis.day().empty()) std::cout << (ByThen(axis) ? " by " : " since ") << axis.day();
    if (const std::string sure = CertaintyText(axis.certainty()); !sure.empty()) {
      std::cout << " (" << sure << ")";
    }
    std::cout << "\n";
    if (!axis.evidence().empty()) {
      std::cout << "  evidence: " << Wrap(axis.evidence(), 100, 12) << "\n";
    }
    for (const v1::Milestone& milestone : axis.history()) {
      std::cout << "  " << (ByThen(milestone) ? "by " : "")
                << (milestone.day().empty() ? "(day unknown)" : milestone.day()) << "  "
                << Words(milestone.step());
      if (!milestone.project().empty()) std::cout << " " << milestone.project();
      if (!milestone.evidence().empty()) std::cout << "; " << milestone.evidence();
      if (!milestone.withdrawal_evidence().empty()) {
        std::cout << "; withdrawn: " << milestone.withdrawal_evidence();
      }
      if (!milestone.note().empty()) std::cout << "; " << milestone.note();
      std::cout << "\n";
    }
    if (!axis.next_step().empty())
      std::cout << "  next: " << Wrap(axis.next_step(), 100, 8) << "\n";
    std::cout << "\n";
  }
  std::vector<std::vector<std::string>> rows;
  for (const v1::Instrument& instrument : standing.instruments()) {
    rows.push_back(
        {EnumText(v1::InstrumentKind_descriptor(), instrument.kind(), "INSTRUMENT_KIND_"),
         instrument.signed_().empty() ? "-" : instrument.signed_(), InForceText(instrument),
         instrument.ended().empty() ? "-" : instrument.ended(), instrument.title()});
  }
  std::cout << "Instruments\n";
  PrintTable(std::cout, {"kind", "signed", "in force", "last day", "title"}, rows);
}

struct Arguments {
  std::string partner, day, public_on, query, filter, folder, reason;
  bool dry_run = false, show_deleted = false;
};

absl::Status Show(App& app, const Arguments& arguments) {
  v1::GetPartnerStandingRequest request;
  request.set_name(PartnerName(arguments.partner));
  request.set_day(arguments.day);
  request.set_public_on(arguments.public_on);
  COMITY_RETURN_IF_ERROR(SetAtRevision(app, request));
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());
  COMITY_ASSIGN_OR_RETURN(
      const v1::PartnerStanding standing,
      client::Invoke(registry.get(), &Registry::GetPartnerStanding, request, app.patience()));
  app.Show(standing, [&] { PrintStanding(standing); });
  return absl::OkStatus();
}

// "deleted", "merged into partners/turkiye".
std::string OffText(const v1::Partner& partner) {
  if (!partner.merged_into().empty()) return absl::StrCat("merged into ", partner.merged_into());
  return partner.has_delete_time() ? "deleted" : "";
}

// `fields` of each, or what finds it if there are none.
void PrintPartners(const v1::ListPartnersResponse& all, const std::vector<std::string>& fields) {
  std::vector<std::string> header = {"name", "partner", "kind", "ISO", "region", ""};
  if (!fields.empty()) {
    header = {"name"};
    header.insert(header.end(), fields.begin(), fields.end());
  }
  std::vector<std::vector<std::string>> rows;
  std::set<std::string> footnotes;
  for (const v1::Partner& partner : all.partners()) {
    footnotes.insert(partner.status_footnote());
    if (!fields.empty()) {
      rows.push_back(NamedFields(partner, fields));
      continue;
    }
    rows.push_back({partner.name(), partner.display_name(),
                    EnumText(v1::PartnerKind_descriptor(), partner.kind(), "PARTNER_KIND_"),
                    partner.iso_alpha2(), partner.region(), OffText(partner)});
  }
  PrintTable(std::cout, header, rows);
  PrintFootnotes(std::cout, footnotes);
}

absl::Status List(App& app, const Arguments& arguments) {
  v1::ListPartnersRequest request;
  request.set_query(arguments.query);
  request.set_filter(arguments.filter);
  request.set_show_deleted(arguments.show_deleted);
  // The footnote goes with the name wherever people read it.
  if (!app.options.json &&
      std::find(app.fields.begin(), app.fields.end(), "display_name") != app.fields.end()) {
    request.mutable_read_mask()->add_paths("status_footnote");
  }
  return ListAndShow(
      app, &RegistryStub::ListPartners, request,
      [&fields = app.fields](const v1::ListPartnersResponse& all) { PrintPartners(all, fields); });
}

void PrintImport(const v1::ImportFactsResponse& response, bool dry_run) {
  std::cout << "Read:";
  for (const auto& [kind, count] :
       std::map<std::string, int>(response.rows_by_kind().begin(), response.rows_by_kind().end())) {
    std::cout << " " << count << " " << kind;
  }
  std::cout << "\n";
  constexpr int kShown = 20;
  int shown = 0;
  for (const auto& difference : response.differences()) {
    if (shown++ == kShown) {
      std::cout << "  ... and " << response.differences_size() - kShown << " more\n";
      break;
    }
    if (difference.kind() == v1::ImportFactsResponse::Difference::KIND_ADDED) {
      std::cout << "  + " << difference.name() << "\n";
    } else {
      std::cout << "  ~ " << difference.name() << " " << difference.field() << ": \""
                << difference.old_value() << "\" -> \"" << difference.new_value() << "\" ("
                << difference.source().file() << ":" << difference.source().line() << ")\n";
    }
  }
  if (response.added() + response.changed() == 0) {
    std::cout << "There is no change: all " << response.unchanged()
              << " are recorded as they are.\n";
    return;
  }
  std::cout << (dry_run ? "Would add " : "Added ") << response.added()
            << (dry_run ? ", change " : ", changed ") << response.changed() << ", "
            << (dry_run ? "leave " : "left ") << response.unchanged() << "; registry revision "
            << response.registry_revision().number() << (dry_run ? " (nothing written)" : "")
            << ".\n";
}

// A folder of CSV files, or a file of JSON lines.
absl::StatusOr<std::vector<facts_csv::Row>> ReadRows(const std::string& from) {
  if (!std::filesystem::is_regular_file(from)) return facts_csv::ReadFolder(from);
  COMITY_ASSIGN_OR_RETURN(const std::string text,
                          storage::ReadFile(from, facts_csv::kMaxFileBytes + 1));
  return facts_csv::ReadJsonLines(std::filesystem::path(from).filename().string(), text);
}

absl::Status Import(App& app, const std::string& folder, bool dry_run) {
  COMITY_ASSIGN_OR_RETURN(const std::vector<facts_csv::Row> rows, ReadRows(folder));
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());

  grpc::ClientContext context;
  rpc::SetDeadline(context, app.patience());
  v1::ImportFactsResponse response;
  const auto stream = registry->ImportFacts(&context, &response);
  v1::ImportFactsRequest message;
  message.mutable_options()->set_validate_only(dry_run);
  message.mutable_options()->set_request_id(NewUuid(absl::Now()));
  {
    Progress progress(dry_run ? "checking" : "importing", "rows", app.options.quiet);
    std::int64_t sent = 0;
    bool open = true;
    for (const facts_csv::Row& row : rows) {
      *message.add_rows() = row;
      ++sent;
      if (message.rows_size() < kRowsAMessage && sent < std::int64_t(rows.size())) continue;
      open = open && stream->Write(message);
      message.Clear();
      progress.Update(sent, std::int64_t(rows.size()));
    }
    if (open) stream->WritesDone();
  }
  COMITY_RETURN_IF_ERROR(rpc::ToAbslStatus(stream->Finish()));
  app.Show(response, [&] { PrintImport(response, dry_run); });
  return absl::OkStatus();
}

// Suspends exchanges with a partner or lets them go on: the two differ in the request only.
template <typename Request>
absl::Status SetExchanges(App& app,
                          grpc::Status (Registry::*method)(grpc::ClientContext*, const Request&,
                                                           v1::Partner*),
                          const std::string& partner, const std::string& reason) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());
  Request request;
  request.set_name(PartnerName(partner));
  request.set_reason(reason);
  COMITY_ASSIGN_OR_RETURN(const v1::Partner changed,
                          client::Invoke(registry.get(), method, request, app.patience()));
  app.Show(changed, [&] {
    std::cout << "Exchanges with " << changed.display_name() << " (" << changed.name() << ") "
              << (changed.exchanges_suspended() ? "are suspended" : "go on")
              << " since registry revision " << changed.revision().number() << ".\n";
    PrintFootnotes(std::cout, {changed.status_footnote()});
  });
  return absl::OkStatus();
}

}  // namespace

void RegisterPartners(Command root, App& app) {
  const Command partners = root.AddGroup("partners", "Who a partner is and where we stand");

  const auto arguments = std::make_shared<Arguments>();

  const Command show = AddCommand(
      partners, app, "show", "Show a partner on all five axes, with evidence and the next step",
      "  comity --as desk-1 partners show albania\n"
      "  comity --as desk-1 partners show albania --day 2019-10-31\n"
      "  comity --as desk-1 partners show united-kingdom --day 2025-12-28 --public-on 2025-12-01\n"
      "  comity --as desk-1 partners show georgia --at-revision 1",
      [&app, arguments] { return Show(app, *arguments); });
  show.AddOption("partner", arguments->partner, "Its id, such as georgia").Required();
  show.AddOption("--day", arguments->day, "As of a day; today if left out").TypeName("DAY");
  show.AddOption("--public-on", arguments->public_on, "Only what was public on this day")
      .TypeName("DAY");
  AtRevision(app, show);

  const Command list = AddCommand(partners, app, "list", "List or find partners",
                                  "  comity --as desk-1 partners list --find turkiye\n"
                                  "  comity --as desk-1 partners list --output json \\\n"
                                  "      --fields display_name,legal_classes\n"
                                  "  comity --as desk-1 partners list --filter \\\n"
                                  "      'kind = STATE AND legal_class = MEMBER_STATE'",
                                  [&app, arguments] { return List(app, *arguments); });
  list.AddOption("--find", arguments->query, "Words in id, name, aliases or ISO code")
      .TypeName("TEXT");
  list.AddOption(
          "--filter", arguments->filter,
          "Such as 'region = ASIA AND NOT exchanges_suspended = true'; fields: kind, region, "
          "iso_alpha2, iso_alpha3, legal_class, exchanges_suspended, "
          "competent_in_criminal_matters")
      .TypeName("FILTER");
  list.AddFlag("--show-deleted", arguments->show_deleted, "Those that are off the register, too");
  AtRevision(app, ReadFields(app, *v1::Partner::descriptor(), list));

  const Command import =
      AddCommand(partners, app, "import", "Load facts from files: all or nothing",
                 "  comity --as registry-1 partners import deploy/data --dry-run\n"
                 "  comity --as registry-1 partners import deploy/data\n"
                 "  comity --as registry-1 partners import facts.jsonl --dry-run",
                 [&app, arguments] { return Import(app, arguments->folder, arguments->dry_run); });
  import.AddOption("folder", arguments->folder, "A folder of CSV files, or a file of JSON lines")
      .Required();
  import.AddFlag("--dry-run", arguments->dry_run, "Show the difference, write nothing");

  RegisterExport(partners, app);
  RegisterWatch(partners, app);
  RegisterPartnerEdits(partners, app);

  const auto add = [&](const char* name, const char* description, auto body) {
    const Command command = AddCommand(
        partners, app, name, description,
        absl::StrCat("  comity --as registry-1 partners ", name, " georgia --reason \"...\""),
        body);
    command.AddOption("partner", arguments->partner, "Its id, such as georgia").Required();
    command.AddOption("--reason", arguments->reason, "Why; kept in the ledger").Required();
  };
  add("suspend-exchanges",
      "Suspend exchanges with a partner: returns when no service makes anything available",
      [&app, arguments] {
        return SetExchanges(app, &Registry::SuspendExchanges, arguments->partner,
                            arguments->reason);
      });
  add("resume-exchanges", "Let exchanges with a partner go on", [&app, arguments] {
    return SetExchanges(app, &Registry::ResumeExchanges, arguments->partner, arguments->reason);
  });
}

}  // namespace comity::cli
