#include "services/partner-registry/domain/relation_types.h"

#include <array>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace comity::partner_registry {
namespace {

template <typename T>
std::string NameBelow(const T& value) {
  return absl::StrCat("partners/", value.partner, "/", T::kCollection, "/", value.id);
}

}  // namespace

std::string Name(const Strategy& strategy) { return absl::StrCat("strategies/", strategy.id); }
std::string Name(const CriteriaSet& set) { return absl::StrCat("criteriaSets/", set.id); }
std::string Name(const Assessment& assessment) { return NameBelow(assessment); }
std::string Name(const Volume& volume) { return NameBelow(volume); }
std::string Name(const Consultation& consultation) { return NameBelow(consultation); }
std::string Name(const Readiness& readiness) {
  return absl::StrCat("partners/", readiness.partner, "/readiness");
}
std::string Name(const Arrangement& arrangement) { return NameBelow(arrangement); }
std::string Name(const Secondment& secondment) { return NameBelow(secondment); }

ArrangementState StateOf(const Arrangement& arrangement) {
  return arrangement.steps.empty() ? ArrangementState::kUnspecified
                                   : arrangement.steps.back().state;
}

const ArrangementStep* StepOf(const Arrangement& arrangement, ArrangementState state) {
  for (const ArrangementStep& step : arrangement.steps) {
    if (step.state == state) return &step;
  }
  return nullptr;
}

const char* Word(ArrangementState value) {
  static constexpr std::array<const char*, 7> kWords = {
      "UNSPECIFIED", "DRAFTING", "COLLEGE_ADOPTED", "SIGNED", "IN_EFFECT", "ENDED", "ABANDONED"};
  return kWords[static_cast<std::size_t>(value)];
}

const char* Word(Topic value) {
  static constexpr std::array<const char*, kTopics + 1> kWords = {"UNSPECIFIED",
                                                                  "DATA_PROTECTION_LAW",
                                                                  "SUPERVISORY_AUTHORITY",
                                                                  "COMPETENT_AUTHORITIES",
                                                                  "CONTACT_POINT",
                                                                  "RIGHTS_AND_REMEDIES",
                                                                  "DEATH_PENALTY_AND_ILL_TREATMENT",
                                                                  "DOMESTIC_PROCEDURE",
                                                                  "SECURE_COMMUNICATION"};
  return kWords[static_cast<std::size_t>(value)];
}

}  // namespace comity::partner_registry
