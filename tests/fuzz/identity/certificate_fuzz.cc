#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/time/clock.h"
#include "common/identity/chain_verifier.h"
#include "tests/testing/test_ca.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto* const verifier = [] {
    // What is believed was made a moment ago: nobody guesses a certificate of it.
    comity::testing::TestPki pki;
    return new comity::identity::ChainVerifier(pki.bundles(), {.cache_size = 1});
  }();
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto purpose =
      size % 2 == 0 ? comity::identity::Purpose::kTls : comity::identity::Purpose::kSigning;
  if (verifier->Verify(input, "", purpose, absl::Now()).ok()) std::abort();
  if (verifier->Verify("", input, purpose, absl::Now()).ok()) std::abort();
  return 0;
}
