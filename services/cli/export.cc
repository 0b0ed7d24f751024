// comity partners export: the registry's facts as files that can be imported again.

#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/facts_csv/json_lines.h"
#include "common/facts_csv/write_facts.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "services/cli/app.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

constexpr unsigned int kReadable = 0644;

struct Arguments {
  std::string to;
  std::string form = "csv";
};

std::string NameOf(const v1::Fact& fact) {
  if (fact.has_partner()) return fact.partner().name();
  if (fact.has_instrument()) return fact.instrument().name();
  if (fact.has_milestone()) return fact.milestone().name();
  if (fact.has_authority()) return fact.authority().name();
  if (fact.has_contact()) return fact.contact().name();
  return "";
}

// What no file of facts holds, and how many there are.
struct LeftOut {
  std::set<std::string> decisions, secondments;
  std::set<std::string> bound;  // Contacts, by a secondment, whether or not it is over.
};

// Without the secondment that binds it nothing would bind the contact where the file is imported:
// there it stays out until that is recorded and somebody reinstates it. Gives those it changed.
std::vector<std::string> SuspendBound(const LeftOut& left_out, std::vector<v1::Fact>& facts) {
  std::vector<std::string> suspended;
  for (v1::Fact& fact : facts) {
    if (!fact.has_contact()) continue;
    v1::Contact& contact = *fact.mutable_contact();
    if (contact.state() != v1::Contact::STATE_ACTIVE || !left_out.bound.contains(contact.name())) {
      continue;
    }
    contact.set_state(v1::Contact::STATE_SUSPENDED);
    suspended.push_back(contact.name());
  }
  return suspended;
}

// Every fact as it is now that an import could set, and the revision that it is of.
absl::StatusOr<std::int64_t> ReadAll(App& app, std::vector<v1::Fact>& facts, LeftOut& left_out) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());
  grpc::ClientContext context;
  rpc::SetDeadline(context, app.patience());
  const auto stream = registry->Watch(&context, v1::WatchRequest());
  std::map<std::string, v1::Fact> latest;
  v1::WatchResponse part;
  while (stream->Read(&part)) {
    for (v1::Change& change : *part.mutable_changes()) {
      for (v1::Fact& fact : *change.mutable_facts()) {
        if (fact.has_decision()) left_out.decisions.insert(fact.decision().name());
        if (fact.has_secondment()) {
          left_out.secondments.insert(fact.secondment().name());
          left_out.bound.insert(fact.secondment().contact());
        }
        if (const std::string name = NameOf(fact); !name.empty()) latest[name] = std::move(fact);
      }
    }
    if (!part.has_bookmark()) continue;
    // All that there is has come; what changes from now on is not waited for.
    context.TryCancel();
    (void)stream->Finish();
    for (auto& [name, fact] : latest) {
      if (facts_csv::IsImportable(fact)) facts.push_back(std::move(fact));
    }
    return part.bookmark().number();
  }
  return rpc::ToAbslStatus(stream->Finish());
}

absl::Status Export(App& app, const Arguments& arguments) {
  std::vector<v1::Fact> facts;
  LeftOut left_out;
  COMITY_ASSIGN_OR_RETURN(const std::int64_t revision, ReadAll(app, facts, left_out));
  const std::vector<std::string> suspended = SuspendBound(left_out, facts);
  std::map<std::string, std::string> files;
  if (arguments.form == "csv") {
    for (auto& [name, text] : facts_csv::WriteFiles(facts)) {
      files[absl::StrCat(arguments.to, "/", name)] = std::move(text);
    }
    std::error_code error;
    std::filesystem::create_directories(arguments.to, error);
    if (error) {
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("The folder ", arguments.to, " cannot be made (",
                                    error.message(), "): name one in which you may write."),
                       {.reason = "FILE_NOT_WRITABLE"});
    }
  } else {
    COMITY_ASSIGN_OR_RETURN(files[arguments.to], facts_csv::WriteJsonLines(facts));
  }
  for (const auto& [name, text] : files) {
    COMITY_RETURN_IF_ERROR(storage::WriteFileAtomically(name, text, kReadable));
  }
  const std::size_t decisions = left_out.decisions.size();
  const std::size_t secondments = left_out.secondments.size();
  app.Show(json::Json{{"facts", facts.size()},
                      {"revision", revision},
                      {"to", arguments.to},
                      {"suspended", suspended},
                      {"left_out", {{"decisions", decisions}, {"secondments", secondments}}}},
           [&] {
             std::cout << facts.size() << " facts of registry revision " << revision << " are in "
                       << arguments.to << ".\n";
             if (decisions + secondments == 0) return;
             std::cout << "Not in it: " << decisions << " decisions, " << secondments
                       << " secondments. In another registry record them anew.\n";
             for (const std::string& contact : suspended) {
               std::cout << contact
                         << " is suspended in it, since a secondment binds it that is not in it: "
                            "reinstate it where that is recorded.\n";
             }
           });
  return absl::OkStatus();
}

}  // namespace

void RegisterExport(Command partners, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const Command command =
      AddCommand(partners, app, "export", "Write all facts to files that can be imported again",
                 "  comity --as registry-1 partners export facts\n"
                 "  comity --as registry-1 partners export facts.jsonl --form jsonl",
                 [&app, arguments] { return Export(app, *arguments); });
  command.AddOption("to", arguments->to, "A folder for CSV files, or the file of JSON lines")
      .Required();
  command.AddOption("--form", arguments->form, "How they are written")
      .OneOf({"csv", "jsonl"})
      .ShowDefault();
}

}  // namespace comity::cli
