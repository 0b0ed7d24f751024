#pragma once

#include <cstdint>

namespace comity::document_exchange {

// Counts bytes of ciphertext. Thread-safe.
class Traffic {
 public:
  virtual ~Traffic() = default;

  virtual void Received(std::int64_t bytes) = 0;
  virtual void Sent(std::int64_t bytes) = 0;
};

}  // namespace comity::document_exchange
