#include "services/document-exchange/transport/exchange_proto.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/transfer_proto/transfer_proto.h"
#include "services/document-exchange/transport/names.h"

namespace comity::document_exchange {
namespace {

void SetRevision(const std::string& store_id, std::int64_t number, ledger::v1::Revision* revision) {
  revision->set_store_id(store_id);
  revision->set_number(number);
}

v1::Document::State ToProto(RecipientState state) {
  switch (state) {
    case RecipientState::kQuarantined:
      return v1::Document::STATE_QUARANTINED;
    case RecipientState::kAvailable:
      return v1::Document::STATE_AVAILABLE;
    case RecipientState::kReleased:
      return v1::Document::STATE_RELEASED;
    case RecipientState::kRetrieved:
      return v1::Document::STATE_RETRIEVED;
    case RecipientState::kRejected:
      return v1::Document::STATE_REJECTED;
    case RecipientState::kWithheld:
      return v1::Document::STATE_WITHHELD;
  }
  return v1::Document::STATE_UNSPECIFIED;
}

absl::Status SetByServer(absl::string_view field) {
  return InvalidField("CONTEXT_INVALID", absl::StrCat("context.question.", field),
                      "is put in by the server; leave it out");
}

}  // namespace

void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const std::int64_t micros = absl::ToUnixMicros(time);
  timestamp->set_seconds(micros / 1'000'000);
  timestamp->set_nanos(static_cast<std::int32_t>(micros % 1'000'000) * 1000);
}

absl::StatusOr<TransferContext> FromProto(const v1::TransferContext& context, absl::Time now) {
  const registry_v1::TransferQuestion& question = context.question();
  if (!question.counterpart().empty()) return SetByServer("counterpart");
  if (!question.onward_by().empty()) return SetByServer("onward_by");
  if (question.decisions_size() > 0) return SetByServer("decisions");
  if (question.has_instant()) return SetByServer("instant");
  if (question.explore() || !question.public_on().empty() || question.has_at_revision()) {
    return InvalidField("CONTEXT_INVALID", "context.question",
                        "explores; a real transfer is decided on the latest revision");
  }
  // The conversion insists on what differs by recipient and is put in later.
  registry_v1::TransferQuestion whole = question;
  whole.set_counterpart("partners/recipient");
  if (whole.direction() == registry_v1::TRANSFER_DIRECTION_ONWARD) {
    whole.set_onward_by("partners/recipient");
  }
  TransferContext converted;
  COMITY_ASSIGN_OR_RETURN(converted.question,
                          transfer_proto::QuestionFromProto(whole, now, "context.question"));
  converted.question.counterpart.clear();
  converted.question.onward_by.clear();
  for (const std::string& name : context.derived_from()) {
    COMITY_ASSIGN_OR_RETURN(std::string id, IdOf("documents", "context.derived_from", name));
    converted.derived_from.push_back(std::move(id));
  }
  return converted;
}

RecipientHeaders FromProto(const v1::RecipientHeader& header) {
  return {.recipient = header.recipient(),
          .content_header = header.content_header(),
          .description_header = header.description_header(),
          .salt = header.salt(),
          .leaf_index = header.leaf_index(),
          .path = {header.path().begin(), header.path().end()}};
}

absl::StatusOr<PayloadKind> FromProto(v1::Payload payload) {
  if (payload == v1::PAYLOAD_CONTENT) return PayloadKind::kContent;
  if (payload == v1::PAYLOAD_DESCRIPTION) return PayloadKind::kDescription;
  return InvalidField("PAYLOAD_INVALID", "payload", "must be CONTENT or DESCRIPTION");
}

legal::Restriction FromProto(const registry_v1::Restriction& restriction) {
  // Values are the same; an unknown one is refused by whoever needs its name.
  return {.use = static_cast<legal::UseRestriction>(restriction.use()),
          .partners = {restriction.partners().begin(), restriction.partners().end()}};
}

absl::StatusOr<RecordedDecision> FromProto(const registry_v1::Decision& decision) {
  RecordedDecision recorded = {.evidence = decision.evidence()};
  legal::Decision& converted = recorded.decision;
  converted.kind = static_cast<legal::DecisionKind>(decision.kind());
  converted.partner = decision.partner();
  converted.counterparts.assign(decision.counterparts().begin(), decision.counterparts().end());
  converted.case_reference = decision.case_reference();
  converted.conditions.assign(decision.conditions().begin(), decision.conditions().end());
  converted.grounds = decision.grounds();
  const absl::StatusOr<PartialDate> from = PartialDate::Parse(decision.valid_from());
  const absl::StatusOr<PartialDate> to = PartialDate::Parse(decision.valid_to());
  if (!from.ok()) {
    return InvalidField("DECISION_INVALID", "decision.valid_from", "must be a day, as 2026-11-23");
  }
  if (!to.ok()) {
    return InvalidField("DECISION_INVALID", "decision.valid_to",
                        "must be a day, as 2026-11-23, or empty");
  }
  converted.valid_from = *from;
  converted.valid_to = *to;
  return recorded;
}

v1::Upload ToProto(const UploadStatus& status) {
  v1::Upload upload;
  if (!status.upload.id.empty()) upload.set_name(absl::StrCat("uploads/", status.upload.id));
  upload.set_content_offset(status.on_disk.content);
  upload.set_description_offset(status.on_disk.description);
  upload.set_content_length(status.upload.announced.content);
  upload.set_description_length(status.upload.announced.description);
  if (!status.upload.id.empty()) SetTime(status.upload.expire_time, upload.mutable_expire_time());
  for (const RecipientVerdict& answer : status.verdicts) {
    if (!answer.own) transfer_proto::WriteVerdict(answer.verdict, *upload.add_verdicts());
  }
  return upload;
}

