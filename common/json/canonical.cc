#include "common/json/canonical.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "common/status/error.h"

namespace comity::json {
namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 53;
constexpr int kDeepest = 64;

// Whether `value` is within the part of JSON for which nlohmann's output is the RFC 8785 form: its
// objects are ordered by bytes, which for ASCII keys is the order of UTF-16 code units.
bool Supported(const Json& value, int depth) {
  if (depth > kDeepest) return false;
  switch (value.type()) {
    case Json::value_t::object:
      return std::all_of(value.items().begin(), value.items().end(), [&](const auto& item) {
        return std::all_of(item.key().begin(), item.key().end(),
                           [](char c) { return static_cast<unsigned char>(c) < 0x80; }) &&
               Supported(item.value(), depth + 1);
      });
    case Json::value_t::array:
      return std::all_of(value.begin(), value.end(),
                         [&](const Json& element) { return Supported(element, depth + 1); });
    case Json::value_t::number_integer:
      return value.get<std::int64_t>() >= -kLargest && value.get<std::int64_t>() <= kLargest;
    case Json::value_t::number_unsigned:
      return value.get<std::uint64_t>() <= static_cast<std::uint64_t>(kLargest);
    case Json::value_t::string:
    case Json::value_t::boolean:
    case Json::value_t::null:
      return true;
    default:
      return false;
  }
}

// Stops the parser before deep nesting can exhaust the stack.
bool WithinDepth(int depth, Json::parse_event_t, Json&) { return depth <= kDeepest; }

}  // namespace

std::string Canonical(const Json& value) {
  if (!Supported(value, 0)) std::abort();
  return value.dump(-1, ' ', false, Json::error_handler_t::strict);
}

absl::StatusOr<Json> ParseCanonical(absl::string_view text) {
  const Json value = Json::parse(text, WithinDepth, /*allow_exceptions=*/false);
  if (value.is_discarded() || !Supported(value, 0)) {
    return InvalidField("JSON_INVALID", "document",
                        "is not JSON of objects, arrays, strings, booleans and integers");
  }
  // What came in is UTF-8 (the parser checks), so this cannot throw.
  if (value.dump(-1, ' ', false, Json::error_handler_t::replace) != text) {
    return InvalidField("JSON_NOT_CANONICAL", "document",
                        "is not in RFC 8785 form: sort the keys and leave out white space");
  }
  return value;
}

}  // namespace comity::json
