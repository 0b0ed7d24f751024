#include "common/pages/escape.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace comity::pages {
namespace {

bool IsWord(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

// "_" between letters is no emphasis, and names are full of them.
bool Marks(absl::string_view text, std::size_t at) {
  if (text[at] != '_') return absl::StrContains("\\`*[]<>|#&~!", text.substr(at, 1));
  return at == 0 || at + 1 == text.size() || !IsWord(text[at - 1]) || !IsWord(text[at + 1]);
}

// Where a list or a rule would begin: "-", "+", "=", or "1. " and "1) ".
std::size_t ListMark(absl::string_view text) {
  if (!text.empty() && absl::StrContains("-+=", text.substr(0, 1))) return 0;
  const std::size_t end = text.find_first_not_of("0123456789");
  if (end != 0 && end != absl::string_view::npos && (text[end] == '.' || text[end] == ')') &&
      (end + 1 == text.size() || text[end + 1] == ' ')) {
    return end;
  }
  return absl::string_view::npos;
}

}  // namespace

std::string EscapeHtml(absl::string_view text) {
  std::string made;
  for (const char c : text) {
    switch (c) {
      case '&':
        made += "&amp;";
        break;
      case '<':
        made += "&lt;";
        break;
      case '>':
        made += "&gt;";
        break;
      case '"':
        made += "&quot;";
        break;
      case '\'':
        made += "&#39;";
        break;
      default:
        made += absl::ascii_iscntrl(static_cast<unsigned char>(c)) ? ' ' : c;
    }
  }
  return made;
}

std::string EscapeMarkdown(absl::string_view text) {
  while (!text.empty() && absl::ascii_isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  const std::size_t list = ListMark(text);
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(text[i]))) {
      made += ' ';
      continue;
    }
    if (i == list || Marks(text, i)) made += '\\';
    made += text[i];
  }
  return made;
}

}  // namespace comity::pages
