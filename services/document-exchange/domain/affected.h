#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/legal/supposition.h"

// What if an instrument lapsed, were suspended or extended (Exchange::AffectedBy).
namespace comity::document_exchange {

// A recipient who has not retrieved a document yet, and for whom it could not be released any more,
// or could be; or of whom that cannot be judged, both outcomes unspecified.
struct AffectedRecipient {
  std::string document_id;
  std::string recipient;
  legal::ChangedOutcome change;
};

// A part of the list, oldest documents first.
struct AffectedPage {
  std::vector<AffectedRecipient> affected;
  std::int64_t last_revision = 0;  // Of the last document looked at.
  bool more = false;               // There may be others after it.
};

}  // namespace comity::document_exchange
