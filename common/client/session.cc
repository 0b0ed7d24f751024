#include "common/client/session.h"

#include <grpcpp/channel.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/config/config.h"
#include "common/identity/own_certificate.h"
#include "common/identity/trust_bundle.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::client {

absl::StatusOr<Endpoints> Endpoints::Load(const std::string& file) {
  COMITY_ASSIGN_OR_RETURN(const config::Config config,
                          config::Config::Load(file, config::ProcessEnvironment()));
  Endpoints endpoints;
  const config::Section suite = config.section("suite");
  const config::Section addresses = config.section("addresses");
  COMITY_ASSIGN_OR_RETURN(endpoints.trust_domain, suite.String("trust_domain"));
  COMITY_ASSIGN_OR_RETURN(endpoints.partner_registry, addresses.String("partner-registry"));
  COMITY_ASSIGN_OR_RETURN(endpoints.engagement_scheduling,
                          addresses.String("engagement-scheduling"));
  COMITY_ASSIGN_OR_RETURN(endpoints.document_exchange, addresses.String("document-exchange"));
  COMITY_RETURN_IF_ERROR(config.RefuseUnknown());
  return endpoints;
}

Session::Session(std::string identity_folder, Endpoints endpoints, std::string delegation)
    : identity_folder_(std::move(identity_folder)),
      endpoints_(std::move(endpoints)),
      delegation_(std::move(delegation)) {}

std::string Session::File(absl::string_view name) const {
  return absl::StrCat(identity_folder_, "/", name);
}

absl::StatusOr<std::string> Session::SpiffeId() const {
  COMITY_ASSIGN_OR_RETURN(identity::TrustBundles loaded,
                          identity::TrustBundles::Load(File("bundles")));
  const auto bundles = std::make_shared<const identity::TrustBundles>(std::move(loaded));
  COMITY_ASSIGN_OR_RETURN(
      const identity::OwnCertificate own,
      identity::CheckOwnCertificate(File("tls.pem"), File("tls.key"), bundles, absl::Now()));
  return own.verified.principal.spiffe_id;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> Session::Channel(absl::string_view service) {
  std::string address;
  if (service == "partner-registry") address = endpoints_.partner_registry;
  if (service == "engagement-scheduling") address = endpoints_.engagement_scheduling;
  if (service == "document-exchange") address = endpoints_.document_exchange;
  if (address.empty()) {
    return InvalidField("SERVICE_UNKNOWN", "service",
                        absl::StrCat("there is no service \"", service,
                                     "\": it is partner-registry, engagement-scheduling or "
                                     "document-exchange"));
  }
  absl::MutexLock lock(&mutex_);
  std::shared_ptr<grpc::Channel>& channel = channels_[std::string(service)];
  if (channel != nullptr) return channel;
  COMITY_ASSIGN_OR_RETURN(channel, rpc::Connect({.address = std::move(address),
                                                 .certificate_file = File("tls.pem"),
                                                 .key_file = File("tls.key"),
                                                 .bundles_folder = File("bundles"),
                                                 .expected_service = std::string(service),
                                                 .trust_domain = endpoints_.trust_domain,
                                                 .delegation = delegation_}));
  return channel;
}

absl::StatusOr<std::unique_ptr<partner_registry::v1::PartnerRegistryService::Stub>>
Session::Registry() {
  COMITY_ASSIGN_OR_RETURN(const auto channel, Channel("partner-registry"));
  return partner_registry::v1::PartnerRegistryService::NewStub(channel);
}

absl::StatusOr<std::unique_ptr<partner_registry::v1::RegistryReportService::Stub>>
Session::Reports() {
  COMITY_ASSIGN_OR_RETURN(const auto channel, Channel("partner-registry"));
  return partner_registry::v1::RegistryReportService::NewStub(channel);
}

absl::StatusOr<std::unique_ptr<partner_registry::v1::RelationService::Stub>> Session::Relations() {
  COMITY_ASSIGN_OR_RETURN(const auto channel, Channel("partner-registry"));
  return partner_registry::v1::RelationService::NewStub(channel);
}

absl::StatusOr<std::unique_ptr<partner_registry::v1::ChangeRequestService::Stub>>
Session::ChangeRequests() {
  COMITY_ASSIGN_OR_RETURN(const auto channel, Channel("partner-registry"));
  return partner_registry::v1::ChangeRequestService::NewStub(channel);
}

absl::StatusOr<std::unique_ptr<engagement_scheduling::v1::EngagementSchedulingService::Stub>>
Session::Scheduling() {
  COMITY_ASSIGN_OR_RETURN(const auto channel, Channel("engagement-scheduling"));
  return engagement_scheduling::v1::EngagementSchedulingService::NewStub(channel);
}

absl::StatusOr<std::unique_ptr<document_exchange::v1::DocumentExchangeService::Stub>>
Session::Exchange() {
  COMITY_ASSIGN_OR_RETURN(const auto channel, Channel("document-exchange"));
  return document_exchange::v1::DocumentExchangeService::NewStub(channel);
}

absl::StatusOr<std::unique_ptr<ledger::v1::LedgerService::Stub>> Session::Ledger(
    absl::string_view service) {
  COMITY_ASSIGN_OR_RETURN(const auto channel, Channel(service));
  return ledger::v1::LedgerService::NewStub(channel);
}

}  // namespace comity::client
