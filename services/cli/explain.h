#pragma once

#include <ostream>

#include "comity/partner_registry/v1/transfer_check.pb.h"

namespace comity::cli {

// A verdict as a lawyer reads it: what was decided, the reasons under the headings of the decision
// table with its rule and what follows from it here, then what to do next, step by step.
void ExplainVerdict(std::ostream& out, const partner_registry::v1::TransferVerdict& verdict);

}  // namespace comity::cli
