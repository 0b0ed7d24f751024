#pragma once

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/journal/turn.h"
#include "common/storage/connection.h"

// Holds keep what would be erased at the end of its term (R6, EUDPR 88(2)). A hold is on a
// resource: the ledger entries that name it outlive their term, and what the service keeps of it.
// `entries/<leaf index>` is the resource of a single entry (of each log of the store). Who placed
// or lifted it, and why, is the mutation's own entry.
//
// A hold keeps what is still there, also what a pruning has announced; what it destroys just now it
// does not bring back.
namespace comity::journal {

// In a turn. False: it was held already, or was not; nothing changed. Pass on storage errors.
absl::StatusOr<bool> PlaceHold(Turn& turn, absl::string_view resource);
absl::StatusOr<bool> LiftHold(Turn& turn, absl::string_view resource);

// The resources under hold.
absl::StatusOr<std::set<std::string>> ReadHolds(storage::Connection& sql);
absl::StatusOr<bool> IsHeld(storage::Connection& sql, absl::string_view resource);

}  // namespace comity::journal
