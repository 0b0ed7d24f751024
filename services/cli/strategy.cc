// comity strategy: set, show, list, gaps.

#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/client/strategy_gaps.h"
#include "common/json/canonical.h"
#include "services/cli/enum_option.h"
#include "services/cli/json_text.h"
#include "services/cli/relations.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

struct Arguments {
  std::string name, file, reason, day;
  bool all = false;
};

void Print(const v1::Strategy& strategy) {
  std::cout << strategy.name() << ": " << strategy.title() << "\n  " << strategy.from() << " to "
            << strategy.to();
  if (!strategy.adopted().empty()) std::cout << ", adopted " << strategy.adopted();
  std::cout << "\n  " << strategy.evidence() << "\n";
  for (const v1::StrategyPriority& priority : strategy.priorities()) {
    std::cout << "  " << priority.id() << ": " << priority.title() << "\n";
  }
  std::vector<std::vector<std::string>> rows;
  for (const v1::StrategyPartner& partner : strategy.partners()) {
    rows.push_back({partner.partner(), partner.priorities().empty()
                                           ? "as a whole"
                                           : absl::StrJoin(partner.priorities(), ", ")});
  }
  PrintTable(std::cout, {"partner", "under"}, rows);
}

void PrintAll(const v1::ListStrategiesResponse& response) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::Strategy& strategy : response.strategies()) {
    rows.push_back({strategy.name(), strategy.from(), strategy.to(), strategy.title()});
  }
  PrintTable(std::cout, {"strategy", "from", "to", "title"}, rows);
}

// How many were looked at; those who are in accord are named if `named`.
void PrintLookedAt(const client::GapsEverywhere& all, bool named) {
  if (!all.looked_at.ok() || !all.registry.ok() || all.registry->strategy().empty()) return;
  const std::vector<std::string> in_accord = all.InAccord();
  std::cout << all.looked_at->size() << " partners were looked at, "
            << all.looked_at->size() - in_accord.size() << " of them are not in accord with it";
  if (!named) {
    std::cout << (in_accord.empty() ? ".\n" : " (--all names the others).\n");
    return;
  }
  std::cout << "; the others:\n";
  std::set<std::string> footnotes;
  for (const std::string& name : in_accord) {
    const v1::Partner& partner = all.looked_at->at(name);
    std::cout << "  " << name << ", " << partner.display_name() << "\n";
    if (!partner.status_footnote().empty()) footnotes.insert(partner.status_footnote());
  }
  PrintFootnotes(std::cout, footnotes);
}

void PrintGaps(const client::GapsEverywhere& all, bool named) {
  const v1::ListStrategyGapsResponse response =
      all.registry.ok() ? *all.registry : v1::ListStrategyGapsResponse();
  if (!response.strategy().empty()) std::cout << "Against " << response.strategy() << ":\n";
  for (const v1::StrategyGap& gap : response.gaps()) {
    std::cout << "  " << EnumText(v1::StrategyGap::Kind_descriptor(), gap.kind(), "KIND_");
    if (!gap.partner().empty()) std::cout << "  " << gap.partner() << ", " << gap.partner_name();
    std::cout << "\n       " << Wrap(gap.sentence(), 100, 7) << "\n";
  }
  if (all.engagements.ok()) {
    for (const client::EngagementGap& gap : *all.engagements) {
      std::cout << "  ENGAGEMENT  " << gap.engagement.name() << "  "
                << TimeText(gap.engagement.interval().start_time()) << "\n       "
                << Wrap(gap.sentence, 100, 7) << "\n";
    }
  }
  if (all.status().ok() && response.gaps().empty() && all.engagements->empty()) {
    std::cout << "Everything is in accord with it.\n";
  }
  PrintLookedAt(all, named);
  PrintIncomplete(std::cout, all.status());
}

// The registry's gaps, and the engagements that are planned beside the strategy.
absl::Status Gaps(App& app, const std::string& day, bool named) {
  if (!day.empty()) COMITY_RETURN_IF_ERROR(ParseWholeDay("--day", day).status());
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  const client::GapsEverywhere all =
      client::ListStrategyGaps(*session, day, absl::Now(), app.patience());
  absl::Status status = all.status();
  if (!status.ok() && ReasonOf(status) != "PARTIAL_ANSWER") return status;
  json::Json shown =
      all.registry.ok() ? json::Json::parse(JsonText(*all.registry)) : json::Json::object();
  if (all.engagements.ok()) {
    shown["engagements"] = json::Json::array();
    for (const client::EngagementGap& gap : *all.engagements) {
      shown["engagements"].push_back({{"engagement", gap.engagement.name()},
                                      {"partner", gap.partner},
                                      {"sentence", gap.sentence}});
    }
  }
  if (all.looked_at.ok()) {
    shown["lookedAt"] = all.looked_at->size();
    if (named) shown["inAccord"] = all.InAccord();
  }
  app.Show(shown, [&] { PrintGaps(all, named); });
  return status;
}

std::string StrategyName(const std::string& text) {
  return absl::StartsWith(text, "strategies/") ? text : absl::StrCat("strategies/", text);
}

}  // namespace

void RegisterStrategy(Command root, App& app) {
  const Command strategy = root.AddGroup("strategy", "With whom the agency wants to work (EJR 52)");
  const auto arguments = std::make_shared<Arguments>();

  const Command set = AddCommand(
      strategy, app, "set", "Enter or change a strategy, from a file as show prints it",
      "  # strategy show s2024 --output json > s2024.json, and edit it\n"
      "  comity --as desk-1 strategy set s2024.json --reason \"College decision 2026-9\"",
      [&app, arguments]() -> absl::Status {
        v1::SetStrategyRequest request;
        COMITY_RETURN_IF_ERROR(ReadMessage(arguments->file, *request.mutable_strategy()));
        request.set_reason(arguments->reason);
        return CallAndShow(app, &RelationStub::SetStrategy, request, &Print);
      });
  set.AddOption("file", arguments->file, "The strategy as JSON").Required().TypeName("FILE");
  set.AddOption("--reason", arguments->reason, "Why; kept in the ledger").Required();

  AtRevision(app, AddCommand(strategy, app, "show", "Show a strategy",
                             "  comity --as desk-1 strategy show s2024",
                             [&app, arguments] {
                               v1::GetStrategyRequest request;
                               request.set_name(StrategyName(arguments->name));
                               return CallAndShow(app, &RelationStub::GetStrategy, request, &Print);
                             }))
      .AddOption("strategy", arguments->name, "Such as s2024")
      .Required();

  AtRevision(app, AddCommand(strategy, app, "list", "List strategies, oldest first",
                             "  comity --as desk-1 strategy list", [&app] {
                               return ListAndShow(app, &RelationStub::ListStrategies,
                                                  v1::ListStrategiesRequest(), &PrintAll);
                             }));

  const Command gaps = AddCommand(
      strategy, app, "gaps",
      "Relations, and meetings to come, that are not in accord with the strategy of their day",
      "  comity --as desk-1 strategy gaps",
      [&app, arguments] { return Gaps(app, arguments->day, arguments->all); });
  gaps.AddOption("--day", arguments->day, "Today if left out").TypeName("DAY");
  gaps.AddFlag("--all", arguments->all, "Name those, too, who are in accord with it");
}

}  // namespace comity::cli
