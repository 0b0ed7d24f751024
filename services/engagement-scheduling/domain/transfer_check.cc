#include "services/engagement-scheduling/domain/transfer_check.h"

#include <algorithm>
#include <map>
#include <optional>
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

// With whom on which days, and whether only prosecutors come for him then: of an authority that
// somebody else comes for, too, the stricter question is asked.
std::map<std::pair<std::string, absl::CivilDay>, bool> CounterpartsOf(
    const Engagement& engagement, const RegistrySnapshot& registry) {
  std::map<std::pair<std::string, absl::CivilDay>, bool> counterparts;
  const std::vector<absl::CivilDay> days = DaysOf(engagement.interval);
  for (const std::string& participant : engagement.participants) {
    const std::optional<ContactEntry> contact = registry.FindContact(participant);
    const auto who = identity::Principal::Parse(participant);
    const bool prosecutor = who.ok() && who->IsAgency(identity::Role::kLiaisonProsecutor);
    if (!contact.has_value() && !prosecutor) continue;
    for (const absl::CivilDay day : days) {
      std::string counterpart = prosecutor ? AuthorityOf(*who, registry, day) : contact->authority;
      if (prosecutor && counterpart.empty()) counterpart = PartnerOf(*who, registry, day);
      const auto [at, added] = counterparts.try_emplace({std::move(counterpart), day}, prosecutor);
      at->second = at->second && prosecutor;
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
  for (const auto& [with, prosecutors_only] : CounterpartsOf(engagement, registry)) {
    const auto& [counterpart, day] = with;
    question.counterpart = counterpart;
    question.to_prosecutor = prosecutors_only;
    question.instant = std::max(engagement.interval.start, absl::FromCivil(day, Brussels()));
    verdicts.push_back({counterpart, legal::Evaluate(registry.facts(), question)});
  }
  return verdicts;
}

}  // namespace comity::engagement_scheduling
