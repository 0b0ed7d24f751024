// comity reports affected, instruments relied-on, volumes measure: what all services answer
// together.

#include "common/client/inquiries.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/json/canonical.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/cli/app.h"
#include "services/cli/enum_option.h"
#include "services/cli/json_text.h"
#include "services/cli/question.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kIndent = 4;
constexpr char kExchange[] = "document-exchange";
constexpr char kScheduling[] = "engagement-scheduling";

struct Arguments {
  std::string name, day, purpose, since, partner;
  int year = 0;
  bool dry_run = false;
  v1::ListAffectedRequest::Supposition supposition =
      v1::ListAffectedRequest::SUPPOSITION_UNSPECIFIED;
};

json::Json ToJson(const google::protobuf::Message& message) {
  return json::Json::parse(JsonText(message));
}

template <typename Messages>
json::Json ToJsonList(const Messages& messages) {
  json::Json list = json::Json::array();
  for (const auto& message : messages) list.push_back(ToJson(message));
  return list;
}

std::string OutcomeText(v1::TransferOutcome outcome) {
  return EnumText(v1::TransferOutcome_descriptor(), outcome, "TRANSFER_OUTCOME_");
}

// "engagement  engagements/1  2026-12-01T10:00:00Z": then what it would come to.
void PrintOutcomes(const std::string& head, const std::string& counterpart,
                   v1::TransferOutcome before, v1::TransferOutcome after,
                   const std::string& sentence) {
  std::cout << head << "\n    ";
  // What cannot be judged has no outcomes; the sentence says why.
  if (before != after) {
    std::cout << "with " << counterpart << ": " << OutcomeText(before) << " -> "
              << OutcomeText(after) << "\n    ";
  }
  std::cout << Wrap(sentence, kWidth, kIndent) << "\n";
}

void PrintAffected(const client::AffectedEverywhere& all) {
  int lines = 0;
  if (all.registry.ok()) {
    std::cout << "On " << all.registry->day() << ", registry revision "
              << all.registry->registry_revision().number() << "\n";
    for (const v1::Affected& one : all.registry->affected()) {
      ++lines;
      std::cout << EnumText(v1::Affected::Kind_descriptor(), one.kind(), "KIND_") << "  "
                << one.resource() << "\n    now:   " << one.before()
                << "\n    then:  " << one.after() << "\n    "
                << Wrap(one.sentence(), kWidth, kIndent) << "\n";
    }
  }
  if (all.engagements.ok()) {
    for (const auto& one : all.engagements->affected()) {
      ++lines;
      PrintOutcomes(
          absl::StrCat("engagement  ", one.engagement(), "  ", TimeText(one.start_time())),
          one.counterpart(), one.outcome_before(), one.outcome_after(), one.sentence());
    }
  }
  if (all.documents.ok()) {
    for (const auto& one : all.documents->affected()) {
      ++lines;
      PrintOutcomes(absl::StrCat("document  ", one.document(), "  for ", one.recipient()),
                    one.counterpart(), one.outcome_before(), one.outcome_after(), one.sentence());
    }
  }
  const auto cut = [](const auto& answer) { return answer.ok() && answer->truncated(); };
  if (cut(all.registry)) std::cout << "The registry has more than it lists.\n";
  if (cut(all.engagements)) std::cout << "There may be more engagements, later ones.\n";
  if (cut(all.documents)) std::cout << "There may be more documents, later ones.\n";
  const absl::Status whole = all.status();
  if (lines == 0 && whole.ok()) std::cout << "Nothing that you may see would be affected.\n";
  PrintIncomplete(std::cout, whole);
}

absl::Status Affected(App& app, const Arguments& arguments) {
  v1::ListAffectedRequest request;
  COMITY_ASSIGN_OR_RETURN(*request.mutable_instrument(), InstrumentName(arguments.name));
  request.set_supposition(arguments.supposition);
  request.set_day(arguments.day);
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  const client::AffectedEverywhere all = client::ListAffected(*session, request, app.patience());
  absl::Status status = all.status();
  if (!status.ok() && ReasonOf(status) != "PARTIAL_ANSWER") return status;
  json::Json shown = all.registry.ok() ? ToJson(*all.registry) : json::Json::object();
  if (all.engagements.ok()) shown["engagements"] = ToJsonList(all.engagements->affected());
  if (all.documents.ok()) shown["documents"] = ToJsonList(all.documents->affected());
  app.Show(shown, [&] { PrintAffected(all); });
  return status;
}

