#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "comity/partner_registry/v1/transfer_check.pb.h"
#include "common/client/send_document.h"
#include "common/sealing/manifest.h"

namespace comity::client {

// The question as it is asked and signed: what `options` leaves unset gets the value that it stands
// for. `sender` is a SPIFFE id.
partner_registry::v1::TransferQuestion CompleteQuestion(const SendOptions& options,
                                                        absl::string_view sender);

// Everything of the manifest that follows from the options: document, sender, time, digests,
// recipients, thread and derivations are missing. `question` is CompleteQuestion's.
sealing::Manifest DraftManifest(const SendOptions& options,
                                const partner_registry::v1::TransferQuestion& question);

}  // namespace comity::client
