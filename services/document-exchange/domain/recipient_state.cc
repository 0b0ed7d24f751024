#include "services/document-exchange/domain/recipient_state.h"

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace comity::document_exchange {
namespace {

absl::Status Refuse(absl::string_view reason, absl::string_view sentence) {
  return MakeError(absl::StatusCode::kFailedPrecondition, sentence,
                   {.reason = std::string(reason)});
}

// What stands in the way whatever the event.
absl::Status RefuseIn(RecipientState state) {
  switch (state) {
    case RecipientState::kQuarantined:
      return Refuse("QUARANTINED",
                    "The document waits in quarantine, because it came from outside the Union or "
                    "because something must be settled before its use; somebody of the agency "
                    "verifies it and names a controller with ReleaseFromQuarantine.");
    case RecipientState::kWithheld:
      return Refuse("WITHHELD",
                    "The document is withheld, because what its transfer rested on was withdrawn; "
                    "the sender submits it anew once the transfer check permits it.");
    case RecipientState::kRejected:
      return Refuse("REJECTED", "You rejected this document; ask the sender to submit it anew.");
    case RecipientState::kRetrieved:
      return Refuse("ALREADY_RETRIEVED",
                    "You confirmed the retrieval of this document; there is nothing left to do.");
    case RecipientState::kReleased:
      return Refuse("ALREADY_RELEASED", "The document was already handed over to this recipient.");
    case RecipientState::kAvailable:
      break;
  }
  return Refuse(
      "NOT_RELEASED",
      "The document was not handed over yet; call ReleaseHeaders, open it, then confirm.");
}

}  // namespace

absl::string_view Name(RecipientState state) {
  switch (state) {
    case RecipientState::kQuarantined:
      return "QUARANTINED";
    case RecipientState::kAvailable:
      return "AVAILABLE";
    case RecipientState::kReleased:
      return "RELEASED";
    case RecipientState::kRetrieved:
      return "RETRIEVED";
    case RecipientState::kRejected:
      return "REJECTED";
    case RecipientState::kWithheld:
      return "WITHHELD";
  }
  return "";
}

bool NotYetAvailable(RecipientState state) {
  return state == RecipientState::kQuarantined || state == RecipientState::kAvailable;
}

absl::Status Advance(RecipientState& state, RecipientEvent event) {
  using State = RecipientState;
  const auto move = [&](bool allowed, State to) {
    if (!allowed) return RefuseIn(state);
    state = to;
    return absl::OkStatus();
  };
  switch (event) {
    case RecipientEvent::kReleaseFromQuarantine:
      if (state != State::kQuarantined) {
        return Refuse("NOT_QUARANTINED", "The document is not in quarantine.");
      }
      return move(true, State::kAvailable);
    case RecipientEvent::kHandOver:
      // Who confirmed and lost the headers may have them again; it stays confirmed.
      if (state == State::kRetrieved) return absl::OkStatus();
      return move(state == State::kAvailable || state == State::kReleased, State::kReleased);
    case RecipientEvent::kConfirm:
      return move(state == State::kReleased, State::kRetrieved);
    case RecipientEvent::kReject:
      return move(state == State::kAvailable || state == State::kReleased, State::kRejected);
    case RecipientEvent::kReportMismatch:
      return move(state == State::kReleased || state == State::kRetrieved, State::kRejected);
    case RecipientEvent::kWithhold:
      return move(NotYetAvailable(state), State::kWithheld);
  }
  return absl::InternalError("no such event");
}

}  // namespace comity::document_exchange
