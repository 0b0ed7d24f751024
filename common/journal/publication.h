#pragma once

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/journal/types.h"
#include "common/ledger/note.h"
#include "common/ledger_files/cosignature_folder.h"

namespace comity::journal {

// The files `checkpoint` and `pending` of a publication directory, which several replicas may
// share. `pending` is the checkpoint that waits for its witnesses, or the last that did: once
// shown, it is as binding as a published one.

// The file `pending` beside the file `path`.
std::string PendingFile(const std::string& path);

// What `path` holds; nullopt: there is none.
absl::StatusOr<std::optional<std::string>> ReadPublication(const std::string& path);

// Replaces the file `path` durably by `next`, as its log signed it, and returns the note that was
// published; nullopt: the file holds a larger one, a replica that was slow takes nothing back.
// `prepare` makes what must be there before `next` is shown to anybody. Replicas take turns; no
// turn waits for more than files. `keys`: who may have signed what is there.
//
// With `witnesses`, `next` is first shown as `pending` and published with their cosignatures;
// UNAVAILABLE `WITNESSES_MISSING`: call again. What waits already, whichever replica showed it, is
// published before: witnesses slower than the log still see one checkpoint until they cosigned it.
absl::StatusOr<std::optional<std::string>> Publish(const std::string& path,
                                                   const PublishedCheckpoint& next,
                                                   absl::Span<const ledger::NoteVerifier> keys,
                                                   const ledger_files::CosignatureFolder* witnesses,
                                                   absl::FunctionRef<absl::Status()> prepare);

}  // namespace comity::journal
