// comity transfer table: the decision table of the transfer check, from the code itself.
#include "services/cli/transfer_table.h"

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/legal/table.h"
#include "common/pages/page.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::cli {
namespace {

struct Arguments {
  std::string format, file;
};

std::string OutcomesOf(const legal::TableRow& row) {
  if (row.outcomes.empty()) return "explains what the bases come to";
  return absl::StrJoin(row.outcomes, ", ", [](std::string* out, legal::Outcome outcome) {
    absl::StrAppend(out, legal::Name(outcome));
  });
}

pages::Page TablePage() {
  pages::Page page{
      .title = "The decision table of the transfer check",
      .notice = "Sample data, not published by the agency, not legal advice.",
      .preface = {
          {.text = "Phase 1: the first row that matches decides the track. Of the phases it leads "
                   "to, all rows are evaluated; the outcome is the worst of them, in the order "
                   "REFUSED, UNDETERMINED, DECISION_REQUIRED, PERMITTED_SUBJECT_TO, PERMITTED. "
                   "Only PERMITTED releases anything."}}};
  for (const legal::TablePhase& phase : legal::DecisionTable()) {
    pages::Table table{.header = {"Row", "If", "Articles", "Then", "May come to", "Example"}};
    for (const legal::TableRow& row : phase.rows) {
      table.rows.push_back(
          {.cells = {std::string(row.row), std::string(row.condition), std::string(row.articles),
                     std::string(row.then), OutcomesOf(row), std::string(row.example)}});
    }
    page.sections.push_back(
        {.heading = absl::StrCat(phase.number, " ", phase.title), .blocks = {std::move(table)}});
  }
  return page;
}

json::Json TableJson() {
  json::Json rows = json::Json::array();
  for (const legal::TablePhase& phase : legal::DecisionTable()) {
    for (const legal::TableRow& row : phase.rows) {
      json::Json outcomes = json::Json::array();
      for (const legal::Outcome outcome : row.outcomes) {
        outcomes.push_back(std::string(legal::Name(outcome)));
      }
      rows.push_back({{"phase", std::string(phase.title)},
                      {"row", std::string(row.row)},
                      {"if", std::string(row.condition)},
                      {"articles", std::string(row.articles)},
                      {"then", std::string(row.then)},
                      {"outcomes", std::move(outcomes)},
                      {"example", std::string(row.example)}});
    }
  }
  return rows;
}

absl::Status Table(App& app, const Arguments& arguments) {
  const bool html = arguments.format == "html" ||
                    (arguments.format.empty() && absl::EndsWith(arguments.file, ".html"));
  const std::string text = html ? pages::ToHtml(TablePage()) : pages::ToMarkdown(TablePage());
  if (!arguments.file.empty()) {
    return storage::WriteFileAtomically(arguments.file, text, 0644);
  }
  app.Show(TableJson(), [&] { std::cout << text; });
  return absl::OkStatus();
}

}  // namespace

void RegisterTransferTable(Command transfer, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const Command table =
      AddCommand(transfer, app, "table", "The decision table, with articles and examples",
                 "  comity transfer table\n"
                 "  comity transfer table --out table.html",
                 [&app, arguments] { return Table(app, *arguments); });
  table.AddOption("--format", arguments->format, "By the file's name if left out, else markdown")
      .OneOf({"markdown", "html"});
  table.AddOption("--out", arguments->file, "Write it to a file").TypeName("FILE");
}

}  // namespace comity::cli
