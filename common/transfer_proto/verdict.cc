#include <string>
#include <utility>

#include "common/time/day.h"
#include "common/transfer_proto/transfer_proto.h"

namespace comity::transfer_proto {

void WriteVerdict(legal::Verdict verdict, v1::TransferVerdict& made) {
  made.set_outcome(static_cast<v1::TransferOutcome>(verdict.outcome));
  made.set_before_use(static_cast<v1::TransferOutcome>(verdict.before_use));
  made.set_basis(static_cast<v1::TransferBasis>(verdict.basis()));
  for (legal::Reason& reason : verdict.reasons) {
    v1::TransferReason& to = *made.add_reasons();
    to.set_row(std::move(reason.row));
    to.set_outcome(static_cast<v1::TransferOutcome>(reason.outcome));
    to.set_article(std::move(reason.article));
    to.set_sentence(std::move(reason.sentence));
    to.set_remedy(std::move(reason.remedy));
    for (std::string& fact : reason.facts) to.add_facts(std::move(fact));
    to.set_code(std::move(reason.code));
  }
  for (legal::Route& route : verdict.routes) {
    v1::TransferRoute& to = *made.add_routes();
    for (const legal::DecisionKind kind : route.decisions) {
      to.add_decisions(static_cast<v1::DecisionKind>(kind));
    }
    if (!route.decisions.empty()) to.set_decision(to.decisions(0));
    to.set_article(std::move(route.article));
    to.set_sentence(std::move(route.sentence));
    to.set_decided_by(std::move(route.decided_by));
  }
  for (std::string& condition : verdict.conditions) made.add_conditions(std::move(condition));
  for (std::string& duty : verdict.duties) made.add_duties(std::move(duty));
  made.set_counterpart_footnote(std::move(verdict.counterpart_footnote));
  made.set_day(FormatDay(verdict.day));
  made.mutable_registry_revision()->set_store_id(std::move(verdict.registry_revision.store_id));
  made.mutable_registry_revision()->set_number(verdict.registry_revision.number);
  for (std::string& field : verdict.unconfirmed_fields) {
    made.add_unconfirmed_fields(std::move(field));
  }
}

}  // namespace comity::transfer_proto
