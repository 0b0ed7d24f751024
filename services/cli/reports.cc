// comity reports: public-list, briefing, coming.

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/json/canonical.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "services/cli/app.h"
#include "services/cli/calls.h"
#include "services/cli/enum_option.h"
#include "services/cli/question.h"
#include "services/cli/shown_fields.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

using Stub = v1::RegistryReportService::Stub;

// What is written may be read by everybody.
constexpr unsigned int kForReaders = 0644;

struct Arguments {
  std::string day, from, partner, public_on, at_revision, file;
  std::string format;
  int days = 0;
  bool follow = false;
  std::vector<v1::ComingEvent::Kind> kinds;
};

absl::Status Write(const std::string& file, absl::string_view content) {
  COMITY_RETURN_IF_ERROR(storage::WriteFileAtomically(file, content, kForReaders));
  std::cerr << "Wrote " << file << ".\n";
  return absl::OkStatus();
}

int Kind(const std::string& word) {
  return EnumNumber(v1::InstrumentKind_descriptor(), "INSTRUMENT_KIND_", word);
}

void PrintList(const v1::PublicList& list) {
  const auto content = json::ParseCanonical(list.content());
  if (!content.ok()) return;
  std::cout << content->at("notice").get<std::string>() << "\nOn "
            << content->at("day").get<std::string>() << ", registry revision "
            << list.registry_revision().number() << "\n\n";
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> footnotes;
  for (const char* const part : {"in_effect", "effect_not_established"}) {
    for (const json::Json& entry : content->at(part)) {
      const auto text = [&](const char* key) { return entry.at(key).get<std::string>(); };
      rows.push_back(
          {absl::StrContains(part, "not") ? "not established" : "in effect", text("partner_name"),
           text("title"),
           EnumText(v1::InstrumentKind_descriptor(), Kind(text("kind")), "INSTRUMENT_KIND_")});
      std::string footnote = text("status_footnote");
      if (!footnote.empty()) footnotes.push_back(std::move(footnote));
    }
  }
  PrintTable(std::cout, {"effect", "partner", "instrument", "kind"}, rows);
  for (const std::string& footnote : footnotes) std::cout << Wrap(footnote, 100, 0) << "\n";
}

absl::Status PublicList(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(const auto reports, Service<Stub>(app));
  v1::GetPublicListRequest request;
  request.set_day(arguments.day);
  COMITY_ASSIGN_OR_RETURN(
      const v1::PublicList list,
      client::Invoke(reports.get(), &Stub::GetPublicList, request, app.patience()));
  if (!arguments.file.empty()) {
    COMITY_RETURN_IF_ERROR(Write(arguments.file, list.content()));
    COMITY_RETURN_IF_ERROR(Write(arguments.file + ".p7s", list.signature()));
    COMITY_RETURN_IF_ERROR(Write(arguments.file + ".html", list.page()));
    std::cerr << "Whoever has the agency's root verifies it:\n  openssl cms -verify -cades -binary "
                 "-inform DER -in "
              << arguments.file << ".p7s \\\n      -content " << arguments.file
              << " -CAfile root.pem -out /dev/null\n";
    return absl::OkStatus();
  }
  app.Show(list, [&] {
    if (arguments.format == "json") {
      std::cout << list.content() << "\n";
    } else if (arguments.format == "html") {
      std::cout << list.page();
    } else {
      PrintList(list);
    }
  });
  return absl::OkStatus();
}

// By the file's name, if nothing else says it.
absl::StatusOr<v1::GetBriefingRequest::Format> FormatOf(const Arguments& arguments) {
  if (arguments.format == "html") return v1::GetBriefingRequest::FORMAT_HTML;
  if (!arguments.format.empty() || arguments.file.empty()) {
    return v1::GetBriefingRequest::FORMAT_MARKDOWN;
  }
  const std::string ending = std::filesystem::path(arguments.file).extension().string();
  if (ending == ".html") return v1::GetBriefingRequest::FORMAT_HTML;
  if (ending == ".md") return v1::GetBriefingRequest::FORMAT_MARKDOWN;
  return InvalidField("FORMAT_UNKNOWN", "--out",
                      absl::StrCat("write a file that ends with .html or .md, not with \"", ending,
                                   "\", or say --format"));
}

absl::Status Briefing(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(const v1::GetBriefingRequest::Format format, FormatOf(arguments));
  v1::GetBriefingRequest request;
  request.set_name(PartnerName(arguments.partner));
  request.set_day(arguments.day);
  request.set_public_on(arguments.public_on);
  request.set_format(format);
  if (!arguments.at_revision.empty()) {
    COMITY_ASSIGN_OR_RETURN(*request.mutable_at_revision(),
                            RegistryRevision(app, "--at-revision", arguments.at_revision));
  }
  COMITY_ASSIGN_OR_RETURN(const auto reports, Service<Stub>(app));
  COMITY_ASSIGN_OR_RETURN(
      const v1::Briefing briefing,
      client::Invoke(reports.get(), &Stub::GetBriefing, request, app.patience()));
  if (!arguments.file.empty()) return Write(arguments.file, briefing.content());
  app.Show(briefing, [&] { std::cout << briefing.content(); });
  return absl::OkStatus();
}

