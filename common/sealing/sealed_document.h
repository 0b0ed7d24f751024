#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/digest.h"
#include "common/sealing/age_key.h"
#include "common/sealing/age_payload.h"
#include "common/sealing/cades.h"
#include "common/sealing/description.h"
#include "common/sealing/manifest.h"

namespace comity::sealing {

// Opening a document: nothing is shown before payloads and both plaintext digests agree with the
// signed manifest, for `age` does not bind a payload to its key and two headers could open one
// payload to two texts.

// Opens the description: checks the payload against the manifest, opens it, checks the plaintext's
// digest. DATA_LOSS `PAYLOAD_MISMATCH` if these are not the stored bytes the manifest names,
// `PAYLOAD_FORGED` and OpenHeader's errors if they do not open, `PLAINTEXT_MISMATCH` if they open
// to something else than was signed: keep header and payload, they are evidence.
absl::StatusOr<Description> OpenDescription(const Manifest& manifest, absl::string_view header,
                                            absl::string_view payload, const AgeIdentity& identity);

// Opens the content as it streams by, in constant memory, and checks payload and plaintext against
// manifest and description. `sink` gets plaintext as its chunks hold: it must keep all of it to
// itself (a temporary file) until this returns OK. Errors as OpenDescription.
absl::Status OpenContent(const Manifest& manifest, const Description& description,
                         absl::string_view header, const AgeIdentity& identity, Source payload,
                         Sink sink);

}  // namespace comity::sealing
