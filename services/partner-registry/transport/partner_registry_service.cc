#include "services/partner-registry/transport/partner_registry_service.h"

#include <memory>

namespace comity::partner_registry {

// All unary methods have one form; what differs is their name and who answers.
#define COMITY_UNARY(Method, Response, parts)                                                    \
  grpc::ServerUnaryReactor* PartnerRegistryService::Method(grpc::CallbackServerContext* context, \
                                                           const v1::Method##Request* request,   \
                                                           v1::Response* response) {             \
    return gate_.Unary(                                                                          \
        context, #Method, request, response,                                                     \
        [this](const rpc::Call& call, const v1::Method##Request& asked, v1::Response* answer) {  \
          return parts->Method(call, asked, answer);                                             \
        });                                                                                      \
  }
COMITY_UNARY(GetPartner, Partner, reads_)
COMITY_UNARY(ListPartners, ListPartnersResponse, reads_)
COMITY_UNARY(GetPartnerStanding, PartnerStanding, reads_)
COMITY_UNARY(EvaluateTransfer, TransferVerdict, reads_)
COMITY_UNARY(GetContact, Contact, reads_)
COMITY_UNARY(ListContacts, ListContactsResponse, reads_)
COMITY_UNARY(FindCounterpart, FindCounterpartResponse, reads_)
COMITY_UNARY(GetInstrument, Instrument, reads_)
COMITY_UNARY(ListInstruments, ListInstrumentsResponse, reads_)
COMITY_UNARY(GetAuthority, Authority, reads_)
COMITY_UNARY(ListAuthorities, ListAuthoritiesResponse, reads_)
COMITY_UNARY(ListKeyStatements, ListKeyStatementsResponse, reads_)
COMITY_UNARY(ListDecisions, ListDecisionsResponse, reads_)
COMITY_UNARY(SuspendExchanges, Partner, writes_)
COMITY_UNARY(ResumeExchanges, Partner, writes_)
COMITY_UNARY(CreateContact, Contact, writes_)
COMITY_UNARY(SuspendContact, Contact, writes_)
COMITY_UNARY(ReinstateContact, Contact, writes_)
COMITY_UNARY(PublishKeyStatement, KeyStatement, writes_)
COMITY_UNARY(RecordDecision, Decision, writes_)
COMITY_UNARY(WithdrawDecision, Decision, writes_)
COMITY_UNARY(CreatePartner, Partner, partners_)
COMITY_UNARY(UpdatePartner, Partner, partners_)
COMITY_UNARY(ConfirmLegalClass, Partner, partners_)
COMITY_UNARY(DeletePartner, Partner, partners_)
COMITY_UNARY(UndeletePartner, Partner, partners_)
COMITY_UNARY(MergePartners, Partner, partners_)
COMITY_UNARY(PurgePartner, PurgePartnerResponse, partners_)
COMITY_UNARY(CreateInstrument, Instrument, facts_)
COMITY_UNARY(UpdateInstrument, Instrument, facts_)
COMITY_UNARY(ConfirmField, Instrument, facts_)
COMITY_UNARY(RecordMilestone, Milestone, facts_)
COMITY_UNARY(WithdrawMilestone, Milestone, facts_)
COMITY_UNARY(CreateAuthority, Authority, facts_)
COMITY_UNARY(UpdateAuthority, Authority, facts_)
COMITY_UNARY(ConfirmAuthority, Authority, facts_)
COMITY_UNARY(UpdateContact, Contact, facts_)
COMITY_UNARY(EraseContact, Contact, facts_)
#undef COMITY_UNARY

grpc::ServerReadReactor<v1::ImportFactsRequest>* PartnerRegistryService::ImportFacts(
    grpc::CallbackServerContext* context, v1::ImportFactsResponse* response) {
  return gate_.Upload<v1::ImportFactsRequest>(
      context, "ImportFacts", response,
      [this](const rpc::Call& call, rpc::Reader<v1::ImportFactsRequest>& rows,
             v1::ImportFactsResponse* answer) { return writes_->ImportFacts(call, rows, answer); });
}

grpc::ServerWriteReactor<v1::WatchResponse>* PartnerRegistryService::Watch(
    grpc::CallbackServerContext* context, const v1::WatchRequest* request) {
  return gate_.Watch<v1::WatchRequest, v1::WatchResponse>(
      context, "Watch", request,
      [this](const v1::WatchRequest& asked,
             std::shared_ptr<rpc::Outflow<v1::WatchResponse>> stream) {
        return feed_->Watch(asked, std::move(stream));
      });
}

grpc::ServerBidiReactor<v1::ReplicateRequest, v1::ReplicateResponse>*
PartnerRegistryService::Replicate(grpc::CallbackServerContext* context) {
  return gate_.OpenSession<v1::ReplicateRequest, v1::ReplicateResponse>(
      context, "Replicate",
      [this](std::shared_ptr<rpc::Session<v1::ReplicateRequest, v1::ReplicateResponse>> stream) {
        return feed_->Replicate(std::move(stream));
      });
}

}  // namespace comity::partner_registry
