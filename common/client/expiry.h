#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace comity::client {

// A sentence for each certificate of an identity folder (tls.pem, sign.pem) that soon ends or has
// ended: when a fifth of its life is left, or thirty days if that is less. Files that are not there
// or cannot be read are for whoever uses them to complain of.
std::vector<std::string> ExpiryWarnings(const std::string& identity_folder, absl::Time now);

}  // namespace comity::client
