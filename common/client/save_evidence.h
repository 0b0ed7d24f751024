#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "comity/document_exchange/v1/document_exchange.pb.h"

namespace comity::client {

class Session;

// Saves what proves the exchange of a document, `documents/{document}`, into a new folder that
// anybody can verify offline (common/evidence): the manifest and every statement that concerns the
// caller. Waits up to `patience` for a checkpoint to cover them all; what is not covered by then is
// saved without proof, and verifying says so. Returns the statements that were saved. Errors: those
// of the calls and of evidence::SaveFolder.
absl::StatusOr<document_exchange::v1::ListStatementsResponse> SaveEvidence(
    Session& session, const std::string& document, const std::string& folder,
    absl::Duration patience = absl::Seconds(5));

}  // namespace comity::client
