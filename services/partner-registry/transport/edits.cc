#include "services/partner-registry/transport/edits.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "common/json/canonical.h"
#include "common/status/error.h"
#include "common/text/plain.h"
#include "services/partner-registry/domain/fields.h"

namespace comity::partner_registry {
namespace {

// What is kept back of the caller's deadline, so that the answer reaches it before it gives up.
constexpr absl::Duration kForTheAnswer = absl::Milliseconds(250);
// A caller may have no deadline or a distant one, and a replica may renew for ever without
// confirming.
constexpr absl::Duration kLongestWait = absl::Minutes(2);

absl::Status Missing() {
  return MakeError(
      absl::StatusCode::kInternal,
      "The resource of a change is not there: have the operator run comity admin check.",
      {.reason = "RESOURCE_MISSING"});
}

// A repetition of what was done to a resource that has been removed since.
absl::Status Gone() {
  return MakeError(absl::StatusCode::kNotFound,
                   "It was done, and the resource was removed for good since: nothing is left to "
                   "do.",
                   {.reason = "RESOURCE_NOT_FOUND"});
}

}  // namespace

absl::Status AwaitBarrier(const rpc::Call& call, Leases& leases, const Clock& clock,
                          std::int64_t revision) {
  return leases.AwaitEverywhere(revision, std::clamp(call.deadline() - clock.Now() - kForTheAnswer,
                                                     absl::ZeroDuration(), kLongestWait));
}

absl::StatusOr<std::string> ReasonOfEdit(const std::string& reason, absl::string_view field) {
  const std::string fault = text::FaultOf(
      reason, kTextForm, "say why, in 1 to 2,000 characters: it is kept in the ledger");
  if (!fault.empty()) return InvalidField("REASON_MISSING", field, fault);
  return json::Canonical({{"reason", reason}});
}

absl::StatusOr<RegistryStore::Written> Edits::Commit(const rpc::Call& call,
                                                     journal::Attempt attempt, std::string detail,
                                                     const RegistryStore::Planner& planner) const {
  bool barrier = false;
  COMITY_ASSIGN_OR_RETURN(
      RegistryStore::Written written,
      store_->Write(std::move(attempt), std::move(detail),
                    [&](const Registry& latest, absl::Time now) -> absl::StatusOr<Plan> {
                      COMITY_ASSIGN_OR_RETURN(Plan plan, planner(latest, now));
                      barrier = plan.barrier;
                      return plan;
                    }));
  // A repetition may be that of a barrier that nobody has waited for yet.
  if (barrier || written.committed.replayed) {
    COMITY_RETURN_IF_ERROR(AwaitBarrier(call, *leases_, *clock_, written.committed.revision));
  }
  return written;
}

absl::StatusOr<Fact> Edits::Write(const rpc::Call& call, journal::Attempt attempt,
                                  std::string detail, const RegistryStore::Planner& planner) const {
  COMITY_ASSIGN_OR_RETURN(RegistryStore::Written written,
                          Commit(call, std::move(attempt), std::move(detail), planner));
  if (written.fact.has_value()) return *std::move(written.fact);
  return written.committed.replayed ? Gone() : Missing();
}

absl::StatusOr<Fact> Edits::Foresee(const rpc::Call& call, const journal::Attempt& attempt,
                                    const RegistryStore::Planner& planner) const {
  call.MarkEvidenced();  // A question, not an attempt: its refusal is no evidence of anything.
  COMITY_ASSIGN_OR_RETURN(std::optional<RegistryStore::Written> answered,
                          store_->FindAnswer(attempt));
  if (answered.has_value()) {
    return answered->fact.has_value() ? absl::StatusOr<Fact>(*std::move(answered->fact)) : Gone();
  }
  const RegistryStore::State::Guard now = store_->View();
  COMITY_ASSIGN_OR_RETURN(const Plan plan, planner(*now, clock_->Now()));
  for (const Fact& fact : plan.facts) {
    if (NameOf(fact) != plan.resource) continue;
    Fact foreseen = fact;
    SetRecorded(foreseen, {});  // Nor is it recorded.
    return foreseen;
  }
  std::optional<Fact> unchanged = now->Find(plan.resource);
  return unchanged.has_value() ? absl::StatusOr<Fact>(*std::move(unchanged)) : Missing();
}

}  // namespace comity::partner_registry