std::string RangeText(const client::RelianceQuestion& question) {
  std::string text;
  if (question.from.has_value()) {
    absl::StrAppend(&text, " from revision ", question.from->number());
  }
  if (question.before.has_value()) {
    absl::StrAppend(&text, " before revision ", question.before->number());
  }
  return text.empty() ? " whatever the revision" : text;
}

// With the store, where that is not the one asked of: its revisions cannot be compared.
std::string RevisionText(const client::RelianceQuestion& question,
                         const ledger::v1::Revision& revision) {
  const auto& asked = question.before.has_value() ? question.before : question.from;
  std::string text = absl::StrCat(revision.number());
  if (asked.has_value() && asked->store_id() != revision.store_id()) {
    absl::StrAppend(&text, " of earlier store ", revision.store_id());
  }
  return text;
}

void PrintReliances(const client::RelianceQuestion& question,
                    const client::ReliancesEverywhere& all) {
  std::cout << question.fact << ", relied on" << RangeText(question) << " of the registry\n";
  std::vector<std::vector<std::string>> rows;
  if (all.documents.ok()) {
    for (const auto& one : *all.documents) {
      rows.push_back({TimeText(one.commit_time()), one.document(), one.attempt(), one.recipient(),
                      RevisionText(question, one.registry_revision())});
    }
  }
  if (all.engagements.ok()) {
    for (const auto& one : *all.engagements) {
      rows.push_back({TimeText(one.confirm_time()), one.engagement(), "ConfirmEngagement",
                      absl::StrJoin(one.counterparts(), ", "),
                      RevisionText(question, one.registry_revision())});
    }
  }
  if (all.secondments.ok()) {
    for (const v1::Secondment& one : *all.secondments) {
      rows.push_back({one.from(), one.name(), one.in_effect() ? "in effect" : "not in effect",
                      one.contact(), absl::StrCat(one.revision().number())});
    }
  }
  // That there is none only all of them can say.
  if (!rows.empty() || all.status().ok()) {
    PrintTable(std::cout, {"when", "what", "how", "with", "registry revision"}, rows);
  }
  PrintIncomplete(std::cout, all.status());
}

// Whether there is a decision of this name, which the registry keeps or the exchange.
absl::StatusOr<bool> IsDecision(App& app, const std::string& name) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());
  COMITY_ASSIGN_OR_RETURN(const auto exchange, session->Exchange());
  const auto has = [&](const auto& list) {
    return std::any_of(list.decisions().begin(), list.decisions().end(),
                       [&](const v1::Decision& decision) { return decision.name() == name; });
  };
  COMITY_ASSIGN_OR_RETURN(
      const v1::ListDecisionsResponse general,
      client::AllPages(registry.get(), &v1::PartnerRegistryService::Stub::ListDecisions,
                       v1::ListDecisionsRequest(), app.patience()));
  if (has(general)) return true;
  namespace exchange_v1 = document_exchange::v1;
  COMITY_ASSIGN_OR_RETURN(
      const exchange_v1::ListDecisionsResponse of_cases,
      client::AllPages(exchange.get(), &exchange_v1::DocumentExchangeService::Stub::ListDecisions,
                       exchange_v1::ListDecisionsRequest(), app.patience()));
  return has(of_cases);
}

// What there is not, nothing relied on: that must not be told as an answer.
absl::Status CheckThereIs(App& app, const std::string& fact) {
  using Stub = v1::PartnerRegistryService::Stub;
  if (absl::StartsWith(fact, "decisions/")) {
    COMITY_ASSIGN_OR_RETURN(const bool known, IsDecision(app, fact));
    if (known) return absl::OkStatus();
    return MakeError(absl::StatusCode::kNotFound,
                     "There is no decision with this name that you may see: check it with "
                     "comity decisions list.",
                     {.reason = "DECISION_NOT_FOUND"});
  }
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());
  const auto get = [&](auto method, auto request) {
    request.set_name(fact);
    return client::Invoke(registry.get(), method, request, app.patience()).status();
  };
  if (ParentOf(fact) == fact) return get(&Stub::GetPartner, v1::GetPartnerRequest());
  if (absl::StrContains(fact, "/authorities/")) {
    return get(&Stub::GetAuthority, v1::GetAuthorityRequest());
  }
  if (absl::StrContains(fact, "/instruments/")) {
    return get(&Stub::GetInstrument, v1::GetInstrumentRequest());
  }
  return InvalidField("FACT_INVALID", "fact",
                      absl::StrCat(fact,
                                   " is nothing that a transfer check cites: name an "
                                   "instrument, an authority, a decision or a partner"));
}

