#pragma once

#include <grpcpp/grpcpp.h>

#include <utility>

#include "comity/partner_registry/v1/partner_registry.grpc.pb.h"
#include "common/rpc/arena_messages.h"
#include "common/rpc/handlers.h"
#include "services/partner-registry/transport/fact_edits.h"
#include "services/partner-registry/transport/feed.h"
#include "services/partner-registry/transport/partner_edits.h"
#include "services/partner-registry/transport/reads.h"
#include "services/partner-registry/transport/writes.h"

namespace comity::partner_registry {

// The gRPC handlers: each is the gate around one method of Reads, Writes, edits or Feed.
// Thread-safe.
class PartnerRegistryService final : public v1::PartnerRegistryService::CallbackService {
 public:
  // None is owned; all must outlive this object and every call.
  PartnerRegistryService(rpc::CallGate gate, const Reads* reads, const Writes* writes,
                         const PartnerEdits* partners, const FactEdits* facts, const Feed* feed)
      : gate_(std::move(gate)),
        reads_(reads),
        writes_(writes),
        partners_(partners),
        facts_(facts),
        feed_(feed) {
    SetMessageAllocatorFor_EvaluateTransfer(&evaluations_);
    SetMessageAllocatorFor_BatchEvaluateTransfers(&batches_);
  }

  COMITY_UNARY(GetPartner, Partner, reads_)
  COMITY_UNARY(ListPartners, ListPartnersResponse, reads_)
  COMITY_UNARY(GetPartnerStanding, PartnerStanding, reads_)
  COMITY_UNARY(CreatePartner, Partner, partners_)
  COMITY_UNARY(UpdatePartner, Partner, partners_)
  COMITY_UNARY(ConfirmLegalClass, Partner, partners_)
  COMITY_UNARY(ConfirmCompetence, Partner, partners_)
  COMITY_UNARY(DeletePartner, Partner, partners_)
  COMITY_UNARY(UndeletePartner, Partner, partners_)
  COMITY_UNARY(MergePartners, Partner, partners_)
  COMITY_UNARY(PurgePartner, PurgePartnerResponse, partners_)
  COMITY_UNARY(GetInstrument, Instrument, reads_)
  COMITY_UNARY(ListInstruments, ListInstrumentsResponse, reads_)
  COMITY_UNARY(CreateInstrument, Instrument, facts_)
  COMITY_UNARY(UpdateInstrument, Instrument, facts_)
  COMITY_UNARY(ConfirmField, Instrument, facts_)
  COMITY_UNARY(RetractInstrument, Instrument, facts_)
  COMITY_UNARY(RecordMilestone, Milestone, facts_)
  COMITY_UNARY(WithdrawMilestone, Milestone, facts_)
  COMITY_UNARY(GetAuthority, Authority, reads_)
  COMITY_UNARY(ListAuthorities, ListAuthoritiesResponse, reads_)
  COMITY_UNARY(CreateAuthority, Authority, facts_)
  COMITY_UNARY(UpdateAuthority, Authority, facts_)
  COMITY_UNARY(ConfirmAuthority, Authority, facts_)
  COMITY_UNARY(RetractAuthority, Authority, facts_)
  COMITY_UNARY(EvaluateTransfer, TransferVerdict, reads_)
  COMITY_UNARY(BatchEvaluateTransfers, BatchEvaluateTransfersResponse, reads_)
  COMITY_UNARY(SuspendExchanges, Partner, writes_)
  COMITY_UNARY(ResumeExchanges, Partner, writes_)
  COMITY_UNARY(CreateContact, Contact, facts_)
  COMITY_UNARY(GetContact, Contact, reads_)
  COMITY_UNARY(ListContacts, ListContactsResponse, reads_)
  COMITY_UNARY(FindCounterpart, FindCounterpartResponse, reads_)
  COMITY_UNARY(UpdateContact, Contact, facts_)
  COMITY_UNARY(EraseContact, Contact, facts_)
  COMITY_UNARY(SuspendContact, Contact, writes_)
  COMITY_UNARY(ReinstateContact, Contact, writes_)
  COMITY_UNARY(PublishKeyStatement, KeyStatement, writes_)
  COMITY_UNARY(ListKeyStatements, ListKeyStatementsResponse, reads_)
  COMITY_UNARY(RecordDecision, Decision, writes_)
  COMITY_UNARY(WithdrawDecision, Decision, writes_)
  COMITY_UNARY(ListDecisions, ListDecisionsResponse, reads_)

  grpc::ServerReadReactor<v1::ImportFactsRequest>* ImportFacts(
      grpc::CallbackServerContext* context, v1::ImportFactsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchResponse>* Watch(grpc::CallbackServerContext* context,
                                                     const v1::WatchRequest* request) override;
  grpc::ServerBidiReactor<v1::ReplicateRequest, v1::ReplicateResponse>* Replicate(
      grpc::CallbackServerContext* context) override;

 private:
  rpc::ArenaMessages<v1::EvaluateTransferRequest, v1::TransferVerdict> evaluations_;
  rpc::ArenaMessages<v1::BatchEvaluateTransfersRequest, v1::BatchEvaluateTransfersResponse>
      batches_;
  const rpc::CallGate gate_;
  const Reads* const reads_;
  const Writes* const writes_;
  const PartnerEdits* const partners_;
  const FactEdits* const facts_;
  const Feed* const feed_;
};

}  // namespace comity::partner_registry
