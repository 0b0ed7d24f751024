#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/sealing/delegation.h"
#include "common/sealing/description.h"
#include "common/sealing/evidence.h"
#include "common/sealing/key_statement.h"
#include "common/sealing/manifest.h"
#include "common/sealing/registry_snapshot.h"

namespace {

// What was parsed must be written again as the very same bytes, but for texts that are not plain:
// these are read, and not written any more.
template <typename Parse, typename Build>
void Check(absl::string_view input, Parse parse, Build build) {
  const auto document = parse(input);
  if (!document.ok()) return;
  const auto bytes = build(*document);
  if constexpr (requires { comity::sealing::CheckPlain(*document); }) {
    if (!comity::sealing::CheckPlain(*document).ok() && !bytes.ok()) return;
  }
  if (!bytes.ok() || *bytes != input) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace comity::sealing;  // NOLINT(google-build-using-namespace): twelve names of
                                    // one folder.
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  Check(input, ParseManifest, BuildManifest);
  Check(input, ParseDelegation, BuildDelegation);
  Check(input, ParseDescription, BuildDescription);
  Check(input, ParseKeyStatement, BuildKeyStatement);
  Check(input, ParseRegistrySnapshot, BuildRegistrySnapshot);
  Check(input, ParseRetrievalConfirmation, BuildRetrievalConfirmation);
  Check(input, ParseStatement, BuildStatement);
  return 0;
}