// What asks for no range asks for all; an instrument that was corrected, for what rests on its
// state before.
absl::StatusOr<client::RelianceQuestion> RangeOf(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  client::RelianceQuestion question{.fact = arguments.name};
  const bool whole_name = absl::StartsWith(arguments.name, "partners/") ||
                          absl::StartsWith(arguments.name, "decisions/");
  if (!whole_name || absl::StrContains(arguments.name, "/instruments/")) {
    COMITY_ASSIGN_OR_RETURN(const std::string name, InstrumentName(arguments.name));
    COMITY_ASSIGN_OR_RETURN(question, client::BeforeItsCorrection(*session, name, app.patience()));
  }
  if (!arguments.since.empty()) {
    COMITY_ASSIGN_OR_RETURN(question.from,
                            RegistryRevision(app, "--since-revision", arguments.since));
    // Of what came after the correction, all.
    if (question.before.has_value() && question.from->number() >= question.before->number()) {
      question.before.reset();
    }
  }
  return question;
}

absl::Status ReliedOn(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(client::RelianceQuestion question, RangeOf(app, arguments));
  COMITY_RETURN_IF_ERROR(CheckThereIs(app, question.fact));
  question.purpose = arguments.purpose;
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  const client::ReliancesEverywhere all = client::ListReliances(*session, question, app.patience());
  absl::Status status = all.status();
  if (!status.ok() && ReasonOf(status) != "PARTIAL_ANSWER") return status;
  json::Json shown = {{"fact", question.fact}};
  if (question.from.has_value()) shown["from_revision"] = ToJson(*question.from);
  if (question.before.has_value()) shown["before_revision"] = ToJson(*question.before);
  if (all.documents.ok()) shown["documents"] = ToJsonList(*all.documents);
  if (all.engagements.ok()) shown["engagements"] = ToJsonList(*all.engagements);
  if (all.secondments.ok()) shown["secondments"] = ToJsonList(*all.secondments);
  app.Show(shown, [&] { PrintReliances(question, all); });
  return status;
}

void PrintCounts(const client::VolumeCounts& counts) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [partner, counted] : counts) {
    const auto text = [&counted = counted](const char* word) {
      const auto found = counted.find(word);
      return found == counted.end() ? std::string("?") : absl::StrCat(found->second);
    };
    rows.push_back({partner, text("cases"), text("documents"), text("engagements")});
  }
  PrintTable(std::cout, {"partner", "cases", "documents", "engagements"}, rows);
}

// What is told of one service: where it counted and, if it did, where that is recorded.
struct CountedBy {
  const char* service;
  const ledger::v1::Revision* counted_at = nullptr;
  const ledger::v1::Revision* registry_revision = nullptr;
};

std::vector<CountedBy> Counters(const client::VolumesEverywhere& volumes) {
  std::vector<CountedBy> counters;
  if (volumes.documents.ok()) counters.push_back({kExchange, &volumes.documents->revision()});
  if (volumes.engagements.ok()) counters.push_back({kScheduling, &volumes.engagements->revision()});
  return counters;
}

std::vector<CountedBy> Counters(const client::VolumesReported& reported) {
  std::vector<CountedBy> counters;
  if (reported.documents.ok()) {
    counters.push_back(
        {kExchange, &reported.documents->counted_at(), &reported.documents->registry_revision()});
  }
  if (reported.engagements.ok()) {
    counters.push_back({kScheduling, &reported.engagements->counted_at(),
                        &reported.engagements->registry_revision()});
  }
  return counters;
}

void PrintCounters(const std::vector<CountedBy>& counters) {
  for (const CountedBy& by : counters) {
    std::cout << by.service << " counted at its revision " << by.counted_at->number();
    if (by.registry_revision == nullptr) {
      std::cout << " and reported nothing.\n";
    } else {
      std::cout << " and reported it: registry revision " << by.registry_revision->number()
                << ".\n";
    }
  }
}

