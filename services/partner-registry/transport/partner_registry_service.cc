#include "services/partner-registry/transport/partner_registry_service.h"

#include <memory>

namespace comity::partner_registry {

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
