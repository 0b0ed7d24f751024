#include "common/legal/explain.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace comity::legal {
namespace {

void Add(std::string& text, absl::string_view sentence) {
  if (!sentence.empty()) absl::StrAppend(&text, text.empty() ? "" : " ", sentence);
}

}  // namespace

std::string ToDo(const Verdict& verdict) {
  std::string text;
  for (const Reason& reason : verdict.reasons) {
    if (reason.outcome == verdict.outcome) Add(text, reason.remedy);
  }
  return text;
}

std::string Explain(const Verdict& verdict) {
  std::string text;
  for (const Reason& reason : verdict.reasons) {
    if (reason.outcome != verdict.outcome) continue;
    Add(text, reason.sentence);
    Add(text, reason.remedy);
  }
  Add(text, verdict.counterpart_footnote);
  return text;
}

std::string Explain(const Verdict& verdict, const Reason& reason) {
  std::string text = reason.sentence;
  Add(text, reason.remedy);
  Add(text, verdict.counterpart_footnote);
  return text;
}

}  // namespace comity::legal
