#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/json/canonical.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto value = comity::json::ParseCanonical(input);
  // There is one way to write a value.
  if (value.ok() && comity::json::Canonical(*value) != input) std::abort();
  return 0;
}
