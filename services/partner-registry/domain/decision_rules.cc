#include "services/partner-registry/domain/decision_rules.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"

namespace comity::partner_registry {
namespace {

constexpr absl::string_view kAgency = "agency/";
constexpr absl::string_view kMemberState = "member-state/";
constexpr absl::string_view kPartner = "partner";

constexpr DecisionKind kGeneral[] = {
    DecisionKind::kAuthorisation, DecisionKind::kOriginatorPermission,
    DecisionKind::kSafeguardsAssessment, DecisionKind::kRestrictionLifted,
    DecisionKind::kOtherPurposeByLaw};

bool IsForm(absl::string_view who) {
  if (who == kPartner) return true;
  for (const absl::string_view prefix : {kAgency, kMemberState}) {
    if (absl::StartsWith(who, prefix)) {
      return identity::ParseRole(who.substr(prefix.size())).ok();
    }
  }
  return false;
}

bool Matches(absl::string_view who, const identity::Principal& caller, absl::string_view partner,
             const Registry& registry) {
  using identity::PrincipalKind;
  if (who == kPartner) {
    return caller.kind == PrincipalKind::kPartner && !partner.empty() && caller.partner == partner;
  }
  if (caller.kind != PrincipalKind::kAgency) return false;
  if (absl::StartsWith(who, kAgency)) {
    return partner.empty() && identity::RoleName(caller.role) == who.substr(kAgency.size());
  }
  const Partner* state = registry.FindPartner(partner);
  return state != nullptr && !state->iso_alpha2.empty() &&
         identity::RoleName(caller.role) == who.substr(kMemberState.size()) &&
         caller.unit == absl::AsciiStrToLower(state->iso_alpha2);
}

}  // namespace

bool IsGeneral(DecisionKind kind) {
  for (const DecisionKind general : kGeneral) {
    if (kind == general) return true;
  }
  return false;
}

bool MayNameACase(DecisionKind kind) {
  return kind == DecisionKind::kAuthorisation || kind == DecisionKind::kOriginatorPermission;
}

DecisionRules DecisionRules::Default() {
  DecisionRules rules;
  rules.rows_ = {
      {DecisionKind::kAuthorisation, {"member-state/national-member"}},
      {DecisionKind::kOriginatorPermission, {"partner", "member-state/national-member"}},
      {DecisionKind::kRestrictionLifted, {"partner", "member-state/national-member"}},
      {DecisionKind::kSafeguardsAssessment, {"agency/college", "agency/president"}},
      {DecisionKind::kOtherPurposeByLaw, {"agency/college", "agency/president"}},
  };
  return rules;
}

absl::StatusOr<DecisionRules> DecisionRules::Parse(
    const std::map<std::string, std::vector<std::string>>& rows) {
  DecisionRules rules = Default();
  for (const auto& [word, whos] : rows) {
    DecisionKind kind = DecisionKind::kUnspecified;
    for (const DecisionKind general : kGeneral) {
      if (word == Word(general)) kind = general;
    }
    if (kind == DecisionKind::kUnspecified) {
      return MakeError(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("Decisions of kind ", word,
                                    " are not kept by the registry: remove the row."),
                       {.reason = "DECISION_RULES_INVALID"});
    }
    for (const std::string& who : whos) {
      if (!IsForm(who)) {
        return MakeError(absl::StatusCode::kInvalidArgument,
                         absl::StrCat("\"", who, "\" in the row ", word,
                                      " says nobody: write agency/<role>, member-state/<role> or "
                                      "partner."),
                         {.reason = "DECISION_RULES_INVALID"});
      }
    }
    rules.rows_[kind] = whos;
  }
  return rules;
}

bool DecisionRules::Allows(const identity::Principal& caller, DecisionKind kind,
                           absl::string_view partner, const Registry& registry) const {
  const auto row = rows_.find(kind);
  if (row == rows_.end()) return false;
  for (const std::string& who : row->second) {
    if (Matches(who, caller, partner, registry)) return true;
  }
  return false;
}

std::string DecisionRules::WhoFor(DecisionKind kind) const {
  const auto row = rows_.find(kind);
  return row == rows_.end() ? "nobody" : absl::StrJoin(row->second, " or ");
}

}  // namespace comity::partner_registry
