#pragma once

#include <string>

#include "common/legal/question.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/types.h"

// The questions that reports put to the transfer check.
namespace comity::partner_registry {

// Of when they are, and what is known then.
struct QuestionTime {
  absl::Time instant;
  legal::Mode mode = legal::Mode::kOperate;
  std::optional<absl::CivilDay> public_on;
};

// The neutral question: with a complete purpose, an Annex I offence, a suspect, data within
// Annex II, two or more Member States, a single transfer, the agency's capacity, and data of the
// agency's own, so that the answer tells of the recipient and the basis. Whoever has data of
// Member States or others needs their authorisation besides (EJR 47(5)).
legal::Question StandardQuestion(const std::string& counterpart, legal::DataKind kind,
                                 legal::Direction direction, const QuestionTime& time);

// Whom operational data of `partner` would go to: its authorities; the partner itself if it has
// none, or acts as an organisation.
std::vector<std::string> CounterpartsOf(const Registry& registry, const Partner& partner);

}  // namespace comity::partner_registry
