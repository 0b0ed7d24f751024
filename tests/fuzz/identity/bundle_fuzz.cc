// The files of a trust domain, each ended by a NUL: bundle.toml, roots, intermediates, CRL.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "common/identity/trust_bundle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> files = absl::StrSplit(input, absl::MaxSplits('\0', 3));
  comity::identity::BundleFiles bundle;
  if (!files.empty()) bundle.bundle_toml = files[0];
  if (files.size() > 1) bundle.roots_pem = files[1];
  if (files.size() > 2) bundle.intermediates_pem = files[2];
  if (files.size() > 3) bundle.crls_pem = {files[3]};
  const auto parsed = comity::identity::TrustBundle::Parse(bundle, "agency.example");
  // A domain that is accepted has a name, somebody to believe and something to vouch for.
  if (parsed.ok() && (parsed->trust_domain().empty() || parsed->roots_pem().empty())) std::abort();
  return 0;
}
