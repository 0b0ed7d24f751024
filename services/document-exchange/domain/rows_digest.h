#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "services/document-exchange/domain/document.h"
#include "services/document-exchange/domain/rows.h"

namespace comity::document_exchange {

// What the version of a document or decision says of its rows as they then are: kRowsDigest and, in
// hexadecimal, a SHA-256 over what evidence rests on. A mutation's entry commits to its versions,
// and so to the rows. Whoever changes the form changes kRowsDigest.
//
// Not in it: what a hold changes, of which nobody is told, the end of the retention, which the
// manifest says, and sealed text, of which no digest may stay when its key goes.
inline constexpr absl::string_view kRowsDigest = "rows.v1 ";

// With recipients and added restrictions.
std::string RowsDigest(const Document& document);
std::string RowsDigest(const RecordedDecision& recorded);

}  // namespace comity::document_exchange
