#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "services/document-exchange/domain/payload_store.h"

namespace comity::document_exchange {

// Reads `size` bytes of the file through once, in constant memory. DATA_LOSS `PAYLOAD_UNREADABLE`.
absl::StatusOr<PayloadDigest> DigestPayload(int fd, std::int64_t size);

}  // namespace comity::document_exchange
