#include "common/text/words.h"

#include "absl/strings/ascii.h"
#include "common/text/characters.h"

namespace comity::text {

bool SameWords(absl::string_view a, absl::string_view b) {
  a = absl::StripAsciiWhitespace(a);
  b = absl::StripAsciiWhitespace(b);
  if (a == b) return true;  // As nearly always; the transfer check asks it many times.
  while (!a.empty() && !b.empty()) {
    const Character left = First(a);
    const Character right = First(b);
    // What is no UTF-8 is compared byte by byte.
    if (left.length == 0 || right.length == 0) return a == b;
    if (left.code != right.code && Lower(left.code) != Lower(right.code)) return false;
    a.remove_prefix(left.length);
    b.remove_prefix(right.length);
  }
  return a.empty() && b.empty();
}

}  // namespace comity::text
