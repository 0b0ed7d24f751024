#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/crypto/digest.h"

namespace comity::journal {

// The kind of the entry that says what a mutation did.
inline constexpr char kMutationEntry[] = "MUTATION";

// The body of a ledger entry, `comity.entry.v1` (common/sealing/FORMATS.md). Empty and unset
// members are left out.
struct EntryBody {
  absl::Time time;     // Written in whole seconds.
  std::string kind;    // MUTATION, REFUSAL, DISCLOSURE, STATEMENT, TABLE_REFUSAL, SUCCESSION,
                       // PRUNING, LEDGER_KEYS.
  std::string caller;  // SPIFFE id, or "-".
  std::string method;  // gRPC path without the leading slash, or "timer/<name>",
                       // "start/<name>", "admin/<name>".
  std::string request_id;
  std::int64_t revision = 0;  // 0: none.
  std::string resource;
  std::string outcome;  // DONE or the gRPC code's name; BEGUN before something is destroyed,
                        // ABANDONED if it is not after all.
  std::string reason;
  std::string purpose;
  std::optional<std::int64_t> count;
  std::optional<crypto::Digest> query_sha256;
  std::optional<crypto::Digest> statement_sha256;
  // Of a MUTATION: all that it put (versions_hash.h). Turn::AddLeaf fills it in, nobody else does.
  std::optional<crypto::Digest> versions_sha256;
  std::string via;     // SPIFFE id of the application or service that called for `caller`.
  std::string detail;  // A canonical JSON object of the service's own, or empty.
};

// RFC 8785 form. Aborts if a text is not UTF-8 or `detail` is not canonical JSON: what comes from
// outside was checked before.
std::string FormatEntry(const EntryBody& entry);

}  // namespace comity::journal
