#include "services/partner-registry/domain/search.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "common/text/characters.h"

namespace comity::partner_registry {
namespace {

// U+00C0 to U+017F without marks, lower case; "" for what is no letter.
constexpr std::array<const char*, 192> kLatin = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c",  "e",  "e", "e", "e", "i",  "i",  "i", "i", "d", "n",
    "o", "o", "o",  "o",  "o", "",  "o",  "u",  "u",  "u", "u", "y", "th", "ss", "a", "a", "a", "a",
    "a", "a", "ae", "c",  "e", "e", "e",  "e",  "i",  "i", "i", "i", "d",  "n",  "o", "o", "o", "o",
    "o", "",  "o",  "u",  "u", "u", "u",  "y",  "th", "y", "a", "a", "a",  "a",  "a", "a", "c", "c",
    "c", "c", "c",  "c",  "c", "c", "d",  "d",  "d",  "d", "e", "e", "e",  "e",  "e", "e", "e", "e",
    "e", "e", "g",  "g",  "g", "g", "g",  "g",  "g",  "g", "h", "h", "h",  "h",  "i", "i", "i", "i",
    "i", "i", "i",  "i",  "i", "i", "ij", "ij", "j",  "j", "k", "k", "k",  "l",  "l", "l", "l", "l",
    "l", "l", "l",  "l",  "l", "n", "n",  "n",  "n",  "n", "n", "n", "n",  "n",  "o", "o", "o", "o",
    "o", "o", "oe", "oe", "r", "r", "r",  "r",  "r",  "r", "s", "s", "s",  "s",  "s", "s", "s", "s",
    "t", "t", "t",  "t",  "t", "t", "u",  "u",  "u",  "u", "u", "u", "u",  "u",  "u", "u", "u", "u",
    "w", "w", "y",  "y",  "y", "z", "z",  "z",  "z",  "z", "z", "s",
};

}  // namespace

std::string Fold(absl::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  while (!text.empty()) {
    const text::Character character = text::First(text);
    const std::uint32_t code = character.code;
    if (character.length == 0) {
      folded.push_back(text[0]);
    } else if (code < 0x80) {
      folded.push_back(absl::ascii_tolower(static_cast<unsigned char>(code)));
    } else if (code >= 0xC0 && code < 0x180) {
      folded.append(kLatin[code - 0xC0]);
    } else if (code >= 0x2010 && code < 0x2020) {
      folded.push_back('-');
    } else if (code < 0x300 || code >= 0x370) {  // Between lie combining marks.
      text::Append(text::Lower(code), folded);
    }
    text.remove_prefix(std::max<std::size_t>(character.length, 1));
  }
  return folded;
}

std::vector<absl::string_view> WordsOf(absl::string_view folded) {
  return absl::StrSplit(folded, absl::ByAnyChar(" \t\n-,.;:()[]'\"*/&"), absl::SkipEmpty());
}

bool HaveOtherWords(absl::string_view a, absl::string_view b) {
  if (a == b) return false;
  const auto in_any_order = [](const std::string& folded) {
    std::vector<absl::string_view> words = WordsOf(folded);
    std::sort(words.begin(), words.end());
    return words;
  };
  const std::string one = Fold(a);
  const std::string other = Fold(b);
  return in_any_order(one) != in_any_order(other);
}

}  // namespace comity::partner_registry
