#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/identity/principal.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

namespace comity::partner_registry {

// Who may record and withdraw which kind of decision: a table, since who decides within the agency
// is for the agency to say. Immutable.
//
// A row is the decision's word with any of
//   "agency/<role>"          that role, for the agency's own decisions;
//   "member-state/<role>"    that role with the unit of the decision's Member State, which is its
//                            ISO code in lower case ("fr");
//   "partner"                a contact of the decision's partner.
class DecisionRules {
 public:
  // The table of the service's README.
  static DecisionRules Default();

  // The default with the rows of `rows` in place of its own. INVALID_ARGUMENT
  // `DECISION_RULES_INVALID` for an unknown word, role or form, and for a kind that is not kept
  // here (those tied to one document).
  static absl::StatusOr<DecisionRules> Parse(
      const std::map<std::string, std::vector<std::string>>& rows);

  // Whether `caller` may record or withdraw a decision of `kind` in the name of `partner` (empty:
  // the agency's).
  bool Allows(const identity::Principal& caller, DecisionKind kind, absl::string_view partner,
              const Registry& registry) const;

  // The words for `kind`, such as "member-state/national-member"; for sentences.
  std::string WhoFor(DecisionKind kind) const;

 private:
  std::map<DecisionKind, std::vector<std::string>> rows_;
};

// Whether decisions of this kind are kept by the registry: general ones. Those that belong to one
// document or case are kept by document-exchange, since who works with whom is itself sensitive.
bool IsGeneral(DecisionKind kind);

// Whether the registry keeps a decision of this kind for one case, too, so that it is effective in
// every service: what a State or originator permits.
bool MayNameACase(DecisionKind kind);

}  // namespace comity::partner_registry
