// comity health, records, ledger: what operators, auditors and the data protection officer use.

#include <cstdint>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/client/health.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/cli/app.h"
#include "services/cli/enum_option.h"
#include "services/cli/json_text.h"
#include "services/cli/ledger_files.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace exchange = document_exchange::v1;
namespace ledger_v1 = ledger::v1;

namespace {

const std::vector<std::string> kServices = {"partner-registry", "engagement-scheduling",
                                            "document-exchange"};

struct Arguments {
  std::vector<std::string> services;
  std::int64_t leaf = 0, first_size = 0, size = 0, index = 0;
  int level = 0;
  std::string service = "document-exchange", purpose, file, from, until, store_id;
  bool refusals_only = false;
};

absl::Status Health(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  json::Json answers = json::Json::array();
  absl::Status worst;
  for (const std::string& service : arguments.services.empty() ? kServices : arguments.services) {
    COMITY_ASSIGN_OR_RETURN(const auto channel, session->Channel(service));
    const absl::Status status = client::CheckHealth(channel, app.patience());
    if (!app.options.json) {
      std::cout << service << ": " << (status.ok() ? "serving" : status.message()) << "\n";
    }
    answers.push_back({{"service", service}, {"serving", status.ok()}});
    if (!status.ok()) worst = status;
  }
  app.Show(answers, [] {});
  return worst;
}

absl::Status Records(App& app, const Arguments& arguments) {
  exchange::ExportTransferRecordsRequest request;
  request.set_purpose(arguments.purpose);
  request.set_refusals_only(arguments.refusals_only);
  if (!arguments.from.empty()) {
    COMITY_ASSIGN_OR_RETURN(const absl::Time from, ParseMoment("--from", arguments.from));
    *request.mutable_start_time() = ToTimestamp(from);
  }
  if (!arguments.until.empty()) {
    COMITY_ASSIGN_OR_RETURN(const absl::Time until, ParseMoment("--until", arguments.until));
    *request.mutable_end_time() = ToTimestamp(until);
  }
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto stub, session->Exchange());
  grpc::ClientContext context;
  rpc::SetDeadline(context, app.patience());
  const auto reader = stub->ExportTransferRecords(&context, request);
  exchange::ExportTransferRecordsResponse all;
  exchange::ExportTransferRecordsResponse part;
  while (reader->Read(&part)) all.MergeFrom(part);
  COMITY_RETURN_IF_ERROR(rpc::ToAbslStatus(reader->Finish()));

  int refused = 0;
  for (const exchange::TransferRecord& record : all.records()) {
    if (record.verdict().outcome() != partner_registry::v1::TRANSFER_OUTCOME_PERMITTED) ++refused;
  }
  if (!arguments.file.empty()) {
    std::ofstream file(arguments.file, std::ios::binary);
    file << JsonText(all);
    if (!file.flush()) {
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("The records cannot be written to ", arguments.file,
                                    ": choose a file that can be written."),
                       {.reason = "FILE_NOT_WRITABLE"});
    }
  }
  app.Show(all, [&] {
    std::vector<std::vector<std::string>> rows;
    for (const exchange::TransferRecord& record : all.records()) {
      rows.push_back({TimeText(record.commit_time()), record.attempt(),
                      EnumText(partner_registry::v1::TransferOutcome_descriptor(),
                               record.verdict().outcome(), "TRANSFER_OUTCOME_"),
                      record.document(), record.recipient()});
    }
    PrintTable(std::cout, {"time", "attempt", "outcome", "document", "recipient"}, rows);
    std::cout << all.records_size() << " records, " << refused << " refused or not permitted.\n";
  });
  return absl::OkStatus();
}

absl::Status Checkpoint(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto stub, session->Ledger(arguments.service));
  COMITY_ASSIGN_OR_RETURN(const ledger_v1::Checkpoint checkpoint,
                          client::Invoke(stub.get(), &ledger_v1::LedgerService::Stub::GetCheckpoint,
                                         ledger_v1::GetCheckpointRequest(), app.patience()));
  app.Show(checkpoint, [&] { std::cout << checkpoint.note(); });
  return absl::OkStatus();
}

// What a ledger proves, as JSON or with `text`: all of these differ in the request only.
template <typename Request, typename Response, typename Text>
absl::Status AskLedger(App& app, const Arguments& arguments,
                       grpc::Status (ledger_v1::LedgerService::Stub::*method)(grpc::ClientContext*,
                                                                              const Request&,
                                                                              Response*),
                       Request request, Text text) {
  request.set_store_id(arguments.store_id);
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto stub, session->Ledger(arguments.service));
  COMITY_ASSIGN_OR_RETURN(const Response response,
                          client::Invoke(stub.get(), method, request, app.patience()));
  app.Show(response, [&] { text(response); });
  return absl::OkStatus();
}

void PrintHashes(const google::protobuf::RepeatedPtrField<std::string>& hashes) {
  for (const std::string& hash : hashes) std::cout << absl::BytesToHexString(hash) << "\n";
}

absl::Status Inclusion(App& app, const Arguments& arguments) {
  ledger_v1::GetInclusionProofRequest request;
  request.set_leaf_index(arguments.leaf);
  request.set_tree_size(arguments.size);
  return AskLedger(app, arguments, &ledger_v1::LedgerService::Stub::GetInclusionProof, request,
                   [](const ledger_v1::InclusionProof& proof) { std::cout << proof.tlog_proof(); });
}