template <typename Events>
void PrintEvents(const Events& events) {
  if (events.empty()) std::cout << "Nothing ends, begins or falls due.\n";
  for (const v1::ComingEvent& event : events) {
    std::cout << event.day() << (event.overdue() ? "  OVERDUE" : "") << "  "
              << EnumText(v1::ComingEvent::Kind_descriptor(), event.kind(), "KIND_") << "  "
              << event.resource() << "\n";
    if (!event.partner_name().empty()) {
      std::cout << "    " << Wrap(event.partner_name(), 100, 4) << "\n";
    }
    std::cout << "    " << Wrap(event.sentence(), 100, 4) << "\n";
    if (!event.evidence().empty()) {
      const std::string sure = CertaintyText(event.certainty());
      std::cout << "    shown by: "
                << Wrap(absl::StrCat(event.evidence(),
                                     sure.empty() ? "" : absl::StrCat(" (", sure, ")")),
                        100, 14)
                << "\n";
    }
  }
}

// What only a list can be narrowed by.
absl::Status CheckFollow(const Arguments& arguments) {
  if (arguments.from.empty() && arguments.partner.empty() && arguments.kinds.empty()) {
    return absl::OkStatus();
  }
  return InvalidField("OPTIONS_EXCLUDE_EACH_OTHER", "--follow",
                      "follows all events from today: leave out --from, --partner and --kind");
}

absl::Status Follow(App& app, const Arguments& arguments) {
  COMITY_RETURN_IF_ERROR(CheckFollow(arguments));
  COMITY_ASSIGN_OR_RETURN(const auto reports, Service<Stub>(app));
  v1::WatchComingRequest request;
  request.set_days(arguments.days);
  while (true) {
    grpc::ClientContext context;
    const auto reader = reports->WatchComing(&context, request);
    v1::WatchComingResponse response;
    while (reader->Read(&response)) {
      app.Show(response, [&] {
        std::cout << "--- registry revision " << response.registry_revision().number() << "\n";
        PrintEvents(response.events());
      });
      std::cout.flush();
    }
    absl::Status status = rpc::ToAbslStatus(reader->Finish());
    // ABORTED: what it prints to had not taken anything for long.
    if (!status.ok() && !absl::IsUnavailable(status) && !absl::IsAborted(status)) return status;
    absl::SleepFor(absl::Seconds(1));
  }
}

absl::Status Coming(App& app, const Arguments& arguments) {
  if (arguments.follow) return Follow(app, arguments);
  COMITY_ASSIGN_OR_RETURN(const auto reports, Service<Stub>(app));
  v1::ListComingRequest request;
  request.set_from(arguments.from);
  request.set_days(arguments.days);
  if (!arguments.partner.empty()) request.set_partner(PartnerName(arguments.partner));
  for (const v1::ComingEvent::Kind kind : arguments.kinds) request.add_kinds(kind);
  COMITY_ASSIGN_OR_RETURN(
      const v1::ListComingResponse all,
      client::AllPages(reports.get(), &Stub::ListComing, std::move(request), app.patience()));
  app.Show(all, [&] { PrintEvents(all.events()); });
  return absl::OkStatus();
}

}  // namespace

void RegisterReports(Command root, App& app) {
  const Command reports = root.AddGroup("reports", "What the registry publishes and foresees");
  const auto arguments = std::make_shared<Arguments>();

  const Command list = AddCommand(reports, app, "public-list",
                                  "The signed list of instruments in effect (EUDPR 94(3))",
                                  "  comity --as desk-1 reports public-list --day 2026-11-28\n"
                                  "  comity --as desk-1 reports public-list --out list.json",
                                  [&app, arguments] { return PublicList(app, *arguments); });
  list.AddOption("--day", arguments->day, "As of a day; today if left out").TypeName("DAY");
  list.AddOption("--format", arguments->format, "What is printed: a table if left out")
      .OneOf({"json", "html"});
  list.AddOption("--out", arguments->file, "Write FILE, its signature FILE.p7s and FILE.html")
      .TypeName("FILE");

  const Command briefing = AddCommand(
      reports, app, "briefing", "What you take to a meeting with a partner, cited throughout",
      "  comity --as desk-1 reports briefing albania --out albania.html\n"
      "  comity --as desk-1 reports briefing united-kingdom --day 2025-12-28 \\\n"
      "      --public-on 2025-12-01 --format markdown",
      [&app, arguments] { return Briefing(app, *arguments); });
  briefing.AddOption("partner", arguments->partner, "Its id, such as georgia").Required();
  briefing.AddOption("--day", arguments->day, "As of a day; today if left out").TypeName("DAY");
  briefing.AddOption("--public-on", arguments->public_on, "Only what was public on this day")
      .TypeName("DAY");
  briefing
      .AddOption("--at-revision", arguments->at_revision, "As the registry was at this revision")
      .TypeName("NUMBER");
  briefing
      .AddOption("--format", arguments->format,
                 "By the ending of the file, .md or .html, if left out; markdown without a file")
      .OneOf({"markdown", "html"});
  briefing.AddOption("--out", arguments->file, "Write it to a file").TypeName("FILE");

  const Command coming =
      AddCommand(reports, app, "coming", "What ends, begins or falls due, soonest first",
                 "  comity --as desk-1 reports coming --days 365 --kind instrument-ends\n"
                 "  comity --as desk-1 reports coming --follow",
                 [&app, arguments] { return Coming(app, *arguments); });
  coming.AddOption("--from", arguments->from, "From this day; today if left out").TypeName("DAY");
  coming.AddOption("--days", arguments->days, "How many days from there; 90 if left out")
      .Between(1, 3'660);
  coming.AddOption("--partner", arguments->partner, "Only this partner").TypeName("PARTNER");
  AddEnumListOption(coming, "--kind", arguments->kinds, "KIND_", v1::ComingEvent::Kind_descriptor(),
                    "Only this kind; repeat");
  coming.AddFlag("--follow", arguments->follow, "Stay, and print the list whenever it changes");

  RegisterAffected(reports, app);
}

}  // namespace comity::cli
