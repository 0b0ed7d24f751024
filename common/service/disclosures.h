#pragma once

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "common/crypto/digest.h"
#include "common/journal/journal.h"
#include "common/rpc/call.h"

// Reads that are recorded themselves (EUDPR 88(1)).
namespace comity::service {

// What is read is what the ledger has: INVALID_ARGUMENT `PURPOSE_MISSING` unless it is of 1 to 500
// bytes, `TEXT_NOT_PLAIN` unless it is plain (common/text/plain.h).
absl::Status CheckPurpose(const std::string& purpose);

// The ledger's entry that `count` records are told to the caller; commit it before they leave: if
// it cannot be written, nothing does. Also that there were none is something disclosed. `query` is
// the digest of what was asked. Errors of the journal.
absl::Status RecordDisclosure(journal::Journal& journal, const rpc::Call& call,
                              const std::string& purpose, const crypto::Digest& query,
                              std::size_t count);

}  // namespace comity::service
