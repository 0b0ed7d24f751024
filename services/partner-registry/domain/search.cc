#include "services/partner-registry/domain/search.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

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
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte < 0x80) {
      folded.push_back(absl::ascii_tolower(byte));
      continue;
    }
    if (byte >= 0xC2 && byte <= 0xDF && i + 1 < text.size()) {
      const unsigned code = (byte & 0x1FU) << 6U | (static_cast<std::uint8_t>(text[i + 1]) & 0x3FU);
      if (code >= 0xC0 && code < 0x180) {
        folded.append(kLatin[code - 0xC0]);
        ++i;
        continue;
      }
      if (code >= 0x300 && code < 0x370) {  // Combining marks.
        ++i;
        continue;
      }
    }
    folded.push_back(text[i]);
  }
  return folded;
}

bool Matches(const Partner& partner, absl::string_view folded_query) {
  const auto separates = absl::ByAnyChar(" -,.()'*/");
  const std::string text = Fold(absl::StrCat(partner.id, " ", partner.display_name, " ",
                                             partner.iso_alpha2, " ", partner.iso_alpha3));
  const std::vector<absl::string_view> words = absl::StrSplit(text, separates, absl::SkipEmpty());
  for (const absl::string_view wanted :
       absl::StrSplit(folded_query, separates, absl::SkipEmpty())) {
    bool found = false;
    for (const absl::string_view word : words) found = found || absl::StartsWith(word, wanted);
    if (!found) return false;
  }
  return true;
}

}  // namespace comity::partner_registry