absl::Status Consistency(App& app, const Arguments& arguments) {
  ledger_v1::GetConsistencyProofRequest request;
  request.set_first_size(arguments.first_size);
  request.set_second_size(arguments.size);
  return AskLedger(app, arguments, &ledger_v1::LedgerService::Stub::GetConsistencyProof, request,
                   [](const ledger_v1::ConsistencyProof& proof) {
                     std::cout << "From " << proof.first_size() << " to " << proof.second_size()
                               << " leaves\n";
                     PrintHashes(proof.hashes());
                   });
}

absl::Status Tile(App& app, const Arguments& arguments) {
  constexpr std::size_t kHash = 32;
  ledger_v1::GetTileRequest request;
  request.set_level(arguments.level);
  request.set_index(arguments.index);
  return AskLedger(app, arguments, &ledger_v1::LedgerService::Stub::GetTile, request,
                   [](const ledger_v1::Tile& tile) {
                     for (std::size_t at = 0; at < tile.hashes().size(); at += kHash) {
                       std::cout << absl::BytesToHexString(tile.hashes().substr(at, kHash)) << "\n";
                     }
                   });
}

absl::Status Entries(App& app, const Arguments& arguments) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto stub, session->Ledger(arguments.service));
  ledger_v1::ListEntriesRequest request;
  request.set_purpose(arguments.purpose);
  request.set_page_size(1000);
  request.set_store_id(arguments.store_id);
  ledger_v1::ListEntriesResponse all;
  do {
    COMITY_ASSIGN_OR_RETURN(const ledger_v1::ListEntriesResponse page,
                            client::Invoke(stub.get(), &ledger_v1::LedgerService::Stub::ListEntries,
                                           request, app.patience()));
    request.set_first_leaf_index(page.next_leaf_index());
    all.MergeFrom(page);
  } while (request.first_leaf_index() != 0);
  all.clear_next_leaf_index();
  app.Show(all, [&] {
    for (const ledger_v1::Entry& entry : all.entries()) {
      std::cout << entry.leaf_index() << "  " << TimeText(entry.commit_time()) << "  "
                << (entry.body().empty() ? "(pruned)" : entry.body()) << "\n";
    }
  });
  return absl::OkStatus();
}

}  // namespace

void RegisterOperations(Command root, App& app) {
  const auto arguments = std::make_shared<Arguments>();
  const Command health = AddCommand(
      root, app, "health", "Ask services whether they serve; exit code 1 if one does not",
      "  comity --as probe-1 health\n  comity --as probe-1 health document-exchange",
      [&app, arguments] { return Health(app, *arguments); });
  health.AddOption("service", arguments->services, "All three if left out").OneOf(kServices);

  const Command records = root.AddGroup("records", "Records of transfers and refusals");
  const Command exported =
      AddCommand(records, app, "export", "Export transfer records; the reading itself is recorded",
                 "  comity --as dpo-1 records export --purpose \"yearly review\" --to records.json",
                 [&app, arguments] { return Records(app, *arguments); });
  exported.AddOption("--purpose", arguments->purpose, "Why you read them").Required();
  exported.AddOption("--to", arguments->file, "Write them as JSON too").TypeName("FILE");
  exported.AddOption("--from", arguments->from, "From this time on").TypeName("TIME");
  exported.AddOption("--until", arguments->until, "Before this time").TypeName("TIME");
  exported.AddFlag("--refusals", arguments->refusals_only, "Refusals only");

  const Command ledger = root.AddGroup("ledger", "The tamper-evident ledger of a service");
  const auto add = [&](const char* name, const char* description, const char* example, auto body) {
    const Command command = AddCommand(ledger, app, name, description, example, body);
    command.AddOption("--service", arguments->service, "Whose ledger")
        .OneOf(kServices)
        .ShowDefault();
    return command;
  };
  add("checkpoint", "Print the latest signed checkpoint",
      "  comity --as auditor-1 ledger checkpoint --service document-exchange",
      [&app, arguments] { return Checkpoint(app, *arguments); });
  const auto add_proof = [&](const char* name, const char* description, const char* example,
                             auto body) {
    const Command command =
        add(name, description, example, [&app, arguments, body] { return body(app, *arguments); });
    command
        .AddOption("--store-id", arguments->store_id, "Of the log that this earlier store closed")
        .TypeName("ID");
    return command;
  };
  const Command inclusion =
      add_proof("inclusion", "Print the proof that an entry is in the ledger (tlog-proof)",
                "  comity --as auditor-1 ledger inclusion 7 > proof", &Inclusion);
  inclusion.AddOption("leaf", arguments->leaf, "The entry's place, from 0").Required();
  inclusion.AddOption("--size", arguments->size,
                      "Of the tree; the latest checkpoint's if left out");
  const Command consistency = add_proof(
      "consistency", "Print the proof that the ledger only grew since it had SIZE entries",
      "  comity --as auditor-1 ledger consistency 7", &Consistency);
  consistency.AddOption("size", arguments->first_size, "How many entries it had").Required();
  consistency.AddOption("--to", arguments->size, "How many it has; the latest if left out")
      .TypeName("SIZE");
  const Command tile = add_proof("tile", "Print the hashes of a tile (C2SP tlog-tiles)",
                                 "  comity --as auditor-1 ledger tile 0 0", &Tile);
  tile.AddOption("level", arguments->level, "From 0, the leaves").Required();
  tile.AddOption("index", arguments->index, "Its place, from 0").Required();
  const Command entries = add("entries", "Print entries; the reading itself is recorded",
                              "  comity --as auditor-1 ledger entries --purpose \"sample check\"",
                              [&app, arguments] { return Entries(app, *arguments); });
  entries.AddOption("--purpose", arguments->purpose, "Why you read them").Required();
  entries.AddOption("--store-id", arguments->store_id, "Of the log that this earlier store closed")
      .TypeName("ID");
  RegisterLedgerFiles(ledger, app);
}

}  // namespace comity::cli
