#include "services/document-exchange/domain/texts.h"

#include <string>

#include "common/status/error.h"

namespace comity::document_exchange {

absl::Status CheckPlainText(absl::string_view reason, absl::string_view field,
                            absl::string_view text, text::Lines lines) {
  const std::string fault = text::FaultOf(text, lines);
  return fault.empty() ? absl::OkStatus() : InvalidField(reason, field, fault);
}

absl::Status CheckReason(absl::string_view reason) {
  if (reason.empty() || reason.size() > kLongestReason) {
    return InvalidField("REASON_MISSING", "reason", "must say why in 1 to 1,000 bytes");
  }
  return CheckPlainText(kTextNotPlain, "reason", reason, text::Lines::kMany);
}

}  // namespace comity::document_exchange
