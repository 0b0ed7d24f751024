#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "comity/partner_registry/v1/partner_registry.pb.h"
#include "common/identity/chain_verifier.h"
#include "common/rpc/call.h"
#include "common/rpc/streams.h"
#include "common/time/clock.h"
#include "services/partner-registry/domain/decision_rules.h"
#include "services/partner-registry/domain/leases.h"
#include "services/partner-registry/domain/registry_store.h"

namespace comity::partner_registry {

// The methods that write. A barrier is answered once it holds everywhere. Thread-safe; all may
// block.
class Writes {
 public:
  // None is owned; all must outlive this object. `verifier` judges signatures of key statements.
  Writes(RegistryStore* store, Leases* leases, const DecisionRules* rules,
         const identity::ChainVerifier* verifier, const Clock* clock)
      : store_(store), leases_(leases), rules_(rules), verifier_(verifier), clock_(clock) {}

  absl::Status ImportFacts(const rpc::Call& call, rpc::Reader<v1::ImportFactsRequest>& rows,
                           v1::ImportFactsResponse* response) const;
  absl::Status SuspendExchanges(const rpc::Call& call, const v1::SuspendExchangesRequest& request,
                                v1::Partner* response) const;
  absl::Status ResumeExchanges(const rpc::Call& call, const v1::ResumeExchangesRequest& request,
                               v1::Partner* response) const;
  absl::Status SuspendContact(const rpc::Call& call, const v1::SuspendContactRequest& request,
                              v1::Contact* response) const;
  absl::Status ReinstateContact(const rpc::Call& call, const v1::ReinstateContactRequest& request,
                                v1::Contact* response) const;
  absl::Status PublishKeyStatement(const rpc::Call& call,
                                   const v1::PublishKeyStatementRequest& request,
                                   v1::KeyStatement* response) const;
  absl::Status RecordDecision(const rpc::Call& call, const v1::RecordDecisionRequest& request,
                              v1::Decision* response) const;
  absl::Status WithdrawDecision(const rpc::Call& call, const v1::WithdrawDecisionRequest& request,
                                v1::Decision* response) const;

 private:
  template <typename Request>
  absl::Status SetExchanges(const rpc::Call& call, const Request& request, bool suspended,
                            v1::Partner* response) const;
  template <typename Request>
  absl::Status SetContactState(const rpc::Call& call, const Request& request, ContactState state,
                               v1::Contact* response) const;

  // Writes, and waits if it is a barrier or repeats one.
  absl::StatusOr<RegistryStore::Written> WriteAndSettle(const rpc::Call& call,
                                                        journal::Attempt attempt,
                                                        std::string detail,
                                                        RegistryStore::Planner planner,
                                                        bool barrier) const;

  RegistryStore* const store_;
  Leases* const leases_;
  const DecisionRules* const rules_;
  const identity::ChainVerifier* const verifier_;
  const Clock* const clock_;
};

}  // namespace comity::partner_registry
