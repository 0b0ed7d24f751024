#include "common/crypto/random.h"

#include <openssl/rand.h>

#include <cstdlib>

namespace comity::crypto {

std::string RandomBytes(std::size_t size) {
  std::string bytes(size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) != 1) {
    std::abort();
  }
  return bytes;
}

}  // namespace comity::crypto
