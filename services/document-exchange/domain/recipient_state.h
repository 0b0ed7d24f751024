#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace comity::document_exchange {

// The stage of a document for one recipient. README.md has the picture.
enum class RecipientState {
  kQuarantined,  // Inbound from outside the Union, or not to be used yet: waits to be verified.
  kAvailable,    // Waits for the recipient.
  kReleased,     // Headers were handed over.
  kRetrieved,    // The recipient confirmed retrieval.
  kRejected,     // The recipient refused it.
  kWithheld,     // What it rested on was withdrawn; final, the sender submits anew.
};

// What moves a recipient from one stage to another.
enum class RecipientEvent {
  kReleaseFromQuarantine,
  kHandOver,        // Headers are handed over; again and again once released.
  kConfirm,         // A signed confirmation of retrieval.
  kReject,          // Before retrieval.
  kReportMismatch,  // PLAINTEXT_MISMATCH, after the headers were handed over.
  kWithhold,
};

// "AVAILABLE".
absl::string_view Name(RecipientState state);

// Whether the recipient has not been able to open yet: what a withdrawal still stops (EJR 47(5)).
bool NotYetAvailable(RecipientState state);

// Moves `state`, or says why not and leaves it: FAILED_PRECONDITION `QUARANTINED`, `WITHHELD`,
// `REJECTED`, `ALREADY_RETRIEVED`, `NOT_RELEASED`, `NOT_QUARANTINED`, `ALREADY_RELEASED`.
absl::Status Advance(RecipientState& state, RecipientEvent event);

}  // namespace comity::document_exchange
