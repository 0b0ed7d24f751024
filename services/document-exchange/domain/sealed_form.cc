#include "services/document-exchange/domain/sealed_form.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/sealing/age_payload.h"
#include "common/status/error.h"

namespace comity::document_exchange {
absl::Status CheckSealedLength(absl::string_view field, std::int64_t length, std::int64_t largest) {
  if (length > largest) {
    return InvalidField("PAYLOAD_TOO_LARGE", field,
                        absl::StrCat("must be at most ", largest, " bytes"));
  }
  if (!sealing::PlaintextLength(length).ok()) {
    return InvalidField("NOT_SEALED", field,
                        "is no length of a sealed payload (age v1, without its header); seal the "
                        "file first");
  }
  return absl::OkStatus();
}

absl::Status CheckSealedStart(absl::string_view first_bytes) {
  if (!absl::StartsWith(first_bytes, "age-encryption.org/")) return absl::OkStatus();
  return InvalidField("NOT_SEALED", "data",
                      "begins with an age header; send the payload behind it, and the header with "
                      "SubmitDocument");
}

}  // namespace comity::document_exchange