template <typename Volumes>
absl::Status ShowVolumes(App& app, int year, const Volumes& volumes) {
  absl::Status status = volumes.status();
  if (!status.ok() && ReasonOf(status) != "PARTIAL_ANSWER") return status;
  const client::VolumeCounts counts = volumes.Counts();
  const std::vector<CountedBy> counters = Counters(volumes);
  json::Json services = json::Json::object();
  for (const CountedBy& by : counters) {
    json::Json& service = services[by.service];
    service["counted_at"] = ToJson(*by.counted_at);
    if (by.registry_revision != nullptr) {
      service["registry_revision"] = ToJson(*by.registry_revision);
    }
  }
  app.Show(json::Json{{"year", year}, {"counts", counts}, {"services", services}}, [&] {
    if (!counts.empty() || status.ok()) PrintCounts(counts);
    PrintCounters(counters);
    PrintIncomplete(std::cout, status);
  });
  return status;
}

absl::Status Measure(App& app, const Arguments& arguments) {
  if (!arguments.partner.empty() && !arguments.dry_run) {
    return InvalidField("DRY_RUN_MISSING", "--partner",
                        "a service reports what it counted with all partners: leave --partner out, "
                        "or count without reporting by --dry-run");
  }
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  if (!arguments.dry_run) {
    return ShowVolumes(app, arguments.year,
                       client::ReportVolume(*session, arguments.year, app.patience()));
  }
  const std::string partner = arguments.partner.empty() ? "" : PartnerName(arguments.partner);
  return ShowVolumes(app, arguments.year,
                     client::MeasureVolume(*session, arguments.year, partner, app.patience()));
}

}  // namespace

void RegisterAffected(Command reports, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const Command affected = AddCommand(
      reports, app, "affected",
      "What if an instrument lapsed, were suspended or extended, by every service's data",
      "  comity --as desk-1 reports affected albania/cooperation-agreement --if lapses\n"
      "  comity --as desk-1 reports affected united-kingdom/led-adequacy-2025-12 \\\n"
      "      --if extended --day 2035-12-27",
      [&app, arguments] { return Affected(app, *arguments); });
  affected.AddOption("instrument", arguments->name, "Such as georgia/cooperation-agreement")
      .Required();
  AddEnumOption(affected, "--if", arguments->supposition, "SUPPOSITION_",
                v1::ListAffectedRequest::Supposition_descriptor(), "lapses, suspended or extended")
      .Required();
  affected
      .AddOption("--day", arguments->day,
                 "The first day without effect, tomorrow if left out; of extended the last with it")
      .TypeName("DAY");
}

void RegisterReliedOn(Command instruments, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const Command relied = AddCommand(
      instruments, app, "relied-on",
      "Who relied on a fact before it was corrected: documents, engagements, secondments",
      "  comity --as dpo-1 instruments relied-on armenia/agreement --purpose \"corrected day\"\n"
      "  comity --as dpo-1 instruments relied-on decisions/018f... --since-revision 7 \\\n"
      "      --purpose \"complaint 12\"",
      [&app, arguments] { return ReliedOn(app, *arguments); });
  relied
      .AddOption("fact", arguments->name,
                 "An instrument, such as armenia/agreement, or the whole name of an authority or "
                 "decision")
      .Required();
  relied.AddOption("--purpose", arguments->purpose, "Why; kept in the ledger").Required();
  relied
      .AddOption(
          "--since-revision", arguments->since,
          "Since this revision of the registry; of an instrument, since what it said before its "
          "last correction if left out")
      .TypeName("NUMBER");
}

void RegisterMeasuredVolumes(Command volumes, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const Command measure =
      AddCommand(volumes, app, "measure",
                 "Have the services count what was exchanged with each partner, and report it",
                 "  comity --as desk-1 volumes measure 2026\n"
                 "  comity --as desk-1 volumes measure 2026 --dry-run --partner georgia",
                 [&app, arguments] { return Measure(app, *arguments); });
  measure.AddOption("year", arguments->year, "Such as 2026").Required();
  measure
      .AddOption("--partner", arguments->partner, "Only this partner; together with --dry-run only")
      .TypeName("PARTNER");
  measure.AddFlag("--dry-run", arguments->dry_run, "Only count, report nothing to the registry");
}

}  // namespace comity::cli
