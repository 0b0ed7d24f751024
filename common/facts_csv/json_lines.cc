#include "common/facts_csv/json_lines.h"

#include <google/api/field_behavior.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/facts_csv/csv.h"
#include "common/proto_json/proto_json.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::facts_csv {
namespace {

namespace v1 = partner_registry::v1;

bool IsServerOnly(const google::protobuf::FieldDescriptor& field) {
  const auto& options = field.options();
  for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
    if (options.GetExtension(google::api::field_behavior, i) == google::api::OUTPUT_ONLY) {
      return true;
    }
  }
  return false;
}

// Takes out what only the server sets.
void ClearServerOnly(google::protobuf::Message& message) {
  const google::protobuf::Descriptor& descriptor = *message.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    if (IsServerOnly(*descriptor.field(i))) {
      message.GetReflection()->ClearField(&message, descriptor.field(i));
    }
  }
}

// The message of a fact that an import can set; null for the other kinds.
google::protobuf::Message* Importable(v1::Fact& fact) {
  if (!IsImportable(fact)) return nullptr;
  if (fact.has_partner()) return fact.mutable_partner();
  if (fact.has_instrument()) return fact.mutable_instrument();
  if (fact.has_milestone()) return fact.mutable_milestone();
  if (fact.has_authority()) return fact.mutable_authority();
  return fact.mutable_contact();
}

// What an import may set of it, its limits included: they must hold where it is imported, too.
v1::Fact ForImport(const v1::Fact& fact) {
  v1::Fact made = fact;
  ClearServerOnly(*Importable(made));
  if (fact.has_partner()) {
    v1::Partner& partner = *made.mutable_partner();
    partner.set_exchanges_suspended(fact.partner().exchanges_suspended());
    if (fact.partner().has_delete_time()) {
      *partner.mutable_delete_time() = fact.partner().delete_time();
    }
    partner.set_merged_into(fact.partner().merged_into());
    for (v1::LegalClassPeriod& period : *partner.mutable_legal_classes()) {
      period.clear_confirmation();
    }
  }
  if (fact.has_contact() && fact.contact().state() == v1::Contact::STATE_SUSPENDED) {
    made.mutable_contact()->set_state(fact.contact().state());
  }
  return made;
}

// The rows of one fact: a partner's legal classes have rows of their own.
std::vector<Row> RowsOf(v1::Fact fact) {
  std::vector<Row> rows(1);
  if (fact.has_partner()) {
    v1::Partner& partner = *rows[0].mutable_partner();
    partner.Swap(fact.mutable_partner());
    for (v1::LegalClassPeriod& period : *partner.mutable_legal_classes()) {
      auto& of_partner = *rows.emplace_back().mutable_legal_class();
      of_partner.set_partner(rows[0].partner().name());
      of_partner.mutable_period()->Swap(&period);
    }
    rows[0].mutable_partner()->clear_legal_classes();
  }
  if (fact.has_instrument()) rows[0].mutable_instrument()->Swap(fact.mutable_instrument());
  if (fact.has_milestone()) rows[0].mutable_milestone()->Swap(fact.mutable_milestone());
  if (fact.has_authority()) rows[0].mutable_authority()->Swap(fact.mutable_authority());
  if (fact.has_contact()) rows[0].mutable_contact()->Swap(fact.mutable_contact());
  return rows;
}

}  // namespace

bool IsImportable(const v1::Fact& fact) {
  if (fact.has_milestone()) return fact.milestone().withdrawal_evidence().empty();
  if (fact.has_contact()) return fact.contact().state() != v1::Contact::STATE_ERASED;
  if (fact.has_instrument()) return !fact.instrument().has_retraction();
  if (fact.has_authority()) return !fact.authority().has_retraction();
  return fact.has_partner();
}

absl::StatusOr<std::string> FactLine(const v1::Fact& fact) {
  std::optional<std::string> line = proto_json::ToJson(fact, proto_json::Form::kOneLine);
  if (!line.has_value()) {
    return MakeError(absl::StatusCode::kInternal,
                     "A fact cannot be written as JSON, so nothing was exported: export as CSV, "
                     "and report it.",
                     {.reason = "FACT_UNWRITABLE"});
  }
  line->push_back('\n');
  return *std::move(line);
}

absl::StatusOr<v1::Fact> ReadFactLine(absl::string_view line) {
  v1::Fact fact;
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(line.data(), line.size()), &fact);
  if (parsed.ok()) return fact;
  const std::string said(parsed.message().data(), parsed.message().size());
  return InvalidField(
      "FACT_LINE_INVALID", "line",
      absl::StrCat("is no fact in proto3 JSON (", absl::StrReplaceAll(said, {{"\n", " "}}),
                   "): write it as `comity partners export` does"));
}

absl::StatusOr<std::string> WriteJsonLines(const std::vector<v1::Fact>& facts) {
  std::string lines;
  for (const v1::Fact& fact : facts) {
    if (!IsImportable(fact)) continue;
    COMITY_ASSIGN_OR_RETURN(const std::string line, FactLine(ForImport(fact)));
    lines += line;
  }
  return lines;
}

absl::StatusOr<std::vector<Row>> ReadJsonLines(absl::string_view file, absl::string_view text) {
  if (text.size() > kMaxFileBytes) {
    return FileError(file, 1, "", "the file is larger than 64 MiB: split it");
  }
  std::vector<Row> rows;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    absl::StatusOr<v1::Fact> fact = ReadFactLine(line);
    if (!fact.ok()) return FileError(file, number, "", fact.status().message());
    if (Importable(*fact) == nullptr) {
      return FileError(file, number, "",
                       "the line is no partner, instrument, milestone, authority or contact: other "
                       "facts are recorded by calls of their own");
    }
    for (Row& row : RowsOf(*std::move(fact))) {
      row.mutable_source()->set_file(std::string(file));
      row.mutable_source()->set_line(number);
      rows.push_back(std::move(row));
    }
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.fact_case() < b.fact_case(); });
  return rows;
}

}  // namespace comity::facts_csv
