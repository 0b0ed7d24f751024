#include "common/crypto/x25519.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "common/crypto/digest.h"
#include "common/crypto/random.h"

namespace comity::crypto {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;

void Require(bool holds) {
  if (!holds) std::abort();
}

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Key PrivateKey(const Secret& private_key) {
  Require(private_key.size() == kX25519Size);
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, Bytes(private_key.view()),
                                       private_key.size()));
  Require(key != nullptr);
  return key;
}

}  // namespace

Secret NewX25519Key() { return Secret(RandomBytes(kX25519Size)); }

std::string X25519Public(const Secret& private_key) {
  const Key key = PrivateKey(private_key);
  std::string point(kX25519Size, '\0');
  std::size_t size = point.size();
  Require(EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(point.data()),
                                      &size) == 1 &&
          size == point.size());
  return point;
}

std::optional<Secret> X25519Shared(const Secret& private_key, absl::string_view public_point) {
  Require(public_point.size() == kX25519Size);
  const Key key = PrivateKey(private_key);
  const Key peer(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, Bytes(public_point),
                                             public_point.size()));
  Require(peer != nullptr);
  const std::unique_ptr<EVP_PKEY_CTX, Free> context(EVP_PKEY_CTX_new(key.get(), nullptr));
  Require(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1 &&
          EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1);
  std::array<unsigned char, kX25519Size> shared{};
  std::size_t size = shared.size();
  // The library refuses points of low order by failing here.
  const bool derived = EVP_PKEY_derive(context.get(), shared.data(), &size) == 1;
  const absl::string_view view(reinterpret_cast<const char*>(shared.data()), shared.size());
  std::optional<Secret> result;
  if (derived && size == shared.size() && !Equal(view, std::string(kX25519Size, '\0'))) {
    result.emplace(view);
  }
  OPENSSL_cleanse(shared.data(), shared.size());
  return result;
}

}  // namespace comity::crypto
