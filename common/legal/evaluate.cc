#include "common/legal/evaluate.h"

#include "common/legal/evaluation.h"
#include "common/legal/rows.h"

namespace comity::legal {

Verdict Evaluate(const Facts& facts, const Question& question) {
  Evaluation evaluation(facts, question);
  const Track track = DecideTrack(evaluation);
  switch (track) {
    case Track::kDecided:
      break;
    case Track::kNonPersonal:
      EvaluateRestrictions(evaluation);
      break;
    case Track::kOnward:
      EvaluateOnwardRecipient(evaluation);
      EvaluateRestrictions(evaluation);
      EvaluateOnward(evaluation);
      break;
    case Track::kReceive:
      EvaluateTaskAndData(evaluation);
      break;
    case Track::kMemberState:
      EvaluateTaskAndData(evaluation);
      EvaluateRecipient(evaluation);
      EvaluateRestrictions(evaluation);
      break;
    case Track::kDenmark:
    case Track::kUnionBody:
      EvaluateTaskAndData(evaluation);
      EvaluateRecipient(evaluation);
      EvaluateOrigins(evaluation);
      break;
    case Track::kArticle56:
      EvaluateTaskAndData(evaluation);
      EvaluateRecipient(evaluation);
      EvaluateOrigins(evaluation);
      EvaluateBasis(evaluation);
      break;
  }
  return Conclude(evaluation, track);
}

}  // namespace comity::legal
