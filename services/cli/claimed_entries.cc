#include "services/cli/claimed_entries.h"

#include <google/protobuf/util/json_util.h>

#include "comity/ledger/v1/ledger.pb.h"
#include "common/crypto/digest.h"
#include "common/status/error.h"

namespace comity::cli {

absl::StatusOr<std::vector<ledger::ClaimedEntry>> ParseClaimedEntries(absl::string_view file,
                                                                      const std::string& json) {
  ledger::v1::ListEntriesResponse read;
  if (!google::protobuf::util::JsonStringToMessage(json, &read).ok()) {
    return InvalidField("ENTRIES_INVALID", file,
                        "is not what comity ledger entries --output json prints");
  }
  std::vector<ledger::ClaimedEntry> entries;
  for (const ledger::v1::Entry& entry : read.entries()) {
    if (entry.commitment().size() != sizeof(ledger::Hash)) {
      return InvalidField("ENTRIES_INVALID", file, "has a commitment that is not 32 bytes");
    }
    entries.push_back({.index = entry.leaf_index(),
                       .salt = entry.salt(),
                       .body = entry.body(),
                       .commitment = crypto::ToDigest(entry.commitment())});
  }
  return entries;
}

}  // namespace comity::cli
