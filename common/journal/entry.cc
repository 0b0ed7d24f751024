#include "common/journal/entry.h"

#include <cstdlib>

#include "common/crypto/encoding.h"
#include "common/json/canonical.h"

namespace comity::journal {
namespace {

void Set(json::Json& object, const char* member, const std::string& value) {
  if (!value.empty()) object[member] = value;
}

}  // namespace

std::string FormatEntry(const EntryBody& entry) {
  json::Json object = {
      {"format", "comity.entry.v1"},
      {"time", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", entry.time, absl::UTCTimeZone())},
      {"kind", entry.kind},
      {"caller", entry.caller},
      {"method", entry.method},
      {"outcome", entry.outcome},
  };
  Set(object, "request_id", entry.request_id);
  Set(object, "resource", entry.resource);
  Set(object, "reason", entry.reason);
  Set(object, "purpose", entry.purpose);
  if (entry.revision != 0) object["revision"] = entry.revision;
  if (entry.count) object["count"] = *entry.count;
  if (entry.query_sha256) object["query_sha256"] = crypto::Hex(crypto::View(*entry.query_sha256));
  if (entry.statement_sha256) {
    object["statement_sha256"] = crypto::Hex(crypto::View(*entry.statement_sha256));
  }
  if (!entry.detail.empty()) {
    auto detail = json::ParseCanonical(entry.detail);
    if (!detail.ok() || !detail->is_object()) std::abort();
    object["detail"] = *std::move(detail);
  }
  return json::Canonical(object);
}

}  // namespace comity::journal
