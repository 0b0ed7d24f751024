#pragma once

#include <grpcpp/grpcpp.h>

#include <utility>

#include "comity/partner_registry/v1/partner_registry.grpc.pb.h"
#include "common/rpc/arena_messages.h"
#include "common/rpc/call_gate.h"
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
  }

#define COMITY_UNARY(Method, Response)                                                         \
  grpc::ServerUnaryReactor* Method(grpc::CallbackServerContext* context,                       \
                                   const v1::Method##Request* request, v1::Response* response) \
      override
  COMITY_UNARY(GetPartner, Partner);
  COMITY_UNARY(ListPartners, ListPartnersResponse);
  COMITY_UNARY(GetPartnerStanding, PartnerStanding);
  COMITY_UNARY(CreatePartner, Partner);
  COMITY_UNARY(UpdatePartner, Partner);
  COMITY_UNARY(ConfirmLegalClass, Partner);
  COMITY_UNARY(DeletePartner, Partner);
  COMITY_UNARY(UndeletePartner, Partner);
  COMITY_UNARY(MergePartners, Partner);
  COMITY_UNARY(PurgePartner, PurgePartnerResponse);
  COMITY_UNARY(GetInstrument, Instrument);
  COMITY_UNARY(ListInstruments, ListInstrumentsResponse);
  COMITY_UNARY(CreateInstrument, Instrument);
  COMITY_UNARY(UpdateInstrument, Instrument);
  COMITY_UNARY(ConfirmField, Instrument);
  COMITY_UNARY(RecordMilestone, Milestone);
  COMITY_UNARY(WithdrawMilestone, Milestone);
  COMITY_UNARY(GetAuthority, Authority);
  COMITY_UNARY(ListAuthorities, ListAuthoritiesResponse);
  COMITY_UNARY(CreateAuthority, Authority);
  COMITY_UNARY(UpdateAuthority, Authority);
  COMITY_UNARY(ConfirmAuthority, Authority);
  COMITY_UNARY(EvaluateTransfer, TransferVerdict);
  COMITY_UNARY(SuspendExchanges, Partner);
  COMITY_UNARY(ResumeExchanges, Partner);
  COMITY_UNARY(CreateContact, Contact);
  COMITY_UNARY(GetContact, Contact);
  COMITY_UNARY(ListContacts, ListContactsResponse);
  COMITY_UNARY(FindCounterpart, FindCounterpartResponse);
  COMITY_UNARY(UpdateContact, Contact);
  COMITY_UNARY(EraseContact, Contact);
  COMITY_UNARY(SuspendContact, Contact);
  COMITY_UNARY(ReinstateContact, Contact);
  COMITY_UNARY(PublishKeyStatement, KeyStatement);
  COMITY_UNARY(ListKeyStatements, ListKeyStatementsResponse);
  COMITY_UNARY(RecordDecision, Decision);
  COMITY_UNARY(WithdrawDecision, Decision);
  COMITY_UNARY(ListDecisions, ListDecisionsResponse);
#undef COMITY_UNARY

  grpc::ServerReadReactor<v1::ImportFactsRequest>* ImportFacts(
      grpc::CallbackServerContext* context, v1::ImportFactsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchResponse>* Watch(grpc::CallbackServerContext* context,
                                                     const v1::WatchRequest* request) override;
  grpc::ServerBidiReactor<v1::ReplicateRequest, v1::ReplicateResponse>* Replicate(
      grpc::CallbackServerContext* context) override;

 private:
  rpc::ArenaMessages<v1::EvaluateTransferRequest, v1::TransferVerdict> evaluations_;
  const rpc::CallGate gate_;
  const Reads* const reads_;
  const Writes* const writes_;
  const PartnerEdits* const partners_;
  const FactEdits* const facts_;
  const Feed* const feed_;
};

}  // namespace comity::partner_registry
