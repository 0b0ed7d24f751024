#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace comity::journal {

// Numbers as bytes, most significant first.

template <typename Unsigned>
void AppendBigEndian(std::string& out, Unsigned value) {
  for (std::size_t i = sizeof(Unsigned); i-- > 0;) {
    out.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
  }
}

// `bytes` must have sizeof(Unsigned) at least.
template <typename Unsigned>
Unsigned ReadBigEndian(absl::string_view bytes) {
  Unsigned value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    value = static_cast<Unsigned>((value << 8) | static_cast<std::uint8_t>(bytes[i]));
  }
  return value;
}

}  // namespace comity::journal
