// comity transfer batch: many questions, answered on one state of the registry.

#include "services/cli/transfer_batch.h"

#include <cstdint>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/proto_json/proto_json.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"
#include "services/cli/enum_option.h"
#include "services/cli/json_text.h"
#include "services/cli/text.h"

namespace comity::cli {
namespace v1 = partner_registry::v1;

namespace {

constexpr std::int64_t kLargestFile = 8 << 20;  // What the service takes in one call.

absl::StatusOr<v1::BatchEvaluateTransfersRequest> ReadQuestions(const std::string& file) {
  COMITY_ASSIGN_OR_RETURN(const std::string text, storage::ReadFile(file, kLargestFile));
  v1::BatchEvaluateTransfersRequest request;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    const absl::Status read =
        ParseJsonText(std::string(line), *request.add_requests()->mutable_question());
    if (!read.ok()) {
      return InvalidField("JSON_INVALID", absl::StrCat(file, ", line ", number), read.message());
    }
  }
  return request;
}

absl::Status Batch(App& app, const std::string& file) {
  COMITY_ASSIGN_OR_RETURN(const v1::BatchEvaluateTransfersRequest request, ReadQuestions(file));
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  COMITY_ASSIGN_OR_RETURN(const auto registry, session->Registry());
  COMITY_ASSIGN_OR_RETURN(
      const v1::BatchEvaluateTransfersResponse response,
      client::Invoke(registry.get(), &v1::PartnerRegistryService::Stub::BatchEvaluateTransfers,
                     request, app.patience()));
  if (app.options.json) {
    for (const v1::TransferVerdict& verdict : response.verdicts()) {
      std::cout << proto_json::ToJson(verdict, proto_json::Form::kOneLine).value_or("") << "\n";
    }
    return absl::OkStatus();
  }
  std::vector<std::vector<std::string>> rows;
  for (int i = 0; i < response.verdicts_size(); ++i) {
    const v1::TransferVerdict& verdict = response.verdicts(i);
    std::string footnoted = request.requests(i).question().counterpart();
    if (!verdict.counterpart_footnote().empty()) footnoted += "*";
    rows.push_back(
        {std::move(footnoted), verdict.day(),
         EnumText(v1::TransferOutcome_descriptor(), verdict.outcome(), "TRANSFER_OUTCOME_"),
         verdict.basis() == v1::TRANSFER_BASIS_UNSPECIFIED
             ? "-"
             : EnumText(v1::TransferBasis_descriptor(), verdict.basis(), "TRANSFER_BASIS_")});
  }
  PrintTable(std::cout, {"counterpart", "day", "outcome", "basis"}, rows);
  std::set<std::string> footnotes;
  for (const v1::TransferVerdict& verdict : response.verdicts()) {
    footnotes.insert(verdict.counterpart_footnote());
  }
  PrintFootnotes(std::cout, footnotes);
  return absl::OkStatus();
}

}  // namespace

void RegisterTransferBatch(Command transfer, App& app) {
  const auto file = std::make_shared<std::string>();
  AddCommand(transfer, app, "batch",
             "Ask 1 to 1,000 questions at once, answered on one state of the registry",
             "  comity --as desk-1 transfer batch questions.jsonl --output json > verdicts.jsonl",
             [&app, file] { return Batch(app, *file); })
      .AddOption("file", *file,
                 "Questions, one a line: TransferQuestion in the JSON of the protos; verdicts come "
                 "in their order, with --output json one a line")
      .Required();
}

}  // namespace comity::cli
