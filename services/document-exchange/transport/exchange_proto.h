#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "comity/document_exchange/v1/document_exchange.pb.h"
#include "services/document-exchange/domain/exchange.h"

// Between messages and the domain. `store_id` is this store's.
namespace comity::document_exchange {

namespace registry_v1 = comity::partner_registry::v1;

// INVALID_ARGUMENT `CONTEXT_INVALID` for what the server puts in by itself (counterpart, decisions,
// instant, exploring), `NAME_INVALID` for derived_from; errors of the question's own conversion.
absl::StatusOr<TransferContext> FromProto(const v1::TransferContext& context, absl::Time now);

RecipientHeaders FromProto(const v1::RecipientHeader& header);
absl::StatusOr<PayloadKind> FromProto(v1::Payload payload);
legal::Restriction FromProto(const registry_v1::Restriction& restriction);
// INVALID_ARGUMENT `DECISION_INVALID` for days that are none.
absl::StatusOr<RecordedDecision> FromProto(const registry_v1::Decision& decision);

void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp);

v1::Upload ToProto(const UploadStatus& status);
v1::Document ToProto(const DocumentView& view, const std::string& store_id);
v1::Hold ToProto(const Hold& hold);
v1::RecipientHeader ToProto(const RecipientHeaders& headers);
registry_v1::Restriction ToProto(const legal::Restriction& restriction);
registry_v1::Decision ToProto(const RecordedDecision& recorded, const std::string& store_id);
// Without salt, body and proof of the leaf, which the ledger has.
v1::Statement ToProto(const StoredStatement& statement);
v1::TransferRecord ToProto(const TransferRecord& record);

// For Exchange::Parts: a TransferVerdict, serialised.
std::string EncodeVerdict(const legal::Verdict& verdict);
// Reverses it; an empty message if its key was destroyed.
registry_v1::TransferVerdict DecodeVerdict(const std::string& bytes);

}  // namespace comity::document_exchange
