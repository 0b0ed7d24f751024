#include "common/legal/reliance.h"

#include <set>

namespace comity::legal {

std::vector<std::string> CitedFacts(const Verdict& verdict) {
  std::set<std::string> cited;
  for (const Reason& reason : verdict.reasons)
    cited.insert(reason.facts.begin(), reason.facts.end());
  return {cited.begin(), cited.end()};
}

}  // namespace comity::legal
