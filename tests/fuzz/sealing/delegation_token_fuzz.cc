#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/time/clock.h"
#include "common/rpc/delegations.h"
#include "common/sealing/cades.h"
#include "common/sealing/delegation.h"
#include "tests/testing/test_ca.h"

namespace {

using comity::identity::ChainVerifier;
using comity::rpc::Delegations;

// A token that is what it seems is over these bytes only, and by the person that it names.
void CheckForm(absl::string_view input) {
  const auto token = comity::sealing::ParseToken(input);
  if (!token.ok()) return;
  if (comity::sealing::FormatToken(*token) != input) std::abort();
  const auto delegation = comity::sealing::ParseDelegation(token->statement);
  if (!delegation.ok()) return;
  if (*comity::sealing::BuildDelegation(*delegation) != token->statement) std::abort();
  const auto by_person = [&](const comity::sealing::VerifiedSignature& signature) {
    return comity::sealing::RequireSigner(signature, delegation->person);
  };
  const auto signature =
      comity::sealing::VerifySignature(token->statement, token->signature, by_person);
  if (!signature.ok()) return;
  if (signature->spiffe_id != delegation->person) std::abort();
  if (comity::sealing::VerifySignature("other", token->signature, by_person).ok()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto* const verifier = [] {
    // What is believed was made a moment ago: nobody signs as a person of it.
    comity::testing::TestPki pki;
    return new ChainVerifier(pki.bundles(), {.cache_size = 1});
  }();
  static const auto* const delegations = new Delegations("partner-registry", verifier);
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  CheckForm(input);

  // The carrier that the token names, so that it is asked whose it is.
  comity::identity::VerifiedCertificate carrier;
  absl::Time now = absl::Now();
  if (const auto token = comity::sealing::ParseToken(input); token.ok()) {
    if (const auto said = comity::sealing::ParseDelegation(token->statement); said.ok()) {
      carrier.principal.spiffe_id = said->carrier;
      carrier.leaf_sha256 = said->carrier_certificate_sha256;
      now = said->not_before;
    }
  }
  if (delegations->PersonOf(input, carrier, now).ok()) std::abort();
  return 0;
}
