#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace comity::timestamps {

// Whether `url` is one that AskAuthority takes: http or https.
bool IsAuthorityUrl(absl::string_view url);

// Sends a TimeStampReq to the authority at `url` (RFC 3161, 3.4, over HTTP) and returns its answer,
// of which nothing is checked. https needs a certificate that the machine trusts; http will do, as
// the answer is signed. No redirects, no proxies but those of the environment. Blocks for at most
// `timeout`. Thread-safe.
//
// UNAVAILABLE `TIMESTAMP_AUTHORITY_AWAY`: nobody answered in time, or not with a timestamp.
absl::StatusOr<std::string> AskAuthority(const std::string& url, const std::string& request,
                                         absl::Duration timeout);

}  // namespace comity::timestamps
