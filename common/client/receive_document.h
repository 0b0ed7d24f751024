#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "comity/document_exchange/v1/document_exchange.pb.h"
#include "common/client/task.h"
#include "common/sealing/description.h"
#include "common/sealing/manifest.h"

namespace comity::client {

class Session;

struct ReceiveOptions {
  std::string document;  // `documents/{document}`.
  std::string to;        // The file to write; its folder if it ends in `/` (then under the sender's
                         // file name, with what is not seen in it written out). Never overwritten.
  std::string purpose;   // Why it is opened; becomes part of the record (EUDPR 88(1)).

  // A folder that gets content.age, description.age, manifest.json and manifest.p7s, which `age`
  // and `openssl cms` open and verify without this suite. None if empty.
  std::string keep_sealed;

  bool confirm = true;  // Sign and record that it was retrieved.

  // Called once signature, sealed bytes and headers were verified and before anything is opened, so
  // that restrictions are seen first. An error stops.
  std::function<absl::Status(const document_exchange::v1::ReleaseHeadersResponse&)> before_opening;

  absl::Duration patience = absl::Minutes(2);  // Without progress.
  ProgressObserver progress;
  Cancellation* cancellation = nullptr;  // Not owned; may be null.
};

struct ReceivedDocument {
  document_exchange::v1::Document document;
  sealing::Manifest manifest;
  sealing::Description description;
  std::string file;                            // Where the content is.
  document_exchange::v1::Statement retrieval;  // Unset unless confirmed.
};

// Downloads a document, verifies everything, opens it and confirms; constant memory.
//
// Nothing is shown before the sender's signature (against the bundles in the identity folder), the
// sealed bytes, the headers and both plaintext digests agree; the file appears whole or not at all.
// An interrupted download goes on where it was.
//
// Errors, besides those of the calls: INVALID_ARGUMENT `SIGNATURE_INVALID`, `MANIFEST_INVALID`,
// `RECIPIENTS_MISMATCH`; PERMISSION_DENIED `SIGNER_IS_ANOTHER`, `AGE_NOT_FOR_THIS_KEY`;
// UNAUTHENTICATED as ChainVerifier; DATA_LOSS `PAYLOAD_MISMATCH`, `PAYLOAD_FORGED`, and
// `PLAINTEXT_MISMATCH`, with which headers and payloads are kept in `<id>.mismatch` beside the
// file; ALREADY_EXISTS `FILE_EXISTS`; CANCELLED `CANCELLED_BY_CALLER`.
absl::StatusOr<ReceivedDocument> ReceiveDocument(Session& session, const ReceiveOptions& options);

}  // namespace comity::client
