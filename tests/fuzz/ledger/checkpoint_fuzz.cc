#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"
#include "common/ledger/checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto checkpoint = comity::ledger::ParseCheckpoint(input);
  if (checkpoint.ok() && comity::ledger::FormatCheckpoint(*checkpoint) != input) std::abort();
  return 0;
}
