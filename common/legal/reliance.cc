#include "common/legal/reliance.h"

#include <set>

namespace comity::legal {

bool RestsOn(absl::string_view row) { return row != "3.2" && row != "5.10"; }

std::vector<std::string> CitedFacts(const Verdict& verdict) {
  std::set<std::string> cited;
  for (const Reason& reason : verdict.reasons) {
    if (RestsOn(reason.row)) cited.insert(reason.facts.begin(), reason.facts.end());
  }
  return {cited.begin(), cited.end()};
}

}  // namespace comity::legal
