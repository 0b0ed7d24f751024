#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace comity::json {

using Json = nlohmann::json;

// The RFC 8785 form of `value`, which must consist of objects with ASCII keys, arrays, valid UTF-8
// strings, booleans, nulls and integers up to 2^53 (no fractions: they are where implementations
// differ). Aborts on anything else: our own documents are built, not parsed.
std::string Canonical(const Json& value);

// Parses `text`, which must be in exactly that form, at most 64 levels deep: INVALID_ARGUMENT
// `JSON_INVALID` or `JSON_NOT_CANONICAL`. Never throws.
absl::StatusOr<Json> ParseCanonical(absl::string_view text);

}  // namespace comity::json
