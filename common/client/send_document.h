#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "comity/document_exchange/v1/document_exchange.pb.h"
#include "comity/partner_registry/v1/transfer_check.pb.h"
#include "common/client/task.h"

namespace comity::client {

class Session;

// What to send, to whom, and what the transfer check is told.
struct SendOptions {
  std::string file;  // A regular file; read twice, never copied in plaintext.
  std::string title;
  std::string file_name;  // As the recipient is told; the file's own name if empty.
  std::string media_type = "application/octet-stream";
  std::string case_reference;  // In the description, which only recipients see; may be empty.
  std::string note;

  // Recipients: every opener of these authorities, `partners/{partner}/authorities/{authority}`,
  // and these SPIFFE ids. The sender itself is always added.
  std::vector<std::string> authorities;
  std::vector<std::string> recipients;

  // The transfer check's question, for the manifest too; `counterpart`, `instant` and `decisions`
  // are the server's business. Unset direction, capacity and volume become SEND (RECEIVE if the
  // sender is a partner's contact), EUROJUST, SINGLE.
  partner_registry::v1::TransferQuestion question;
  std::vector<partner_registry::v1::Restriction> use_restrictions;
  std::vector<std::string> derived_from;  // `documents/{document}`.

  std::string classification = "UNCLASSIFIED";
  std::int64_t delete_after_days = 28;

  std::string thread_kind = "LETTER";  // REQUEST, SUPPLEMENT, EXECUTION, REPLY, LETTER.
  std::string in_reply_to;             // `documents/{document}`: its thread goes on; or empty.

  bool validate_only = false;  // Ask whether it would be permitted; nothing is sealed or sent.

  // A key of a recipient that changed with a gap in its serials is refused unless this says that
  // its owner was asked by another way.
  bool accept_key_gap = false;

  // How long to go on without any progress (the service is away) before giving up. What is needed
  // to resume stays in the identity folder: the same options send the rest.
  absl::Duration patience = absl::Minutes(2);

  ProgressObserver progress;
  // Told what a person should know, such as that a recipient's key changed. One sentence each.
  std::function<void(const std::string&)> warn;
  Cancellation* cancellation = nullptr;  // Not owned; may be null.
};

struct SentDocument {
  document_exchange::v1::Document document;  // Unset with `validate_only`.
  // What the early transfer check said, as Upload.verdicts; empty if the upload was resumed.
  std::vector<partner_registry::v1::TransferVerdict> verdicts;
  std::vector<std::string> recipients;  // SPIFFE ids it was sealed for, the sender among them.
};

// Seals a file for its recipients, uploads it, signs the manifest and submits it; constant memory.
//
// Recipients' keys are those the registry lists, each verified against the bundles in the identity
// folder and pinned there at first use. Everything is sealed to the sender too. Interrupted, also
// by kill -9, the same call resumes from the last byte on the service's disk, under the same keys
// only if the file is the very same.
//
// Errors, besides those of the calls (FAILED_PRECONDITION `TRANSFER_NOT_PERMITTED` with everything
// that is missing): NOT_FOUND `FILE_MISSING`, FAILED_PRECONDITION `FILE_CHANGED` (while it was
// sent), `NO_RECIPIENT_KEY`, `KEY_STATEMENT_...`, `KEY_PIN_BROKEN`, `KEY_GAP`,
// `IDENTITY_FILE_MISSING`; CANCELLED `CANCELLED_BY_CALLER`.
absl::StatusOr<SentDocument> SendDocument(Session& session, const SendOptions& options);

}  // namespace comity::client
