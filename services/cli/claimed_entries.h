#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/ledger/verify_log.h"

namespace comity::cli {

// The entries in `json`, which is what `comity ledger entries --output json` prints, whoever sent
// it: what they claim is for VerifyLog to judge. INVALID_ARGUMENT `ENTRIES_INVALID` names `file`.
absl::StatusOr<std::vector<ledger::ClaimedEntry>> ParseClaimedEntries(absl::string_view file,
                                                                      const std::string& json);

}  // namespace comity::cli
