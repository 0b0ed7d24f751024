#include "services/partner-registry/domain/steps.h"

#include <cstddef>

namespace comity::partner_registry {
namespace {

// TFEU 218; EJR 47(3), 52, 54a. The words and their order are documented in the service's README.
const std::vector<Step> kTreaty = {
    {"CONSULTED",
     "the agency proposes the partner to the Commission (EJR 52)",
     "the agency, with the competent authorities of the Member States",
     {}},
    {"PROPOSED",
     "the Commission recommends to open negotiations (TFEU 218(3))",
     "the agency",
     {{"CONSULTED"}}},
    {"RECOMMENDED",
     "the Council authorises the opening of negotiations (TFEU 218(2))",
     "the Commission",
     {}},
    {"COUNCIL_MANDATE",
     "the Commission opens negotiations (TFEU 218(3))",
     "the Council",
     {{"RECOMMENDED"}}},
    {"NEGOTIATING",
     "the Commission and the partner finalise the text",
     "the Commission",
     {{"COUNCIL_MANDATE"}}},
    {"NEGOTIATIONS_FINALISED",
     "the chief negotiators initial the text",
     "the Commission and the partner",
     {{"NEGOTIATING"}}},
    {"INITIALLED",
     "the Commission proposes signing; the EDPS is consulted (TFEU 218(5))",
     "the chief negotiators",
     {{"NEGOTIATIONS_FINALISED"}}},
    {"MEMBER_STATES_APPROVED",
     "the Commission proposes signing; the EDPS is consulted (TFEU 218(5))",
     "the Member States",
     {{"NEGOTIATIONS_FINALISED"}}},
    {"SIGNING_PROPOSAL",
     "the Council decides on signing (TFEU 218(5))",
     "the Commission",
     {{"NEGOTIATIONS_FINALISED"}}},
    {"SIGNING_DECISION", "the Union and the partner sign", "the Council", {{"SIGNING_PROPOSAL"}}},
    {"SIGNED",
     "the European Parliament gives its consent (TFEU 218(6)(a))",
     "the Union and the partner",
     {{"SIGNING_DECISION"}}},
    {"RATIFIED_BY_PARTNER",
     "the European Parliament gives its consent and the Council concludes"
     " (TFEU 218(6)(a))",
     "the partner",
     {{"SIGNED"}}},
    {"PROVISIONALLY_APPLIED",
     "the Council concludes the agreement (TFEU 218(6))",
     "the Union and the partner",
     {{"SIGNED"}}},
    {"CONSENT_OF_PARLIAMENT",
     "the Council decides on conclusion (TFEU 218(6))",
     "the European Parliament",
     {{"SIGNED"}}},
    {"CONCLUSION_DECISION",
     "the partner completes its own procedures; entry into force is notified",
     "the Council",
     {{"SIGNED"}, {"CONSENT_OF_PARLIAMENT"}}},
    {"IN_FORCE",
     "none while it stays in force; for an agreement under TFEU 218 its application is"
     " still to be shown",
     "the Union and the partner",
     {{"SIGNED"}, {"CONCLUSION_DECISION"}}},
    {"IMPLEMENTATION_NOTIFIED",
     "the Union accepts the notification; the agreement then applies",
     "the partner",
     {{"IN_FORCE"}}},
    {"APPLIES",
     "none: transfers may rest on it; its evaluation is the Commission's",
     "the Union and the partner",
     {{"IN_FORCE"}}},
    {"SUSPENDED",
     "the suspended parts are reinstated, or notice is given",
     "the Union or the partner",
     {{"PROVISIONALLY_APPLIED", "IN_FORCE", "APPLIES"}},
     Turn::kInterrupts},
    {"NOTICE_GIVEN",
     "the end takes effect; a successor is negotiated",
     "the Union or the partner",
     {{"PROVISIONALLY_APPLIED", "IN_FORCE", "APPLIES"}},
     Turn::kInterrupts},
    {"ENDED",
     "none: another basis or status applies",
     "the Union or the partner",
     {{"PROVISIONALLY_APPLIED", "IN_FORCE", "APPLIES"}},
     Turn::kCloses},
};

const std::vector<Step> kWorkingArrangement = {
    {"DRAFTING", "the College adopts it (EJR 5, 47(3))", "the agency", {}},
    {"COLLEGE_ADOPTED", "both sides sign", "the College", {{"DRAFTING"}}},
    {"SIGNED",
     "the agency records since when it has effect (EJR 47(3))",
     "the agency and the partner",
     {{"COLLEGE_ADOPTED"}}},
    {"IN_EFFECT",
     "none: it serves non-personal exchange and modalities, never as a basis"
     " (EJR 47(3))",
     "the agency and the partner",
     {{"SIGNED"}}},
    {"ABANDONED",
     "a new arrangement is negotiated by the agency",
     "the agency or the partner",
     {{"DRAFTING", "COLLEGE_ADOPTED"}},
     Turn::kCloses},
    {"ENDED",
     "a new arrangement is negotiated by the agency",
     "the agency or the partner",
     {{"SIGNED", "IN_EFFECT"}},
     Turn::kCloses},
};

const std::vector<Step> kContactPoint = {
    {"REQUESTED", "the partner designates a contact point", "the agency", {}},
    {"DESIGNATED",
     "the registry operator verifies the contact point and registers it",
     "the partner",
     {}},
    {"VERIFIED",
     "none: it is verified again within a year",
     "the registry operator",
     {{"DESIGNATED"}}},
    {"LAPSED",
     "the partner designates a new contact point",
     "the partner or the registry operator",
     {{"DESIGNATED"}},
     Turn::kCloses},
};

const std::vector<Step> kLiaisonProsecutor = {
    // It follows from an instrument: by hand it adds nothing.
    {"ENTITLED",
     "the partner selects a liaison prosecutor (EJR 54a)",
     "an agreement that allows secondment, entered as an instrument",
     {{"ENTITLED"}}},
    {"SELECTED", "the partner seconds the liaison prosecutor", "the partner", {{"ENTITLED"}}},
    {"SECONDED",
     "none: access to a case is a transfer and the national member's decision"
     " (EJR 24, 54a(3))",
     "the partner",
     {{"ENTITLED"}, {"SELECTED"}}},
    {"ENDED",
     "the partner seconds a successor",
     "the partner or the agency",
     {{"SECONDED"}},
     Turn::kCloses},
};

const std::vector<Step> kProjectMembership = {
    {"INVITED", "the partner joins", "the project", {}},
    {"JOINED", "none while it takes part", "the partner", {{"INVITED"}}},
    {"EXIT_ANNOUNCED",
     "the exit takes effect; its day is to be confirmed",
     "the partner",
     {{"JOINED"}},
     Turn::kInterrupts},
    {"LEFT", "none", "the partner", {{"JOINED"}}, Turn::kCloses},
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

const Step* FindStep(Axis axis, absl::string_view word) {
  const int rank = RankOf(axis, word);
  return rank < 0 ? nullptr : &StepsOf(axis)[static_cast<std::size_t>(rank)];
}

bool Closes(Axis axis, absl::string_view word) {
  const Step* step = FindStep(axis, word);
  return step != nullptr && step->turn == Turn::kCloses;
}

}  // namespace comity::partner_registry
