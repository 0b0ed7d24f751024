#include "common/crypto/ed25519.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace comity::crypto {
namespace {

constexpr std::size_t kSeedSize = 32;
constexpr std::size_t kSignatureSize = 64;
constexpr std::size_t kMaxKeyFileSize = 16384;

using Pkey = std::shared_ptr<EVP_PKEY>;
using MdContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Pkey Own(EVP_PKEY* key) { return {key, &EVP_PKEY_free}; }

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

absl::Status KeyInvalid(absl::string_view why) { return InvalidField("KEY_INVALID", "key", why); }

// A key file is never encrypted; OpenSSL would otherwise ask on the terminal.
int NoPassword(char* /*buffer*/, int /*size*/, int /*for_writing*/, void* /*data*/) { return -1; }

}  // namespace

Ed25519Key::Ed25519Key(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {
  std::size_t size = public_key_.size();
  if (EVP_PKEY_get_raw_public_key(key_.get(), public_key_.data(), &size) != 1 ||
      size != public_key_.size()) {
    std::abort();
  }
}

absl::StatusOr<Ed25519Key> Ed25519Key::FromSeed(absl::string_view seed) {
  if (seed.size() != kSeedSize) return KeyInvalid("an Ed25519 seed has 32 bytes");
  Pkey key = Own(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(seed), seed.size()));
  if (key == nullptr) return KeyInvalid("is not accepted as an Ed25519 seed");
  return Ed25519Key(std::move(key));
}

absl::StatusOr<Ed25519Key> Ed25519Key::FromPem(absl::string_view pem) {
  if (pem.size() > kMaxKeyFileSize) return KeyInvalid("is too long for a key in PEM form");
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  Pkey key = Own(PEM_read_bio_PrivateKey(bio.get(), nullptr, &NoPassword, nullptr));
  if (key == nullptr) return KeyInvalid("is not an unencrypted private key in PEM form");
  if (EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) return KeyInvalid("is not an Ed25519 key");
  return Ed25519Key(std::move(key));
}

absl::StatusOr<Ed25519Key> Ed25519Key::FromFile(const std::string& path) {
  std::string content(kMaxKeyFileSize + 1, '\0');
  const absl::Cleanup wipe = [&content] { OPENSSL_cleanse(content.data(), content.size()); };
  std::ifstream file(path, std::ios::binary);
  if (file) file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (!file.is_open() || file.bad()) {
    return MakeError(absl::StatusCode::kNotFound,
                     absl::StrCat("The key file ", path,
                                  " cannot be read; check that it exists and may be read."),
                     {.reason = "KEY_FILE_UNREADABLE", .metadata = {{"path", path}}});
  }
  const absl::string_view text(content.data(), static_cast<std::size_t>(file.gcount()));
  return text.size() == kSeedSize ? FromSeed(text) : FromPem(text);
}

std::string Ed25519Key::Sign(absl::string_view message) const {
  std::string signature(kSignatureSize, '\0');
  std::size_t size = signature.size();
  const MdContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     Bytes(message), message.size()) != 1 ||
      size != kSignatureSize) {
    std::abort();
  }
  return signature;
}

bool VerifyEd25519(const Ed25519PublicKey& key, absl::string_view message,
                   absl::string_view signature) {
  if (signature.size() != kSignatureSize) return false;
  const Pkey pkey =
      Own(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const MdContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return pkey != nullptr && context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(message),
                          message.size()) == 1;
}

}  // namespace comity::crypto
