#pragma once

#include <grpcpp/client_context.h>

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "comity/document_exchange/v1/document_exchange.grpc.pb.h"
#include "comity/engagement_scheduling/v1/engagement_scheduling.grpc.pb.h"
#include "comity/ledger/v1/ledger.grpc.pb.h"
#include "comity/partner_registry/v1/change_requests.grpc.pb.h"
#include "comity/partner_registry/v1/partner_registry.grpc.pb.h"
#include "comity/partner_registry/v1/relations.grpc.pb.h"
#include "comity/partner_registry/v1/reports.grpc.pb.h"
#include "common/ids/uuid.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"

namespace comity::client {

// Where the services are, as client.toml says:
//
//   [suite]
//   trust_domain = "agency.example"
//   [addresses]
//   partner-registry = "localhost:7443"
//   engagement-scheduling = "localhost:7444"
//   document-exchange = "localhost:7445"
struct Endpoints {
  std::string trust_domain;
  std::string partner_registry;
  std::string engagement_scheduling;
  std::string document_exchange;

  // Reads client.toml; COMITY_ADDRESSES_PARTNER_REGISTRY and the like win. Errors of
  // config::Config.
  static absl::StatusOr<Endpoints> Load(const std::string& file);
};

// One caller's connections to the suite. Thread-safe.
//
// `identity_folder` holds tls.pem, tls.key, bundles/ and, for who exchanges documents, sign.pem,
// sign.key, age.key. The own certificate is checked when a service is first called.
class Session {
 public:
  // `delegation` is what a person signed so that this caller may call for it, or empty.
  Session(std::string identity_folder, Endpoints endpoints, std::string delegation = "");

  const std::string& identity_folder() const { return identity_folder_; }
  const Endpoints& endpoints() const { return endpoints_; }

  // A path in the identity folder.
  std::string File(absl::string_view name) const;

  // The caller's own SPIFFE id, from tls.pem. Errors of identity::CheckOwnCertificate.
  absl::StatusOr<std::string> SpiffeId() const;

  // Stubs; the connection is made by the first call. Errors of rpc::Connect.
  absl::StatusOr<std::unique_ptr<partner_registry::v1::PartnerRegistryService::Stub>> Registry();
  absl::StatusOr<std::unique_ptr<partner_registry::v1::RegistryReportService::Stub>> Reports();
  absl::StatusOr<std::unique_ptr<partner_registry::v1::RelationService::Stub>> Relations();
  absl::StatusOr<std::unique_ptr<partner_registry::v1::ChangeRequestService::Stub>>
  ChangeRequests();
  absl::StatusOr<std::unique_ptr<engagement_scheduling::v1::EngagementSchedulingService::Stub>>
  Scheduling();
  absl::StatusOr<std::unique_ptr<document_exchange::v1::DocumentExchangeService::Stub>> Exchange();

  // `service` is "partner-registry", "engagement-scheduling" or "document-exchange".
  absl::StatusOr<std::shared_ptr<grpc::Channel>> Channel(absl::string_view service);
  absl::StatusOr<std::unique_ptr<ledger::v1::LedgerService::Stub>> Ledger(
      absl::string_view service);

 private:
  const std::string identity_folder_;
  const Endpoints endpoints_;
  const std::string delegation_;
  absl::Mutex mutex_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_ ABSL_GUARDED_BY(mutex_);
};

// Calls a unary method until it answers: UNAVAILABLE is tried again if the request has a
// `request_id` (made here if empty) or `repeatable` says that it is a read.
//
//   Invoke(stub.get(), &Stub::GetPartner, request)
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Invoke(Stub* stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                Request request, absl::Duration patience = absl::Seconds(30)) {
  bool repeatable = true;
  if constexpr (requires { request.set_request_id(std::string()); }) {
    if (request.request_id().empty()) request.set_request_id(NewUuid(absl::Now()));
  } else {
    const absl::string_view name = Request::descriptor()->name();
    repeatable = name.substr(0, 3) == "Get" || name.substr(0, 4) == "List";
  }
  Response response;
  const auto attempt = [&] {
    grpc::ClientContext context;
    rpc::SetDeadline(context, patience);
    response.Clear();
    return rpc::ToAbslStatus((stub->*method)(&context, request, &response));
  };
  const absl::Status status =
      repeatable ? rpc::Retry({.deadline = absl::Now() + patience}, attempt) : attempt();
  if (!status.ok()) return status;
  return response;
}

// All pages of a list as one answer.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> AllPages(Stub* stub,
                                  grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                               Response*),
                                  Request request, absl::Duration patience) {
  constexpr int kLargestPage = 500;
  request.set_page_size(kLargestPage);
  Response all;
  do {
    absl::StatusOr<Response> page = Invoke(stub, method, request, patience);
    if (!page.ok()) return page.status();
    request.set_page_token(page->next_page_token());
    all.MergeFrom(*page);
  } while (!request.page_token().empty());
  all.clear_next_page_token();
  return all;
}

}  // namespace comity::client
