#include "services/partner-registry/reports/questions.h"

namespace comity::partner_registry {

legal::Question StandardQuestion(const std::string& counterpart, legal::DataKind kind,
                                 legal::Direction direction, const QuestionTime& time) {
  legal::Question question;
  question.instant = time.instant;
  question.mode = time.mode;
  question.public_on = time.public_on;
  question.direction = direction;
  question.capacity = legal::Capacity::kEurojust;
  question.counterpart = counterpart;
  question.data_kind = kind;
  question.subjects = {legal::SubjectKind::kSuspect};
  question.annex_ii = legal::AnnexCoverage::kWithin;
  question.purpose = {.task = "coordination of investigations",
                      .offence = "organised crime",
                      .stage = "investigation",
                      .case_reference = "standard question",
                      .necessity = "parallel investigations"};
  question.geometry = legal::Geometry::kTwoOrMoreMemberStates;
  question.origins = {{.kind = legal::OriginKind::kEurojust}};
  return question;
}

std::vector<std::string> CounterpartsOf(const Registry& registry, const Partner& partner) {
  std::vector<std::string> names;
  for (const Authority* authority : registry.AuthoritiesOf(partner.id)) {
    names.push_back(NameOf(*authority));
  }
  if (names.empty() || partner.kind != PartnerKind::kState) {
    names.insert(names.begin(), NameOf(partner));
  }
  return names;
}

}  // namespace comity::partner_registry
