#include "common/journal/page_token.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/crypto/encoding.h"
#include "common/crypto/random.h"
#include "common/journal/bytes.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/storage/files.h"

namespace comity::journal {
namespace {

constexpr std::size_t kMacSize = 32;
constexpr char kVersion = 1;
// Version, revision, issued, binding.
constexpr std::size_t kFixedSize = 1 + 8 + 8 + 32;

absl::Status Invalid() {
  return InvalidField("PAGE_TOKEN_INVALID", "page_token",
                      "this is not a token that the same caller got for the same query within the "
                      "last 24 hours; begin again without a token");
}

crypto::Digest Binding(const crypto::Digest& query_digest, absl::string_view caller) {
  return crypto::Sha256({crypto::View(query_digest), caller});
}

}  // namespace

absl::StatusOr<PageTokens> PageTokens::FromFile(const std::string& path, const Clock* clock) {
  auto content = storage::ReadFile(path);
  if (absl::IsNotFound(content.status())) {
    content = absl::StrCat(crypto::Hex(crypto::RandomBytes(32)), "\n");
    COMITY_RETURN_IF_ERROR(storage::WriteFileAtomically(path, *content));
  }
  COMITY_RETURN_IF_ERROR(content.status());
  std::vector<crypto::Digest> keys;
  for (const absl::string_view line : absl::StrSplit(*content, '\n', absl::SkipWhitespace())) {
    const auto key = crypto::FromHex(line);
    if (!key.ok() || key->size() != kMacSize) {
      return MakeError(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("The page token key file ", path,
                                    " has a line that is not 64 lower-case hexadecimal digits; "
                                    "remove the file, and a new key is made."),
                       {.reason = "PAGE_TOKEN_KEY_INVALID"});
    }
    keys.push_back(crypto::ToDigest(*key));
  }
  if (keys.empty()) {
    return MakeError(
        absl::StatusCode::kInvalidArgument,
        absl::StrCat("The page token key file ", path, " is empty; remove it, and a key is made."),
        {.reason = "PAGE_TOKEN_KEY_INVALID"});
  }
  return PageTokens(std::move(keys), clock);
}

PageTokens::PageTokens(std::vector<crypto::Digest> keys, const Clock* clock)
    : keys_(std::move(keys)), clock_(clock) {}

std::string PageTokens::Issue(const PagePosition& position, const crypto::Digest& query_digest,
                              absl::string_view caller) const {
  std::string token(1, kVersion);
  AppendBigEndian(token, static_cast<std::uint64_t>(position.revision));
  AppendBigEndian(token, static_cast<std::uint64_t>(absl::ToUnixSeconds(clock_->Now())));
  absl::StrAppend(&token, crypto::View(Binding(query_digest, caller)), position.position);
  absl::StrAppend(&token, crypto::View(crypto::HmacSha256(crypto::View(keys_.front()), token)));
  return absl::WebSafeBase64Escape(token);
}

absl::StatusOr<PagePosition> PageTokens::Parse(absl::string_view text,
                                               const crypto::Digest& query_digest,
                                               absl::string_view caller) const {
  std::string token;
  if (!absl::WebSafeBase64Unescape(text, &token) || token.size() < kFixedSize + kMacSize) {
    return Invalid();
  }
  const auto signed_part = absl::string_view(token).substr(0, token.size() - kMacSize);
  const auto mac = absl::string_view(token).substr(token.size() - kMacSize);
  bool genuine = false;
  for (const crypto::Digest& key : keys_) {
    genuine |= crypto::Equal(crypto::View(crypto::HmacSha256(crypto::View(key), signed_part)), mac);
  }
  if (!genuine || signed_part[0] != kVersion) return Invalid();

  const absl::Time issued = absl::FromUnixSeconds(
      static_cast<std::int64_t>(ReadBigEndian<std::uint64_t>(signed_part.substr(9))));
  if (clock_->Now() - issued >= kLifetime ||
      signed_part.substr(17, 32) != crypto::View(Binding(query_digest, caller))) {
    return Invalid();
  }
  return PagePosition{
      .position = std::string(signed_part.substr(kFixedSize)),
      .revision = static_cast<std::int64_t>(ReadBigEndian<std::uint64_t>(signed_part.substr(1)))};
}

}  // namespace comity::journal
