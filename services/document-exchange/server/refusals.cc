#include "services/document-exchange/server/refusals.h"

#include <string>

#include "common/journal/entry.h"
#include "common/status/error.h"

namespace comity::document_exchange {

absl::Status JournalRefusals::RecordRefusal(const rpc::Call& call, const absl::Status& refusal) {
  return journal_
      ->RecordLeaf([&](absl::Time time) {
        return journal::FormatEntry({.time = time,
                                     .kind = "REFUSAL",
                                     .caller = std::string(call.caller()),
                                     .method = std::string(call.method()),
                                     .request_id = std::string(call.request_id()),
                                     .outcome = absl::StatusCodeToString(refusal.code()),
                                     .reason = ReasonOf(refusal)});
      })
      .status();
}

absl::Status JournalRefusals::RecordTableRefusal(const rpc::TableRefusal& refusal) {
  return journal_
      ->RecordLeaf([&](absl::Time time) {
        return journal::FormatEntry(
            {.time = time,
             .kind = "TABLE_REFUSAL",
             .caller = refusal.caller,
             .method = refusal.method.empty() ? "-" : refusal.method,
             .outcome = absl::StatusCodeToString(absl::StatusCode::kPermissionDenied),
             .reason = refusal.reason,
             .count = refusal.count});
      })
      .status();
}

}  // namespace comity::document_exchange
