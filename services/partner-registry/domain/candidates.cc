#include "services/partner-registry/domain/candidates.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/legal/effect.h"
#include "common/status/error.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/legal_facts.h"
#include "services/partner-registry/domain/remedies.h"
#include "services/partner-registry/domain/standing.h"

namespace comity::partner_registry {
namespace {

absl::Status NotACandidate(const Partner& partner, absl::CivilDay day, absl::string_view whom) {
  const LegalClass legal_class = ClassAsRecorded(partner, day);
  const std::string is = legal_class == LegalClass::kUnspecified
                             ? "no legal class is recorded"
                             : absl::StrCat("the legal class is ", Word(legal_class));
  const bool member =
      legal_class == LegalClass::kMemberState || legal_class == LegalClass::kMemberStateNotBound;
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("Of ", NameOf(partner), " on ", FormatDay(day), " ", is, ": ", whom,
                   member ? " A Member State takes part in the agency (EJR 21, 22, 24)." : "",
                   " If that is wrong, have the registry operator put the legal class right."),
      {.reason = "NOT_A_CANDIDATE", .metadata = {{"legal_class", Word(legal_class)}}});
}

// How the class becomes sure: a second person confirms the first period that waits for one.
std::string HowToMakeSure(const Partner& partner) {
  for (const LegalClassPeriod& period : partner.legal_classes) {
    if (period.confirmation.has_value() || legal::Confirmed(period.certainty)) continue;
    return absl::StrCat("a second person confirms what is recorded ",
                        period.from.empty() ? "" : absl::StrCat("from ", period.from, " "), "with ",
                        HowToConfirm(partner, period), ".");
  }
  return "have the registry operator record the exact days of the legal class.";
}

absl::Status NotSurelyACandidate(const Partner& partner, absl::CivilDay day) {
  const LegalClass legal_class = ClassAsRecorded(partner, day);
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("That the legal class of ", NameOf(partner), " is ", Word(legal_class), " on ",
                   FormatDay(day), " is not sure: ", HowToMakeSure(partner)),
      {.reason = "NOT_A_CANDIDATE", .metadata = {{"legal_class", Word(legal_class)}}});
}

}  // namespace

bool MayBeCandidate(LegalClass legal_class) {
  return legal_class == LegalClass::kThirdCountry ||
         legal_class == LegalClass::kInternationalOrganisation;
}

bool MayBeArrangedWith(LegalClass legal_class) {
  return MayBeCandidate(legal_class) || legal_class == LegalClass::kUnionBody ||
         legal_class == LegalClass::kExternalNetwork;
}

absl::Status CheckCandidate(const Partner& partner, absl::CivilDay day) {
  const legal::ClassOnDay sure = legal::ClassOf(ToLegal(partner), {.day = day});
  if (sure.known == legal::Tri::kYes && MayBeCandidate(sure.legal_class)) return absl::OkStatus();
  if (MayBeCandidate(ClassAsRecorded(partner, day))) return NotSurelyACandidate(partner, day);
  return NotACandidate(partner, day,
                       "agreements are concluded with third countries and international "
                       "organisations (EJR 52; TFEU 218).");
}

absl::Status CheckArrangedWith(const Partner& partner, absl::CivilDay day) {
  if (MayBeArrangedWith(ClassAsRecorded(partner, day))) return absl::OkStatus();
  return NotACandidate(partner, day,
                       "working arrangements are concluded with third countries, international "
                       "organisations, Union bodies and networks of other States (EJR 47(1), "
                       "47(3)).");
}

}  // namespace comity::partner_registry
