#pragma once

// A bundles folder as text, for the sources of this folder only.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/identity/trust_bundle.h"

namespace comity::identity {

struct BundleText {
  std::string place;
  BundleFiles files;
};

// Errors as TrustBundles::Load.
absl::StatusOr<std::vector<BundleText>> ReadBundleFolder(absl::string_view folder);
absl::StatusOr<TrustBundles> ParseBundles(const std::vector<BundleText>& texts);

}  // namespace comity::identity
