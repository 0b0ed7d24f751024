// Case-specific decisions.

#include "absl/strings/str_cat.h"
#include "common/json/canonical.h"
#include "common/status/macros.h"
#include "services/document-exchange/storage/sql_rows.h"

namespace comity::document_exchange {
namespace {

using storage::Statement;

constexpr absl::string_view kDecisionColumns =
    "revision, id, kind, partner, counterparts, case_reference, valid_from, valid_to, sealed_text, "
    "recorded_by, side, record_time, withdraw_time, changed_revision";

std::string DecisionText(const RecordedDecision& recorded) {
  return json::Canonical({{"conditions", recorded.decision.conditions},
                          {"grounds", recorded.decision.grounds},
                          {"evidence", recorded.evidence}});
}

void ReadDecisionText(absl::string_view text, RecordedDecision& recorded) {
  const absl::StatusOr<json::Json> object = json::ParseCanonical(text);
  if (!object.ok() || !object->is_object()) return;
  const auto grounds = object->find("grounds");
  const auto evidence = object->find("evidence");
  const auto conditions = object->find("conditions");
  if (grounds != object->end() && grounds->is_string()) {
    recorded.decision.grounds = grounds->get<std::string>();
  }
  if (evidence != object->end() && evidence->is_string()) {
    recorded.evidence = evidence->get<std::string>();
  }
  if (conditions == object->end() || !conditions->is_array()) return;
  for (const json::Json& condition : *conditions) {
    if (condition.is_string()) recorded.decision.conditions.push_back(condition.get<std::string>());
  }
}

}  // namespace

absl::StatusOr<std::optional<RecordedDecision>> SqlRows::FindDecision(absl::string_view id) {
  COMITY_ASSIGN_OR_RETURN(std::vector<RecordedDecision> found,
                          Decisions("WHERE id = ?1", [&](Statement& s) { s.BindText(1, id); }));
  return First(std::move(found));
}

absl::StatusOr<std::vector<legal::Decision>> SqlRows::DecisionsOfCase(
    absl::string_view case_reference) {
  std::vector<legal::Decision> decisions;
  if (case_reference.empty()) return decisions;
  COMITY_ASSIGN_OR_RETURN(const std::vector<RecordedDecision> found,
                          Decisions("WHERE case_reference = ?1 ORDER BY revision",
                                    [&](Statement& s) { s.BindText(1, case_reference); }));
  for (const RecordedDecision& recorded : found) {
    if (!recorded.pruned) decisions.push_back(recorded.decision);
  }
  return decisions;
}

absl::StatusOr<std::vector<RecordedDecision>> SqlRows::ListDecisions(const DecisionFilter& filter,
                                                                     std::int64_t before_revision,
                                                                     std::size_t limit) {
  return Decisions(
      "WHERE revision < ?1 AND (?2 = '' OR case_reference = ?2) AND (?3 = 1 OR side = ?4 OR "
      "(partner <> '' AND partner = ?5) OR (partner = '' AND ?6 = 1)) ORDER BY revision DESC "
      "LIMIT ?7",
      [&](Statement& s) {
        s.BindInt64(1, before_revision)
            .BindText(2, filter.case_reference)
            .BindInt64(3, filter.all ? 1 : 0)
            .BindText(4, filter.side)
            .BindText(5, filter.partner)
            .BindInt64(6, filter.agency ? 1 : 0)
            .BindInt64(7, static_cast<std::int64_t>(limit));
      });
}

absl::Status SqlRows::InsertDecision(const RecordedDecision& recorded) {
  const legal::Decision& decision = recorded.decision;
  COMITY_ASSIGN_OR_RETURN(const std::string sealed,
                          turn_->Seal(DecisionText(recorded), decision.name));
  return Write(
      "INSERT INTO decisions (revision, id, kind, partner, counterparts, case_reference, "
      "valid_from, valid_to, sealed_text, recorded_by, side, record_time, withdraw_time, "
      "changed_revision) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, NULL, ?1)",
      [&](Statement& s) {
        s.BindInt64(1, recorded.revision)
            .BindText(2, decision.name.substr(decision.name.find('/') + 1))
            .BindInt64(3, static_cast<std::int64_t>(decision.kind))
            .BindText(4, decision.partner)
            .BindText(5, Join(decision.counterparts))
            .BindText(6, decision.case_reference)
            .BindText(7, decision.valid_from.ToString())
            .BindText(8, decision.valid_to.ToString())
            .BindBlob(9, sealed)
            .BindText(10, recorded.recorded_by)
            .BindText(11, recorded.side)
            .BindInt64(12, Micros(recorded.record_time));
      });
}

absl::Status SqlRows::WithdrawDecision(absl::string_view id, absl::Time when) {
  return Write("UPDATE decisions SET withdraw_time = ?2, changed_revision = ?3 WHERE id = ?1",
               [&](Statement& s) {
                 s.BindText(1, id).BindInt64(2, Micros(when)).BindInt64(3, turn_->revision());
               });
}

absl::StatusOr<std::vector<RecordedDecision>> SqlRows::Decisions(absl::string_view where,
                                                                 Binder bind) {
  std::vector<RecordedDecision> decisions;
  COMITY_RETURN_IF_ERROR(
      Query(absl::StrCat("SELECT ", kDecisionColumns, " FROM decisions ", where), bind,
            [&](Statement& s) -> absl::Status {
              RecordedDecision recorded = {.recorded_by = std::string(s.Text(9)),
                                           .side = std::string(s.Text(10)),
                                           .record_time = absl::FromUnixMicros(s.Int64(11)),
                                           .position = s.Int64(0),
                                           .revision = s.Int64(13)};
              legal::Decision& decision = recorded.decision;
              decision.name = absl::StrCat("decisions/", s.Text(1));
              decision.kind = static_cast<legal::DecisionKind>(s.Int64(2));
              decision.partner = std::string(s.Text(3));
              decision.counterparts = Split(s.Text(4));
              decision.case_reference = std::string(s.Text(5));
              COMITY_ASSIGN_OR_RETURN(decision.valid_from, PartialDate::Parse(s.Text(6)));
              COMITY_ASSIGN_OR_RETURN(decision.valid_to, PartialDate::Parse(s.Text(7)));
              decision.withdrawn = TimeAt(s, 12);
              COMITY_ASSIGN_OR_RETURN(const std::optional<std::string> text,
                                      Unseal(s.Blob(8), decision.name));
              recorded.pruned = !text.has_value();
              if (text) ReadDecisionText(*text, recorded);
              decisions.push_back(std::move(recorded));
              return absl::OkStatus();
            }));
  return decisions;
}

}  // namespace comity::document_exchange