v1::Document ToProto(const DocumentView& view, const std::string& store_id) {
  const Document& document = view.document;
  v1::Document converted;
  converted.set_name(absl::StrCat("documents/", document.id));
  converted.set_sender(document.sender);
  converted.set_manifest(view.manifest);
  converted.set_signature(view.signature);
  for (const Recipient& recipient : document.recipients) {
    v1::Document::Recipient* const row = converted.add_recipients();
    row->set_spiffe_id(recipient.spiffe_id);
    row->set_state(ToProto(recipient.state));
    row->set_reason(recipient.reason);
  }
  for (const legal::Restriction& restriction : view.restrictions) {
    *converted.add_restrictions() = ToProto(restriction);
  }
  converted.set_thread(document.thread);
  converted.set_controller(document.controller);
  SetTime(document.submit_time, converted.mutable_submit_time());
  SetRevision(store_id, document.revision, converted.mutable_revision());
  SetRevision(document.registry_revision.store_id, document.registry_revision.number,
              converted.mutable_registry_revision());
  if (document.erase_due) SetTime(*document.erase_due, converted.mutable_expire_time());
  if (const auto time = document.erased_at()) SetTime(*time, converted.mutable_erase_time());
  return converted;
}

v1::Hold ToProto(const Hold& hold) {
  v1::Hold converted;
  converted.set_document(absl::StrCat("documents/", hold.document_id));
  converted.set_in_force(hold.in_force);
  if (hold.erase_time) SetTime(*hold.erase_time, converted.mutable_erase_time());
  return converted;
}

v1::RecipientHeader ToProto(const RecipientHeaders& headers) {
  v1::RecipientHeader converted;
  converted.set_recipient(headers.recipient);
  converted.set_content_header(headers.content_header);
  converted.set_description_header(headers.description_header);
  converted.set_salt(headers.salt);
  converted.set_leaf_index(headers.leaf_index);
  for (const std::string& hash : headers.path) converted.add_path(hash);
  return converted;
}

registry_v1::Restriction ToProto(const legal::Restriction& restriction) {
  registry_v1::Restriction converted;
  converted.set_use(static_cast<registry_v1::UseRestriction>(restriction.use));
  for (const std::string& partner : restriction.partners) converted.add_partners(partner);
  return converted;
}

registry_v1::Decision ToProto(const RecordedDecision& recorded, const std::string& store_id) {
  const legal::Decision& decision = recorded.decision;
  registry_v1::Decision converted;
  converted.set_name(decision.name);
  converted.set_kind(static_cast<registry_v1::DecisionKind>(decision.kind));
  converted.set_partner(decision.partner);
  for (const std::string& counterpart : decision.counterparts) {
    converted.add_counterparts(counterpart);
  }
  converted.set_case_reference(decision.case_reference);
  for (const std::string& condition : decision.conditions) converted.add_conditions(condition);
  converted.set_valid_from(decision.valid_from.ToString());
  converted.set_valid_to(decision.valid_to.ToString());
  converted.set_evidence(recorded.evidence);
  converted.set_grounds(decision.grounds);
  if (decision.withdrawn.has_value()) {
    SetTime(*decision.withdrawn, converted.mutable_withdraw_time());
  }
  converted.set_recorded_by(recorded.recorded_by);
  SetTime(recorded.record_time, converted.mutable_record_time());
  SetRevision(store_id, recorded.revision, converted.mutable_revision());
  return converted;
}

v1::Statement ToProto(const StoredStatement& statement) {
  v1::Statement converted;
  converted.set_name(absl::StrCat("documents/", statement.document_id, "/statements/",
                                  statement.store_id, "-", statement.leaf_index));
  converted.set_kind(static_cast<v1::StatementKind>(statement.kind));
  converted.set_recipient(statement.recipient);
  converted.set_statement(statement.statement);
  converted.set_signature(statement.signature);
  converted.set_confirmation(statement.confirmation);
  converted.set_confirmation_signature(statement.confirmation_signature);
  converted.set_leaf_index(statement.leaf_index);
  SetTime(statement.commit_time, converted.mutable_commit_time());
  return converted;
}

v1::TransferRecord ToProto(const TransferRecord& record) {
  v1::TransferRecord converted;
  SetTime(record.commit_time, converted.mutable_commit_time());
  if (!record.document_id.empty()) {
    converted.set_document(absl::StrCat("documents/", record.document_id));
  }
  converted.set_attempt(record.attempt);
  converted.set_sender(record.sender);
  converted.set_recipient(record.recipient);
  *converted.mutable_verdict() = DecodeVerdict(record.verdict);
  converted.set_leaf_index(record.leaf_index);
  return converted;
}

std::string EncodeVerdict(const legal::Verdict& verdict) {
  registry_v1::TransferVerdict message;
  transfer_proto::WriteVerdict(verdict, message);
  return message.SerializeAsString();
}

registry_v1::TransferVerdict DecodeVerdict(const std::string& bytes) {
  registry_v1::TransferVerdict verdict;
  if (!verdict.ParseFromString(bytes)) verdict.Clear();
  return verdict;
}

}  // namespace comity::document_exchange
