#pragma once

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/client/session.h"
#include "common/status/macros.h"

// What every inquiry of several services does.
namespace comity::client {

// Calls a method of the stub that was opened.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Ask(absl::StatusOr<std::unique_ptr<Stub>> stub,
                             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
                             const Request& request, absl::Duration patience) {
  if (!stub.ok()) return stub.status();
  return Invoke(stub->get(), method, request, patience);
}

// `add` takes all pages as one.
template <typename Stub, typename Request, typename Response, typename Add>
absl::Status AskAll(absl::StatusOr<std::unique_ptr<Stub>> stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request request, absl::Duration patience, Add add) {
  if (!stub.ok()) return stub.status();
  COMITY_ASSIGN_OR_RETURN(const Response all,
                          AllPages(stub->get(), method, std::move(request), patience));
  add(all);
  return absl::OkStatus();
}

}  // namespace comity::client
