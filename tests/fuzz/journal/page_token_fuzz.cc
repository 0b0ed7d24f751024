#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/journal/page_token.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using comity::journal::PageTokens;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  static const comity::ManualClock* const clock =
      new comity::ManualClock(absl::FromUnixSeconds(1'795'000'000));
  static const PageTokens* const tokens =
      new PageTokens({comity::crypto::Sha256("key"), comity::crypto::Sha256("old")}, clock);
  const comity::crypto::Digest query = comity::crypto::Sha256("query");
  const auto position = tokens->Parse(input, query, "caller");
  if (!position.ok()) return 0;
  // Nobody makes one up: what is accepted is the one that was issued, the seed, for this
  // caller and this query.
  if (position->position != "partners/georgia" || position->revision != 42) std::abort();
  if (tokens->Parse(input, query, "another").ok()) std::abort();
  if (tokens->Parse(input, comity::crypto::Sha256("other"), "caller").ok()) std::abort();
  return 0;
}
