#include "services/engagement-scheduling/domain/transfer_check.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/identity/principal.h"
#include "common/legal/evaluate.h"
#include "common/registry_view/partner_of.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/engagement-scheduling/domain/attendance.h"

namespace comity::engagement_scheduling {
namespace {

// With whom on which days.
std::set<std::pair<std::string, absl::CivilDay>> CounterpartsOf(const Engagement& engagement,
                                                                const RegistrySnapshot& registry) {
  std::set<std::pair<std::string, absl::CivilDay>> counterparts;
  const std::vector<absl::CivilDay> days = DaysOf(engagement.interval);
  for (const std::string& participant : engagement.participants) {
    const std::optional<ContactEntry> contact = registry.FindContact(participant);
    const auto who = identity::Principal::Parse(participant);
    const bool prosecutor = who.ok() && who->IsAgency(identity::Role::kLiaisonProsecutor);
    if (!contact.has_value() && !prosecutor) continue;
    for (const absl::CivilDay day : days) {
      counterparts.emplace(prosecutor ? PartnerOf(*who, registry, day) : contact->authority, day);
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
  for (const auto& [counterpart, day] : CounterpartsOf(engagement, registry)) {
    question.counterpart = counterpart;
    question.instant = std::max(engagement.interval.start, absl::FromCivil(day, Brussels()));
    verdicts.push_back({counterpart, legal::Evaluate(registry.facts(), question)});
  }
  return verdicts;
}

}  // namespace comity::engagement_scheduling
