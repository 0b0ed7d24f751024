#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

// Text in UTF-8, character by character.
namespace comity::text {

struct Character {
  std::uint32_t code = 0;
  std::size_t length = 0;  // In bytes; 0: what begins there is no UTF-8.
};

// The character that begins `text`, which is not empty.
Character First(absl::string_view text);

// Appends a character of Unicode.
void Append(std::uint32_t code, std::string& text);

// Lower case in any script, whatever the locale of the process.
std::uint32_t Lower(std::uint32_t code);

}  // namespace comity::text
