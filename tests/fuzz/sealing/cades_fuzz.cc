#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/sealing/cades.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto anybody = [](const comity::sealing::VerifiedSignature&) { return absl::OkStatus(); };
  const auto verified = comity::sealing::VerifySignature("signed", input, anybody);
  // Whatever verifies has a signer and is over these bytes only.
  if (!verified.ok()) return 0;
  if (verified->spiffe_id.empty() || verified->certificate_der.empty()) std::abort();
  if (comity::sealing::VerifySignature("other", input, anybody).ok()) std::abort();
  return 0;
}
