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

// All pages; `add` takes one.
template <typename Stub, typename Request, typename Response, typename Add>
absl::Status AskAll(absl::StatusOr<std::unique_ptr<Stub>> stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Request request, absl::Duration patience, Add add) {
  constexpr int kPage = 500;
  if (!stub.ok()) return stub.status();
  request.set_page_size(kPage);
  do {
    COMITY_ASSIGN_OR_RETURN(Response page, Invoke(stub->get(), method, request, patience));
    add(page);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

}  // namespace comity::client
