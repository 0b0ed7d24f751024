#include "common/service/refusals.h"

#include <string>

#include "absl/status/status.h"
#include "common/journal/entry.h"
#include "common/status/error.h"

namespace comity::service {

absl::Status JournalRefusals::RecordRefusal(const rpc::Call& call, const absl::Status& refusal) {
  journal::EntryBody entry{.kind = "REFUSAL",
                           .caller = std::string(call.caller()),
                           .method = std::string(call.method()),
                           .request_id = std::string(call.request_id()),
                           .outcome = absl::StatusCodeToString(refusal.code()),
                           .reason = ReasonOf(refusal),
                           .via = std::string(call.via())};
  return journal_
      ->RecordLeaf([entry](absl::Time commit_time) mutable {
        entry.time = commit_time;
        return journal::FormatEntry(entry);
      })
      .status();
}

absl::Status JournalRefusals::RecordTableRefusal(const rpc::TableRefusal& refusal) {
  journal::EntryBody entry{.kind = "TABLE_REFUSAL",
                           .caller = refusal.caller,
                           .method = refusal.method.empty() ? "-" : refusal.method,
                           .outcome = absl::StatusCodeToString(absl::StatusCode::kPermissionDenied),
                           .reason = refusal.reason,
                           .count = refusal.count};
  return journal_
      ->RecordLeaf([entry](absl::Time commit_time) mutable {
        entry.time = commit_time;
        return journal::FormatEntry(entry);
      })
      .status();
}

}  // namespace comity::service
