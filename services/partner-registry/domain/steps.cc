#include "services/partner-registry/domain/steps.h"

#include <cstddef>

namespace comity::partner_registry {
namespace {

// TFEU 218; EJR 47(3), 52, 54a. The words and their order are documented in the service's README.
const std::vector<Step> kTreaty = {
    {"CONSULTED", "the agency proposes the partner to the Commission (EJR 52)"},
    {"PROPOSED", "the Commission recommends to open negotiations (TFEU 218(3))"},
    {"RECOMMENDED", "the Council authorises the opening of negotiations (TFEU 218(2))"},
    {"COUNCIL_MANDATE", "the Commission opens negotiations (TFEU 218(3))"},
    {"NEGOTIATING", "the Commission and the partner finalise the text"},
    {"NEGOTIATIONS_FINALISED", "the chief negotiators initial the text"},
    {"INITIALLED", "the Commission proposes signing; the EDPS is consulted (TFEU 218(5))"},
    {"MEMBER_STATES_APPROVED",
     "the Commission proposes signing; the EDPS is consulted (TFEU 218(5))"},
    {"SIGNING_PROPOSAL", "the Council decides on signing (TFEU 218(5))"},
    {"SIGNING_DECISION", "the Union and the partner sign"},
    {"SIGNED", "the European Parliament gives its consent (TFEU 218(6)(a))"},
    {"RATIFIED_BY_PARTNER",
     "the European Parliament gives its consent and the Council concludes"
     " (TFEU 218(6)(a))"},
    {"PROVISIONALLY_APPLIED", "the Council concludes the agreement (TFEU 218(6))"},
    {"CONSENT_OF_PARLIAMENT", "the Council decides on conclusion (TFEU 218(6))"},
    {"CONCLUSION_DECISION",
     "the partner completes its own procedures; entry into force is notified"},
    {"IN_FORCE",
     "none while it stays in force; for an agreement under TFEU 218 its application is"
     " still to be shown"},
    {"IMPLEMENTATION_NOTIFIED", "the Union accepts the notification; the agreement then applies"},
    {"APPLIES", "none: transfers may rest on it; its evaluation is the Commission's"},
    {"SUSPENDED", "the suspended parts are reinstated, or notice is given"},
    {"NOTICE_GIVEN", "the end takes effect; a successor is negotiated"},
    {"ENDED", "none: another basis or status applies"},
};

const std::vector<Step> kWorkingArrangement = {
    {"DRAFTING", "the College adopts it (EJR 5, 47(3))"},
    {"COLLEGE_ADOPTED", "both sides sign"},
    {"SIGNED",
     "none: it serves non-personal exchange and modalities, never as a basis (EJR 47(3))"},
    {"IN_EFFECT",
     "none: it serves non-personal exchange and modalities, never as a basis"
     " (EJR 47(3))"},
    {"ABANDONED", "a new arrangement is negotiated by the agency"},
    {"ENDED", "a new arrangement is negotiated by the agency"},
};

const std::vector<Step> kContactPoint = {
    {"REQUESTED", "the partner designates a contact point"},
    {"DESIGNATED", "the registry operator verifies the contact point and registers it"},
    {"VERIFIED", "none: it is verified again within a year"},
    {"LAPSED", "the partner designates a new contact point"},
};

const std::vector<Step> kLiaisonProsecutor = {
    {"ENTITLED", "the partner selects a liaison prosecutor (EJR 54a)"},
    {"SELECTED", "the partner seconds the liaison prosecutor"},
    {"SECONDED",
     "none: access to a case is a transfer and the national member's decision"
     " (EJR 24, 54a(3))"},
    {"ENDED", "the partner seconds a successor"},
};

const std::vector<Step> kProjectMembership = {
    {"INVITED", "the partner joins"},
    {"JOINED", "none while it takes part"},
    {"EXIT_ANNOUNCED", "the exit takes effect; its day is to be confirmed"},
    {"LEFT", "none"},
};

const std::vector<Step> kNone;

}  // namespace

const std::vector<Step>& StepsOf(Axis axis) {
  switch (axis) {
    case Axis::kTreaty:
      return kTreaty;
    case Axis::kWorkingArrangement:
      return kWorkingArrangement;
    case Axis::kContactPoint:
      return kContactPoint;
    case Axis::kLiaisonProsecutor:
      return kLiaisonProsecutor;
    case Axis::kProjectMembership:
      return kProjectMembership;
    case Axis::kUnspecified:
      break;
  }
  return kNone;
}

int RankOf(Axis axis, absl::string_view word) {
  const std::vector<Step>& steps = StepsOf(axis);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].word == word) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace comity::partner_registry
