#include "common/journal/entry.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/crypto/encoding.h"
#include "common/json/canonical.h"

namespace comity::journal {
namespace {

// Writes an object's members, which must come in the order of RFC 8785. Every entry passes here on
// the writer thread, hence not by way of a tree of values.
class MemberWriter {
 public:
  explicit MemberWriter(std::string& out) : out_(out) {}

  void Raw(absl::string_view name, absl::string_view value) {
    absl::StrAppend(&out_, out_.empty() ? "{" : ",", "\"", name, "\":", value);
  }

  void Text(absl::string_view name, const std::string& value) {
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
      return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
    });
    if (plain) {
      absl::StrAppend(&out_, out_.empty() ? "{" : ",", "\"", name, "\":\"", value, "\"");
    } else {
      Raw(name, json::Canonical(json::Json(value)));
    }
  }

  void TextIfAny(absl::string_view name, const std::string& value) {
    if (!value.empty()) Text(name, value);
  }

  void HexIfAny(absl::string_view name, const std::optional<crypto::Digest>& value) {
    if (value) Text(name, crypto::Hex(crypto::View(*value)));
  }

 private:
  std::string& out_;
};

}  // namespace

std::string FormatEntry(const EntryBody& entry) {
  std::string out;
  out.reserve(512);
  MemberWriter members(out);
  members.Text("caller", entry.caller);
  if (entry.count) members.Raw("count", absl::StrCat(*entry.count));
  if (!entry.detail.empty()) {
    const auto detail = json::ParseCanonical(entry.detail);
    if (!detail.ok() || !detail->is_object()) std::abort();
    members.Raw("detail", entry.detail);
  }
  members.Text("format", "comity.entry.v1");
  members.Text("kind", entry.kind);
  members.Text("method", entry.method);
  members.Text("outcome", entry.outcome);
  members.TextIfAny("purpose", entry.purpose);
  members.HexIfAny("query_sha256", entry.query_sha256);
  members.TextIfAny("reason", entry.reason);
  members.TextIfAny("request_id", entry.request_id);
  members.TextIfAny("resource", entry.resource);
  if (entry.revision != 0) members.Raw("revision", absl::StrCat(entry.revision));
  members.HexIfAny("statement_sha256", entry.statement_sha256);
  members.Text("time", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", entry.time, absl::UTCTimeZone()));
  members.HexIfAny("versions_sha256", entry.versions_sha256);
  members.TextIfAny("via", entry.via);
  out.push_back('}');
  return out;
}

}  // namespace comity::journal
