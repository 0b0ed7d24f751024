#include "common/service/disclosures.h"

#include <cstdint>

#include "common/journal/entry.h"
#include "common/status/error.h"

namespace comity::service {

absl::Status CheckPurpose(const std::string& purpose) {
  constexpr std::size_t kLongest = 500;
  if (!purpose.empty() && purpose.size() <= kLongest) return absl::OkStatus();
  return InvalidField("PURPOSE_MISSING", "purpose",
                      "must say in 1 to 500 bytes why the records are read (EUDPR 88(1))");
}

absl::Status RecordDisclosure(journal::Journal& journal, const rpc::Call& call,
                              const std::string& purpose, const crypto::Digest& query,
                              std::size_t count) {
  return journal
      .RecordLeaf([&](absl::Time time) {
        return journal::FormatEntry({.time = time,
                                     .kind = "DISCLOSURE",
                                     .caller = std::string(call.caller()),
                                     .method = std::string(call.method()),
                                     .request_id = std::string(call.request_id()),
                                     .outcome = "DONE",
                                     .purpose = purpose,
                                     .count = static_cast<std::int64_t>(count),
                                     .query_sha256 = query,
                                     .via = std::string(call.via())});
      })
      .status();
}

}  // namespace comity::service
