#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace comity::partner_registry {

// `text` in lower case and without accents: Latin letters with marks become the plain ones,
// combining marks vanish, typographic hyphens and quotes become a hyphen, everything else stays.
// "Türkiye" and "TU\u0308RKIYE" both become "turkiye", "ГРУЗИЯ" becomes "грузия". Bytes that are no
// UTF-8 are left alone.
std::string Fold(absl::string_view text);

// The words of a folded text: what lies between spaces and punctuation.
std::vector<absl::string_view> WordsOf(absl::string_view folded);

// Whether they have other words: not so if only case, accents, punctuation and order differ.
bool HaveOtherWords(absl::string_view a, absl::string_view b);

}  // namespace comity::partner_registry
