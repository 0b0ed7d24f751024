#include "services/partner-registry/domain/mergers.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "services/partner-registry/domain/references.h"

namespace comity::partner_registry {

std::optional<Problem> CheckMergedInto(const Partner& made, const Registry& before,
                                       const Registry& after) {
  constexpr char kColumn[] = "merged_into";
  const std::string& into = made.merged_into;
  if (into.empty()) return std::nullopt;
  const Partner* const stays = after.FindPartner(into);
  if (!made.deleted() || into == made.id || stays == nullptr) {
    return Problem{kColumn, "name another partner that there is, of one that is deleted"};
  }
  const bool initial_load = before.partners().empty();
  const Partner* const known = before.FindPartner(made.id);
  if (known != nullptr && known->merged_into == into) return std::nullopt;
  if (!stays->merged_into.empty() || (stays->deleted() && !initial_load)) {
    return Problem{kColumn, absl::StrCat("partners/", into,
                                         " is off the register itself: name the partner that it "
                                         "is now, or leave it empty")};
  }
  if (initial_load) return std::nullopt;
  for (const Reference& reference : ReferencesTo(after, made.id)) {
    if (reference.what == kLegalClasses) continue;
    return Problem{kColumn, absl::StrCat("there are ", reference.count, " ", reference.what,
                                         " below partners/", made.id,
                                         " or naming it: enter them at the other partner, and "
                                         "leave this one deleted, merged into none")};
  }
  return std::nullopt;
}

}  // namespace comity::partner_registry
