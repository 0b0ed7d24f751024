#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"
#include "services/partner-registry/domain/recorded.h"

namespace comity::partner_registry {

// The etag of a state, in quotes (RFC 9110); empty if it was never recorded.
inline std::string EtagOf(const Recorded& recorded) {
  return recorded.revision == 0 ? "" : absl::StrCat("\"", recorded.revision, "\"");
}

// ABORTED `ETAG_MISMATCH` if `etag` is set and not that of `recorded`.
inline absl::Status CheckEtag(absl::string_view etag, const Recorded& recorded) {
  if (etag.empty() || etag == EtagOf(recorded)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kAborted,
                   "The etag is not the current one, somebody has changed it: read it again and "
                   "decide again.",
                   {.reason = "ETAG_MISMATCH"});
}

}  // namespace comity::partner_registry
