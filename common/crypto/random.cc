#include "common/crypto/random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace comity::crypto {
namespace {

// Goes up in a child of fork, which must not draw what its parent draws.
std::atomic<std::uint64_t> family{0};  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void Draw(char* bytes, std::size_t size) {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes), static_cast<int>(size)) != 1)
    std::abort();
}

// To ask OpenSSL takes a system call and a lock, so a thread asks for many small draws at once.
class Stock {
 public:
  // Who asks still later, in another destructor, draws anew.
  ~Stock() { OPENSSL_cleanse(this, sizeof(*this)); }

  void Take(char* bytes, std::size_t size) {
    if (size > left_ || family_ != family) {
      Draw(bytes_.data(), bytes_.size());
      left_ = bytes_.size();
      family_ = family;
    }
    char* const taken = bytes_.data() + (left_ -= size);
    std::memcpy(bytes, taken, size);
    OPENSSL_cleanse(taken, size);
  }

  static constexpr std::size_t kLargest = 64;

 private:
  std::array<char, 16 * kLargest> bytes_{};
  std::size_t left_ = 0;
  std::uint64_t family_ = 0;
};

}  // namespace

std::string RandomBytes(std::size_t size) {
  static const int watched = pthread_atfork(nullptr, nullptr, [] { ++family; });
  if (watched != 0) std::abort();
  thread_local Stock stock;
  std::string bytes(size, '\0');
  if (size <= Stock::kLargest) {
    stock.Take(bytes.data(), size);
  } else {
    Draw(bytes.data(), size);
  }
  return bytes;
}

}  // namespace comity::crypto
