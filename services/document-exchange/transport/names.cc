#include "services/document-exchange/transport/names.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/ids/uuid.h"
#include "common/status/error.h"

namespace comity::document_exchange {

absl::StatusOr<std::string> IdOf(absl::string_view collection, absl::string_view field,
                                 const std::string& name) {
  absl::string_view id = name;
  if (!absl::ConsumePrefix(&id, absl::StrCat(collection, "/")) || !IsUuid(id)) {
    return InvalidField("NAME_INVALID", field,
                        absl::StrCat("must be ", collection, "/ and a UUID in lower case"));
  }
  return std::string(id);
}

}  // namespace comity::document_exchange
