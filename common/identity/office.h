#pragma once

#include "absl/strings/string_view.h"
#include "common/identity/principal.h"

namespace comity::identity {

// Whether `who` and the owner of `spiffe_id` act for the same: in the same role for the same unit
// of one agency, or as contacts of one partner by one trust domain. Processes act for nobody, and a
// text that is no principal's is of nobody.
bool OfSameOffice(const Principal& who, absl::string_view spiffe_id);

}  // namespace comity::identity
