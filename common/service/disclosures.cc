#include "common/service/disclosures.h"

#include <cstdint>

#include "common/journal/entry.h"
#include "common/status/error.h"
#include "common/text/plain.h"

namespace comity::service {

absl::Status CheckPurpose(const std::string& purpose) {
  constexpr std::size_t kLongest = 500;
  if (purpose.empty() || purpose.size() > kLongest) {
    return InvalidField("PURPOSE_MISSING", "purpose",
                        "must say in 1 to 500 bytes why the records are read (EUDPR 88(1))");
  }
  const std::string fault = text::FaultOf(purpose, text::Lines::kMany);
  return fault.empty() ? absl::OkStatus() : InvalidField("TEXT_NOT_PLAIN", "purpose", fault);
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
