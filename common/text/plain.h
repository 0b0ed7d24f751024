#pragma once

#include <string>

#include "absl/strings/string_view.h"

// What may stand in a text that people read, compare and rely on.
namespace comity::text {

enum class Lines { kOne, kMany };

struct Form {
  int least;  // In characters, as the next.
  int most;
  Lines lines = Lines::kMany;
};

// What is wrong with `text`, as a clause that says what would be right, such as "it has the
// character U+202E, which is not seen: leave it out"; empty: nothing. `wanted` is said of a length
// that is not of the form. It must be UTF-8 without
//
// - control characters, but line feed and tab if it may have many lines;
// - characters that are not seen, or change the direction in which others are read: two names would
//   look alike, or one like another. Joiners (U+200C, U+200D) may stand between letters of the
//   scripts that are written with them, from Arabic to Mongolian.
std::string FaultOf(absl::string_view text, Form form, absl::string_view wanted = "");

// Of a text of any length: the caller says how long it may be.
std::string FaultOf(absl::string_view text, Lines lines);

// `text` of somebody else, to be printed: what FaultOf complains about is written out, such as
// "[U+202E]", and "[FF]" for a byte that is no UTF-8.
std::string Shown(absl::string_view text, Lines lines = Lines::kOne);

}  // namespace comity::text
