#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/legal/verdict.h"
#include "services/engagement-scheduling/domain/registry_view.h"
#include "services/engagement-scheduling/domain/types.h"

// What the law is asked of an operational engagement. Pure.
namespace comity::engagement_scheduling {

// The field of CheckHold's request that has the question.
inline constexpr char kQuestionField[] = "engagement.transfer_question";

// INVALID_ARGUMENT `TRANSFER_QUESTION_INVALID` unless it is about sending: a meeting shares with
// everybody who takes part, whoever speaks, and a question about receiving would let any third
// country in.
absl::Status CheckDirection(const legal::Question& question);

struct CounterpartVerdict {
  std::string counterpart;
  legal::Verdict verdict;
};

// The transfer check for everybody outside the agency who takes part, in the order of counterparts:
// for the authority of every contact and for the State that seconds a liaison prosecutor
// (registry_view::PartnerOf), each for every day on which the engagement takes place
// (Verdict::day), in their order. Whom it asks about does not depend on the facts of `registry`.
//
// FAILED_PRECONDITION `TRANSFER_QUESTION_MISSING`; INVALID_ARGUMENT as CheckDirection: it may have
// been held before the rule.
absl::StatusOr<std::vector<CounterpartVerdict>> CheckTransfer(const Engagement& engagement,
                                                              const RegistrySnapshot& registry);

}  // namespace comity::engagement_scheduling
