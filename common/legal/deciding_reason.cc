#include "common/legal/deciding_reason.h"

#include <algorithm>

namespace comity::legal {
namespace {

constexpr char kOther[] = "OTHER";

bool Before(const DecidingReason& a, const DecidingReason& b) {
  return a.outcome != b.outcome ? a.outcome < b.outcome : a.code < b.code;
}

std::vector<DecidingReason> Make() {
  using enum Outcome;
  std::vector<DecidingReason> all = {
      {kPermitted, "NONE"},
      {kPermittedSubjectTo, "AUTHORISATION_OUTSTANDING"},
      {kPermittedSubjectTo, "AUTHORISATION_WITHDRAWN"},
      {kPermittedSubjectTo, "AUTHORITY_NOT_NAMED"},
      {kPermittedSubjectTo, "NECESSITY_FOR_RECIPIENT_NOT_STATED"},
      {kPermittedSubjectTo, "ONWARD_CONSENT_OF_STATE_OUTSTANDING"},
      {kPermittedSubjectTo, "ONWARD_PERMISSION_OUTSTANDING"},
      {kPermittedSubjectTo, "ORIGINATOR_PERMISSION_OUTSTANDING"},
      {kPermittedSubjectTo, "PURPOSE_INCOMPLETE"},
      {kPermittedSubjectTo, "REQUEST_OUTSTANDING"},
      {kPermittedSubjectTo, "SEALING_KEY_MISSING"},
      {kPermittedSubjectTo, "STRICT_NECESSITY_OUTSTANDING"},
      {kPermittedSubjectTo, "VERIFICATION_STALE"},
      {kDecisionRequired, "ADMINISTRATIVE_NO_BASIS"},
      {kDecisionRequired, "AUTHORITY_NOT_COVERED"},
      {kDecisionRequired, "ESSENTIAL_INTEREST_OUTSTANDING"},
      {kDecisionRequired, "NO_BASIS"},
      {kDecisionRequired, "NO_BASIS_FOR_BULK"},
      {kDecisionRequired, "ONWARD_CONSENT_OF_AGENCY_OUTSTANDING"},
      {kDecisionRequired, "OTHER_DATA_DECISION_OUTSTANDING"},
      {kDecisionRequired, "OUTSIDE_SCOPE"},
      {kRefused, "AGREEMENT_NOT_IN_FORCE"},
      {kRefused, "COUNTERPART_DELETED"},
      {kRefused, "COUNTERPART_HAS_NO_CAPACITY"},
      {kRefused, "DATA_OUTSIDE_ANNEX_II"},
      {kRefused, "EPPO_COMPETENT"},
      {kRefused, "EXCHANGES_SUSPENDED"},
      {kRefused, "NOT_COMPETENT"},
      {kRefused, "ONWARD_PURPOSE_INCOMPATIBLE"},
      {kRefused, "ONWARD_PURPOSE_NOT_SPECIFIC"},
      {kRefused, "PURPOSE_INCOMPATIBLE"},
      {kRefused, "RESTRICTED_BY_ORIGINATOR"},
      {kUndetermined, "ADMINISTRATIVE_FACT_UNKNOWN"},
      {kUndetermined, "AGREEMENT_DATE_UNKNOWN"},
      {kUndetermined, "AGREEMENT_NOT_LOADED"},
      {kUndetermined, "ANNEX_II_NOT_SAID"},
      {kUndetermined, "AUTHORITY_NOT_COVERED"},
      {kUndetermined, "AUTHORITY_UNKNOWN"},
      {kUndetermined, "COMPETENCE_UNCONFIRMED"},
      {kUndetermined, "COOPERATION_UNKNOWN"},
      {kUndetermined, "COUNTERPART_UNKNOWN"},
      {kUndetermined, "DATA_KIND_NOT_SAID"},
      {kUndetermined, "DECISIVE_FIELD_UNKNOWN"},
      {kUndetermined, "GEOMETRY_NOT_SAID"},
      {kUndetermined, "LEGAL_CLASS_UNKNOWN"},
      {kUndetermined, "ONWARD_SENDER_UNKNOWN"},
      {kUndetermined, "ORIGINS_NOT_SAID"},
      {kUndetermined, "ORIGIN_UNKNOWN"},
      {kUndetermined, "OUTSIDE_SCOPE"},
      {kUndetermined, "RESTRICTION_UNCLEAR"},
      {kUndetermined, "SUBJECTS_NOT_SAID"},
      {kUndetermined, "THIRD_COUNTRY_NOT_NAMED"},
      {kOutOfScope, "BETWEEN_PARTNERS"},
      {kOutOfScope, "NATIONAL_LAW_DECIDES"},
      {kOutOfScope, "NATIONAL_STATEMENT_OUTSTANDING"},
  };
  for (const Outcome outcome :
       {kPermittedSubjectTo, kDecisionRequired, kRefused, kUndetermined, kOutOfScope}) {
    all.push_back({outcome, kOther});
  }
  std::sort(all.begin(), all.end(), Before);
  return all;
}

std::size_t Place(const DecidingReason& wanted) {
  const std::vector<DecidingReason>& all = DecidingReasons();
  const auto at = std::lower_bound(all.begin(), all.end(), wanted, Before);
  if (at != all.end() && !Before(wanted, *at)) return static_cast<std::size_t>(at - all.begin());
  return wanted.code == kOther ? 0 : Place({wanted.outcome, kOther});
}

}  // namespace

const std::vector<DecidingReason>& DecidingReasons() {
  static const std::vector<DecidingReason>& all = *new std::vector<DecidingReason>(Make());
  return all;
}

std::size_t DecidingReasonOf(const Verdict& verdict) {
  if (verdict.outcome == Outcome::kPermitted) return 0;
  for (const Reason& reason : verdict.reasons) {
    if (reason.outcome == verdict.outcome) return Place({verdict.outcome, reason.code});
  }
  return Place({verdict.outcome, kOther});
}

}  // namespace comity::legal
