#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/time/clock.h"

namespace comity::journal {

// Where a list goes on.
struct PagePosition {
  std::string position;       // The service's own: such as the last name sent.
  std::int64_t revision = 0;  // The state that all pages of the list are of.
};

// Issues and checks page tokens: {position, revision, digest of query and caller, issued} under
// HMAC-SHA-256. A token says nothing secret, but it cannot be made up, changed, or used by another
// caller or for another query. Immutable; thread-safe.
class PageTokens {
 public:
  // How long a token is good for.
  static constexpr absl::Duration kLifetime = absl::Hours(24);

  // Reads the keys, 32 bytes each in hexadecimal, one a line: the first issues, all are accepted
  // (two while a key is changed). Shared by replicas. Made with one random key (0600) if the file
  // is not there. INVALID_ARGUMENT `PAGE_TOKEN_KEY_INVALID`. `clock` is not owned.
  static absl::StatusOr<PageTokens> FromFile(const std::string& path, const Clock* clock);

  // With these keys, at least one. For tests.
  PageTokens(std::vector<crypto::Digest> keys, const Clock* clock);

  // `query_digest` is of the request without page_token and page_size.
  std::string Issue(const PagePosition& position, const crypto::Digest& query_digest,
                    absl::string_view caller) const;

  // INVALID_ARGUMENT `PAGE_TOKEN_INVALID`, the same for whatever is wrong with it.
  absl::StatusOr<PagePosition> Parse(absl::string_view token, const crypto::Digest& query_digest,
                                     absl::string_view caller) const;

 private:
  std::vector<crypto::Digest> keys_;
  const Clock* clock_;
};

}  // namespace comity::journal
