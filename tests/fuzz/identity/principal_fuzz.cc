#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/identity/principal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto id = comity::identity::SpiffeId::Parse(input);
  const auto principal = comity::identity::Principal::Parse(input);
  if (principal.ok() && (!id.ok() || principal->spiffe_id != input)) std::abort();
  if (!id.ok()) return 0;
  // The parts are all there is.
  if (absl::StrCat("spiffe://", id->trust_domain(), "/", id->path()) != input) std::abort();
  return 0;
}
