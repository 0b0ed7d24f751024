#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/client/session.h"
#include "common/status/macros.h"
#include "services/cli/app.h"
#include "services/cli/question.h"

// Calls of the services' methods whose answer is shown: what the commands of all subjects share.
// The method says which service it is of.
namespace comity::cli {

using RegistryStub = partner_registry::v1::PartnerRegistryService::Stub;
using RelationStub = partner_registry::v1::RelationService::Stub;
using ChangeRequestStub = partner_registry::v1::ChangeRequestService::Stub;
using ReportStub = partner_registry::v1::RegistryReportService::Stub;
using SchedulingStub = engagement_scheduling::v1::EngagementSchedulingService::Stub;
using ExchangeStub = document_exchange::v1::DocumentExchangeService::Stub;

// The caller's stub of one kind.
template <typename Stub>
absl::StatusOr<std::unique_ptr<Stub>> Service(App& app) {
  COMITY_ASSIGN_OR_RETURN(client::Session * session, app.session());
  if constexpr (std::is_same_v<Stub, RegistryStub>) {
    return session->Registry();
  } else if constexpr (std::is_same_v<Stub, RelationStub>) {
    return session->Relations();
  } else if constexpr (std::is_same_v<Stub, ChangeRequestStub>) {
    return session->ChangeRequests();
  } else if constexpr (std::is_same_v<Stub, ReportStub>) {
    return session->Reports();
  } else if constexpr (std::is_same_v<Stub, SchedulingStub>) {
    return session->Scheduling();
  } else {
    static_assert(std::is_same_v<Stub, ExchangeStub>);
    return session->Exchange();
  }
}

// Calls `method` and shows its answer as JSON or with `text`.
template <typename Stub, typename Request, typename Response, typename Text>
absl::Status CallAndShow(App& app,
                         grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                      Response*),
                         Request request, Text text) {
  COMITY_RETURN_IF_ERROR(SetAtRevision(app, request));
  COMITY_ASSIGN_OR_RETURN(const auto stub, Service<Stub>(app));
  COMITY_ASSIGN_OR_RETURN(const Response response,
                          client::Invoke(stub.get(), method, std::move(request), app.patience()));
  app.Show(response, [&] { text(response); });
  return absl::OkStatus();
}

// The same for a list: all its pages as one answer.
template <typename Stub, typename Request, typename Response, typename Text>
absl::Status ListAndShow(App& app,
                         grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                      Response*),
                         Request request, Text text) {
  COMITY_RETURN_IF_ERROR(SetAtRevision(app, request));
  SetReadMask(app, request);
  COMITY_ASSIGN_OR_RETURN(const auto stub, Service<Stub>(app));
  COMITY_ASSIGN_OR_RETURN(const Response all,
                          client::AllPages(stub.get(), method, std::move(request), app.patience()));
  app.Show(all, [&] { text(all); });
  return absl::OkStatus();
}

}  // namespace comity::cli
