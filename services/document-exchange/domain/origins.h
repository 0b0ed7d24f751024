#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/legal/question.h"
#include "common/sealing/manifest.h"
#include "services/document-exchange/domain/document.h"
#include "services/document-exchange/domain/registry_view.h"

// Whose data a document carries, and what their originators forbid.
namespace comity::document_exchange {

// What kind of origin `partner` is at `instant`. Unknown, or not confirmed, counts as a third
// country: that asks for most.
legal::OriginKind OriginKindOf(absl::string_view partner, const RegistrySnapshot& registry,
                               absl::Time instant);

// What passing on the data of `document` adds to the origins of another: its originators, the
// sender if it is a partner, and every restriction, those of the manifest and those added since.
std::vector<legal::Origin> OriginsPassedOn(const Document& document,
                                           const sealing::Manifest& manifest,
                                           const RegistrySnapshot& registry, absl::Time instant);

// Adds `more` to `origins`, one entry an origin, restrictions united.
void MergeOrigins(std::vector<legal::Origin>& origins, const std::vector<legal::Origin>& more);

// Adds what was restricted in `document` after its submission to the origins it is released under:
// an originator's restrictions to its origin; of the sender's own, only to whom it must not go
// (that the recipient must not pass it on does not stop the sender).
void AddLaterRestrictions(std::vector<legal::Origin>& origins, const Document& document);

}  // namespace comity::document_exchange
