#include "common/crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdlib>

namespace comity::crypto {
namespace {

// Fetched once: the implicit fetch of EVP_sha256() costs more than a short digest.
const EVP_MD* Sha256Md() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return md;
}

// Hashing cannot fail but for lack of memory or a broken library: there is nothing to go on with.
void Require(int result) {
  if (result != 1) std::abort();
}

}  // namespace

Digest Sha256(std::initializer_list<absl::string_view> parts) {
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  Digest digest;
  Require(EVP_DigestInit_ex2(context.get(), Sha256Md(), nullptr));
  for (const absl::string_view part : parts) {
    Require(EVP_DigestUpdate(context.get(), part.data(), part.size()));
  }
  Require(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr));
  return digest;
}

void Sha256Stream::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
  Require(EVP_DigestInit_ex2(context_.get(), Sha256Md(), nullptr));
}
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::Update(absl::string_view data) {
  Require(EVP_DigestUpdate(context_.get(), data.data(), data.size()));
}

Digest Sha256Stream::Peek() const {
  const std::unique_ptr<EVP_MD_CTX, Free> copy(EVP_MD_CTX_new());
  Require(EVP_MD_CTX_copy_ex(copy.get(), context_.get()));
  Digest digest;
  Require(EVP_DigestFinal_ex(copy.get(), digest.data(), nullptr));
  return digest;
}

Digest HmacSha256(absl::string_view key, absl::string_view data) {
  Digest digest;
  unsigned int size = 0;
  const unsigned char* const done =
      HMAC(Sha256Md(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(data.data()), data.size(), digest.data(), &size);
  Require(done != nullptr && size == digest.size() ? 1 : 0);
  return digest;
}

bool Equal(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Digest ToDigest(absl::string_view bytes) {
  Digest digest;
  if (bytes.size() != digest.size()) std::abort();
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

}  // namespace comity::crypto
