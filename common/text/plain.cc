#include "common/text/plain.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/text/characters.h"

namespace comity::text {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;

  bool Has(std::uint32_t code) const { return first <= code && code <= last; }
};

template <std::size_t kSize>
bool IsIn(const Range (&ranges)[kSize], std::uint32_t code) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [code](const Range& range) { return range.Has(code); });
}

constexpr Range kControls[] = {{0x00, 0x1F}, {0x7F, 0x9F}};
constexpr Range kLineBreaks[] = {{'\t', '\n'}};
// Format characters of Unicode that no word needs, and its separators of lines and paragraphs.
constexpr Range kUnseen[] = {{0x00AD, 0x00AD}, {0x061C, 0x061C}, {0x180E, 0x180E},
                             {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},
                             {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}};
constexpr Range kJoiners[] = {{0x200C, 0x200D}};
// Arabic to Myanmar, Khmer and Mongolian.
constexpr Range kJoined[] = {{0x0620, 0x109F}, {0x1780, 0x18AF}};

std::string CodePoint(std::uint32_t code) {
  return absl::StrCat("U+", absl::AsciiStrToUpper(absl::StrCat(absl::Hex(code, absl::kZeroPad4))));
}

}  // namespace

std::string FaultOf(absl::string_view text, Form form, absl::string_view wanted) {
  int characters = 0;
  bool joins = false;  // What came before is a letter that a joiner may follow.
  while (!text.empty()) {
    const auto [code, length] = First(text);
    if (length == 0) return "it must be text in UTF-8";
    text.remove_prefix(length);
    if (IsIn(kLineBreaks, code)) {
      if (form.lines == Lines::kOne) return "it must be one line, without tabs";
    } else if (IsIn(kControls, code)) {
      return absl::StrCat("it has the control character ", CodePoint(code), ": leave it out");
    } else if (IsIn(kJoiners, code)) {
      if (!joins || text.empty() || !IsIn(kJoined, First(text).code)) {
        return absl::StrCat("it has the joiner ", CodePoint(code),
                            ", which is not seen, where no letters are joined: leave it out");
      }
    } else if (IsIn(kUnseen, code)) {
      return absl::StrCat("it has the character ", CodePoint(code),
                          ", which is not seen: leave it out");
    }
    joins = IsIn(kJoined, code);
    ++characters;
  }
  if (characters >= form.least && characters <= form.most) return "";
  if (!wanted.empty()) return std::string(wanted);
  return absl::StrCat("it must be text of ", form.least, " to ", form.most, " characters");
}

}  // namespace comity::text
