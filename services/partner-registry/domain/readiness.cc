#include "services/partner-registry/domain/readiness.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/candidates.h"
#include "services/partner-registry/domain/edit_rules.h"
#include "services/partner-registry/domain/fields.h"

namespace comity::partner_registry {
namespace {

absl::Status CheckItems(const std::vector<ReadinessItem>& items) {
  const Fields fields("READINESS_INVALID", "");
  if (items.empty()) return fields.Bad("items", "name at least one topic");
  std::set<Topic> seen;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const ReadinessItem& item = items[i];
    const std::string at = absl::StrCat("items[", i, "]");
    if (item.topic == Topic::kUnspecified) return fields.Bad(at + ".topic", "name the topic");
    if (!seen.insert(item.topic).second) return fields.Bad(at + ".topic", "name each once");
    if (item.state == ReadinessState::kUnspecified) {
      return fields.Bad(at + ".state", "say whether it is in place, partly there or missing");
    }
    COMITY_RETURN_IF_ERROR(fields.Text(at + ".statement", item.statement, kTextForm));
    if (item.day.empty()) return fields.Bad(at + ".day", "say of which day it speaks");
    COMITY_RETURN_IF_ERROR(fields.PartialDay(at + ".day", item.day));
    COMITY_RETURN_IF_ERROR(fields.Text(at + ".evidence", item.evidence, kEvidenceForm));
  }
  return absl::OkStatus();
}

}  // namespace

Readiness ReadinessOf(const Registry& registry, const std::string& partner) {
  Readiness empty{.partner = partner};
  const Readiness* known = registry.relations().Find<Readiness>(Name(empty));
  return known == nullptr ? empty : *known;
}

std::vector<Topic> MissingTopics(const Readiness& readiness) {
  std::vector<Topic> missing;
  for (int number = 1; number <= kTopics; ++number) {
    const auto topic = static_cast<Topic>(number);
    if (std::none_of(readiness.items.begin(), readiness.items.end(),
                     [&](const ReadinessItem& item) {
                       return item.topic == topic && item.state == ReadinessState::kInPlace;
                     })) {
      missing.push_back(topic);
    }
  }
  return missing;
}

absl::StatusOr<Plan> PlanUpdateReadiness(const Registry& registry, const std::string& partner,
                                         const std::vector<ReadinessItem>& items,
                                         absl::string_view etag, absl::Time now) {
  COMITY_ASSIGN_OR_RETURN(const Partner* candidate, FindOnRegister(registry, partner));
  COMITY_RETURN_IF_ERROR(CheckCandidate(*candidate, DayInBrussels(now)));
  COMITY_RETURN_IF_ERROR(CheckItems(items));
  const Readiness known = ReadinessOf(registry, partner);
  COMITY_RETURN_IF_ERROR(CheckEtag(etag, known.recorded));
  Readiness changed = known;
  for (const ReadinessItem& item : items) {
    const auto at =
        std::lower_bound(changed.items.begin(), changed.items.end(), item.topic,
                         [](const ReadinessItem& one, Topic topic) { return one.topic < topic; });
    if (at != changed.items.end() && at->topic == item.topic) {
      *at = item;
    } else {
      changed.items.insert(at, item);
    }
  }
  Plan plan{.resource = Name(changed)};
  if (changed != known) plan.facts.emplace_back(std::move(changed));
  return plan;
}

}  // namespace comity::partner_registry
