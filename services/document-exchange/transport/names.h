#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace comity::document_exchange {

// The id of `name`, such as "documents/{id}" of `collection` "documents". INVALID_ARGUMENT
// `NAME_INVALID`.
absl::StatusOr<std::string> IdOf(absl::string_view collection, absl::string_view field,
                                 const std::string& name);

}  // namespace comity::document_exchange
