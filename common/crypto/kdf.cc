#include "common/crypto/kdf.h"

#include <openssl/crypto.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace comity::crypto {

Secret Hkdf(absl::string_view key, absl::string_view salt, absl::string_view info) {
  Digest extracted = HmacSha256(salt, key);
  // One block of output needs one round of the expansion.
  Digest expanded = HmacSha256(View(extracted), absl::StrCat(info, absl::string_view("\x01", 1)));
  Secret result(View(expanded));
  OPENSSL_cleanse(extracted.data(), extracted.size());
  OPENSSL_cleanse(expanded.data(), expanded.size());
  return result;
}

}  // namespace comity::crypto
