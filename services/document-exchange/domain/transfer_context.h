#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/legal/question.h"
#include "common/sealing/manifest.h"
#include "services/document-exchange/domain/document.h"

// The manifest's words and the law's: what a submission says of its transfer.
namespace comity::document_exchange {

// What a submission asks of the transfer check, for all recipients alike. `question` lacks instant,
// counterpart and decisions, which the service puts in.
struct TransferContext {
  legal::Question question;
  std::vector<std::string> derived_from;  // Document ids.
};

// The context that a manifest says, with the flags it does not carry. INVALID_ARGUMENT
// `MANIFEST_INVALID` for a word the transfer check does not know.
absl::StatusOr<TransferContext> ContextOf(const sealing::Manifest& manifest,
                                          const PurposeFlags& flags);

// What Upload::context_digests keeps of a context: a digest by field, "direction=1f..,...".
std::string DigestContext(const TransferContext& context);

// OK if both digests are of the same context; otherwise INVALID_ARGUMENT `CONTEXT_MISMATCH`, naming
// the first field in which the manifest differs from the opened upload.
absl::Status CompareContexts(absl::string_view opened, absl::string_view submitted);

PurposeFlags FlagsOf(const legal::Purpose& purpose);

// A restriction as the manifest words it, and back. Unspecified / "" for unknown words.
legal::UseRestriction ParseUse(absl::string_view word);
absl::string_view Name(legal::UseRestriction use);
legal::Restriction RestrictionOf(const sealing::UseRestriction& restriction);

// An originator of the manifest with its restrictions; of kind unspecified for an unknown word.
legal::Origin OriginOf(const sealing::Originator& originator);

}  // namespace comity::document_exchange
