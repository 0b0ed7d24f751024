#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/time/day.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto day = comity::ParseDay(input);
  if (day.ok() && comity::FormatDay(*day) != input) std::abort();
  const auto date = comity::PartialDate::Parse(input);
  if (date.ok() && date->ToString() != input) std::abort();
  return 0;
}
