#include "services/engagement-scheduling/domain/transfer_check.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/identity/principal.h"
#include "common/legal/evaluate.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/engagement-scheduling/domain/attendance.h"

namespace comity::engagement_scheduling {
namespace {

std::set<std::string> CounterpartsOf(const Engagement& engagement,
                                     const RegistrySnapshot& registry) {
  std::set<std::string> counterparts;
  for (const std::string& participant : engagement.participants) {
    const std::optional<ContactEntry> contact = registry.FindContact(participant);
    if (contact.has_value()) counterparts.insert(contact->authority);
    const auto principal = identity::Principal::Parse(participant);
    if (principal.ok() && principal->IsAgency(identity::Role::kLiaisonProsecutor)) {
      counterparts.insert(registry.PartnerOfUnit(principal->unit));
    }
  }
  return counterparts;
}

}  // namespace

absl::Status CheckDirection(const legal::Question& question) {
  if (question.direction == legal::Direction::kSend ||
      question.direction == legal::Direction::kUnspecified) {
    return absl::OkStatus();
  }
  return InvalidField("TRANSFER_QUESTION_INVALID", absl::StrCat(kQuestionField, ".direction"),
                      "must be SEND or left out: a meeting shares what is spoken of with everybody "
                      "who takes part");
}

absl::StatusOr<std::vector<CounterpartVerdict>> CheckTransfer(const Engagement& engagement,
                                                              const RegistrySnapshot& registry) {
  if (!engagement.question.has_value()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     "The engagement no longer says what data are spoken of: hold a new one.",
                     {.reason = "TRANSFER_QUESTION_MISSING"});
  }
  legal::Question question = *engagement.question;
  COMITY_RETURN_IF_ERROR(CheckDirection(question));
  question.mode = legal::Mode::kOperate;
  std::vector<CounterpartVerdict> verdicts;
  for (const std::string& counterpart : CounterpartsOf(engagement, registry)) {
    question.counterpart = counterpart;
    for (const absl::CivilDay day : DaysOf(engagement.interval)) {
      question.instant = std::max(engagement.interval.start, absl::FromCivil(day, Brussels()));
      verdicts.push_back({counterpart, legal::Evaluate(registry.facts(), question)});
    }
  }
  return verdicts;
}

}  // namespace comity::engagement_scheduling
