#include "common/text/plain.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
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
constexpr Range kFormatting[] = {{0x00AD, 0x00AD}, {0x061C, 0x061C}, {0x180E, 0x180E},
                                 {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},
                                 {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}};
constexpr Range kJoiners[] = {{0x200C, 0x200D}};
// Arabic to Myanmar, Khmer and Mongolian, without what is not seen itself.
constexpr Range kJoined[] = {{0x0620, 0x109F}, {0x1780, 0x180D}, {0x180F, 0x18AF}};

std::string CodePoint(std::uint32_t code) {
  return absl::StrCat("U+", absl::AsciiStrToUpper(absl::StrCat(absl::Hex(code, absl::kZeroPad4))));
}

// What may be wrong with a character where it stands.
enum class Flaw { kNone, kBreak, kControl, kJoiner, kUnseen };

// Of the character `code` before `rest`; `joins`: behind a letter that a joiner may follow.
Flaw FlawOf(std::uint32_t code, bool joins, absl::string_view rest, Lines lines) {
  if (IsIn(kLineBreaks, code)) return lines == Lines::kOne ? Flaw::kBreak : Flaw::kNone;
  if (IsIn(kControls, code)) return Flaw::kControl;
  if (IsIn(kJoiners, code)) {
    const bool joined = joins && !rest.empty() && IsIn(kJoined, First(rest).code);
    return joined ? Flaw::kNone : Flaw::kJoiner;
  }
  return IsIn(kFormatting, code) ? Flaw::kUnseen : Flaw::kNone;
}

}  // namespace

std::string FaultOf(absl::string_view text, Form form, absl::string_view wanted) {
  int characters = 0;
  bool joins = false;
  while (!text.empty()) {
    const auto [code, length] = First(text);
    if (length == 0) return "it must be text in UTF-8";
    text.remove_prefix(length);
    switch (FlawOf(code, joins, text, form.lines)) {
      case Flaw::kNone:
        break;
      case Flaw::kBreak:
        return "it must be one line, without tabs";
      case Flaw::kControl:
        return absl::StrCat("it has the control character ", CodePoint(code), ": leave it out");
      case Flaw::kJoiner:
        return absl::StrCat("it has the joiner ", CodePoint(code),
                            ", which is not seen, where no letters are joined: leave it out");
      case Flaw::kUnseen:
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

std::string FaultOf(absl::string_view text, Lines lines) {
  return FaultOf(text, Form{.least = 0, .most = std::numeric_limits<int>::max(), .lines = lines});
}

std::string Shown(absl::string_view text, Lines lines) {
  std::string shown;
  bool joins = false;
  while (!text.empty()) {
    const auto [code, length] = First(text);
    const absl::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(character.size());
    if (length == 0) {
      absl::StrAppend(&shown, "[", absl::AsciiStrToUpper(absl::BytesToHexString(character)), "]");
    } else if (FlawOf(code, joins, text, lines) != Flaw::kNone) {
      absl::StrAppend(&shown, "[", CodePoint(code), "]");
    } else {
      absl::StrAppend(&shown, character);
    }
    joins = length > 0 && IsIn(kJoined, code);
  }
  return shown;
}

}  // namespace comity::text
