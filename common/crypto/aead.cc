#include "common/crypto/aead.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <climits>
#include <cstdlib>

#include "common/status/error.h"

namespace comity::crypto {
namespace {

// Fetched once: an implicit fetch at every context costs more than sealing a short text.
const EVP_CIPHER* Cipher(Aead::Algorithm algorithm) {
  static const EVP_CIPHER* const chacha = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
  static const EVP_CIPHER* const aes = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return algorithm == Aead::Algorithm::kChaCha20Poly1305 ? chacha : aes;
}

// Wrong use or a broken library: nothing may leave unsealed.
void Require(bool holds) {
  if (!holds) std::abort();
}

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

int Size(absl::string_view text) {
  Require(text.size() < INT_MAX);
  return static_cast<int>(text.size());
}

}  // namespace

void Aead::Free::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

Aead::Context Aead::NewContext(Algorithm algorithm, absl::string_view key, int encrypt) {
  Context context(EVP_CIPHER_CTX_new());
  Require(context != nullptr && EVP_CipherInit_ex2(context.get(), Cipher(algorithm), Bytes(key),
                                                   nullptr, encrypt, nullptr) == 1);
  return context;
}

Aead::Aead(Algorithm algorithm, absl::string_view key) {
  Require(key.size() == kKeySize);
  seal_ = NewContext(algorithm, key, 1);
  open_ = NewContext(algorithm, key, 0);
}
// EVP_CIPHER_CTX_free wipes the key schedule.
Aead::~Aead() = default;
Aead::Aead(Aead&&) noexcept = default;
Aead& Aead::operator=(Aead&&) noexcept = default;

void Aead::SealTo(absl::string_view nonce, absl::string_view associated,
                  absl::string_view plaintext, char* out) {
  Require(nonce.size() == kNonceSize);
  EVP_CIPHER_CTX* const context = seal_.get();
  auto* const bytes = reinterpret_cast<unsigned char*>(out);
  int written = 0;
  Require(EVP_CipherInit_ex2(context, nullptr, nullptr, Bytes(nonce), 1, nullptr) == 1);
  if (!associated.empty()) {
    Require(EVP_CipherUpdate(context, nullptr, &written, Bytes(associated), Size(associated)) == 1);
  }
  written = 0;
  // Nothing to encrypt is no call: a null output means associated data to the library.
  if (!plaintext.empty()) {
    Require(EVP_CipherUpdate(context, bytes, &written, Bytes(plaintext), Size(plaintext)) == 1);
  }
  int last = 0;
  Require(EVP_CipherFinal_ex(context, bytes + written, &last) == 1);
  Require(written + last == Size(plaintext));
  Require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagSize),
                              bytes + plaintext.size()) == 1);
}

bool Aead::OpenTo(absl::string_view nonce, absl::string_view associated,
                  absl::string_view ciphertext, char* out) {
  Require(nonce.size() == kNonceSize);
  if (ciphertext.size() < kTagSize) return false;
  EVP_CIPHER_CTX* const context = open_.get();
  const absl::string_view body = ciphertext.substr(0, ciphertext.size() - kTagSize);
  // A copy, since `out` may be the ciphertext's memory; the library only reads it.
  std::string tag(ciphertext.substr(body.size()));
  auto* const bytes = reinterpret_cast<unsigned char*>(out);
  int written = 0;
  Require(EVP_CipherInit_ex2(context, nullptr, nullptr, Bytes(nonce), 0, nullptr) == 1);
  Require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagSize),
                              tag.data()) == 1);
  if (!associated.empty()) {
    Require(EVP_CipherUpdate(context, nullptr, &written, Bytes(associated), Size(associated)) == 1);
  }
  written = 0;
  bool good =
      body.empty() || EVP_CipherUpdate(context, bytes, &written, Bytes(body), Size(body)) == 1;
  int last = 0;
  unsigned char nothing[kTagSize];
  good = good && EVP_CipherFinal_ex(context, body.empty() ? nothing : bytes + written, &last) == 1;
  if (!good) OPENSSL_cleanse(out, body.size());
  return good;
}

std::string Aead::Seal(absl::string_view nonce, absl::string_view associated,
                       absl::string_view plaintext) {
  std::string sealed(plaintext.size() + kTagSize, '\0');
  SealTo(nonce, associated, plaintext, sealed.data());
  return sealed;
}

absl::StatusOr<std::string> Aead::Open(absl::string_view nonce, absl::string_view associated,
                                       absl::string_view ciphertext) {
  std::string opened(ciphertext.size() < kTagSize ? 0 : ciphertext.size() - kTagSize, '\0');
  if (!OpenTo(nonce, associated, ciphertext, opened.data())) {
    return MakeError(
        absl::StatusCode::kDataLoss,
        "the sealed bytes do not open under this key: they were changed, cut or sealed "
        "under another one",
        {.reason = "AEAD_TAG_MISMATCH"});
  }
  return opened;
}

}  // namespace comity::crypto
